//! The client's certificate: the one that a token is bound to (RFC 8705), and the workload that it
//! names.

#[cfg(test)]
mod tests;

use crate::crypto::digest::{Digest32, equal};
use crate::http::forwarded_certificate::{self, Hop};
use crate::http::spiffe::SpiffeId;
use crate::http::{Connection, RequestHead};
use crate::reason::Reason;
use std::borrow::Cow;

/// The client of a request, by the certificate that it showed: to this listener, or to a hop that
/// the policy names.
#[derive(Debug)]
pub struct Client<'a> {
    certificate: Digest32,
    peer: Option<Cow<'a, SpiffeId>>,
    hop: Option<&'a SpiffeId>,
}

impl<'a> Client<'a> {
    /// Who the client is, as far as a certificate says.
    ///
    /// - X4: where the peer of the connection is no hop of the policy, its own certificate is the
    ///   client's, and `x-forwarded-client-cert` is not read. Where it is one, the certificate is the
    ///   one that the hop forwards, and never the hop's own.
    ///
    /// # Errors
    /// [`Reason::CertificateMissing`], or as [`forwarded_certificate::read`].
    ///
    /// # Does not check
    /// The chain, the validity and the revocation of a certificate. The listener must have verified
    /// the peer's (a `validation_context`, with `require_client_certificate` where nobody comes without
    /// one, and never `ACCEPT_UNTRUSTED`), or its name means nothing; and so must the hop have verified
    /// its client's. That a
    /// certificate has one URI SAN alone: the proxy shows the first one of the peer's, so the listener's
    /// validator must refuse others (SPIFFE's X509-SVID section 2). A name with control characters is
    /// none at all; that the proxy cuts no name at such a one is for its own version.
    pub fn of(
        connection: &'a Connection,
        head: &RequestHead,
        hops: &'a [Hop],
    ) -> Result<Self, Reason> {
        let own = connection
            .certificate
            .as_ref()
            .ok_or(Reason::CertificateMissing)?; // M1
        let peer = connection.peer.as_ref();
        let Some(hop) = hops.iter().find(|hop| Some(&hop.peer) == peer) else {
            return Ok(Self {
                certificate: *own,
                peer: peer.map(Cow::Borrowed),
                hop: None,
            }); // X4
        };
        let forwarded = forwarded_certificate::read(head, hop.mode, own)?;
        let forwarded = forwarded.ok_or(Reason::CertificateMissing)?; // X4
        Ok(Self {
            certificate: forwarded.digest,
            peer: forwarded.peer.map(Cow::Owned),
            hop: Some(&hop.peer),
        })
    }

    /// SHA-256 of its certificate.
    #[must_use]
    pub fn certificate(&self) -> &Digest32 {
        &self.certificate
    }

    /// The workload that the certificate names.
    #[must_use]
    pub fn peer(&self) -> Option<&SpiffeId> {
        self.peer.as_deref()
    }

    fn presented(&self) -> Presented {
        Presented {
            digest: self.certificate,
            hop: self.hop.cloned(),
        }
    }
}

/// Evidence that the client showed a certificate that its credential is bound to, or names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    digest: Digest32,
    hop: Option<SpiffeId>,
}

impl Presented {
    /// SHA-256 of the certificate.
    #[must_use]
    pub fn digest(&self) -> &Digest32 {
        &self.digest
    }

    /// The hop that it was shown to, if not to this listener.
    #[must_use]
    pub fn hop(&self) -> Option<&SpiffeId> {
        self.hop.as_ref()
    }
}

/// Holds the client's certificate against `cnf["x5t#S256"]` (RFC 8705 sections 3 and 3.1).
///
/// - M1: it is the token's.
/// - M2: the 32 bytes are compared, in constant time, whatever they were spelled in.
///
/// # Errors
/// [`Reason::CertificateMismatch`].
///
/// # Does not check
/// What [`Client::of`] does not: for the binding, possession counts (RFC 8705 section 6.2).
pub fn verify(client: &Client<'_>, bound: &Digest32) -> Result<Presented, Reason> {
    if !equal(&client.certificate, bound) {
        return Err(Reason::CertificateMismatch); // M1, M2
    }
    Ok(client.presented())
}

/// Holds the workload that the client's certificate names against the one that a token speaks of,
/// which is bound to no key.
///
/// # Errors
/// [`Reason::TokenUnbound`].
///
/// # Does not check
/// What [`Client::of`] does not.
pub fn verify_subject(client: &Client<'_>, subject: &str) -> Result<Presented, Reason> {
    match &client.peer {
        Some(peer) if peer.as_str() == subject => Ok(client.presented()),
        Some(_) | None => Err(Reason::TokenUnbound),
    }
}

/// The workload that the client's certificate names, if it is one of these.
///
/// # Errors
/// [`Reason::PeerUnknown`].
///
/// # Does not check
/// What [`Client::of`] does not.
pub fn identify(
    client: &Client<'_>,
    accepted: &[SpiffeId],
) -> Result<(SpiffeId, Presented), Reason> {
    let peer = client.peer.as_deref();
    let peer = peer.filter(|peer| accepted.contains(peer));
    let peer = peer.ok_or(Reason::PeerUnknown)?;
    Ok((peer.clone(), client.presented()))
}
