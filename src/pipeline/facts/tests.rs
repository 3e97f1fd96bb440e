use super::*;
use crate::http::forwarded_certificate::Mode;
use crate::http::spiffe::SpiffeId;
use crate::testing::test;

fn id(text: &str) -> SpiffeId {
    SpiffeId::parse(text).unwrap()
}

fn head(lines: &[(&str, &[u8])]) -> RequestHead {
    let own: [(&str, &[u8]); 3] = [
        (":method", b"GET"),
        (":path", b"/"),
        (":authority", b"a.example"),
    ];
    let all = own.iter().chain(lines);
    let all = all.map(|(name, value)| ((*name).to_owned(), value.to_vec()));
    RequestHead::new(all.collect()).unwrap()
}

#[test]
fn a_header_is_believed_of_a_hop_alone() {
    let hops = [Hop {
        peer: id("spiffe://td/edge"),
        mode: Mode::Appended,
    }];
    let of = |certificate: bool, peer: Option<&str>| Connection {
        source: None,
        certificate: certificate.then_some([7; 32]),
        peer: peer.map(id),
    };
    let head = head(&[("x-country", b"DE")]);
    let edge = of(true, Some("spiffe://td/edge"));
    assert_eq!(of_hop(&head, "x-country", &edge, &hops), Some("DE"));
    for (what, connection) in [
        ("another workload", of(true, Some("spiffe://td/edge/2"))),
        ("of another domain", of(true, Some("spiffe://other/edge"))),
        ("a certificate without a name", of(true, None)),
        ("no certificate", of(false, None)),
        (
            "a name without a certificate",
            of(false, Some("spiffe://td/edge")),
        ),
    ] {
        assert_eq!(
            of_hop(&head, "x-country", &connection, &hops),
            None,
            "{what}"
        );
    }
    assert_eq!(of_hop(&head, "x-country", &edge, &[]), None);
}

#[test]
fn a_header_of_a_hop_is_one_visible_value() {
    let hops = [Hop {
        peer: id("spiffe://td/edge"),
        mode: Mode::Appended,
    }];
    let connection = Connection {
        source: None,
        certificate: Some([7; 32]),
        peer: Some(id("spiffe://td/edge")),
    };
    for (lines, said) in [
        (&[("x-risk", &b"12.5"[..])][..], Some("12.5")),
        (&[("x-risk", b" 12.5\t")], Some("12.5")),
        (&[], None),
        (&[("x-risk", b"")], None),
        (&[("x-risk", b"1 2")], None),
        (&[("x-risk", b"\xff")], None),
        (&[("x-risk", b"1"), ("x-risk", b"1")], None),
        (&[("x-risk", b"1"), ("x_risk", b"1")], None),
        (&[("x_risk", b"1")], None),
    ] {
        assert_eq!(
            of_hop(&head(lines), "x-risk", &connection, &hops),
            said,
            "{lines:?}"
        );
    }
}

#[test]
fn what_covers_more_is_stronger() {
    assert!(strength(Method::Dpop) < strength(Method::Mtls));
    assert!(strength(Method::Mtls) < strength(Method::HttpSignature));
    assert_eq!(strength(Method::Wpt), strength(Method::Dpop));
    assert_eq!(
        strength(Method::WimseSignature),
        strength(Method::HttpSignature)
    );
}
