//! Proofs of possession. One file a kind.

pub mod dpop;
pub mod replay;

use crate::crypto::Engine;
use crate::crypto::digest::Digest32;
use crate::time::UnixTime;

/// A way to prove possession.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// A DPoP proof (RFC 9449).
    Dpop,
}

impl Method {
    /// Its name in policies and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dpop => "dpop",
        }
    }
}

/// Which proofs a route accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Any one of these. Never empty.
    pub any_of: Vec<Method>,
}

/// Evidence that the sender holds a key. Only the verifiers of this layer make one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Possession {
    method: Method,
    thumbprint: Digest32,
    engine: Engine,
    id: Digest32,
    issued_at: UnixTime,
}

impl Possession {
    /// How it was shown.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }
    /// The thumbprint of the key (RFC 7638).
    #[must_use]
    pub fn thumbprint(&self) -> &Digest32 {
        &self.thumbprint
    }
    /// What verified the signature.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.engine
    }
    /// SHA-256 of the proof's `jti`.
    #[must_use]
    pub fn id(&self) -> &Digest32 {
        &self.id
    }
    /// `iat` of the proof.
    #[must_use]
    pub fn issued_at(&self) -> UnixTime {
        self.issued_at
    }
}
