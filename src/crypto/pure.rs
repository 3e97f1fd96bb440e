//! The engine inside the module: RustCrypto.

use crate::crypto::{Algorithm, Engine, InvalidSignature, PublicKey, Verifier};

/// Verifies with the implementations compiled into the module. Always there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pure;

impl Verifier for Pure {
    fn verify(
        &self,
        algorithm: Algorithm,
        key: &PublicKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<Engine, InvalidSignature> {
        let _ = (algorithm, key, message, signature);
        todo!()
    }
}
