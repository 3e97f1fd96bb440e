mod checks;
mod drafts;

use super::*;
use crate::crypto::{Engine, Pure};
use crate::json::Json;
use crate::testing::{
    METHOD, NOW, NOW_SECS, Signer, TARGET, client_key, head, stranger_key, strict, test, with,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A workload identity token, as far as a proof cares.
const TOKEN: &str = "header.claims.signature";
/// A transaction token, as far as a proof cares.
const TRANSACTION: &str = "a.transaction.token";

fn rules(profile: Profile) -> Rules {
    Rules {
        profile,
        max_lifetime: Duration::from_mins(1),
        max_ahead: Duration::from_secs(10),
        algorithms: vec![Algorithm::Es256],
    }
}

fn hash(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(sha256(&[text.as_bytes()]))
}

/// `cnf.jwk` of the token.
fn confirmed() -> Value {
    with(client_key().jwk(), "alg", json!("ES256"))
}

fn header() -> Value {
    json!({ "typ": "wpt+jwt", "alg": "ES256" })
}

/// The claims of a good proof, made now for half a minute.
fn claims() -> Value {
    json!({
        "aud": TARGET,
        "exp": NOW_SECS + 30,
        "jti": "proof-1",
        "wth": hash(TOKEN),
    })
}

/// The good proof, with something changed.
fn minted(change: impl FnOnce(&mut Value, &mut Value)) -> String {
    let (mut header, mut claims) = (header(), claims());
    change(&mut header, &mut claims);
    client_key().sign(&header, &claims)
}

fn claiming(name: &str, value: Value) -> String {
    minted(|_, claims| claims[name] = value)
}

fn lacking(name: &str) -> String {
    minted(|header, claims| {
        let part = if header.get(name).is_some() {
            header
        } else {
            claims
        };
        part.as_object_mut().unwrap().remove(name).unwrap();
    })
}

/// The good request of this draft, with these field lines, under this key of the token.
fn judge_under(
    profile: Profile,
    confirmed: &Value,
    fields: &[(&str, &str)],
) -> Result<Shown, Reason> {
    let key = ProofKey::parse(&strict(confirmed)).unwrap();
    let expected = Expected {
        target: TARGET,
        token_hash: &sha256(&[TOKEN.as_bytes()]),
        key: &key,
    };
    let head = head(METHOD, "/accounts/7/transfers?dry=1", fields);
    verify(&rules(profile), &head, &expected, NOW, &Pure)
}

fn judge_with(proof: &str, fields: &[(&str, &str)]) -> Result<Shown, Reason> {
    let value = format!("WPT {proof}");
    let mut lines = vec![("authorization", value.as_str())];
    lines.extend(fields);
    judge_under(Profile::Wpt02, &confirmed(), &lines)
}

fn judge(proof: &str) -> Result<Shown, Reason> {
    judge_with(proof, &[])
}

#[test]
fn a_good_proof_is_evidence_of_its_key() {
    let found = judge(&minted(|_, _| {})).unwrap();
    assert_eq!(found.proven.thumbprint, client_key().thumbprint());
    assert_eq!(found.proven.engine, Engine::Pure);
    assert_eq!(found.proven.id, sha256(&[b"proof-1"]));
    assert_eq!(found.transaction, None);
    // The earliest moment at which it would have been accepted.
    assert_eq!(found.proven.issued_at, UnixTime::from_secs(NOW_SECS - 30));
}

#[test]
fn a_time_of_issue_counts_where_it_is_plausible() {
    let earliest = NOW_SECS - 30;
    for (iat, issued_at) in [
        (json!(NOW_SECS - 5), NOW_SECS - 5),
        (json!(NOW_SECS), NOW_SECS),
        (json!(earliest), earliest),
        (json!(earliest - 1), earliest),
        (json!(NOW_SECS + 1), NOW_SECS + 1),
        (json!(NOW_SECS + 10), NOW_SECS + 10),
        (json!(0), earliest),
    ] {
        let found = judge(&claiming("iat", iat.clone())).unwrap();
        assert_eq!(
            found.proven.issued_at,
            UnixTime::from_secs(issued_at),
            "{iat}"
        );
    }
}

/// A proof that was used before a log began, dated after that, must not look new to it: the log takes
/// none for new that is dated up to ten seconds after its beginning.
#[test]
fn a_time_of_issue_lies_no_further_ahead_than_a_log_looks_out_for() {
    let found = judge(&claiming("iat", json!(NOW_SECS + 11)));
    assert_eq!(found.unwrap_err(), Reason::ProofEarly);
    assert_eq!(
        rules(Profile::Wpt02).window().max_ahead,
        Duration::from_secs(10)
    );
}

#[test]
fn profiles_have_names_of_their_own() {
    let names: Vec<_> = Profile::ALL.iter().map(|profile| profile.name()).collect();
    assert_eq!(names, ["wpt-02", "wpt-01"]);
    assert_eq!(Profile::ALL.first(), Some(&Profile::default()));
    assert_eq!(Profile::Wpt01.challenge(), None);
    assert_eq!(Profile::Wpt02.challenge(), Some("WPT"));
    assert_eq!(Profile::Wpt01.field(), "workload-proof-token");
    assert_eq!(Profile::Wpt02.field(), "authorization");
}
