//! Leases of the store of the fleet: asked for by the root, ahead of the requests that need one.

use super::abi::{self, Level};
use super::calls;
use super::gate::Gate;
use super::ports::Rolled;
use crate::pipeline;
use crate::reason::Reason;
use crate::time::UnixTime;
use crate::uses::fleet::{self, Response};

impl Gate {
    /// Asks for the next leases, those that are due. Must run in a callback of the root: the answer to
    /// a stream would be lost with its client.
    pub(super) fn roll(&self, now: UnixTime) {
        let Some(store) = &self.policy.replay.store else {
            return;
        };
        for rolled in self.rolled() {
            let due = rolled
                .rolling
                .borrow_mut()
                .as_mut()
                .and_then(|it| it.begin(now));
            let Some(body) = due else {
                continue;
            };
            match calls::store(store, fleet::GRANT_PATH, &body) {
                Ok(call) => rolled.granting.set(Some(call)),
                Err(silence) => self.leased(rolled, Err(pipeline::of_store(silence)), now),
            }
        }
    }

    fn rolled(&self) -> [&Rolled; 2] {
        [&self.leases, &self.transaction_leases]
    }

    /// The answer to a question for a lease, if the call was one.
    pub(super) fn granted(&self, call: u32, headers: usize, body: usize) -> bool {
        let mut rolled = self.rolled().into_iter();
        let Some(rolled) = rolled.find(|it| it.granting.get() == Some(call)) else {
            return false;
        };
        rolled.granting.set(None);
        if let Ok(now) = abi::now() {
            let answer = calls::stored(headers, body).map_err(pipeline::of_store);
            self.leased(rolled, answer.as_ref().map_err(|reason| *reason), now);
        }
        true
    }

    fn leased(&self, rolled: &Rolled, answer: Result<&Response, Reason>, now: UnixTime) {
        let mut leases = rolled.rolling.borrow_mut();
        let Some(rolling) = leases.as_mut() else {
            return;
        };
        let was_failing = rolling.failing();
        match rolling.ended(answer, now) {
            Ok(()) => {
                self.meters.granted.add(1);
                if was_failing {
                    abi::log(Level::Info, "the store of the fleet grants leases again");
                }
            }
            Err(reason) => {
                self.meters.grant_failed.add(1);
                if !was_failing {
                    let line = format!("the store of the fleet grants no lease: {}", reason.code());
                    abi::log(Level::Warn, &line);
                }
            }
        }
    }
}
