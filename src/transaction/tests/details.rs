use super::*;
use crate::testing::test;

/// Puts each text in the place of `from` in the claims.
fn each(from: &str, texts: &[&str], expected: Result<(), Reason>) {
    for to in texts {
        let mut asked = asked();
        asked.claims = swap(&asked.claims, from, to);
        assert_eq!(judge(&asked), expected, "{from} as {to}");
    }
}

#[test]
fn exactly_one_detail_of_the_type_must_grant() {
    let whole = format!("[{DETAIL}]");
    let consent = r#"{"type":"account_information","channel":"web app"}"#;
    let elsewhere = swap(DETAIL, "api.example.com", "other.example");
    let first = format!("[{consent},{DETAIL}]");
    let last = format!("[{DETAIL},{consent}]");
    let one_for_us = format!("[{elsewhere},{DETAIL}]");
    each(&whole, &[&first, &last, &one_for_us], Ok(()));

    let twice = format!("[{DETAIL},{DETAIL}]");
    let apart = format!("[{DETAIL},{consent},{DETAIL}]");
    let cheaper = format!("[{},{DETAIL}]", swap(DETAIL, "123.50", "0.01"));
    each(
        &whole,
        &[&twice, &apart, &cheaper],
        Err(Reason::DetailAmbiguous),
    );

    let other = format!("[{consent}]");
    let nested = format!("[[{DETAIL}]]");
    let text = format!("[{DETAIL},\"payment_initiation\"]");
    let null = format!("[null,{DETAIL}]");
    let untyped = format!("[{DETAIL},{{}}]");
    let number = format!("[{DETAIL},{{\"type\":1}}]");
    each(
        &whole,
        &[
            &other, &nested, &text, &null, &untyped, &number, "[]", DETAIL, "null", "\"\"",
        ],
        Err(Reason::DetailMissing),
    );
    each(
        r#""authorization_details""#,
        &[r#""Authorization_details""#, r#""authorization_detail""#],
        Err(Reason::DetailMissing),
    );
    each(
        r#""payment_initiation""#,
        &[
            r#""Payment_initiation""#,
            r#""payment_initiation ""#,
            r#""payment_initiatiоn""#,
            r#""payment""#,
            r#"["payment_initiation"]"#,
            "null",
        ],
        Err(Reason::DetailMissing),
    );
}

#[test]
fn locations_name_this_origin() {
    let location = r#""https://api.example.com/payments""#;
    each(
        location,
        &[
            r#""https://api.example.com""#,
            r#""https://api.example.com/""#,
            r#""HTTPS://API.example.com:443/x""#,
            r#""https://other.example/","https://api.example.com/""#,
            r#""https://api.example.com/","https://other.example/""#,
            r#""urn:x","not a uri","https://api.example.com/a?b""#,
        ],
        Ok(()),
    );
    each(
        location,
        &[
            r#""https://other.example/payments""#,
            r#""http://api.example.com/payments""#,
            r#""https://api.example.com:8443/""#,
            r#""https://api.example.com.evil.example/""#,
            r#""https://api.example.com@evil.example/""#,
            r#""https://evil.example/?https://api.example.com/""#,
            r#""https://evil.example/https://api.example.com/""#,
            r#""https://api.example.co""#,
            r#""https://xapi.example.com/""#,
            r#""//api.example.com/""#,
            r#""api.example.com""#,
            r#"" https://api.example.com/""#,
            r#""*""#,
            r#""""#,
            "",
            r#""https://api.example.com/",1"#,
            r#"null,"https://api.example.com/""#,
        ],
        Err(Reason::DetailMissing),
    );

    let locations = format!(r#""locations":[{location}],"#);
    each(&locations, &[""], Ok(()));
    each(
        &locations,
        &[
            r#""locations":"https://api.example.com/","#,
            r#""locations":null,"#,
            r#""locations":true,"#,
            r#""locations":{"0":"https://api.example.com/"},"#,
        ],
        Err(Reason::DetailMissing),
    );
}

#[test]
fn every_bound_claim_is_there_and_has_a_value() {
    each(
        r#""amount":"123.50""#,
        &[
            r#""amount":123.5"#,
            r#""amount":123.50"#,
            r#""amount":"123.5""#,
        ],
        Ok(()),
    );
    each(
        r#""amount":"123.50""#,
        &[r#""Amount":"123.50""#, r#""ceiling":"123.50""#],
        Err(Reason::ClaimMissing),
    );
    each(
        r#"{"currency":"EUR","amount":"123.50"}"#,
        &[r#""123.50""#, "{}", "[]", "null"],
        Err(Reason::ClaimMissing),
    );
    each(
        r#","creditorAccount":{"iban":"DE02100100109307118603"}"#,
        &[""],
        Err(Reason::ClaimMissing),
    );
    each(
        r#""amount":"123.50""#,
        &[
            r#""amount":"*""#,
            r#""amount":null"#,
            r#""amount":1235e-1"#,
            r#""amount":["123.50"]"#,
        ],
        Err(Reason::ValueMalformed),
    );
    each(
        r#""currency":"EUR""#,
        &[
            r#""currency":978"#,
            r#""currency":null"#,
            r#""currency":["EUR"]"#,
        ],
        Err(Reason::ValueMalformed),
    );
    each(
        r#""amount":"123.50""#,
        &[r#""amount":"123.49""#, r#""amount":"200""#],
        Err(Reason::ValueMismatch),
    );
    each(
        r#""currency":"EUR""#,
        &[r#""currency":"""#],
        Err(Reason::ValueMismatch),
    );
}
