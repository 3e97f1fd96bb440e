//! Who wants to hear of new documents: the queues of the process's workers. Nobody signs off, so each
//! signs on again from time to time, and those who stopped are forgotten: a queue that nobody
//! empties grows.

use crate::supply::board::{Board, Seal, number};
use crate::time::UnixTime;
use std::time::Duration;

/// How often a worker signs on.
pub const SIGN_ON_EVERY: Duration = Duration::from_secs(10);
const LASTING: Duration = Duration::from_secs(30);
/// Most queues. A process with more workers falls back to its tick.
const MOST: usize = 512;
const TRIES: u32 = 4;

/// Signs a queue on. False where others kept writing: the next time will do.
pub fn sign_on(board: &impl Board, seal: &Seal, queue: u32, now: UnixTime) -> bool {
    let name = name(seal);
    for _ in 0..TRIES {
        let found = board.read(&name);
        let state = found.as_ref().map(|(_, state)| *state);
        let mut bytes = Vec::new();
        let others = queues(seal, &name, found, now)
            .into_iter()
            .filter(|(other, _)| *other != queue);
        for (queue, until) in others
            .take(MOST.saturating_sub(1))
            .chain([(queue, now.after(LASTING))])
        {
            bytes.extend_from_slice(&i64::from(queue).to_be_bytes());
            bytes.extend_from_slice(&until.millis().to_be_bytes());
        }
        if board.write(&name, &seal.close(&name, bytes), state) {
            return true;
        }
    }
    false
}

/// The queues that signed on lately.
#[must_use]
pub fn signed_on(board: &impl Board, seal: &Seal, now: UnixTime) -> Vec<u32> {
    let name = name(seal);
    queues(seal, &name, board.read(&name), now)
        .into_iter()
        .map(|(queue, _)| queue)
        .collect()
}

fn name(seal: &Seal) -> String {
    seal.name("roster", &[])
}

fn queues(
    seal: &Seal,
    name: &str,
    found: Option<(Vec<u8>, u32)>,
    now: UnixTime,
) -> Vec<(u32, UnixTime)> {
    let mut live = Vec::new();
    let Some((bytes, _)) = found else {
        return live;
    };
    let mut rest = seal.open(name, &bytes).unwrap_or_default();
    while let (Some(queue), Some(until)) = (number(&mut rest), number(&mut rest)) {
        let until = UnixTime::from_millis(until);
        if let Ok(queue) = u32::try_from(queue)
            && now < until
        {
            live.push((queue, until));
        }
    }
    live
}
