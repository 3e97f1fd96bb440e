//! Names that some reader takes for one.

use std::borrow::Cow;

/// A name without its case. Case is folded over upper case, so that `ſ` is an `s`, as some readers
/// of JSON have it.
#[must_use]
pub fn folded(name: &str) -> Cow<'_, str> {
    let is_folded = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
    if name.bytes().all(is_folded) {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(name.to_uppercase().to_lowercase())
    }
}

/// Whether two names differ only in case, or not at all.
pub fn collide<'n>(names: impl Iterator<Item = &'n str>) -> bool {
    let mut folded: Vec<Cow<'_, str>> = names.map(folded).collect();
    folded.sort_unstable();
    folded.array_windows().any(|[one, next]| one == next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn names_of_one_folding_collide() {
        for (one, other, expected) in [
            ("a", "a", true),
            ("amount", "Amount", true),
            ("é", "É", true),
            ("cost", "coſt", true),
            ("kind", "\u{212a}ind", true),
            ("iban", "ıban", true),
            ("ß", "SS", true),
            ("amount", "amount ", false),
            ("é", "e\u{301}", false),
            ("", "a", false),
        ] {
            assert_eq!(collide([one, other].into_iter()), expected, "{one} {other}");
            let among = ["b", one, "c", other, "d"];
            assert_eq!(collide(among.into_iter()), expected, "{one} {other}");
        }
        assert!(!collide(std::iter::empty()));
    }
}
