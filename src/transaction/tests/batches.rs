use super::*;
use crate::testing::test;

fn items(text: &str) -> Items {
    Items::parse(text).expect(text)
}

fn bind(claim: &str, place: Place, comparison: Comparison) -> Binding {
    Binding {
        claim: granted(claim),
        place,
        comparison,
    }
}

/// A batch of payments: who may be paid, how much in all, at most how much to one, how many.
fn batch(body: &str) -> Result<(), Reason> {
    let tctx = r#"{"payees":["A","B"],"total":"30.00","most":"20","number":2,"currency":"EUR"}"#;
    let bindings = vec![
        bind("/payees", Place::Each(items("/p/*/to")), Comparison::Lists),
        bind(
            "/total",
            Place::Sum(items("/p/*/amount")),
            Comparison::Decimal(Digits::Any),
        ),
        bind(
            "/most",
            Place::Each(items("/p/*/amount")),
            Comparison::Caps(Digits::Any),
        ),
        bind(
            "/number",
            Place::Count(pointer("/p")),
            Comparison::Decimal(Digits::Any),
        ),
        bind(
            "/currency",
            Place::Each(items("/p/*/currency")),
            Comparison::Exact,
        ),
    ];
    judge_granted(tctx, bindings, body)
}

fn item(to: &str, amount: &str) -> String {
    format!(r#"{{"to":"{to}","amount":{amount},"currency":"EUR"}}"#)
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn every_item_and_their_sum_are_held_against_the_grant() {
    let of = |items: &[String]| batch(&format!(r#"{{"p":[{}]}}"#, items.join(",")));
    for (what, items, expected) in [
        (
            "as granted",
            vec![item("A", "10"), item("B", "20.00")],
            Ok(()),
        ),
        (
            "reordered",
            vec![item("B", "20"), item("A", r#""10.0""#)],
            Ok(()),
        ),
        ("one twice", vec![item("A", "15"), item("A", "15")], Ok(())),
        (
            "a third",
            vec![item("A", "10"), item("B", "20"), item("A", "0")],
            Err(Reason::ValueMismatch),
        ),
        (
            "one alone",
            vec![item("A", "20")],
            Err(Reason::ValueMismatch),
        ),
        (
            "one alone for all",
            vec![item("A", "30")],
            Err(Reason::ValueMismatch),
        ),
        (
            "another payee",
            vec![item("A", "10"), item("C", "20")],
            Err(Reason::ValueMismatch),
        ),
        (
            "a cent more",
            vec![item("A", "10.01"), item("B", "20")],
            Err(Reason::ValueMismatch),
        ),
        (
            "a cent less",
            vec![item("A", "9.99"), item("B", "20")],
            Err(Reason::ValueMismatch),
        ),
        (
            "too much to one",
            vec![item("A", "9"), item("B", "21")],
            Err(Reason::ValueMismatch),
        ),
        (
            "a negative one",
            vec![item("A", "-10"), item("B", "40")],
            Err(Reason::ValueMalformed),
        ),
        (
            "no number",
            vec![item("A", "null"), item("B", "20")],
            Err(Reason::ValueMalformed),
        ),
        (
            "another currency",
            vec![item("A", "10"), item("B", "20").replace("EUR", "USD")],
            Err(Reason::ValueMismatch),
        ),
        (
            "no payee",
            vec![item("A", "10"), item("B", "20").replace(r#""to":"B","#, "")],
            Err(Reason::ValueMissing),
        ),
        (
            "no amount",
            vec![
                item("A", "10"),
                item("B", "20").replace(r#""amount":20,"#, ""),
            ],
            Err(Reason::ValueMissing),
        ),
        (
            "more in one",
            vec![
                item("A", "10"),
                item("B", "20").replace("\"to\"", "\"fee\":1,\"to\""),
            ],
            Err(Reason::BodyUnlisted),
        ),
        (
            "another case in one",
            vec![
                item("A", "10"),
                item("B", "20").replace("\"to\"", "\"To\":\"C\",\"to\""),
            ],
            Err(Reason::BodyUnlisted),
        ),
        (
            "what is allowed in one",
            vec![
                item("A", "10").replace("\"to\"", "\"free\":1,\"to\""),
                item("B", "20"),
            ],
            Ok(()),
        ),
        ("nothing", Vec::new(), Err(Reason::ValueMissing)),
        (
            "a list in it",
            vec![item("A", "10"), format!("[{}]", item("B", "20"))],
            Err(Reason::BodyUnlisted),
        ),
        (
            "a text in it",
            vec![item("A", "10"), "\"B\"".to_owned()],
            Err(Reason::BodyUnlisted),
        ),
    ] {
        assert_eq!(of(&items), expected, "{what}");
    }
    for (body, expected) in [
        ("{}", Err(Reason::ValueMissing)),
        (r#"{"p":null}"#, Err(Reason::BodyUnlisted)),
        (r#"{"p":{"0":{"to":"A"}}}"#, Err(Reason::BodyUnlisted)),
        (r#"{"p":[],"P":[]}"#, Err(Reason::BodyUnlisted)),
        ("[]", Err(Reason::BodyMalformed)),
    ] {
        assert_eq!(batch(body), expected, "{body}");
    }
}

#[test]
fn a_sum_that_overflows_refuses() {
    let most = "999999999999999999";
    let sum = |items: &str| {
        let binding = bind(
            "/a",
            Place::Sum(items_of_p()),
            Comparison::Caps(Digits::Any),
        );
        let tctx = format!(r#"{{"a":{most}}}"#);
        judge_granted_alone(&tctx, binding, &format!(r#"{{"p":[{items}]}}"#))
    };
    assert_eq!(sum(most), Ok(()));
    assert_eq!(sum(&format!("{most},0")), Ok(()));
    assert_eq!(sum(&format!("{most},1")), Err(Reason::ValueMalformed));
    assert_eq!(sum(&vec![most; 400].join(",")), Err(Reason::ValueMalformed));
    assert_eq!(sum(""), Err(Reason::ValueMissing));
}

fn items_of_p() -> Items {
    items("/p/*")
}

#[test]
fn each_amount_of_a_sum_is_one_of_its_currency() {
    let sum = |body: &str| {
        let digits = Digits::OfCurrency(granted("/c"));
        let of_sum = bind(
            "/a",
            Place::Sum(items("/p/*/a")),
            Comparison::Decimal(digits),
        );
        let of_currency = bind("/c", Place::Body(pointer("/c")), Comparison::Exact);
        judge_granted(r#"{"a":"1.00","c":"EUR"}"#, vec![of_sum, of_currency], body)
    };
    assert_eq!(sum(r#"{"c":"EUR","p":[{"a":0.5},{"a":0.50}]}"#), Ok(()));
    let fine = r#"{"c":"EUR","p":[{"a":0.005},{"a":0.995}]}"#;
    assert_eq!(sum(fine), Err(Reason::ValueMalformed));
}

#[test]
fn a_body_may_be_an_array_of_what_is_bound() {
    let each = |body: &str| {
        let binding = bind("/a", Place::Each(items("/*/to")), Comparison::Exact);
        judge_granted_alone(r#"{"a":"A"}"#, binding, body)
    };
    for (body, expected) in [
        (r#"[{"to":"A"},{"to":"A"}]"#, Ok(())),
        (r#"[{"to":"A"},{"to":"B"}]"#, Err(Reason::ValueMismatch)),
        (r#"[{"to":"A","x":1}]"#, Err(Reason::BodyUnlisted)),
        ("[]", Err(Reason::ValueMissing)),
        (r#"{"to":"A"}"#, Err(Reason::BodyUnlisted)),
        (r#""A""#, Err(Reason::BodyMalformed)),
    ] {
        assert_eq!(each(body), expected, "{body}");
    }
}

/// As [`judge_granted`], with nothing allowed.
fn judge_granted_alone(tctx: &str, binding: Binding, body: &str) -> Result<(), Reason> {
    let rules = Rules::new(Terms {
        grant: Grant::Context,
        bindings: vec![binding],
        allow_grant: Vec::new(),
        allow_body: Vec::new(),
        allow_query: Vec::new(),
        allow_form: Vec::new(),
    });
    let asked = Asked {
        query: None,
        body: Some(body.to_owned()),
        transaction_token: Some(format!(r#"{{"tctx":{tctx}}}"#)),
        ..asked()
    };
    judge_by(&rules.expect("rules"), &asked)
}

#[test]
fn a_count_counts_what_may_be_there() {
    let count = |body: &str| {
        let binding = bind(
            "/a",
            Place::Count(pointer("/p")),
            Comparison::Decimal(Digits::Any),
        );
        judge_granted_alone(r#"{"a":"2"}"#, binding, body)
    };
    // What the items are, no binding says here.
    assert_eq!(count(r#"{"p":[1,2]}"#), Err(Reason::BodyUnlisted));
    assert_eq!(count(r#"{"p":[]}"#), Err(Reason::ValueMismatch));
    assert_eq!(count("{}"), Err(Reason::ValueMissing));
    let free = |body: &str| {
        let binding = bind(
            "/a",
            Place::Count(pointer("/free")),
            Comparison::Caps(Digits::Any),
        );
        judge_granted(r#"{"a":2}"#, vec![binding], body)
    };
    assert_eq!(free(r#"{"free":[1,2]}"#), Ok(()));
    assert_eq!(free(r#"{"free":[1,2,3]}"#), Err(Reason::ValueMismatch));
    assert_eq!(free(r#"{"free":2}"#), Err(Reason::ValueMalformed));
}
