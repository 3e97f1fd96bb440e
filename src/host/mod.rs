//! The proxy-wasm host: the only place that names its SDK, and the only one with effects.
//!
//! `root` makes a [`gate`] of a configuration, `stream` brings it the requests, `waiting` holds
//! those that must wait, and `perform` does what the pipeline decided, last. Verdicts are made
//! below this module, from values.

#![cfg_attr(
    all(feature = "host-vectors", target_os = "wasi"),
    expect(
        dead_code,
        reason = "the root of the vectors stands in place of the one that opens gates"
    )
)]

#[cfg(target_os = "wasi")]
mod abi;
#[cfg(target_os = "wasi")]
mod asserting;
#[cfg(target_os = "wasi")]
mod calls;
mod ending;
#[cfg(target_os = "wasi")]
mod exchange;
#[cfg(target_os = "wasi")]
mod fetch;
#[cfg(target_os = "wasi")]
mod gate;
#[cfg(target_os = "wasi")]
mod held;
#[cfg(target_os = "wasi")]
mod inquire;
#[cfg(target_os = "wasi")]
mod lineage;
#[cfg(target_os = "wasi")]
mod logs;
#[cfg(target_os = "wasi")]
mod meters;
mod open;
mod pairs;
#[cfg(target_os = "wasi")]
mod perform;
#[cfg(target_os = "wasi")]
mod ports;
#[cfg(target_os = "wasi")]
mod read;
#[cfg(target_os = "wasi")]
mod roll;
#[cfg(target_os = "wasi")]
mod root;
#[cfg(target_os = "wasi")]
mod secrets;
#[cfg(target_os = "wasi")]
mod stream;
#[cfg(target_os = "wasi")]
mod streams;
#[cfg(target_os = "wasi")]
mod tend;
#[cfg(all(feature = "host-vectors", target_os = "wasi"))]
mod vectors;
mod waiting;
#[cfg(target_os = "wasi")]
mod wake;

#[cfg(target_os = "wasi")]
mod entry {
    use super::abi::{self, Level};
    #[cfg(not(feature = "host-vectors"))]
    use super::root::Root;
    #[cfg(feature = "host-vectors")]
    use super::vectors::Root;

    proxy_wasm::main! {{
        // Not the SDK's logger and hook: they panic where the host does not log.
        std::panic::set_hook(Box::new(|panic| abi::log(Level::Critical, &panic.to_string())));
        proxy_wasm::set_root_context(|context| Box::new(Root::new(context)));
    }}
}
