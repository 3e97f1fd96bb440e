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
mod calls;
#[cfg(target_os = "wasi")]
mod gate;
#[cfg(target_os = "wasi")]
mod meters;
mod pairs;
#[cfg(target_os = "wasi")]
mod perform;
#[cfg(target_os = "wasi")]
mod ports;
#[cfg(target_os = "wasi")]
mod read;
#[cfg(target_os = "wasi")]
mod root;
#[cfg(target_os = "wasi")]
mod stream;
#[cfg(target_os = "wasi")]
mod tend;
#[cfg(all(feature = "host-vectors", target_os = "wasi"))]
mod vectors;
mod waiting;
#[cfg(target_os = "wasi")]
mod wake;

#[cfg(target_os = "wasi")]
mod entry {
    #[cfg(not(feature = "host-vectors"))]
    use super::root::Root;
    #[cfg(feature = "host-vectors")]
    use super::vectors::Root;
    use proxy_wasm::types::LogLevel;

    proxy_wasm::main! {{
        // Also installs the hook that logs a panic; there is none without it.
        proxy_wasm::set_log_level(LogLevel::Info);
        proxy_wasm::set_root_context(|context| Box::new(Root::new(context)));
    }}
}
