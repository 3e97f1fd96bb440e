//! The worked examples of the profile, old and new. What a single change does is in the flow table.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_in_result,
    reason = "what cannot be built ends the test; the result is the verdict"
)]

use super::*;
use crate::crypto::Pure;
use crate::http::RequestHead;
use crate::http::origin::Origin;
use crate::http::target::Target;
use crate::jose::{Limits, Untrusted};
use crate::testing::test;
use crate::token::workload::Workload;
use std::time::Duration;

const TARGET: &str = "https://svcb.example.com/gimme-ice-cream";

/// A worked example: its token, its signature, and when it was made. The key of the issuer is not
/// published, so the token is taken as given.
struct Example {
    token: &'static str,
    input: &'static str,
    signature: &'static str,
    created: i64,
}

/// draft-ietf-wimse-http-signature-07, the request of its example.
const NEW: Example = Example {
    token: "eyJhbGciOiJFZERTQSIsImtpZCI6Imlzc3Vlci1rZXkiLCJ0eXAiOiJ3aXQrand0In0.eyJjbmYiOnsiandrIjp7ImFsZyI6IkVkRFNBIiwiY3J2IjoiRWQyNTUxOSIsImtpZCI6InN2Yy1hLWtleSIsImt0eSI6Ik9LUCIsIngiOiI1SXNGZE8xdno4b1pXZ3dmQ1RMSzNLNmFXSUhGSXozbDB2WktjQ3NfQzNrIn19LCJleHAiOjE3ODgyOTkyMjQsImlhdCI6MTc4ODI5ODkyNCwiaXNzIjoiaHR0cHM6Ly9leGFtcGxlLmNvbS9pc3N1ZXIiLCJqdGkiOiJ3aXQtMTc4ODI5ODkyNDI4MTA3NzA3OSIsInN1YiI6IndpbXNlOi8vZXhhbXBsZS5jb20vc3ZjQSJ9.vCWuTey47Aom9frOm1pfcB2TzL1IdwXl5mvs0Plf7S4zcsZjY7qJkiCfAgkrDVXYt1hBhjgvrxsi6E1QoT1nDA",
    input: r#"sig1=("@method" "@path" "@query" "workload-identity-token");created=1788298924;expires=1788299224;nonce="abcd1111";tag="wimse-workload-to-workload";wimse-aud="https://svcb.example.com/gimme-ice-cream";wimse-sign-response"#,
    signature: "sig1=:rMpSBQIFBnFHVlukNhJS2+xEy0aOlB0sPfmgMmZBv+8fDoB8QFoEkgbXhAlIfqhA5Xmttq1rtR+Hg4mpcMpbAQ==:",
    created: 1_788_298_924,
};

/// draft-ietf-wimse-http-signature-06, the request of its example.
const OLD: Example = Example {
    token: "eyJhbGciOiJFZERTQSIsImtpZCI6Imlzc3Vlci1rZXkiLCJ0eXAiOiJ3aXQrand0In0.eyJjbmYiOnsiandrIjp7ImFsZyI6IkVkRFNBIiwiY3J2IjoiRWQyNTUxOSIsImtpZCI6InN2Yy1hLWtleSIsImt0eSI6Ik9LUCIsIngiOiJaamxWVDRDT3NDa1FPOUhJbzZ0RFdBWGF5UTBNeW1vRlVLSlJJUTdTOFI4In19LCJleHAiOjE3ODUxNTYwOTcsImlhdCI6MTc4NTE1NTc5NywiaXNzIjoiaHR0cHM6Ly9leGFtcGxlLmNvbS9pc3N1ZXIiLCJqdGkiOiJ3aXQtMTc4NTE1NTc5NzIxNjU0NTcxOSIsInN1YiI6IndpbXNlOi8vZXhhbXBsZS5jb20vc3ZjQSJ9.BqJfcsbrYlS9GSQ7NpFBBVz4CeszShqleIyr2sSnd0Ic6l2HXX27giZcdAOGnXjtv_7h-9vV16GZbVcrQt6hCg",
    input: r#"wimse=("@method" "@request-target" "workload-identity-token");created=1785155797;expires=1785156097;nonce="abcd1111";tag="wimse-workload-to-workload";wimse-aud="https://svcb.example.com/gimme-ice-cream";wimse-sign-response"#,
    signature: "wimse=:zSK+kx5EnoZct9FZ6LMYzfx0mk32oI/hHpB7y4rgHxkRDcAA72yBW5xgzA03nKviXLjL7nphq840Uwznp6IKAw==:",
    created: 1_785_155_797,
};

fn window() -> Window {
    Window {
        max_age: Duration::from_mins(5),
        max_ahead: Duration::from_secs(10),
    }
}

impl Example {
    /// The request, with more fields, to this path, for this judge.
    fn judge<T>(
        &self,
        path: &str,
        more: &[(&str, &str)],
        judge: impl FnOnce(&Message<'_>, &ProofKey) -> T,
    ) -> T {
        let fields = [
            (":method", "GET"),
            (":path", path),
            (":authority", "svcb.example.com"),
            ("workload-identity-token", self.token),
            ("signature-input", self.input),
            ("signature", self.signature),
        ];
        let pairs = fields.iter().chain(more);
        let pairs = pairs.map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
        let head = RequestHead::new(pairs.collect()).unwrap().alone();
        let limits = Limits {
            bytes: 4096,
            depth: 8,
        };
        let jws = Untrusted::parse(self.token, limits).unwrap();
        let workload = Workload::read(jws.unverified_claims(), "example.com").unwrap();
        assert_eq!(workload.subject, "wimse://example.com/svcA");
        let message = Message {
            head: &head,
            target: &Target::parse(path).unwrap(),
            origin: &Origin::parse("https://svcb.example.com").unwrap(),
        };
        judge(&message, &workload.key)
    }

    fn under_the_profile(
        &self,
        path: &str,
        more: &[(&str, &str)],
        target: &str,
        after: i64,
    ) -> Result<Shown, Reason> {
        let rules = Rules::of(window(), vec![Algorithm::Ed25519]).unwrap();
        let now = UnixTime::from_secs(self.created + after);
        self.judge(path, more, |message, key| {
            verify(&rules, message, target, key, now, &Pure)
        })
    }
}

const PATH: &str = "/gimme-ice-cream?flavor=vanilla";

#[test]
fn the_example_of_the_draft_verifies() {
    let shown = NEW.under_the_profile(PATH, &[], TARGET, 10).unwrap();
    assert_eq!(shown.proven.method(), Method::WimseSignature);
    assert_eq!(shown.proven.issued_at(), UnixTime::from_secs(NEW.created));
    assert_eq!((shown.transaction, shown.content), (None, None));
}

#[test]
fn the_example_verifies_for_nothing_else() {
    let judge = |path: &str, more: &[(&str, &str)]| {
        NEW.under_the_profile(path, more, TARGET, 10).map(|_| ())
    };
    for (what, judged, reason) in [
        (
            "another query",
            judge("/gimme-ice-cream?flavor=mint", &[]),
            Reason::ProofSignature,
        ),
        (
            "another path",
            judge("/gimme?flavor=vanilla", &[]),
            Reason::ProofSignature,
        ),
        (
            "an access token beside it",
            judge(PATH, &[("authorization", "Bearer a")]),
            Reason::ProofCoverage,
        ),
        (
            "a transaction token beside it",
            judge(PATH, &[("txn-token", "a.b.c")]),
            Reason::ProofCoverage,
        ),
        (
            "a type beside it",
            judge(PATH, &[("content-type", "text/plain")]),
            Reason::ProofCoverage,
        ),
        (
            "another audience",
            NEW.under_the_profile(PATH, &[], "https://svcc.example.com/gimme-ice-cream", 10)
                .map(|_| ()),
            Reason::ProofTarget,
        ),
        (
            "after its end",
            NEW.under_the_profile(PATH, &[], TARGET, 301).map(|_| ()),
            Reason::ProofExpired,
        ),
    ] {
        assert_eq!(judged, Err(reason), "{what}");
    }
}

/// The older draft covers the target in another way: good by RFC 9421, but not by this profile.
#[test]
fn the_example_of_the_older_draft_is_of_another_profile() {
    let refused = OLD.under_the_profile(PATH, &[], TARGET, 10);
    assert_eq!(refused, Err(Reason::ProofCoverage));
    let Rules(mut rules) = Rules::of(window(), vec![Algorithm::Ed25519]).unwrap();
    rules.components = Vec::new();
    let now = UnixTime::from_secs(OLD.created + 10);
    let verified = OLD.judge(PATH, &[], |message, key| {
        let key = Key {
            jwk: key.key(),
            id: None,
        };
        http_signature::verify(&rules, message, key, now, &Pure).map(|_| ())
    });
    assert_eq!(verified, Ok(()));
}
