//! What the workers of a process share, the seal on it, and the names that it goes by.

use crate::crypto::digest::{Digest32, MacKey};

/// Named values that every worker of the process can read and write: a port, answered at once.
/// Others may write there too.
pub trait Board {
    /// A value, and the number that names this state of it. None where there is none, or it
    /// cannot be read.
    fn read(&self, name: &str) -> Option<(Vec<u8>, u32)>;
    /// Writes a value if it is still in the state of this number; None where there must not be
    /// one yet. False where someone else was first, or it cannot be written.
    fn write(&self, name: &str, value: &[u8], state: Option<u32>) -> bool;
}

/// Marks what a holder of the gate's secret wrote, and under which name.
#[derive(Clone, Debug)]
pub struct Seal(MacKey);

impl Seal {
    /// A seal from the gate's secret.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self(MacKey::derive(secret, "keys"))
    }

    /// The name of a thing of some kind on the board. Gates with other secrets have other names for
    /// it, so they neither find it nor get in its way.
    #[must_use]
    pub fn name(&self, kind: &str, thing: &[&[u8]]) -> String {
        format!("countersign/v1/{kind}/{}", self.0.name(thing))
    }

    /// The bytes with their tag.
    #[must_use]
    pub fn close(&self, name: &str, mut bytes: Vec<u8>) -> Vec<u8> {
        let tag = self.0.tag(&[name.as_bytes(), &bytes]);
        bytes.extend_from_slice(&tag);
        bytes
    }

    /// The bytes without their tag, if it is the right one for them under this name.
    #[must_use]
    pub fn open<'b>(&self, name: &str, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let (bytes, tag) = bytes.split_last_chunk::<{ size_of::<Digest32>() }>()?;
        self.0
            .holds(&[name.as_bytes(), bytes], tag)
            .then_some(bytes)
    }
}

/// Takes a number off the front.
pub(super) fn number(bytes: &mut &[u8]) -> Option<i64> {
    let (number, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(i64::from_be_bytes(*number))
}
