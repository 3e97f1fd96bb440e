#[cfg(not(target_arch = "wasm32"))]
mod properties;

use super::*;
use crate::testing::{head, test};

/// The digest of this connection's own peer, the hop.
const OWN: [u8; 32] = [0x0a; 32];
/// The digest of the client that the hop saw.
const CLIENT: [u8; 32] = [0xc1; 32];

fn hex(digest: [u8; 32]) -> String {
    digest
        .iter()
        .fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn of(line: &str, mode: Mode) -> Result<Option<ForwardedCertificate>, Reason> {
    read(&head("GET", "/", &[(NAME, line)]), mode, &OWN)
}

/// What a hop writes of its client.
fn client() -> String {
    let subject = r#"Subject="CN=Doe\, \"J;=\\,O=x""#;
    let hash = hex(CLIENT);
    format!("By=spiffe://a/gw;Hash={hash};{subject};URI=spiffe://a/client;DNS=c.example;DNS=d")
}

/// What this listener appends for the hop.
fn hop() -> String {
    let hash = hex(OWN);
    format!(r#"By=spiffe://a/api;Hash={hash};Subject="";URI=spiffe://a/gw"#)
}

/// The client's certificate, with this SPIFFE ID.
fn certificate(peer: Option<&str>) -> ForwardedCertificate {
    ForwardedCertificate {
        digest: CLIENT,
        peer: peer.map(|text| text.parse().unwrap()),
    }
}

#[test]
fn the_last_element_is_what_the_hop_wrote() {
    let expected = Ok(Some(certificate(Some("spiffe://a/client"))));
    assert_eq!(of(&client(), Mode::Forwarded), expected);
    let forged = format!("Hash={};URI=spiffe://a/forged", hex([0xff; 32]));
    for before in [forged.as_str(), &hop(), "By=a"] {
        let line = format!("{before},{}", client());
        assert_eq!(of(&line, Mode::Forwarded), expected, "{before}");
    }
}

#[test]
fn before_what_this_listener_appends_is_what_the_hop_wrote() {
    let expected = Ok(Some(certificate(Some("spiffe://a/client"))));
    assert_eq!(
        of(&format!("{},{}", client(), hop()), Mode::Appended),
        expected
    );
    let forged = format!("Hash={};URI=spiffe://a/forged", hex([0xff; 32]));
    let line = format!("{forged},{},{}", client(), hop());
    assert_eq!(of(&line, Mode::Appended), expected);
    // The hop saw no certificate.
    assert_eq!(of(&hop(), Mode::Appended), Ok(None));
}

#[test]
fn what_this_listener_should_have_appended_must_be_there() {
    let mismatch = Err(Reason::ForwardedCertificateMismatch);
    let none = head("GET", "/", &[]);
    assert_eq!(read(&none, Mode::Appended, &OWN), mismatch);
    assert_eq!(read(&none, Mode::Forwarded, &OWN), Ok(None));
    for line in [
        client(),
        format!("{},{}", hop(), client()),
        format!("{},By=a", client()),
        format!("{},Hash=", client()),
        format!("{},Hash={}", client(), hex([0x0b; 32])),
    ] {
        assert_eq!(of(&line, Mode::Appended), mismatch, "{line}");
    }
}

#[test]
fn keys_are_of_any_case_and_values_quoted_or_not() {
    let hash = hex(CLIENT);
    for line in [
        format!("hash={hash}"),
        format!("HASH={}", hash.to_uppercase()),
        format!("hAsH=\"{hash}\""),
        format!("Subject=\"\\\"\\,,;=\u{e9} \";Hash={hash};Cert=\"%0A\";Chain=\"\";URI="),
        format!("By=a,\t Hash={hash}"),
        format!("By=http://a/?b=c;By=d;Hash={hash}"),
        format!("Hash={hash};{}", vec!["DNS=a"; 127].join(";")),
        format!("{}Hash={hash}", "By=a,".repeat(15)),
    ] {
        assert_eq!(
            of(&line, Mode::Forwarded),
            Ok(Some(certificate(None))),
            "{line}"
        );
    }
    let quoted = format!("Hash={hash};URI=\"spiffe://a/client\"");
    assert_eq!(
        of(&quoted, Mode::Forwarded),
        Ok(Some(certificate(Some("spiffe://a/client"))))
    );
}

#[test]
fn a_peer_is_the_one_uri_that_is_a_spiffe_id() {
    let hash = hex(CLIENT);
    for uris in [
        "URI=",
        "URI=https://a/b",
        "URI=spiffe://A/b",
        "URI=spiffe://a",
        "URI=spiffe://a/b;URI=spiffe://a/c",
        "URI=spiffe://a/b;uri=spiffe://a/b",
        "URI=spiffe://a/b;URI=",
        r#"URI="spiffe://a/b\"""#,
        "DNS=spiffe://a/b",
    ] {
        let line = format!("Hash={hash};{uris}");
        assert_eq!(
            of(&line, Mode::Forwarded),
            Ok(Some(certificate(None))),
            "{uris}"
        );
    }
}

#[test]
fn what_is_malformed_anywhere_is_refused() {
    let hash = hex(CLIENT);
    let good = format!("Hash={hash}");
    for line in [
        String::new(),
        " ".to_owned(),
        ",".to_owned(),
        ";".to_owned(),
        "Hash".to_owned(),
        "=".to_owned(),
        "Hash=".to_owned(),
        "By=a;URI=spiffe://a/b".to_owned(),
        format!("Hash={}", hash.get(..62).unwrap()),
        format!("Hash={hash}00"),
        format!("Hash=0x{}", hash.get(2..).unwrap()),
        format!("Hash={}", hash.replacen('c', "g", 1)),
        format!("Hash= {hash}"),
        format!("Hash={hash} "),
        format!(" Hash={hash}"),
        format!("Hash ={hash}"),
        format!("{good};{good}"),
        format!("{good};hash={hash}"),
        format!("{good};Hash="),
        format!("{good};Subject=\"a\";Subject=\"b\""),
        format!("{good};Cert=a;cert=a"),
        format!("{good};Chain=a;CHAIN=a"),
        format!("{good};Issuer=a"),
        format!("{good};"),
        format!("{good};;By=a"),
        format!(";{good}"),
        format!("{good},"),
        format!(",{good}"),
        format!("{good},,{good}"),
        format!("{good} ,{good}"),
        format!("{good},\u{b}{good}"),
        format!("{good};By"),
        format!("{good};=a"),
        format!("{good};Subject=\"a"),
        format!("{good};Subject=\"a\\\""),
        format!("{good};Subject=\"a\"b"),
        format!("{good};Subject=\"a\" ;By=b"),
        format!("{good};Subject=a\"b\""),
        format!("{good};Subject=a\\,b"),
        format!("{good};Subject=a b"),
        format!("{good};URI=\u{e9}"),
        format!("{good};Subject=\"a\0b\""),
        format!("{good};Subject=\"a\\\0b\""),
        format!("{good};Subject=\"a\tb\""),
        format!("{good};Subject=\"a\u{7f}b\""),
        format!("{good};By=a\u{7f}"),
        format!("{good};{}", vec!["DNS=a"; 128].join(";")),
        format!("{}{good}", "By=a,".repeat(16)),
        format!("Issuer=a,{good}"),
        format!("Subject=\"a,{good}"),
    ] {
        let malformed = Err(Reason::ForwardedCertificateMalformed);
        assert_eq!(of(&line, Mode::Forwarded), malformed, "{line:?}");
        let line = format!("{line},{}", hop());
        assert!(of(&line, Mode::Appended).is_err(), "{line:?}");
    }
}

#[test]
fn several_lines_are_refused() {
    let (one, other) = (client(), hop());
    for name in [NAME, "x_forwarded_client_cert", "x-forwarded_client-cert"] {
        let head = head("GET", "/", &[(NAME, &one), (name, &other)]);
        for mode in [Mode::Appended, Mode::Forwarded] {
            assert_eq!(
                read(&head, mode, &OWN),
                Err(Reason::ForwardedCertificateMalformed)
            );
        }
    }
}
