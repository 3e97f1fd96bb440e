//! Proxies in front of this one, as they are written.

use crate::config::part::Part;
use serde::Deserialize;

/// A proxy whose word on its client's certificate is taken. It is known by the certificate of its
/// connection, never by its address.
#[derive(Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct Hop {
    /// Its SPIFFE ID: the first URI SAN of the certificate that it shows to this listener.
    pub(in crate::config) peer: Part<String>,
    /// What this listener does with the `x-forwarded-client-cert` that the hop sends.
    pub(in crate::config) certificates: Part<Certificates>,
}

/// What this listener does with the `x-forwarded-client-cert` that a hop sends.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub(in crate::config) enum Certificates {
    /// It appends an element for the hop's own certificate: `APPEND_FORWARD`.
    Appended,
    /// It passes the field on unchanged: `FORWARD_ONLY` or `ALWAYS_FORWARD_ONLY`.
    Forwarded,
}
