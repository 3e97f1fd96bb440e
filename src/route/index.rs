//! A tree of segments. A request walks one branch for each template that may still match it, and
//! no branch whose routes all come after the best one found.

use super::segment::{Segments, careless, same};
use super::{Found, Segment, Template};
use std::cmp::Ordering;

/// All routes of a policy, indexed by segment.
#[derive(Debug, Default)]
pub struct Index {
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    /// The smallest ordinal at or below this node.
    first: usize,
    /// The methods of the routes that end here, in the order of the routes.
    methods: Vec<(String, usize)>,
    /// Ordered by [`Literal::careless`].
    literals: Vec<(Literal, Self)>,
    parameter: Option<Box<Self>>,
}

/// A literal segment, as it is written and as a careless reader sees it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Literal {
    careless: Vec<u8>,
    exact: String,
}

/// One step down the tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Literal(Literal),
    Parameter,
}

/// A route that can never match for one of its methods, because an earlier one takes all that it
/// would: every segment of its template is covered by the earlier one's, letter case aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shadowed {
    /// The route that cannot match.
    pub route: usize,
    /// The place of the method in that route's list.
    pub method: usize,
    /// The earlier route that takes it.
    pub by: usize,
}

/// A route on its way into the tree: its steps, its ordinal, its methods.
type Entry<'a> = (Vec<Step>, usize, &'a [String]);

impl Index {
    /// Indexes the routes, each with its methods and its template, in their order.
    ///
    /// # Errors
    /// Every route that an earlier one shadows for one of its methods, in order.
    pub fn build(routes: &[(Vec<String>, Template)]) -> Result<Self, Vec<Shadowed>> {
        let mut entries: Vec<Entry<'_>> = routes
            .iter()
            .enumerate()
            .map(|(ordinal, (methods, template))| (steps(template), ordinal, methods.as_slice()))
            .collect();
        entries.sort();
        let root = Node::of(0, &entries);

        let mut shadowed = Vec::new();
        for (steps, route, methods) in &entries {
            for (place, method) in methods.iter().enumerate() {
                if let Some(by) = root.covering(steps, method, *route) {
                    shadowed.push(Shadowed {
                        route: *route,
                        method: place,
                        by,
                    });
                }
            }
        }
        if shadowed.is_empty() {
            return Ok(Self { root });
        }
        shadowed.sort_by_key(|fault| (fault.route, fault.method));
        Err(shadowed)
    }

    /// The first route in order that lists this method and path. `path` has no query.
    ///
    /// Methods are compared exactly. A path that an earlier route lists in another spelling is
    /// [`Found::OtherSpelling`] even where a later route, such as one with a parameter in that place,
    /// would take it: letter case must not lead around a stricter route.
    #[must_use]
    pub fn find(&self, method: &str, path: &str) -> Found {
        self.search(method, path).found()
    }

    fn search<'q>(&self, method: &'q str, path: &'q str) -> Search<'q> {
        let mut search = Search {
            method,
            exact: None,
            careless: None,
            listed: false,
            listed_carelessly: false,
            #[cfg(test)]
            visited: 0,
        };
        if let Some(path) = Segments::of(path) {
            search.walk(&self.root, path, true);
        }
        search
    }

    #[cfg(test)]
    pub(super) fn visited(&self, method: &str, path: &str) -> usize {
        self.search(method, path).visited
    }
}

fn steps(template: &Template) -> Vec<Step> {
    template
        .segments()
        .iter()
        .map(|segment| match segment {
            Segment::Literal(text) => Step::Literal(Literal {
                careless: careless(text).collect(),
                exact: text.clone(),
            }),
            Segment::Parameter(_) => Step::Parameter,
        })
        .collect()
}

impl Node {
    /// The tree of sorted entries that agree in their first `depth` steps.
    fn of(depth: usize, entries: &[Entry<'_>]) -> Self {
        let mut node = Self {
            first: entries.iter().map(|entry| entry.1).min().unwrap_or(0),
            ..Self::default()
        };
        let below = depth.saturating_add(1);
        for group in entries.chunk_by(|a, b| a.0.get(depth) == b.0.get(depth)) {
            match group.first().and_then(|entry| entry.0.get(depth)) {
                None => {
                    let methods = group.iter().flat_map(|(_, ordinal, methods)| {
                        methods.iter().map(|method| (method.clone(), *ordinal))
                    });
                    node.methods = methods.collect();
                }
                Some(Step::Literal(literal)) => {
                    let child = Self::of(below, group);
                    node.literals.push((literal.clone(), child));
                }
                Some(Step::Parameter) => {
                    node.parameter = Some(Box::new(Self::of(below, group)));
                }
            }
        }
        node
    }

    /// The first route before `before` that takes every path of these steps for the method.
    fn covering(&self, steps: &[Step], method: &str, before: usize) -> Option<usize> {
        if self.first >= before {
            return None;
        }
        let Some((step, rest)) = steps.split_first() else {
            return self.route_of(method).filter(|route| *route < before);
        };
        let mut best = None;
        if let Step::Literal(wanted) = step {
            for (_, child) in self.like(&wanted.careless.iter().copied()) {
                best = child
                    .covering(rest, method, best.unwrap_or(before))
                    .or(best);
            }
        }
        if let Some(child) = &self.parameter {
            best = child
                .covering(rest, method, best.unwrap_or(before))
                .or(best);
        }
        best
    }

    /// The first route that ends here and lists the method.
    fn route_of(&self, method: &str) -> Option<usize> {
        let mut routes = self.methods.iter();
        routes
            .find(|(own, _)| own == method)
            .map(|(_, route)| *route)
    }

    /// The literal children that a careless reader takes for this segment.
    fn like<I>(&self, segment: &I) -> &[(Literal, Self)]
    where
        I: Iterator<Item = u8> + Clone,
    {
        let order = |literal: &Literal| literal.careless.iter().copied().cmp(segment.clone());
        let start = self
            .literals
            .partition_point(|(literal, _)| order(literal) == Ordering::Less);
        let tail = self.literals.get(start..).unwrap_or_default();
        let length = tail
            .iter()
            .take_while(|(literal, _)| order(literal) == Ordering::Equal)
            .count();
        tail.get(..length).unwrap_or_default()
    }
}

/// What one walk has seen.
struct Search<'q> {
    method: &'q str,
    /// The first route that lists path and method.
    exact: Option<usize>,
    /// The first route that lists the method, and the path in another spelling.
    careless: Option<usize>,
    /// Whether a route lists the path.
    listed: bool,
    /// Whether a route lists the path in another spelling.
    listed_carelessly: bool,
    #[cfg(test)]
    visited: usize,
}

impl Search<'_> {
    fn walk(&mut self, node: &Node, mut path: Segments<'_>, exact: bool) {
        if self.exact.is_some_and(|best| node.first >= best) {
            return;
        }
        #[cfg(test)]
        {
            self.visited = self.visited.saturating_add(1);
        }
        let Some(segment) = path.next() else {
            self.arrive(node, exact);
            return;
        };
        for (literal, child) in node.like(&careless(segment)) {
            self.walk(child, path.clone(), exact && same(&literal.exact, segment));
        }
        if let Some(child) = node.parameter.as_deref().filter(|_| !segment.is_empty()) {
            self.walk(child, path, exact);
        }
    }

    fn arrive(&mut self, node: &Node, exact: bool) {
        let (best, listed) = if exact {
            (&mut self.exact, &mut self.listed)
        } else {
            (&mut self.careless, &mut self.listed_carelessly)
        };
        *listed |= !node.methods.is_empty();
        let earlier = |route: &usize| best.is_none_or(|best| *route < best);
        if let Some(route) = node.route_of(self.method).filter(earlier) {
            *best = Some(route);
        }
    }

    fn found(&self) -> Found {
        match self.exact {
            Some(route) if self.careless.is_some_and(|other| other < route) => Found::OtherSpelling,
            Some(route) => Found::Route(route),
            None if self.listed => Found::OtherMethod,
            None if self.listed_carelessly => Found::OtherSpelling,
            None => Found::Nothing,
        }
    }
}
