//! The index against a plain scan of the routes, for any routes and any request.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// What the index must find, by looking at every route in order.
fn scan(routes: &[(Vec<String>, Template)], method: &str, path: &str) -> Found {
    let lists = |exact: bool| {
        move |(_, (_, template)): &(usize, &(Vec<String>, Template))| matches(template, path, exact)
    };
    let listed = |exact| routes.iter().enumerate().filter(lists(exact));
    let first = |exact| {
        listed(exact)
            .find(|(_, (methods, _))| methods.iter().any(|own| own == method))
            .map(|(place, _)| place)
    };
    match (first(true), first(false)) {
        (Some(exact), Some(other)) if other < exact => Found::OtherSpelling,
        (Some(exact), _) => Found::Route(exact),
        (None, _) if listed(true).next().is_some() => Found::OtherMethod,
        (None, _) if listed(false).next().is_some() => Found::OtherSpelling,
        (None, _) => Found::Nothing,
    }
}

fn matches(template: &Template, path: &str, exact: bool) -> bool {
    let words: Vec<&str> = path.split('/').skip(1).collect();
    words.len() == template.segments().len()
        && words
            .iter()
            .zip(template.segments())
            .all(|(word, segment)| match segment {
                Segment::Parameter(_) => true,
                Segment::Literal(text) => {
                    let plain = word.replace("%61", "a").replace("%41", "A");
                    *text == plain || !exact && text.eq_ignore_ascii_case(&plain)
                }
            })
}

fn method() -> impl Strategy<Value = String> {
    prop_oneof![Just("GET"), Just("POST"), Just("PUT")].prop_map(str::to_owned)
}

fn routes() -> impl Strategy<Value = Vec<(Vec<String>, Template)>> {
    let segment = prop_oneof![Just("a"), Just("A"), Just("b"), Just("{p}"), Just("%61")];
    let numbered = |words: Vec<&str>| {
        let words = words.iter().enumerate();
        words.fold(String::new(), |text, (at, word)| {
            text + "/" + &word.replace('p', &format!("p{at}"))
        })
    };
    let path = vec(segment, 1..4).prop_map(move |words| template(&numbered(words)));
    vec((vec(method(), 1..3), path), 0..24).prop_map(|mut routes| {
        // What is shadowed would not load.
        while let Err(shadowed) = Index::build(&routes) {
            let Some(last) = shadowed.last() else { break };
            routes.remove(last.route);
        }
        routes
    })
}

proptest! {
    #[test]
    fn the_index_finds_what_a_scan_finds(
        routes in routes(),
        method in method(),
        words in vec(prop_oneof![Just("a"), Just("A"), Just("b"), Just("%41"), Just("c")], 1..4),
    ) {
        let path = words.iter().fold(String::new(), |text, word| text + "/" + word);
        let index = Index::build(&routes).expect("no shadow");
        prop_assert_eq!(index.find(&method, &path), scan(&routes, &method, &path));
    }

    #[test]
    fn a_shadow_is_what_no_path_can_reach(
        routes in routes(),
        methods in vec(method(), 1..2),
        words in vec(prop_oneof![Just("a"), Just("A"), Just("b"), Just("{p}")], 1..4),
    ) {
        let numbered = words.iter().enumerate().fold(String::new(), |text, (at, word)| {
            text + "/" + &word.replace('p', &format!("p{at}"))
        });
        let added = template(&numbered);
        let covers = |other: &Template| {
            other.segments().len() == added.segments().len()
                && other.segments().iter().zip(added.segments()).all(|(over, under)| {
                    match (over, under) {
                        (Segment::Parameter(_), _) => true,
                        (Segment::Literal(_), Segment::Parameter(_)) => false,
                        (Segment::Literal(a), Segment::Literal(b)) => a.eq_ignore_ascii_case(b),
                    }
                })
        };
        let by = routes.iter().position(|(own, other)| own.contains(&methods[0]) && covers(other));
        let mut with = routes.clone();
        with.push((methods, added.clone()));
        let found = Index::build(&with).err().unwrap_or_default();
        let expected: Vec<_> = by
            .map(|by| Shadowed { route: routes.len(), method: 0, by })
            .into_iter()
            .collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_text_is_answered(method in ".{0,8}", path in "[/a%{}0-9F.é]{0,40}") {
        let index = index(&[("GET", "/a/{b}"), ("GET", "/%C3%A9")]);
        let _ = (index.find(&method, &path), Template::parse(&path), template("/{a}").parameters(&path));
    }
}
