//! `cnf`: how a token says whose it is (RFC 7800). Every registered member must be met.

#[cfg(test)]
mod tests;

use crate::crypto::digest::{Digest32, from_base64url};
use crate::jose::jwk::Jwk;
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
    /// `jwk`: the key itself (RFC 7800 section 3.2).
    pub jwk: Option<Box<Jwk>>,
    /// `kid`: the name of a key that the recipient has (section 3.4).
    pub kid: Option<String>,
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
        Self::read(cnf, false)
    }

    /// Reads what stands in `cnf` beside a `jwk` that the caller reads itself.
    ///
    /// # Errors
    /// As [`Confirmation::parse`].
    pub fn beside_key(cnf: &Json) -> Result<Self, BadConfirmation> {
        Self::read(cnf, true)
    }

    fn read(cnf: &Json, key_is_read: bool) -> Result<Self, BadConfirmation> {
        let mut confirmation = Self::default();
        for (name, value) in cnf.as_object().ok_or(BadConfirmation)? {
            match name.as_str() {
                "jwk" if key_is_read => {}
                "jkt" => confirmation.jkt = Some(digest(value)?),
                "x5t#S256" => confirmation.certificate = Some(digest(value)?),
                "jwk" => match Jwk::parse(value) {
                    Ok(key) => confirmation.jwk = Some(Box::new(key)),
                    Err(_) => confirmation.uncheckable = true,
                },
                "kid" => match value.as_str() {
                    Some(kid) => confirmation.kid = Some(kid.to_owned()),
                    None => confirmation.uncheckable = true,
                },
                "jwe" | "jku" | "osc" => confirmation.uncheckable = true,
                _ => confirmation.unregistered = confirmation.unregistered.saturating_add(1),
            }
        }
        Ok(confirmation)
    }

    /// What the sender of the token must show, all of it. At least one of them is there.
    ///
    /// # Errors
    /// [`Reason::BoundTokenAsBearer`] for a token with a DPoP key under the Bearer scheme, with or
    /// without a proof beside it (RFC 9449 section 7.2); [`Reason::ConfirmationUnsupported`] for a
    /// registered member that this gate cannot check; [`Reason::ConfirmationUnknown`] for a member
    /// outside the registry where the issuer's policy refuses those; [`Reason::TokenUnbound`] for a
    /// token that is bound to nothing, or under the DPoP scheme not to a DPoP key.
    pub fn demands(
        &self,
        scheme: Scheme,
        unknown: UnknownConfirmation,
    ) -> Result<Demands<'_>, Reason> {
        if scheme == Scheme::Bearer && self.jkt.is_some() {
            return Err(Reason::BoundTokenAsBearer); // D21
        }
        if self.uncheckable {
            return Err(Reason::ConfirmationUnsupported); // D25
        }
        if unknown == UnknownConfirmation::Refuse && self.unregistered > 0 {
            return Err(Reason::ConfirmationUnknown); // D25
        }
        let demands = Demands {
            key: self.jkt.as_ref(),
            certificate: self.certificate.as_ref(),
            jwk: self.jwk.as_deref(),
            kid: self.kid.as_deref(),
        };
        let is_bound = match scheme {
            Scheme::Dpop => demands.key.is_some(),
            Scheme::Bearer => demands.certificate.is_some() || demands.a_signature(),
        };
        if is_bound {
            Ok(demands)
        } else {
            Err(Reason::TokenUnbound) // D22
        }
    }
}

impl Confirmation {
    /// What the sender of a workload identity token must show beside the proof of its key: the
    /// certificate that is named, if one is.
    ///
    /// # Errors
    /// [`Reason::ConfirmationUnsupported`] for another registered member: a second key, or one that
    /// this gate cannot check; [`Reason::ConfirmationUnknown`] as in [`Confirmation::demands`].
    pub fn beside_proof(&self, unknown: UnknownConfirmation) -> Result<Option<&Digest32>, Reason> {
        if self.uncheckable || self.jkt.is_some() || self.kid.is_some() {
            return Err(Reason::ConfirmationUnsupported); // D25
        }
        if unknown == UnknownConfirmation::Refuse && self.unregistered > 0 {
            return Err(Reason::ConfirmationUnknown); // D25
        }
        Ok(self.certificate.as_ref())
    }
}

/// What the sender of a token must show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demands<'a> {
    /// A DPoP proof by the key of this thumbprint.
    pub key: Option<&'a Digest32>,
    /// The client certificate of this SHA-256.
    pub certificate: Option<&'a Digest32>,
    /// A signature over the request by this key.
    pub jwk: Option<&'a Jwk>,
    /// A signature over the request by the key that the policy has under this name.
    pub kid: Option<&'a str>,
}

impl Demands<'_> {
    /// Whether a signature over the request is among them.
    #[must_use]
    pub fn a_signature(&self) -> bool {
        self.jwk.is_some() || self.kid.is_some()
    }
}

fn digest(value: &Json) -> Result<Digest32, BadConfirmation> {
    value
        .as_str()
        .and_then(from_base64url)
        .ok_or(BadConfirmation)
}
