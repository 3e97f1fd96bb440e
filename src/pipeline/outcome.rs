//! What comes of a request.

use crate::pipeline::Tenure;
use crate::pipeline::release::{ASSERTION, ASSERTION_STATE, AUTHORIZATION, TRANSACTION_TOKEN};
use crate::record::Record;
use crate::respond::{Document, Reply};
use crate::token::exchange::Minted;
use std::fmt;
use std::rc::Rc;

/// A verdict, with its record.
#[must_use]
#[derive(Debug)]
pub enum Outcome {
    /// Forward the request, changed so.
    Forward(Release, Box<Record>),
    /// Answer in place of the upstream.
    Refuse(Reply, Box<Record>),
    /// Answer with what the gate itself serves.
    Publish(Published, Box<Record>),
}

/// What the gate itself serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// What it is.
    pub document: Document,
    /// Its text.
    pub text: Rc<str>,
    /// Further headers of the answer.
    pub response: Vec<(&'static str, String)>,
}

impl Outcome {
    /// The record of the verdict.
    #[must_use]
    pub fn record(&self) -> &Record {
        match self {
            Self::Forward(_, record) | Self::Refuse(_, record) | Self::Publish(_, record) => record,
        }
    }
}

/// How a request is released.
#[derive(Default)]
pub struct Release {
    /// Request headers to remove, before any is set. Only names that are there.
    pub remove: Vec<String>,
    /// Request headers to set.
    pub set: Vec<(&'static str, String)>,
    /// Request headers to set that are a decision service's.
    pub granted: Vec<(Rc<str>, String)>,
    /// Filter state to write: keys below `wasm.`, and values.
    pub state: Vec<(&'static str, String)>,
    /// Headers of the response to set, in place of the upstream's.
    pub response: Vec<(&'static str, String)>,
    /// Whether a transaction was used up for it, so that what becomes of it upstream must be told.
    pub single_use: bool,
    /// How long it may go on, where a route governs it.
    pub tenure: Option<Box<Tenure>>,
    /// The token that was issued for it, to be dropped when its response has ended: then it is revoked.
    pub minted: Option<Rc<Minted>>,
}

// A token may be among what is set, and tokens are never shown. Nor are assertions.
impl fmt::Debug for Release {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |(name, value): &(&'static str, String)| match *name {
            AUTHORIZATION | TRANSACTION_TOKEN | ASSERTION | ASSERTION_STATE => {
                (*name, "...".to_owned())
            }
            name => (name, value.clone()),
        };
        let set: Vec<(&str, String)> = self.set.iter().map(shown).collect();
        let state: Vec<(&str, String)> = self.state.iter().map(shown).collect();
        formatter
            .debug_struct("Release")
            .field("remove", &self.remove)
            .field("set", &set)
            .field("granted", &self.granted)
            .field("state", &state)
            .field("response", &self.response)
            .field("single_use", &self.single_use)
            .field("tenure", &self.tenure)
            .field("minted", &self.minted)
            .finish()
    }
}
