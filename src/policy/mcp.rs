//! What a route has for calls of the Model Context Protocol.

use crate::{behaviour, mcp, transaction};
use std::rc::Rc;

/// What stands before the path of a resource where its metadata is (RFC 9728 section 3.1).
pub const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The calls that a route takes.
#[derive(Debug)]
pub struct Mcp {
    /// How they are read.
    pub rules: mcp::Rules,
    /// Their classes, by [`mcp::ClassId`].
    pub classes: Vec<Class>,
    /// Whether refusals are JSON-RPC errors, once the id of the request is known.
    pub answers_in_json_rpc: bool,
    /// `resource_metadata` of challenges. Empty where they have none.
    pub metadata: Rc<str>,
    /// What the gate itself serves as metadata.
    pub served: Option<Served>,
    /// The accepted revisions as a JSON array.
    pub supported: Rc<str>,
}

/// Metadata of a protected resource (RFC 9728) that the gate serves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// Its path.
    pub path: String,
    /// The document.
    pub text: Rc<str>,
}

/// A class of calls.
#[derive(Debug)]
pub struct Class {
    /// Its name.
    pub name: Rc<str>,
    /// Its points, by the name that they have in records.
    pub points: (Rc<str>, u32),
    /// Scopes that the token must hold beside those of the route.
    pub scopes: Vec<String>,
    /// What must be granted.
    pub transaction: Option<transaction::Rules>,
    /// What its calls remember.
    pub behaviour: behaviour::Rules,
    /// All scopes of such a call, those of the route first, separated by spaces.
    pub challenge_scope: Rc<str>,
}

impl Mcp {
    /// The class of a call.
    #[must_use]
    pub fn class(&self, id: mcp::ClassId) -> Option<&Class> {
        self.classes.get(id.0)
    }
}
