//! The host's engine: arguments and answer of Envoy's `verify_signature` foreign function.

use prost::encoding::{WireType, encode_key, encode_varint};
use rsa::traits::PublicKeyParts;

use crate::crypto::key::Material;
use crate::crypto::known_answers::KNOWN_ANSWERS;
use crate::crypto::{Algorithm, Engine, InvalidSignature, PublicKey, Pure, Verifier};

/// `VerifySignatureResult { result: true }`. The host omits the field for false and adds a text
/// for an error, so nothing but these bytes says that the signature holds.
const HOLDS: [u8; 2] = [0x08, 0x01];

/// The foreign functions of the host.
pub trait Functions {
    /// Calls `verify_signature` with its serialized arguments. None where the host has no such
    /// function or refuses the call.
    fn verify_signature(&self, arguments: &[u8]) -> Option<Vec<u8>>;
}

/// Verifies through the host what the self-test showed that the host can verify, and the rest in
/// the module.
///
/// The host chooses its algorithm by the key, accepts SHA-1 and expensive curves. So the key is one
/// of ours, encoded anew, and the hash is pinned by the algorithm.
#[derive(Debug)]
pub struct Native<F> {
    functions: F,
    algorithms: Vec<Algorithm>,
}

impl<F: Functions> Native<F> {
    /// Asks the host to verify one good and one bad signature for each algorithm. Only algorithms
    /// for which both answers are right are left to the host. Decides which engine runs, never
    /// whether the filter starts.
    pub fn self_tested(functions: F) -> Self {
        let algorithms = KNOWN_ANSWERS
            .iter()
            .filter(|known| {
                known.key().is_some_and(|key| {
                    let asked =
                        |message| ask(&functions, known.algorithm, &key, message, known.signature);
                    asked(known.message) == Some(Answer::Holds)
                        && asked(known.other_message) == Some(Answer::Fails)
                })
            })
            .map(|known| known.algorithm)
            .collect();
        Self {
            functions,
            algorithms,
        }
    }

    /// The algorithms that the host verifies.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> + '_ {
        self.algorithms.iter().copied()
    }
}

impl<F: Functions> Verifier for Native<F> {
    /// Where the host no longer answers, the module verifies: no answer is never a yes.
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<Engine, InvalidSignature> {
        let answer = if self.algorithms.contains(&algorithm) {
            ask(&self.functions, algorithm, key, message, signature)
        } else {
            None
        };
        match answer {
            Some(Answer::Holds) => Ok(Engine::Host),
            Some(Answer::Fails) => Err(InvalidSignature),
            None => Pure.verify(algorithm, key, message, signature),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Holds,
    Fails,
}

/// Asks the host. None where it does not answer, or cannot be asked for this algorithm.
fn ask(
    functions: &impl Functions,
    algorithm: Algorithm,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> Option<Answer> {
    let send = |hash, signature: &[u8]| {
        let result =
            functions.verify_signature(&arguments(hash, key.spki(), signature, message))?;
        Some(if result == HOLDS {
            Answer::Holds
        } else {
            Answer::Fails
        })
    };
    match (algorithm, &key.material) {
        // A JWS has r || s (RFC 7518 section 3.4), the host wants DER. Reading it checks the range.
        (Algorithm::Es256, Material::P256(_)) => {
            match p256::ecdsa::Signature::from_slice(signature) {
                Ok(signature) => send("sha256", signature.to_der().as_bytes()),
                Err(_) => Some(Answer::Fails),
            }
        }
        (Algorithm::Es384, Material::P384(_)) => {
            match p384::ecdsa::Signature::from_slice(signature) {
                Ok(signature) => send("sha384", signature.to_der().as_bytes()),
                Err(_) => Some(Answer::Fails),
            }
        }
        (Algorithm::Rs256, Material::Rsa(key)) if key.size() != signature.len() => {
            Some(Answer::Fails)
        }
        (Algorithm::Rs256, Material::Rsa(_)) => send("sha256", signature),
        // The host has no PSS padding and cannot verify Ed25519.
        (
            Algorithm::Es256
            | Algorithm::Es384
            | Algorithm::Rs256
            | Algorithm::Ps256
            | Algorithm::Ps512
            | Algorithm::Ed25519,
            _,
        ) => None,
    }
}

/// `VerifySignatureArguments` on the wire, written from the borrowed parts.
fn arguments(hash: &str, key: &[u8], signature: &[u8], text: &[u8]) -> Vec<u8> {
    /// Enough for the key and the length of four fields.
    const HEADS: usize = 4 * 6;
    let fields = [(1, hash.as_bytes()), (2, key), (3, signature), (4, text)];
    let size = fields
        .iter()
        .fold(HEADS, |size, (_, value)| size.saturating_add(value.len()));
    let mut out = Vec::with_capacity(size);
    for (number, value) in fields {
        encode_key(number, WireType::LengthDelimited, &mut out);
        encode_varint(u64::try_from(value.len()).unwrap_or(u64::MAX), &mut out);
        out.extend_from_slice(value);
    }
    out
}
