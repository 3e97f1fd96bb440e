//! What brings a request that waits to its next step. Each way takes it from the table first, so
//! only one of them does.

use super::abi::{self, Level};
use super::calls;
use super::gate::Gate;
use super::held::{Body, Held, Request, State};
use super::read;
use crate::pipeline::{Answer, BodyFault, Env, Outcome, Step};
use crate::reason::Reason;
use crate::step_up::Silence;
use crate::time::UnixTime;

impl Gate {
    /// More of a stream's body has come. Goes on if that is what the request waits for, and there
    /// is no more to wait for.
    pub(super) fn shown(&self, stream: u32, body: Body) {
        let is_enough = match self.waiting.borrow().get(stream).map(|held| &held.state) {
            Some(State::Body(listening)) => match body {
                Body::Unseen => false,
                Body::Part(size) => size > listening.limit(),
                Body::Whole(_) => true,
            },
            Some(
                State::Keys(..)
                | State::StatusList(..)
                | State::Introspection(..)
                | State::Store(_)
                | State::Decision(..)
                | State::Exchange(..),
            )
            | None => false,
        };
        if !is_enough {
            return;
        }
        if let Some(Held { request, state }) = self.take(stream)
            && let State::Body(listening) = state
        {
            self.perform(&request, Step::Read(listening));
        }
    }

    /// A call has ended. Goes on with the request that waits for it, if one still does.
    pub(super) fn called_back(&self, call: u32, headers: usize, body: usize) {
        let caller = self.waiting.borrow().stream_of(call);
        let Some(held) = caller.and_then(|stream| self.take(stream)) else {
            return;
        };
        self.go_on(held, |state, env| match state {
            State::Store(waiting) => {
                let answer = calls::stored(headers, body).map(Answer::Consumed);
                waiting.resume(answer, env)
            }
            State::Decision(waiting, _)
            | State::Keys(waiting, _)
            | State::StatusList(waiting, _)
            | State::Introspection(waiting, _)
            | State::Exchange(waiting, _) => {
                let answer = calls::answer(headers, body).map(Answer::Decision);
                waiting.resume(answer, env)
            }
            State::Body(listening) => Step::Done(listening.abandon(Reason::HostFault)),
        });
    }

    /// A call of gRPC has ended. Only decision services are called so.
    pub(super) fn checked_back(&self, call: u32, status: u32, size: usize) {
        let caller = self.waiting.borrow().stream_of(call);
        let Some(held) = caller.and_then(|stream| self.take(stream)) else {
            return;
        };
        self.go_on(held, |state, env| match state.asked() {
            Ok(waiting) => {
                let answer = calls::checked(status, size).map(Answer::Decision);
                waiting.resume(answer, env)
            }
            Err(listening) => Step::Done(listening.abandon(Reason::HostFault)),
        });
    }

    /// Ends the waits whose deadline has come.
    pub(super) fn sweep(&self, now: UnixTime) {
        let overdue = self
            .waiting
            .borrow()
            .overdue(now, self.policy.waiting.deadline);
        for held in overdue.into_iter().filter_map(|stream| self.take(stream)) {
            let fault = match held.request.body.get() {
                Body::Unseen => BodyFault::NotHeld,
                Body::Part(_) | Body::Whole(_) => BodyFault::Late,
            };
            self.go_on(held, |state, env| match state.asked() {
                Ok(waiting) => waiting.resume(Err(Silence::Deadline), env),
                Err(listening) => listening.hear(Err(fault), env),
            });
        }
    }

    /// Goes on with the requests whose questions for keys or lists are settled.
    pub(super) fn wake(&self, now: UnixTime) {
        let settled = self
            .waiting
            .borrow()
            .streams(|entry| match &entry.what.state {
                State::Keys(_, ask) => self.keys.settled(ask, now),
                State::StatusList(_, ask) => self.lists.settled(*ask, now),
                State::Body(_)
                | State::Introspection(..)
                | State::Store(_)
                | State::Decision(..)
                | State::Exchange(..) => false,
            });
        for held in settled.into_iter().filter_map(|stream| self.take(stream)) {
            let answer = match held.state {
                State::StatusList(..) => Answer::StatusList,
                State::Keys(..)
                | State::Body(_)
                | State::Introspection(..)
                | State::Store(_)
                | State::Decision(..)
                | State::Exchange(..) => Answer::Keys,
            };
            self.go_on(held, |state, env| match state.asked() {
                Ok(waiting) => waiting.resume(Ok(answer), env),
                Err(listening) => Step::Done(listening.abandon(Reason::HostFault)),
            });
        }
    }

    /// The stream ends. Nobody is left to answer, but if its request still waits, it leaves its
    /// record: a caller must not be able to ask and go unseen.
    pub(super) fn stream_ended(&self, stream: u32) {
        let Some(held) = self.take(stream) else {
            return;
        };
        self.meters.left.add(1);
        let reason = if read::was_too_large() {
            Reason::BodyTooLarge
        } else {
            Reason::RequestEnded
        };
        let outcome = match held.state.asked() {
            Ok(waiting) => waiting.leave(reason, &self.circuits),
            Err(listening) => listening.abandon(reason),
        };
        match outcome {
            Outcome::Refuse(_, record) => self.note_refusal(reason, &record),
            Outcome::Forward(..) | Outcome::Publish(..) => {}
        }
    }

    /// The stream ends, of a request that was released. What was used up for it stays used up; where
    /// the upstream did not do its part, that is told, once.
    pub(super) fn answered(&self, request: &Request) {
        // What was issued for it is good for nothing more.
        drop(request.minted.take());
        let Some(decision) = request.consumed.take() else {
            return;
        };
        let ending = read::ending();
        if ending.is_failure() {
            self.meters.consumed_then_failed.add(1);
            let line = format!(
                "decision {decision}: a transaction was used up, and its request failed: {ending}"
            );
            abi::log(Level::Warn, &line);
        }
    }

    /// Takes what a stream waits for, if anything.
    pub(super) fn take(&self, stream: u32) -> Option<Held> {
        let held = self.waiting.borrow_mut().take(stream)?;
        self.meters.waiting.add(-1);
        Some(held)
    }

    /// Takes the next step of a request from whichever callback is running.
    pub(super) fn go_on(&self, held: Held, next: impl FnOnce(State, &Env<'_>) -> Step) {
        let Held { request, state } = held;
        // The host no longer knows a stream that has ended.
        if abi::act_for(request.stream).is_ok() {
            let step = self.step(|env| next(state, env));
            self.perform(&request, step);
        }
    }
}
