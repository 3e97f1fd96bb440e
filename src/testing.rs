//! What tests of every layer mint tokens and proofs with: one issuer, one client, a fixed moment.
//! Everything here is deterministic, so a test that fails fails again.
