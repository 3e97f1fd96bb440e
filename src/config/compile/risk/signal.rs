//! A signal: its name, its points, and exactly one condition.

use super::{Carrier, amount, call, expression, past, points, proof, source, time, token};
use crate::config::compile::{At, Faults, Part, text};
use crate::config::wire::risk::Signal as Written;
use crate::config::wire::scalar::Whole;
use crate::risk::{Condition, RESERVED, Signal};

/// The members of which a signal has exactly one.
const CONDITIONS: &str = "`outside`, `source_outside`, `source_class`, `risk_header`, \
                          `token_older_than`, `authentication_older_than`, `acr_below`, \
                          `excess_scopes`, `actors_above`, `proof_weaker_than`, `body_unbound`, \
                          `above`, `subject_kind`, `tool_class`, `body_above`, `argument`, `when`, `first_seen`, `scope_jump`, `rate_above`, `budget`";

pub(super) fn compile(
    mut written: Written,
    route: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Signal> {
    let name_at = at.member("name");
    let holidays_alone = written.holidays.is_some() && written.outside.is_none();
    let is_share = written.risk_header.is_some();
    let conditions = conditions(&mut written, route, at, faults);
    let name = written.name.open(&name_at, faults).filter(|name| {
        let problem = format!("{name:?} stands for `{name}` in records");
        let free = !RESERVED.contains(&name.as_str());
        let free = faults.check(free, &name_at, problem);
        free && text::name(name, &name_at, faults).is_some()
    });
    let problem = "has no effect without `outside`";
    faults.check(!holidays_alone, &at.member("holidays"), problem);
    let add = weight(written.add, written.add_up_to, is_share, at, faults);
    let problem = format!("needs exactly one condition: {CONDITIONS}");
    faults
        .check(conditions.len() == 1, at, problem)
        .then_some(())?;
    Some(Signal {
        name: name?.into(),
        add: add?,
        when: conditions.into_iter().next()??,
    })
}

/// The points: `add`, or of a condition that says how many count, the most of them.
fn weight(
    add: Option<Part<Whole>>,
    add_up_to: Option<Part<Whole>>,
    is_share: bool,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<u32> {
    let (add_at, most_at) = (at.member("add"), at.member("add_up_to"));
    let (part, at) = if is_share {
        let problem = "is `add_up_to` beside `risk_header`, which says how many points count";
        faults.check(add.is_none(), &add_at, problem);
        (add_up_to, most_at)
    } else {
        let problem = "goes with `risk_header`: write `add`";
        faults.check(add_up_to.is_none(), &most_at, problem);
        (add, add_at)
    };
    let Some(part) = part else {
        faults.add(&at, "is missing, and has no default");
        return None;
    };
    points(part.open(&at, faults)?, 1, &at, faults)
}

/// Each condition that is written, and None for one at fault.
fn conditions(
    written: &mut Written,
    route: &Carrier<'_>,
    at: &At<'_>,
    faults: &mut Faults,
) -> Vec<Option<Condition>> {
    let mut found = Found {
        at,
        faults,
        conditions: Vec::new(),
    };
    let (holidays, holidays_at) = (written.holidays.take(), at.member("holidays"));
    found.take("outside", written.outside.take(), |window, at, faults| {
        time::outside(&window, holidays, at, &holidays_at, faults)
    });
    found.take(
        "source_outside",
        written.source_outside.take(),
        |it, at, faults| source::networks(&it, at, faults).map(Condition::OutsideNetworks),
    );
    found.take(
        "source_class",
        written.source_class.take(),
        |it, at, faults| source::class(it, route.hops, at, faults),
    );
    found.take(
        "risk_header",
        written.risk_header.take(),
        |it, at, faults| source::score(it, route.hops, at, faults),
    );
    found.take(
        "token_older_than",
        written.token_older_than.take(),
        |it, at, faults| time::age(&it, at, faults).map(Condition::TokenOlderThan),
    );
    let authentication = written.authentication_older_than.take();
    found.take(
        "authentication_older_than",
        authentication,
        |it, at, faults| time::age(&it, at, faults).map(Condition::AuthenticationOlderThan),
    );
    found.take("acr_below", written.acr_below.take(), token::acr);
    found.take(
        "excess_scopes",
        written.excess_scopes.take(),
        |it, at, faults| token::scopes(it, route.scopes, at, faults),
    );
    let actors = written.actors_above.take();
    found.take("actors_above", actors, |it, at, faults| {
        token::actors(it, route.actors, at, faults)
    });
    found.take(
        "proof_weaker_than",
        written.proof_weaker_than.take(),
        |it, at, faults| proof::weaker_than(it, route.proofs, at, faults),
    );
    found.take(
        "body_unbound",
        written.body_unbound.take(),
        |it, at, faults| proof::body_unbound(it, route.settles_body, at, faults),
    );
    found.take("above", written.above.take(), |it, at, faults| {
        amount::compile(it, route.is_transaction, at, faults)
    });
    found.take(
        "subject_kind",
        written.subject_kind.take(),
        |it, at, faults| token::subject_kind(it, route, at, faults),
    );
    found.take("tool_class", written.tool_class.take(), |it, at, faults| {
        call::class(&it, route.calls, at, faults)
    });
    found.take("body_above", written.body_above.take(), |it, at, faults| {
        call::body_above(&it, route.most_body, at, faults)
    });
    found.take("argument", written.argument.take(), |it, at, faults| {
        call::argument(it, route.reads_json, at, faults)
    });
    found.take("when", written.when.take(), |it, at, faults| {
        expression::compile(&it, route.is_transaction, at, faults)
    });
    found.take("first_seen", written.first_seen.take(), |it, _, _| {
        Some(past::first_seen(it))
    });
    found.take("scope_jump", written.scope_jump.take(), past::scope_jump);
    found.take("rate_above", written.rate_above.take(), past::rate);
    found.take("budget", written.budget.take(), |it, at, faults| {
        past::budget(it, route.is_transaction, at, faults)
    });
    found.conditions
}

/// The conditions that are written so far.
struct Found<'a, 'p> {
    at: &'a At<'p>,
    faults: &'a mut Faults,
    conditions: Vec<Option<Condition>>,
}

impl Found<'_, '_> {
    fn take<T>(
        &mut self,
        member: &str,
        part: Option<Part<T>>,
        compile: impl FnOnce(T, &At<'_>, &mut Faults) -> Option<Condition>,
    ) {
        if let Some(part) = part {
            let at = self.at.member(member);
            let written = part.open(&at, self.faults);
            let condition = written.and_then(|it| compile(it, &at, self.faults));
            self.conditions.push(condition);
        }
    }
}
