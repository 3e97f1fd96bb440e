use std::cell::{Cell, RefCell};

use prost::Message as _;

use super::*;
use crate::crypto::envoy::{Arguments, Envoy};
use crate::crypto::native::{Functions, Native};
use crate::testing::test;

const BY_HOST: [Algorithm; 3] = [Algorithm::Es256, Algorithm::Es384, Algorithm::Rs256];

/// A host that answers with these bytes, whatever it is asked.
struct Answers(Option<&'static [u8]>);

impl Functions for Answers {
    fn verify_signature(&self, _arguments: &[u8]) -> Option<Vec<u8>> {
        self.0.map(<[u8]>::to_vec)
    }
}

/// Envoy until it is told to answer otherwise. Remembers what it was asked.
#[derive(Default)]
struct Fickle {
    turned: Cell<Option<Answers>>,
    asked: RefCell<Vec<Arguments>>,
}

impl Functions for &Fickle {
    fn verify_signature(&self, arguments: &[u8]) -> Option<Vec<u8>> {
        self.asked
            .borrow_mut()
            .push(Arguments::decode(arguments).unwrap());
        match self.turned.take() {
            Some(answers) => {
                let answer = answers.verify_signature(arguments);
                self.turned.set(Some(answers));
                answer
            }
            None => Envoy.verify_signature(arguments),
        }
    }
}

#[test]
fn a_host_that_tells_good_from_bad_is_used() {
    let native = Native::self_tested(Envoy);
    assert_eq!(native.algorithms().collect::<Vec<_>>(), BY_HOST);
    for known in &KNOWN_ANSWERS {
        let key = known.key().unwrap();
        let verify = |message| native.verify(known.algorithm, &key, message, known.signature);
        assert_eq!(verify(known.message), Ok(Engine::Host));
        assert_eq!(verify(known.other_message), Err(InvalidSignature));
    }
}

#[test]
fn a_host_that_does_not_is_not() {
    let rows: [Option<&'static [u8]>; 11] = [
        None,
        Some(b"\x08\x01"),
        Some(b""),
        Some(b"\x08\x00"),
        Some(b"\x08"),
        Some(b"\x01"),
        Some(b"\x08\x02"),
        Some(b"\x08\x81\x00"),
        Some(b"\x08\x01\x12\x00"),
        Some(b"\x12\x02no\x08\x01"),
        Some(b"true"),
    ];
    for row in rows {
        let native = Native::self_tested(Answers(row));
        assert_eq!(native.algorithms().count(), 0, "{row:?}");
        let key = SigningKey::es256(7);
        let verify =
            |signature: &[u8]| native.verify(Algorithm::Es256, &key.public(), MESSAGE, signature);
        assert_eq!(verify(&key.sign(MESSAGE)), Ok(Engine::Pure), "{row:?}");
        assert_eq!(
            verify(&key.sign(b"another")),
            Err(InvalidSignature),
            "{row:?}"
        );
    }
}

#[test]
fn a_host_may_be_trusted_with_some_algorithms_alone() {
    struct NoP384;
    impl Functions for NoP384 {
        fn verify_signature(&self, arguments: &[u8]) -> Option<Vec<u8>> {
            let known = Arguments::decode(arguments).unwrap().hash_function == "sha256";
            if known {
                Envoy.verify_signature(arguments)
            } else {
                Some(Vec::new())
            }
        }
    }
    let native = Native::self_tested(NoP384);
    assert_eq!(
        native.algorithms().collect::<Vec<_>>(),
        [Algorithm::Es256, Algorithm::Rs256]
    );
    let key = SigningKey::es384(7);
    let signature = key.sign(MESSAGE);
    assert_eq!(
        native.verify(Algorithm::Es384, &key.public(), MESSAGE, &signature),
        Ok(Engine::Pure)
    );
}

#[test]
fn a_host_that_turns_after_the_test() {
    // (what it answers then, what a good signature gets, what a bad one gets)
    let rows: [(Option<&'static [u8]>, _); 4] = [
        (None, Ok(Engine::Pure)),
        (Some(b""), Err(InvalidSignature)),
        (Some(b"\x12\x02no"), Err(InvalidSignature)),
        (Some(b"\x08\x01\x08\x01"), Err(InvalidSignature)),
    ];
    for (answer, expected) in rows {
        let host = Fickle::default();
        let native = Native::self_tested(&host);
        host.turned.set(Some(Answers(answer)));
        for known in &KNOWN_ANSWERS {
            let key = known.key().unwrap();
            let verify = |message| native.verify(known.algorithm, &key, message, known.signature);
            assert_eq!(verify(known.message), expected, "{answer:?}");
            assert_eq!(
                verify(known.other_message),
                Err(InvalidSignature),
                "{answer:?}"
            );
        }
    }
}

#[test]
fn the_host_is_asked_for_what_it_can_do_and_told_the_hash() {
    let host = Fickle::default();
    let native = Native::self_tested(&host);
    host.asked.borrow_mut().clear();

    let key = SigningKey::ed25519(7);
    let signature = key.sign(MESSAGE);
    let verdict = native.verify(Algorithm::Ed25519, &key.public(), MESSAGE, &signature);
    assert_eq!(verdict, Ok(Engine::Pure));
    let rsa = known(Algorithm::Rs256);
    let rsa_key = rsa.key().unwrap();
    assert!(
        native
            .verify(Algorithm::Ps256, &rsa_key, MESSAGE, rsa.signature)
            .is_err()
    );
    assert!(
        host.asked.borrow().is_empty(),
        "nothing that the host cannot do"
    );

    for (key, hash) in [
        (SigningKey::es256(7), "sha256"),
        (SigningKey::es384(7), "sha384"),
    ] {
        let signature = key.sign(MESSAGE);
        assert_eq!(
            native.verify(key.algorithm(), &key.public(), MESSAGE, &signature),
            Ok(Engine::Host)
        );
        let asked = host.asked.borrow_mut().pop().unwrap();
        assert_eq!(
            (asked.hash_function.as_str(), &asked.text[..]),
            (hash, MESSAGE)
        );
        assert_eq!(asked.public_key, key.public().spki());
        assert_eq!(asked.signature.first(), Some(&0x30), "DER");
        assert_eq!(asked.public_key_pem, "");
    }
    assert_eq!(
        native.verify(Algorithm::Rs256, &rsa_key, rsa.message, rsa.signature),
        Ok(Engine::Host)
    );
    let asked = host.asked.borrow_mut().pop().unwrap();
    assert_eq!(
        (asked.hash_function.as_str(), &asked.signature[..]),
        ("sha256", rsa.signature)
    );
    assert!(host.asked.borrow().is_empty());
}

#[test]
fn no_forgery_passes_and_none_out_of_range_reaches_the_host() {
    let host = Fickle::default();
    let native = Native::self_tested(&host);
    for (name, algorithm, key, signature) in forgeries() {
        host.asked.borrow_mut().clear();
        assert_eq!(
            native.verify(algorithm, &key, MESSAGE, &signature),
            Err(InvalidSignature),
            "{algorithm:?} {name}"
        );
        let in_range = [
            "r = s = 1",
            "r and s exchanged",
            "one bit",
            "another key's",
            "zero",
            "the modulus",
            "all ones",
        ];
        assert!(
            in_range.contains(&name) || host.asked.borrow().is_empty(),
            "{name}"
        );
    }
}
