//! Which route a request belongs to: by method and path template, first match wins, indexed.

use std::rc::Rc;

/// A path template of literal segments and `{parameters}`, each filling one whole segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    segments: Vec<Segment>,
}

/// One segment of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Matches itself, byte for byte.
    Literal(String),
    /// Matches any one segment and names it.
    Parameter(Rc<str>),
}

/// Why a text is not a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadTemplate(pub &'static str);

/// The path parameters of a match: names, and percent-decoded values.
pub type Parameters = Vec<(Rc<str>, String)>;

impl Template {
    /// Reads a template such as `/accounts/{account}/transfers`.
    ///
    /// # Errors
    /// [`BadTemplate`] says what is wrong: no leading slash, an ambiguous segment, a repeated or
    /// malformed parameter name.
    pub fn parse(text: &str) -> Result<Self, BadTemplate> {
        let _ = text;
        todo!()
    }

    /// The segments.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The parameters of a path that this template matched. Values that are not UTF-8 once decoded
    /// are none.
    #[must_use]
    pub fn parameters(&self, path: &str) -> Option<Parameters> {
        let _ = path;
        todo!()
    }
}

/// What the index has for a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The route of this index (its place in the list the index was built from).
    Route(usize),
    /// Some route lists this path, but none this method.
    OtherMethod,
    /// No route lists this path.
    Nothing,
}

/// All routes of a policy, indexed by segment.
#[derive(Debug, Default)]
pub struct Index {
    root: Node,
}

#[derive(Debug, Default)]
struct Node {
    methods: Vec<(String, usize)>,
}

/// A route that can never match, because an earlier one takes all that it would.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shadowed {
    /// The route that cannot match.
    pub route: usize,
    /// The method that an earlier route takes.
    pub by: usize,
}

impl Index {
    /// Indexes the routes, each with its methods and its template, in their order.
    ///
    /// # Errors
    /// Every route that an earlier one shadows for one of its methods.
    pub fn build(routes: &[(Vec<String>, Template)]) -> Result<Self, Vec<Shadowed>> {
        let _ = routes;
        todo!()
    }

    /// The first route in order that lists this method and path.
    #[must_use]
    pub fn find(&self, method: &str, path: &str) -> Found {
        let _ = (method, path, &self.root.methods);
        todo!()
    }
}
