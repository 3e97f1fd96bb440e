//! When a decision service is left alone: it was silent to several subjects lately, so for a while what
//! would be asked is silence at once, and then one question tries whether it is back.
//!
//! Only subjects count, not requests: one caller whose questions a service cannot answer does not take
//! it from the others. Each worker has circuits of its own.

use crate::crypto::digest::sha256;
use crate::step_up::{Service, ServiceId};
use crate::time::UnixTime;
use std::collections::BTreeMap;
use std::time::Duration;

/// When a service is left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// How many subjects it must have been silent to.
    pub subjects: usize,
    /// In how long a time, with no answer among it.
    pub within: Duration,
    /// How long it is left alone before it is tried.
    pub rest: Duration,
}

/// How much longer than the service may take a trial counts as under way.
const GRACE: Duration = Duration::from_secs(1);

/// Bytes of a subject's name that are kept.
const NAME: usize = 8;

/// A subject, by a hash of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject([u8; NAME]);

impl Subject {
    /// Whoever has this name with this issuer.
    #[must_use]
    pub fn of(issuer: Option<&str>, name: &str) -> Self {
        let issuer = issuer.unwrap_or_default();
        let length = issuer.len().to_be_bytes();
        let hash = sha256(&[&length, issuer.as_bytes(), name.as_bytes()]);
        let mut short = [0; NAME];
        short
            .iter_mut()
            .zip(hash)
            .for_each(|(own, byte)| *own = byte);
        Self(short)
    }
}

/// How a question is put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// As usual.
    Usual,
    /// To try whether the service is back.
    Trial,
}

/// What became of a circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The service is left alone from now on.
    Opened,
    /// It is asked as usual again.
    Closed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// It is asked. Whom it was silent to since its last answer, and when.
    Closed(Vec<(Subject, UnixTime)>),
    /// It is left alone since then.
    Open(UnixTime),
    /// Its rest is over, and nobody tries it.
    Due,
    /// It is being tried since then.
    Trying(UnixTime),
}

/// The circuits of one worker, closed at first.
#[derive(Debug, Default)]
pub struct Circuits {
    each: BTreeMap<ServiceId, State>,
    changes: Vec<(ServiceId, Change)>,
}

impl Circuits {
    /// Whether a service may be asked now, and how. None: it is left alone.
    pub fn admit(&mut self, id: ServiceId, service: &Service, now: UnixTime) -> Option<Asking> {
        let state = self.state(id);
        match state {
            State::Closed(_) => Some(Asking::Usual),
            State::Open(since) if has_passed(*since, service.circuit.rest, now) => {
                *state = State::Trying(now);
                Some(Asking::Trial)
            }
            State::Due => {
                *state = State::Trying(now);
                Some(Asking::Trial)
            }
            // The one that tried it is not heard of any more.
            State::Trying(since)
                if has_passed(*since, service.timeout.saturating_add(GRACE), now) =>
            {
                *since = now;
                Some(Asking::Trial)
            }
            State::Open(_) | State::Trying(_) => None,
        }
    }

    /// Notes that a service answered, whatever it said.
    pub fn answered(&mut self, id: ServiceId) {
        let state = self.state(id);
        let was_closed = matches!(state, State::Closed(_));
        *state = State::Closed(Vec::new());
        if !was_closed {
            self.changes.push((id, Change::Closed));
        }
    }

    /// Notes that a question was not put after all, or that its caller left. A trial is another's then:
    /// nobody keeps a service alone by leaving.
    pub fn left(&mut self, id: ServiceId, asking: Asking) {
        let state = self.state(id);
        if asking == Asking::Trial && matches!(state, State::Trying(_)) {
            *state = State::Due;
        }
    }

    /// Notes that a service was silent to a subject.
    pub fn silent(
        &mut self,
        id: ServiceId,
        service: &Service,
        asking: Asking,
        subject: Subject,
        now: UnixTime,
    ) {
        let rules = &service.circuit;
        let state = self.state(id);
        let opens = match state {
            State::Closed(silent) => {
                silent.retain(|(other, when)| {
                    *other != subject && !has_passed(*when, rules.within, now)
                });
                silent.push((subject, now));
                silent.len() >= rules.subjects
            }
            State::Trying(_) => asking == Asking::Trial,
            State::Open(_) | State::Due => false,
        };
        if opens {
            let was_closed = matches!(state, State::Closed(_));
            *state = State::Open(now);
            if was_closed {
                self.changes.push((id, Change::Opened));
            }
        }
    }

    /// What became of them since this was asked last.
    pub fn changes(&mut self) -> Vec<(ServiceId, Change)> {
        std::mem::take(&mut self.changes)
    }

    fn state(&mut self, id: ServiceId) -> &mut State {
        self.each.entry(id).or_insert(State::Closed(Vec::new()))
    }
}

/// Whether so much time has passed. A clock that was set back says nothing, so it has.
fn has_passed(since: UnixTime, time: Duration, now: UnixTime) -> bool {
    now < since || now.since(since) >= time
}
