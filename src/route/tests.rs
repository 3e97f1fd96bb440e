#[cfg(not(target_arch = "wasm32"))]
mod properties;

use super::*;
use crate::testing::test;

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
