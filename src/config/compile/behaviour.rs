//! What routes remember together.

use super::{At, Faults, Part, SECOND, size, span_or};
use crate::behaviour::{Condition, Limits, MOST_COUNTED, Rules, recalled};
use crate::config::wire::behaviour::Behaviour;
use crate::policy::Route;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

const MEMORY: usize = 4 << 20;
const LEAST_MEMORY: usize = 4096;
const MOST_MEMORY: usize = 256 << 20;
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
const YEAR: Duration = Duration::from_hours(8760);
const AFTER: Duration = Duration::from_mins(10);
const KEEP: Duration = Duration::from_hours(720);

/// How much is remembered, and how long.
pub(super) fn limits(
    part: Option<Part<Behaviour>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Limits> {
    let written = Part::open_if_there(part, at, faults)?.unwrap_or_default();
    let memory_at = at.member("memory");
    let memory = match Part::open_if_there(written.memory, &memory_at, faults) {
        None => None,
        Some(None) => Some(MEMORY),
        Some(Some(it)) => size(&it, LEAST_MEMORY..=MOST_MEMORY, &memory_at, faults),
    };
    let after_at = at.member("after");
    let after = span_or(written.after, AFTER, SECOND..=DAY, &after_at, faults);
    let keep_at = at.member("keep");
    let keep = span_or(written.keep, KEEP, HOUR..=YEAR, &keep_at, faults);
    let (memory, after, keep) = (memory?, after?, keep?);
    let problem = "must be longer than `after`, or nothing is ever seen before";
    faults.check(keep > after, &keep_at, problem);
    Some(Limits {
        memory,
        after,
        keep,
    })
}

/// Has every route remember what the conditions of any route ask of it. `routes` are all of the
/// document; `is_written` says whether it has a `behaviour`.
pub(super) fn link(
    routes: &mut [Route],
    is_written: bool,
    routes_at: &At<'_>,
    faults: &mut Faults,
) {
    let mut asked = Asked::default();
    for (place, route) in routes.iter_mut().enumerate() {
        let own: Vec<Condition> = route.risk.past().cloned().collect();
        let problem = format!(
            "has {} conditions on what was forwarded before, and may have {}",
            own.len(),
            recalled::MOST
        );
        let at = routes_at.item(place);
        let at = at.member("risk");
        faults.check(own.len() <= recalled::MOST, &at.member("signals"), problem);
        let class = route.class();
        for learner in learners(route) {
            for condition in &own {
                learner.rules.ask(&learner.class, condition.clone());
            }
        }
        for condition in own {
            asked.add(&class, condition);
        }
    }
    for route in routes.iter_mut().filter(|route| !route.issuance) {
        let class = route.class();
        for learner in learners(route) {
            for condition in asked.of_classes.get(&class).into_iter().flatten() {
                learner.rules.count_for(&learner.class, condition);
            }
            let steps = learner.names.iter();
            for condition in steps.filter_map(|name| asked.of_steps.get(name)).flatten() {
                learner.rules.count_for(&learner.class, condition);
            }
        }
    }
    let problem = "has no effect: no route asks what was forwarded before";
    let at = At::Document.member("behaviour");
    faults.check(!is_written || asked.is_any, &at, problem);
    classes(routes, &asked, routes_at, faults);
    sequences(routes, routes_at, faults);
    let most = Rules::most_bytes(routes.iter().flat_map(Route::past));
    let problem = format!(
        "count up to {most} bytes of one subject, and there is room for {MOST_COUNTED}: write fewer \
         budgets, currencies, steps or distinct values"
    );
    faults.check(most <= MOST_COUNTED, routes_at, problem);
}

/// Requests that teach and ask apart from others: those of a route, or of each class of its calls.
struct Learner<'r> {
    class: Rc<str>,
    /// What they are called in sequences.
    names: Vec<Rc<str>>,
    rules: &'r mut Rules,
}

fn learners(route: &mut Route) -> Vec<Learner<'_>> {
    let class = route.class();
    let name = &route.name;
    match &mut route.mcp {
        None => vec![Learner {
            class,
            names: vec![Rc::clone(name)],
            rules: &mut route.behaviour,
        }],
        Some(mcp) => {
            let classes = mcp.classes.iter_mut();
            let learners = classes.map(|own| Learner {
                // No name has a slash.
                class: [&*class, "/", &*own.name].concat().into(),
                names: vec![Rc::clone(name), Rc::clone(&own.name)],
                rules: &mut own.behaviour,
            });
            learners.collect()
        }
    }
}

/// What routes ask of the past.
#[derive(Default)]
struct Asked {
    is_any: bool,
    /// By the class that it is asked of.
    of_classes: BTreeMap<Rc<str>, Vec<Condition>>,
    /// Sequences, by each of their steps.
    of_steps: BTreeMap<Rc<str>, Vec<Condition>>,
}

impl Asked {
    fn add(&mut self, class: &Rc<str>, condition: Condition) {
        self.is_any = true;
        if let Condition::Sequence { steps, .. } = &condition {
            for step in steps.iter() {
                let own = self.of_steps.entry(Rc::clone(step)).or_default();
                own.push(condition.clone());
            }
        } else {
            let own = self.of_classes.entry(Rc::clone(class)).or_default();
            own.push(condition);
        }
    }
}

/// Tells classes in which nothing is asked, and routes that are less sensitive than another of their
/// class: they would make callers known there.
fn classes(routes: &[Route], asked: &Asked, at: &At<'_>, faults: &mut Faults) {
    let mut highest: BTreeMap<Rc<str>, (usize, Sensitivity)> = BTreeMap::new();
    for (place, route) in routes.iter().enumerate() {
        for (class, own) in sensitivities(route) {
            let known = highest.entry(class).or_insert((place, own));
            if own.steps > known.1.steps {
                *known = (place, own);
            }
        }
    }
    for (place, route) in routes.iter().enumerate() {
        let lower = sensitivities(route).into_iter().find_map(|(class, own)| {
            let (other, most) = highest.get(&class)?;
            (most.steps > own.steps).then_some((*other, *most))
        });
        if let Some(class) = &route.risk.learn_in {
            let at = at.item(place);
            let at = at.member("risk");
            let at = at.member("learn_in");
            let problem =
                "has no effect: no route that learns in it asks what was forwarded before";
            faults.check(asked.of_classes.contains_key(class), &at, problem);
        }
        let Some((other, most)) = lower else { continue };
        let (Some(sensitive), has) = (routes.get(other), most.has) else {
            continue;
        };
        // Where the route only has its own name, the other took it.
        let (blamed, problem) = match &route.risk.learn_in {
            Some(_) => (
                place,
                format!(
                    "is the class of {:?} too, which {has}: this route is less sensitive, and would \
                     make callers known there",
                    &*sensitive.name
                ),
            ),
            // The name is another route's own, which is told elsewhere.
            None if sensitive.risk.learn_in.is_none() => continue,
            None => (
                other,
                format!(
                    "is the class of {:?} too: this route {has}, and that one is less sensitive and \
                     would make callers known here",
                    &*route.name
                ),
            ),
        };
        let at = at.item(blamed);
        let at = at.member("risk");
        faults.add(&at.member("learn_in"), problem);
    }
}

/// How sensitive requests are, in three steps.
#[derive(Clone, Copy)]
struct Sensitivity {
    steps: u8,
    has: &'static str,
}

/// How sensitive requests of a route are, or of each class of its calls, by the class that they teach.
fn sensitivities(route: &Route) -> Vec<(Rc<str>, Sensitivity)> {
    let is_safe = |method: &String| matches!(method.as_str(), "GET" | "HEAD" | "OPTIONS");
    let of = |is_transaction: bool| {
        let (steps, has) = if is_transaction {
            (2, "has a `transaction`")
        } else if !route.methods.iter().all(is_safe) {
            (1, "changes something")
        } else {
            (0, "only reads")
        };
        Sensitivity { steps, has }
    };
    let class = route.class();
    match &route.mcp {
        None => vec![(class, of(route.transaction.is_some()))],
        Some(mcp) => {
            let classes = mcp.classes.iter();
            let each = classes.map(|own| {
                let name = [&*class, "/", &*own.name].concat();
                (name.into(), of(own.transaction.is_some()))
            });
            each.collect()
        }
    }
}

/// What requests of a route are called in sequences.
fn names_of(route: &Route) -> impl Iterator<Item = &str> {
    let classes = route.mcp.iter().flat_map(|mcp| &mcp.classes);
    std::iter::once(&*route.name).chain(classes.map(|class| &*class.name))
}

/// Tells steps that are no routes, and sequences that no request of their route ends.
fn sequences(routes: &[Route], at: &At<'_>, faults: &mut Faults) {
    let known = routes.iter().filter(|route| !route.issuance);
    let names: BTreeSet<&str> = known.flat_map(names_of).collect();
    for (place, route) in routes.iter().enumerate() {
        let at = at.item(place);
        let risk_at = at.member("risk");
        let signals_at = risk_at.member("signals");
        for (number, signal) in route.risk.signals.iter().enumerate() {
            let past = signal.when.past().map(|past| &past.condition);
            let Some(Condition::Sequence { steps, .. }) = past else {
                continue;
            };
            let at = signals_at.item(number);
            let at = at.member("budget");
            let at = at.member("sequence");
            for (place, step) in steps.iter().enumerate() {
                let problem = format!(
                    "there is no route and no class of calls named {:?} whose callers are known",
                    &**step
                );
                faults.check(names.contains(&**step), &at.item(place), problem);
            }
            let problem = format!("must end with this route, {:?}", &*route.name);
            let last = steps.last();
            let ends = last.is_some_and(|last| names_of(route).any(|name| *name == **last));
            faults.check(ends, &at, problem);
        }
    }
}
