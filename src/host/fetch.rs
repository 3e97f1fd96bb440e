//! Fetches of keys and of status lists: begun for the process, and what came of them.

use super::abi::{self, Level};
use super::calls;
use super::gate::{Fetching, Gate};
use super::meters::Meter;
use crate::keys::store::KeySets;
use crate::revocation::ListId;
use crate::revocation::status_list::{ListFault, MAX_TOKEN_BYTES};
use crate::supply::stock::Fetch;
use crate::supply::{FetchFault, Reader as _, Source, roster};
use crate::time::UnixTime;
use std::fmt::Debug;

/// What the hosts of key sets are asked for.
const KEYS: &str = "application/jwk-set+json, application/json";
/// What the hosts of status lists are asked for (Token Status List, draft-20 section 8.1).
const STATUS_LIST: &str = "application/statuslist+jwt";

impl Gate {
    /// Takes in what others fetched, and begins what this worker shall fetch: keys first, for lists
    /// are verified with them.
    pub(super) fn fetch_due(&self, now: UnixTime) {
        for fetch in self.keys.tend(now) {
            self.begin(Fetching::Keys(fetch), now);
        }
        for fetch in self.with_means(now, |means| self.lists.tend(means)) {
            self.begin(Fetching::StatusList(fetch), now);
        }
    }

    /// The answer to a fetch, if the call was one.
    pub(super) fn fetched(&self, call: u32, headers: usize, body: usize) -> bool {
        let Some(fetching) = self.fetches.borrow_mut().remove(&call) else {
            return false;
        };
        if let Ok(now) = abi::now() {
            let most = match fetching {
                Fetching::Keys(_) => KeySets::MOST_BYTES,
                Fetching::StatusList(_) => MAX_TOKEN_BYTES,
            };
            let document = calls::document(headers, body, most);
            self.ended(fetching, document.as_deref(), now);
            self.tend();
        }
        true
    }

    fn begin(&self, fetching: Fetching, now: UnixTime) {
        let accept = match fetching {
            Fetching::Keys(_) => KEYS,
            Fetching::StatusList(_) => STATUS_LIST,
        };
        let call = self
            .source(fetching)
            .and_then(|source| calls::fetch(source, accept).ok());
        match call {
            Some(call) => {
                self.fetches.borrow_mut().insert(call, fetching);
            }
            None => self.ended(fetching, None, now),
        }
    }

    fn source(&self, fetching: Fetching) -> Option<&Source> {
        match fetching {
            Fetching::Keys(Fetch { source, .. }) => self.policy.sources.get(source),
            Fetching::StatusList(Fetch { source, .. }) => {
                self.policy.status_lists.get(source).map(|it| &it.source)
            }
        }
    }

    fn ended(&self, fetching: Fetching, answer: Option<&[u8]>, now: UnixTime) {
        let counts = match fetching {
            Fetching::Keys(fetch) => {
                let meters = [self.meters.fetched, self.meters.fetch_failed];
                let ended = self.keys.ended(fetch, answer, now);
                self.tell("keys", fetching, ended, meters)
            }
            Fetching::StatusList(fetch) => {
                let meters = [self.meters.list_fetched, self.meters.list_failed];
                let ended = self.with_means(now, |means| self.lists.ended(fetch, answer, means));
                if ended == Err(FetchFault::Unfit(ListFault::KeyUnknown)) {
                    self.want_keys_of(ListId(fetch.source), now);
                }
                self.tell("status list", fetching, ended, meters)
            }
        };
        if !counts {
            return;
        }
        let own = self.queue.get().map(|(queue, _)| queue);
        for queue in roster::signed_on(&self.board, &self.seal, now) {
            if Some(queue) != own {
                let _ = abi::ring(queue);
            }
        }
    }

    /// A list is signed with a key that is not at hand: its issuer may have a new one. The next try
    /// for the list comes after the keys.
    fn want_keys_of(&self, list: ListId, now: UnixTime) {
        if let Some(list) = self.policy.status_lists.get(list.0) {
            let _ = self.keys.ask(list.issuer, None, now);
        }
    }

    /// Logs and counts how a fetch ended. Whether its result counts.
    fn tell<F: Debug>(
        &self,
        kind: &str,
        fetching: Fetching,
        ended: Result<(), FetchFault<F>>,
        [good, failed]: [Meter; 2],
    ) -> bool {
        let source = self.source(fetching);
        let name = source.map(|source| &*source.name).unwrap_or_default();
        match ended {
            Ok(()) => {
                good.add(1);
                abi::log(Level::Info, &format!("{kind} of {name}: fetched"));
            }
            Err(FetchFault::LeaseLost) => return false,
            Err(FetchFault::NoAnswer) => {
                failed.add(1);
                let problem = "no answer with status 200 and a size that is read";
                abi::log(Level::Warn, &format!("{kind} of {name}: {problem}"));
            }
            Err(FetchFault::Unfit(fault)) => {
                failed.add(1);
                let problem = "the answer may not be used";
                let line = format!("{kind} of {name}: {problem}: {fault:?}");
                abi::log(Level::Warn, &line);
            }
        }
        true
    }
}
