//! What a caller's credential still needs from elsewhere, and what was brought for this request.

use crate::pipeline::authenticate::of_transaction_token;
use crate::pipeline::{Answer, Env, Question};
use crate::reason::Reason;
use crate::revocation::ListId;
use crate::token::introspection::{Inquiry, Verdict};
use crate::token::{Held, IssuerId, Kind};

/// Something that must be fetched before it is known who calls.
#[derive(Debug)]
pub(super) enum Need {
    /// The keys of this issuer; it should have one of this name.
    Keys(IssuerId, Option<String>),
    /// A status list.
    StatusList(ListId),
    /// What the authorization server says of this token.
    Introspection(Inquiry),
}

impl Need {
    /// As the host is asked.
    pub(super) fn question(&self) -> Question {
        match self {
            Self::Keys(issuer, kid) => Question::Keys(*issuer, kid.clone()),
            Self::StatusList(list) => Question::StatusList(*list),
            Self::Introspection(inquiry) => Question::Introspection(inquiry.clone()),
        }
    }

    /// What is wrong where asking did not help.
    pub(super) fn unmet(&self, env: &Env<'_>) -> Reason {
        match self {
            Self::Keys(issuer, _) => match env.keys.held(*issuer) {
                Held::Set(_) if self.is_of_transaction_token(env) => {
                    of_transaction_token(Reason::TokenKeyUnknown)
                }
                Held::Set(_) => Reason::TokenKeyUnknown,
                Held::Missing | Held::TooOld => Reason::KeysUnavailable,
            },
            Self::StatusList(_) => Reason::StatusUnavailable,
            Self::Introspection(_) => Reason::IntrospectionUnavailable,
        }
    }
}

impl Need {
    fn is_of_transaction_token(&self, env: &Env<'_>) -> bool {
        match self {
            Self::Keys(issuer, _) => {
                let issuer = env.policy.issuers.get(issuer.0);
                issuer.is_some_and(|issuer| issuer.kind == Kind::Transaction)
            }
            Self::Introspection(_) | Self::StatusList(_) => false,
        }
    }
}

/// What was asked for this request so far. Each thing is asked for once.
#[derive(Debug, Default)]
pub(super) struct Known {
    keys: Vec<IssuerId>,
    lists: Vec<ListId>,
    introspected: Option<Verdict>,
}

impl Known {
    /// Whether this was asked for already.
    pub(super) fn holds(&self, need: &Need) -> bool {
        match need {
            Need::Keys(issuer, _) => self.keys.contains(issuer),
            Need::StatusList(list) => self.lists.contains(list),
            Need::Introspection(_) => self.introspected.is_some(),
        }
    }

    /// Takes in an answer. One to another question is no answer, but what is needed may have come
    /// all the same.
    pub(super) fn learn(&mut self, need: &Need, answer: Answer) {
        match need {
            Need::Keys(issuer, _) => self.keys.push(*issuer),
            Need::StatusList(list) => self.lists.push(*list),
            Need::Introspection(_) => {
                self.introspected = Some(match answer {
                    Answer::Introspection(verdict) => verdict,
                    Answer::Keys
                    | Answer::StatusList
                    | Answer::Consumed(_)
                    | Answer::Exchanged(_)
                    | Answer::Decision(_) => Err(Reason::IntrospectionUnavailable),
                });
            }
        }
    }

    /// What the authorization server said of the token of this request, if it was asked.
    pub(super) fn introspected(&self) -> Option<&Verdict> {
        self.introspected.as_ref()
    }
}
