//! Documents that are fetched, such as key sets and status lists: when, by whom in the process, and
//! how long they serve. Pure: the host only carries bytes.
//!
//! The workers of a process share a [`board::Board`]. For each source it holds a [`lease::Lease`], which
//! says who fetches and when the next fetch is due, and the last good document. Another plugin may
//! write to the same board, so both carry a tag under the gate's secret.

pub mod board;
pub mod lease;
pub mod roster;
pub mod stock;

use std::rc::Rc;
use std::time::Duration;

/// Where a document is published, and how it is kept fresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name in the policy of what it is for.
    pub name: Rc<str>,
    /// The Envoy cluster.
    pub cluster: String,
    /// `:authority` of the request.
    pub authority: String,
    /// `:path` of the request.
    pub path: String,
    /// How often it is fetched.
    pub refresh: Duration,
    /// How long the last good one serves while no fetch succeeds.
    pub max_stale: Duration,
    /// How long one fetch may take.
    pub timeout: Duration,
}

/// What documents of a kind must be.
pub trait Reader {
    /// A document, cheap to clone.
    type Document: Clone;
    /// Why bytes are none.
    type Fault;

    /// The name of the kind on the board.
    const KIND: &'static str;
    /// Most bytes of one that are read.
    const MOST_BYTES: usize;

    /// Reads what a source published. `held` is the document that it would replace.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(
        &self,
        source: usize,
        bytes: &[u8],
        held: Option<&Self::Document>,
    ) -> Result<Self::Document, Self::Fault>;

    /// When after its fetch the next one is due.
    fn refresh(&self, source: &Source, document: &Self::Document) -> Duration;
}

/// Why a fetch brought nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchFault<F> {
    /// No answer, or not one with status 200 and of a size that is read.
    NoAnswer,
    /// The answer is not a document that may be used.
    Unfit(F),
    /// The lease was lost, or the board could not be written. The other's result counts.
    LeaseLost,
}

/// What has become of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is open.
    No,
    /// There is a document that answers it.
    Answered,
    /// A fetch that began after the question has ended well, and its document does not answer it.
    Unanswered,
    /// Such a fetch has failed, or none may begin.
    Failed,
}
