//! Secrets, by the names of the environment variables that hold them. A policy names them and never
//! holds one.

use std::fmt;

/// Shortest secret, in bytes.
const SHORTEST: usize = 32;

/// A secret of at least [`SHORTEST`] bytes. It never shows itself.
#[derive(Clone)]
pub(super) struct Secret(Vec<u8>);

impl AsRef<[u8]> for Secret {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret")
    }
}

/// The name of a variable that holds no secret, and how long one must be. A gate whose policy names
/// it stays closed.
#[derive(Debug)]
pub(super) struct Missing(String, usize);

impl fmt::Display for Missing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} is missing or shorter than {} bytes; every request is refused. Set it in \
             vm_config.environment_variables",
            self.0, self.1
        )
    }
}

/// The secret in the variable of this name.
///
/// # Errors
/// [`Missing`] where there is none, or one that is too short.
pub(super) fn secret(name: &str) -> Result<Secret, Missing> {
    std::env::var(name)
        .ok()
        .map(String::into_bytes)
        .filter(|bytes| bytes.len() >= SHORTEST)
        .map(Secret)
        .ok_or_else(|| Missing(name.to_owned(), SHORTEST))
}

/// The secrets in the variables of these names, in their order.
///
/// # Errors
/// [`Missing`], for the first that holds none.
pub(super) fn secrets(names: &[String]) -> Result<Vec<Secret>, Missing> {
    names.iter().map(|name| secret(name)).collect()
}

/// The secret that another party chose and keeps in the variable of this name: as long as that
/// party likes.
///
/// # Errors
/// [`Missing`] where there is none, or it is not text.
pub(super) fn given(name: &str) -> Result<String, Missing> {
    let secret = std::env::var(name).ok().filter(|text| !text.is_empty());
    secret.ok_or_else(|| Missing(name.to_owned(), 1))
}
