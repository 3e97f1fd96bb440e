//! One valid request, what it proves, and what the rules change.

use super::*;
use crate::crypto::Engine;
use crate::crypto::digest::sha256;
use crate::testing::{Counting, test};

pub(super) const ID: &str = "client-1";
const COVERED: &str = r#""@method" "@authority" "@path" "@query" "authorization" "content-digest""#;

pub(super) fn signing() -> SigningKey {
    SigningKey::ed25519(5)
}

/// What a route would ask for.
fn strict_rules() -> Rules {
    Rules {
        tag: Some("pay".to_owned()),
        components: ["@method", "@authority", "@path", "@query", "content-digest"]
            .map(component)
            .to_vec(),
        when_present: vec!["content-type".to_owned()],
        nonce: Presence::Required,
        texts: vec!["app"],
        ..permissive()
    }
}

/// Parameters of the valid signature.
fn parameters() -> String {
    format!(r#";created={NOW_SECS};nonce="n-1";keyid="{ID}";app="shop";tag="pay""#)
}

pub(super) fn input() -> String {
    format!("({COVERED} \"content-type\"){}", parameters())
}

pub(super) fn good() -> Request {
    Request::good().signed(&signing(), &input())
}

/// The good request with this in place of that in what was to be signed.
pub(super) fn input_with(from: &str, to: &str) -> Request {
    let input = input();
    assert!(input.contains(from), "{from}");
    Request::good().signed(&signing(), &input.replace(from, to))
}

fn judge_by(rules: &Rules, request: &Request) -> Result<Signed, Reason> {
    let key = public(&signing());
    let key = Key {
        jwk: &key,
        id: Some(ID),
    };
    request.judged(rules, key, NOW)
}

pub(super) fn judge(request: &Request) -> Result<Signed, Reason> {
    judge_by(&strict_rules(), request)
}

#[test]
fn a_good_signature_is_evidence_of_its_key() {
    let signed = judge(&good()).unwrap();
    let key = public(&signing());
    assert_eq!(signed.proven.thumbprint(), key.thumbprint());
    assert_eq!(signed.proven.method(), Method::HttpSignature);
    assert_eq!(signed.proven.engine(), Engine::Pure);
    assert_eq!(signed.proven.issued_at(), NOW);
    assert_eq!(signed.proven.id(), &sha256(&[b"n-1"]));
    assert_eq!(signed.texts, ["shop"]);
    let content = signed.content.unwrap();
    assert_eq!(content.verify(b"{\"hello\": \"world\"}"), Ok(()));
}

#[test]
fn without_a_nonce_the_base_names_the_signature() {
    let rules = Rules {
        nonce: Presence::Optional,
        ..strict_rules()
    };
    let request = input_with(";nonce=\"n-1\"", "");
    let signed = judge_by(&rules, &request).unwrap();
    let base = request.base().unwrap();
    assert_eq!(signed.proven.id(), &sha256(&[base.as_bytes()]));
}

#[test]
fn signatures_with_other_tags_and_their_order_say_nothing() {
    let fields = good().fields;
    let value = |name: &str| {
        let field = fields.iter().find(|(own, _)| own == name);
        String::from_utf8(field.unwrap().1.clone()).unwrap()
    };
    let (input, signature) = (value("signature-input"), value("signature"));
    let rest = good().without("signature-input").without("signature");
    for other in [
        "(\"@status\");tag=\"x\"",
        "()",
        "();tag=pay",
        "();created=\"x\"",
    ] {
        for (inputs, signatures) in [
            (
                format!("o={other}, {input}"),
                format!("o=:AAAA:, {signature}"),
            ),
            (
                format!("{input}, o={other}"),
                format!("o=:AAAA:, {signature}"),
            ),
        ] {
            let request = rest
                .clone()
                .with("signature-input", &inputs)
                .with("signature", &signatures);
            assert!(judge(&request).is_ok(), "{inputs}");
        }
    }
    let lines = rest
        .with("signature-input", "o=()")
        .with("signature", "o=::")
        .with("signature-input", &input)
        .with("signature", &signature);
    assert!(judge(&lines).is_ok());
}

#[test]
fn parameters_may_be_required_or_forbidden() {
    use Presence::{Forbidden, Optional, Required};
    let change = |set: &dyn Fn(&mut Rules)| {
        let mut rules = strict_rules();
        set(&mut rules);
        rules
    };
    let malformed = Some(Reason::ProofMalformed);
    for (rules, request, reason) in [
        (change(&|it| it.expires = Required), good(), malformed),
        (change(&|it| it.alg = Required), good(), malformed),
        (change(&|it| it.keyid = Forbidden), good(), malformed),
        (change(&|it| it.nonce = Forbidden), good(), malformed),
        (change(&|it| it.nonce = Optional), good(), None),
        (
            change(&|it| it.alg = Forbidden),
            input_with(";app", ";alg=\"ed25519\";app"),
            malformed,
        ),
        (
            change(&|it| it.expires = Forbidden),
            input_with(";app", &format!(";expires={NOW_SECS};app")),
            malformed,
        ),
        (
            change(&|it| it.expires = Required),
            input_with(";app", &format!(";expires={NOW_SECS};app")),
            None,
        ),
    ] {
        assert_eq!(judge_by(&rules, &request).err(), reason);
    }
}

#[test]
fn a_request_without_a_body_needs_no_digest() {
    let input = input().replace(" \"content-digest\"", "");
    let mut request = Request::good().without("content-digest");
    request.alone = true;
    let signed = judge(&request.clone().signed(&signing(), &input)).unwrap();
    assert_eq!(signed.content, None);
    request.alone = false;
    let refused = judge(&request.signed(&signing(), &input)).err();
    assert_eq!(refused, Some(Reason::ProofCoverage));
}

/// S13: one algorithm fits, or none does. A key without `alg` that fits two needs `alg`.
#[test]
fn the_key_and_the_rules_settle_the_algorithm() {
    let key = public(&signing());
    let both = [Algorithm::Ed25519, Algorithm::Es256].to_vec();
    for (algorithms, id, reason) in [
        (both, None, None),
        (vec![Algorithm::Es256], None, Some(Reason::ProofAlgorithm)),
        (Vec::new(), None, Some(Reason::ProofAlgorithm)),
        // A key that the token holds is not chosen by keyid.
        (vec![Algorithm::Ed25519], None, None),
        (
            vec![Algorithm::Ed25519],
            Some("x"),
            Some(Reason::ProofKeyMismatch),
        ),
    ] {
        let rules = Rules {
            algorithms,
            ..strict_rules()
        };
        let verdict = good().judged(&rules, Key { jwk: &key, id }, NOW);
        assert_eq!(verdict.err(), reason);
    }
    for signing in [SigningKey::es256(5), SigningKey::es384(5)] {
        let request = Request::good().signed(&signing, &input());
        let key = public(&signing);
        let key = Key {
            jwk: &key,
            id: Some(ID),
        };
        assert!(request.judged(&strict_rules(), key, NOW).is_ok());
    }
}

#[test]
fn only_a_signature_that_passed_all_else_costs_one() {
    let counting = Counting::default();
    let key = public(&signing());
    let key = Key {
        jwk: &key,
        id: Some(ID),
    };
    for (from, to) in [
        ("\"@query\"", ""),
        ("\"@query\"", "\"@query\" \"x\""),
        (ID, "client-2"),
        (";nonce=\"n-1\"", ""),
        ("created=1", "created=2"),
    ] {
        let (head, target, origin) = input_with(from, to).parts();
        let message = Message {
            head: &head,
            target: &target,
            origin: &origin,
        };
        assert!(verify(&strict_rules(), &message, key, NOW, &counting).is_err());
    }
    assert_eq!(counting.calls.get(), 0);
}

#[test]
fn a_challenge_says_what_to_sign() {
    let rules = strict_rules();
    assert_eq!(
        rules.accept_signature(true).as_deref(),
        Some(r#"sig=("@method" "@authority" "@path" "@query" "content-digest");created;tag="pay""#)
    );
    let rules = Rules {
        tag: None,
        expires: Presence::Required,
        ..rules
    };
    assert_eq!(
        rules.accept_signature(false).as_deref(),
        Some(r#"sig=("@method" "@authority" "@path" "@query");created;expires"#)
    );
}
