//! Requests that went upstream and are open: ended when what they rest on ends, is denied or revoked.

use super::abi::{self, Level};
use super::gate::Gate;
use super::open::Open;
use super::perform::answer;
use crate::pipeline::Tenure;
use crate::policy::Policy;
use crate::reason::Reason;
use crate::revocation::status_list::StatusList;
use crate::revocation::{Held, ListId, ListStore as _};
use crate::time::UnixTime;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// How long after a reply that the proxy did not take the next is tried.
const AGAIN: Duration = Duration::from_secs(1);

/// The streams that are open on this worker, and what they were last held against.
#[derive(Default)]
pub(super) struct Streams {
    open: RefCell<Open<Stream>>,
    /// The policy that came after this gate's own.
    successor: RefCell<Option<Rc<Policy>>>,
    /// Those that were not held against the status lists since their verdict.
    fresh: RefCell<Vec<u32>>,
    /// What each status list of the policy said.
    lists: RefCell<Vec<Option<Rc<StatusList>>>>,
}

/// A stream that is open.
struct Stream {
    tenure: Box<Tenure>,
    /// Why it is revoked, where it is.
    cause: Option<Reason>,
}

impl Stream {
    /// Notes what a check says. Whether it must end.
    fn revoked(&mut self, checked: Result<(), Reason>) -> bool {
        self.cause = self.cause.or(checked.err());
        self.cause.is_some()
    }
}

impl Gate {
    /// Notes a stream that went upstream.
    pub(super) fn opened(&self, stream: u32, tenure: Box<Tenure>) {
        // This gate may judge it while a later policy is there already.
        let cause = match &*self.streams.successor.borrow() {
            Some(policy) => tenure.is_let_in(&policy.deny).err(),
            None => None,
        };
        let due = cause.map_or_else(|| tenure.due(), |_| UnixTime::default());
        let mut open = self.streams.open.borrow_mut();
        open.note(stream, due, Stream { tenure, cause });
        if !self.policy.status_lists.is_empty() {
            self.streams.fresh.borrow_mut().push(stream);
        }
    }

    /// A stream has ended by itself.
    pub(super) fn forget(&self, stream: u32) {
        self.streams.open.borrow_mut().take(stream);
    }

    /// A later policy is there. What it denies ends, of what this one let in.
    pub(super) fn succeeded_by(&self, policy: &Rc<Policy>) {
        let mut open = self.streams.open.borrow_mut();
        open.hasten(|it| it.revoked(it.tenure.is_let_in(&policy.deny)));
        self.streams.successor.replace(Some(Rc::clone(policy)));
    }

    /// Ends the streams that are due. Status lists are looked through where one says something else
    /// than before.
    pub(super) fn end_due(&self, now: UnixTime) {
        let lists = self.lists.at(now);
        let judge = |it: &mut Stream| it.revoked(it.tenure.is_valid(&self.policy, &lists));
        let fresh = self.streams.fresh.take();
        if self.have_lists_changed(now) {
            self.streams.open.borrow_mut().hasten(judge);
        } else {
            let mut open = self.streams.open.borrow_mut();
            for stream in fresh {
                open.hasten_one(stream, judge);
            }
        }
        loop {
            let due = self.streams.open.borrow_mut().take_due(now);
            let Some((stream, due)) = due else {
                return;
            };
            match self.renewed(due) {
                Ok(renewed) => {
                    let due = renewed.tenure.due();
                    self.streams.open.borrow_mut().note(stream, due, renewed);
                }
                Err(ended) => self.end(stream, ended, now),
            }
        }
    }

    /// A stream that is due, if a renewal carries it on that stands itself; or else as it must end.
    fn renewed(&self, mut due: Stream) -> Result<Stream, Stream> {
        let has_more = self.with_env(|env| due.tenure.renew(env));
        if has_more != Some(true) {
            return Err(due);
        }
        let stands = self.with_env(|env| {
            let denies = |policy: &Rc<Policy>| due.tenure.is_let_in(&policy.deny);
            denies(&self.policy)?;
            if let Some(policy) = &*self.streams.successor.borrow() {
                denies(policy)?;
            }
            due.tenure.is_valid(&self.policy, env.lists)
        });
        due.cause = stands.unwrap_or(Err(Reason::HostFault)).err();
        if due.cause.is_none() {
            Ok(due)
        } else {
            Err(due)
        }
    }

    /// Ends a stream. One whose client got the head of an answer is reset by the proxy, whatever the
    /// reply says.
    fn end(&self, stream: u32, ended: Stream, now: UnixTime) {
        // The host no longer knows a stream that has ended.
        if abi::act_for(stream).is_err() {
            return;
        }
        let told = self.with_env(|env| ended.tenure.end(ended.cause, env));
        let Some((reply, record)) = told else {
            return self.again(stream, ended, now);
        };
        if answer(&reply) {
            self.meters.ended(reply.reason);
            self.put(&record);
        } else {
            self.again(stream, ended, now);
        }
    }

    fn again(&self, stream: u32, ended: Stream, now: UnixTime) {
        let due = now.after(AGAIN);
        self.streams.open.borrow_mut().note(stream, due, ended);
        abi::log(Level::Error, "a stream was not ended; it is tried again");
    }

    /// Whether any status list says something else than when it was last asked. One that is not at hand
    /// any more does.
    fn have_lists_changed(&self, now: UnixTime) -> bool {
        let count = self.policy.status_lists.len();
        let view = self.lists.at(now);
        let mut known = self.streams.lists.borrow_mut();
        known.resize(count, None);
        let mut has_changed = false;
        for (place, known) in known.iter_mut().enumerate() {
            let held = match view.held(ListId(place)) {
                Held::List(list) => Some(list),
                Held::Missing | Held::TooOld => None,
            };
            let is_same = match (&held, &*known) {
                (Some(held), Some(known)) => Rc::ptr_eq(held, known) || held.agrees_with(known),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            };
            has_changed |= !is_same;
            *known = held;
        }
        has_changed
    }
}
