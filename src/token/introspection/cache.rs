//! What authorization servers said lately.

use crate::crypto::digest::Digest32;
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::token::Token;
use crate::token::introspection::Verdict;
use crate::token::issuer::Issuer;
use crate::token::memory::Memory;
use std::rc::Rc;
use std::time::Duration;

/// How many answers of each sort are kept.
const ENTRIES: usize = 1024;
/// Longest time for which a token is known not to be active.
const LONGEST_NO: Duration = Duration::from_secs(5);

/// The answers of one worker, bounded. Tokens that are not active have a table of their own, so
/// that invented ones cannot push out others.
#[derive(Debug)]
pub(super) struct Answers {
    active: Memory<Active>,
    inactive: Memory<Inactive>,
}

#[derive(Debug)]
struct Active {
    token: Rc<Token>,
    asked_at: UnixTime,
}

#[derive(Debug)]
struct Inactive {
    issuer_uri: Rc<str>,
    asked_at: UnixTime,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            active: Memory::holding(ENTRIES),
            inactive: Memory::holding(ENTRIES),
        }
    }
}

impl Answers {
    /// What was said of the token of this hash under this very entry of the policy, if that is
    /// younger than `max_age`. An answer is as old as its question. The times of the token are
    /// looked at anew.
    pub(super) fn find(
        &mut self,
        hash: &Digest32,
        issuer: &Issuer,
        max_age: Duration,
        now: UnixTime,
    ) -> Option<Verdict> {
        let serves = |asked_at: UnixTime, max_age| asked_at <= now && now.since(asked_at) < max_age;
        if let Some(known) = self.active.find(hash)
            && Rc::ptr_eq(&known.token.issuer_uri, &issuer.uri)
            && serves(known.asked_at, max_age)
        {
            let timely = known.token.times.check(now, issuer.leeway);
            return Some(timely.map(|()| Rc::clone(&known.token)));
        }
        let known = self.inactive.find(hash)?;
        let is_this = Rc::ptr_eq(&known.issuer_uri, &issuer.uri);
        (is_this && serves(known.asked_at, max_age.min(LONGEST_NO)))
            .then_some(Err(Reason::TokenInactive))
    }

    /// Keeps the answer to a question of this moment, unless a later one is known. A token without
    /// `exp` is not kept, nor is what says nothing of the token.
    pub(super) fn keep(
        &mut self,
        hash: &Digest32,
        issuer: &Issuer,
        asked_at: UnixTime,
        said: &Verdict,
    ) {
        let active = self.active.find(hash).map(|known| known.asked_at);
        let inactive = self.inactive.find(hash).map(|known| known.asked_at);
        if active.max(inactive).is_some_and(|known| known > asked_at) {
            return;
        }
        match said {
            Ok(token) if token.times.has_end() => {
                self.inactive.forget(hash);
                let token = Rc::clone(token);
                self.active.keep(*hash, Active { token, asked_at });
            }
            Err(Reason::TokenInactive) => {
                self.active.forget(hash);
                let issuer_uri = Rc::clone(&issuer.uri);
                let no = Inactive {
                    issuer_uri,
                    asked_at,
                };
                self.inactive.keep(*hash, no);
            }
            Err(reason) if reason.blames_introspection() => {}
            Ok(_) | Err(_) => self.forget(hash),
        }
    }

    fn forget(&mut self, hash: &Digest32) {
        self.active.forget(hash);
        self.inactive.forget(hash);
    }
}
