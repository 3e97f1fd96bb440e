//! A sum over the last while: exact in what it adds, and never short of the while. Pure.

use std::time::Duration;

/// Into how many slices the while is cut. What lies in the oldest slice counts as long as any of
/// the slice does, so it may count for a sixteenth of the while too long, and never too short.
const SLICES: u64 = 16;

/// Amounts by the slice of time that they were added in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tally {
    /// Number and sum of each slice, ascending.
    slices: Vec<(u64, u128)>,
}

/// The slice that a moment lies in.
pub(super) fn slice(millis: i64, within: Duration) -> u64 {
    let width = u64::try_from(within.as_millis())
        .unwrap_or(u64::MAX)
        .div_ceil(SLICES)
        .max(1);
    let millis = u64::try_from(millis).unwrap_or(0);
    millis.checked_div(width).unwrap_or(0)
}

/// Most bytes that a tally takes of amounts of this many bytes.
pub(super) const fn most_bytes(amount: usize) -> usize {
    let slices = 17_usize;
    slices
        .saturating_mul(amount.saturating_add(2))
        .saturating_add(8)
}

impl Tally {
    /// A tally of nothing.
    pub(super) fn empty() -> Self {
        Self { slices: Vec::new() }
    }

    /// Reads a tally as it counts in this slice. What is dated ahead counts as of now, so that it
    /// ends where the clock was set back. None where the bytes are not one.
    pub(super) fn parse(bytes: &[u8], now: u64) -> Option<Self> {
        let (newest, mut rest) = bytes.split_first_chunk()?;
        let newest = u64::from_be_bytes(*newest);
        let mut tally = Self::empty();
        while !rest.is_empty() {
            let (back, after) = rest.split_first()?;
            let (length, after) = after.split_first()?;
            let (digits, after) = after.split_at_checked((*length).into())?;
            rest = after;
            let mut amount = [0_u8; 16];
            let start = amount.len().checked_sub(digits.len())?;
            amount.get_mut(start..)?.copy_from_slice(digits);
            let number = newest.checked_sub(u64::from(*back))?.min(now);
            if number >= now.saturating_sub(SLICES) {
                tally.add(number, u128::from_be_bytes(amount));
            }
        }
        Some(tally)
    }

    /// The sum. None where no number holds it.
    pub(super) fn total(&self) -> Option<u128> {
        let mut amounts = self.slices.iter();
        amounts.try_fold(0_u128, |sum, (_, amount)| sum.checked_add(*amount))
    }

    /// Adds an amount in a slice. One that no number holds stays the largest.
    pub(super) fn add(&mut self, number: u64, amount: u128) {
        if let Some((_, sum)) = self.slices.iter_mut().find(|(own, _)| *own == number) {
            *sum = sum.saturating_add(amount);
        } else {
            self.slices.push((number, amount));
            self.slices.sort_unstable();
        }
    }

    /// Takes an amount away that was added in a slice, if the slice is still there.
    pub(super) fn take(&mut self, number: u64, amount: u128) {
        for (own, sum) in &mut self.slices {
            if *own == number && *sum != u128::MAX {
                *sum = sum.saturating_sub(amount);
            }
        }
    }

    /// The bytes of the tally.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let newest = self.slices.last().map_or(0, |(number, _)| *number);
        let mut bytes = newest.to_be_bytes().to_vec();
        for (number, amount) in &self.slices {
            let back = u8::try_from(newest.saturating_sub(*number)).unwrap_or(u8::MAX);
            let digits = amount.to_be_bytes();
            let zeros = digits.iter().take_while(|digit| **digit == 0).count();
            let digits = digits.get(zeros..).unwrap_or_default();
            bytes.push(back);
            bytes.push(u8::try_from(digits.len()).unwrap_or(u8::MAX));
            bytes.extend_from_slice(digits);
        }
        bytes
    }
}
