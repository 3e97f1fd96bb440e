//! D10, D11 with a nonce, and D16.

use super::*;
use crate::crypto::digest::MacKey;
use crate::proof::dpop::nonce::{Audience, Mint, Mode, Purpose};
use crate::proof::replay::{Log, ReplayLog, Use};
use crate::testing::{AUDIENCE, stranger_key, test};
use crate::uses::Geometry;
use crate::uses::testing::{Memory, log};
use serde_json::json;
use std::time::Duration;

const SECRET: &str = "a secret of more than thirty-two bytes";

fn rules() -> Rules {
    Rules {
        nonces: Some(nonce::Rules {
            secrets: vec!["THE_KEY".to_owned()],
            lifetime: Duration::from_mins(1),
        }),
        ..dpop_rules()
    }
}

fn mint_of(secret: &str) -> Mint {
    rules().mint(&[secret]).unwrap()
}

/// What is said of this proof where nonces are treated so, at this many seconds after [`NOW`].
fn judge_in(mode: Mode, proof: &str, seconds: i64) -> Result<(Proven, Option<String>), Refused> {
    let thumbprint = client_key().thumbprint();
    let expected = Expected {
        method: METHOD,
        target: TARGET,
        token_hash: Some(&sha256(&[token().as_bytes()])),
        thumbprint: Some(&thumbprint),
        nonces: Some(Nonces {
            mode,
            origin: AUDIENCE,
            mint: &mint_of(SECRET),
        }),
    };
    let head = head(METHOD, "/", &[("dpop", proof)]);
    let shown = show(&rules(), &head, &expected, later(seconds), &Pure)?;
    let fresh = shown.fresh_nonce().map(str::to_owned);
    Ok((shown.bind(&thumbprint)?, fresh))
}

fn later(seconds: i64) -> UnixTime {
    UnixTime::from_secs(NOW_SECS.saturating_add(seconds))
}

fn for_any() -> Audience<'static> {
    Audience {
        origin: AUDIENCE,
        request: None,
    }
}

/// A nonce for any request, made at this many seconds after [`NOW`].
fn plain(seconds: i64) -> String {
    mint_of(SECRET).make(&for_any(), &client_key().thumbprint(), later(seconds))
}

/// A nonce for the good request alone.
fn challenge(seconds: i64) -> String {
    let audience = Audience {
        request: Some(Purpose {
            method: METHOD,
            target: TARGET,
            token_hash: Some(&sha256(&[token().as_bytes()])),
        }),
        ..for_any()
    };
    mint_of(SECRET).make(&audience, &client_key().thumbprint(), later(seconds))
}

/// The good proof with this nonce.
fn holding(nonce: &str) -> String {
    claiming("nonce", json!(nonce))
}

#[test]
fn what_each_mode_makes_of_each_nonce() {
    let none = testing::proof(&token());
    let elsewhere = Audience {
        origin: "https://other.example.com",
        ..for_any()
    };
    let key = client_key().thumbprint();
    let others = [
        ("empty", String::new()),
        ("not ours", "n-0S6_WzA2Mj".to_owned()),
        (
            "of other secrets",
            mint_of("some other secret of thirty-two bytes").make(&for_any(), &key, NOW),
        ),
        (
            "for another origin",
            mint_of(SECRET).make(&elsewhere, &key, NOW),
        ),
        (
            "for another key",
            mint_of(SECRET).make(&for_any(), &stranger_key().thumbprint(), NOW),
        ),
    ];
    let (missing, invalid, expired) = (
        Some(Reason::ProofNonceMissing),
        Some(Reason::ProofNonceInvalid),
        Some(Reason::ProofNonceExpired),
    );
    let mut rows = vec![
        (Mode::Offered, "none", none.clone(), None),
        (Mode::Offered, "plain", holding(&plain(0)), None),
        (Mode::Offered, "challenge", holding(&challenge(0)), invalid),
        (Mode::Offered, "old", holding(&plain(-61)), expired),
        (Mode::Required, "none", none.clone(), missing),
        (Mode::Required, "plain", holding(&plain(0)), None),
        (Mode::Required, "challenge", holding(&challenge(0)), invalid),
        (Mode::Required, "old", holding(&plain(-61)), expired),
        (Mode::Required, "ahead", holding(&plain(3)), expired),
        (Mode::Challenge, "none", none, missing),
        (Mode::Challenge, "plain", holding(&plain(0)), invalid),
        (Mode::Challenge, "challenge", holding(&challenge(0)), None),
        (Mode::Challenge, "old", holding(&challenge(-61)), expired),
    ];
    for (what, nonce) in others {
        for mode in [Mode::Offered, Mode::Required, Mode::Challenge] {
            rows.push((mode, what, holding(&nonce), invalid));
        }
    }
    for (mode, what, proof, expected) in rows {
        let found = judge_in(mode, &proof, 0);
        let reason = found.as_ref().err().map(|refused| refused.reason);
        assert_eq!(reason, expected, "{mode:?}: {what}");
        // What is refused for its nonce is given one that helps.
        if let Err(refused) = found {
            let retry = holding(&refused.nonce.unwrap());
            assert!(judge_in(mode, &retry, 0).is_ok(), "{mode:?}: {what}");
        }
    }
    for value in [json!(1), json!(null), json!([plain(0)])] {
        for mode in [Mode::Offered, Mode::Required, Mode::Challenge] {
            let found = judge_in(mode, &claiming("nonce", value.clone()), 0);
            assert_eq!(found.unwrap_err().reason, Reason::ProofMalformed, "{value}");
        }
    }
}

/// Of a request that is wrong otherwise too, nobody learns that a nonce was wanted.
#[test]
fn a_nonce_is_asked_for_last() {
    let stranger = stranger_key();
    let strangers = stranger.sign(&proof_header(&stranger), &proof_claims(&token()));
    for (proof, reason) in [
        (claiming("htm", json!("GET")), Reason::ProofMethod),
        (
            claiming("htu", json!("https://a.example/")),
            Reason::ProofTarget,
        ),
        (claiming("ath", json!("x")), Reason::ProofToken),
        (strangers, Reason::ProofKeyMismatch),
    ] {
        let found = judge_in(Mode::Required, &proof, 0).unwrap_err();
        assert_eq!(found, Refused::from(reason));
    }
    // A forged proof with a good nonce is still forged.
    let mut claims = proof_claims(&token());
    claims["nonce"] = json!(plain(0));
    let forged = stranger.sign(&proof_header(&client_key()), &claims);
    let found = judge_in(Mode::Required, &forged, 0).unwrap_err();
    assert_eq!(found, Refused::from(Reason::ProofSignature));
}

/// What goes out with a good proof is good for every request but those that need a challenge.
#[test]
fn a_good_proof_is_given_a_fresh_nonce() {
    for (mode, nonce, seconds) in [
        (Mode::Offered, None, 0),
        (Mode::Offered, Some(plain(0)), 5),
        (Mode::Required, Some(plain(0)), 60),
        (Mode::Challenge, Some(challenge(0)), 5),
    ] {
        let proof = nonce.map_or_else(|| testing::proof(&token()), |nonce| holding(&nonce));
        let (_, fresh) = judge_in(mode, &proof, seconds).unwrap();
        assert_eq!(fresh, Some(plain(seconds)), "{mode:?} after {seconds} s");
    }
}

/// RFC 9449 section 11.1: nonces that hold a time make up for any skew of the client's clock.
#[test]
fn with_a_nonce_the_clients_clock_does_not_count() {
    for skew in [-1_000_000, -61, 0, 11, 1_000_000] {
        let proof = minted(|_, claims| {
            claims["iat"] = json!(NOW_SECS + skew);
            claims["nonce"] = json!(plain(0));
        });
        for mode in [Mode::Offered, Mode::Required] {
            let (proven, _) = judge_in(mode, &proof, 0).unwrap();
            // As if it were dated ahead as far as it may be, less what our own clocks differ.
            assert_eq!(proven.issued_at(), later(8), "{mode:?}: {skew} s");
        }
        // Without one, on the same route, it does.
        let proof = claiming("iat", json!(NOW_SECS + skew));
        let found = judge_in(Mode::Offered, &proof, 0).err();
        let expected = match skew {
            ..-60 => Some(Reason::ProofExpired),
            11.. => Some(Reason::ProofEarly),
            _ => None,
        };
        assert_eq!(found.map(|it| it.reason), expected, "{skew} s");
    }
}

/// A log that was just begun lets a proof pass whose nonce is younger than itself, long before it
/// believes a client's clock, and no proof that could have been used before.
#[test]
fn a_fresh_nonce_passes_a_fresh_log() {
    for (made, used, expected) in [
        (-1, 0, Err(Reason::ProofPredatesLog)),
        (0, 0, Err(Reason::ProofPredatesLog)),
        (2, 2, Err(Reason::ProofPredatesLog)),
        // A replica's clock that is ahead by as much as is allowed.
        (2, 0, Err(Reason::ProofPredatesLog)),
        (3, 3, Ok(())),
        (3, 60, Ok(())),
    ] {
        let memory = Memory::default();
        let log = log(&memory, NOW);
        let (proven, _) = judge_in(Mode::Required, &holding(&plain(made)), used).unwrap();
        let proof = Use {
            thumbprint: proven.thumbprint(),
            id: proven.id(),
            issued_at: proven.issued_at(),
            kept_from: proven.kept_from(),
            owner: ["a", "b", "c"],
        };
        let found = log.consume(&proof, later(used));
        assert_eq!(found, expected, "made at {made} s, used at {used} s");
        if expected.is_ok() {
            // For as long as its nonce lives it is no second use.
            for again in [used, made + 60] {
                let copy = log.consume(&proof, later(again));
                assert_eq!(copy, Err(Reason::ProofReplayed), "again at {again} s");
            }
            let found = judge_in(Mode::Required, &holding(&plain(made)), made + 61);
            assert!(found.is_err());
        }
    }
}

/// A policy with nonces of this lifetime, where proofs may be dated so far ahead. Both in seconds.
fn policy(lifetime: u64, max_ahead: u64) -> Rules {
    Rules {
        max_ahead: Duration::from_secs(max_ahead),
        nonces: Some(nonce::Rules {
            secrets: vec!["THE_KEY".to_owned()],
            lifetime: Duration::from_secs(lifetime),
        }),
        ..dpop_rules()
    }
}

/// One use of this proof under this policy, on a route with this mode, at a log of one bucket.
fn pass(
    memory: &Memory,
    (rules, mode): (&Rules, Option<Mode>),
    proof: &str,
    seconds: i64,
) -> Result<(), Reason> {
    let now = later(seconds);
    let thumbprint = client_key().thumbprint();
    let mint = rules.mint(&[SECRET]).unwrap();
    let expected = Expected {
        method: METHOD,
        target: TARGET,
        token_hash: Some(&sha256(&[token().as_bytes()])),
        thumbprint: Some(&thumbprint),
        nonces: mode.map(|mode| Nonces {
            mode,
            origin: AUDIENCE,
            mint: &mint,
        }),
    };
    let head = head(METHOD, "/", &[("dpop", proof)]);
    let shown = show(rules, &head, &expected, now, &Pure).map_err(|refused| refused.reason)?;
    let proven = shown.bind(&thumbprint)?;
    let key = MacKey::derive(SECRET.as_bytes(), "replay");
    let born = later(-1000);
    let log = Log::open(memory, Geometry::of(4096), key, rules.window(), born);
    log.consume(
        &Use {
            thumbprint: proven.thumbprint(),
            id: proven.id(),
            issued_at: proven.issued_at(),
            kept_from: proven.kept_from(),
            owner: ["a", "b", "c"],
        },
        now,
    )
}

/// Policies differ in what they date a proof by, and in how far ahead that may be. Whichever comes
/// after whichever, no used proof looks new, also once what was held of it had to go.
#[test]
fn a_policy_that_dates_proofs_otherwise_finds_no_used_one_new() {
    let (short, far, long) = (policy(60, 10), policy(300, 60), policy(300, 10));
    let required = Some(Mode::Required);
    for (what, first, iat, forgotten, second, again) in [
        (
            "dated further ahead",
            (&short, required),
            0,
            80,
            (&far, required),
            90,
        ),
        (
            "nonces put on",
            (&long, None),
            -12,
            300,
            (&long, required),
            300,
        ),
        (
            "nonces taken off",
            (&short, required),
            10,
            79,
            (&short, None),
            70,
        ),
        (
            "nonces taken off late",
            (&short, required),
            62,
            79,
            (&short, None),
            80,
        ),
    ] {
        let memory = Memory::default();
        let proof = minted(|_, claims| {
            claims["iat"] = json!(NOW_SECS + iat);
            claims["nonce"] = json!(plain(0));
        });
        assert_eq!(pass(&memory, first, &proof, 0), Ok(()), "{what}");
        let other = minted(|_, claims| {
            claims["jti"] = json!("another");
            claims["iat"] = json!(NOW_SECS + forgotten);
            claims["nonce"] = json!(plain(forgotten));
        });
        assert_eq!(pass(&memory, first, &other, forgotten), Ok(()), "{what}");
        let found = pass(&memory, second, &proof, again);
        assert!(found.is_err(), "{what}");
    }
}
