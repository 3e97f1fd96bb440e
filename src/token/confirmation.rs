//! `cnf`: how a token says whose it is (RFC 7800). Every registered member must be met.

use crate::crypto::digest::Digest32;

/// The confirmation of a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirmation {
    /// `jkt`: the thumbprint of a DPoP key (RFC 9449 section 6.1).
    pub jkt: Option<Digest32>,
    /// `x5t#S256`: the SHA-256 of a client certificate (RFC 8705 section 3.1).
    pub certificate: Option<Digest32>,
    /// Whether there is a registered member that this gate cannot check at all.
    pub uncheckable: bool,
    /// How many members are outside the registry.
    pub unregistered: usize,
}

impl Confirmation {
    /// Whether the token is bound to anything.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        self.jkt.is_some() || self.certificate.is_some() || self.uncheckable
    }
}

impl Confirmation {
    /// The key.
    ///
    /// # Errors
    /// A reason.
    pub fn key(
        &self,
        scheme: crate::token::credentials::Scheme,
        unknown: crate::token::issuer::UnknownConfirmation,
    ) -> Result<&Digest32, crate::reason::Reason> {
        let _ = (scheme, unknown);
        todo!()
    }
}
