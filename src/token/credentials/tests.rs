use super::*;
use crate::testing::{head, test};

/// The token of RFC 9449 section 7.1.
const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

fn read(fields: &[(&str, &str)]) -> Result<(Scheme, String), Reason> {
    let head = head("GET", "/a?access_token=x", fields);
    Credentials::read(&head).map(|found| (found.scheme, found.token.to_owned()))
}

#[test]
fn one_scheme_and_one_token_pass() {
    for (value, scheme, token) in [
        (format!("DPoP {TOKEN}"), Scheme::Dpop, TOKEN),
        (format!("dpop   {TOKEN}"), Scheme::Dpop, TOKEN),
        (format!("DPOP {TOKEN}"), Scheme::Dpop, TOKEN),
        ("Bearer a+b/c==".to_owned(), Scheme::Bearer, "a+b/c=="),
        ("bEARER a".to_owned(), Scheme::Bearer, "a"),
    ] {
        let found = read(&[("authorization", &value)]);
        assert_eq!(found, Ok((scheme, token.to_owned())), "{value}");
    }
}

#[test]
fn a_token_elsewhere_is_no_credential() {
    for fields in [
        &[][..],
        &[("proxy-authorization", "DPoP a")],
        &[("dpop", "a")],
        &[("x-forwarded-authorization", "DPoP a")],
    ] {
        assert_eq!(read(fields), Err(Reason::CredentialsMissing), "{fields:?}");
    }
}

#[test]
fn anything_else_is_malformed() {
    let long = format!("DPoP {}", "a".repeat(MAX_BYTES));
    for value in [
        "",
        " ",
        "DPoP",
        "DPoP ",
        "DPoP  ",
        " DPoP a",
        "DPoP\ta",
        "DPoP a ",
        "DPoP a b",
        "DPoP a,b",
        "DPoP a, Bearer b",
        "DPoP a\tb",
        "DPoP \"a\"",
        "DPoP ==",
        "DPoP a=b",
        "DPoP a%20b",
        "DPoP é",
        "DPoPa",
        "Basic YTpi",
        "DPoP: a",
        "Digest a=b",
        &long,
    ] {
        let found = read(&[("authorization", value)]);
        assert_eq!(found, Err(Reason::CredentialsMalformed), "{value:.40}");
    }
    let twice = [("authorization", "DPoP a"), ("authorization", "DPoP a")];
    assert_eq!(read(&twice), Err(Reason::CredentialsMalformed));
    let mixed = [("authorization", "DPoP a"), ("authorization", "Bearer b")];
    assert_eq!(read(&mixed), Err(Reason::CredentialsMalformed));
}

#[test]
fn the_longest_value_still_passes() {
    let token = "a".repeat(MAX_BYTES - "DPoP ".len());
    let value = format!("DPoP {token}");
    let found = read(&[("authorization", &value)]);
    assert_eq!(found, Ok((Scheme::Dpop, token)));
}

#[test]
fn bytes_that_are_not_text_are_malformed() {
    let pairs = [
        (":method", &b"GET"[..]),
        (":authority", b"a"),
        ("authorization", b"DPoP \xff"),
    ];
    let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_vec()));
    let head = RequestHead::new(pairs.to_vec()).expect("a head");
    assert_eq!(Credentials::read(&head), Err(Reason::CredentialsMalformed));
}
