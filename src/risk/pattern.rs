//! Patterns of text: characters that stand for themselves, and `*` for any run of them.

/// Longest pattern, in bytes.
pub const LONGEST: usize = 256;

/// A pattern, taken apart at load. A text is run through once: what stands between two stars is
/// looked for from where the one before ended, and never again before that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    first: Box<str>,
    inner: Vec<Box<str>>,
    /// What stands after the last star. None where there is no star.
    last: Option<Box<str>>,
}

/// Why a text is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPattern(pub &'static str);

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// [`BadPattern`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, BadPattern> {
        if text.is_empty() || text.len() > LONGEST {
            return Err(BadPattern("is empty, or longer than 256 bytes"));
        }
        if text.contains("**") {
            return Err(BadPattern(
                "has two stars in a row, which say no more than one",
            ));
        }
        if text == "*" {
            return Err(BadPattern("is like every text"));
        }
        let mut pieces: Vec<Box<str>> = text.split('*').map(Box::from).collect();
        let last = if pieces.len() > 1 { pieces.pop() } else { None };
        let first = pieces.remove(0);
        Ok(Self {
            first,
            inner: pieces,
            last,
        })
    }

    /// Whether a text is like it, from its first character to its last.
    #[must_use]
    pub fn fits(&self, text: &str) -> bool {
        let Some(last) = &self.last else {
            return *text == *self.first;
        };
        let Some(mut rest) = text.strip_prefix(&*self.first) else {
            return false;
        };
        for piece in &self.inner {
            let Some((_, after)) = rest.split_once(&**piece) else {
                return false;
            };
            rest = after;
        }
        rest.ends_with(&**last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn a_star_stands_for_any_run() {
        for (pattern, like, unlike) in [
            ("a", &["a"][..], &["", "b", "aa", "A"][..]),
            ("a*", &["a", "ab", "a*"], &["", "ba"]),
            ("*a", &["a", "ba", "aa"], &["", "ab"]),
            ("a*a", &["aa", "aba", "aaa"], &["a", "ab"]),
            ("*a*", &["a", "bab"], &["", "b"]),
            (
                "a*b*c",
                &["abc", "axbxc", "abbcc", "abcbc"],
                &["acb", "abcb", "ac"],
            ),
            ("*ab*ab*", &["abab", "xabxabx"], &["ab", "aba", "abxba"]),
            ("*aab", &["aab", "aaab", "aaaaab"], &["aaba"]),
            ("é*", &["é", "éa"], &["e"]),
        ] {
            let own = Pattern::parse(pattern).unwrap();
            for text in like {
                assert!(own.fits(text), "{pattern} {text}");
            }
            for text in unlike {
                assert!(!own.fits(text), "{pattern} {text}");
            }
        }
        let longest = "a".repeat(LONGEST);
        assert!(Pattern::parse(&longest).is_ok());
        for bad in ["", "*", "**", "a**b", &format!("{longest}a")] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_makes_others_go_back_is_no_work() {
        let pattern = Pattern::parse(&"*a".repeat(LONGEST / 2)).unwrap();
        let text = "a".repeat(1 << 20);
        assert!(pattern.fits(&text));
        assert!(!pattern.fits(&format!("{text}b")));
    }
}
