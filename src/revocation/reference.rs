//! Where a token says its status is to be looked up (draft-ietf-oauth-status-list-20 section 6.2).

use crate::json::Json;

/// What a token's `status` claim says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference<'a> {
    /// There is none.
    None,
    /// The entry of this index in the list of this URI.
    List {
        /// `idx`.
        index: u64,
        /// `uri`.
        uri: &'a str,
    },
    /// There is one, and it is not a reference to a status list.
    Malformed,
}

impl<'a> Reference<'a> {
    /// Reads `status` of a token's claims. A `status` with no `status_list` refers to something that
    /// the gate cannot look up, which is no better than a malformed one.
    #[must_use]
    pub fn of(claims: &'a Json) -> Self {
        match claims.get("status") {
            None => Self::None,
            Some(status) => Self::read(status).unwrap_or(Self::Malformed),
        }
    }

    fn read(status: &'a Json) -> Option<Self> {
        let list = status.get("status_list")?;
        let index = list.get("idx")?.as_i64()?;
        Some(Self::List {
            index: u64::try_from(index).ok()?,
            uri: list.get("uri")?.as_str()?,
        })
    }
}
