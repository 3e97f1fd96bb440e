//! How far a sequence of steps has come, and since when. Pure.

use std::rc::Rc;

/// Of each beginning of a sequence, from its first step to its last but one: the second in which the
/// latest run through it began. 0 where there was none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Order {
    begun: Vec<u32>,
}

/// Most bytes that a sequence of so many steps takes.
pub(super) const fn most_bytes(steps: usize) -> usize {
    steps.saturating_sub(1).saturating_mul(4)
}

impl Order {
    /// No step of so many.
    pub(super) fn empty(steps: usize) -> Self {
        Self {
            begun: vec![0; steps.saturating_sub(1)],
        }
    }

    /// Reads how far a sequence of so many steps has come within so many seconds, and the second
    /// that has begun. What is dated ahead counts as of now. None where the bytes do not say.
    pub(super) fn parse(bytes: &[u8], steps: usize, within: u32, now: u32) -> Option<Self> {
        if bytes.len() != most_bytes(steps) {
            return None;
        }
        let mut order = Self::empty(steps);
        for (begun, chunk) in order.begun.iter_mut().zip(bytes.chunks_exact(4)) {
            let second = u32::from_be_bytes(chunk.try_into().ok()?).min(now);
            if now.saturating_sub(second) <= within.saturating_add(1) {
                *begun = second;
            }
        }
        Some(order)
    }

    /// Whether a request with one of these names is the last step, after all others in order.
    pub(super) fn is_ended_by(&self, steps: &[Rc<str>], names: &[&str]) -> bool {
        let is_last = steps.last().is_some_and(|last| is_one(last, names));
        is_last && self.begun.last().is_some_and(|begun| *begun > 0)
    }

    /// Goes on by a request with one of these names. True where that changed anything.
    pub(super) fn step(&mut self, steps: &[Rc<str>], names: &[&str], now: u32) -> bool {
        let before = self.begun.clone();
        for (place, step) in steps.iter().enumerate().rev() {
            if !is_one(step, names) {
                continue;
            }
            let begun = match place.checked_sub(1) {
                None => now,
                Some(earlier) => before.get(earlier).copied().unwrap_or(0),
            };
            if let Some(own) = self.begun.get_mut(place) {
                *own = begun.max(*own);
            }
        }
        self.begun != before
    }

    /// The bytes of it.
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.begun.iter().flat_map(|it| it.to_be_bytes()).collect()
    }
}

fn is_one(step: &Rc<str>, names: &[&str]) -> bool {
    names.iter().any(|name| *name == &**step)
}
