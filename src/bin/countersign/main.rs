//! The native command: the other thin adapter over the core. For wasm, where
//! Cargo builds it beside the tests, it is empty.
#![cfg_attr(target_arch = "wasm32", no_main)]
#![cfg(not(target_arch = "wasm32"))]

mod check;
mod demo;
mod mint;
mod say;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The sentry that asks for more than a credential
#[derive(Debug, Parser)]
#[command(name = "countersign", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Options),
    /// Prints the JSON Schema of the policy
    Schema,
    Demo(demo::Options),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Check(options) => check::run(&options),
        Command::Schema => check::schema(),
        Command::Demo(options) => demo::run(&options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            say::complain(format_args!("countersign: {problem:#}"));
            ExitCode::FAILURE
        }
    }
}
