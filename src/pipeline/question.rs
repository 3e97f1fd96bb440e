//! What takes time, and what comes of it.

use crate::reason::Reason;
use crate::revocation::ListId;
use crate::step_up::{Call, Response};
use crate::token::IssuerId;
use crate::token::exchange::{Minted, Order};
use crate::token::introspection::{Inquiry, Verdict};
use crate::uses::fleet;
use std::rc::Rc;

/// Something that takes time. Kinds come in this order, each at most once for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Bring the keys of this issuer; it should have one of this name.
    Keys(IssuerId, Option<String>),
    /// Bring this status list.
    StatusList(ListId),
    /// Ask the authorization server about this token.
    Introspection(Inquiry),
    /// Ask the store of the fleet whether this is the first use: of its proofs, and again, after
    /// every other question, of its transaction.
    Consume(fleet::Call),
    /// Ask a decision service.
    Decision(Call),
    /// Exchange the caller's token. The keys for what is issued may be asked for once more after it.
    Exchange(Order),
}

/// The answer to a [`Question`].
#[derive(Clone, Debug)]
pub enum Answer {
    /// The store of keys holds what there is.
    Keys,
    /// The store of status lists holds what there is.
    StatusList,
    /// What the authorization server said.
    Introspection(Verdict),
    /// What the store of the fleet said.
    Consumed(fleet::Response),
    /// What the decision service said.
    Decision(Response),
    /// The token that was issued, or why there is none.
    Exchanged(Result<Rc<Minted>, Reason>),
}
