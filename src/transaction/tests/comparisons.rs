use super::*;
use crate::testing::test;

/// The value `1` of a body in place of a claim, compared so.
fn compare(comparison: &Comparison, claim: &str, value: &str) -> Result<(), Reason> {
    let binding = Binding {
        claim: granted("/a"),
        place: Place::Body(pointer("/v")),
        comparison: comparison.clone(),
    };
    let (tctx, body) = (format!(r#"{{"a":{claim}}}"#), format!(r#"{{"v":{value}}}"#));
    judge_granted(&tctx, vec![binding], &body)
}

fn table(comparison: &Comparison, rows: &[(&str, &str, Result<(), Reason>)]) {
    for (claim, value, expected) in rows {
        assert_eq!(
            compare(comparison, claim, value),
            *expected,
            "{comparison:?}: {claim} and {value}"
        );
    }
}

const MISMATCH: Result<(), Reason> = Err(Reason::ValueMismatch);
const MALFORMED: Result<(), Reason> = Err(Reason::ValueMalformed);

#[test]
fn a_ceiling_is_not_passed() {
    table(
        &Comparison::Caps(Digits::Any),
        &[
            (r#""100""#, r#""100.00""#, Ok(())),
            ("100", "99.99", Ok(())),
            ("100", "0", Ok(())),
            ("100", "100.01", MISMATCH),
            (r#""100""#, "100.00000000000001", MISMATCH),
            ("99", "100", MISMATCH),
            ("9", "10", MISMATCH),
            ("100", "-1", MALFORMED),
            ("100", "1e1", MALFORMED),
            ("100", "null", MALFORMED),
            ("null", "1", MALFORMED),
            (r#""many""#, "1", MALFORMED),
            ("[100]", "1", MALFORMED),
        ],
    );
}

#[test]
fn a_list_has_the_value() {
    table(
        &Comparison::Lists,
        &[
            (r#"["x","y"]"#, r#""x""#, Ok(())),
            (r#"["x","y"]"#, r#""y""#, Ok(())),
            (r#"["x"]"#, r#""X""#, MISMATCH),
            (r#"["x"]"#, r#""""#, MISMATCH),
            ("[]", r#""x""#, MISMATCH),
            (r#"["x",1]"#, r#""x""#, MALFORMED),
            (r#"["x"]"#, "1", MALFORMED),
            (r#"["1"]"#, "1", MALFORMED),
            (r#"["x"]"#, r#"["x"]"#, MALFORMED),
            (r#""x""#, r#""x""#, MALFORMED),
            (r#"{"0":"x"}"#, r#""x""#, MALFORMED),
        ],
    );
}

#[test]
fn a_path_lies_under_the_claim() {
    table(
        &Comparison::Covers,
        &[
            (r#""/a""#, r#""/a/b""#, Ok(())),
            (r#""/a""#, r#""/ab""#, MISMATCH),
            (r#""/a""#, r#""/a/../b""#, MALFORMED),
            (r#""/a/""#, r#""/a/b""#, MALFORMED),
            (r#""/a""#, "1", MALFORMED),
            ("1", r#""/a""#, MALFORMED),
        ],
    );
}

#[test]
fn an_instant_is_not_after_the_claim() {
    table(
        &Comparison::Outlasts,
        &[
            (
                r#""2026-01-01T00:00:00Z""#,
                r#""2026-01-01T00:00:00Z""#,
                Ok(()),
            ),
            (
                r#""2026-01-01T00:00:00Z""#,
                r#""2025-12-31T23:59:59Z""#,
                Ok(()),
            ),
            (
                r#""2026-01-01T00:00:00Z""#,
                r#""2026-01-01T00:30:00+01:00""#,
                Ok(()),
            ),
            (
                r#""2026-01-01T00:00:00Z""#,
                r#""2026-01-01T00:00:00.001Z""#,
                MISMATCH,
            ),
            (
                r#""2026-01-01T00:00:00Z""#,
                r#""2026-01-01T00:00:00-00:30""#,
                MISMATCH,
            ),
            (r#""2026-01-01T00:00:00Z""#, r#""2025-12-31""#, MALFORMED),
            (r#""2026-01-01""#, r#""2025-12-31T23:59:59Z""#, MALFORMED),
            (r#""2026-01-01T00:00:00Z""#, "1", MALFORMED),
            ("1767225600", r#""2025-12-31T23:59:59Z""#, MALFORMED),
        ],
    );
}

#[test]
fn now_is_the_moment_of_the_request() {
    // The request is judged at 2023-11-14T22:13:20Z.
    for (claim, expected) in [
        ("2023-11-14T22:13:20Z", Ok(())),
        ("2023-11-14T23:13:20+01:00", Ok(())),
        ("2023-11-14T22:13:19.999Z", MISMATCH),
        ("2024-11-14", MALFORMED),
    ] {
        let binding = Binding {
            claim: granted("/a"),
            place: Place::Now,
            comparison: Comparison::Outlasts,
        };
        let tctx = format!(r#"{{"a":"{claim}"}}"#);
        assert_eq!(
            judge_granted(&tctx, vec![binding], "{}"),
            expected,
            "{claim}"
        );
    }
}

/// An amount in a currency, of which both are bound.
fn pay(
    comparison: fn(Digits) -> Comparison,
    currency: &str,
    granted_: &str,
    value: &str,
) -> Result<(), Reason> {
    let binding = Binding {
        claim: granted("/a"),
        place: Place::Body(pointer("/v")),
        comparison: comparison(Digits::OfCurrency(granted("/c"))),
    };
    let of_currency = Binding {
        claim: granted("/c"),
        place: Place::Body(pointer("/c")),
        comparison: Comparison::Exact,
    };
    let tctx = format!(r#"{{"a":{granted_},"c":{currency}}}"#);
    let body = format!(r#"{{"v":{value},"c":{currency}}}"#);
    judge_granted(&tctx, vec![binding, of_currency], &body)
}

#[test]
fn an_amount_has_no_more_digits_than_its_currency() {
    for (currency, granted_, value, expected) in [
        ("EUR", r#""12.50""#, "12.5", Ok(())),
        ("EUR", "12", r#""12.00""#, Ok(())),
        ("EUR", r#""12.50""#, "12.500", MALFORMED),
        ("EUR", r#""12.500""#, "12.50", MALFORMED),
        ("EUR", "12.50", "12.51", MISMATCH),
        ("JPY", "1200", r#""1200""#, Ok(())),
        ("JPY", "1200", "1200.0", MALFORMED),
        ("JPY", "1200.0", "1200", MALFORMED),
        ("IDR", "1200.50", "1200.5", Ok(())),
        ("KWD", "1.250", "1.25", Ok(())),
        ("BHD", "1.2505", "1.2505", MALFORMED),
        ("CLF", "1.2505", "1.2505", Ok(())),
        ("eur", "1", "1", MALFORMED),
        ("EURO", "1", "1", MALFORMED),
        ("XAU", "1", "1", MALFORMED),
        ("", "1", "1", MALFORMED),
    ] {
        let currency = format!("\"{currency}\"");
        let found = pay(Comparison::Decimal, &currency, granted_, value);
        assert_eq!(found, expected, "{currency} {granted_} {value}");
    }
    assert_eq!(pay(Comparison::Decimal, "978", "1", "1"), MALFORMED);
    for (value, expected) in [("12.49", Ok(())), ("12.51", MISMATCH), ("1.001", MALFORMED)] {
        let found = pay(Comparison::Caps, r#""EUR""#, "12.50", value);
        assert_eq!(found, expected, "{value}");
    }
}

#[test]
fn an_amount_needs_its_currency() {
    let binding = Binding {
        claim: granted("/a"),
        place: Place::Body(pointer("/v")),
        comparison: Comparison::Decimal(Digits::OfCurrency(granted("/c"))),
    };
    let found = judge_granted(r#"{"a":1}"#, vec![binding], r#"{"v":1}"#);
    assert_eq!(found, Err(Reason::ClaimMissing));
}
