//! A place in every item of an array: `/payments/*/iban`.

use crate::json::{Json, Pointer};

/// Stands for every item of the array in its place.
pub const EVERY: &str = "*";

/// A pointer to an array, and one into each of its items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Items {
    array: Pointer,
    item: Pointer,
}

impl Items {
    /// Reads a JSON pointer in which one reference token is `*`. None for another text, and where
    /// there are two of them.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut tokens = text.strip_prefix('/')?.split('/');
        let before: Vec<&str> = tokens
            .by_ref()
            .take_while(|token| *token != EVERY)
            .collect();
        let after: Vec<&str> = tokens.collect();
        let length = before.len().checked_add(after.len())?.checked_add(1)?;
        let is_one = length == text.matches('/').count() && !after.contains(&EVERY);
        Some(Self {
            array: pointer(&before)?,
            item: pointer(&after)?,
        })
        .filter(|_| is_one)
    }

    /// The items, if there is an array where they stand.
    pub(super) fn of<'b>(&self, body: &'b Json) -> Option<&'b [Json]> {
        body.at(&self.array).and_then(Json::as_array)
    }

    /// The pointer to the array.
    #[must_use]
    pub fn array(&self) -> &Pointer {
        &self.array
    }

    /// The pointer into each item.
    pub(super) fn item(&self) -> &Pointer {
        &self.item
    }

    /// The reference tokens, the `*` among them.
    #[must_use]
    pub fn tokens(&self) -> Vec<String> {
        let before = self.array.tokens().iter().cloned();
        let after = self.item.tokens().iter().cloned();
        before.chain([EVERY.to_owned()]).chain(after).collect()
    }
}

fn pointer(tokens: &[&str]) -> Option<Pointer> {
    let text: String = tokens.iter().flat_map(|token| ["/", token]).collect();
    Pointer::parse(&text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn one_token_stands_for_every_item() {
        for (text, array, item) in [
            ("/payments/*/iban", "/payments", "/iban"),
            ("/payments/*", "/payments", ""),
            ("/*/a", "", "/a"),
            ("/*", "", ""),
            ("/a/b/*/c~1d/e", "/a/b", "/c~1d/e"),
            ("/a*/*/b", "/a*", "/b"),
        ] {
            let items = Items::parse(text).expect(text);
            assert_eq!(Some(&items.array), Pointer::parse(array).as_ref(), "{text}");
            assert_eq!(Some(&items.item), Pointer::parse(item).as_ref(), "{text}");
        }
        for text in [
            "", "/", "*", "/a", "/a/*/b/*", "/*/*", "a/*", "/a/**", "/a/*/~", "/~2/*",
        ] {
            assert_eq!(Items::parse(text), None, "{text}");
        }
    }
}
