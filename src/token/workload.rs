//! Workload identity tokens (draft-ietf-wimse-workload-creds-02): who a workload is, and the key that
//! it must use to prove it.

#[cfg(test)]
mod tests;

use crate::crypto::Algorithm;
use crate::http::spiffe::SpiffeId;
use crate::jose::jwk::Jwk;
use crate::json::Json;
use crate::reason::Reason;
use crate::token::actor;
use crate::token::claims::{Claims, Own};
use crate::token::confirmation::Confirmation;
use crate::token::issuer::Issuer;
use std::net::IpAddr;

/// The key of a workload, and the one algorithm that it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofKey {
    key: Jwk,
    algorithm: Algorithm,
    name: Box<str>,
}

impl ProofKey {
    /// Reads `cnf.jwk`: a public key with `alg`, the name of an asymmetric signature algorithm.
    /// None for anything else.
    #[must_use]
    pub fn parse(jwk: &Json) -> Option<Self> {
        let name = jwk.get("alg")?.as_str()?;
        Some(Self {
            // It refuses private and symmetric keys, and an `alg` that does not fit.
            key: Jwk::parse(jwk).ok()?,
            algorithm: Algorithm::from_name(name)?,
            name: name.into(),
        })
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &Jwk {
        &self.key
    }

    /// The algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// `alg`, exactly as written: Ed25519 has two names, and a proof must use the same.
    #[must_use]
    pub fn algorithm_name(&self) -> &str {
        &self.name
    }
}

/// What a workload identity token says beside its times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// `sub`: the identifier of the workload, with the trust domain as its authority.
    pub subject: String,
    /// `jti`, if there.
    pub id: Option<String>,
    /// `cnf.jwk`.
    pub key: ProofKey,
    /// The other members of `cnf`.
    pub confirmation: Confirmation,
}

impl Workload {
    /// Reads the claims of a token whose signature held under a key of this trust domain.
    ///
    /// - W3: `iss` is not read. Which keys count follows from the trust domain of `sub` alone.
    /// - W4: `sub` is one workload identifier of the trust domain. Claims that are not named here
    ///   are ignored.
    /// - W5: `cnf.jwk` is a public key with its algorithm.
    ///
    /// # Errors
    /// [`Reason::TokenClaims`], also for another trust domain.
    ///
    /// # Does not check
    /// `exp` and `nbf`; whether the sender holds the key, and whatever else `cnf` names.
    pub fn read(claims: &Json, trust_domain: &str) -> Result<Self, Reason> {
        let subject = claims.get("sub").and_then(Json::as_str);
        let subject = subject
            .filter(|id| trust_domain_of(id) == Some(trust_domain))
            .ok_or(Reason::TokenClaims)?; // W4
        let text = |id: &Json| id.as_str().filter(|id| !id.is_empty()).map(str::to_owned);
        let id = match claims.get("jti") {
            Some(id) => Some(text(id).ok_or(Reason::TokenClaims)?),
            None => None,
        };
        let cnf = claims.get("cnf").ok_or(Reason::TokenClaims)?; // W5
        Ok(Self {
            subject: subject.to_owned(),
            id,
            key: cnf
                .get("jwk")
                .and_then(ProofKey::parse)
                .ok_or(Reason::TokenClaims)?, // W5
            confirmation: Confirmation::beside_key(cnf).map_err(|_| Reason::TokenClaims)?,
        })
    }
}

impl Claims {
    /// Reads the claims of a workload identity token whose signature held.
    ///
    /// # Errors
    /// As [`Workload::read`], and [`Reason::ActorUnlisted`] where it names an actor.
    pub(super) fn of_workload(claims: Json, issuer: &Issuer) -> Result<Self, Reason> {
        let workload = Workload::read(&claims, &issuer.uri)?;
        actor::absent(&claims)?; // A8
        Ok(Self {
            audiences: Vec::new(),
            subject: workload.subject,
            client: None,
            id: workload.id,
            scopes: Vec::new(),
            acr: None,
            authenticated_at: None,
            actor: None,
            confirmation: workload.confirmation,
            own: Own::Workload(Box::new(workload.key)),
            all: claims,
        })
    }
}

/// The trust domain of `sub`, if that identifies a workload.
pub(super) fn trust_domain(claims: &Json) -> Option<&str> {
    claims
        .get("sub")
        .and_then(Json::as_str)
        .and_then(trust_domain_of)
}

/// The trust domain of a workload identifier: a SPIFFE ID with a path, or the same with `wimse://`
/// for its scheme (draft-ietf-wimse-identifier section 4.1), whose trust domain is no address. None
/// where the text is none.
#[must_use]
pub fn trust_domain_of(id: &str) -> Option<&str> {
    let (scheme, rest) = id.split_once("://")?;
    let read = match scheme {
        "spiffe" => SpiffeId::parse(id).ok()?,
        // One grammar serves both, so that a workload has one spelling.
        "wimse" => SpiffeId::parse(&["spiffe://", rest].concat()).ok()?,
        _ => return None,
    };
    let domain = rest.split('/').next()?;
    (read.is_workload() && domain.parse::<IpAddr>().is_err()).then_some(domain)
}
