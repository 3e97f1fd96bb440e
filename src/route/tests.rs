use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

fn template(text: &str) -> Template {
    Template::parse(text).unwrap()
}

fn table(routes: &[(&str, &str)]) -> Vec<(Vec<String>, Template)> {
    let methods = |list: &str| list.split(',').map(str::to_owned).collect();
    routes
        .iter()
        .map(|(list, path)| (methods(list), template(path)))
        .collect()
}

fn index(routes: &[(&str, &str)]) -> Index {
    Index::build(&table(routes)).unwrap()
}

#[test]
fn templates_are_read_or_say_why_not() {
    let words = template("/caf%c3%a9/%7euser/{a_1}/x:y");
    let literal = |text: &str| Segment::Literal(text.to_owned());
    assert_eq!(
        words.segments(),
        [
            literal("caf%C3%A9"),
            literal("~user"),
            Segment::Parameter("a_1".into()),
            literal("x:y")
        ]
    );
    assert_eq!(template("/").segments(), []);
    assert_eq!(template(&"/a".repeat(32)).segments().len(), 32);

    let long = "/a".repeat(33);
    let huge = "/a".repeat(5000);
    for (text, part) in [
        ("", "begin"),
        ("a", "begin"),
        ("//", "empty segment"),
        ("/a/", "empty segment"),
        ("/a//b", "empty segment"),
        (&long, "32 segments"),
        (&huge, "longer"),
        ("/{a}/{a}", "twice"),
        ("/{}", "badly"),
        ("/{A}", "badly"),
        ("/{1a}", "badly"),
        ("/{a-b}", "badly"),
        ("/{a}b", "fill"),
        ("/a{b}", "fill"),
        ("/{a", "fill"),
        ("/*", "wildcard"),
        ("/a/**", "wildcard"),
        ("/a?b", "two ways"),
        ("/a#b", "two ways"),
        ("/..", "two ways"),
        ("/%2e", "two ways"),
        ("/a%2Fb", "two ways"),
        ("/a;b", "two ways"),
        ("/a\\b", "two ways"),
        ("/a b", "two ways"),
        ("/a%zz", "two ways"),
        ("/é", "two ways"),
    ] {
        let BadTemplate(problem) = Template::parse(text).expect_err(text);
        assert!(problem.contains(part), "{text}: {problem}");
    }
}

#[test]
fn parameters_are_decoded_once() {
    let template = template("/accounts/{account}/{item}");
    let found = template
        .parameters("/accounts/a%20%C3%A9/%7E1")
        .expect("a match");
    assert_eq!(
        found,
        [
            ("account".into(), "a é".to_owned()),
            ("item".into(), "~1".to_owned())
        ]
    );
    for path in [
        "/accounts/%C3/1",
        "/accounts/a",
        "/accounts/a/b/c",
        "accounts/a/b",
    ] {
        assert_eq!(template.parameters(path), None, "{path}");
    }
}

#[test]
fn the_first_route_in_order_wins_and_a_path_owns_its_methods() {
    let index = index(&[
        ("GET", "/"),
        ("GET", "/accounts/me"),
        ("GET,PUT", "/accounts/{id}"),
        ("POST", "/accounts/me"),
        ("GET", "/{any}/x"),
        ("POST", "/accounts/x"),
        ("GET", "/accounts/{id}/y"),
        ("GET", "/caf%C3%A9"),
    ]);
    for (method, path, found) in [
        ("GET", "/", Found::Route(0)),
        ("PUT", "/", Found::OtherMethod),
        ("GET", "/accounts/me", Found::Route(1)),
        ("PUT", "/accounts/me", Found::Route(2)),
        ("POST", "/accounts/me", Found::Route(3)),
        ("DELETE", "/accounts/me", Found::OtherMethod),
        ("get", "/accounts/me", Found::OtherMethod),
        ("POST", "/accounts/you", Found::OtherMethod),
        ("GET", "/accounts/x", Found::Route(2)),
        ("POST", "/accounts/x", Found::Route(5)),
        ("GET", "/accounts/a/y", Found::Route(6)),
        ("GET", "/b/x", Found::Route(4)),
        ("GET", "/b/z", Found::Nothing),
        ("GET", "/accounts", Found::Nothing),
        ("GET", "/accounts/a/y/z", Found::Nothing),
        ("GET", "accounts/me", Found::Nothing),
        ("GET", "", Found::Nothing),
        ("GET", "/accounts/", Found::Nothing),
        ("GET", "//x", Found::Nothing),
        ("GET", "/caf%c3%a9", Found::Route(7)),
    ] {
        assert_eq!(index.find(method, path), found, "{method} {path}");
    }
    assert_eq!(Index::default().find("GET", "/"), Found::Nothing);
}

#[test]
fn no_spelling_leads_around_a_route() {
    let index = index(&[
        ("GET", "/Admin/users"),
        ("GET", "/accounts/me"),
        ("GET", "/accounts/{id}"),
        ("GET", "/v1/users:search"),
        ("GET", "/a%3Ab"),
        ("POST", "/accounts/{id}/Close"),
        ("POST", "/accounts/{id}/close/now"),
    ]);
    for (path, found) in [
        ("/Admin/users", Found::Route(0)),
        ("/%41dmin/u%73ers", Found::Route(0)),
        ("/admin/users", Found::OtherSpelling),
        ("/ADMIN/users", Found::OtherSpelling),
        ("/%61dmin/users", Found::OtherSpelling),
        ("/accounts/m%65", Found::Route(1)),
        ("/accounts/Me", Found::OtherSpelling),
        ("/accounts/you", Found::Route(2)),
        ("/Accounts/you", Found::OtherSpelling),
        ("/v1/users:search", Found::Route(3)),
        ("/v1/users%3Asearch", Found::OtherSpelling),
        ("/a%3ab", Found::Route(4)),
        ("/a:b", Found::OtherSpelling),
        ("/accounts/1/Close", Found::OtherMethod),
        ("/accounts/1/close", Found::OtherSpelling),
        ("/admin", Found::Nothing),
    ] {
        assert_eq!(index.find("GET", path), found, "{path}");
    }
}

#[test]
fn a_route_that_an_earlier_one_covers_is_named() {
    for (routes, shadowed) in [
        (&[("GET", "/a/{b}"), ("GET", "/a/c")][..], &[(1, 0, 0)][..]),
        (&[("GET", "/a/{b}"), ("POST,GET", "/a/{c}")], &[(1, 1, 0)]),
        (&[("GET", "/a"), ("GET", "/A")], &[(1, 0, 0)]),
        (&[("GET", "/a:b"), ("GET", "/a%3Ab")], &[(1, 0, 0)]),
        (
            &[
                ("GET", "/{a}/x"),
                ("GET", "/x/{b}"),
                ("GET,PUT", "/x/x"),
                ("PUT", "/x/x"),
            ],
            &[(2, 0, 0), (3, 0, 2)],
        ),
        (&[("GET", "/a/c"), ("GET", "/a/{b}")], &[]),
        (&[("GET", "/a/{b}"), ("GET", "/a/{b}/c")], &[]),
        (&[("GET", "/{a}/x"), ("GET", "/x/{b}")], &[]),
        (&[("GET", "/a"), ("PUT", "/a")], &[]),
        (&[("GET", "/A"), ("PUT", "/a")], &[]),
    ] {
        let found = Index::build(&table(routes)).err().unwrap_or_default();
        let found: Vec<_> = found
            .iter()
            .map(|it| (it.route, it.method, it.by))
            .collect();
        assert_eq!(found, shadowed, "{routes:?}");
    }
}

#[test]
fn ten_thousand_routes_cost_what_ten_do() {
    let many = |count: usize| {
        let mut routes = table(&[("GET", "/{any}/health")]);
        for number in 0..count {
            for tail in ["", "/{id}", "/{id}/items"] {
                let methods = vec!["GET".to_owned(), "POST".to_owned()];
                routes.push((methods, template(&format!("/service-{number}{tail}"))));
            }
        }
        Index::build(&routes).expect("no shadow")
    };
    let (few, lots) = (many(10), many(3_334));
    for path in [
        "/service-7/1/items",
        "/service-7/health",
        "/service-7",
        "/nothing/here",
    ] {
        assert_eq!(few.find("GET", path), lots.find("GET", path));
        assert_eq!(
            few.visited("GET", path),
            lots.visited("GET", path),
            "{path}"
        );
        assert!(lots.visited("GET", path) <= 5);
    }
}

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
