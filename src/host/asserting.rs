//! The keys that assertions are signed with, from the environment.

use super::abi::{self, Level};
use super::ports::Foreign;
use super::secrets::secrets;
use crate::assertion::{Asserter, Rules};
use crate::crypto::private::{NativeSigner, PrivateKey};

/// An asserter for these rules.
///
/// # Errors
/// What is wrong with a key, and how to mend it.
pub(super) fn asserter(rules: &Rules) -> Result<Asserter, String> {
    let texts = secrets(&rules.keys).map_err(|missing| missing.to_string())?;
    let mut keys = Vec::with_capacity(texts.len());
    for (name, text) in rules.keys.iter().zip(texts) {
        let key = std::str::from_utf8(text.as_ref())
            .ok()
            .and_then(|text| PrivateKey::from_pem(text).ok());
        keys.push(key.ok_or_else(|| {
            format!(
                "{name} is not a private key on P-256 as PKCS#8 in PEM; every request is refused. \
                 `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256` makes one"
            )
        })?);
    }
    let others = keys.split_off(keys.len().min(1));
    let key = keys.pop().ok_or("no key for assertions is named")?;
    let signer = NativeSigner::self_tested(Foreign, &key);
    let engine = if signer.is_native() { "host" } else { "module" };
    abi::log(
        Level::Info,
        &format!("assertions are signed by the {engine}"),
    );
    Ok(Asserter::new(rules.clone(), key, &others, Box::new(signer)))
}
