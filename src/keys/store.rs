//! The keys of all issuers, as one worker holds them.

use crate::jose::{KeySet, KeySetFault};
use crate::keys::board::{Board, Seal, number};
use crate::keys::lease::{Cause, Lease};
use crate::keys::missing::Missing;
use crate::keys::{MAX_SET_BYTES, Source};
use crate::time::UnixTime;
use crate::token::issuer::{Issuer, KeySource};
use crate::token::{Held, IssuerId, KeyStore};
use std::cell::RefCell;
use std::rc::Rc;

/// The keys of all issuers: those of the policy, and those that are fetched and shared with the
/// other workers of the process.
#[derive(Debug)]
pub struct Store<B> {
    board: B,
    seal: Seal,
    holder: i64,
    issuers: Vec<KeySource>,
    stocks: Vec<RefCell<Stock>>,
}

/// A question for keys, from when it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    stock: usize,
    kid: Option<String>,
    begun: i64,
    published: i64,
}

/// A fetch that this worker shall make, now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The source, by its place in the policy's list.
    pub source: usize,
    number: i64,
}

/// Why a fetch brought nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchFault {
    /// No answer, or not one with status 200 and of a size that is read.
    NoAnswer,
    /// The answer is not a key set that may be used.
    NotKeys(KeySetFault),
    /// The lease was lost, or the board could not be written. The other's result counts.
    LeaseLost,
}

/// What this worker has of one source.
#[derive(Debug)]
struct Stock {
    source: Source,
    lease_name: String,
    keys_name: String,
    lease: Lease,
    published: i64,
    fetched_at: UnixTime,
    set: Option<Rc<KeySet>>,
    missing: Missing,
    wanted: Option<i64>,
}

impl<B: Board> Store<B> {
    /// A store for these issuers and sources, with the keys that are on the board. `holder` tells
    /// this worker from the others; `secret` is the gate's.
    pub fn new(
        issuers: &[Issuer],
        sources: &[Source],
        secret: &[u8],
        holder: i64,
        board: B,
    ) -> Self {
        let seal = Seal::new(secret);
        let store = Self {
            board,
            holder,
            issuers: issuers.iter().map(|issuer| issuer.keys.clone()).collect(),
            stocks: sources
                .iter()
                .cloned()
                .map(|source| RefCell::new(Stock::new(source, &seal)))
                .collect(),
            seal,
        };
        // A new configuration judges at once; it must not wait for a tick, or for the issuer.
        for stock in &store.stocks {
            store.look(&mut stock.borrow_mut());
        }
        store
    }

    /// The board.
    pub fn board(&self) -> &B {
        &self.board
    }

    /// The seal on what is written to the board.
    pub fn seal(&self) -> &Seal {
        &self.seal
    }

    /// The keys as they may be used at this moment.
    pub fn at(&self, now: UnixTime) -> View<'_, B> {
        View { store: self, now }
    }

    /// Notes that a request waits for a key. None where there is nothing to wait for: the issuer's
    /// keys are not fetched, or another worker's fetch brought this one just now.
    pub fn ask(&self, issuer: IssuerId, kid: Option<String>) -> Option<Ask> {
        let place = self.place(issuer)?;
        let stock = &mut *self.stocks.get(place)?.borrow_mut();
        let published = stock.published;
        self.look(stock);
        let ask = Ask {
            stock: place,
            kid,
            begun: stock.lease.begun,
            published,
        };
        if stock.answers(&ask) {
            return None;
        }
        stock.wanted = Some(ask.begun);
        Some(ask)
    }

    /// Takes in what other workers published, and begins the fetches that this worker shall make.
    /// The caller makes each, and tells how it [`ended`](Self::ended).
    pub fn tend(&self, now: UnixTime) -> Vec<Fetch> {
        let mut fetches = Vec::new();
        for (source, stock) in self.stocks.iter().enumerate() {
            let stock = &mut *stock.borrow_mut();
            let state = self.look(stock);
            let lease = stock.lease;
            if stock.wanted.is_some_and(|begun| begun < lease.begun) {
                stock.wanted = None;
            }
            let cause = match stock.wanted {
                Some(_) if !lease.may_begin(Cause::Schedule, now) => Cause::MissingKey,
                Some(_) | None => Cause::Schedule,
            };
            if let Some(begun) = lease.begin(&stock.source, cause, self.holder, now) {
                if self.write_lease(stock, begun, state) {
                    stock.wanted = None;
                    fetches.push(Fetch {
                        source,
                        number: begun.begun,
                    });
                }
            } else if !lease.in_flight(now) {
                stock.wanted = None;
            }
        }
        fetches
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
        let Some(stock) = self.stocks.get(fetch.source) else {
            return Err(FetchFault::LeaseLost);
        };
        let stock = &mut *stock.borrow_mut();
        let good = match answer {
            Some(bytes) if bytes.len() <= MAX_SET_BYTES => KeySet::parse(bytes)
                .map(|_| bytes)
                .map_err(FetchFault::NotKeys),
            Some(_) | None => Err(FetchFault::NoAnswer),
        };
        let (lease, state) = self.lease(stock);
        let ended = lease
            .end(&stock.source, fetch.number, self.holder, good.is_ok(), now)
            .ok_or(FetchFault::LeaseLost)?;
        if let Ok(bytes) = good
            && !self.publish(stock, ended.published, bytes, now)
        {
            return Err(FetchFault::LeaseLost);
        }
        if !self.write_lease(stock, ended, state) {
            return Err(FetchFault::LeaseLost);
        }
        self.take_in(stock);
        good.map(|_| ())
    }

    /// Whether a question need not wait any longer: the key is here, or a fetch that began after
    /// the question has ended, or none may begin for it.
    pub fn settled(&self, ask: &Ask, now: UnixTime) -> bool {
        let Some(stock) = self.stocks.get(ask.stock) else {
            return true;
        };
        let stock = &mut *stock.borrow_mut();
        if stock.answers(ask) {
            return true;
        }
        if ask.begun < stock.lease.ended {
            if let Some(kid) = &ask.kid
                && !stock.lease.failing()
            {
                stock.missing.note(kid, now);
            }
            return true;
        }
        stock.wanted.is_none() && !stock.lease.in_flight(now)
    }

    fn place(&self, issuer: IssuerId) -> Option<usize> {
        match self.issuers.get(issuer.0)? {
            KeySource::Fetched(place) => Some(*place),
            KeySource::Inline(_) | KeySource::Absent => None,
        }
    }

    fn lease(&self, stock: &Stock) -> (Lease, Option<u32>) {
        let Some((bytes, state)) = self.board.read(&stock.lease_name) else {
            return (Lease::default(), None);
        };
        let lease = self
            .seal
            .open(&stock.lease_name, &bytes)
            .and_then(Lease::from_bytes);
        (lease.unwrap_or_default(), Some(state))
    }

    /// Sees what the others did. Returns the number of the lease's state.
    fn look(&self, stock: &mut Stock) -> Option<u32> {
        let (lease, state) = self.lease(stock);
        stock.lease = lease;
        self.take_in(stock);
        state
    }

    fn write_lease(&self, stock: &mut Stock, lease: Lease, state: Option<u32>) -> bool {
        let bytes = self.seal.close(&stock.lease_name, lease.to_bytes());
        let written = self.board.write(&stock.lease_name, &bytes, state);
        if written {
            stock.lease = lease;
        }
        written
    }

    fn publish(&self, stock: &Stock, number: i64, set: &[u8], now: UnixTime) -> bool {
        let mut bytes = Vec::with_capacity(set.len().saturating_add(48));
        bytes.extend_from_slice(&number.to_be_bytes());
        bytes.extend_from_slice(&now.millis().to_be_bytes());
        bytes.extend_from_slice(set);
        let state = self.board.read(&stock.keys_name).map(|(_, state)| state);
        let sealed = self.seal.close(&stock.keys_name, bytes);
        self.board.write(&stock.keys_name, &sealed, state)
    }

    /// Takes in the keys on the board if the lease tells of others than the worker has. What is
    /// not sealed, or older than the worker's own, is left there.
    fn take_in(&self, stock: &mut Stock) {
        if stock.lease.published == stock.published {
            return;
        }
        let Some((bytes, _)) = self.board.read(&stock.keys_name) else {
            return;
        };
        let mut rest = self.seal.open(&stock.keys_name, &bytes).unwrap_or_default();
        if let Some(published) = number(&mut rest)
            && let Some(fetched_at) = number(&mut rest).map(UnixTime::from_millis)
            && published >= stock.lease.published
            && fetched_at >= stock.fetched_at
            && let Ok(set) = KeySet::parse(rest)
        {
            stock.published = stock.lease.published;
            stock.fetched_at = fetched_at;
            stock.set = Some(Rc::new(set));
        }
    }
}

impl Stock {
    fn new(source: Source, seal: &Seal) -> Self {
        let place = [&source.cluster, &source.authority, &source.path].map(String::as_bytes);
        Self {
            lease_name: seal.name("lease", &place),
            keys_name: seal.name("keys", &place),
            source,
            lease: Lease::default(),
            published: 0,
            fetched_at: UnixTime::default(),
            set: None,
            missing: Missing::default(),
            wanted: None,
        }
    }

    fn answers(&self, ask: &Ask) -> bool {
        let named = |kid: &String| {
            let set = self.set.as_ref();
            set.is_some_and(|set| set.keys().iter().any(|key| key.id() == Some(kid)))
        };
        ask.published != self.published && ask.kid.as_ref().is_none_or(named)
    }
}

/// The keys as they may be used at one moment.
#[derive(Debug)]
pub struct View<'s, B> {
    store: &'s Store<B>,
    now: UnixTime,
}

impl<B: Board> KeyStore for View<'_, B> {
    fn held(&self, issuer: IssuerId) -> Held {
        let stock = match self.store.issuers.get(issuer.0) {
            Some(KeySource::Inline(set)) => return Held::Set(Rc::clone(set)),
            Some(KeySource::Fetched(place)) => self.store.stocks.get(*place),
            Some(KeySource::Absent) | None => None,
        };
        let Some(stock) = stock else {
            return Held::Missing;
        };
        let stock = stock.borrow();
        match &stock.set {
            None => Held::Missing,
            Some(_) if self.now.since(stock.fetched_at) > stock.source.max_stale => Held::TooOld,
            Some(set) => Held::Set(Rc::clone(set)),
        }
    }

    fn may_fetch(&self, issuer: IssuerId, kid: Option<&str>) -> bool {
        let Some(stock) = self
            .store
            .place(issuer)
            .and_then(|place| self.store.stocks.get(place))
        else {
            return false;
        };
        let stock = stock.borrow();
        if kid.is_some_and(|kid| stock.missing.has(kid, self.now)) {
            return false;
        }
        let lease = self.store.lease(&stock).0;
        // What others published since, this worker takes in when it is asked: no fetch is needed for it.
        let has_news = lease.published != stock.published;
        has_news || lease.in_flight(self.now) || lease.may_begin(Cause::MissingKey, self.now)
    }
}
