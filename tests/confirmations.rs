//! The truth table of `cnf`, whole: every set of the registered members, with and without one that is
//! not registered, under either scheme, on routes that accept any set of proofs, of issuers that are
//! strict about unregistered members and of those that are not. The sender shows everything that it
//! can be asked for, so only what the token says decides.
//!
//! The oracle is written from the specifications, rule by rule and in no order. A request passes if
//! it breaks no rule; one that does not is refused for a rule that it breaks.
#![cfg(not(target_arch = "wasm32"))]
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

#[path = "support/opaque.rs"]
#[expect(dead_code, reason = "what other tests share")]
mod opaque;
#[expect(dead_code, reason = "what other tests share")]
mod support;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::crypto::digest::sha256;
use countersign::crypto::{Algorithm, Engine, InvalidSignature, PublicKey, Verifier};
use countersign::http::Connection;
use countersign::pipeline::{self, Answer, Env, Question, Step};
use countersign::reason::Reason;
use opaque::Server;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use support::plan::{CERTIFICATE, ORIGIN, Wire, certificate, client_key, issuer_key};
use support::table::GOLDEN_NOW as NOW;
use support::world::{World, head};

/// The registry "JWT Confirmation Methods" of IANA, and a member that Keycloak adds.
const MEMBERS: [&str; 8] = [
    "jkt",
    "x5t#S256",
    "jwk",
    "jwe",
    "kid",
    "jku",
    "osc",
    "kc-jkt-type",
];
const UNREGISTERED: &str = "kc-jkt-type";
/// The proofs that a route may accept, and the members that each can meet.
const PROOFS: [(&str, &[&str]); 3] = [
    ("dpop", &["jkt"]),
    ("mtls", &["x5t#S256"]),
    ("http_signature", &["jwk", "kid"]),
];

/// One row.
#[derive(Debug)]
struct Row {
    members: BTreeSet<&'static str>,
    scheme: &'static str,
    accepted: Vec<&'static str>,
    strict: bool,
    is_opaque: bool,
}

impl Row {
    /// The rules that a request of this row breaks.
    fn broken(&self) -> BTreeSet<Reason> {
        let has = |member: &str| self.members.contains(member);
        let meets = |proof: &(&str, &[&str])| proof.1.iter().any(|member| has(member));
        let accepts = |proof: &str| self.accepted.contains(&proof);
        // A key and a certificate can be held against any token; a route that accepts no signature
        // does not say what one must cover.
        let checkable = |member: &str| match member {
            "jkt" | "x5t#S256" => true,
            "jwk" | "kid" => accepts("http_signature"),
            _ => false,
        };
        let registered = self.members.iter().filter(|it| **it != UNREGISTERED);
        let mut broken = BTreeSet::new();
        // RFC 9449 section 7.2: a token that is bound to a DPoP key is no bearer token.
        if self.scheme == "Bearer" && has("jkt") {
            broken.insert(Reason::BoundTokenAsBearer);
        }
        // RFC 9449 section 7.1: under the DPoP scheme a token is bound to a DPoP key.
        if self.scheme == "DPoP" && !has("jkt") {
            broken.insert(Reason::TokenUnbound);
        }
        // RFC 7800 section 3: what is registered says how to confirm, and must be confirmed.
        if registered.into_iter().any(|member| !checkable(member)) {
            broken.insert(Reason::ConfirmationUnsupported);
        }
        // RFC 7800 section 3.1: what is not understood is ignored, unless the policy is strict.
        if self.strict && has(UNREGISTERED) {
            broken.insert(Reason::ConfirmationUnknown);
        }
        // The gate lets nothing pass that is bound to nothing, or not as the route asks.
        if !PROOFS.iter().any(|proof| meets(proof) && accepts(proof.0)) {
            broken.insert(Reason::TokenUnbound);
        }
        // Nobody is asked about an opaque token before its sender has shown a key of which nothing need
        // be known yet: that of a DPoP proof, or a certificate that the route accepts.
        if self.is_opaque && self.scheme == "Bearer" && !accepts("mtls") {
            broken.insert(Reason::TokenUnbound);
        }
        broken
    }

    fn cnf(&self, keys: &Keys) -> Value {
        let value = |member: &str| match member {
            "jkt" => json!(keys.jkt),
            "x5t#S256" => json!(CERTIFICATE),
            "jwk" => keys.jwk.clone(),
            "kid" => json!("client"),
            "jku" => json!("https://client.example.com/jwks"),
            "osc" => json!({ "id": "x" }),
            _ => json!("x"),
        };
        let members = self.members.iter();
        members.map(|it| ((*it).to_owned(), value(it))).collect()
    }

    /// A request of this row with this token, and with everything to show.
    fn wire(&self, number: usize, token: &str, keys: &Keys) -> Wire {
        let proof = json!({
            "jti": format!("proof {number}"),
            "htm": "GET",
            "htu": format!("{ORIGIN}/accounts/7"),
            "iat": NOW,
            "ath": URL_SAFE_NO_PAD.encode(sha256(&[token.as_bytes()])),
        });
        let header = json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": keys.jwk });
        let covered = r#"("@method" "@authority" "@path" "@query" "authorization" "dpop")"#;
        let signature = STANDARD.encode([1; 64]);
        let fields = [
            ("authorization", format!("{} {token}", self.scheme)),
            ("dpop", unsigned(&header, &proof)),
            (
                "signature-input",
                format!(r#"sig={covered};created={NOW};keyid="client";nonce="nonce {number}""#),
            ),
            ("signature", format!("sig=:{signature}:")),
        ];
        Wire {
            method: "GET".to_owned(),
            path: "/accounts/7".to_owned(),
            authority: "api.example.com".to_owned(),
            fields: fields
                .map(|(name, value)| (name.to_owned(), value.into_bytes()))
                .into(),
            body: None,
        }
    }
}

/// The client's key, and the issuer's as it publishes it.
struct Keys {
    jwk: Value,
    jkt: String,
    published: Value,
}

impl Keys {
    fn new() -> Self {
        Self {
            jwk: client_key().jwk(),
            jkt: client_key().jkt(),
            published: issuer_key().published(),
        }
    }
}

/// A compact JWS whose signature is 64 bytes. Signatures are no matter of this table.
fn unsigned(header: &Value, claims: &Value) -> String {
    let [header, claims] = [header, claims].map(|it| URL_SAFE_NO_PAD.encode(it.to_string()));
    format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode([1; 64]))
}

fn subsets(of: &[&'static str]) -> Vec<Vec<&'static str>> {
    let mut all = vec![Vec::new()];
    for item in of {
        let with: Vec<_> = all
            .iter()
            .map(|set: &Vec<_>| [set.as_slice(), &[*item]].concat())
            .collect();
        all.extend(with);
    }
    all
}

fn rows(is_opaque: bool) -> Vec<Row> {
    let proofs = PROOFS.map(|(name, _)| name);
    let mut rows = Vec::new();
    for accepted in subsets(&proofs) {
        // A policy with no proof does not load, nor with none that an opaque token could be asked with.
        let loads = accepted
            .iter()
            .any(|it| !is_opaque || *it != "http_signature");
        if !loads {
            continue;
        }

        for strict in [false, true] {
            for scheme in ["DPoP", "Bearer"] {
                rows.extend(subsets(&MEMBERS).into_iter().map(|members| Row {
                    members: members.into_iter().collect(),
                    scheme,
                    accepted: accepted.clone(),
                    strict,
                    is_opaque,
                }));
            }
        }
    }
    rows
}

/// Lets every signature hold.
struct Holds;

impl Verifier for Holds {
    fn verify(
        &self,
        _: Algorithm,
        _: &PublicKey,
        _: &[u8],
        _: &[u8],
    ) -> Result<Engine, InvalidSignature> {
        Ok(Engine::Pure)
    }
}

/// A world whose route accepts these proofs of this issuer.
fn world(accepted: &[&str], strict: bool, is_opaque: bool, keys: &Keys) -> World {
    let mut document = opaque::document();
    let unknown = if strict { "refuse" } else { "ignore" };
    if is_opaque {
        document["opaque_issuers"]["corp"]["unknown_confirmation"] = json!(unknown);
        document["opaque_issuers"]["corp"]["introspection"]["max_calls"] = json!(100_000);
    } else {
        document.as_object_mut().unwrap().remove("opaque_issuers");
        document["issuers"] = json!({ "corp": {
            "issuer": support::plan::ISSUER,
            "audiences": [support::plan::ORIGIN],
            "types": ["at+jwt"],
            "algorithms": ["ES256"],
            "unknown_confirmation": unknown,
            "keys": { "inline": { "keys": [keys.published] } },
        }});
    }
    document["routes"].as_array_mut().unwrap().truncate(1);
    document["routes"][0]["proof"] = json!(accepted);
    document["signature_keys"] = json!({ "client": keys.jwk });
    World::under(&document, NOW)
}

/// Takes a step with a verifier that lets every signature hold.
fn under(world: &World, run: impl FnOnce(&Env<'_>) -> Step) -> Step {
    world.with(|env| {
        run(&Env {
            verifier: &Holds,
            ..*env
        })
    })
}

fn judge(world: &World, server: &mut Server, wire: &Wire) -> Option<&'static str> {
    let connection = Connection {
        certificate: Some(certificate()),
        ..Connection::default()
    };
    let head = head(wire).unwrap();
    let mut step = under(world, |env| pipeline::run(head, &connection, env));
    loop {
        step = match step {
            Step::Done(outcome) => return outcome.record().reason,
            Step::Ask(Question::Introspection(inquiry), waiting) => {
                let answer = Answer::Introspection(server.ask(world, inquiry));
                under(world, |env| waiting.resume(Ok(answer), env))
            }
            Step::Read(_) | Step::Ask(..) => panic!("the route asks for nothing else"),
        };
    }
}

/// Judges every row, with a token that is opaque or not. Gives how many pass.
fn judge_all(is_opaque: bool) -> usize {
    let keys = Keys::new();
    let mut passed = 0;
    let mut here: Option<(Vec<&str>, bool, World)> = None;
    for (number, row) in rows(is_opaque).into_iter().enumerate() {
        let is_same = |(accepted, strict, _): &(Vec<&str>, bool, World)| {
            (accepted, *strict) == (&row.accepted, row.strict)
        };
        if !here.as_ref().is_some_and(is_same) {
            let world = world(&row.accepted, row.strict, is_opaque, &keys);
            here = Some((row.accepted.clone(), row.strict, world));
        }
        let world = &here.as_ref().unwrap().2;
        let mut said = opaque::said(NOW);
        said.as_object_mut().unwrap().remove("token_type");
        said["cnf"] = row.cnf(&keys);
        let token = if is_opaque {
            format!("token-{number}")
        } else {
            said["jti"] = json!(format!("token {number}"));
            let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": "issuer-1" });
            unsigned(&header, &said)
        };
        let mut server = Server::saying(&said);
        let found = judge(world, &mut server, &row.wire(number, &token, &keys));
        passed += usize::from(found.is_none());
        let broken = row.broken();
        assert_eq!(found.is_none(), broken.is_empty(), "{row:?}: {found:?}");
        let blamed = found.is_none_or(|code| broken.iter().any(|it| it.code() == code));
        assert!(blamed, "{row:?}: {found:?}, and breaks {broken:?}");
    }
    passed
}

#[test]
fn the_table_is_whole() {
    assert_eq!(rows(false).len(), 256 * 2 * 2 * 7);
    assert_eq!(rows(true).len(), 256 * 2 * 2 * 6);
}

/// Counted by hand: on the routes of each set of proofs, the sets of registered members that pass
/// under the DPoP scheme, and those that pass under the Bearer scheme. Each of them without an
/// unregistered member, and with one where those are ignored.
#[test]
fn signed_tokens_are_judged_as_the_specifications_say() {
    let of_dpop = 2 + 1 + 2 + 6 + 8 + 7 + 8;
    let of_bearer = 1 + 1 + 6 + 6 + 7 + 7;
    assert_eq!(judge_all(false), (of_dpop + of_bearer) * 3);
}

#[test]
fn opaque_tokens_are_judged_as_the_specifications_say() {
    let of_dpop = 2 + 1 + 2 + 8 + 7 + 8;
    let of_bearer = 1 + 1 + 7 + 7;
    assert_eq!(judge_all(true), (of_dpop + of_bearer) * 3);
}
