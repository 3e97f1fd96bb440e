use super::*;
use crate::testing::test;

const FORM: &str = "amount=123.50&currency=EUR&to=DE02100100109307118603";

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn load(bound: &[&str], query: &[&str], form: &[&str]) -> Result<Rules, BadRules> {
    let place = |name: &&str| Place::Form((*name).to_owned());
    let bindings = bound.iter().map(|name| same("/currency", place(name)));
    Rules::new(Terms {
        allow_body: Vec::new(),
        allow_query: names(query),
        allow_form: names(form),
        ..terms(bindings.collect())
    })
}

fn payment() -> Rules {
    let bind = |claim, name: &str, comparison| Binding {
        claim: granted(claim),
        place: Place::Form(name.to_owned()),
        comparison,
    };
    let decimal = Comparison::Decimal(Digits::Any);
    let bindings = vec![
        bind("/instructedAmount/amount", "amount", decimal),
        bind("/instructedAmount/currency", "currency", Comparison::Exact),
        bind("/creditorAccount/iban", "to", Comparison::Exact),
    ];
    let rules = Rules::new(Terms {
        allow_body: Vec::new(),
        allow_query: names(&["lang"]),
        allow_form: names(&["note"]),
        ..terms(bindings)
    });
    rules.expect("rules")
}

fn judge_form(form: &str) -> Result<(), Reason> {
    let query = Some("lang=de".to_owned());
    let asked = Asked {
        query,
        headers: vec![(
            "content-type",
            b"application/x-www-form-urlencoded".to_vec(),
        )],
        body: Some(form.to_owned()),
        ..asked()
    };
    judge_as(body::Reading::Form, &payment(), &asked)
}

#[test]
fn a_form_that_says_what_is_granted_fits() {
    for form in [
        FORM,
        "currency=EUR&to=DE02100100109307118603&amount=123.5",
        "amount=123.50&currency=EUR&to=DE02100100109307118603&note=a+b%26c",
        "%61mount=123%2E50&currency=%45UR&to=DE02100100109307118603&note=",
    ] {
        assert_eq!(judge_form(form), Ok(()), "{form}");
    }
}

#[test]
fn a_form_that_says_anything_else_refuses() {
    for (form, reason) in [
        ("", Reason::ValueMissing),
        ("amount=123.50&currency=EUR", Reason::ValueMissing),
        (&FORM.replace("123.50", "123.51"), Reason::ValueMismatch),
        (&FORM.replace("123.50", "%2B123.50"), Reason::ValueMalformed),
        (&FORM.replace("123.50", "123.50+"), Reason::ValueMalformed),
        (&FORM.replace("123.50", "1.235e2"), Reason::ValueMalformed),
        (&FORM.replace("123.50", ""), Reason::ValueMalformed),
        (&FORM.replace("EUR", "eur"), Reason::ValueMismatch),
        (&FORM.replace("EUR", "EUR%00"), Reason::ValueMismatch),
        (&FORM.replace("EUR", "+EUR"), Reason::ValueMismatch),
        (&FORM.replace("EUR", "%2545UR"), Reason::ValueMismatch),
        (&FORM.replace("EUR", "%D0%95UR"), Reason::ValueMismatch),
        (&format!("{FORM}&payee=x"), Reason::BodyUnlisted),
        (&format!("{FORM}&lang=en"), Reason::BodyUnlisted),
        (&format!("{FORM}&notes=x"), Reason::BodyUnlisted),
        (&format!("{FORM}&not%00e=x"), Reason::BodyUnlisted),
        (&FORM.replace("amount", "Amount"), Reason::BodyUnlisted),
        (&FORM.replace("amount", "+amount"), Reason::BodyUnlisted),
        (&FORM.replace("amount", "amount[]"), Reason::BodyUnlisted),
        (&format!("{FORM}&amount=1"), Reason::BodyMalformed),
        (&format!("{FORM}&AMOUNT=1"), Reason::BodyMalformed),
        (&format!("{FORM}&amount[]=1"), Reason::BodyMalformed),
        (&format!("{FORM}&%61mount=123.50"), Reason::BodyMalformed),
        (&format!("{FORM};amount=1"), Reason::BodyMalformed),
        (&format!("{FORM}&"), Reason::BodyMalformed),
        (&format!("{FORM}&note"), Reason::BodyMalformed),
        (&format!("{FORM}&_method=PUT"), Reason::OverrideRefused),
        (BODY, Reason::BodyMalformed),
    ] {
        assert_eq!(judge_form(form), Err(reason), "{form}");
    }
}

#[test]
fn names_of_a_form_that_some_reader_takes_for_others_do_not_load() {
    for (bound, query, form) in [
        (&["a"][..], &[][..], &["A"][..]),
        (&["a", "A"], &[], &[]),
        (&["a_b"], &[], &["a.b"]),
        (&["a"], &[], &["a[b]"]),
        (&["a"], &["a"], &[]),
        (&["a"], &["A"], &[]),
        (&[], &["a[]"], &["a"]),
        (&[], &[], &["_method"]),
        (&["X-HTTP-Method-Override"], &[], &[]),
    ] {
        let rules = load(bound, query, form);
        assert!(rules.is_err(), "{bound:?} {query:?} {form:?}");
    }
    let rules = load(&["a", "a"], &["b"], &["a", "c", "d[e]", "d[f]"]);
    assert!(rules.expect("rules").binds_body());
}

#[test]
fn a_form_that_is_bound_by_its_digest_is_whole_and_apart_from_the_query() {
    let form = "b=2&a=1";
    let digest = to_base64url(&sha256(&[form.as_bytes()]));
    let judge = |query: &str, bound: &str, body: &str| {
        let rules = Rules::new(Terms {
            grant: Grant::Claims,
            bindings: vec![same("/digest", Place::Digest)],
            allow_grant: Vec::new(),
            allow_body: Vec::new(),
            allow_query: names(&["lang", "a[x]"]),
            allow_form: Vec::new(),
        });
        let asked = Asked {
            claims: format!(r#"{{"digest":"{bound}"}}"#),
            query: Some(query.to_owned()),
            headers: vec![(
                "content-type",
                b"application/x-www-form-urlencoded".to_vec(),
            )],
            body: Some(body.to_owned()),
            ..asked()
        };
        judge_as(body::Reading::Form, &rules.expect("rules"), &asked)
    };
    assert_eq!(judge("", &digest, "b=2&c=1"), Err(Reason::ValueMismatch));
    assert_eq!(judge("", &digest, "a=1&b=2"), Err(Reason::BodyUnlisted));
    assert_eq!(judge("", &digest, form), Err(Reason::BodyUnlisted));
    let apart = "b=2&c=1";
    let digest = to_base64url(&sha256(&[apart.as_bytes()]));
    for query in ["", "lang=de", "a[x]=1"] {
        assert_eq!(judge(query, &digest, apart), Ok(()), "{query}");
    }
    assert_eq!(judge("", &digest, "c=1&b=2"), Err(Reason::ValueMismatch));
    let lang = "lang=en";
    let digest = to_base64url(&sha256(&[lang.as_bytes()]));
    assert_eq!(judge("lang=de", &digest, lang), Err(Reason::BodyUnlisted));
}
