use super::*;
use crate::crypto::digest::{from_base64url, sha256};
use crate::http::certificate_digest;
use crate::http::forwarded_certificate::{Mode, NAME};
use crate::testing::{head, test};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// RFC 8705 appendix A: the thumbprint as a token has it, and as the proxy has it.
const THUMBPRINT: &str = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0";
const HEXADECIMAL: &str = "0380ed2f626650c840b2f263e6d2b29fae12ab39ae5db32b25ad27efad72e6fd";

/// The certificate itself.
const CERTIFICATE: &str = "MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx\
    ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG\
    SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ\
    /Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID\
    SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV\
    bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=";

/// The digest of the hop's own certificate, in hexadecimal.
const HOP: &str = "0101010101010101010101010101010101010101010101010101010101010101";

fn id(text: &str) -> SpiffeId {
    SpiffeId::parse(text).unwrap()
}

fn bound() -> Digest32 {
    from_base64url(THUMBPRINT).unwrap()
}

fn connection(digest: &str, peer: Option<&str>) -> Connection {
    Connection {
        certificate: certificate_digest(digest.as_bytes()),
        peer: peer.map(id),
        ..Connection::default()
    }
}

fn hops() -> Vec<Hop> {
    let hop = |peer, mode| Hop {
        peer: id(peer),
        mode,
    };
    vec![
        hop("spiffe://a/front", Mode::Forwarded),
        hop("spiffe://a/gateway", Mode::Appended),
    ]
}

/// The client of this connection whose request has this field, as the policy's hops have it.
fn shown(connection: &Connection, line: Option<&str>) -> Result<(Digest32, String), Reason> {
    let fields: Vec<_> = line.map(|line| (NAME, line)).into_iter().collect();
    let hops = hops();
    let head = head("GET", "/", &fields);
    let client = Client::of(connection, &head, &hops)?;
    let peer = client.peer.as_deref().map(SpiffeId::as_str);
    let hop = client.hop.map(SpiffeId::as_str);
    Ok((client.certificate, format!("{peer:?} by {hop:?}")))
}

fn with<T>(connection: &Connection, see: impl FnOnce(&Client<'_>) -> T) -> T {
    see(&Client::of(connection, &head("GET", "/", &[]), &[]).unwrap())
}

#[test]
fn the_certificate_of_the_rfc_is_the_tokens() {
    let der = STANDARD.decode(CERTIFICATE).unwrap();
    assert_eq!(sha256(&[&der]), bound());
    let presented = with(&connection(HEXADECIMAL, None), |client| {
        verify(client, &bound()).unwrap()
    });
    assert_eq!((presented.digest(), presented.hop()), (&bound(), None));
}

#[test]
fn another_certificate_or_none_is_not() {
    for byte in 0..32 {
        let mut other = bound();
        other[byte] ^= 1;
        with(&connection(HEXADECIMAL, None), |client| {
            assert_eq!(verify(client, &other), Err(Reason::CertificateMismatch));
        });
    }
    let missing = Err(Reason::CertificateMissing);
    for peer in [None, Some("spiffe://a/client"), Some("spiffe://a/front")] {
        let line = format!("Hash={HEXADECIMAL}");
        assert_eq!(shown(&connection("", peer), Some(&line)), missing);
    }
}

#[test]
fn only_a_named_hop_is_believed_what_it_forwards() {
    let line = format!("Hash={HEXADECIMAL};URI=spiffe://a/client");
    let own = certificate_digest(HOP.as_bytes()).unwrap();
    for (peer, says) in [
        (None, "None by None"),
        (
            Some("spiffe://a/other"),
            r#"Some("spiffe://a/other") by None"#,
        ),
        (
            Some("spiffe://b/front"),
            r#"Some("spiffe://b/front") by None"#,
        ),
        (Some("spiffe://a"), r#"Some("spiffe://a") by None"#),
    ] {
        for line in [line.as_str(), "", "Hash=", "rubbish"] {
            let found = shown(&connection(HOP, peer), Some(line));
            assert_eq!(found, Ok((own, says.to_owned())), "{peer:?} {line}");
        }
    }
    let forwarded = |hop| format!(r#"Some("spiffe://a/client") by Some("{hop}")"#);
    assert_eq!(
        shown(&connection(HOP, Some("spiffe://a/front")), Some(&line)),
        Ok((bound(), forwarded("spiffe://a/front")))
    );
    let both = format!("{line},Hash={HOP};URI=spiffe://a/gateway");
    assert_eq!(
        shown(&connection(HOP, Some("spiffe://a/gateway")), Some(&both)),
        Ok((bound(), forwarded("spiffe://a/gateway")))
    );
}

#[test]
fn the_certificate_of_a_hop_is_never_the_clients() {
    let appended = format!("Hash={HOP};URI=spiffe://a/gateway");
    for (hop, line, reason) in [
        ("spiffe://a/front", None, Reason::CertificateMissing),
        (
            "spiffe://a/gateway",
            Some(appended.as_str()),
            Reason::CertificateMissing,
        ),
        (
            "spiffe://a/gateway",
            None,
            Reason::ForwardedCertificateMismatch,
        ),
        (
            "spiffe://a/front",
            Some("By=a;Hash="),
            Reason::ForwardedCertificateMalformed,
        ),
        (
            "spiffe://a/front",
            Some("URI=spiffe://a/client"),
            Reason::ForwardedCertificateMalformed,
        ),
    ] {
        assert_eq!(shown(&connection(HOP, Some(hop)), line), Err(reason));
    }
}

#[test]
fn a_workload_is_the_one_that_the_certificate_names() {
    let accepted = [id("spiffe://a/one"), id("spiffe://a/two")];
    for (peer, known) in [
        (Some("spiffe://a/one"), true),
        (Some("spiffe://a/two"), true),
        (Some("spiffe://a/three"), false),
        (Some("spiffe://b/one"), false),
        (None, false),
    ] {
        with(&connection(HEXADECIMAL, peer), |client| {
            let found = identify(client, &accepted).map(|(peer, _)| peer);
            let expected = peer.filter(|_| known).map(id).ok_or(Reason::PeerUnknown);
            assert_eq!(found, expected);
            assert_eq!(identify(client, &[]), Err(Reason::PeerUnknown));
            for subject in ["spiffe://a/one", "spiffe://a", ""] {
                let is_it = peer == Some(subject);
                assert_eq!(verify_subject(client, subject).is_ok(), is_it);
            }
        });
    }
    with(&connection(HEXADECIMAL, None), |client| {
        assert_eq!(verify_subject(client, ""), Err(Reason::TokenUnbound));
    });
}
