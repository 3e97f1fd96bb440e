//! A1 to A6: whom a token names as its actor, and whom a route lets act.

use super::*;
use crate::testing::test;
use crate::token::actor::{self, Actors, LONGEST_CHAIN, Rules};
use crate::token::subject::SubjectKind;
use serde_json::json;

const AGENTS: &str = "https://agents.example.com";

fn acting(act: &Value) -> String {
    minted(|_, claims| claims["act"] = act.clone())
}

/// A chain of so many actors.
fn chain(length: usize) -> Value {
    (1..length).fold(
        json!({ "sub": "agent-7" }),
        |inner, _| json!({ "sub": "agent-7", "act": inner }),
    )
}

fn rules(max_depth: usize) -> Rules {
    let mut actors = Actors::default();
    assert!(actors.add(
        testing::ISSUER.to_owned(),
        "agent-7".to_owned(),
        Some(SubjectKind::Agent)
    ));
    assert!(actors.add(AGENTS.to_owned(), "agent-8".to_owned(), None));
    assert!(!actors.add(AGENTS.to_owned(), "agent-8".to_owned(), None));
    Rules {
        max_depth,
        actors,
        required: false,
    }
}

#[test]
fn the_outermost_actor_is_read_with_who_vouches_for_it() {
    let world = World::default();
    for (act, issuer, depth) in [
        (json!({ "sub": "agent-7" }), testing::ISSUER, 1),
        (json!({ "iss": AGENTS, "sub": "agent-7" }), AGENTS, 1),
        (
            json!({ "sub": "agent-7", "act": { "iss": AGENTS, "sub": "x" } }),
            testing::ISSUER,
            2,
        ),
        (
            json!({ "iss": AGENTS, "sub": "agent-7", "act": {}, "cnf": 1 }),
            AGENTS,
            2,
        ),
        (chain(LONGEST_CHAIN), testing::ISSUER, LONGEST_CHAIN),
    ] {
        let token = world.verify(&acting(&act)).unwrap();
        let actor = token.actor().unwrap();
        assert_eq!((actor.issuer(), actor.subject()), (issuer, "agent-7"));
        assert_eq!(actor.depth(), depth);
    }
    let token = minted(|_, claims| claims["may_act"] = json!({ "sub": "agent-7" }));
    assert_eq!(world.verify(&token).unwrap().actor(), None);
}

#[test]
fn what_is_no_chain_of_actors_is_refused() {
    let world = World::default();
    for act in [
        json!(null),
        json!("agent-7"),
        json!(["agent-7"]),
        json!([{ "sub": "agent-7" }]),
        json!({}),
        json!({ "sub": "" }),
        json!({ "sub": 7 }),
        json!({ "iss": AGENTS }),
        json!({ "sub": "agent-7", "iss": "" }),
        json!({ "sub": "agent-7", "iss": null }),
        json!({ "sub": "agent-7", "iss": [AGENTS] }),
        json!({ "sub": "agent-7", "act": null }),
        json!({ "sub": "agent-7", "act": "agent-6" }),
        json!({ "sub": "agent-7", "act": { "act": [] } }),
        chain(LONGEST_CHAIN + 1),
    ] {
        let found = world.refusal(&acting(&act));
        assert_eq!(found, Refused::Reason(Reason::TokenClaims), "{act}");
    }
}

#[test]
fn only_the_outermost_actor_decides() {
    let world = World::default();
    let admit = |rules: Option<&Rules>, act: &Value| {
        let token = world.verify(&acting(act)).unwrap();
        actor::admit(rules, &token)
    };
    let agent = Some(SubjectKind::Agent);
    let unlisted = Err(Reason::ActorUnlisted);
    for (act, depth, expected) in [
        (json!({ "sub": "agent-7" }), 1, Ok(agent)),
        (
            json!({ "iss": testing::ISSUER, "sub": "agent-7" }),
            1,
            Ok(agent),
        ),
        (json!({ "iss": AGENTS, "sub": "agent-8" }), 1, Ok(None)),
        // One name, another issuer.
        (json!({ "iss": AGENTS, "sub": "agent-7" }), 1, unlisted),
        (json!({ "sub": "agent-8" }), 1, unlisted),
        (json!({ "sub": "Agent-7" }), 1, unlisted),
        (json!({ "sub": "agent-7 " }), 1, unlisted),
        // Whoever acted before does not count, listed or not.
        (
            json!({ "sub": "eve", "act": { "sub": "agent-7" } }),
            8,
            unlisted,
        ),
        (
            json!({ "sub": "agent-7", "act": { "sub": "eve" } }),
            2,
            Ok(agent),
        ),
        (
            json!({ "sub": "agent-7", "act": { "sub": "eve" } }),
            1,
            Err(Reason::ActorDepth),
        ),
        (chain(LONGEST_CHAIN), LONGEST_CHAIN, Ok(agent)),
        (
            chain(LONGEST_CHAIN),
            LONGEST_CHAIN - 1,
            Err(Reason::ActorDepth),
        ),
    ] {
        assert_eq!(admit(Some(&rules(depth)), &act), expected, "{act}");
        assert_eq!(admit(None, &act), unlisted, "{act}");
    }
    let token = world.verify(&minted(|_, _| {})).unwrap();
    assert_eq!(actor::admit(None, &token), Ok(None));
    assert_eq!(actor::admit(Some(&rules(1)), &token), Ok(None));
}
