//! Proofs of possession. One file a kind.

pub mod dpop;
pub mod mtls;
pub mod replay;

/// A way to prove possession.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// A DPoP proof (RFC 9449).
    Dpop,
    /// The client certificate of the connection (RFC 8705).
    Mtls,
}

impl Method {
    /// Its name in policies and records.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dpop => "dpop",
            Self::Mtls => "mtls",
        }
    }
}

/// Which proofs a route accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Any one of these. Never empty.
    pub any_of: Vec<Method>,
}

/// Evidence that the sender holds every key that its token is bound to, and that it is bound to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Possession {
    key: Option<dpop::Proven>,
    certificate: Option<mtls::Presented>,
}

impl Possession {
    /// What was shown, if anything was.
    #[must_use]
    pub fn of(key: Option<dpop::Proven>, certificate: Option<mtls::Presented>) -> Option<Self> {
        (key.is_some() || certificate.is_some()).then_some(Self { key, certificate })
    }

    /// The DPoP key.
    #[must_use]
    pub fn key(&self) -> Option<&dpop::Proven> {
        self.key.as_ref()
    }

    /// The client certificate.
    #[must_use]
    pub fn certificate(&self) -> Option<&mtls::Presented> {
        self.certificate.as_ref()
    }

    /// How it was shown.
    pub fn methods(&self) -> impl Iterator<Item = Method> {
        let key = self.key.as_ref().map(|_| Method::Dpop);
        let certificate = self.certificate.as_ref().map(|_| Method::Mtls);
        key.into_iter().chain(certificate)
    }
}
