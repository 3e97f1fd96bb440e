use super::*;
use crate::testing::test;

fn claim(source: Source, text: &str) -> Claim {
    Claim {
        source,
        pointer: pointer(text),
    }
}

fn rules(grant: Grant, bindings: Vec<Binding>) -> Rules {
    let terms = Terms {
        grant,
        bindings,
        allow_grant: vec![pointer("/a")],
        allow_body: vec![pointer("/note")],
        allow_query: Vec::new(),
        allow_form: Vec::new(),
    };
    Rules::new(terms).expect("rules")
}

fn bind(source: Source, text: &str, place: Place) -> Binding {
    Binding {
        claim: claim(source, text),
        place,
        comparison: Comparison::Exact,
    }
}

#[test]
fn each_claim_is_read_in_its_own_set() {
    let path = || Place::Path("account".to_owned());
    let asked = Asked {
        claims: r#"{"a":"of the token","tctx":{"a":"acc-7"}}"#.to_owned(),
        query: None,
        body: None,
        transaction_token: Some(
            r#"{"a":"of the transaction token","tctx":{"a":"of tctx"},"rctx":{"a":"of rctx"}}"#
                .to_owned(),
        ),
        ..asked()
    };
    let sources = [
        (Source::Grant, "of tctx"),
        (Source::Token, "of the token"),
        (Source::TransactionContext, "of tctx"),
        (Source::RequestContext, "of rctx"),
    ];
    for (source, own) in sources {
        for grant in [Grant::Context, Grant::Claims] {
            let is_token = source == Source::Grant && grant == Grant::Claims;
            let own = if is_token { "of the token" } else { own };
            let rules = rules(grant, vec![bind(source, "/a", path())]);
            for (_, account) in sources {
                let asked = Asked {
                    account,
                    ..asked.clone()
                };
                let expected = if account == own {
                    Ok(())
                } else {
                    Err(Reason::ValueMismatch)
                };
                assert_eq!(judge_by(&rules, &asked), expected, "{source:?} {account}");
            }
        }
    }
}

#[test]
fn a_set_that_is_not_there_has_no_claim() {
    let asked = Asked {
        claims: r#"{"tctx":{"a":"acc-7"},"rctx":{"a":"acc-7"}}"#.to_owned(),
        query: None,
        body: None,
        ..asked()
    };
    for source in [Source::TransactionContext, Source::RequestContext] {
        let place = Place::Path("account".to_owned());
        let rules = rules(Grant::Claims, vec![bind(source, "/a", place)]);
        assert_eq!(judge_by(&rules, &asked), Err(Reason::ClaimMissing));
    }
    let rules = rules(Grant::Context, Vec::new());
    assert_eq!(judge_by(&rules, &asked), Err(Reason::DetailMissing));
}

#[test]
fn of_a_whole_token_only_what_is_bound_is_the_grant() {
    let rules = rules(
        Grant::Claims,
        vec![
            bind(
                Source::Grant,
                "/account/id",
                Place::Path("account".to_owned()),
            ),
            bind(Source::RequestContext, "/a", Place::Method),
        ],
    );
    let claims = r#"{"sub":"alice","account":{"id":"acc-7","x":1},"a":"secret"}"#;
    let claims = Json::parse(claims.as_bytes(), LIMITS).expect("claims");
    let sets = Claims {
        token: Some(&claims),
        transaction_token: None,
    };
    let bound = bound_claims(&rules, &sets);
    let names: Vec<&str> = bound
        .as_object()
        .expect("an object")
        .iter()
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(names, ["account"]);
}

#[test]
fn the_method_and_the_digest_are_places() {
    let judge = |place, comparison, claim: &str, body: Option<&str>| {
        let binding = Binding {
            claim: granted("/a"),
            place,
            comparison,
        };
        let asked = Asked {
            query: None,
            body: body.map(str::to_owned),
            transaction_token: Some(format!(r#"{{"tctx":{{"a":{claim}}}}}"#)),
            ..asked()
        };
        judge_by(&rules(Grant::Context, vec![binding]), &asked)
    };
    for (claim, expected) in [
        (r#""POST""#, Ok(())),
        (r#""post""#, Err(Reason::ValueMismatch)),
        (r#""GET""#, Err(Reason::ValueMismatch)),
    ] {
        assert_eq!(
            judge(Place::Method, Comparison::Exact, claim, None),
            expected
        );
    }
    let methods = r#"["GET","POST"]"#;
    assert_eq!(
        judge(Place::Method, Comparison::Lists, methods, None),
        Ok(())
    );

    // SHA-256 of `{"x":[1]}`: a body that is bound as a whole has no member that is unlisted.
    let digest = to_base64url(&sha256(&[br#"{"x":[1]}"#]));
    let digest = format!("\"{digest}\"");
    let judge = |body| judge(Place::Digest, Comparison::Exact, &digest, body);
    for (body, expected) in [
        (Some(r#"{"x":[1]}"#), Ok(())),
        (Some(r#"{"x": [1]}"#), Err(Reason::ValueMismatch)),
        (Some(r#"{"x":[2]}"#), Err(Reason::ValueMismatch)),
        (Some(r#"{"x":[1],"X":2}"#), Err(Reason::BodyUnlisted)),
        (Some("{"), Err(Reason::BodyMalformed)),
        (None, Err(Reason::ValueMissing)),
    ] {
        assert_eq!(judge(body), expected, "{body:?}");
    }
}
