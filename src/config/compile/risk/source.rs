//! Where requests come from, and what hops say of them.

use crate::config::compile::{At, Faults, text, within};
use crate::config::units::MAX_INTEGER;
use crate::config::wire::risk::{RiskHeader as WrittenHeader, SourceClass as WrittenClass};
use crate::http::field;
use crate::http::forwarded_certificate::Hop;
use crate::risk::Condition;
use crate::risk::score_of_hop::RiskHeader;
use crate::risk::source::SourceClass;
use ipnet::IpNet;

/// Highest value that may stand for all points of a risk that a hop has scored.
const MOST_FULL: u64 = 1_000_000;

pub(super) fn class(
    written: WrittenClass,
    hops: &[Hop],
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let header_at = at.member("header");
    let header = written.header.open(&header_at, faults);
    let header = header.and_then(|it| header_of_hop(it, hops, &header_at, faults));
    let words_at = at.member("none_of");
    let words = written.none_of.open(&words_at, faults);
    let words = words.and_then(|words| {
        text::repeated(&words, &words_at, faults);
        let mut plain = Vec::with_capacity(words.len());
        for (place, word) in words.into_iter().enumerate() {
            plain.push(text::visible(word, &words_at.item(place), faults)?);
        }
        Some(plain)
    });
    Some(Condition::SourceClass(SourceClass {
        header: header?,
        expected: words?,
    }))
}

pub(super) fn score(
    written: WrittenHeader,
    hops: &[Hop],
    at: &At<'_>,
    faults: &mut Faults,
) -> Option<Condition> {
    let header_at = at.member("header");
    let header = written.header.open(&header_at, faults);
    let header = header.and_then(|it| header_of_hop(it, hops, &header_at, faults));
    let full_at = at.member("full");
    let full = written.full.open(&full_at, faults);
    let full = full.and_then(|it| within(it, 1..=MOST_FULL.min(MAX_INTEGER), &full_at, faults));
    Some(Condition::RiskHeader(RiskHeader {
        header: header?,
        full: u32::try_from(full?).ok()?,
    }))
}

/// A header that is believed of hops alone.
fn header_of_hop(name: String, hops: &[Hop], at: &At<'_>, faults: &mut Faults) -> Option<String> {
    let problem = format!("{name:?} is not a header name in lower case");
    let plain = faults.check(field::is_name(&name), at, problem);
    let problem =
        "needs `hops`: of nobody else such a header is believed, so it would count always";
    let told = faults.check(!hops.is_empty(), at, problem);
    (plain && told).then_some(name)
}

pub(super) fn networks(written: &[String], at: &At<'_>, faults: &mut Faults) -> Option<Vec<IpNet>> {
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
