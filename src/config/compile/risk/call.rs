//! What a request is for, as far as its body says it.

use crate::config::compile::{At, Faults, text, units};
use crate::config::wire::scalar::Size;
use crate::policy::mcp::Class;
use crate::risk::Condition;

/// Classes of calls, some of those that the route has.
#[expect(clippy::option_option, reason = "none and at fault are two things")]
pub(super) fn class(
    written: &[String],
    calls: Option<Option<&[Class]>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    text::repeated(written, at, faults);
    let Some(known) = calls? else {
        faults.add(at, "needs `mcp` on this route, which has the classes");
        return None;
    };
    let mut named = Vec::with_capacity(written.len());
    for (place, name) in written.iter().enumerate() {
        let class = known.iter().find(|class| *class.name == **name);
        let class = class.ok_or(format!("{name:?} is no class of this route"));
        let class = faults.keep(class, &at.item(place));
        named.extend(class.map(|class| std::rc::Rc::clone(&class.name)));
    }
    let problem = "always counts: these are all classes of this route; raise `base`";
    let some = faults.check(named.len() < known.len(), at, problem);
    (some && named.len() == written.len()).then_some(Condition::ToolClass(named))
}

/// A size that bodies of the route may exceed.
#[expect(clippy::option_option, reason = "none and at fault are two things")]
pub(super) fn body_above(
    written: &Size,
    most: Option<Option<usize>>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let problem = format!("{:?} is not a size: write 64KiB or 8MiB", written.0);
    let size = faults.keep(units::size(&written.0).ok_or(problem), at)?;
    let Some(most) = most? else {
        faults.add(at, "needs a `body` on this route that is held");
        return None;
    };
    let problem = "never counts: no larger body is held";
    faults
        .check(size < most, at, problem)
        .then_some(Condition::BodyAbove(size))
}
