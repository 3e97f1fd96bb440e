//! Tokens that are no longer good although their signature holds: what their issuer's status list
//! says of them (Token Status List, draft-ietf-oauth-status-list-20), and what the policy denies.

pub mod deny;
pub mod reference;
pub mod status_list;
pub mod store;

#[cfg(test)]
mod tests;

use crate::crypto::digest::Digest32;
use crate::reason::Reason;
use crate::supply::Source;
use crate::token::IssuerId;
use crate::token::issuer::StatusDemand;
use deny::name_of;
use reference::Reference;
use status_list::{Status, StatusList};
use std::rc::Rc;

/// The place of a status list in the policy's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListId(pub usize);

/// A status list, as the policy pins it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The name it has in the policy.
    pub name: Rc<str>,
    /// The URI that tokens refer to, and its `sub`. Compared byte for byte, never fetched from.
    pub uri: Rc<str>,
    /// Whose keys sign it, and whose tokens may refer to it.
    pub issuer: IssuerId,
    /// Most bytes of it, inflated.
    pub max_size: usize,
    /// Where it is fetched from.
    pub source: Source,
}

/// What is at hand of a status list.
#[derive(Clone, Debug)]
pub enum Held {
    /// One that may be used.
    List(Rc<StatusList>),
    /// None was ever fetched.
    Missing,
    /// The last good one is older than `max_stale`, or past its `exp`.
    TooOld,
}

/// The status lists: a port, answered at once.
pub trait ListStore {
    /// What is held of this list.
    fn held(&self, list: ListId) -> Held;
    /// Whether asking for it again could bring it now.
    fn may_fetch(&self, list: ListId) -> bool;
}

/// Why the status of a token did not pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// For good.
    Reason(Reason),
    /// A fetch of the list may change it.
    NeedsList(ListId),
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Self::Reason(reason)
    }
}

/// The entry of a token in a status list of the policy.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'l> {
    /// The list.
    pub list: &'l List,
    place: ListId,
    index: u64,
}

/// Finds the entry of a token. The token must be verified: its claims are taken for its issuer's
/// (draft section 8.3). None where it has none and needs none.
///
/// - L1: `status.status_list` is `{idx, uri}`, and `uri` is one of the policy's lists of the token's
///   issuer, byte for byte. No other place is ever asked.
///
/// # Errors
/// [`Reason::StatusMissing`], [`Reason::StatusMalformed`], [`Reason::StatusListUnknown`].
///
/// # Does not check
/// The token itself. Other members of `status`: where there is a status list, it decides.
pub fn find<'l>(
    reference: Reference<'_>,
    issuer: IssuerId,
    demand: StatusDemand,
    lists: &'l [List],
) -> Result<Option<Entry<'l>>, Reason> {
    let (index, uri) = match (reference, demand) {
        (Reference::List { index, uri }, _) => (index, uri),
        (Reference::Malformed, _) => return Err(Reason::StatusMalformed), // L1
        (Reference::None, StatusDemand::Required) => return Err(Reason::StatusMissing), // L1
        (Reference::None, StatusDemand::Optional) => return Ok(None),
    };
    let (place, list) = lists
        .iter()
        .enumerate()
        .find(|(_, list)| list.issuer == issuer && *list.uri == *uri)
        .ok_or(Reason::StatusListUnknown)?; // L1
    Ok(Some(Entry {
        list,
        place: ListId(place),
        index,
    }))
}

/// Finds an entry of a token that was verified elsewhere in this process, by the digest of its list's
/// URI.
///
/// # Errors
/// [`Reason::StatusListUnknown`].
pub fn find_again<'l>(
    (uri, index): (&Digest32, u64),
    issuer: IssuerId,
    lists: &'l [List],
) -> Result<Entry<'l>, Reason> {
    let is_it = |list: &List| list.issuer == issuer && name_of(&list.uri) == *uri;
    let (place, list) = lists
        .iter()
        .enumerate()
        .find(|(_, list)| is_it(list))
        .ok_or(Reason::StatusListUnknown)?; // L1
    Ok(Entry {
        list,
        place: ListId(place),
        index,
    })
}

impl Entry<'_> {
    /// What it is found by again: the digest of the list's URI, and its index.
    #[must_use]
    pub fn name(&self) -> (Digest32, u64) {
        (name_of(&self.list.uri), self.index)
    }

    /// Looks up what the issuer says of the token now.
    ///
    /// - L4: the list is at hand, and neither past its `exp` nor older than the policy allows.
    /// - L5: the index lies within it.
    /// - L6: the status is `VALID`, and nothing else will do.
    ///
    /// # Errors
    /// [`Refused::NeedsList`] where a fetch may bring the list; otherwise
    /// [`Reason::StatusUnavailable`], [`Reason::StatusOutOfRange`], [`Reason::TokenRevoked`],
    /// [`Reason::TokenSuspended`], [`Reason::StatusUnknown`].
    pub fn check(self, store: &dyn ListStore) -> Result<(), Refused> {
        let list = match store.held(self.place) {
            Held::List(list) => list,
            Held::Missing | Held::TooOld if store.may_fetch(self.place) => {
                return Err(Refused::NeedsList(self.place));
            }
            Held::Missing | Held::TooOld => return Err(Reason::StatusUnavailable.into()), // L4
        };
        match list.status(self.index) {
            Some(Status::Valid) => Ok(()),
            Some(Status::Invalid) => Err(Reason::TokenRevoked.into()), // L6
            Some(Status::Suspended) => Err(Reason::TokenSuspended.into()), // L6
            Some(Status::Other(_)) => Err(Reason::StatusUnknown.into()), // L6
            None => Err(Reason::StatusOutOfRange.into()),              // L5
        }
    }
}
