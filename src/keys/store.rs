//! The keys of all issuers, as one worker holds them.

use crate::jose::jwk::Purpose;
use crate::jose::{KeySet, KeySetFault};
use crate::keys::missing::Missing;
use crate::supply::board::{Board, Seal};
use crate::supply::stock::{self, Fetch, Supply};
use crate::supply::{self, Reader, Settled, Source};
use crate::time::UnixTime;
use crate::token::issuer::{Issuer, KeySource};
use crate::token::{Held, IssuerId, KeyStore, Kind};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// Why a fetch of keys brought none.
pub type FetchFault = supply::FetchFault<KeySetFault>;

/// The keys of all issuers: those of the policy, and those that are fetched and shared with the
/// other workers of the process.
#[derive(Debug)]
pub struct Store<B> {
    supply: Supply<B, Rc<KeySet>>,
    reader: KeySets,
    issuers: Vec<KeySource>,
    /// Of each source, the names that it did not have.
    missing: Vec<RefCell<Missing>>,
}

/// A question for keys, from when it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    source: usize,
    question: stock::Ask,
    kid: Option<String>,
}

/// Reads key sets, each for what its source publishes.
#[derive(Clone, Debug)]
pub struct KeySets {
    purposes: Vec<Purpose>,
}

impl KeySets {
    fn of(issuers: &[Issuer], sources: usize) -> Self {
        let mut purposes = vec![Purpose::Signatures; sources];
        for issuer in issuers.iter().filter(|it| it.kind == Kind::Svid) {
            if let KeySource::Fetched(place) = issuer.keys
                && let Some(purpose) = purposes.get_mut(place)
            {
                *purpose = Purpose::JwtSvids;
            }
        }
        Self { purposes }
    }
}

impl Reader for KeySets {
    type Document = Rc<KeySet>;
    type Fault = KeySetFault;

    const KIND: &'static str = "keys";
    const MOST_BYTES: usize = 256 * 1024;

    fn read(
        &self,
        source: usize,
        bytes: &[u8],
        _held: Option<&Rc<KeySet>>,
    ) -> Result<Rc<KeySet>, KeySetFault> {
        let purpose = self.purposes.get(source).copied();
        KeySet::parse_for(bytes, purpose.unwrap_or(Purpose::Signatures)).map(Rc::new)
    }

    fn refresh(&self, source: &Source, _document: &Rc<KeySet>) -> Duration {
        source.refresh
    }
}

impl<B: Board> Store<B> {
    /// A store for these issuers and sources, with the keys that are on the board. `holder` tells
    /// this worker from the others; `seal` is on what they share.
    pub fn new(
        issuers: &[Issuer],
        sources: &[Source],
        seal: Seal,
        holder: i64,
        board: B,
        now: UnixTime,
    ) -> Self {
        let supply = Supply::new::<KeySets>(sources.iter().cloned(), seal, holder, board);
        let reader = KeySets::of(issuers, sources.len());
        supply.look_around(&reader, now);
        Self {
            reader,
            supply,
            issuers: issuers.iter().map(|issuer| issuer.keys.clone()).collect(),
            missing: sources.iter().map(|_| RefCell::default()).collect(),
        }
    }

    /// The keys as they may be used at this moment.
    pub fn at(&self, now: UnixTime) -> View<'_, B> {
        View { store: self, now }
    }

    /// Notes that a request waits for a key. None where there is nothing to wait for: the issuer's
    /// keys are not fetched, or another worker's fetch brought this one just now.
    pub fn ask(&self, issuer: IssuerId, kid: Option<String>, now: UnixTime) -> Option<Ask> {
        let source = self.place(issuer)?;
        let is_good = |set: &Rc<KeySet>| has(set, kid.as_deref());
        let question = self.supply.ask(source, is_good, &self.reader, now)?;
        Some(Ask {
            source,
            question,
            kid,
        })
    }

    /// Takes in what other workers published, and begins the fetches that this worker shall make.
    /// The caller makes each, and tells how it [`ended`](Self::ended).
    pub fn tend(&self, now: UnixTime) -> Vec<Fetch> {
        self.supply.tend(|_| true, &self.reader, now)
    }

    /// Tells how a fetch ended: with the bytes of an answer, or with none.
    ///
    /// # Errors
    /// [`FetchFault`]. The last good keys stay.
    pub fn ended(
        &self,
        fetch: Fetch,
        answer: Option<&[u8]>,
        now: UnixTime,
    ) -> Result<(), FetchFault> {
        self.supply.ended(fetch, answer, &self.reader, now)
    }

    /// Whether a question need not wait any longer: the key is here, or a fetch that began after
    /// the question has ended, or none may begin for it.
    pub fn settled(&self, ask: &Ask, now: UnixTime) -> bool {
        let is_good = |set: &Rc<KeySet>| has(set, ask.kid.as_deref());
        match self.supply.settled(ask.question, is_good, now) {
            Settled::No => false,
            Settled::Answered | Settled::Failed => true,
            Settled::Unanswered => {
                if let (Some(kid), Some(missing)) = (&ask.kid, self.missing.get(ask.source)) {
                    missing.borrow_mut().note(kid, now);
                }
                true
            }
        }
    }

    fn place(&self, issuer: IssuerId) -> Option<usize> {
        match self.issuers.get(issuer.0)? {
            KeySource::Fetched(place) => Some(*place),
            KeySource::Inline(_) | KeySource::Absent => None,
        }
    }
}

fn has(set: &KeySet, kid: Option<&str>) -> bool {
    kid.is_none_or(|kid| set.keys().iter().any(|key| key.id() == Some(kid)))
}

/// The keys as they may be used at one moment.
#[derive(Debug)]
pub struct View<'s, B> {
    store: &'s Store<B>,
    now: UnixTime,
}

impl<B: Board> KeyStore for View<'_, B> {
    fn held(&self, issuer: IssuerId) -> Held {
        let source = match self.store.issuers.get(issuer.0) {
            Some(KeySource::Inline(set)) => return Held::Set(Rc::clone(set)),
            Some(KeySource::Fetched(place)) => *place,
            Some(KeySource::Absent) | None => return Held::Missing,
        };
        let supply = &self.store.supply;
        match supply.stored(source) {
            None => Held::Missing,
            Some(stored) if !supply.is_fresh(source, &stored, self.now) => Held::TooOld,
            Some(stored) => Held::Set(stored.document),
        }
    }

    fn may_fetch(&self, issuer: IssuerId, kid: Option<&str>) -> bool {
        let Some(source) = self.store.place(issuer) else {
            return false;
        };
        let is_missing = |kid| {
            let missing = self.store.missing.get(source);
            missing.is_some_and(|it| it.borrow().has(kid, self.now))
        };
        !kid.is_some_and(is_missing) && self.store.supply.may_fetch(source, self.now)
    }
}
