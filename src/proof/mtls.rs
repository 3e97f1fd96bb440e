//! Certificate-bound tokens: the connection shows the certificate that the token names (RFC 8705).

use crate::crypto::digest::{Digest32, equal};
use crate::reason::Reason;

/// Evidence that the connection showed the certificate that a token is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    digest: Digest32,
}

impl Presented {
    /// SHA-256 of the certificate.
    #[must_use]
    pub fn digest(&self) -> &Digest32 {
        &self.digest
    }
}

/// Holds the certificate of the connection against `cnf["x5t#S256"]` (RFC 8705 sections 3 and 3.1).
///
/// - M1: the connection showed a certificate, and it is the token's.
/// - M2: the 32 bytes are compared, in constant time, whatever they were spelled in.
///
/// # Errors
/// [`Reason::CertificateMissing`], [`Reason::CertificateMismatch`].
///
/// # Does not check
/// The chain, the validity and the revocation of the certificate, which the proxy's TLS settings do:
/// for the binding, possession counts (RFC 8705 section 6.2). Certificates that another hop saw
/// (`x-forwarded-client-cert`): only the connection's own counts.
pub fn verify(shown: Option<&Digest32>, bound: &Digest32) -> Result<Presented, Reason> {
    let shown = shown.ok_or(Reason::CertificateMissing)?; // M1
    if !equal(shown, bound) {
        return Err(Reason::CertificateMismatch); // M1, M2
    }
    Ok(Presented { digest: *shown })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::digest::from_base64url;
    use crate::http::certificate_digest;
    use crate::testing::test;

    /// RFC 8705 appendix A: the thumbprint as a token has it, and as the proxy has it.
    const THUMBPRINT: &str = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0";
    const HEXADECIMAL: &str = "0380ed2f626650c840b2f263e6d2b29fae12ab39ae5db32b25ad27efad72e6fd";

    #[test]
    fn the_certificate_of_the_rfc_is_the_tokens() {
        let bound = from_base64url(THUMBPRINT).unwrap();
        let shown = certificate_digest(HEXADECIMAL.as_bytes());
        assert_eq!(verify(shown.as_ref(), &bound).unwrap().digest(), &bound);
    }

    #[test]
    fn another_certificate_or_none_is_not() {
        let bound = from_base64url(THUMBPRINT).unwrap();
        assert_eq!(verify(None, &bound), Err(Reason::CertificateMissing));
        for byte in 0..32 {
            let mut other = bound;
            other[byte] ^= 1;
            assert_eq!(
                verify(Some(&other), &bound),
                Err(Reason::CertificateMismatch)
            );
        }
    }
}
