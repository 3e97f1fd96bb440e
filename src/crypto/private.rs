//! The gate's own private keys, and signatures with them: ES256, by the host or in the module.

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::{DecodePrivateKey as _, EncodePrivateKey as _};
use prost::encoding::{WireType, encode_key, encode_varint};
use std::fmt;

use crate::crypto::{Algorithm, Engine, PublicKey, Pure, Verifier};

/// A private key on P-256. It never shows itself.
pub struct PrivateKey {
    key: SigningKey,
    /// PKCS#8 in DER, as the host wants it.
    document: Vec<u8>,
}

/// The text is not a private key on P-256 in PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPrivateKey;

impl fmt::Debug for PrivateKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PrivateKey")
    }
}

impl PrivateKey {
    /// Reads a key from PKCS#8 in PEM (`BEGIN PRIVATE KEY`, RFC 5958, RFC 7468 section 10).
    ///
    /// # Errors
    /// [`BadPrivateKey`], also for a key on another curve or of another kind.
    pub fn from_pem(text: &str) -> Result<Self, BadPrivateKey> {
        let key = SigningKey::from_pkcs8_pem(text.trim()).map_err(|_| BadPrivateKey)?;
        let document = key.to_pkcs8_der().map_err(|_| BadPrivateKey)?;
        Ok(Self {
            key,
            document: document.as_bytes().to_vec(),
        })
    }

    /// The affine coordinates of the public key, 32 bytes each.
    #[must_use]
    pub fn coordinates(&self) -> ([u8; 32], [u8; 32]) {
        let point = self.key.verifying_key().to_encoded_point(false);
        let number = |bytes: Option<&p256::FieldBytes>| bytes.map_or([0; 32], |it| (*it).into());
        (number(point.x()), number(point.y()))
    }

    /// The signature of the message in the module: deterministic (RFC 6979).
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        let signature: Signature = self.key.sign(message);
        signature.to_bytes().into()
    }
}

/// Signs with the gate's key: `r || s`, as a JWS has it (RFC 7518 section 3.4).
pub trait Signer {
    /// The signature, and what made it.
    fn sign(&self, key: &PrivateKey, message: &[u8]) -> ([u8; 64], Engine);
}

impl Signer for Pure {
    fn sign(&self, key: &PrivateKey, message: &[u8]) -> ([u8; 64], Engine) {
        (key.sign(message), Engine::Pure)
    }
}

/// The host's `sign` function.
pub trait SignFunction {
    /// Calls `sign` with its serialized arguments. None where the host has no such function or
    /// refuses the call.
    fn sign(&self, arguments: &[u8]) -> Option<Vec<u8>>;
}

/// Signs through the host where a trial showed that its signatures hold.
#[derive(Debug)]
pub struct NativeSigner<F> {
    functions: F,
    is_trusted: bool,
}

impl<F: SignFunction> NativeSigner<F> {
    /// Has the host sign a message with this key, and verifies what comes of it. Decides which
    /// engine runs, never whether the filter starts.
    pub fn self_tested(functions: F, key: &PrivateKey) -> Self {
        const TRIAL: &[u8] = b"countersign signs through the host";
        let (x, y) = key.coordinates();
        let is_trusted = PublicKey::p256(&x, &y).is_ok_and(|public| {
            ask(&functions, key, TRIAL).is_some_and(|signature| {
                Pure.verify(Algorithm::Es256, &public, TRIAL, &signature)
                    .is_ok()
            })
        });
        Self {
            functions,
            is_trusted,
        }
    }

    /// Whether the host signs.
    #[must_use]
    pub fn is_native(&self) -> bool {
        self.is_trusted
    }
}

impl<F: SignFunction> Signer for NativeSigner<F> {
    /// Where the host no longer answers, the module signs.
    fn sign(&self, key: &PrivateKey, message: &[u8]) -> ([u8; 64], Engine) {
        let signed = self
            .is_trusted
            .then(|| ask(&self.functions, key, message))
            .flatten();
        match signed {
            Some(signature) => (signature, Engine::Host),
            None => Pure.sign(key, message),
        }
    }
}

/// `SignArguments { hash_function, private_key, text }` to `SignResult { result, signature }`.
fn ask(functions: &impl SignFunction, key: &PrivateKey, message: &[u8]) -> Option<[u8; 64]> {
    let mut arguments = Vec::with_capacity(message.len().saturating_add(256));
    let fields = [(1, &b"sha256"[..]), (2, &key.document), (3, message)];
    for (number, value) in fields {
        encode_key(number, WireType::LengthDelimited, &mut arguments);
        encode_varint(u64::try_from(value.len()).ok()?, &mut arguments);
        arguments.extend_from_slice(value);
    }
    let answer = functions.sign(&arguments)?;
    let (length, signature) = answer.strip_prefix(&[0x08, 0x01, 0x12])?.split_first()?;
    if usize::from(*length) != signature.len() {
        return None;
    }
    let signature = Signature::from_der(signature).ok()?;
    Some(signature.to_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{gate_key, test};
    use prost::Message as _;
    use std::cell::Cell;

    fn key() -> PrivateKey {
        PrivateKey::from_pem(&gate_key()).unwrap()
    }

    fn public(key: &PrivateKey) -> PublicKey {
        let (x, y) = key.coordinates();
        PublicKey::p256(&x, &y).unwrap()
    }

    #[test]
    fn what_is_signed_in_the_module_holds() {
        let key = key();
        let (signature, engine) = Pure.sign(&key, b"message");
        assert_eq!(engine, Engine::Pure);
        let verify = |message: &[u8]| {
            Pure.verify(Algorithm::Es256, &public(&key), message, &signature)
                .is_ok()
        };
        assert!(verify(b"message"));
        assert!(!verify(b"another"));
        assert_eq!(Pure.sign(&key, b"message").0, signature, "RFC 6979");
        assert_eq!(format!("{key:?}"), "PrivateKey");
    }

    #[test]
    fn nothing_but_a_key_on_the_curve_is_read() {
        let good = gate_key();
        assert!(PrivateKey::from_pem(&format!("\n{good}\n")).is_ok());
        for other in [
            "",
            "secret",
            &good.replace("MIGH", "MIGI"),
            &good.replace("PRIVATE", "PUBLIC"),
            &good.replace("-----END PRIVATE KEY-----", ""),
        ] {
            assert!(PrivateKey::from_pem(other).is_err(), "{other}");
        }
    }

    type Answers = fn(&[u8], usize) -> Option<Vec<u8>>;

    /// A host that answers so to a signature made with its key.
    struct Host<A> {
        answer: A,
        asked: Cell<usize>,
    }

    impl<A: Fn(&[u8], usize) -> Option<Vec<u8>>> SignFunction for Host<A> {
        fn sign(&self, arguments: &[u8]) -> Option<Vec<u8>> {
            self.asked.set(self.asked.get().saturating_add(1));
            (self.answer)(arguments, self.asked.get())
        }
    }

    fn host<A: Fn(&[u8], usize) -> Option<Vec<u8>>>(answer: A) -> Host<A> {
        Host {
            answer,
            asked: Cell::new(0),
        }
    }

    /// What Envoy answers.
    fn signed(arguments: &[u8]) -> Vec<u8> {
        let asked = Arguments::decode(arguments).unwrap();
        assert_eq!(asked.hash_function, "sha256");
        let key = SigningKey::from_pkcs8_der(&asked.private_key).unwrap();
        let signature: Signature = key.sign(&asked.text);
        let der = signature.to_der();
        let bytes = der.as_bytes();
        let length = u8::try_from(bytes.len()).unwrap();
        [&[0x08, 0x01, 0x12, length], bytes].concat()
    }

    /// `SignArguments`, as Envoy declares it.
    #[derive(Clone, PartialEq, prost::Message)]
    struct Arguments {
        #[prost(string, tag = "1")]
        hash_function: String,
        #[prost(bytes = "vec", tag = "2")]
        private_key: Vec<u8>,
        #[prost(bytes = "vec", tag = "3")]
        text: Vec<u8>,
    }

    #[test]
    fn a_host_that_signs_well_is_used() {
        let key = key();
        let signer = NativeSigner::self_tested(host(|it, _| Some(signed(it))), &key);
        assert!(signer.is_native());
        let (signature, engine) = signer.sign(&key, b"message");
        assert_eq!(engine, Engine::Host);
        assert!(
            Pure.verify(Algorithm::Es256, &public(&key), b"message", &signature)
                .is_ok()
        );
    }

    #[test]
    fn a_host_that_does_not_is_not() {
        let key = key();
        let wrong: [Answers; 6] = [
            |_, _| None,
            |_, _| Some(Vec::new()),
            |_, _| Some(vec![0x08, 0x01]),
            |it, _| Some(signed(it).split_off(2)),
            |it, _| {
                let mut answer = signed(it);
                answer.push(0);
                Some(answer)
            },
            |it, _| {
                let mut answer = signed(it);
                if let Some(last) = answer.last_mut() {
                    *last ^= 1;
                }
                Some(answer)
            },
        ];
        for answer in wrong {
            let signer = NativeSigner::self_tested(host(answer), &key);
            assert!(!signer.is_native());
            assert_eq!(signer.sign(&key, b"message").1, Engine::Pure);
        }
        // One that stops answering is left.
        let fickle = host(|it, time| (time == 1).then(|| signed(it)));
        let signer = NativeSigner::self_tested(fickle, &key);
        assert!(signer.is_native());
        assert_eq!(signer.sign(&key, b"message").1, Engine::Pure);
    }
}
