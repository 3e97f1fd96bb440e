//! The flow table's nonces and token requests.

use crate::support::plan::{ORIGIN, Plan, client_key, thief_key};
use crate::support::policy::SECRETS;
use crate::support::table::{Expected, Service};
use countersign::crypto::digest::{Digest32, from_base64url};
use countersign::proof::dpop::nonce::{Audience, Mint};
use countersign::reason::Reason;
use countersign::time::UnixTime;
use serde_json::json;
use std::time::Duration;

type Row = (&'static str, Plan, Service, Expected);

/// A mint with this one of the policy's secrets.
fn mint(secret: &str) -> Mint {
    Mint::of(&[secret], Duration::from_mins(1), Duration::from_secs(1)).unwrap()
}

fn client() -> Digest32 {
    from_base64url(&client_key().jkt()).unwrap()
}

/// A nonce for any request.
pub(crate) fn plain(origin: &str, secret: &str, made: i64) -> String {
    let audience = Audience {
        origin,
        request: None,
    };
    mint(secret).make(&audience, &client(), UnixTime::from_secs(made))
}

/// A nonce for the request of this plan alone.
fn challenge(plan: &Plan, made: i64) -> String {
    plan.purpose(|purpose| {
        let audience = Audience {
            origin: ORIGIN,
            request: Some(purpose),
        };
        mint(SECRETS[0].1).make(&audience, &client(), UnixTime::from_secs(made))
    })
}

/// Rows in which one thing differs from a request that passes.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(crate) fn rows(now: i64) -> Vec<Row> {
    use Expected::{Forwarded, Refused};
    use Reason as R;
    let [(_, key), (_, old)] = SECRETS;
    let good = plain(ORIGIN, key, now);
    let mut rows = Vec::new();
    let mut read = |name, route: &str, nonce: Option<&str>, expected| {
        let path = format!("/accounts/7/{route}");
        let mut plan = Plan::read(now, name).to("GET", &path);
        if let Some(nonce) = nonce {
            plan.proof_claims["nonce"] = json!(nonce);
        }
        rows.push((name, plan, Service::Unasked, expected));
    };
    let elsewhere = plain("https://other.example.com", key, now);
    for (name, route, nonce, expected) in [
        ("no nonce where one is offered", "offering", None, Forwarded),
        (
            "the nonce that is offered",
            "offering",
            Some(&good),
            Forwarded,
        ),
        (
            "a nonce of another origin where one is offered",
            "offering",
            Some(&elsewhere),
            Refused(R::ProofNonceInvalid),
        ),
        (
            "no nonce where one is required",
            "requiring",
            None,
            Refused(R::ProofNonceMissing),
        ),
        (
            "the nonce that is required",
            "requiring",
            Some(&good),
            Forwarded,
        ),
        (
            "the nonce again, in another proof",
            "requiring",
            Some(&good),
            Forwarded,
        ),
        (
            "a nonce made with the older key",
            "requiring",
            Some(&plain(ORIGIN, old, now)),
            Forwarded,
        ),
        (
            "a nonce of another origin",
            "requiring",
            Some(&elsewhere),
            Refused(R::ProofNonceInvalid),
        ),
        (
            "a nonce made with another key",
            "requiring",
            Some(&plain(ORIGIN, "another secret of thirty-two bytes", now)),
            Refused(R::ProofNonceInvalid),
        ),
        (
            "a nonce that has expired",
            "requiring",
            Some(&plain(ORIGIN, key, now - 61)),
            Refused(R::ProofNonceExpired),
        ),
        (
            "a nonce for any request where one is a challenge",
            "challenging",
            Some(&good),
            Refused(R::ProofNonceInvalid),
        ),
        (
            "no nonce where one is a challenge",
            "challenging",
            None,
            Refused(R::ProofNonceMissing),
        ),
    ] {
        read(name, route, nonce.map(String::as_str), expected);
    }

    let mut strangers =
        Plan::read(now, "a nonce of another key's").to("GET", "/accounts/7/requiring");
    strangers.proof_claims["nonce"] = json!(good);
    strangers.proof_header["jwk"] = thief_key().jwk();
    strangers.token_claims["cnf"]["jkt"] = json!(thief_key().jkt());
    strangers.proof_signer = Some(thief_key());
    rows.push((
        "a nonce of another key's",
        strangers,
        Service::Unasked,
        Refused(R::ProofNonceInvalid),
    ));

    let challenged = |name: &'static str, answered: &dyn Fn(&Plan) -> String, expected| {
        let mut plan = Plan::read(now, name).to("GET", "/accounts/7/challenging");
        plan.proof_claims["nonce"] = json!(answered(&plan));
        (name, plan, Service::Unasked, expected)
    };
    let other_token = Plan::read(now, "another token").to("GET", "/accounts/7/challenging");
    rows.push(challenged(
        "the answer to a challenge",
        &|plan| challenge(plan, now),
        Forwarded,
    ));
    rows.push(challenged(
        "the answer to another token's challenge",
        &|_| challenge(&other_token, now),
        Refused(R::ProofNonceInvalid),
    ));
    rows.push(challenged(
        "the answer to an old challenge",
        &|plan| challenge(plan, now - 61),
        Refused(R::ProofNonceExpired),
    ));

    // The clock of the client is off by an hour.
    for (name, nonce, expected) in [
        ("a wrong clock with a nonce", Some(&good), Forwarded),
        ("a wrong clock alone", None, Refused(R::ProofExpired)),
    ] {
        let mut plan = Plan::read(now, name).to("GET", "/accounts/7/offering");
        plan.proof_claims["iat"] = json!(now - 3600);
        if let Some(nonce) = nonce {
            plan.proof_claims["nonce"] = json!(nonce);
        }
        rows.push((name, plan, Service::Unasked, expected));
    }
    rows.extend(token_requests(now, &good));
    rows
}

fn token_requests(now: i64, nonce: &str) -> Vec<Row> {
    use Expected::{Forwarded, Refused};
    use Reason as R;
    use Service::{Denies, Permits, Unasked};
    let bare = |name: &'static str, change: &dyn Fn(&mut Plan), expected| {
        let mut plan = Plan::token_request(now, name);
        change(&mut plan);
        (name, plan, Unasked, expected)
    };
    let guarded = |name: &'static str, nonce: Option<&str>, service, expected| {
        let mut plan = Plan::token_request(now, name).to("POST", "/guarded/token");
        if let Some(nonce) = nonce {
            plan.proof_claims["nonce"] = json!(nonce);
        }
        (name, plan, service, expected)
    };
    vec![
        bare("a token request", &|_| {}, Forwarded),
        bare(
            "a token request's proof again",
            &|p| p.proof_claims["jti"] = json!("a token request"),
            Refused(R::ProofReplayed),
        ),
        bare(
            "a token request whose proof names a token",
            &|p| p.proof_claims["ath"] = json!("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo"),
            Forwarded,
        ),
        bare(
            "a token request without a proof",
            &|p| p.proof_signer = None,
            Refused(R::ProofMissing),
        ),
        bare(
            "a token request with another's proof",
            &|p| p.proof_claims["htu"] = json!("https://other.example.com/token"),
            Refused(R::ProofTarget),
        ),
        bare(
            "a token request with a forged proof",
            &|p| p.proof_signer = Some(thief_key()),
            Refused(R::ProofSignature),
        ),
        bare(
            "a token request of long ago",
            &|p| p.proof_claims["iat"] = json!(now - 61),
            Refused(R::ProofExpired),
        ),
        guarded(
            "a guarded token request without a nonce",
            None,
            Unasked,
            Refused(R::ProofNonceMissing),
        ),
        guarded("a guarded token request", Some(nonce), Permits, Forwarded),
        guarded(
            "a guarded token request, denied",
            Some(nonce),
            Denies,
            Refused(R::DecisionDenied),
        ),
    ]
}
