//! The proxy's own routes: which of ours they agree with.

use super::{Policy, Route};
use crate::http::chosen::{Chosen, Said};
use crate::reason::Reason;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What a policy makes of the routes of the proxy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mesh {
    /// The namespace of their metadata that speaks to the gate. None: they are not read.
    pub namespace: Option<Rc<str>>,
    /// Whether any route asks which one the proxy chose.
    pub is_named: bool,
    /// Routes that list the same methods and the same path, and differ in the route of the proxy that
    /// they are for: all of them, by the first.
    pub alike: BTreeMap<usize, Vec<usize>>,
}

impl Policy {
    /// The route for a request whose method and path are listed in this place, by the route that the
    /// proxy chose. The proxy's choice only ever narrows: whatever it is, method and path fit.
    ///
    /// # Errors
    /// [`Reason::EnvoyRouteUnreadable`] where nobody knows what the proxy says,
    /// [`Reason::EnvoyRouteMismatch`] where it says that the request is another route's.
    ///
    /// # Does not check
    /// That the proxy keeps its choice. Headers that change on the way make it choose again.
    pub fn agreed(&self, place: usize, chosen: &Chosen) -> Result<&Rc<Route>, Reason> {
        if chosen.said == Said::Unreadable {
            return Err(Reason::EnvoyRouteUnreadable); // V4
        }
        let agrees = |route: &&Rc<Route>| {
            let by_name = route.envoy_route.as_deref();
            let named = by_name.is_none_or(|own| chosen.name.as_deref() == Some(own)); // V5
            let noted = match &chosen.said {
                Said::Notes(notes) => notes.route.as_deref(),
                Said::Nothing | Said::Unreadable => None,
            };
            named && noted.is_none_or(|own| *own == *route.name) // V6
        };
        let alone = [place];
        let alike = self.mesh.alike.get(&place);
        let places = alike.map_or(&alone[..], Vec::as_slice).iter();
        let routes = places.filter_map(|place| self.routes.get(*place));
        let mut left = routes.filter(agrees);
        left.next().ok_or(Reason::EnvoyRouteMismatch)
    }
}
