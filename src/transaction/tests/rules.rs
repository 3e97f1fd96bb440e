use super::*;
use crate::testing::test;

fn load(places: Vec<Place>, allow: &[&str], query: &[&str]) -> Result<Rules, BadRules> {
    let bindings = places.into_iter().map(|place| same("/a", place)).collect();
    let allow: Vec<_> = allow.iter().map(|text| pointer(text)).collect();
    Rules::new(Terms {
        grant: Grant::Context,
        bindings,
        allow_grant: vec![pointer("/a")],
        allow_body: allow,
        allow_query: query.iter().map(|name| (*name).to_owned()).collect(),
        allow_form: Vec::new(),
    })
}

fn members(pointers: &[&str]) -> Vec<Place> {
    pointers
        .iter()
        .map(|text| Place::Body(pointer(text)))
        .collect()
}

fn header(name: &str) -> Vec<Place> {
    vec![Place::Header(name.to_owned())]
}

#[test]
fn rules_that_cannot_be_meant_do_not_load() {
    for (what, rules) in [
        ("the whole body", load(members(&[""]), &[], &[])),
        (
            "inside a bound value",
            load(members(&["/a", "/a/b"]), &[], &[]),
        ),
        ("inside, first", load(members(&["/a/b", "/a"]), &[], &[])),
        (
            "allowed inside a bound value",
            load(members(&["/a"]), &["/a/b"], &[]),
        ),
        ("two cases bound", load(members(&["/a", "/A"]), &[], &[])),
        (
            "two cases, bound and allowed",
            load(members(&["/x/a"]), &["/x/A"], &[]),
        ),
        (
            "two cases on the way",
            load(members(&["/a/b", "/A/c"]), &[], &[]),
        ),
        (
            "two cases beyond ASCII",
            load(Vec::new(), &["/é", "/É"], &[]),
        ),
        ("two cases in the query", load(Vec::new(), &[], &["a", "A"])),
        (
            "two cases, bound in the query",
            load(vec![Place::Query("a".to_owned())], &[], &["A"]),
        ),
        (
            "a member that is a parameter of the query",
            load(members(&["/a"]), &[], &["A"]),
        ),
        (
            "a member that frameworks take for the method",
            load(Vec::new(), &["/_method"], &[]),
        ),
        (
            "a parameter that frameworks take for the method",
            load(Vec::new(), &[], &["_Method"]),
        ),
        ("an upper-case header", load(header("X-Order"), &[], &[])),
        ("a pseudo-header", load(header(":path"), &[], &[])),
        ("no header", load(header(""), &[], &[])),
        ("a header with a space", load(header("x order"), &[], &[])),
    ] {
        assert!(rules.is_err(), "{what}");
    }
    for (what, rules) in [
        (
            "the same twice",
            load(members(&["/a", "/a"]), &["/b", "/b"], &["c", "c"]),
        ),
        ("bound and allowed", load(members(&["/a"]), &["/a"], &[])),
        (
            "bound below allowed",
            load(members(&["/a/b"]), &["/a"], &[]),
        ),
        ("everything allowed", load(members(&["/a"]), &[""], &[])),
        (
            "cases at different places",
            load(members(&["/a/b", "/c/B"]), &[], &[]),
        ),
        ("nothing", load(Vec::new(), &[], &[])),
        ("a header", load(header("x-order_1"), &[], &[])),
    ] {
        assert!(rules.is_ok(), "{what}");
    }
}

/// Holds a body against rules that list places only, all of them bound to one claim, `1`.
fn hold(bound: &[&str], allow: &[&str], body: &str) -> Result<(), Reason> {
    let rules = load(members(bound), allow, &[]).expect("rules");
    assert_eq!(rules.binds_body(), !bound.is_empty());
    assert_eq!(
        (rules.grant(), rules.bindings().len()),
        (&Grant::Context, bound.len())
    );
    let claims = br#"{"tctx":{"a":"1"}}"#;
    let claims = Json::parse(claims, LIMITS).expect("claims");
    let body = Json::parse(body.as_bytes(), LIMITS).expect(body);
    let request = Request {
        now: UnixTime::from_secs(1_700_000_000),
        method: "POST",
        path: "/",
        origin: &Origin::parse("https://api.example.com").expect("an origin"),
        parameters: &Vec::new(),
        query: None,
        head: &head(&[]),
        content: Content::Json(&body),
        digest: None,
        tool: None,
    };
    let claims = Claims {
        token: None,
        transaction_token: Some(&claims),
    };
    fit(&rules, &claims, &request).map(|_| ())
}

#[test]
fn pointers_lead_into_arrays() {
    let (bound, allow) = (&["/p/0/id", "/p/1"][..], &["/q/2"][..]);
    for (body, expected) in [
        (r#"{"p":[{"id":"1"},"1"]}"#, Ok(())),
        (r#"{"p":[{"id":"1"},"1"],"q":[]}"#, Ok(())),
        (
            r#"{"p":[{"id":"1"},"1"],"q":[1]}"#,
            Err(Reason::BodyUnlisted),
        ),
        (r#"{"p":[{"id":"1"},"1","1"]}"#, Err(Reason::BodyUnlisted)),
        (r#"{"p":[{"id":"1","x":1},"1"]}"#, Err(Reason::BodyUnlisted)),
        (r#"{"p":[{"id":"1"},"2"]}"#, Err(Reason::ValueMismatch)),
        (r#"{"p":[{"id":"1"}]}"#, Err(Reason::ValueMissing)),
        (r#"{"p":{"0":{"id":"1"},"1":"1"}}"#, Ok(())),
        (
            r#"{"p":{"0":{"id":"1"},"1":"1","01":"1"}}"#,
            Err(Reason::BodyUnlisted),
        ),
    ] {
        assert_eq!(hold(bound, allow, body), expected, "{body}");
    }
    // These are no indices: they name members of objects only.
    for text in ["/p/00", "/p/+0", "/p/-", "/p/"] {
        let body = r#"{"p":["1"]}"#;
        assert_eq!(
            hold(&[], &[text], body),
            Err(Reason::BodyUnlisted),
            "{text}"
        );
    }
}

#[test]
fn what_is_bound_below_an_allowed_place_stays_bound() {
    let (bound, allow) = (&["/a/b/c"][..], &["/a"][..]);
    for (body, expected) in [
        (r#"{"a":{"b":{"c":"1","d":[2]},"e":{}}}"#, Ok(())),
        (r#"{"a":{"b":{"c":"2"}}}"#, Err(Reason::ValueMismatch)),
        (r#"{"a":{"b":{"c":{"d":1}}}}"#, Err(Reason::ValueMalformed)),
        (
            r#"{"a":{"b":{"c":"1","C":"2"}}}"#,
            Err(Reason::BodyUnlisted),
        ),
        (r#"{"a":{"b":{"C":"1"}}}"#, Err(Reason::BodyUnlisted)),
        (
            r#"{"a":{"b":{"c":"1"},"B":{"c":"2"}}}"#,
            Err(Reason::BodyUnlisted),
        ),
        (
            r#"{"a":{"b":{"c":"1"},"x":1,"X":2}}"#,
            Err(Reason::BodyUnlisted),
        ),
        (r#"{"a":{"b":{"c":"1"}},"e":1}"#, Err(Reason::BodyUnlisted)),
        (r#"{"a":7}"#, Err(Reason::ValueMissing)),
        (r#"{"a":[7]}"#, Err(Reason::ValueMissing)),
    ] {
        assert_eq!(hold(bound, allow, body), expected, "{body}");
    }
    assert_eq!(hold(&[], &[""], "[7]"), Ok(()));
    assert_eq!(hold(&["/a"], &[""], "[7]"), Err(Reason::BodyMalformed));
}

#[test]
fn what_may_stand_unlisted_is_no_parameter_of_the_query() {
    let mut terms = terms(Vec::new());
    terms.allow_body = vec![pointer("")];
    let rules = Rules::new(terms).expect("rules");
    let judge = |body: &str| {
        let asked = Asked {
            query: Some("lang=de".to_owned()),
            body: Some(body.to_owned()),
            ..asked()
        };
        judge_by(&rules, &asked)
    };
    assert_eq!(judge(r#"{"a":{"lang":1},"language":2}"#), Ok(()));
    for body in [r#"{"lang":"de"}"#, r#"{"Lang":"en"}"#, r#"{"lang[]":1}"#] {
        assert_eq!(judge(body), Err(Reason::BodyUnlisted), "{body}");
    }
}
