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
fn a_location_covers_the_request() {
    let location = r#""https://api.example.com/accounts""#;
    each(
        location,
        &[
            r#""https://api.example.com""#,
            r#""https://api.example.com/""#,
            r#""https://api.example.com/accounts/""#,
            r#""https://api.example.com/accounts/acc-7""#,
            r#""https://api.example.com/accounts/acc-7/transfers""#,
            r#""https://api.example.com/accounts/acc-7/transfers/""#,
            r#""https://api.example.com/%61ccounts/x/../acc-7""#,
            r#""HTTPS://API.example.com:443/accounts""#,
            r#""https://other.example/","https://api.example.com/""#,
            r#""https://api.example.com/","https://other.example/""#,
            r#""urn:x","not a uri","https://api.example.com/accounts""#,
        ],
        Ok(()),
    );
    each(
        location,
        &[
            r#""https://api.example.com/payments""#,
            r#""https://api.example.com/account""#,
            r#""https://api.example.com/accounts/acc""#,
            r#""https://api.example.com/accounts/acc-7/transfers/1""#,
            r#""https://api.example.com/Accounts""#,
            r#""https://api.example.com//""#,
            r#""https://api.example.com//accounts""#,
            r#""https://api.example.com/accounts//""#,
            r#""https://api.example.com/accounts%2facc-7""#,
            r#""https://api.example.com/accounts?x""#,
            r#""https://api.example.com/accounts#x""#,
            r#""https://other.example/accounts""#,
            r#""http://api.example.com/accounts""#,
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
        Err(Reason::ClaimUnlisted),
    );
    each(r#","amount":"123.50""#, &[""], Err(Reason::ClaimMissing));
    each(
        r#"{"currency":"EUR","amount":"123.50"}"#,
        &[r#""123.50""#, "[]", "null"],
        Err(Reason::ClaimUnlisted),
    );
    each(
        r#"{"currency":"EUR","amount":"123.50"}"#,
        &["{}"],
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

#[test]
fn a_grant_says_nothing_that_is_not_judged() {
    let start = r#"{"type""#;
    each(
        start,
        &[
            r#"{"limit":"1","type""#,
            r#"{"limit":null,"type""#,
            r#"{"Type":"payment_initiation","type""#,
            r#"{"Locations":["https://other.example/"],"type""#,
            r#"{"Actions":[],"type""#,
            r#"{"remittanceInformationUnstructured":"Ref","type""#,
            r#"{"creditorAgent":{},"type""#,
            r#"{"instructedAmounts":[],"type""#,
            r#"{"creditorNаme":"x","type""#,
        ],
        Err(Reason::ClaimUnlisted),
    );
    each(
        r#"{"iban""#,
        &[r#"{"bic":"X","iban""#, r#"{"Iban":"DE","iban""#],
        Err(Reason::ClaimUnlisted),
    );
    // What is allowed may be anything, with one reading.
    each(r#""Merchant A""#, &["null", r#"{"a":[1]}"#, "[]"], Ok(()));
    each(
        r#""Merchant A""#,
        &[r#"{"a":1,"A":2}"#],
        Err(Reason::ClaimUnlisted),
    );
}

#[test]
fn a_list_has_what_the_route_asks_for() {
    let actions = r#""actions":["initiate","status"],"#;
    each(
        actions,
        &[
            r#""actions":["initiate"],"#,
            r#""actions":["status","initiate","cancel"],"#,
        ],
        Ok(()),
    );
    each(
        actions,
        &[
            "",
            r#""actions":[],"#,
            r#""actions":["status"],"#,
            r#""actions":["Initiate"],"#,
            r#""actions":["initiate "],"#,
            r#""actions":["initiate",1],"#,
            r#""actions":"initiate","#,
            r#""actions":{"0":"initiate"},"#,
            r#""actions":null,"#,
            // What narrows a grant, and what the route does not judge, is never ignored.
            r#""datatypes":["initiate"],"actions":["initiate"],"#,
            r#""privileges":[],"actions":["initiate"],"#,
            r#""identifier":"acc-7","actions":["initiate"],"#,
        ],
        Err(Reason::DetailMissing),
    );
    let two = |one: &str, other: &str| {
        let with = |actions| swap(DETAIL, r#"["initiate","status"]"#, actions);
        let mut asked = asked();
        asked.claims = swap(
            &asked.claims,
            DETAIL,
            &format!("{},{}", with(one), with(other)),
        );
        judge(&asked)
    };
    assert_eq!(two(r#"["initiate"]"#, r#"["status"]"#), Ok(()));
    let both = two(r#"["initiate"]"#, r#"["status","initiate"]"#);
    assert_eq!(both, Err(Reason::DetailAmbiguous));
}

/// Rules that ask for other common members of a detail.
fn asking(lists: [Member<Vec<String>>; 3], identifier: Member<Place>) -> Rules {
    let mut terms = terms(bindings());
    terms.grant = Grant::Detail(Box::new(Detail {
        kind: "payment_initiation".to_owned(),
        lists,
        identifier,
    }));
    Rules::new(terms).expect("rules")
}

#[test]
fn several_lists_are_asked_for_at_once() {
    let all = |text: &str| Member::Asked(text.split(' ').map(str::to_owned).collect());
    let rules = asking(
        [all("initiate status"), all("a b"), all("owner")],
        Member::Absent,
    );
    let judge = |more: &str| {
        let mut asked = asked();
        asked.claims = swap(&asked.claims, r#"{"type""#, &format!(r#"{{{more}"type""#));
        judge_by(&rules, &asked)
    };
    let fits = r#""datatypes":["b","c","a"],"privileges":["owner"],"#;
    assert_eq!(judge(fits), Ok(()));
    for more in [
        "",
        r#""datatypes":["a","b"],"#,
        r#""privileges":["owner"],"#,
        r#""datatypes":["a"],"privileges":["owner"],"#,
        r#""datatypes":["owner"],"privileges":["a","b"],"#,
    ] {
        assert_eq!(judge(more), Err(Reason::DetailMissing), "{more}");
    }
}

#[test]
fn the_identifier_selects_the_detail() {
    let place = Place::Path("account".to_owned());
    let initiate = Member::Asked(vec!["initiate".to_owned()]);
    let lists = [initiate, Member::Absent, Member::Absent];
    let rules = asking(lists.clone(), Member::Asked(place));
    let of = |identifier: &str| swap(DETAIL, r#"{"type""#, &format!(r#"{{{identifier}"type""#));
    let judge = |details: &[String], account| {
        let mut asked = Asked { account, ..asked() };
        asked.claims = swap(&asked.claims, DETAIL, &details.join(","));
        judge_by(&rules, &asked)
    };
    let (seven, eight) = (
        of(r#""identifier":"acc-7","#),
        of(r#""identifier":"acc-8","#),
    );
    assert_eq!(judge(std::slice::from_ref(&seven), "acc-7"), Ok(()));
    assert_eq!(judge(&[eight.clone(), seven.clone()], "acc-7"), Ok(()));
    // The other one is found then, and says another account.
    let other = judge(&[eight.clone(), seven.clone()], "acc-8");
    assert_eq!(other, Err(Reason::ValueMismatch));
    let twice = judge(&[seven.clone(), seven.clone()], "acc-7");
    assert_eq!(twice, Err(Reason::DetailAmbiguous));
    for details in [
        vec![eight],
        vec![of("")],
        vec![of(r#""identifier":7,"#)],
        vec![of(r#""identifier":["acc-7"],"#)],
        vec![of(r#""identifier":"ACC-7","#)],
        vec![of(r#""Identifier":"acc-7","#)],
    ] {
        let found = judge(&details, "acc-7");
        assert_eq!(found, Err(Reason::DetailMissing), "{details:?}");
    }
    // What identifies must be in the request.
    let rules = asking(lists, Member::Asked(Place::Query("id".to_owned())));
    let mut asked = asked();
    asked.claims = swap(&asked.claims, DETAIL, &seven);
    assert_eq!(judge_by(&rules, &asked), Err(Reason::ValueMissing));
    asked.query = Some("channel=web+app&id=acc-7".to_owned());
    assert_eq!(judge_by(&rules, &asked), Ok(()));
    asked.query = Some("channel=web+app&id=acc-7&x".to_owned());
    assert_eq!(judge_by(&rules, &asked), Err(Reason::QueryUnlisted));
}

#[test]
fn what_the_policy_lets_be_is_not_judged() {
    let free = || [Member::Free, Member::Free, Member::Free];
    let mut terms = terms(bindings());
    terms.grant = Grant::Detail(Box::new(Detail {
        kind: "payment_initiation".to_owned(),
        lists: free(),
        identifier: Member::Free,
    }));
    let names = ["/actions", "/datatypes", "/privileges", "/identifier"];
    terms.allow_grant.extend(names.map(pointer));
    let rules = Rules::new(terms).expect("rules");
    let mut asked = asked();
    assert_eq!(judge_by(&rules, &asked), Ok(()));
    let more = r#"{"datatypes":7,"identifier":null,"privileges":["x"],"type""#;
    asked.claims = swap(&asked.claims, r#"{"type""#, more);
    assert_eq!(judge_by(&rules, &asked), Ok(()));
}
