//! How much a proof of possession says.

/// What a proof covers. Each says more than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// A signed statement beside the request, which names its method and target: a DPoP proof, or a
    /// workload proof token. Who can change the request on its way can keep the proof.
    Dpop,
    /// The client certificate: its key is in use on the connection, and nothing can be replayed there.
    Certificate,
    /// A signature over the request itself.
    Signature,
}

impl Strength {
    /// Its name in policies.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dpop => "dpop",
            Self::Certificate => "certificate",
            Self::Signature => "signature",
        }
    }
}
