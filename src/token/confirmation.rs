//! `cnf`: how a token says whose it is (RFC 7800). Every registered member must be met.

#[cfg(test)]
mod tests;

use crate::crypto::digest::{Digest32, from_base64url};
use crate::json::Json;
use crate::reason::Reason;
use crate::token::credentials::Scheme;
use crate::token::issuer::UnknownConfirmation;

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

/// The value is not an object, or a digest in it is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadConfirmation;

impl Confirmation {
    /// Reads the value of `cnf`. Names are those of the IANA registry "JWT Confirmation Methods".
    ///
    /// # Errors
    /// [`BadConfirmation`], also for a digest that is not the canonical base64url of 32 bytes.
    pub fn parse(cnf: &Json) -> Result<Self, BadConfirmation> {
        let mut confirmation = Self::default();
        for (name, value) in cnf.as_object().ok_or(BadConfirmation)? {
            match name.as_str() {
                "jkt" => confirmation.jkt = Some(digest(value)?),
                "x5t#S256" => confirmation.certificate = Some(digest(value)?),
                "jwk" | "jwe" | "kid" | "jku" | "osc" => confirmation.uncheckable = true,
                _ => confirmation.unregistered = confirmation.unregistered.saturating_add(1),
            }
        }
        Ok(confirmation)
    }

    /// Whether the token is bound to anything.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        self.jkt.is_some() || self.certificate.is_some() || self.uncheckable
    }

    /// The thumbprint that a DPoP proof must have, where a DPoP proof is all that the token asks for.
    ///
    /// # Errors
    /// [`Reason::BoundTokenAsBearer`] for a bound token under the Bearer scheme, with or without a
    /// proof beside it (RFC 9449 section 7.2); [`Reason::TokenUnbound`] for a token that is bound to
    /// nothing, or not to a DPoP key; [`Reason::ConfirmationUnsupported`] for a registered member
    /// that this gate cannot check; [`Reason::ConfirmationUnknown`] for a member outside the
    /// registry where the issuer's policy refuses those.
    pub fn key(&self, scheme: Scheme, unknown: UnknownConfirmation) -> Result<&Digest32, Reason> {
        match scheme {
            Scheme::Bearer if self.is_bound() => return Err(Reason::BoundTokenAsBearer), // D21
            Scheme::Bearer => return Err(Reason::TokenUnbound),
            Scheme::Dpop => {}
        }
        if self.uncheckable || self.certificate.is_some() {
            return Err(Reason::ConfirmationUnsupported); // D25
        }
        if unknown == UnknownConfirmation::Refuse && self.unregistered > 0 {
            return Err(Reason::ConfirmationUnknown); // D25
        }
        self.jkt.as_ref().ok_or(Reason::TokenUnbound) // D22
    }
}

fn digest(value: &Json) -> Result<Digest32, BadConfirmation> {
    value
        .as_str()
        .and_then(from_base64url)
        .ok_or(BadConfirmation)
}
