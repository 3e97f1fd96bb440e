//! The members that a body or a granted transaction may have, as a tree that is made at load.
//! Everything else refuses.

use crate::json::Json;
use crate::json::names::collide;
use crate::transaction::items::EVERY;

/// What may stand at one place.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    /// A binding names this place, and judges what stands here.
    bound: bool,
    /// An allow-list names this place or one above it: what no binding names may be here.
    open: bool,
    /// A binding counts the items of the array here. What they are, it does not judge.
    counted: bool,
    below: Vec<Listed>,
}

#[derive(Clone, Debug)]
struct Listed {
    name: String,
    /// The name as the index of an array (RFC 6901 section 4).
    index: Option<usize>,
    members: Members,
}

/// Why a place is in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// A binding judges the whole value.
    Bound,
    /// A binding counts the items of the array.
    Counted,
    /// It may be there, with all that it holds.
    Open,
}

/// What stands below an open place where nothing is bound.
static ANYTHING: Members = Members {
    bound: false,
    open: true,
    counted: false,
    below: Vec::new(),
};

impl Members {
    /// Whether anything may stand here.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }

    /// The names that are listed at the top.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.below.iter().map(|listed| listed.name.as_str())
    }

    /// Adds a place: the reference tokens of a pointer, where `*` stands for every item of an array.
    pub(super) fn insert(&mut self, tokens: &[String], mark: Mark) {
        let Some((name, rest)) = tokens.split_first() else {
            match mark {
                Mark::Bound => self.bound = true,
                Mark::Counted => self.counted = true,
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

    /// The tree, once every place is in it.
    ///
    /// # Errors
    /// What is wrong: something listed inside a bound value, names at one place that differ only in
    /// case, a `*` beside something else.
    pub(super) fn finish(mut self) -> Result<Self, &'static str> {
        self.settle(false)?;
        Ok(self)
    }

    /// Opens what lies below an open place, and finds what can never be meant.
    fn settle(&mut self, open: bool) -> Result<(), &'static str> {
        self.open = self.open || open;
        if self.bound && (self.counted || !self.below.is_empty()) {
            return Err("a member is listed inside of a bound value");
        }
        if self.every().is_some() && self.below.len() > 1 {
            return Err("`*` stands for every item, so nothing can be listed beside it");
        }
        if collide(self.below.iter().map(|listed| listed.name.as_str())) {
            return Err("two listed members differ only in case");
        }
        self.below
            .iter_mut()
            .try_for_each(|listed| listed.members.settle(self.open))
    }

    /// Whether the whole is an array of items that are listed.
    pub(super) fn is_list(&self) -> bool {
        self.every().is_some()
    }

    /// What is listed for every item of an array here.
    fn every(&self) -> Option<&Listed> {
        self.below.iter().find(|listed| listed.name == EVERY)
    }

    /// Whether something may stand at these reference tokens.
    pub(super) fn list(&self, tokens: &[String]) -> bool {
        let below = |(name, rest): (&String, &[String])| {
            let mut below = self.below.iter();
            let listed = below.find(|listed| listed.name == *name);
            listed.is_some_and(|listed| listed.members.list(rest))
        };
        self.bound || self.open || tokens.split_first().is_some_and(below)
    }

    /// Whether a value, with everything in it, may stand here.
    pub(super) fn admit(&self, value: &Json) -> bool {
        if self.bound {
            return true;
        }
        match value {
            Json::Object(members) => self.admit_object(members),
            Json::Array(items) => self.admit_array(items),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => self.open,
        }
    }

    fn admit_object(&self, members: &[(String, Json)]) -> bool {
        if self.open && !self.are_distinct(members) {
            return false;
        }
        members.iter().all(|(name, value)| {
            // `*` is the name of no member.
            let mut named = self.below.iter().filter(|listed| listed.name != EVERY);
            self.admit_item(named.find(|listed| listed.name == *name), value)
        })
    }

    fn admit_array(&self, items: &[Json]) -> bool {
        let every = self.every();
        let is_indexed = self.below.iter().any(|listed| listed.index.is_some());
        if !(self.open || self.counted || every.is_some() || is_indexed) {
            return false;
        }
        items.iter().enumerate().all(|(at, value)| {
            let at_index = |listed: &&Listed| listed.index == Some(at);
            let listed = every.or_else(|| self.below.iter().find(at_index));
            self.admit_item(listed, value)
        })
    }

    fn admit_item(&self, listed: Option<&Listed>, value: &Json) -> bool {
        match listed {
            Some(listed) => listed.members.admit(value),
            None => self.open && ANYTHING.admit(value),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Limits, Pointer};
    use crate::testing::test;

    fn tree(bound: &[&str], counted: &[&str], open: &[&str]) -> Result<Members, &'static str> {
        let mut tree = Members::default();
        for (texts, mark) in [
            (bound, Mark::Bound),
            (counted, Mark::Counted),
            (open, Mark::Open),
        ] {
            for text in texts {
                let pointer = Pointer::parse(text).expect(text);
                tree.insert(pointer.tokens(), mark);
            }
        }
        tree.finish()
    }

    fn admits(tree: &Members, text: &str) -> bool {
        let limits = Limits {
            bytes: 4096,
            depth: 16,
        };
        tree.admit(&Json::parse(text.as_bytes(), limits).expect(text))
    }

    #[test]
    fn items_of_a_batch_are_closed_too() {
        let tree = tree(
            &["/p/*/iban", "/p/*/amount", "/id"],
            &["/p"],
            &["/p/*/memo"],
        )
        .expect("a tree");
        for (text, admitted) in [
            (r#"{"id":1,"p":[{"iban":1,"amount":2},{"amount":2}]}"#, true),
            (r#"{"p":[{"memo":{"a":[1]}}]}"#, true),
            (r#"{"p":[]}"#, true),
            (r#"{"p":[{}]}"#, true),
            (r#"{"p":[{"iban":1,"x":2}]}"#, false),
            (r#"{"p":[{"iban":1},{"Iban":2}]}"#, false),
            (r#"{"p":[{"iban":1},7]}"#, false),
            (r#"{"p":[[{"iban":1}]]}"#, false),
            (r#"{"p":{"iban":1}}"#, false),
            (r#"{"p":{"*":{"iban":1}}}"#, false),
            (r#"{"p":{"0":{"iban":1}}}"#, false),
            (r#"{"p":7}"#, false),
            (r#"{"p":[{"memo":{"a":1,"A":2}}]}"#, false),
            (r#"[{"iban":1}]"#, false),
        ] {
            assert_eq!(admits(&tree, text), admitted, "{text}");
        }
    }

    #[test]
    fn an_array_that_nothing_names_refuses() {
        let named = tree(&["/a/b"], &[], &[]).expect("a tree");
        assert!(!admits(&named, r#"{"a":[]}"#));
        assert!(!admits(&named, r#"{"a":[{"b":1}]}"#));
        // Counting an array does not say what its items may be.
        let counted = tree(&[], &["/a"], &[]).expect("a tree");
        assert!(admits(&counted, r#"{"a":[]}"#));
        assert!(!admits(&counted, r#"{"a":[1]}"#));
        assert!(!admits(&counted, r#"{"a":{}, "b":1}"#));
        let root = tree(&["/*/a"], &[], &[]).expect("a tree");
        assert!(root.is_list() && admits(&root, r#"[{"a":1}]"#));
        assert!(!admits(&root, r#"{"a":1}"#) && !admits(&root, r#"[[{"a":1}]]"#));
    }

    #[test]
    fn every_item_is_named_alone() {
        for (bound, counted, open) in [
            (&["/a/*", "/a/0"][..], &[][..], &[][..]),
            (&["/a/*", "/a/b"], &[], &[]),
            (&["/a/*"], &[], &["/a/b"]),
            (&["/a/*", "/a/*/b"], &[], &[]),
            (&["/a"], &["/a"], &[]),
            (&["/a"], &[], &["/a/*"]),
        ] {
            assert!(tree(bound, counted, open).is_err(), "{bound:?}");
        }
        for (bound, counted, open) in [
            (&["/a/*"][..], &["/a"][..], &[][..]),
            (&["/a/*/b"], &[], &["/a/*"]),
            (&[], &["/a"], &["/a/*"]),
        ] {
            assert!(tree(bound, counted, open).is_ok(), "{bound:?}");
        }
    }
}
