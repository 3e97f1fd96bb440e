#[cfg(not(target_arch = "wasm32"))]
mod properties;

use super::*;
use crate::testing::test;

#[test]
fn an_id_is_read_into_its_parts() {
    for (text, domain, path) in [
        ("spiffe://example.org", "example.org", ""),
        ("spiffe://example.org/gateway", "example.org", "/gateway"),
        (
            "spiffe://prod.example.org/ns/pay/sa/api-2",
            "prod.example.org",
            "/ns/pay/sa/api-2",
        ),
        ("spiffe://a/B_c.D-0/...", "a", "/B_c.D-0/..."),
        ("spiffe://_-.0/.a", "_-.0", "/.a"),
    ] {
        let id = SpiffeId::parse(text).expect(text);
        assert_eq!(
            (id.as_str(), id.trust_domain(), id.path()),
            (text, domain, path)
        );
        assert_eq!(id.authority(), format!("spiffe://{domain}"));
        assert_eq!(id.to_string(), text);
        assert_eq!(text.parse(), Ok(id.clone()));
        assert_eq!(id.is_workload(), !path.is_empty());
        assert!(id.member_of(&TrustDomain::parse(domain).expect(domain)));
    }
}

#[test]
fn other_spellings_are_no_ids() {
    for text in [
        "",
        "spiffe",
        "spiffe:",
        "spiffe:/",
        "spiffe://",
        "spiffe:///",
        "spiffe:///path",
        "spiffe:/example.org/a",
        "spiffe:example.org/a",
        "SPIFFE://example.org/a",
        "Spiffe://example.org/a",
        "https://example.org/a",
        "spiffes://example.org/a",
        "example.org/a",
        "//example.org/a",
        " spiffe://example.org/a",
        "spiffe://example.org/a ",
        "spiffe://example.org/a\n",
        "spiffe://example.org/a\0",
        "spiffe://example.org\0.evil/a",
        "spiffe://exam\tple.org/a",
        "spiffe://Example.org/a",
        "spiffe://exämple.org/a",
        "spiffe://example.org:443/a",
        "spiffe://example.org:/a",
        "spiffe://user@example.org/a",
        "spiffe://user:secret@example.org/a",
        "spiffe://@example.org/a",
        "spiffe://example%2eorg/a",
        "spiffe://[::1]/a",
        "spiffe://example.org~/a",
        "spiffe://example.org,other.org/a",
        "spiffe://example.org\\a",
        "spiffe://example.org?q",
        "spiffe://example.org/?q",
        "spiffe://example.org/a?q",
        "spiffe://example.org/a?",
        "spiffe://example.org#f",
        "spiffe://example.org/a#f",
        "spiffe://example.org/a#",
        "spiffe://example.org/",
        "spiffe://example.org//",
        "spiffe://example.org//a",
        "spiffe://example.org/a/",
        "spiffe://example.org/a//b",
        "spiffe://example.org/.",
        "spiffe://example.org/..",
        "spiffe://example.org/./a",
        "spiffe://example.org/a/../b",
        "spiffe://example.org/a/..",
        "spiffe://example.org/%61",
        "spiffe://example.org/a%2fb",
        "spiffe://example.org/a%00",
        "spiffe://example.org/a b",
        "spiffe://example.org/a+b",
        "spiffe://example.org/a:b",
        "spiffe://example.org/a@b",
        "spiffe://example.org/a;b",
        "spiffe://example.org/a,b",
        "spiffe://example.org/a=b",
        "spiffe://example.org/a*",
        "spiffe://example.org/*",
        "spiffe://*/a",
        "spiffe://example.org/ä",
        "spiffe://example.org/a\u{200b}",
        "spiffe://example.org/\u{ff0e}",
        "\u{feff}spiffe://example.org/a",
    ] {
        assert_eq!(SpiffeId::parse(text), Err(BadSpiffeId), "{text:?}");
    }
}

#[test]
fn what_is_too_long_is_no_id() {
    let domain = |length| "d".repeat(length);
    assert!(SpiffeId::parse(&format!("spiffe://{}/a", domain(255))).is_ok());
    assert!(SpiffeId::parse(&format!("spiffe://{}/a", domain(256))).is_err());
    assert!(TrustDomain::parse(&domain(255)).is_ok());
    assert!(TrustDomain::parse(&domain(256)).is_err());
    let id = |length| format!("{:a<length$}", "spiffe://example.org/");
    assert!(SpiffeId::parse(&id(2048)).is_ok());
    assert!(SpiffeId::parse(&id(2049)).is_err());
}

#[test]
fn a_trust_domain_is_a_bare_name() {
    let domain = TrustDomain::parse("example.org").expect("a name");
    assert_eq!(
        (domain.as_str(), domain.to_string().as_str()),
        ("example.org", "example.org")
    );
    assert_eq!("example.org".parse(), Ok(domain));
    for text in [
        "",
        "Example.org",
        "spiffe://example.org",
        "example.org/",
        "example.org:443",
        "user@example.org",
        "example org",
        "example.org\0",
        "exämple.org",
        "example.org?",
        "*.example.org",
    ] {
        assert_eq!(TrustDomain::parse(text), Err(BadSpiffeId), "{text:?}");
    }
}

#[test]
fn membership_is_the_whole_name() {
    let domain = TrustDomain::parse("example.org").expect("a name");
    for text in [
        "spiffe://example.orga/a",
        "spiffe://example.or/a",
        "spiffe://a.example.org/a",
        "spiffe://xexample.org/a",
        "spiffe://other/example.org",
        "spiffe://example.org.evil",
    ] {
        let id = SpiffeId::parse(text).expect(text);
        assert!(!id.member_of(&domain), "{text}");
    }
}
