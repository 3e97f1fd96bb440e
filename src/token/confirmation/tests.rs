use super::*;
use crate::testing::{client_key, strict, test, with, without};
use serde_json::{Value, json};

/// `jkt` of RFC 9449 section 6.1.
const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
/// `x5t#S256` of RFC 8705 appendix A.
const CERTIFICATE: &str = "A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0";

fn parse(cnf: &Value) -> Result<Confirmation, BadConfirmation> {
    Confirmation::parse(&strict(cnf))
}

#[test]
fn members_are_sorted_into_what_can_and_cannot_be_checked() {
    let found = parse(&json!({ "jkt": JKT, "x5t#S256": CERTIFICATE, "kc-jkt-type": 1, "a": {} }));
    let expected = Confirmation {
        jkt: from_base64url(JKT),
        certificate: from_base64url(CERTIFICATE),
        unregistered: 2,
        ..Confirmation::default()
    };
    assert_eq!(found, Ok(expected));
    for registered in ["jwk", "jwe", "jku", "osc"] {
        let found = parse(&json!({ registered: "x" })).expect(registered);
        assert!(found.uncheckable, "{registered}");
    }
    for unusable in [
        json!({ "kid": 1 }),
        json!({ "jwk": { "kty": "oct", "k": "AAAA" } }),
        json!({ "jwk": with(client_key().jwk(), "d", json!("AA")) }),
        json!({ "jwk": without(client_key().jwk(), "x") }),
    ] {
        let found = parse(&unusable).unwrap();
        let expected = Confirmation {
            uncheckable: true,
            ..Confirmation::default()
        };
        assert_eq!(found, expected, "{unusable}");
    }
    let found = parse(&json!({ "kid": "k", "jwk": client_key().jwk() })).unwrap();
    assert_eq!(found.kid.as_deref(), Some("k"));
    let thumbprint = found.jwk.as_ref().map(|key| *key.thumbprint());
    assert_eq!(thumbprint, Some(client_key().thumbprint()));
    assert!(!found.uncheckable);
    // Names are exact: another spelling is another member.
    for other in ["JKT", "x5t#s256", "x5t", "jkt "] {
        let found = parse(&json!({ other: JKT })).expect(other);
        let expected = Confirmation {
            unregistered: 1,
            ..Confirmation::default()
        };
        assert_eq!(found, expected, "{other}");
    }
    assert_eq!(parse(&json!({})), Ok(Confirmation::default()));
}

#[test]
fn a_digest_is_32_bytes_in_canonical_base64url() {
    let hex = "0380ed2f626650c840b2f263e6d2b29fae12ab39ae5db32b25ad27efad72e6fd";
    for member in ["jkt", "x5t#S256"] {
        for value in [
            json!(null),
            json!(1),
            json!([JKT]),
            json!(""),
            json!(hex),
            json!(JKT.get(..42)),
            json!(format!("{JKT}=")),
            json!(format!("{JKT}A")),
            json!(JKT.replace("A4I", "A4J")),
            json!(JKT.replace('-', "+")),
            json!(format!(" {JKT}")),
        ] {
            assert_eq!(
                parse(&json!({ member: value })),
                Err(BadConfirmation),
                "{value}"
            );
        }
    }
    for cnf in [json!(null), json!([]), json!(JKT), json!(1)] {
        assert_eq!(parse(&cnf), Err(BadConfirmation), "{cnf}");
    }
}

/// Rows of the truth table: scheme (`D`, `B`), then whether there is a `jkt`, a certificate, a key
/// that signs, an uncheckable member, an unregistered one, and whether the policy refuses those. `*`
/// is both.
const TABLE: &[(&str, Result<(), Reason>)] = &[
    // Bound to nothing, or under the DPoP scheme not to a DPoP key.
    ("D0**00*", Err(Reason::TokenUnbound)),
    ("D0**010", Err(Reason::TokenUnbound)),
    ("B00000*", Err(Reason::TokenUnbound)),
    ("B000010", Err(Reason::TokenUnbound)),
    // Bound: everything that is there is demanded.
    ("D1**00*", Ok(())),
    ("D1**010", Ok(())),
    ("B01*00*", Ok(())),
    ("B01*010", Ok(())),
    ("B00100*", Ok(())),
    ("B001010", Ok(())),
    // Members of no meaning, where the policy refuses those.
    ("D***011", Err(Reason::ConfirmationUnknown)),
    ("B0**011", Err(Reason::ConfirmationUnknown)),
    // What cannot be checked refuses, whatever else is there.
    ("D***1**", Err(Reason::ConfirmationUnsupported)),
    ("B0**1**", Err(Reason::ConfirmationUnsupported)),
    // A token with a DPoP key is no bearer token.
    ("B1*****", Err(Reason::BoundTokenAsBearer)),
];

#[test]
fn every_combination_has_one_row() {
    let key = Box::new(Jwk::parse(&strict(&client_key().jwk())).unwrap());
    for bits in 0..=255_u8 {
        let bit = |place: u8| bits & (1 << place) != 0;
        let scheme = if bit(6) { Scheme::Bearer } else { Scheme::Dpop };
        // The key itself, or its name.
        let (jwk, kid) = if bit(7) {
            (bit(3).then(|| key.clone()), None)
        } else {
            (None, bit(3).then(|| "client".to_owned()))
        };
        let confirmation = Confirmation {
            jkt: bit(5).then_some([7; 32]),
            certificate: bit(4).then_some([8; 32]),
            jwk,
            kid,
            uncheckable: bit(2),
            unregistered: usize::from(bit(1)),
        };
        let policy = if bit(0) {
            UnknownConfirmation::Refuse
        } else {
            UnknownConfirmation::Ignore
        };
        let letter = if bit(6) { "B" } else { "D" };
        let name = format!("{letter}{:06b}", bits & 63);
        let fits = |row: &str| {
            row.bytes()
                .zip(name.bytes())
                .all(|(pattern, own)| pattern == b'*' || pattern == own)
        };
        let rows: Vec<_> = TABLE.iter().filter(|(row, _)| fits(row)).collect();
        assert_eq!(rows.len(), 1, "{name}");
        let all = Demands {
            key: confirmation.jkt.as_ref(),
            certificate: confirmation.certificate.as_ref(),
            jwk: confirmation.jwk.as_deref(),
            kid: confirmation.kid.as_deref(),
        };
        let found = confirmation.demands(scheme, policy);
        assert_eq!(found, rows[0].1.map(|()| all), "{name}");
    }
}

#[test]
fn beside_the_key_of_a_workload_a_certificate_alone_can_be_shown() {
    let read = |cnf: Value| Confirmation::beside_key(&strict(&cnf)).unwrap();
    let unsupported = Err(Reason::ConfirmationUnsupported);
    for (cnf, expected) in [
        (json!({ "jwk": {} }), Ok(None)),
        (
            json!({ "jwk": {}, "x5t#S256": CERTIFICATE }),
            Ok(from_base64url(CERTIFICATE)),
        ),
        (json!({ "jwk": {}, "jkt": JKT }), unsupported),
        (json!({ "jwk": {}, "kid": "a" }), unsupported),
        (json!({ "jwk": {}, "jwe": "a" }), unsupported),
        (json!({ "jwk": {}, "osc": {} }), unsupported),
        (json!({ "jwk": {}, "jku": "a" }), unsupported),
        (json!({ "jwk": {}, "own": 1 }), Ok(None)),
    ] {
        let found = read(cnf.clone());
        let shown = found.beside_proof(UnknownConfirmation::Ignore);
        assert_eq!(shown.map(Option::<&_>::copied), expected, "{cnf}");
    }
    assert_eq!(
        read(json!({ "jwk": {}, "own": 1 })).beside_proof(UnknownConfirmation::Refuse),
        Err(Reason::ConfirmationUnknown)
    );
}
