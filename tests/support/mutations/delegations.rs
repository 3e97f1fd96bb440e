//! Delegations: who acts for whom, and which kind of subject calls.

use super::{Changes, Group};
use crate::support::plan::{ISSUER, Plan, STRONG};
use crate::support::table::{Change, Expected, Service};
use countersign::reason::Reason;
use serde_json::{Value, json};

/// Who vouches for agents of another house.
pub(super) const AGENTS: &str = "https://agents.example.com";

/// The routes of this file.
pub(super) fn extend(document: &mut Value) {
    document["issuers"]["corp"]["kinds"] = json!([
        { "kind": "agent", "claim": "/client_type", "any_of": ["agent", "bot"] },
        { "kind": "workload", "claim": "/client_type", "any_of": ["service"] },
        { "kind": "human", "claim": "/auth_time" },
    ]);
    let actors = json!([
        { "issuer": ISSUER, "subject": "agent-7", "kind": "agent" },
        { "issuer": AGENTS, "subject": "agent-8" },
    ]);
    let route = |name: &str, identity: Value, delegation: Value| {
        let mut route = json!({
            "name": name,
            "match": { "methods": ["GET"], "path": format!("/{name}/{{id}}") },
            "identity": identity,
            "proof": ["dpop"],
            "risk": { "base": 10 },
        });
        if !delegation.is_null() {
            route["delegation"] = delegation;
        }
        route
    };
    let people = json!({ "issuers": ["corp"], "kinds": ["human"] });
    let programs = json!({ "issuers": ["corp"], "kinds": ["workload", "agent"] });
    let anyone = json!({ "issuers": ["corp"] });
    let routes = document["routes"].as_array_mut().unwrap();
    let delegation = json!({ "max_depth": 2, "actors": actors });
    let required = json!({ "actors": actors, "required": true });
    routes.extend([
        route("delegated", people.clone(), delegation),
        route("assisted", anyone, required),
        route("people", people, Value::Null),
        route("programs", programs, Value::Null),
    ]);
}

pub(super) fn groups() -> Vec<Group> {
    let of_plans = |valid, base, changes| Group {
        valid,
        service: Service::Unasked,
        changes: Changes::Plans(base, changes),
    };
    vec![
        of_plans("m: a delegated read", delegated, DELEGATED),
        of_plans("m: a read by a person alone", alone, ALONE),
        of_plans("m: a read that needs an agent", assisted, ASSISTED),
        of_plans("m: a read for people", of_people, PEOPLE),
        of_plans("m: a read for programs", of_programs, PROGRAMS),
    ]
}

/// An agent reads for a person.
fn delegated(now: i64, name: &str) -> Plan {
    let mut plan = alone(now, name);
    plan.token_claims["act"] = json!({ "iss": ISSUER, "sub": "agent-7" });
    plan
}

/// A person reads where an agent might read for it.
fn alone(now: i64, name: &str) -> Plan {
    of(now, name, "/delegated/7")
}

fn assisted(now: i64, name: &str) -> Plan {
    let mut plan = of(now, name, "/assisted/7");
    plan.token_claims["act"] = json!({ "iss": ISSUER, "sub": "agent-7" });
    plan
}

fn of_people(now: i64, name: &str) -> Plan {
    of(now, name, "/people/7")
}

fn of_programs(now: i64, name: &str) -> Plan {
    let mut plan = of(now, name, "/programs/7");
    plan.token_claims["client_type"] = json!("service");
    plan
}

fn of(now: i64, name: &str, path: &str) -> Plan {
    Plan::read(now, name).to("GET", path).stepped_up(now)
}

const UNLISTED: Expected = Expected::Refused(Reason::ActorUnlisted);
const CLAIMS: Expected = Expected::Refused(Reason::TokenClaims);
const KIND: Expected = Expected::Refused(Reason::SubjectKind);

const DELEGATED: &[Change] = &[
    (
        "m: an actor of the token's own issuer",
        &|p| p.token_claims["act"] = json!({ "sub": "agent-7" }),
        Expected::Forwarded,
    ),
    (
        "m: an actor of another house",
        &|p| p.token_claims["act"] = json!({ "iss": AGENTS, "sub": "agent-8" }),
        Expected::Forwarded,
    ),
    (
        "m: an actor by the name of another house's",
        &|p| p.token_claims["act"] = json!({ "sub": "agent-8" }),
        UNLISTED,
    ),
    (
        "m: an actor of another house by the name of ours",
        &|p| p.token_claims["act"]["iss"] = json!(AGENTS),
        UNLISTED,
    ),
    (
        "m: an actor whose issuer ends in a slash",
        &|p| p.token_claims["act"]["iss"] = json!(format!("{ISSUER}/")),
        UNLISTED,
    ),
    (
        "m: an actor in capitals",
        &|p| p.token_claims["act"]["sub"] = json!("AGENT-7"),
        UNLISTED,
    ),
    (
        "m: an actor that looks alike",
        &|p| p.token_claims["act"]["sub"] = json!("\u{430}gent-7"),
        UNLISTED,
    ),
    (
        "m: an actor with a space after its name",
        &|p| p.token_claims["act"]["sub"] = json!("agent-7 "),
        UNLISTED,
    ),
    (
        "m: the subject as its own actor",
        &|p| p.token_claims["act"]["sub"] = json!("alice"),
        UNLISTED,
    ),
    (
        "m: the client as the actor",
        &|p| p.token_claims["act"] = json!({ "sub": "app", "client_id": "agent-7" }),
        UNLISTED,
    ),
    (
        "m: an actor after another",
        &|p| p.token_claims["act"]["act"] = json!({ "sub": "eve" }),
        Expected::Forwarded,
    ),
    (
        "m: an unlisted actor after a listed one",
        &|p| p.token_claims["act"] = json!({ "sub": "eve", "act": { "sub": "agent-7" } }),
        UNLISTED,
    ),
    (
        "m: an actor after two others",
        &|p| p.token_claims["act"]["act"] = json!({ "sub": "b", "act": { "sub": "c" } }),
        Expected::Refused(Reason::ActorDepth),
    ),
    (
        "m: an actor after a nameless one",
        &|p| p.token_claims["act"]["act"] = json!({}),
        Expected::Forwarded,
    ),
    (
        "m: an actor after a text",
        &|p| p.token_claims["act"]["act"] = json!("eve"),
        CLAIMS,
    ),
    (
        "m: an actor after eight others",
        &|p| {
            let mut chain = json!({ "sub": "agent-7" });
            for _ in 0..8 {
                chain = json!({ "sub": "agent-7", "act": chain });
            }
            p.token_claims["act"] = chain;
        },
        CLAIMS,
    ),
    (
        "m: an actor without a name",
        &|p| p.token_claims["act"] = json!({ "iss": ISSUER }),
        CLAIMS,
    ),
    (
        "m: an actor with an empty name",
        &|p| p.token_claims["act"]["sub"] = json!(""),
        CLAIMS,
    ),
    (
        "m: an actor with a number for a name",
        &|p| p.token_claims["act"]["sub"] = json!(7),
        CLAIMS,
    ),
    (
        "m: an actor of no issuer",
        &|p| p.token_claims["act"]["iss"] = json!(""),
        CLAIMS,
    ),
    (
        "m: an actor that is null",
        &|p| p.token_claims["act"] = json!(null),
        CLAIMS,
    ),
    (
        "m: a list of actors",
        &|p| p.token_claims["act"] = json!([{ "sub": "agent-7" }]),
        CLAIMS,
    ),
    (
        "m: an actor of two names",
        &|p| p.token_claims["act"]["sub"] = json!(["agent-7", "eve"]),
        CLAIMS,
    ),
    (
        "m: a denied actor",
        &|p| p.token_claims["act"]["sub"] = json!("mallory"),
        Expected::Refused(Reason::SubjectDenied),
    ),
    (
        "m: an actor after a denied one",
        &|p| p.token_claims["act"]["act"] = json!({ "sub": "mallory" }),
        Expected::Forwarded,
    ),
    (
        "m: an actor for an agent",
        &|p| p.token_claims["client_type"] = json!("agent"),
        KIND,
    ),
];

const ALONE: &[Change] = &[
    (
        "m: a person who may have an actor one day",
        &|p| p.token_claims["may_act"] = json!({ "sub": "eve" }),
        Expected::Forwarded,
    ),
    (
        "m: an actor in capitals only",
        &|p| p.token_claims["Act"] = json!({ "sub": "eve" }),
        Expected::Forwarded,
    ),
];

const ASSISTED: &[Change] = &[
    (
        "m: nobody where an agent is needed",
        &|p| {
            p.token_claims.as_object_mut().unwrap().remove("act");
        },
        Expected::Refused(Reason::ActorMissing),
    ),
    (
        "m: a person who may have an actor where one is needed",
        &|p| {
            let act = p.token_claims.as_object_mut().unwrap().remove("act");
            p.token_claims["may_act"] = act.unwrap();
        },
        Expected::Refused(Reason::ActorMissing),
    ),
    (
        "m: an actor after another where one is allowed",
        &|p| p.token_claims["act"]["act"] = json!({ "sub": "agent-7" }),
        Expected::Refused(Reason::ActorDepth),
    ),
];

const PEOPLE: &[Change] = &[
    (
        "m: an actor where nobody may act",
        &|p| p.token_claims["act"] = json!({ "sub": "agent-7" }),
        UNLISTED,
    ),
    (
        "m: an agent among people",
        &|p| p.token_claims["client_type"] = json!("agent"),
        KIND,
    ),
    (
        "m: a bot in a list among people",
        &|p| p.token_claims["client_type"] = json!(["portal", "bot"]),
        KIND,
    ),
    (
        "m: a service among people",
        &|p| p.token_claims["client_type"] = json!("service"),
        KIND,
    ),
    (
        "m: a person of a client of another type",
        &|p| p.token_claims["client_type"] = json!("Agent"),
        Expected::Forwarded,
    ),
    (
        "m: nobody of any kind among people",
        &|p| {
            p.token_claims.as_object_mut().unwrap().remove("auth_time");
        },
        KIND,
    ),
    (
        "m: one that only says that it is a person",
        &|p| {
            p.token_claims.as_object_mut().unwrap().remove("auth_time");
            p.token_claims["subject_kind"] = json!("human");
            p.token_claims["acr"] = json!(STRONG);
        },
        KIND,
    ),
];

const PROGRAMS: &[Change] = &[
    (
        "m: an agent among programs",
        &|p| p.token_claims["client_type"] = json!("bot"),
        Expected::Forwarded,
    ),
    (
        "m: a person among programs",
        &|p| p.token_claims["client_type"] = json!("portal"),
        KIND,
    ),
];
