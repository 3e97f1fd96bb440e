use super::*;
use crate::testing::test;

#[test]
fn the_account_of_the_path_is_the_granted_one() {
    for account in ["acc-8", "ACC-7", "acc-7 ", "acc%2D7", "", "7"] {
        let asked = Asked { account, ..asked() };
        assert_eq!(judge(&asked), Err(Reason::ValueMismatch), "{account}");
    }
    let mut list = bindings();
    list.push(same("/order", Place::Path("order".to_owned())));
    assert_eq!(
        judge_by(&payment(list), &asked()),
        Err(Reason::ValueMissing)
    );
}

#[test]
fn the_query_is_closed_and_compared() {
    for (query, expected) in [
        ("channel=web+app", Ok(())),
        ("channel=web%20app", Ok(())),
        ("lang=de&channel=web%20ap%70", Ok(())),
        ("ch%61nnel=web+app", Ok(())),
        ("channel=web+app&lang", Ok(())),
        ("channel=web", Err(Reason::ValueMismatch)),
        ("channel=Web+app", Err(Reason::ValueMismatch)),
        ("channel=web%2Bapp", Err(Reason::ValueMismatch)),
        ("channel=web+app=", Err(Reason::ValueMismatch)),
        ("channel", Err(Reason::ValueMismatch)),
        ("lang=de", Err(Reason::ValueMissing)),
        ("", Err(Reason::ValueMissing)),
        ("channel=web+app&x=1", Err(Reason::QueryUnlisted)),
        ("channel=web+app&amount=1", Err(Reason::QueryUnlisted)),
        ("channel=web+app&Channel=atm", Err(Reason::QueryUnlisted)),
        ("Channel=web+app", Err(Reason::QueryUnlisted)),
        ("channel=web+app&LANG=de", Err(Reason::QueryUnlisted)),
        (
            "channel=web+app&channel=web+app",
            Err(Reason::QueryUnlisted),
        ),
        ("channel=web+app&ch%61nnel=atm", Err(Reason::QueryUnlisted)),
        (
            "channel=web+app&lang=de&lang=de",
            Err(Reason::QueryUnlisted),
        ),
        ("channel[]=web+app", Err(Reason::QueryUnlisted)),
        ("channel=web+app&+lang=de", Err(Reason::QueryUnlisted)),
        ("channel=web+app;lang=de", Err(Reason::QueryUnlisted)),
        ("channel=web+app&", Err(Reason::QueryUnlisted)),
        ("&channel=web+app", Err(Reason::QueryUnlisted)),
        ("channel=web+app&&lang=de", Err(Reason::QueryUnlisted)),
        ("channel=web+app&=de", Err(Reason::QueryUnlisted)),
        ("channel=web+app&lang=%ff", Err(Reason::QueryUnlisted)),
        ("channel=web+app&lang=%", Err(Reason::QueryUnlisted)),
    ] {
        let asked = Asked {
            query: Some(query.to_owned()),
            ..asked()
        };
        assert_eq!(judge(&asked), expected, "{query}");
    }
    let none = Asked {
        query: None,
        ..asked()
    };
    assert_eq!(judge(&none), Err(Reason::ValueMissing));
}

#[test]
fn a_bound_header_is_one_visible_line() {
    for (lines, expected) in [
        (&[&b"o-1"[..]][..], Ok(())),
        (&[b" o-1\t"], Ok(())),
        (&[b"o-2"], Err(Reason::ValueMismatch)),
        (&[b"O-1"], Err(Reason::ValueMismatch)),
        (&[b"\"o-1\""], Err(Reason::ValueMismatch)),
        (&[b"o-1,o-2"], Err(Reason::ValueMismatch)),
        (&[b"o-1,"], Err(Reason::ValueMismatch)),
        (&[b"o-1, o-1"], Err(Reason::ValueMalformed)),
        (&[b"o-1\x0b"], Err(Reason::ValueMalformed)),
        (&[b"o-1\xff"], Err(Reason::ValueMalformed)),
        (&["o‑1".as_bytes()], Err(Reason::ValueMalformed)),
        (&[b""], Err(Reason::ValueMalformed)),
        (&[b" "], Err(Reason::ValueMalformed)),
        (&[b"o-1", b"o-1"], Err(Reason::ValueMalformed)),
        (&[b"o-1", b"o-2"], Err(Reason::ValueMalformed)),
        (&[], Err(Reason::ValueMissing)),
    ] {
        let mut asked = asked();
        asked.headers.retain(|(name, _)| *name != "x-order");
        asked
            .headers
            .extend(lines.iter().map(|line| ("x-order", line.to_vec())));
        assert_eq!(judge(&asked), expected, "{lines:?}");
    }
}

#[test]
fn numbers_can_be_compared_in_every_place() {
    let mut list = bindings();
    list.retain(|binding| !matches!(binding.place, Place::Body(_)));
    for binding in &mut list {
        binding.comparison = Comparison::Decimal(Digits::Any);
    }
    let rules = payment(list);
    let mut asked = Asked {
        account: "7.0",
        query: Some("channel=8.10".to_owned()),
        body: None,
        ..asked()
    };
    asked.headers = vec![("x-order", b"9".to_vec())];
    for (from, to) in [
        (r#""acc-7""#, "7"),
        (r#""web app""#, r#""8.1""#),
        (r#""o-1""#, "9.00"),
    ] {
        assert_eq!(
            judge_by(&rules, &asked),
            Err(Reason::ValueMalformed),
            "{from}"
        );
        asked.claims = swap(&asked.claims, from, to);
    }
    assert_eq!(judge_by(&rules, &asked), Ok(()));
    // Compared by its characters, a number is of the wrong form on either side.
    let exact = payment(vec![same("/order", Place::Header("x-order".to_owned()))]);
    asked.query = None;
    assert_eq!(judge_by(&exact, &asked), Err(Reason::ValueMalformed));
}

#[test]
fn a_request_without_a_body_fits_rules_that_bind_none() {
    let mut list = bindings();
    list.retain(|binding| !matches!(binding.place, Place::Body(_)));
    let rules = payment(list);
    assert!(!rules.binds_body());
    let with = |body: Option<&str>| {
        let body = body.map(str::to_owned);
        judge_by(&rules, &Asked { body, ..asked() })
    };
    for (body, expected) in [
        (None, Ok(())),
        (Some("{}"), Ok(())),
        (Some(r#"{"note":[1]}"#), Ok(())),
        (Some(BODY), Err(Reason::BodyUnlisted)),
        (Some("[]"), Err(Reason::BodyUnlisted)),
        (Some("7"), Err(Reason::BodyUnlisted)),
        (Some("null"), Err(Reason::BodyUnlisted)),
    ] {
        assert_eq!(with(body), expected, "{body:?}");
    }
}
