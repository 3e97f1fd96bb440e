//! Where frameworks look for another method or another target than the request line has.

use crate::http::{Field, RequestHead, form};

/// Headers that are taken for the target, or for the part of it that is cut off: by IIS, Symfony and
/// Zend; of `nginx`; and what WSGI servers and CGI take for `PATH_INFO` and `SCRIPT_NAME`.
const TARGETS: [&str; 6] = [
    "x-original-url",
    "x-original-uri",
    "x-rewrite-url",
    "path-info",
    "script-name",
    "x-script-name",
];

/// Headers that are taken for the method.
const METHODS: [&str; 4] = [
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "x-tunneled-method",
];

/// Parameters of a query, and members of a body, that are taken for the method.
const PARAMETERS: [&str; 5] = [
    "_method",
    "x-http-method-override",
    "x-http-method",
    "x-method-override",
    "x-tunneled-method",
];

/// Whether a header names another target.
#[must_use]
pub fn of_target(head: &RequestHead) -> bool {
    carries(head, &TARGETS)
}

/// Whether a header, or a parameter of the query, names another method.
///
/// The query is read as the laxest reader would: `;` separates too, and what does not decode stands
/// for itself.
#[must_use]
pub fn of_method(head: &RequestHead, query: Option<&str>) -> bool {
    let mut parameters = query.unwrap_or_default().split(['&', ';']);
    carries(head, &METHODS)
        || parameters.any(|text| {
            let name = text.split_once('=').map_or(text, |(name, _)| name);
            form::decode(name).is_some_and(|name| is_method(&name))
        })
}

/// Whether some reader takes a parameter, or a member, of this name for the method.
#[must_use]
pub fn is_method(name: &str) -> bool {
    PARAMETERS.iter().any(|known| form::reads_as(name, known))
}

fn carries(head: &RequestHead, names: &[&str]) -> bool {
    names.iter().any(|name| head.field(name) != Field::Absent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::test;

    fn head(lines: &[&str]) -> RequestHead {
        let pseudo = [
            (":method", "POST"),
            (":path", "/"),
            (":authority", "a.example"),
        ];
        let lines = lines.iter().map(|name| (*name, "DELETE"));
        let pairs = pseudo.into_iter().chain(lines);
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.as_bytes().to_vec()));
        RequestHead::new(pairs.collect()).expect("a head")
    }

    #[test]
    fn headers_of_the_method_and_of_the_target_are_known_in_every_spelling() {
        for name in METHODS {
            for name in [name.to_owned(), name.replace('-', "_")] {
                assert!(of_method(&head(&[&name]), None), "{name}");
                assert!(!of_target(&head(&[&name])), "{name}");
            }
        }
        for name in TARGETS {
            for name in [name.to_owned(), name.replace('-', "_")] {
                assert!(of_target(&head(&[&name])), "{name}");
                assert!(!of_method(&head(&[&name]), None), "{name}");
            }
        }
        for name in ["x-method", "method", "x-forwarded-prefix", "path", "script"] {
            assert!(!of_target(&head(&[name])), "{name}");
            assert!(!of_method(&head(&[name]), None), "{name}");
        }
    }

    #[test]
    fn a_query_that_some_reader_takes_for_the_method_is_known() {
        for query in [
            "_method=DELETE",
            "_method",
            "_METHOD=DELETE",
            "a=1&_method=DELETE",
            "a=1;_method=DELETE",
            "&&_method=DELETE",
            "%zz&_method=DELETE",
            "%5fmethod=DELETE",
            "_%6Dethod=DELETE",
            "+_method=DELETE",
            "%20_method=DELETE",
            ".method=DELETE",
            "_method%00x=DELETE",
            "X-HTTP-Method-Override=DELETE",
            "x-tunneled-method=DELETE",
        ] {
            assert!(of_method(&head(&[]), Some(query)), "{query}");
        }
        for query in [
            "",
            "a=_method",
            "method=DELETE",
            "_methods=DELETE",
            "%255fmethod=DELETE",
            "_metho%64%zz=DELETE",
            "my_method=DELETE",
        ] {
            assert!(!of_method(&head(&[]), Some(query)), "{query}");
        }
        assert!(!of_method(&head(&[]), None));
    }
}
