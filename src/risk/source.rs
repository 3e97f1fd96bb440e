//! Where a request comes from: by its address, and by what a hop says of it.

use crate::risk::facts::Facts;
use std::net::IpAddr;

/// Whether one of the networks holds the source. An IPv4 address mapped into IPv6 is the IPv4 address.
pub(super) fn is_within(networks: &[ipnet::IpNet], source: Option<IpAddr>) -> bool {
    source.is_some_and(|address| {
        let address = address.to_canonical();
        networks.iter().any(|network| network.contains(&address))
    })
}

/// What a hop says of the source, such as its country, and which words for it are expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceClass {
    /// The header, in lower case. It counts only from a hop that the policy names.
    pub header: String,
    /// The words that do not count. Compared character by character.
    pub expected: Vec<String>,
}

impl SourceClass {
    /// Whether the class is another one, or nobody who is believed says which.
    pub(super) fn holds(&self, facts: &dyn Facts) -> bool {
        let said = facts.header_of_hop(&self.header);
        !said.is_some_and(|said| self.expected.iter().any(|word| word == said))
    }
}
