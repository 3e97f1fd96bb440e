//! The documents of one kind, as one worker holds them.

use crate::supply::board::{Board, Seal, number};
use crate::supply::lease::{Cause, Lease};
use crate::supply::{FetchFault, Reader, Settled, Source};
use crate::time::UnixTime;
use std::cell::RefCell;
use std::mem;
use std::time::Duration;

/// How long a document that is unfit here is left on the board before it is read again.
const PATIENCE: Duration = Duration::from_secs(1);

/// The documents of one kind: those that are fetched by this worker, and those that others fetched.
#[derive(Debug)]
pub struct Supply<B, D> {
    board: B,
    seal: Seal,
    holder: i64,
    stocks: Vec<RefCell<Stock<D>>>,
}

/// A question for a document, from when it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    source: usize,
    begun: i64,
    published: i64,
}

/// A fetch that this worker shall make, now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The source, by its place in the list.
    pub source: usize,
    number: i64,
}

/// A document, and when it was fetched.
#[derive(Clone, Debug)]
pub struct Stored<D> {
    /// The document.
    pub document: D,
    /// When it was fetched, by whichever worker.
    pub fetched_at: UnixTime,
}

/// What this worker has of one source.
#[derive(Debug)]
struct Stock<D> {
    source: Source,
    lease_name: String,
    document_name: String,
    lease: Lease,
    published: i64,
    stored: Option<Stored<D>>,
    /// A publication that was unfit here, and when it is looked at again.
    unfit: Option<(i64, UnixTime)>,
    /// Since how many fetches someone has waited for another one.
    wanted: Option<i64>,
    /// Whether a document came since, which may be what was waited for.
    may_be_answered: bool,
}

impl<B: Board, D: Clone> Supply<B, D> {
    /// A supply from these sources, of which this worker has nothing yet. `holder` tells this worker
    /// from the others.
    pub fn new<R: Reader<Document = D>>(
        sources: impl Iterator<Item = Source>,
        seal: Seal,
        holder: i64,
        board: B,
    ) -> Self {
        Self {
            board,
            holder,
            stocks: sources
                .map(|source| RefCell::new(Stock::new::<R>(source, &seal)))
                .collect(),
            seal,
        }
    }

    /// What there is of a source.
    pub fn stored(&self, source: usize) -> Option<Stored<D>> {
        self.stocks.get(source)?.borrow().stored.clone()
    }

    /// Whether the last good document of a source may still serve.
    pub fn is_fresh(&self, source: usize, stored: &Stored<D>, now: UnixTime) -> bool {
        self.stocks
            .get(source)
            .is_some_and(|stock| now.since(stored.fetched_at) <= stock.borrow().source.max_stale)
    }

    /// Whether asking for a document could bring another than this worker has now.
    pub fn may_fetch(&self, source: usize, now: UnixTime) -> bool {
        let Some(stock) = self.stocks.get(source) else {
            return false;
        };
        let stock = stock.borrow();
        let lease = self.lease(&stock).0;
        // What others published since, this worker takes in when it is asked: no fetch is needed for it.
        let has_news = lease.published != stock.published;
        has_news || lease.in_flight(now) || lease.may_begin(Cause::Missing, now)
    }

    /// Takes in what is on the board, for all sources: a new configuration judges at once, and must
    /// not wait for a tick, or for a source.
    pub fn look_around<R: Reader<Document = D>>(&self, reader: &R, now: UnixTime) {
        for (source, stock) in self.stocks.iter().enumerate() {
            self.look(source, &mut stock.borrow_mut(), reader, now);
        }
    }

    /// Notes that a request waits for a document. None where there is nothing to wait for: another
    /// worker's fetch brought one just now that is good for it.
    pub fn ask<R: Reader<Document = D>>(
        &self,
        source: usize,
        is_good: impl Fn(&D) -> bool,
        reader: &R,
        now: UnixTime,
    ) -> Option<Ask> {
        let stock = &mut *self.stocks.get(source)?.borrow_mut();
        let published = stock.published;
        self.look(source, stock, reader, now);
        let ask = Ask {
            source,
            begun: stock.lease.begun,
            published,
        };
        if stock.answers(ask, is_good) {
            return None;
        }
        stock.wanted = Some(ask.begun);
        Some(ask)
    }

    /// Takes in what other workers published, and begins the fetches that this worker shall make, of
    /// those sources that are ready. The caller makes each, and tells how it [`ended`](Self::ended).
    pub fn tend<R: Reader<Document = D>>(
        &self,
        is_ready: impl Fn(usize) -> bool,
        reader: &R,
        now: UnixTime,
    ) -> Vec<Fetch> {
        let mut fetches = Vec::new();
        for (source, stock) in self.stocks.iter().enumerate() {
            let stock = &mut *stock.borrow_mut();
            let state = self.look(source, stock, reader, now);
            let lease = stock.lease;
            if stock.wanted.is_some_and(|begun| begun < lease.begun) {
                stock.wanted = None;
            }
            let cause = match stock.wanted {
                Some(_) if !lease.may_begin(Cause::Schedule, now) => Cause::Missing,
                Some(_) | None => Cause::Schedule,
            };
            let begun = lease
                .begin(&stock.source, cause, self.holder, now)
                .filter(|_| is_ready(source));
            if let Some(begun) = begun {
                if self.write_lease(stock, begun, state) {
                    stock.wanted = None;
                    stock.may_be_answered = false;
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
    /// [`FetchFault`]. The last good document stays.
    pub fn ended<R: Reader<Document = D>>(
        &self,
        fetch: Fetch,
        answer: Option<&[u8]>,
        reader: &R,
        now: UnixTime,
    ) -> Result<(), FetchFault<R::Fault>> {
        let Some(stock) = self.stocks.get(fetch.source) else {
            return Err(FetchFault::LeaseLost);
        };
        let stock = &mut *stock.borrow_mut();
        let held = stock.stored.as_ref().map(|stored| &stored.document);
        let good = match answer {
            Some(bytes) if bytes.len() <= R::MOST_BYTES => reader
                .read(fetch.source, bytes, held)
                .map(|document| (document, bytes))
                .map_err(FetchFault::Unfit),
            Some(_) | None => Err(FetchFault::NoAnswer),
        };
        let refresh = good
            .as_ref()
            .ok()
            .map(|(document, _)| reader.refresh(&stock.source, document));
        let (lease, state) = self.lease(stock);
        let ended = lease
            .end(fetch.number, self.holder, refresh, now)
            .ok_or(FetchFault::LeaseLost)?;
        if let Ok((_, bytes)) = &good
            && !self.publish(stock, ended.published, bytes, now)
        {
            return Err(FetchFault::LeaseLost);
        }
        if !self.write_lease(stock, ended, state) {
            return Err(FetchFault::LeaseLost);
        }
        let (document, _) = good?;
        stock.take(document, ended.published, now);
        Ok(())
    }

    /// What has become of a question: it need not wait any longer where there is a document that is
    /// good for it, where a fetch that began after it has ended, or where none may begin for it.
    pub fn settled(&self, ask: Ask, is_good: impl Fn(&D) -> bool, now: UnixTime) -> Settled {
        let Some(stock) = self.stocks.get(ask.source) else {
            return Settled::Failed;
        };
        let stock = &mut *stock.borrow_mut();
        if stock.answers(ask, is_good) {
            return Settled::Answered;
        }
        if ask.begun < stock.lease.ended {
            return if stock.lease.failing() {
                Settled::Failed
            } else {
                Settled::Unanswered
            };
        }
        if mem::take(&mut stock.may_be_answered) {
            stock.wanted = Some(ask.begun);
        }
        if stock.wanted.is_none() && !stock.lease.in_flight(now) {
            Settled::Failed
        } else {
            Settled::No
        }
    }

    fn lease(&self, stock: &Stock<D>) -> (Lease, Option<u32>) {
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
    fn look<R: Reader<Document = D>>(
        &self,
        source: usize,
        stock: &mut Stock<D>,
        reader: &R,
        now: UnixTime,
    ) -> Option<u32> {
        let (lease, state) = self.lease(stock);
        stock.lease = lease;
        self.take_in(source, stock, reader, now);
        state
    }

    fn write_lease(&self, stock: &mut Stock<D>, lease: Lease, state: Option<u32>) -> bool {
        let bytes = self.seal.close(&stock.lease_name, lease.to_bytes());
        let written = self.board.write(&stock.lease_name, &bytes, state);
        if written {
            stock.lease = lease;
        }
        written
    }

    fn publish(&self, stock: &Stock<D>, number: i64, document: &[u8], now: UnixTime) -> bool {
        let mut bytes = Vec::with_capacity(document.len().saturating_add(48));
        bytes.extend_from_slice(&number.to_be_bytes());
        bytes.extend_from_slice(&now.millis().to_be_bytes());
        bytes.extend_from_slice(document);
        let state = self
            .board
            .read(&stock.document_name)
            .map(|(_, state)| state);
        let sealed = self.seal.close(&stock.document_name, bytes);
        self.board.write(&stock.document_name, &sealed, state)
    }

    /// Takes in the document on the board if the lease tells of another than the worker has. What is
    /// not sealed, unfit, or older than the worker's own, is left there.
    fn take_in<R: Reader<Document = D>>(
        &self,
        source: usize,
        stock: &mut Stock<D>,
        reader: &R,
        now: UnixTime,
    ) {
        let news = stock.lease.published;
        let was_unfit = stock
            .unfit
            .is_some_and(|(number, until)| number == news && now < until);
        if news == stock.published || was_unfit {
            return;
        }
        let Some((bytes, _)) = self.board.read(&stock.document_name) else {
            return;
        };
        let mut rest = self
            .seal
            .open(&stock.document_name, &bytes)
            .unwrap_or_default();
        let (Some(published), Some(fetched_at)) = (number(&mut rest), number(&mut rest)) else {
            return;
        };
        let fetched_at = UnixTime::from_millis(fetched_at);
        let own = stock.stored.as_ref();
        let is_old = own.is_some_and(|own| fetched_at < own.fetched_at);
        if published < news || is_old {
            return;
        }
        match reader.read(source, rest, own.map(|own| &own.document)) {
            Ok(document) => stock.take(document, news, fetched_at),
            Err(_) => stock.unfit = Some((news, now.after(PATIENCE))),
        }
    }
}

impl<D> Stock<D> {
    fn new<R: Reader>(source: Source, seal: &Seal) -> Self {
        let place = [&source.cluster, &source.authority, &source.path].map(String::as_bytes);
        let [cluster, authority, path] = place;
        let leased = [R::KIND.as_bytes(), cluster, authority, path];
        Self {
            lease_name: seal.name("lease", &leased),
            document_name: seal.name(R::KIND, &place),
            source,
            lease: Lease::default(),
            published: 0,
            stored: None,
            unfit: None,
            wanted: None,
            may_be_answered: false,
        }
    }

    /// Whoever still waits says so when it hears of this document: a fetch for those whom it answers
    /// would be in vain.
    fn take(&mut self, document: D, published: i64, fetched_at: UnixTime) {
        self.published = published;
        self.stored = Some(Stored {
            document,
            fetched_at,
        });
        if self.wanted.take().is_some() {
            self.may_be_answered = true;
        }
    }

    fn answers(&self, ask: Ask, is_good: impl Fn(&D) -> bool) -> bool {
        let stored = self.stored.as_ref();
        ask.published != self.published && stored.is_some_and(|it| is_good(&it.document))
    }
}
