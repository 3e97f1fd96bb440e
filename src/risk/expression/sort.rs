//! What sorts of values there are, and which go together.

use super::Root;

/// A sort of value, as far as it is known at load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// `true` or `false`.
    Truth,
    /// A whole number.
    Whole,
    /// A double.
    Double,
    /// A text.
    Text,
    /// `null`.
    Null,
    /// A list.
    List,
    /// What has members.
    Members,
    /// Nobody knows before it runs.
    Unknown,
}

impl Sort {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Truth => "true or false",
            Self::Whole => "a whole number",
            Self::Double => "a double",
            Self::Text => "a text",
            Self::Null => "null",
            Self::List => "a list",
            Self::Members => "something with members",
            Self::Unknown => "anything",
        }
    }

    /// Whether it may be of one of these sorts.
    pub(super) fn may_be(self, sorts: &[Self]) -> bool {
        self == Self::Unknown || sorts.contains(&self)
    }

    /// Whether two may be equal.
    pub(super) fn meets(self, other: Self) -> bool {
        let numbers = [Self::Whole, Self::Double];
        other == Self::Unknown
            || self.may_be(&[other])
            || numbers.contains(&self) && numbers.contains(&other)
    }

    /// Whether two can be told apart by order.
    pub(super) fn orders(self, other: Self) -> bool {
        let ordered = [Self::Whole, Self::Double, Self::Text];
        self.may_be(&ordered) && other.may_be(&ordered) && self.meets(other)
    }

    /// What is either of two.
    pub(super) fn or(self, other: Self) -> Self {
        if self == other { self } else { Self::Unknown }
    }
}

/// The sort of a member of a root, and the members there are where there is no such one.
pub(super) fn member(root: Root, name: &str) -> Result<Sort, &'static str> {
    let of = |texts: &[&str], wholes: &[&str], members: &[&str]| {
        if texts.contains(&name) {
            Some(Sort::Text)
        } else if wholes.contains(&name) {
            Some(Sort::Whole)
        } else {
            members.contains(&name).then_some(Sort::Members)
        }
    };
    let (found, known) = match root {
        Root::Token | Root::Detail => (Some(Sort::Unknown), ""),
        Root::Request => (
            of(
                &["method", "authority", "path", "query"],
                &["time"],
                &["parameters"],
            ),
            "`method`, `authority`, `path`, `query`, `parameters`, `time`",
        ),
        Root::Actor => (
            of(&["issuer", "subject"], &["depth"], &[]),
            "`issuer`, `subject`, `depth`",
        ),
        Root::Connection => (of(&["source", "peer"], &[], &[]), "`source`, `peer`"),
        Root::Route => (of(&["name"], &[], &[]), "`name`"),
    };
    found.ok_or(known)
}
