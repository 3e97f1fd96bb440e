use super::*;
use crate::testing::test;
use crate::time::UnixTime;
use std::time::Duration;

fn authenticate(reason: Reason, terms: &Terms<'_>) -> Option<String> {
    let reply = reply(reason, terms);
    reply
        .headers
        .into_iter()
        .find(|(name, _)| *name == "www-authenticate")
        .map(|(_, v)| v)
}

fn step_up() -> Challenge {
    Challenge {
        transaction: Some([0; 32]),
        remedy: Remedy::Authentication(Authentication {
            acr_values: vec![
                "urn:example:loa:3".to_owned(),
                "urn:example:loa:4".to_owned(),
            ],
            max_age: Some(Duration::from_secs(300)),
        }),
        until: Some(UnixTime::from_secs(9)),
    }
}

/// What would do is told to programs too, and only with the challenge.
#[test]
fn a_challenge_says_for_what_and_until_when() {
    let step_up = step_up();
    let terms = Terms {
        challenge: Some(&step_up),
        ..Terms::default()
    };
    let body = reply(Reason::StepUpRequired, &terms).body;
    let body: serde_json::Value = serde_json::from_str(&body).expect("JSON");
    let told = serde_json::json!({
        "transaction": "A".repeat(43),
        "acr_values": ["urn:example:loa:3", "urn:example:loa:4"],
        "max_age": 300,
        "until": 9,
    });
    assert_eq!(body["challenge"], told);
    let bare = Challenge {
        remedy: Remedy::Authentication(Authentication {
            acr_values: Vec::new(),
            max_age: None,
        }),
        until: None,
        ..step_up
    };
    let terms = Terms {
        challenge: Some(&bare),
        ..Terms::default()
    };
    let body = reply(Reason::StepUpRequired, &terms).body;
    assert!(body.ends_with(&format!(
        r#""challenge":{{"transaction":"{}"}}}}"#,
        "A".repeat(43)
    )));
    let other = reply(Reason::DecisionDenied, &terms).body;
    assert!(!other.contains("challenge"));
}

/// A service has a say in its own denial, and in nothing else.
#[test]
fn a_denial_is_told_as_the_service_wants_where_the_policy_lets_it() {
    let denial = Denial {
        status: Some(429),
        headers: vec![("retry-after".into(), "7".to_owned())],
    };
    let terms = Terms {
        denial: Some(&denial),
        ..Terms::default()
    };
    let told = reply(Reason::DecisionDenied, &terms);
    assert_eq!((told.status, &told.granted), (429, &denial.headers));
    assert!(told.body.contains(r#""status":429,"#));
    for reason in Reason::ALL {
        let other = reply(*reason, &terms);
        if *reason != Reason::DecisionDenied {
            assert_eq!(other, reply(*reason, &Terms::default()), "{reason:?}");
        }
    }
}

#[test]
fn challenges_are_those_of_the_specifications() {
    let step_up = step_up();
    let terms = Terms {
        algs: "ES256 PS256",
        scope: "payments:write",
        challenge: Some(&step_up),
        ..Terms::default()
    };
    for (reason, text) in [
        // RFC 9449 section 7.1: no error where there was no credential.
        (Reason::CredentialsMissing, r#"DPoP algs="ES256 PS256""#),
        // RFC 9449 section 7.1, its own example.
        (
            Reason::ProofKeyMismatch,
            r#"DPoP error="invalid_token", error_description="Invalid DPoP key binding", algs="ES256 PS256""#,
        ),
        (
            Reason::ScopeInsufficient,
            r#"DPoP error="insufficient_scope", error_description="The access token lacks a scope", scope="payments:write", algs="ES256 PS256""#,
        ),
        // RFC 9449 section 9, its own example.
        (
            Reason::ProofNonceExpired,
            r#"DPoP error="use_dpop_nonce", error_description="Resource server requires nonce in DPoP proof", algs="ES256 PS256""#,
        ),
        // RFC 9470 section 3.
        (
            Reason::StepUpRequired,
            r#"DPoP error="insufficient_user_authentication", error_description="A different authentication is required", acr_values="urn:example:loa:3 urn:example:loa:4", max_age="300", algs="ES256 PS256""#,
        ),
    ] {
        assert_eq!(authenticate(reason, &terms).as_deref(), Some(text));
    }
    assert_eq!(authenticate(Reason::ValueMismatch, &terms), None);
    assert_eq!(
        authenticate(Reason::CredentialsMissing, &Terms::default()).as_deref(),
        Some("DPoP")
    );
}

/// RFC 9449 section 7.1: a challenge for each scheme, the error with the one that was used.
#[test]
fn every_accepted_scheme_is_named_and_the_used_one_is_blamed() {
    const ERROR: &str =
        r#"error="insufficient_scope", error_description="The access token lacks a scope""#;
    let dpop = format!(r#"DPoP {ERROR}, algs="ES256""#);
    let bare = r#"DPoP algs="ES256""#.to_owned();
    let bearer = format!("Bearer {ERROR}");
    let both: &[Method] = &[Method::Mtls, Method::Dpop];
    for (accepted, used, expected) in [
        (
            both,
            Some(Scheme::Dpop),
            vec![dpop.clone(), "Bearer".to_owned()],
        ),
        (both, Some(Scheme::Bearer), vec![bare, bearer.clone()]),
        (both, None, vec![dpop.clone(), "Bearer".to_owned()]),
        (&[Method::Mtls], Some(Scheme::Dpop), vec![bearer]),
        (&[Method::Dpop], Some(Scheme::Bearer), vec![dpop]),
    ] {
        let terms = Terms {
            accepted,
            used,
            algs: "ES256",
            ..Terms::default()
        };
        let said: Vec<String> = challenges(Authenticate::Scope, &terms).collect();
        assert_eq!(said, expected, "{accepted:?} {used:?}");
    }
}

#[test]
fn without_a_token_nothing_asks_for_one() {
    let terms = Terms {
        accepted: &[Method::Mtls],
        without_token: true,
        ..Terms::default()
    };
    let reply = reply(Reason::CertificateMissing, &terms);
    assert_eq!(reply.status, 403);
    assert_eq!(authenticate(Reason::CertificateMissing, &terms), None);
    assert!(reply.body.contains(r#""status":403"#));
}

#[test]
fn every_refusal_is_an_error_and_a_problem_document() {
    for reason in Reason::ALL {
        let reply = reply(*reason, &Terms::default());
        assert!((400..600).contains(&reply.status), "{reason:?}");
        let body: serde_json::Value = serde_json::from_str(&reply.body).expect("JSON");
        assert_eq!(body["code"], reason.code());
        assert_eq!(body["status"], reply.status);
        let challenged = reply
            .headers
            .iter()
            .any(|(name, _)| *name == "www-authenticate");
        assert!(
            reply.status != 401 || challenged,
            "{reason:?}: RFC 9110 section 15.5.2"
        );
    }
}

/// A nonce goes out with the answers that ask for one, and with no other.
#[test]
fn a_nonce_is_sent_where_it_helps() {
    let terms = Terms {
        nonce: Some("n-1"),
        ..Terms::default()
    };
    for reason in Reason::ALL {
        let helps = matches!(
            reason,
            Reason::ProofNonceMissing
                | Reason::ProofNonceInvalid
                | Reason::ProofNonceExpired
                | Reason::ProofPredatesLog
        );
        for issuance in [false, true] {
            let reply = reply(*reason, &Terms { issuance, ..terms });
            let sent = reply.headers.iter().any(|(name, _)| *name == NONCE_FIELD);
            assert_eq!(sent, helps, "{reason:?}");
            let said = authenticate(*reason, &terms).unwrap_or_default() + &reply.body;
            assert_eq!(said.contains("use_dpop_nonce"), helps, "{reason:?}");
        }
    }
    let without = reply(Reason::ProofPredatesLog, &Terms::default());
    assert_eq!(without.reason, Reason::ProofPredatesLog);
    let said = authenticate(Reason::ProofPredatesLog, &Terms::default()).unwrap();
    assert!(said.contains("invalid_dpop_proof"), "{said}");
}

/// RFC 9449 sections 5 and 8: of what is wrong with a proof, a token endpoint tells in JSON.
#[test]
fn on_a_route_that_issues_tokens_a_refused_proof_is_an_error_of_oauth() {
    let terms = Terms {
        issuance: true,
        ..Terms::default()
    };
    for reason in Reason::ALL {
        let row = row(*reason);
        let of_proof = row == PROOF || row == NONCE;
        let reply = reply(*reason, &terms);
        let body: serde_json::Value = serde_json::from_str(&reply.body).expect("JSON");
        assert_eq!(body["code"], reason.code());
        assert_eq!(body["error"].is_string(), of_proof, "{reason:?}");
        assert!(!of_proof || reply.status == 400, "{reason:?}");
        let (_, media) = &reply.headers[0];
        assert_eq!(media == "application/json", of_proof, "{reason:?}");
    }
}
