//! Where the drafts differ, and their own worked examples.

use super::*;
use crate::crypto::PublicKey;
use crate::jose::KeySet;
use crate::jose::Selection;
use crate::testing::test;
use crate::token::workload::Workload;

const ACCESS_TOKEN: &str = "an-access-token";

fn judge_01(fields: &[(&str, &str)]) -> Result<Shown, Reason> {
    judge_under(Profile::Wpt01, &confirmed(), fields)
}

#[test]
fn in_draft_02_the_proof_is_the_one_credential() {
    let good = minted(|_, _| {});
    let judge = |fields: &[(&str, &str)]| judge_under(Profile::Wpt02, &confirmed(), fields);
    let value = |scheme: &str| format!("{scheme}{good}");
    for scheme in ["WPT ", "wpt ", "Wpt   "] {
        assert!(
            judge(&[("authorization", &value(scheme))]).is_ok(),
            "{scheme}"
        );
    }
    let wpt = value("WPT ");
    for (what, fields, reason) in [
        ("none", &[][..], Reason::ProofMissing),
        (
            "in the header of draft 01",
            &[("workload-proof-token", good.as_str())],
            Reason::ProofMissing,
        ),
        (
            "as a bearer token",
            &[("authorization", &value("Bearer "))],
            Reason::ProofMissing,
        ),
        (
            "under another scheme",
            &[("authorization", &value("DPoP "))],
            Reason::ProofMissing,
        ),
        (
            "without a scheme",
            &[("authorization", good.as_str())],
            Reason::ProofMissing,
        ),
        (
            "without a space",
            &[("authorization", &value("WPT\t"))],
            Reason::ProofMissing,
        ),
        ("empty", &[("authorization", "WPT")], Reason::ProofMalformed),
        (
            "not text",
            &[("authorization", "WPT é")],
            Reason::ProofMalformed,
        ),
        (
            "twice",
            &[("authorization", &wpt), ("authorization", &wpt)],
            Reason::ProofRepeated,
        ),
        (
            "beside a bearer token",
            &[("authorization", &wpt), ("authorization", "Bearer a")],
            Reason::ProofRepeated,
        ),
        (
            "in a list",
            &[("authorization", &format!("{wpt}, Bearer a"))],
            Reason::ProofRepeated,
        ),
    ] {
        assert_eq!(judge(fields), Err(reason), "{what}");
    }
    // There is no access token that `ath` could be of.
    let named = claiming("ath", json!(hash(ACCESS_TOKEN)));
    assert_eq!(
        judge(&[("authorization", &format!("WPT {named}"))]),
        Err(Reason::ProofToken)
    );
}

#[test]
fn in_draft_01_the_proof_has_a_header() {
    let good = minted(|_, _| {});
    let proof = ("workload-proof-token", good.as_str());
    assert!(judge_01(&[proof]).is_ok());
    let wpt = format!("WPT {good}");
    let joined = format!("{good}, {good}");
    for (what, fields, reason) in [
        ("none", &[][..], Reason::ProofMissing),
        (
            "as in draft 02",
            &[("authorization", wpt.as_str())],
            Reason::ProofMissing,
        ),
        ("twice", &[proof, proof], Reason::ProofRepeated),
        (
            "in a list",
            &[("workload-proof-token", joined.as_str())],
            Reason::ProofRepeated,
        ),
        (
            "not text",
            &[("workload-proof-token", "é")],
            Reason::ProofMalformed,
        ),
        (
            "an alias of the name",
            &[("workload_proof-token", good.as_str())],
            Reason::ProofRepeated,
        ),
        (
            "both",
            &[proof, ("authorization", &wpt)],
            Reason::CredentialsMalformed,
        ),
        (
            "two credentials",
            &[
                proof,
                ("authorization", "Bearer a"),
                ("authorization", "Bearer a"),
            ],
            Reason::CredentialsMalformed,
        ),
    ] {
        assert_eq!(judge_01(fields), Err(reason), "{what}");
    }
}

#[test]
fn in_draft_01_the_access_token_is_named() {
    let named = claiming("ath", json!(hash(ACCESS_TOKEN)));
    let unnamed = minted(|_, _| {});
    for scheme in ["Bearer", "DPoP"] {
        let credential = format!("{scheme} {ACCESS_TOKEN}");
        let beside = |proof: &str, credential: &str| {
            judge_01(&[
                ("workload-proof-token", proof),
                ("authorization", credential),
            ])
        };
        assert!(beside(&named, &credential).is_ok());
        let refused = Err(Reason::ProofToken);
        assert_eq!(beside(&unnamed, &credential), refused);
        assert_eq!(beside(&named, &format!("{scheme} another")), refused);
        assert_eq!(judge_01(&[("workload-proof-token", &named)]), refused);
    }
}

/// The moment of the worked examples.
const THEN: UnixTime = UnixTime::from_secs(1_745_510_000);
/// The identity server's key of the worked examples.
const SERVER: &str = r#"{"keys":[{"kty":"EC","kid":"June 5","crv":"P-256","x":"kXqnA2Op7hgd4zRMbw0iFcc_hDxUxhojxOFVGjE2gks","y":"n__VndPMR021-59UAs0b9qDTFT-EZtT6xSNs_xFskLo"}]}"#;
/// What the two examples of the token have in common.
const EXAMPLE: &str = "eyJhbGciOiJFUzI1NiIsImtpZCI6Ikp1bmUgNSIsInR5cCI6IndpdCtqd3QifQ.eyJjbmYiOnsiandrIjp7ImFsZyI6IkVkRFNBIiwiY3J2IjoiRWQyNTUxOSIsImt0eSI6Ik9LUCIsIngiOiIxQ1hYdmZsTl9MVlZzSXNZWHNVdkIwM0ptbEdXZUNIcVFWdW91Q0Y5MmJnIn19LCJleHAiOjE3NDU1MTI1MTAsImlhdCI6MTc0NTUwODkxMCwianRpIjoieC1fMUNUTDJjY2EzQ1NFNGN3Yl9sIiwic3ViIjoid2ltc2U6Ly9leGFtcGxlLmNvbS9zcGVjaWZpYy13b3JrbG9hZCJ9";

/// A worked example: the signature of its token, the draft, its proof, the access token beside it.
struct Example {
    signature: &'static str,
    profile: Profile,
    proof: &'static str,
    access_token: Option<&'static str>,
}

/// draft-ietf-wimse-wpt-01 section 2, with the token of draft-ietf-wimse-workload-creds-01.
const OLD: Example = Example {
    signature: "6KraSQUxWdl9dxFQ3Fj6dPY0Vi88OkwFwZpAIOhLeq6AbXAnLLQgOp8U9UDGcBuYF3KiNv6oKQD1ZWAzrMZOJw",
    profile: Profile::Wpt01,
    proof: "eyJhbGciOiJFZERTQSIsInR5cCI6IndwdCtqd3QifQ.eyJhdGgiOiJDTDR3amZwUm1OZi1iZFlJYllMblY5ZDVyTUFSR3dLWUUxMHdVd3pDMGpJIiwiYXVkIjoiaHR0cHM6Ly93b3JrbG9hZC5leGFtcGxlLmNvbS9wYXRoIiwiZXhwIjoxNzQ1NTEwMDE2LCJqdGkiOiJfX2J3YzRFU0MzYWNjMkxUQzEtX3giLCJ3dGgiOiJBYVlVZkMzNEQxZGkyRnhRTHBpSUpKN1NnOFZaNm84T0Nkd1NmOUlUb0xnIn0.PI7d9AcYhLoEgPgbJvcM132lkBKnM1NXU-5hZUzVTIyj2dRJaTLFs6e5NYv5gg6AqcV7NvkYCwfgMgWasWQzCA",
    access_token: Some("16_mAd0GiwaZokU26_0902100"),
};

/// draft-ietf-wimse-wpt-02 section 2, with the token of draft-ietf-wimse-workload-creds-02.
const NEW: Example = Example {
    signature: "ohKJ50QaW8ydALJwaA0Sz4ys3hcN_1S-aTZBytMGc3u8QWUmn5uxUDSonoZFAfZk1Ro1kR4vE_xa7mvoE37R-Q",
    profile: Profile::Wpt02,
    proof: "eyJhbGciOiJFZERTQSIsInR5cCI6IndwdCtqd3QifQ.eyJhdWQiOiJodHRwczovL3dvcmtsb2FkLmV4YW1wbGUuY29tL3BhdGgiLCJleHAiOjE3NDU1MTAwMTYsImp0aSI6Il9fYndjNEVTQzNhY2MyTFRDMS1feCIsInd0aCI6Ilg5d2lQZ3EzamxTR3pBZWdIQ0doTk8xbEpnVWJEb0kxTWprYXQ1UUhKQjAifQ.sa5ZYHTeCx4AsurafaBJ2rrMnE7TBHBB47ZUT7yoiyz2lcGY5XAnpGPjPnzeRroJJiR7Nr_C5J7mexxrsHM3CQ",
    access_token: None,
};

impl Example {
    fn judge(&self, profile: Profile, signature: &str, access: Option<&str>) -> Result<(), Reason> {
        let token = format!("{EXAMPLE}.{signature}");
        let workload = workload(&token);
        let expected = Expected {
            target: "https://workload.example.com/path",
            token_hash: &sha256(&[token.as_bytes()]),
            key: &workload.key,
        };
        let rules = Rules {
            profile,
            max_lifetime: Duration::from_mins(1),
            max_ahead: Duration::from_secs(10),
            algorithms: vec![Algorithm::Ed25519],
        };
        let own = match self.profile {
            Profile::Wpt01 => ("workload-proof-token", self.proof.to_owned()),
            Profile::Wpt02 => ("authorization", format!("WPT {}", self.proof)),
        };
        let access = access.map(|token| format!("Bearer {token}"));
        let mut fields = vec![(own.0, own.1.as_str())];
        fields.extend(access.as_deref().map(|value| ("authorization", value)));
        let head = head("GET", "/path", &fields);
        verify(&rules, &head, &expected, THEN, &Pure).map(|_| ())
    }
}

/// What the token of an example says, once its signature held.
fn workload(token: &str) -> Workload {
    let set = KeySet::parse(SERVER.as_bytes()).unwrap();
    let jws = Untrusted::parse(token, LIMITS).unwrap();
    let Selection::One(key) = set.select(jws.key_id(), Algorithm::Es256) else {
        panic!("no key")
    };
    let key: &PublicKey = key.key();
    let claims = jws.verify(Algorithm::Es256, key, &Pure).unwrap();
    let claims: Json = claims.into_claims();
    Workload::read(&claims, "example.com").unwrap()
}

#[test]
fn the_worked_examples_verify() {
    for example in [&OLD, &NEW] {
        let token = format!("{EXAMPLE}.{}", example.signature);
        let workload = workload(&token);
        assert_eq!(workload.subject, "wimse://example.com/specific-workload");
        assert_eq!(workload.id.as_deref(), Some("x-_1CTL2cca3CSE4cwb_l"));
        assert_eq!(workload.key.algorithm_name(), "EdDSA");
        let judged = example.judge(example.profile, example.signature, example.access_token);
        assert_eq!(judged, Ok(()), "{:?}", example.profile);
    }
}

#[test]
fn the_worked_examples_verify_for_nothing_else() {
    let (old, new) = (OLD.signature, NEW.signature);
    for (what, judged, reason) in [
        (
            "old without its access token",
            OLD.judge(OLD.profile, old, None),
            Reason::ProofToken,
        ),
        (
            "old with another access token",
            OLD.judge(OLD.profile, old, Some("x")),
            Reason::ProofToken,
        ),
        (
            "old beside the new token",
            OLD.judge(OLD.profile, new, OLD.access_token),
            Reason::ProofToken,
        ),
        (
            "new beside the old token",
            NEW.judge(NEW.profile, old, None),
            Reason::ProofToken,
        ),
        (
            "old under the new draft",
            OLD.judge(Profile::Wpt02, old, None),
            Reason::ProofMissing,
        ),
        (
            "new under the old draft",
            NEW.judge(Profile::Wpt01, new, None),
            Reason::ProofMissing,
        ),
    ] {
        assert_eq!(judged, Err(reason), "{what}");
    }
}
