//! Requests that are held: for a body, or for the answer to a question.

use super::assess::Assessed;
use super::case::Case;
use super::consume::Consuming;
use super::exchange::Exchanging;
use super::known::{Known, Need};
use super::settle::{Asked, settle};
use super::spend::{Spending, Spent};
use super::{Answer, BodyFault, Env, Outcome, Step, finish, forward, hand, judge, listen, weigh};
use crate::http::{Connection, RequestHead};
use crate::reason::Reason;
use crate::step_up::Silence;
use crate::step_up::circuit::{Asking, Circuits};
use crate::time::UnixTime;
use std::cell::RefCell;

/// A request that is held until its body is whole.
#[derive(Debug)]
pub struct Listening {
    pub(super) spent: Box<Spent>,
    pub(super) connection: Connection,
    pub(super) case: Case,
}

/// A request that is held until its question is answered.
#[derive(Debug)]
pub struct Waiting {
    pub(super) case: Case,
    pub(super) stage: Stage,
}

#[derive(Debug)]
pub(super) enum Stage {
    /// Judged anew once it is known.
    Known(Box<Asker>),
    /// Never judged anew: its proofs are used by now.
    Spending(Box<Spending>, Connection),
    Decision(Box<Assessed>, UnixTime, Asking),
    /// Never judged anew: it is permitted by now.
    Exchanging(Box<Exchanging>),
    /// Never judged anew: its transaction may be used up by now.
    Consuming(Box<Consuming>),
}

/// A request that waits for what its caller's credential needs.
#[derive(Debug)]
pub(super) struct Asker {
    pub(super) head: RequestHead,
    pub(super) connection: Connection,
    pub(super) known: Known,
    pub(super) need: Need,
}

impl Listening {
    /// Most bytes that the route reads of the body.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.spent.announced().body_limit()
    }

    /// Goes on with the body.
    pub fn hear(mut self, body: Result<&[u8], BodyFault>, env: &Env<'_>) -> Step {
        let reason = match body {
            Ok(bytes) => {
                self.case.note_read();
                return weigh(*self.spent, Some(bytes), &self.connection, self.case, env);
            }
            Err(BodyFault::TooLarge) => Reason::BodyTooLarge,
            Err(BodyFault::NotHeld) => Reason::BodyNotHeld,
            Err(BodyFault::Late) => Reason::DeadlineExceeded,
            Err(BodyFault::Unreadable) => Reason::HostFault,
        };
        Step::Done(self.case.refused(reason))
    }

    /// Ends what is held because there is no room, or a call into the host failed.
    pub fn abandon(self, reason: Reason) -> Outcome {
        self.case.refused(reason)
    }
}

impl Waiting {
    /// Whether somebody vouched for its caller before this question. Keys without a token cost
    /// nothing, so whoever only showed one is anyone.
    #[must_use]
    pub fn is_vouched_for(&self) -> bool {
        let caller = match &self.stage {
            Stage::Known(_) => return false,
            Stage::Spending(spending, _) => spending.caller(),
            Stage::Decision(assessed, ..) => &assessed.authorized.caller,
            Stage::Exchanging(exchanging) => exchanging.caller(),
            Stage::Consuming(consuming) => consuming.caller(),
        };
        caller.principal.is_vouched_for()
    }

    /// Turns an answer, or its absence, into the next step.
    pub fn resume(mut self, answer: Result<Answer, Silence>, env: &Env<'_>) -> Step {
        match self.stage {
            Stage::Known(asker) => {
                let Asker {
                    head,
                    connection,
                    mut known,
                    need,
                } = *asker;
                match answer {
                    Ok(answer) => {
                        known.learn(&need, answer);
                        judge(head, connection, known, self.case, env)
                    }
                    Err(_) => Step::Done(self.case.refused(need.unmet(env))),
                }
            }
            Stage::Spending(spending, connection) => {
                match spending.settle(answer, env, &mut self.case) {
                    Ok(spent) => listen(spent, connection, self.case, env),
                    Err(reason) => Step::Done(self.case.refused(reason)),
                }
            }
            Stage::Decision(assessed, asked_at, asking) => {
                let answer = match answer {
                    Ok(Answer::Decision(response)) => Ok(response),
                    Ok(
                        Answer::Keys
                        | Answer::StatusList
                        | Answer::Introspection(_)
                        | Answer::Exchanged(_)
                        | Answer::Consumed(_),
                    ) => Err(Silence::Unreachable),
                    Err(silence) => Err(silence),
                };
                let asked = Asked {
                    at: asked_at,
                    how: asking,
                };
                match settle(*assessed, &asked, answer, env, &mut self.case) {
                    Ok(cleared) => finish(cleared, self.case, env),
                    Err(reason) => Step::Done(self.case.refused(reason)),
                }
            }
            Stage::Exchanging(exchanging) => match exchanging.settle(answer, env, &mut self.case) {
                Ok(exchange) => hand(exchange, self.case, env),
                Err(reason) => Step::Done(self.case.refused(reason)),
            },
            Stage::Consuming(consuming) => {
                Step::Done(match consuming.settle(answer, env, &mut self.case) {
                    Ok(consumed) => forward(&consumed, self.case, env),
                    Err(reason) => self.case.refused(reason),
                })
            }
        }
    }

    /// Ends what waits before its question was put, because there is no room.
    pub fn abandon(mut self, reason: Reason, circuits: &RefCell<Circuits>) -> Outcome {
        if self.spares(circuits) {
            self.case.note_unasked();
        }
        self.case.refused(reason)
    }

    /// Ends what waits while its question is under way, because its caller is gone.
    pub fn leave(self, reason: Reason, circuits: &RefCell<Circuits>) -> Outcome {
        self.spares(circuits);
        self.case.refused(reason)
    }

    /// Leaves its turn at a decision service to others, if that is what it waits for.
    fn spares(&self, circuits: &RefCell<Circuits>) -> bool {
        let Stage::Decision(assessed, _, asking) = &self.stage else {
            return false;
        };
        let route = &assessed.authorized.caller.admitted.route;
        if let Some(rules) = &route.step_up {
            circuits.borrow_mut().left(rules.service, *asking);
        }
        true
    }
}
