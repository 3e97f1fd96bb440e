//! Proofs of possession. One file a kind.

pub mod dpop;
pub mod http_signature;
pub mod mtls;
pub mod replay;
pub mod wimse_signature;
pub mod wpt;

use crate::crypto::Engine;
use crate::crypto::digest::{Digest32, sha256};
use crate::http::{Field, RequestHead};
use crate::time::UnixTime;

/// A way to prove possession.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// A DPoP proof (RFC 9449).
    Dpop,
    /// The client certificate of the connection (RFC 8705).
    Mtls,
    /// A workload proof token (draft-ietf-wimse-wpt).
    Wpt,
    /// The message signature of a workload (draft-ietf-wimse-http-signature).
    WimseSignature,
    /// A message signature over the request (RFC 9421).
    HttpSignature,
}

impl Method {
    /// Its name in policies and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dpop => "dpop",
            Self::Mtls => "mtls",
            Self::Wpt => "wpt",
            Self::WimseSignature => "wimse_signature",
            Self::HttpSignature => "http_signature",
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
pub struct Proven {
    method: Method,
    thumbprint: Digest32,
    engine: Engine,
    id: Digest32,
    issued_at: UnixTime,
    kept_from: UnixTime,
}

impl Proven {
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
    /// SHA-256 of what names the proof among those of its key, such as its `jti`.
    #[must_use]
    pub fn id(&self) -> &Digest32 {
        &self.id
    }
    /// When the proof was made, as far as the replay log may rely on it.
    #[must_use]
    pub fn issued_at(&self) -> UnixTime {
        self.issued_at
    }
    /// The latest time of issue that any policy could read in it, or later: its use is remembered
    /// as one of a proof of then.
    #[must_use]
    pub fn kept_from(&self) -> UnixTime {
        self.kept_from
    }
}

/// Most keys that one request proves: one for each way to name a key in `cnf`.
pub const MOST_KEYS: usize = 2;

/// Evidence that the sender holds every key that its token is bound to, and that it is bound to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Possession {
    keys: [Option<Proven>; MOST_KEYS],
    certificate: Option<mtls::Presented>,
    transaction: Option<Digest32>,
}

impl Possession {
    /// What was shown, if anything was.
    #[must_use]
    pub fn of(
        keys: [Option<Proven>; MOST_KEYS],
        certificate: Option<mtls::Presented>,
    ) -> Option<Self> {
        let shown = keys.iter().any(Option::is_some) || certificate.is_some();
        shown.then_some(Self {
            keys,
            certificate,
            transaction: None,
        })
    }

    /// The same, by a proof that names or covers the transaction token of this SHA-256.
    #[must_use]
    pub fn covering(self, transaction: Option<Digest32>) -> Self {
        Self {
            transaction,
            ..self
        }
    }

    /// SHA-256 of the transaction token that a proof names or covers.
    #[must_use]
    pub fn transaction(&self) -> Option<&Digest32> {
        self.transaction.as_ref()
    }

    /// The keys that were proven.
    pub fn keys(&self) -> impl Iterator<Item = &Proven> {
        self.keys.iter().flatten()
    }

    /// The client certificate.
    #[must_use]
    pub fn certificate(&self) -> Option<&mtls::Presented> {
        self.certificate.as_ref()
    }

    /// How it was shown.
    pub fn methods(&self) -> impl Iterator<Item = Method> {
        let certificate = self.certificate.as_ref().map(|_| Method::Mtls);
        self.keys().map(Proven::method).chain(certificate)
    }
}

/// SHA-256 of the transaction token of a request: of the value of its one line, without spaces around
/// it. None where there is none, or several.
#[must_use]
pub fn transaction_of(head: &RequestHead) -> Option<Digest32> {
    match head.field("txn-token") {
        Field::One(value) => Some(sha256(&[value.trim_ascii()])),
        Field::Absent | Field::Several => None,
    }
}
