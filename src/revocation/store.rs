//! The status lists of all issuers, as one worker holds them.

use crate::crypto::Verifier;
use crate::revocation::status_list::{Expected, ListFault, MAX_TOKEN_BYTES, StatusList, verify};
use crate::revocation::{Held, List, ListId, ListStore};
use crate::supply::board::{Board, Seal};
use crate::supply::stock::{Fetch, Supply};
use crate::supply::{self, Reader, Settled, Source};
use crate::time::UnixTime;
use crate::token::issuer::Issuer;
use crate::token::{self, KeyStore};
use std::rc::Rc;
use std::time::Duration;

pub use crate::supply::stock::Ask;

/// Least time between two scheduled fetches of a list, whatever the list says.
const SHORTEST: Duration = Duration::from_secs(1);

/// Why a fetch of a list brought none.
pub type FetchFault = supply::FetchFault<ListFault>;

/// The status lists of a policy, fetched and shared with the other workers of the process. Each
/// worker verifies and inflates each publication itself, once.
#[derive(Debug)]
pub struct Store<B> {
    supply: Supply<B, Rc<StatusList>>,
    lists: Vec<List>,
}

/// What lists are verified with, at one moment.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// The issuers of the policy.
    pub issuers: &'a [Issuer],
    /// Their keys.
    pub keys: &'a dyn KeyStore,
    /// Checks signatures.
    pub verifier: &'a dyn Verifier,
    /// Now.
    pub now: UnixTime,
}

/// Reads status lists.
struct Lists<'a> {
    means: Means<'a>,
    lists: &'a [List],
}

impl Reader for Lists<'_> {
    type Document = Rc<StatusList>;
    type Fault = ListFault;

    const KIND: &'static str = "status";
    const MOST_BYTES: usize = MAX_TOKEN_BYTES;

    fn read(
        &self,
        source: usize,
        bytes: &[u8],
        held: Option<&Rc<StatusList>>,
    ) -> Result<Rc<StatusList>, ListFault> {
        let list = self.lists.get(source).ok_or(ListFault::Malformed)?;
        let issuer = self
            .means
            .issuers
            .get(list.issuer.0)
            .ok_or(ListFault::KeyUnknown)?;
        let token::Held::Set(keys) = self.means.keys.held(list.issuer) else {
            return Err(ListFault::KeyUnknown);
        };
        let text = str::from_utf8(bytes).map_err(|_| ListFault::Malformed)?;
        let expected = Expected {
            uri: &list.uri,
            issuer,
            keys: &keys,
            max_size: list.max_size,
        };
        let found = verify(
            text.trim_ascii(),
            &expected,
            self.means.now,
            self.means.verifier,
        )?;
        // Whoever can answer for the issuer could give back a list from before a revocation.
        let is_older =
            |held: &Rc<StatusList>| found.issued_at().after(issuer.leeway) < held.issued_at();
        if held.is_some_and(is_older) {
            return Err(ListFault::Older);
        }
        Ok(Rc::new(found))
    }

    /// L4: no later than its `ttl` and its `exp`.
    fn refresh(&self, source: &Source, list: &Rc<StatusList>) -> Duration {
        let until_end = list.expires().map(|end| end.since(self.means.now));
        [list.time_to_live(), until_end]
            .into_iter()
            .flatten()
            .fold(source.refresh, Duration::min)
            .max(SHORTEST)
    }
}

impl<B: Board> Store<B> {
    /// A store for these lists, of which it has nothing yet. `holder` tells this worker from the
    /// others; `seal` is on what they share.
    pub fn new(lists: &[List], seal: Seal, holder: i64, board: B) -> Self {
        let sources = lists.iter().map(|list| list.source.clone());
        Self {
            supply: Supply::new::<Lists<'_>>(sources, seal, holder, board),
            lists: lists.to_vec(),
        }
    }

    /// The lists as they may be used at this moment.
    pub fn at(&self, now: UnixTime) -> View<'_, B> {
        View { store: self, now }
    }

    /// Takes in what is on the board, for a configuration that was just made.
    pub fn look_around(&self, means: Means<'_>) {
        self.supply.look_around(&self.reader(means), means.now);
    }

    /// Notes that a request waits for a list. None where there is nothing to wait for: another
    /// worker's fetch brought it just now.
    pub fn ask(&self, list: ListId, means: Means<'_>) -> Option<Ask> {
        self.supply
            .ask(list.0, |_| true, &self.reader(means), means.now)
    }

    /// Takes in what other workers published, and begins the fetches that this worker shall make:
    /// of those lists whose issuers' keys are at hand, for no other list could be verified.
    pub fn tend(&self, means: Means<'_>) -> Vec<Fetch> {
        let is_ready = |place: usize| {
            let list = self.lists.get(place);
            list.is_some_and(|list| matches!(means.keys.held(list.issuer), token::Held::Set(_)))
        };
        self.supply.tend(is_ready, &self.reader(means), means.now)
    }

    /// Tells how a fetch ended: with the bytes of an answer, or with none.
    ///
    /// # Errors
    /// [`FetchFault`]. The last good list stays.
    pub fn ended(
        &self,
        fetch: Fetch,
        answer: Option<&[u8]>,
        means: Means<'_>,
    ) -> Result<(), FetchFault> {
        self.supply
            .ended(fetch, answer, &self.reader(means), means.now)
    }

    /// Whether a question need not wait any longer.
    pub fn settled(&self, ask: Ask, now: UnixTime) -> bool {
        self.supply.settled(ask, |_| true, now) != Settled::No
    }

    fn reader<'a>(&'a self, means: Means<'a>) -> Lists<'a> {
        Lists {
            means,
            lists: &self.lists,
        }
    }
}

/// The lists as they may be used at one moment.
#[derive(Debug)]
pub struct View<'s, B> {
    store: &'s Store<B>,
    now: UnixTime,
}

impl<B: Board> ListStore for View<'_, B> {
    fn held(&self, list: ListId) -> Held {
        let supply = &self.store.supply;
        match supply.stored(list.0) {
            None => Held::Missing,
            Some(stored)
                if stored.document.has_expired(self.now)
                    || !supply.is_fresh(list.0, &stored, self.now) =>
            {
                Held::TooOld // L4
            }
            Some(stored) => Held::List(stored.document),
        }
    }

    fn may_fetch(&self, list: ListId) -> bool {
        self.store.supply.may_fetch(list.0, self.now)
    }
}
