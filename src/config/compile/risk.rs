//! Scores: signals and thresholds, and whether any request can reach them.

use super::{At, Faults, MILLISECOND, Part, span, text, within};
use crate::config::wire::route::{Above as WrittenAbove, Risk, Signal as WrittenSignal};
use crate::config::wire::scalar::{Span, Whole};
use crate::json::decimal::Decimal;
use crate::risk::hours::Hours;
use crate::risk::{Above, Condition, Rules, Signal};
use ipnet::IpNet;
use std::collections::BTreeMap;
use std::time::Duration;

const MOST_POINTS: u64 = 1_000_000;
const CONDITIONS: &str =
    "`outside`, `source_outside`, `token_older_than`, `authentication_older_than`, `above`";

/// `asks` says whether the route has a `step_up`, `is_transaction` whether it has a `transaction`.
pub(super) fn compile(
    written: Risk,
    asks: bool,
    is_transaction: bool,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Rules> {
    let base_at = at.member("base");
    let base = written.base.open(&base_at, faults);
    let base = base.and_then(|it| points(it, 0, &base_at, faults));

    let signals_at = at.member("signals");
    let parts = Part::open_if_there(written.signals, &signals_at, faults);
    let signals = parts.and_then(|parts| {
        let parts = parts.unwrap_or_default();
        let count = parts.len();
        let mut names = BTreeMap::new();
        let mut signals = Vec::with_capacity(count);
        for (place, part) in parts.into_iter().enumerate() {
            let at = signals_at.item(place);
            let signal = part.open(&at, faults);
            let Some(signal) = signal.and_then(|it| signal_of(it, is_transaction, &at, faults))
            else {
                continue;
            };
            if let Some(first) = names.insert(signal.name.clone(), place) {
                let problem = format!("is the name of signals[{first}] already");
                faults.add(&at.member("name"), problem);
            }
            signals.push(signal);
        }
        (signals.len() == count).then_some(signals)
    });

    let [step_up_at, refuse_at] = [
        ("step_up_at", written.step_up_at),
        ("refuse_at", written.refuse_at),
    ]
    .map(|(name, part)| {
        let at = at.member(name);
        match Part::open_if_there(part, &at, faults)? {
            None => Some(None),
            Some(number) => points(number, 1, &at, faults).map(Some),
        }
    });
    let rules = Rules {
        base: base?,
        signals: signals?,
        step_up_at: step_up_at?,
        refuse_at: refuse_at?,
    };
    thresholds(&rules, asks, at, faults);
    Some(rules)
}

/// A threshold that no request can reach, or that every request reaches, is a mistake.
fn thresholds(rules: &Rules, asks: bool, at: &At<'_>, faults: &mut Faults) {
    let all = rules
        .signals
        .iter()
        .fold(rules.base, |sum, signal| sum.saturating_add(signal.add));
    let step_up_at = at.member("step_up_at");
    let refuse_at = at.member("refuse_at");
    match rules.step_up_at {
        None => {
            let problem = "is missing, although the route has a `step_up`";
            faults.check(!asks, &step_up_at, problem);
        }
        Some(threshold) => {
            let problem = "needs a `step_up` on this route that says who is asked";
            faults.check(asks, &step_up_at, problem);
            let problem =
                format!("no request reaches {threshold}: `base` and all signals make {all}");
            faults.check(threshold <= all, &step_up_at, problem);
        }
    }
    let Some(refuse) = rules.refuse_at else {
        return;
    };
    if let Some(step_up) = rules.step_up_at {
        let problem = format!("is {refuse}, and must be above `step_up_at`, {step_up}");
        faults.check(refuse > step_up, &refuse_at, problem);
    }
    let problem = format!(
        "is {refuse}, so `base`, {}, refuses every request",
        rules.base
    );
    faults.check(refuse > rules.base, &refuse_at, problem);
}

fn points(number: Whole, least: u64, at: &At<'_>, faults: &mut Faults) -> Option<u32> {
    let number = within(number, least..=MOST_POINTS, at, faults)?;
    u32::try_from(number).ok()
}

fn signal_of(
    written: WrittenSignal,
    is_transaction: bool,
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Signal> {
    let name_at = at.member("name");
    let name = written.name.open(&name_at, faults).filter(|name| {
        let free = faults.check(
            name != "base",
            &name_at,
            "\"base\" stands for `base` in records",
        );
        free && text::name(name, &name_at, faults).is_some()
    });
    let add_at = at.member("add");
    let add = written.add.open(&add_at, faults);
    let add = add.and_then(|it| points(it, 1, &add_at, faults));

    let members = [
        "outside",
        "source_outside",
        "token_older_than",
        "authentication_older_than",
    ];
    let [outside_at, source_at, token_at, authentication_at] = members.map(|it| at.member(it));
    let above_at = at.member("above");
    // Each condition that is written: Some(None) if it is at fault.
    let outside = written.outside.map(|part| {
        let window = part.open(&outside_at, faults)?;
        let hours = Hours::parse(&window)
            .map_err(|bad| format!("{window:?} is no weekly window: {}", bad.0));
        faults.keep(hours, &outside_at).map(Condition::OutsideHours)
    });
    let source = written.source_outside.map(|part| {
        networks(&part.open(&source_at, faults)?, &source_at, faults)
            .map(Condition::OutsideNetworks)
    });
    let token = written
        .token_older_than
        .map(|part| age(part, &token_at, faults).map(Condition::TokenOlderThan));
    let authentication = written
        .authentication_older_than
        .map(|part| age(part, &authentication_at, faults).map(Condition::AuthenticationOlderThan));
    let above = written.above.map(|part| {
        let amount = above(part.open(&above_at, faults)?, &above_at, faults);
        let problem = "needs a `transaction` on this route, which has the amount";
        let there = faults.check(is_transaction, &above_at, problem);
        amount.filter(|_| there).map(Condition::Above)
    });

    let mut conditions = [outside, source, token, authentication, above]
        .into_iter()
        .flatten();
    let (one, more) = (conditions.next(), conditions.next());
    let single = one.is_some() && more.is_none();
    let problem = format!("needs exactly one condition: {CONDITIONS}");
    faults.check(single, at, problem).then_some(())?;
    Some(Signal {
        name: name?.into(),
        add: add?,
        when: one??,
    })
}

fn age(part: Part<Span>, at: &At<'_>, faults: &mut Faults) -> Option<Duration> {
    let written = part.open(at, faults)?;
    span(
        &written,
        MILLISECOND..=Duration::from_hours(8760),
        at,
        faults,
    )
}

fn networks(written: &[String], at: &At<'_>, faults: &mut Faults) -> Option<Vec<IpNet>> {
    text::repeated(written, at, faults);
    let mut networks = Vec::with_capacity(written.len());
    for (place, text) in written.iter().enumerate() {
        let at = at.item(place);
        match text.parse::<IpNet>() {
            Err(_) => {
                let how = "write an address and the bits that count, such as 10.0.0.0/8";
                faults.add(&at, format!("{text:?} is not a network: {how}"));
            }
            Ok(network) if network != network.trunc() => {
                let problem = format!(
                    "{text:?} has bits outside its mask: write {}",
                    network.trunc()
                );
                faults.add(&at, problem);
            }
            Ok(network) => networks.push(network),
        }
    }
    (networks.len() == written.len()).then_some(networks)
}

fn above(written: WrittenAbove, at: &At<'_>, faults: &mut Faults) -> Option<Above> {
    let claim_at = at.member("claim");
    let claim = written.claim.open(&claim_at, faults);
    let claim = claim.and_then(|it| text::pointer(&it, &claim_at, faults));
    let limit_at = at.member("limit");
    let limit = written.limit.open(&limit_at, faults).and_then(|text| {
        let problem =
            format!("{text:?} is not a decimal number: write digits, such as \"10000.50\"");
        faults.keep(Decimal::parse(&text).ok_or(problem), &limit_at)
    });
    let currency_at = at.member("currency");
    let currency = match Part::open_if_there(written.currency, &currency_at, faults)? {
        None => None,
        Some(written) => {
            let claim_at = currency_at.member("claim");
            let claim = written.claim.open(&claim_at, faults);
            let claim = claim.and_then(|it| text::pointer(&it, &claim_at, faults));
            let is = written.is.open(&currency_at.member("is"), faults);
            Some((claim?, is?))
        }
    };
    Some(Above {
        claim: claim?,
        limit: limit?,
        currency,
    })
}
