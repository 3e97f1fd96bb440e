use super::*;
use crate::json::Limits;
use crate::json::decimal::Decimal;
use crate::json::{Json, Pointer};
use crate::testing::test;
use crate::time::UnixTime;
use std::net::IpAddr;

const NOW: i64 = 1_774_605_600; // Friday, 27 March 2026, 10:00 UTC.

fn json(text: &str) -> Json {
    let limits = Limits {
        bytes: 4096,
        depth: 8,
    };
    Json::parse(text.as_bytes(), limits).unwrap()
}

fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).unwrap()
}

/// A request that shows everything; a test takes away, or changes.
#[derive(Clone, Debug)]
pub(super) struct Shown<'a> {
    pub(super) source: Option<IpAddr>,
    pub(super) header: Option<&'a str>,
    pub(super) issued_at: Option<UnixTime>,
    pub(super) authenticated_at: Option<UnixTime>,
    pub(super) acr: Option<&'a str>,
    pub(super) scopes: Option<Vec<String>>,
    pub(super) actors: Option<usize>,
    pub(super) strength: Option<Strength>,
    pub(super) body_is_bound: bool,
    pub(super) kind: Option<SubjectKind>,
    pub(super) class: Option<&'a str>,
    pub(super) length: Option<usize>,
    pub(super) detail: Option<&'a Json>,
    pub(super) content: Option<&'a Json>,
}

impl Facts for Shown<'_> {
    fn now(&self) -> UnixTime {
        UnixTime::from_secs(NOW)
    }
    fn source(&self) -> Option<IpAddr> {
        self.source
    }
    fn header_of_hop(&self, name: &str) -> Option<&str> {
        self.header.filter(|_| name == "x-said")
    }
    fn issued_at(&self) -> Option<UnixTime> {
        self.issued_at
    }
    fn authenticated_at(&self) -> Option<UnixTime> {
        self.authenticated_at
    }
    fn acr(&self) -> Option<&str> {
        self.acr
    }
    fn scopes(&self) -> Option<&[String]> {
        self.scopes.as_deref()
    }
    fn actors(&self) -> Option<usize> {
        self.actors
    }
    fn strength(&self) -> Option<Strength> {
        self.strength
    }
    fn body_is_bound(&self) -> bool {
        self.body_is_bound
    }
    fn subject_kind(&self) -> Option<SubjectKind> {
        self.kind
    }
    fn tool_class(&self) -> Option<&str> {
        self.class
    }
    fn body_length(&self) -> Option<usize> {
        self.length
    }
    fn detail(&self) -> Option<&Json> {
        self.detail
    }
    fn content(&self) -> Option<&Json> {
        self.content
    }
}

pub(super) fn facts(detail: Option<&Json>) -> Shown<'_> {
    Shown {
        source: Some(IpAddr::from([10, 1, 2, 3])),
        header: Some("DE"),
        issued_at: Some(UnixTime::from_secs(NOW - 60)),
        authenticated_at: Some(UnixTime::from_secs(NOW - 60)),
        acr: Some("loa:3"),
        scopes: Some(["read", "write"].map(str::to_owned).to_vec()),
        actors: Some(1),
        strength: Some(Strength::Certificate),
        body_is_bound: true,
        kind: Some(SubjectKind::Human),
        class: Some("reads"),
        length: Some(4096),
        detail,
        content: None,
    }
}

/// A request that shows nothing.
struct Nothing;

impl Facts for Nothing {
    fn now(&self) -> UnixTime {
        UnixTime::from_secs(NOW)
    }
}

impl Condition {
    /// Whether any of a hundred points count.
    fn holds(&self, facts: &dyn Facts) -> bool {
        self.points(100, facts).0 > 0
    }
}

fn signal(name: &str, add: u32, when: Condition) -> Signal {
    Signal {
        name: Rc::from(name),
        add,
        when,
    }
}

/// A condition that holds for every request, and one that holds for none.
fn always() -> Condition {
    Condition::OutsideNetworks(Vec::new())
}
fn never() -> Condition {
    Condition::TokenOlderThan(Duration::MAX)
}

fn rules(base: u32, signals: Vec<Signal>, thresholds: (Option<u32>, Option<u32>)) -> Rules {
    Rules {
        behaviour_cap: 0,
        learn_in: None,
        base,
        signals,
        step_up_at: thresholds.0,
        refuse_at: thresholds.1,
    }
}

#[test]
fn a_score_says_what_it_is_made_of() {
    let list = vec![
        signal("second", 5, always()),
        signal("silent", 7, never()),
        signal("first", 0, always()),
        signal("second", 1, always()),
    ];
    let score = rules(30, list, (None, None)).score(&facts(None));
    let parts: Vec<_> = score
        .contributions()
        .iter()
        .map(|part| (&*part.name, part.add))
        .collect();
    assert_eq!(parts, [("base", 30), ("second", 5), ("second", 1)]);
    assert_eq!(score.total(), 36);

    let nothing = rules(0, Vec::new(), (None, None)).score(&facts(None));
    assert_eq!((nothing.total(), nothing.contributions()), (0, &[][..]));

    let list = vec![
        signal("a", u32::MAX, always()),
        signal("b", u32::MAX, always()),
    ];
    assert_eq!(
        rules(1, list, (None, None)).score(&facts(None)).total(),
        u32::MAX
    );
}

#[test]
fn thresholds_are_reached_at_their_own_points() {
    for (total, step_up_at, refuse_at, band) in [
        (59, Some(60), Some(100), Band::Low),
        (60, Some(60), Some(100), Band::StepUp),
        (99, Some(60), Some(100), Band::StepUp),
        (100, Some(60), Some(100), Band::Refuse),
        (u32::MAX, Some(60), None, Band::StepUp),
        (u32::MAX, None, None, Band::Low),
        (99, None, Some(100), Band::Low),
        (100, None, Some(100), Band::Refuse),
        (100, Some(100), Some(100), Band::Refuse),
        (100, Some(200), Some(100), Band::Refuse),
        (0, Some(0), None, Band::StepUp),
    ] {
        let rules = rules(total, Vec::new(), (step_up_at, refuse_at));
        let score = rules.score(&facts(None));
        assert_eq!(
            rules.band(&score),
            band,
            "{total} {step_up_at:?} {refuse_at:?}"
        );
    }
    assert!(Band::Low < Band::StepUp && Band::StepUp < Band::Refuse);
}

#[test]
fn ages_count_from_the_limit_on_and_never_from_the_future() {
    let limit = Duration::from_mins(5);
    for (age_ms, older) in [
        (0, false),
        (300_000, false),
        (300_001, true),
        (-1, false),
        (i64::MAX, true),
        (i64::MIN + 1, false),
    ] {
        let then = UnixTime::from_millis((NOW * 1000).saturating_sub(age_ms));
        let token = Shown {
            issued_at: Some(then),
            ..facts(None)
        };
        assert_eq!(
            Condition::TokenOlderThan(limit).holds(&token),
            older,
            "{age_ms}"
        );
        let login = Shown {
            authenticated_at: Some(then),
            ..facts(None)
        };
        assert_eq!(
            Condition::AuthenticationOlderThan(limit).holds(&login),
            older,
            "{age_ms}"
        );
    }
    let unknown = Shown {
        authenticated_at: None,
        ..facts(None)
    };
    assert!(Condition::AuthenticationOlderThan(Duration::MAX).holds(&unknown));
}

#[test]
fn a_source_is_outside_unless_a_network_holds_it() {
    let networks = ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"];
    let networks = networks.map(|text| text.parse().expect(text)).to_vec();
    let condition = Condition::OutsideNetworks(networks);
    for (source, outside) in [
        ("10.0.0.0", false),
        ("10.255.255.255", false),
        ("11.0.0.0", true),
        ("192.0.2.7", false),
        ("192.0.2.8", true),
        ("2001:db8::1", false),
        ("2001:db9::1", true),
        ("::ffff:10.1.2.3", false),
        ("::ffff:11.1.2.3", true),
        ("::10.1.2.3", true),
    ] {
        let facts = Shown {
            source: Some(source.parse().expect(source)),
            ..facts(None)
        };
        assert_eq!(condition.holds(&facts), outside, "{source}");
    }
    let unknown = Shown {
        source: None,
        ..facts(None)
    };
    assert!(condition.holds(&unknown));
    let everywhere = vec!["0.0.0.0/0".parse().unwrap(), "::/0".parse().unwrap()];
    assert!(Condition::OutsideNetworks(everywhere).holds(&unknown));
    assert!(Condition::OutsideNetworks(Vec::new()).holds(&facts(None)));
}

#[test]
fn hours_are_asked_for_now() {
    let condition = |window| Condition::OutsideHours(hours::Hours::parse(window).expect(window));
    assert!(!condition("Fri 10:00-10:01 UTC").holds(&facts(None)));
    assert!(!condition("Fri 10:00-09:00 UTC").holds(&facts(None)));
    assert!(condition("Fri 09:00-10:00 UTC").holds(&facts(None)));
    assert!(condition("Thu 10:00-10:01 UTC").holds(&facts(None)));
}

#[test]
fn an_amount_is_above_unless_it_is_known_not_to_be() {
    let currency = Some((pointer("/sum/currency"), "EUR".to_owned()));
    let above = Above {
        claim: pointer("/sum/amount"),
        limit: Decimal::parse("10000").unwrap(),
        currency,
    };
    let of = |amount: &str, currency: &str| {
        format!(r#"{{"sum":{{"amount":{amount},"currency":{currency}}}}}"#)
    };
    for (detail, holds) in [
        (of(r#""0""#, r#""EUR""#), false),
        (of(r#""10000""#, r#""EUR""#), false),
        (of(r#""10000.00""#, r#""EUR""#), false),
        (of("10000", r#""EUR""#), false),
        (of("9999.99", r#""EUR""#), false),
        (of(r#""10000.01""#, r#""EUR""#), true),
        (of("10000.01", r#""EUR""#), true),
        (of("1e1", r#""EUR""#), true),
        (of("-1", r#""EUR""#), true),
        (of(r#"" 1""#, r#""EUR""#), true),
        (of("true", r#""EUR""#), true),
        (of("null", r#""EUR""#), true),
        (of(r#"["1"]"#, r#""EUR""#), true),
        (of(r#""1""#, r#""USD""#), true),
        (of(r#""1""#, r#""eur""#), true),
        (of(r#""1""#, "null"), true),
        (r#"{"sum":{"amount":"1"}}"#.to_owned(), true),
        (r#"{"sum":{"currency":"EUR"}}"#.to_owned(), true),
        ("{}".to_owned(), true),
        ("[]".to_owned(), true),
    ] {
        let json = json(&detail);
        let condition = Condition::Above(above.clone());
        assert_eq!(condition.holds(&facts(Some(&json))), holds, "{detail}");
    }
    assert!(Condition::Above(above.clone()).holds(&facts(None)));

    let any_currency = Condition::Above(Above {
        currency: None,
        ..above
    });
    let json = json(r#"{"sum":{"amount":"1"}}"#);
    assert!(!any_currency.holds(&facts(Some(&json))));
}

#[test]
fn what_is_missing_counts() {
    let decimal = Decimal::parse("1").unwrap();
    let conditions = [
        Condition::OutsideNetworks(vec!["0.0.0.0/0".parse().unwrap()]),
        signals::source_class(),
        Condition::RiskHeader(signals::risk_header()),
        Condition::TokenOlderThan(Duration::MAX),
        Condition::AuthenticationOlderThan(Duration::MAX),
        signals::acr_below(),
        signals::excess_scopes(9),
        Condition::ActorsAbove(9),
        Condition::ProofWeakerThan(Strength::Dpop),
        Condition::BodyUnbound,
        Condition::SubjectKind(Vec::new()),
        Condition::ToolClass(Vec::new()),
        Condition::BodyAbove(usize::MAX),
        Condition::Above(Above {
            claim: pointer("/amount"),
            limit: decimal,
            currency: None,
        }),
    ];
    for condition in conditions {
        assert_eq!(
            condition.points(7, &Nothing),
            (7, false),
            "{}",
            condition.name()
        );
    }
}

mod argument;
mod past;
#[cfg(not(target_arch = "wasm32"))]
mod properties;
mod signals;
