use super::*;
use crate::testing::test;

/// Puts each text in the place of `from` in the body.
fn each(from: &str, texts: &[&str], expected: Result<(), Reason>) {
    for to in texts {
        let mut asked = asked();
        asked.body = Some(swap(BODY, from, to));
        assert_eq!(judge(&asked), expected, "{from} as {to}");
    }
}

#[test]
fn an_amount_is_a_decimal_however_it_is_spelled() {
    let amount = r#""123.50""#;
    each(
        amount,
        &[
            r#""123.5""#,
            r#""123.500""#,
            "123.50",
            "123.5",
            r#""\u0031\u00323.50""#,
        ],
        Ok(()),
    );
    each(
        amount,
        &[
            r#""123.51""#,
            "123.51",
            "123.49999999999999",
            "123.50000000000001",
            r#""12350""#,
            r#""1235""#,
            "0",
        ],
        Err(Reason::ValueMismatch),
    );
    each(
        amount,
        &[
            "1.235e2",
            r#""1.235e2""#,
            r#""+123.50""#,
            r#""-123.50""#,
            "-123.50",
            r#""0123.50""#,
            r#""123.50 ""#,
            r#"" 123.50""#,
            r#""１２３.50""#,
            r#""123,50""#,
            r#""1_23.50""#,
            r#""123.""#,
            r#""123.50EUR""#,
            r#""123.50\u0000""#,
            r#""123.5000000000000000""#,
            r#""""#,
            "null",
            "true",
            r#"["123.50"]"#,
            r#"{"amount":"123.50"}"#,
        ],
        Err(Reason::ValueMalformed),
    );
    each(
        amount,
        &[
            "0123.50", "+123.50", "1e400", "NaN", "0x7b", "123.", "", "'1'",
        ],
        Err(Reason::BodyMalformed),
    );
    each(r#""amount":"123.50","#, &[""], Err(Reason::ValueMissing));
}

#[test]
fn currency_and_payee_are_compared_by_characters() {
    each(
        r#""EUR""#,
        &[
            r#""USD""#,
            r#""eur""#,
            r#""Eur""#,
            r#""EUR ""#,
            r#""ЕUR""#,
            r#""ＥＵＲ""#,
            r#""""#,
            r#""EUR\u0000""#,
        ],
        Err(Reason::ValueMismatch),
    );
    each(r#""EUR""#, &[r#""\u0045UR""#], Ok(()));
    each(
        r#""EUR""#,
        &["978", "null", r#"["EUR"]"#, r#"{"code":"EUR"}"#, "false"],
        Err(Reason::ValueMalformed),
    );
    each(
        r#""DE02100100109307118603""#,
        &[
            r#""DE75512108001245126199""#,
            r#""DE02 1001 0010 9307 1186 03""#,
            r#""de02100100109307118603""#,
        ],
        Err(Reason::ValueMismatch),
    );
}

#[test]
fn a_member_that_nothing_names_refuses() {
    let start = r#"{"amount""#;
    each(
        start,
        &[
            r#"{"chargeBearer":"DEBT","amount""#,
            r#"{"chargeBearer":null,"amount""#,
            r#"{"payments":[],"amount""#,
            r#"{"payee":{},"amount""#,
            r#"{"":0,"amount""#,
            r#"{"0":0,"amount""#,
            r#"{"creditor/iban":0,"amount""#,
            r#"{"Amount":"9999","amount""#,
            r#"{"AMOUNT":"9999","amount""#,
            r#"{"amount ":"9999","amount""#,
            r#"{"аmount":"9999","amount""#,
            r#"{"ａmount":"9999","amount""#,
            r#"{"Creditor":{"iban":"DE75512108001245126199"},"amount""#,
            r#"{"creditors":[{"iban":"DE75512108001245126199"}],"amount""#,
            r#"{"Amount""#,
        ],
        Err(Reason::BodyUnlisted),
    );
    each(
        start,
        &[
            r#"{"amount":"123.50","amount""#,
            r#"{"\u0061mount":"9999","amount""#,
            r#"{"a":{"b":1,"b":1},"amount""#,
        ],
        Err(Reason::BodyMalformed),
    );
    each(
        r#"{"iban""#,
        &[
            r#"{"name":"Mallory","iban""#,
            r#"{"IBAN":"DE75512108001245126199","iban""#,
            r#"{"ıban":"DE75512108001245126199","iban""#,
        ],
        Err(Reason::BodyUnlisted),
    );
}

#[test]
fn the_way_to_a_bound_member_is_through_objects() {
    let creditor = r#"{"iban":"DE02100100109307118603"}"#;
    each(
        creditor,
        &[
            r#"[{"iban":"DE02100100109307118603"}]"#,
            r#"[["iban","DE02100100109307118603"]]"#,
            "[]",
            r#""DE02100100109307118603""#,
            "7",
            "null",
            "false",
        ],
        Err(Reason::BodyUnlisted),
    );
    each(creditor, &["{}"], Err(Reason::ValueMissing));
}

#[test]
fn what_the_allow_list_names_is_free_but_has_one_reading() {
    let note = r#"{"text":"thanks"}"#;
    each(
        note,
        &[
            "null",
            "7",
            "{}",
            r#"[{"a":[1,{}]},"b",{"a":1}]"#,
            r#"{"a":{"A":1}}"#,
        ],
        Ok(()),
    );
    each(
        r#","note":{"text":"thanks"}"#,
        &["", r#","note":"x""#],
        Ok(()),
    );
    each(
        note,
        &[
            r#"{"text":"a","Text":"b"}"#,
            r#"{"text":"a","deep":[{"é":1,"É":2}]}"#,
            r#"{"cost":1,"coſt":2}"#,
            r#"{"kind":1,"Kind":2}"#,
            r#"{"text\u0000":1}"#,
            r#"[{"\u0085":1}]"#,
        ],
        Err(Reason::BodyUnlisted),
    );
    each(
        r#""note""#,
        &[r#""Note""#, r#""notes""#],
        Err(Reason::BodyUnlisted),
    );
}

#[test]
fn a_body_is_one_strict_object() {
    let array = format!("[{BODY}]");
    let deep = format!("{}1{}", "[".repeat(9), "]".repeat(9));
    let marked = format!("\u{feff}{BODY}");
    let two = format!("{BODY}{BODY}");
    let cut = BODY.trim_end_matches('}');
    each(
        BODY,
        &[
            &array, &deep, &marked, &two, cut, r#""{}""#, "null", "7", "[]", "", " ",
        ],
        Err(Reason::BodyMalformed),
    );
    each(BODY, &["{}", r#"{"note":1}"#], Err(Reason::ValueMissing));
    let padded = format!(" \r\n\t{BODY} ");
    each(BODY, &[&padded], Ok(()));
    let none = Asked {
        body: None,
        ..asked()
    };
    assert_eq!(judge(&none), Err(Reason::ValueMissing));
}

#[test]
fn what_is_unlisted_goes_before_what_differs() {
    let mut asked = asked();
    asked.body = Some(swap(
        BODY,
        r#"{"amount":"123.50""#,
        r#"{"x":1,"amount":"1""#,
    ));
    assert_eq!(judge(&asked), Err(Reason::BodyUnlisted));
    asked.query = Some("channel=web+app&x=1".to_owned());
    assert_eq!(judge(&asked), Err(Reason::QueryUnlisted));
    asked.claims = "{}".to_owned();
    assert_eq!(judge(&asked), Err(Reason::DetailMissing));
}
