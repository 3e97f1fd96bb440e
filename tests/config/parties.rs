//! Kinds of subjects, actors and the break-glass profile: what is written is what is meant.

use super::policy;
use countersign::config;
use countersign::json::Pointer;
use countersign::policy::Policy;
use countersign::token::IssuerId;
use countersign::token::subject::{KindRule, SubjectKind};
use serde_json::{Value, json};
use std::time::Duration;

fn load(tree: &Value) -> Policy {
    config::load(tree.to_string().as_bytes()).unwrap()
}

#[test]
fn kinds_and_actors_are_what_is_written() {
    let mut tree = policy("tests/policies/good/delegation.yaml");
    let compiled = load(&tree);
    let rule = |kind, claim: &str, texts: Option<&[&str]>| KindRule {
        kind,
        claim: Pointer::parse(claim).unwrap(),
        any_of: texts.map(|all| all.iter().map(|it| (*it).to_owned()).collect()),
    };
    let corp = compiled
        .issuers
        .iter()
        .find(|it| &*it.name == "corp")
        .unwrap();
    assert_eq!(
        corp.kinds,
        [
            rule(SubjectKind::Agent, "/client/type", Some(&["agent", "bot"])),
            rule(SubjectKind::Human, "/acr", None),
        ]
    );
    let read = &compiled.routes[0];
    let kinds = [
        SubjectKind::Human,
        SubjectKind::Agent,
        SubjectKind::Workload,
    ];
    assert_eq!(read.identity.kinds.as_deref(), Some(&kinds[..]));
    let rules = read.delegation.as_ref().unwrap();
    assert_eq!((rules.max_depth, rules.required), (8, true));

    let written = tree["routes"][0]["delegation"].as_object_mut().unwrap();
    written.remove("max_depth");
    written.remove("required");
    tree["routes"][0]["identity"]
        .as_object_mut()
        .unwrap()
        .remove("kinds");
    let compiled = load(&tree);
    let rules = compiled.routes[0].delegation.as_ref().unwrap();
    assert_eq!((rules.max_depth, rules.required), (1, false));
    assert_eq!(compiled.routes[0].identity.kinds, None);
    assert_eq!(compiled.routes[1].delegation, None);
}

#[test]
fn the_break_glass_profile_is_what_is_written() {
    let mut tree = policy("tests/policies/good/break-glass.yaml");
    let compiled = load(&tree);
    let place = compiled
        .issuers
        .iter()
        .position(|it| &*it.name == "emergency");
    let emergency = IssuerId(place.unwrap());
    let profile = compiled.break_glass.as_ref().unwrap();
    assert_eq!(profile.issuers, [emergency]);
    assert_eq!(profile.challenge.acr_values, ["urn:example:loa:3"]);
    assert_eq!(profile.challenge.max_age, Some(Duration::from_mins(15)));
    assert_eq!(profile.max_token_age, Duration::from_hours(1));
    for (place, route) in compiled.routes.iter().enumerate() {
        assert_eq!(route.break_glass, place == 0, "{}", route.name);
        let accepts = route.identity.issuers.contains(&emergency);
        assert_eq!(accepts, place == 0, "{}", route.name);
    }

    let written = tree["break_glass"].as_object_mut().unwrap();
    written.remove("max_age");
    written.remove("max_token_age");
    let compiled = load(&tree);
    let profile = compiled.break_glass.as_ref().unwrap();
    assert_eq!(profile.challenge.max_age, Some(Duration::from_mins(5)));
    assert_eq!(profile.max_token_age, Duration::from_mins(15));
    tree["routes"][0]["break_glass"] = json!(false);
    tree.as_object_mut().unwrap().remove("break_glass");
    assert_eq!(load(&tree).break_glass, None);
}
