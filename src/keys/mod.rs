//! The keys of issuers that are fetched, and how often a missing name may cause a fetch.

mod missing;
pub mod store;

#[cfg(test)]
mod tests;
