//! What a request is for, as far as its body says it.

use crate::config::compile::{At, Faults, Part, text, units};
use crate::config::wire::risk::Argument as Written;
use crate::config::wire::scalar::Size;
use crate::policy::mcp::Class;
use crate::risk::Condition;
use crate::risk::argument::{Argument, Counts, MOST_PATTERNS};
use crate::risk::pattern::Pattern;

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

/// A place in the body, and patterns of what stands there.
pub(super) fn argument(
    written: Written,
    reads_json: Option<bool>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let pointer_at = at.member("at");
    let pointer = written.at.open(&pointer_at, faults);
    let pointer = pointer.and_then(|it| text::pointer(&it, &pointer_at, faults));
    let counts = match (written.like, written.unlike) {
        (Some(part), None) => patterns(part, true, &at.member("like"), faults).map(Counts::Like),
        (None, Some(part)) => {
            patterns(part, false, &at.member("unlike"), faults).map(Counts::Unlike)
        }
        (Some(_), Some(_)) | (None, None) => {
            faults.add(at, "needs exactly one of `like`, `unlike`");
            None
        }
    };
    let problem = "needs `body: held` on this route, read as JSON";
    let is_read = faults.check(reads_json?, at, problem);
    let (pointer, counts) = (pointer?, counts?);
    is_read.then_some(Condition::Argument(Argument {
        at: pointer,
        counts,
    }))
}

fn patterns(
    part: Part<Vec<String>>,
    is_folded: bool,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Vec<Pattern>> {
    let written = part.open(at, faults)?;
    text::repeated(&written, at, faults);
    let count = written.len();
    let problem = format!("has {count} patterns, and may have {MOST_PATTERNS}");
    let fits = faults.check(count <= MOST_PATTERNS, at, problem);
    let mut patterns = Vec::with_capacity(count);
    for (place, text) in written.iter().enumerate() {
        let folded = is_folded.then(|| text.to_lowercase());
        let pattern = Pattern::parse(folded.as_ref().unwrap_or(text));
        let pattern = pattern.map_err(|bad| format!("{text:?} is no pattern: it {}", bad.0));
        patterns.extend(faults.keep(pattern, &at.item(place)));
    }
    (fits && patterns.len() == count).then_some(patterns)
}
