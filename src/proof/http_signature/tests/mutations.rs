//! Single changes of the valid request, and what each gives.

use super::checks::{ID, good, input, input_with, judge, signing};
use super::*;
use crate::testing::test;
use Change::{Add, Drop, Set, Sign, With};
use Reason as R;

/// What is changed.
enum Change {
    /// This, in what is signed, into that.
    Sign(&'static str, &'static str),
    /// A field more, before it is signed.
    With(&'static str, &'static str),
    /// A line more, after.
    Add(&'static str, &'static str),
    /// The value of a field, after.
    Set(&'static str, &'static str),
    /// A field less, after.
    Drop(&'static str),
}

impl Change {
    fn of_good(&self) -> Request {
        match self {
            Sign(from, to) => input_with(from, to),
            With(name, value) => Request::good()
                .with(name, value)
                .signed(&signing(), &input()),
            Add(name, value) => good().with(name, value),
            Set(name, value) => good().without(name).with(name, value),
            Drop(name) => good().without(name),
        }
    }
}

#[rustfmt::skip]
const TABLE: &[(&str, Change, Option<Reason>)] = &[
    // S10
    ("no input", Drop("signature-input"), Some(R::ProofMissing)),
    ("no signature", Drop("signature"), Some(R::ProofMissing)),
    ("alike input", Add("signature_input", "a=()"), Some(R::ProofMalformed)),
    ("broken input", Set("signature-input", "sig=("), Some(R::ProofMalformed)),
    ("broken signature", Set("signature", "sig=:"), Some(R::ProofMalformed)),
    ("an input that is an item", Set("signature-input", "sig=1"), Some(R::ProofMalformed)),
    ("a signature that is a list", Set("signature", "sig=(:AA==:)"), Some(R::ProofMalformed)),
    ("a signature that is a text", Set("signature", "sig=\"AA==\""), Some(R::ProofMalformed)),
    ("a label twice in the input", Add("signature-input", "sig=()"), Some(R::ProofMalformed)),
    ("a label twice in the signature", Add("signature", "sig=::"), Some(R::ProofMalformed)),
    ("a label in the input alone", Add("signature-input", "o=()"), Some(R::ProofMalformed)),
    ("a label in the signature alone", Add("signature", "o=::"), Some(R::ProofMalformed)),
    ("another label", Set("signature", "gis=::"), Some(R::ProofMalformed)),
    ("a parameter twice", Sign(";nonce", ";created=1;nonce"), Some(R::ProofMalformed)),
    // S11
    ("another tag", Sign("\"pay\"", "\"play\""), Some(R::ProofMissing)),
    ("no tag", Sign(";tag=\"pay\"", ""), Some(R::ProofMissing)),
    ("a tag that is a token", Sign("\"pay\"", "pay"), Some(R::ProofMissing)),
    // S4, S12
    ("no created", Sign(";created=1700000000", ""), Some(R::ProofMalformed)),
    ("created is a text", Sign("=1700000000", "=\"1700000000\""), Some(R::ProofMalformed)),
    ("created is a decimal", Sign("=1700000000", "=1700000000.0"), Some(R::ProofMalformed)),
    ("created is a date", Sign("=1700000000", "=@1700000000"), Some(R::ProofMalformed)),
    ("as old as may be", Sign("=1700000000", "=1699999940"), None),
    ("too old", Sign("=1700000000", "=1699999939"), Some(R::ProofExpired)),
    ("as far ahead as may be", Sign("=1700000000", "=1700000010"), None),
    ("too far ahead", Sign("=1700000000", "=1700000011"), Some(R::ProofEarly)),
    ("expires now", Sign(";nonce", ";expires=1700000000;nonce"), None),
    ("expired", Sign(";nonce", ";expires=1699999999;nonce"), Some(R::ProofExpired)),
    ("expires is a text", Sign(";nonce", ";expires=\"x\";nonce"), Some(R::ProofMalformed)),
    ("no nonce", Sign(";nonce=\"n-1\"", ""), Some(R::ProofMalformed)),
    ("an empty nonce", Sign("n-1", ""), Some(R::ProofMalformed)),
    ("a nonce that is a token", Sign("\"n-1\"", "n-1"), Some(R::ProofMalformed)),
    ("no text that must be there", Sign(";app=\"shop\"", ""), Some(R::ProofMalformed)),
    ("a text that is a token", Sign("\"shop\"", "shop"), Some(R::ProofMalformed)),
    ("an unknown parameter", Sign(";app", ";x=1;app"), None),
    // S13
    ("no keyid", Sign(";keyid=\"client-1\"", ""), Some(R::ProofKeyMismatch)),
    ("another keyid", Sign(ID, "client-2"), Some(R::ProofKeyMismatch)),
    ("a keyid that is a token", Sign("\"client-1\"", ID), Some(R::ProofMalformed)),
    ("its alg", Sign(";app", ";alg=\"ed25519\";app"), None),
    ("another alg", Sign(";app", ";alg=\"ecdsa-p256-sha256\";app"), Some(R::ProofAlgorithm)),
    ("a JOSE alg", Sign(";app", ";alg=\"EdDSA\";app"), Some(R::ProofAlgorithm)),
    ("a shared key's alg", Sign(";app", ";alg=\"hmac-sha256\";app"), Some(R::ProofAlgorithm)),
    ("an alg that is a token", Sign(";app", ";alg=ed25519;app"), Some(R::ProofMalformed)),
    // S1, S2, S3, S16
    ("a component twice", Sign("\"@path\"", "\"@path\" \"@path\""), Some(R::ProofComponent)),
    ("a component of a response", Sign("\"@path\"", "\"@path\" \"@status\""), Some(R::ProofComponent)),
    ("one of the request of a response", Sign("\"@path\"", "\"@path\" \"x\";req"), Some(R::ProofComponent)),
    ("a trailer", Sign("\"@path\"", "\"@path\" \"x\";tr"), Some(R::ProofComponent)),
    ("a field that is not there", Sign("\"@path\"", "\"@path\" \"x\""), Some(R::ProofComponent)),
    ("a signature over a signature", Sign("\"@path\"", "\"@path\" \"signature\""), Some(R::ProofComponent)),
    // S12
    ("no method", Sign("\"@method\"", ""), Some(R::ProofCoverage)),
    ("no authority", Sign("\"@authority\"", ""), Some(R::ProofCoverage)),
    ("no path", Sign("\"@path\"", ""), Some(R::ProofCoverage)),
    ("no query", Sign("\"@query\"", ""), Some(R::ProofCoverage)),
    ("no credential", Sign("\"authorization\"", ""), Some(R::ProofCoverage)),
    ("no digest", Sign("\"content-digest\"", ""), Some(R::ProofCoverage)),
    ("no type, which is there", Sign(" \"content-type\"", ""), Some(R::ProofCoverage)),
    ("one digest alone", Sign("\"content-digest\"", "\"content-digest\";key=\"sha-256\""), Some(R::ProofCoverage)),
    ("a strict digest", Sign("\"content-digest\"", "\"content-digest\";sf"), None),
    ("a DPoP proof", With("dpop", "x"), Some(R::ProofCoverage)),
    ("a transaction token", With("txn-token", "x"), Some(R::ProofCoverage)),
    ("a workload token", With("workload-identity-token", "x"), Some(R::ProofCoverage)),
    ("a field like one", With("txn_token", "x"), Some(R::ProofCoverage)),
    // S14
    ("another base", Set("content-type", "text/plain"), Some(R::ProofSignature)),
    ("an empty signature", Set("signature", "sig=::"), Some(R::ProofSignature)),
    // S15
    ("a digest that is none", Set("content-digest", "md5=:AA==:"), Some(R::ContentDigestMissing)),
];

#[test]
fn each_mutation_has_its_reason() {
    assert!(judge(&good()).is_ok());
    for (name, change, reason) in TABLE {
        assert_eq!(judge(&change.of_good()).err(), *reason, "{name}");
    }
}

#[test]
fn a_second_signature_of_the_same_tag_refuses() {
    let request = good()
        .with("signature-input", "o=();tag=\"pay\"")
        .with("signature", "o=::");
    assert_eq!(judge(&request).err(), Some(R::ProofRepeated)); // S11
}

#[test]
fn a_nonce_has_a_greatest_length() {
    for (length, reason) in [(256, None), (257, Some(R::ProofMalformed))] {
        let request =
            Request::good().signed(&signing(), &input().replace("n-1", &"n".repeat(length)));
        assert_eq!(judge(&request).err(), reason);
    }
}

#[test]
fn only_its_key_makes_a_signature() {
    let request = Request::good().signed(&SigningKey::ed25519(6), &input());
    assert_eq!(judge(&request).err(), Some(R::ProofSignature));
}

/// The base holds the one serialisation of the list, however it was spaced.
#[test]
fn white_space_in_the_list_says_nothing() {
    let spaced = format!("sig={}", input().replace(" \"@path\"", "   \"@path\""));
    let request = good()
        .without("signature-input")
        .with("signature-input", &spaced);
    assert!(judge(&request).is_ok());
}
