//! The members that a body may have, as a tree that is made at load. Everything else refuses.

use crate::json::names::collide;
use crate::json::{Json, Pointer};
use crate::reason::Reason;

/// What may stand at one place of a body.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    /// A binding names this place, and judges what stands here.
    bound: bool,
    /// An allow-list names this place or one above it: what no binding names may be here.
    open: bool,
    below: Vec<Listed>,
}

#[derive(Clone, Debug)]
struct Listed {
    name: String,
    /// The name as the index of an array (RFC 6901 section 4).
    index: Option<usize>,
    members: Members,
}

#[derive(Clone, Copy)]
enum Mark {
    Bound,
    Open,
}

/// What stands below an open place where nothing is bound.
static ANYTHING: Members = Members {
    bound: false,
    open: true,
    below: Vec::new(),
};

impl Members {
    /// The tree of these places.
    ///
    /// # Errors
    /// What is wrong: the whole body bound, something listed inside a bound value, names at one
    /// place that differ only in case.
    pub(super) fn new(bound: &[&Pointer], allowed: &[Pointer]) -> Result<Self, &'static str> {
        let mut root = Self::default();
        for pointer in bound {
            root.insert(pointer.tokens(), Mark::Bound);
        }
        for pointer in allowed {
            root.insert(pointer.tokens(), Mark::Open);
        }
        if root.bound {
            return Err("a binding names the whole body");
        }
        root.settle(false)?;
        Ok(root)
    }

    /// Whether anything may stand here.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// The names that are listed at the top.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.below.iter().map(|listed| listed.name.as_str())
    }

    fn insert(&mut self, tokens: &[String], mark: Mark) {
        let Some((name, rest)) = tokens.split_first() else {
            match mark {
                Mark::Bound => self.bound = true,
                Mark::Open => self.open = true,
            }
            return;
        };
        if let Some(known) = self.below.iter_mut().find(|listed| listed.name == *name) {
            known.members.insert(rest, mark);
        } else {
            let mut members = Self::default();
            members.insert(rest, mark);
            self.below.push(Listed {
                name: name.clone(),
                index: index(name),
                members,
            });
        }
    }

    /// Opens what lies below an open place, and finds what can never be meant.
    fn settle(&mut self, open: bool) -> Result<(), &'static str> {
        self.open = self.open || open;
        if self.bound && !self.below.is_empty() {
            return Err("a member is listed inside of a bound value");
        }
        if collide(self.below.iter().map(|listed| listed.name.as_str())) {
            return Err("two listed members differ only in case");
        }
        self.below
            .iter_mut()
            .try_for_each(|listed| listed.members.settle(self.open))
    }

    /// Holds a value, with everything in it, against this place.
    ///
    /// # Errors
    /// [`Reason::BodyUnlisted`].
    pub(super) fn hold(&self, value: &Json) -> Result<(), Reason> {
        if self.bound {
            return Ok(());
        }
        match value {
            Json::Object(members) => self.hold_object(members),
            Json::Array(items) => self.hold_array(items),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) if self.open => Ok(()),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
                Err(Reason::BodyUnlisted)
            }
        }
    }

    fn hold_object(&self, members: &[(String, Json)]) -> Result<(), Reason> {
        if self.open && !self.are_distinct(members) {
            return Err(Reason::BodyUnlisted);
        }
        members.iter().try_for_each(|(name, value)| {
            let listed = self.below.iter().find(|listed| listed.name == *name);
            self.hold_item(listed, value)
        })
    }

    fn hold_array(&self, items: &[Json]) -> Result<(), Reason> {
        if !self.open && self.below.iter().all(|listed| listed.index.is_none()) {
            return Err(Reason::BodyUnlisted);
        }
        items.iter().enumerate().try_for_each(|(at, value)| {
            let listed = self.below.iter().find(|listed| listed.index == Some(at));
            self.hold_item(listed, value)
        })
    }

    fn hold_item(&self, listed: Option<&Listed>, value: &Json) -> Result<(), Reason> {
        match listed {
            Some(listed) => listed.members.hold(value),
            None if self.open => ANYTHING.hold(value),
            None => Err(Reason::BodyUnlisted),
        }
    }

    /// Whether no member differs only in case from another, or from a listed one, and none has a
    /// control character in its name, at which some readers end it. Where a place is closed this needs
    /// no look: listed names do not collide, and every other name refuses.
    fn are_distinct(&self, members: &[(String, Json)]) -> bool {
        let unlisted = members
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| self.below.iter().all(|listed| listed.name != *name));
        if unlisted.clone().any(|name| name.contains(char::is_control)) {
            return false;
        }
        let listed = self.below.iter().map(|listed| listed.name.as_str());
        !collide(listed.chain(unlisted))
    }
}

fn index(name: &str) -> Option<usize> {
    name.parse()
        .ok()
        .filter(|index: &usize| index.to_string() == name)
}
