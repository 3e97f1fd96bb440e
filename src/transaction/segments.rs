//! Paths that cover others, segment by segment.

/// Whether a path is another or lies under it: `/a` covers `/a` and `/a/b`, and not `/ab`. Both begin
/// with a slash, or neither does.
///
/// None where one of them is no plain path: an empty segment (so also a slash at the end), one of
/// dots alone, one with white space at an end (which some readers trim), or a character that some reader takes for more than itself (`%`, `\`, `;`, `?`, `#`, or a
/// control character).
pub(super) fn covers(path: &str, other: &str) -> Option<bool> {
    if !(is_plain(path) && is_plain(other)) {
        return None;
    }
    let rest = other.strip_prefix(path);
    Some(rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}

fn is_plain(path: &str) -> bool {
    let relative = path.strip_prefix('/').unwrap_or(path);
    let mut segments = relative.split('/');
    segments.all(|segment| {
        let is_dots = segment.bytes().all(|byte| byte == b'.');
        !is_dots && segment.trim() == segment
    }) && !path.contains(|it: char| it.is_control() || matches!(it, '%' | '\\' | ';' | '?' | '#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    #[test]
    fn a_path_covers_itself_and_what_lies_under_it() {
        for (path, other, covered) in [
            ("/a", "/a", true),
            ("/a", "/a/b", true),
            ("/a", "/a/b/c", true),
            ("/a/b", "/a/b", true),
            ("a", "a/b", true),
            ("/a", "/ab", false),
            ("/a", "/b", false),
            ("/a", "/A", false),
            ("/a/b", "/a", false),
            ("/a", "a", false),
            ("a", "/a", false),
            ("/a", "/a.", false),
            ("/a", "/a..", false),
            ("/é", "/é/x", true),
        ] {
            assert_eq!(covers(path, other), Some(covered), "{path} {other}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_no_path() {
        for path in [
            "",
            "/",
            "//",
            "/a/",
            "/a//b",
            "//a",
            "a/",
            "/.",
            "/..",
            "/a/.",
            "/a/..",
            "/a/../b",
            "./a",
            "../a",
            ".",
            "..",
            "/a%2f..",
            "/%2e%2e",
            "/a\\..",
            "/a/..;/b",
            "/a;x",
            "/a?b",
            "/a#b",
            "/a\0",
            "/a\n",
            "/a/...",
            "/a/.. /b",
            "/a/ ..",
            "/a /b",
            "/a/\u{a0}..",
        ] {
            assert_eq!(covers("/a", path), None, "{path:?}");
            assert_eq!(covers(path, "/a"), None, "{path:?}");
        }
    }
}
