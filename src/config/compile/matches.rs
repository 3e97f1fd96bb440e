//! Which requests routes take, and whether each route can ever be reached.

use super::{At, Faults, Part, text};
use crate::config::wire::route::Match;
use crate::policy::Route;
use crate::route::{Index, Template};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The routes of a policy, in order, and how they are found.
pub(super) struct Found {
    pub(super) routes: Vec<Rc<Route>>,
    pub(super) index: Index,
    /// Those that list the same methods and path, by the first of them.
    pub(super) alike: BTreeMap<usize, Vec<usize>>,
}

/// What a route takes. What is at fault is None.
#[expect(clippy::option_option, reason = "none and at fault are two things")]
pub(super) struct Matching {
    pub(super) methods: Option<Vec<String>>,
    pub(super) template: Option<Template>,
    pub(super) envoy_route: Option<Option<Rc<str>>>,
}

/// A name that Envoy's configuration has, if it is written.
#[expect(clippy::option_option, reason = "none and at fault are two things")]
pub(super) fn name_of_envoy(
    part: Option<Part<String>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Option<Rc<str>>> {
    match Part::open_if_there(part, at, faults)? {
        None => Some(None),
        Some(written) => text::visible(written, at, faults).map(|it| Some(it.into())),
    }
}

/// Names and matches of the routes so far, those of routes with other faults among them.
#[derive(Default)]
pub(super) struct Listed {
    names: BTreeMap<Rc<str>, usize>,
    matches: Vec<(Vec<String>, Template)>,
    /// The place in the document of each match.
    places: Vec<usize>,
    /// The route of the proxy that each is for.
    envoy_routes: Vec<Option<Rc<str>>>,
}

impl Listed {
    pub(super) fn name(
        &mut self,
        part: Part<String>,
        place: usize,
        at: &At<'_>,
        faults: &mut Faults,
    ) -> Option<Rc<str>> {
        let name: Rc<str> = part.open(at, faults)?.into();
        text::name(&name, at, faults)?;
        if let Some(first) = self.names.insert(Rc::clone(&name), place) {
            faults.add(at, format!("is the name of routes[{first}] already"));
        }
        Some(name)
    }

    /// Adds a match, if nothing of it is at fault.
    pub(super) fn add(
        &mut self,
        place: usize,
        methods: Option<&[String]>,
        template: Option<&Template>,
        envoy_route: Option<&Option<Rc<str>>>,
    ) {
        if let (Some(methods), Some(template)) = (methods, template) {
            self.matches.push((methods.to_vec(), template.clone()));
            self.places.push(place);
            self.envoy_routes.push(envoy_route.cloned().flatten());
        }
    }

    /// The place in the document of each match.
    pub(super) fn places(&self) -> &[usize] {
        &self.places
    }

    /// Takes the matches out that only differ from an earlier one in the route of the proxy that they
    /// are for, and gives them by that one.
    fn set_beside(&mut self) -> BTreeMap<usize, Vec<usize>> {
        let mut alike: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut firsts: Vec<usize> = Vec::new();
        for (place, envoy_route) in self.envoy_routes.iter().enumerate() {
            let (Some(_), Some(own)) = (envoy_route, self.matches.get(place)) else {
                continue;
            };
            let of_own = |first: &&usize| self.matches.get(**first) == Some(own);
            let Some(first) = firsts.iter().find(of_own).copied() else {
                firsts.push(place);
                continue;
            };
            let all = alike.entry(first).or_insert_with(|| vec![first]);
            let is_other = |it: &usize| self.envoy_routes.get(*it) != Some(envoy_route);
            if all.iter().all(is_other) {
                all.push(place);
            }
        }
        alike.retain(|_, all| all.len() > 1);
        for place in alike.values().flat_map(|all| all.iter().skip(1)) {
            if let Some((methods, _)) = self.matches.get_mut(*place) {
                methods.clear();
            }
        }
        alike
    }

    /// The index of the matches, and those that stand beside each other.
    pub(super) fn index(
        &mut self,
        at: &At<'_>,
        faults: &mut Faults,
    ) -> Option<(Index, BTreeMap<usize, Vec<usize>>)> {
        let alike = self.set_beside();
        let shadowed = match Index::build(&self.matches) {
            Ok(index) => return Some((index, alike)),
            Err(shadowed) => shadowed,
        };
        let place = |listed: usize| self.places.get(listed).copied().unwrap_or(listed);
        for fault in shadowed {
            let route = at.item(place(fault.route));
            let by = place(fault.by);
            faults.add(
                &route.member("match").member("methods").item(fault.method),
                format!(
                    "never matches: routes[{by}] takes every such request (letter case aside); \
                     move this route before it, or remove one of them"
                ),
            );
        }
        None
    }
}

pub(super) fn matching(part: Part<Match>, at: &At<'_>, faults: &mut Faults) -> Matching {
    let Some(written) = part.open(at, faults) else {
        return Matching {
            methods: None,
            template: None,
            envoy_route: None,
        };
    };
    let methods_at = at.member("methods");
    let methods = written.methods.open(&methods_at, faults);
    let methods = methods.and_then(|methods| {
        text::repeated(&methods, &methods_at, faults);
        let mut plain = true;
        for (place, method) in methods.iter().enumerate() {
            plain &= is_method(method, &methods_at.item(place), faults);
        }
        plain.then_some(methods)
    });
    let path_at = at.member("path");
    let template = written.path.open(&path_at, faults).and_then(|path| {
        let template = Template::parse(&path);
        faults.keep(
            template.map_err(|bad| format!("{path:?} {}", bad.0)),
            &path_at,
        )
    });
    Matching {
        methods,
        template,
        envoy_route: name_of_envoy(written.envoy_route, &at.member("envoy_route"), faults),
    }
}

fn is_method(method: &str, at: &At<'_>, faults: &mut Faults) -> bool {
    let plain = method
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    let problem = format!("{method:?} is not a method: write it in upper case, such as GET");
    faults.check(plain, at, problem)
        && faults.check(
            method != "CONNECT",
            at,
            "CONNECT has no path, so no route can match it",
        )
}
