//! What shall be revoked (RFC 7009), and how often that is tried.

use super::ExchangeId;
use crate::http::form;
use crate::time::UnixTime;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::time::Duration;

/// Most tokens of one worker that wait to be revoked, those under way among them.
pub const MOST: usize = 4096;
/// Most calls of one worker at once.
pub const MOST_CALLS: usize = 64;
/// How often one token is tried.
pub const TRIES: u32 = 5;
/// How long after the first failure it is tried again. Each pause is twice as long as the one before.
const PAUSE: Duration = Duration::from_secs(1);

/// The number of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The token is revoked, or its server does not know it.
    Revoked,
    /// It is tried again.
    Later,
    /// It is left to its own end.
    GivenUp,
}

/// Tokens that shall be revoked.
#[derive(Debug, Default)]
pub struct Queue {
    wanted: VecDeque<Wanted>,
    calls: BTreeMap<Ticket, Wanted>,
    next: u64,
    lost: u64,
}

struct Wanted {
    by: ExchangeId,
    token: String,
    until: Option<UnixTime>,
    tries: u32,
    due: UnixTime,
}

// A token is a secret, so it is never shown.
impl fmt::Debug for Wanted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Wanted")
            .field("by", &self.by)
            .field("tries", &self.tries)
            .finish_non_exhaustive()
    }
}

impl Queue {
    /// Has a token revoked that its server issued, and that ends then, if that is known. Where there
    /// is no room, it is left to its own end, and counted.
    pub fn want(&mut self, by: ExchangeId, token: String, until: Option<UnixTime>) {
        if self.len() >= MOST {
            self.lost = self.lost.saturating_add(1);
            return;
        }
        self.wanted.push_back(Wanted {
            by,
            token,
            until,
            tries: 0,
            due: UnixTime::default(),
        });
    }

    /// How many tokens wait to be revoked.
    #[must_use]
    pub fn len(&self) -> usize {
        self.wanted.len().saturating_add(self.calls.len())
    }

    /// Whether none waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many tokens were left to their own end since this was last asked, as there was no room, or
    /// as that end came first.
    pub fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    /// The calls that shall be made now, each to be [`ended`](Self::ended) once: to whom, and the body.
    pub fn begin(&mut self, now: UnixTime) -> Vec<(Ticket, ExchangeId, String)> {
        let mut begun = Vec::new();
        for _ in 0..self.wanted.len() {
            if self.calls.len() >= MOST_CALLS {
                break;
            }
            let Some(mut wanted) = self.wanted.pop_front() else {
                break;
            };
            if wanted.until.is_some_and(|until| until <= now) {
                // Whoever waited for a try has no need of it any more.
                self.lost = self.lost.saturating_add(u64::from(wanted.tries > 0));
                continue;
            }
            if wanted.due > now.after(longest_pause()) {
                // The clock was set back.
                wanted.due = now;
            }
            if wanted.due > now {
                self.wanted.push_back(wanted);
                continue;
            }
            let ticket = Ticket(self.next);
            self.next = self.next.wrapping_add(1);
            let body = body(&wanted.token);
            begun.push((ticket, wanted.by, body));
            self.calls.insert(ticket, wanted);
        }
        begun
    }

    /// Takes in how a call ended: with a status, or with none. None for a call that is not under way.
    ///
    /// `200` is all that a server says of a token that is revoked now, was before, or never was
    /// (RFC 7009 section 2.2). What may pass is tried again, and what the server refuses is not.
    pub fn ended(&mut self, ticket: Ticket, status: Option<u16>, now: UnixTime) -> Option<Ended> {
        let mut wanted = self.calls.remove(&ticket)?;
        match status {
            Some(200) => return Some(Ended::Revoked),
            None | Some(429 | 500..=599) => {}
            Some(_) => return Some(Ended::GivenUp),
        }
        wanted.tries = wanted.tries.saturating_add(1);
        if wanted.tries >= TRIES {
            return Some(Ended::GivenUp);
        }
        wanted.due = now.after(pause(wanted.tries));
        self.wanted.push_back(wanted);
        Some(Ended::Later)
    }
}

/// How long to wait after this many failures.
fn pause(tries: u32) -> Duration {
    let doubled = tries.saturating_sub(1).min(TRIES);
    PAUSE.saturating_mul(1_u32.checked_shl(doubled).unwrap_or(u32::MAX))
}

fn longest_pause() -> Duration {
    pause(TRIES)
}

/// The body of a call (RFC 7009 section 2.1). There is no hint for a transaction token.
fn body(token: &str) -> String {
    let mut body = String::with_capacity(token.len().saturating_add(8));
    body.push_str("token=");
    form::encode(token, &mut body);
    body
}
