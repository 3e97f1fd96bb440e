//! What an issuer's tokens must look like: the policy's side of a token.

use crate::crypto::Algorithm;
use crate::jose::KeySet;
use crate::token::Kind;
use crate::token::introspection::Endpoint;
use crate::token::subject::{KindRule, SubjectKind};
use std::rc::Rc;
use std::time::Duration;

/// One issuer of tokens, as the policy pins it.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// The name it has in the policy.
    pub name: Rc<str>,
    /// What sort of tokens it issues.
    pub kind: Kind,
    /// `iss`, compared exactly. For workload and transaction tokens, whose `iss` is not read, the trust
    /// domain.
    pub uri: Rc<str>,
    /// Accepted members of `aud`, compared exactly.
    pub audiences: Vec<String>,
    /// Accepted `typ`, lower case, without `application/`.
    pub types: Vec<String>,
    /// Accepted `alg`.
    pub algorithms: Vec<Algorithm>,
    /// Tolerated difference of clocks, both ways.
    pub leeway: Duration,
    /// Where its keys come from.
    pub keys: KeySource,
    /// Where it tells of its tokens, if they are opaque.
    pub introspection: Option<Rc<Endpoint>>,
    /// What to do with members of `cnf` outside the registry.
    pub unknown_confirmation: UnknownConfirmation,
    /// Whether its tokens must refer to a status list.
    pub status: StatusDemand,
    /// What sort of subject its tokens speak of: the first rule that fits.
    pub kinds: Vec<KindRule>,
}

impl Issuer {
    /// Whether some token of this issuer may speak of a subject of this kind.
    #[must_use]
    pub fn tells(&self, kind: SubjectKind) -> bool {
        match self.kind {
            Kind::Access | Kind::Opaque => self.kinds.iter().any(|rule| rule.kind == kind),
            Kind::Svid | Kind::Workload => kind == SubjectKind::Workload,
            Kind::Transaction => false,
        }
    }
}

/// Where keys come from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// They stand in the policy.
    Inline(Rc<KeySet>),
    /// They are fetched: the place of the source in the policy's list.
    Fetched(usize),
    /// It has none: its tokens are opaque.
    Absent,
}

/// What to do with members of `cnf` outside the registry (RFC 7800 section 3.1 says ignore).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnknownConfirmation {
    /// Ignore and count them.
    Ignore,
    /// Refuse the token.
    Refuse,
}

/// Whether tokens must refer to a status list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusDemand {
    /// One that does not is as good as its times.
    Optional,
    /// One that does not is refused.
    Required,
}
