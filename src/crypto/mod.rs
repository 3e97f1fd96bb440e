//! Signatures and digests: the only user of cryptographic libraries. Two engines, one interface.

mod algorithm;
pub mod digest;
#[cfg(test)]
#[path = "../../tests/support/envoy.rs"]
pub(crate) mod envoy;
mod key;
mod known_answers;
pub mod native;
pub mod private;
mod pure;
#[cfg(test)]
pub(crate) mod signing;
mod spki;
#[cfg(test)]
mod tests;

pub use algorithm::Algorithm;
pub use key::{BadKey, PublicKey};
pub use pure::Pure;

/// What verified a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The host's native library, through its foreign function.
    Host,
    /// The Rust implementation inside the module.
    Pure,
}

/// The signature does not verify. Nothing more is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSignature;

/// Checks signatures.
pub trait Verifier {
    /// Verifies a JWS signature (RFC 7518 section 3) over `message`, and says by which engine.
    ///
    /// # Errors
    /// [`InvalidSignature`], also where the key does not fit the algorithm.
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<Engine, InvalidSignature>;
}
