//! What the pipeline decided, done on the host. The effect on the stream is the last statement.

use super::abi::{self, Level};
use super::calls;
use super::gate::Gate;
use super::held::{Body, Held, Request, State};
use super::pairs;
use super::waiting::{Caller, Entry};
use crate::pipeline::{Answer, BodyFault, Listening, Outcome, Question, Release, Step, Waiting};
use crate::reason::Reason;
use crate::record::Record;
use crate::respond::{self, Document, Reply, Terms};
use crate::step_up::{Call, Silence};
use crate::token::exchange::Order;
use crate::uses::fleet;
use std::rc::Rc;

/// The filter state that holds the record.
const RECORD: &str = "countersign";

impl Gate {
    /// Does a step of a request, and those that follow from it at once. The effective context of
    /// the host is the request's stream.
    pub(super) fn perform(&self, request: &Rc<Request>, mut step: Step) {
        loop {
            step = match step {
                Step::Done(outcome) => return self.settle(request, outcome),
                Step::Read(listening) => match self.listen(request, listening) {
                    Some(step) => step,
                    None => return,
                },
                Step::Ask(question, waiting) => match self.ask(request, question, waiting) {
                    Some(step) => step,
                    None => return,
                },
            }
        }
    }

    /// Hears the body if all of it is there, or already too much of it. Holds the request otherwise.
    fn listen(&self, request: &Rc<Request>, listening: Listening) -> Option<Step> {
        let body = match request.body.get() {
            Body::Part(size) | Body::Whole(size) if size > listening.limit() => {
                Err(BodyFault::TooLarge)
            }
            Body::Whole(0) => Ok(Vec::new()),
            // One byte more is asked for: what is judged is all that the host holds, or nothing.
            Body::Whole(size) => {
                match abi::buffer(abi::Buffer::RequestBody, size.saturating_add(1)) {
                    Ok(bytes) if bytes.len() == size => Ok(bytes),
                    Ok(_) | Err(_) => Err(BodyFault::Unreadable),
                }
            }
            Body::Unseen | Body::Part(_) => {
                if !self.has_room(Caller::Proven) {
                    return Some(Step::Done(listening.abandon(Reason::Overloaded)));
                }
                self.hold(request, State::Body(listening), None);
                return None;
            }
        };
        Some(self.step(|env| listening.hear(body.as_deref().map_err(|fault| *fault), env)))
    }

    fn ask(&self, request: &Rc<Request>, question: Question, waiting: Waiting) -> Option<Step> {
        match question {
            Question::Keys(issuer, kid) => {
                let Ok(now) = abi::now() else {
                    return Some(self.give_up(waiting, Reason::HostFault));
                };
                let Some(ask) = self.keys.ask(issuer, kid, now) else {
                    return Some(self.step(|env| waiting.resume(Ok(Answer::Keys), env)));
                };
                // Who waits for the keys of what was issued for it has shown who it is.
                let caller = caller_of(&waiting);
                if !self.has_room(caller) {
                    return Some(self.give_up(waiting, Reason::Overloaded));
                }
                self.hold_as(caller, request, State::Keys(waiting, ask), None);
                self.ring_own();
                None
            }
            Question::StatusList(list) => {
                let Ok(now) = abi::now() else {
                    return Some(self.give_up(waiting, Reason::HostFault));
                };
                let ask = self.with_means(now, |means| self.lists.ask(list, means));
                let Some(ask) = ask else {
                    return Some(self.step(|env| waiting.resume(Ok(Answer::StatusList), env)));
                };
                if !self.has_room(Caller::Proven) {
                    return Some(self.give_up(waiting, Reason::Overloaded));
                }
                self.hold(request, State::StatusList(waiting, ask), None);
                self.ring_own();
                None
            }
            Question::Introspection(inquiry) => {
                // Who joins a call that is under way costs none. So strangers that join must not take
                // the places of senders that are known.
                let caller = if self.introspections.borrow().knows(&inquiry) {
                    Caller::Proven
                } else {
                    Caller::Unknown
                };
                if !self.has_room(caller) {
                    return Some(self.give_up(waiting, Reason::Overloaded));
                }
                match self.inquiry(inquiry) {
                    Ok(ticket) => {
                        let state = State::Introspection(waiting, ticket);
                        self.hold_as(caller, request, state, None);
                        self.ring_own();
                        None
                    }
                    Err(reason) => {
                        let answer = Ok(Answer::Introspection(Err(reason)));
                        Some(self.step(|env| waiting.resume(answer, env)))
                    }
                }
            }
            Question::Exchange(order) => self.ask_for_token(request, order, waiting),
            Question::Consume(call) => {
                if !self.has_room(caller_of(&waiting)) {
                    return Some(self.give_up(waiting, Reason::Overloaded));
                }
                self.meters.consumed.add(1);
                let store = self.policy.replay.store.as_ref();
                let asked = store
                    .ok_or(Silence::ClusterUnknown)
                    .and_then(|store| calls::store(store, fleet::TXN_PATH, &call.body));
                match asked {
                    Ok(call) => {
                        self.hold(request, State::Store(waiting), Some(call));
                        None
                    }
                    Err(silence) => Some(self.step(|env| waiting.resume(Err(silence), env))),
                }
            }
            Question::Decision(call) => self.ask_service(request, &call, waiting),
        }
    }

    fn ask_service(&self, request: &Rc<Request>, call: &Call, waiting: Waiting) -> Option<Step> {
        let service = call.service;
        let Some(rules) = self.policy.services.get(service.0) else {
            return Some(self.step(|env| waiting.resume(Err(Silence::ClusterUnknown), env)));
        };
        // One that stalls must not take the places of requests that wait for something else.
        let is_full = self.waiting.borrow().asking(service) >= rules.requests;
        if is_full || !self.has_room(caller_of(&waiting)) {
            return Some(self.give_up(waiting, Reason::Overloaded));
        }
        self.meters.asked.add(1);
        match calls::decide(rules, call, request.traceparent.as_deref()) {
            Ok(call) => {
                self.hold(request, State::Decision(waiting, service), Some(call));
                None
            }
            Err(silence) => Some(self.step(|env| waiting.resume(Err(silence), env))),
        }
    }

    /// Ends what waits before its question was put.
    fn give_up(&self, waiting: Waiting, reason: Reason) -> Step {
        Step::Done(waiting.abandon(reason, &self.circuits))
    }

    fn ask_for_token(&self, request: &Rc<Request>, order: Order, waiting: Waiting) -> Option<Step> {
        let is_full = self.exchanges.are_full(self.policy.waiting.requests);
        if is_full || !self.has_room(caller_of(&waiting)) {
            return Some(self.give_up(waiting, Reason::Overloaded));
        }
        let ticket = self.order(order);
        self.hold(request, State::Exchange(waiting, ticket), None);
        self.ring_own();
        None
    }

    /// Has the root act: an answer to this stream would be lost with its client. Where the root has
    /// no queue yet, its tick will do.
    fn ring_own(&self) {
        if let Some((queue, _)) = self.queue.get() {
            let _ = abi::ring(queue);
        }
    }

    fn has_room(&self, caller: Caller) -> bool {
        self.waiting.borrow().has_room(caller)
    }

    fn hold(&self, request: &Rc<Request>, state: State, call: Option<u32>) {
        let caller = match &state {
            State::Keys(..) | State::Introspection(..) => Caller::Unknown,
            State::StatusList(..) | State::Body(_) => Caller::Proven,
            State::Store(waiting) | State::Decision(waiting, _) | State::Exchange(waiting, _) => {
                caller_of(waiting)
            }
        };
        self.hold_as(caller, request, state, call);
    }

    fn hold_as(&self, caller: Caller, request: &Rc<Request>, state: State, call: Option<u32>) {
        self.meters.waiting.add(1);
        let entry = Entry {
            service: state.service(),
            what: Held {
                request: Rc::clone(request),
                state,
            },
            deadline: request.deadline,
            call,
            caller,
        };
        self.waiting.borrow_mut().hold(request.stream, entry);
    }

    fn settle(&self, request: &Request, outcome: Outcome) {
        match outcome {
            Outcome::Forward(release, mut record) => {
                if release.single_use {
                    request.consumed.replace(Some(record.id.clone()));
                }
                if edit(&release).is_ok() {
                    request.minted.replace(release.minted);
                    request.response.replace(release.response);
                    if let Some(tenure) = release.tenure {
                        self.opened(request.stream, tenure);
                    }
                    return self.forward(request, &record);
                }
                // What could not be edited could carry what the caller wrote in our name.
                record.close_refused(Reason::HostFault);
                let reply = respond::reply(Reason::HostFault, &Terms::default());
                self.refuse(&reply, &record);
            }
            Outcome::Refuse(reply, record) => self.refuse(&reply, &record),
            Outcome::Publish(published, record) => {
                self.put(&record);
                let document = published.document;
                if document == Document::Renewed {
                    self.meters.renewed.add(1);
                }
                let own = published.response.iter();
                let own = own.map(|(name, value)| (*name, value.as_str()));
                let headers: Vec<(&str, &str)> =
                    document.headers().iter().copied().chain(own).collect();
                send(
                    document.status(),
                    document.details(),
                    &published.text,
                    &headers,
                );
            }
        }
    }

    fn forward(&self, request: &Request, record: &Record) {
        self.meters.forwarded.add(1);
        self.put(record);
        request.is_released.set(true);
        if !request.in_callback.get() && abi::release().is_err() {
            abi::log(
                Level::Error,
                "a request was not resumed; it waits for the proxy's timeouts",
            );
        }
    }

    /// Counts a refusal and writes its record.
    pub(super) fn note_refusal(&self, reason: Reason, record: &Record) {
        self.meters.refused(reason);
        self.put(record);
    }

    /// Writes the record: one line in the log, and filter state for access logs and traces. One of a
    /// request that breaks the glass is counted besides, and told where no level of the log hides it.
    pub(super) fn put(&self, record: &Record) {
        let line = record.to_json();
        abi::log(Level::Info, &line);
        let _ = abi::set_state(RECORD, &line);
        if record.break_glass {
            self.meters.glass(record.verdict);
            let route = record.route.as_deref().unwrap_or_default();
            let verdict = record.reason.unwrap_or("forwarded");
            let id = &record.id;
            abi::log(
                Level::Critical,
                &format!("break-glass: {verdict} on route {route}, decision {id}"),
            );
        }
    }

    fn refuse(&self, reply: &Reply, record: &Record) {
        self.note_refusal(reply.reason, record);
        answer(reply);
    }
}

/// Answers so in place of the upstream. Whether the host took the answer.
pub(super) fn answer(reply: &Reply) -> bool {
    let mut headers: Vec<(&str, &str)> = reply
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let granted = reply.granted.iter();
    headers.extend(granted.map(|(name, value)| (&**name, value.as_str())));
    send(reply.status, reply.reason.code(), &reply.body, &headers)
}

/// Whose request waits, where its proof was judged.
fn caller_of(waiting: &Waiting) -> Caller {
    if waiting.is_vouched_for() {
        Caller::Proven
    } else {
        Caller::Unknown
    }
}

/// Answers in place of the upstream. Whether the host took the answer.
fn send(status: u16, details: &str, body: &str, headers: &[(&str, &str)]) -> bool {
    let is_sent = abi::reply(status, details, body, &pairs::write(headers)).is_ok();
    if !is_sent {
        abi::log(
            Level::Error,
            "a reply was not sent; the request waits for the proxy's timeouts",
        );
    }
    is_sent
}

/// Edits the request as its release says. Must be done while the host still has the headers.
fn edit(release: &Release) -> Result<(), abi::Fault> {
    for name in &release.remove {
        abi::remove_header(name)?;
    }
    for (name, value) in &release.set {
        abi::set_header(name, value)?;
    }
    for (name, value) in &release.granted {
        abi::set_header(name, value)?;
    }
    for (name, value) in &release.state {
        abi::set_state(name, value)?;
    }
    Ok(())
}
