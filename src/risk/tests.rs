use super::*;
use crate::json::Limits;
use crate::testing::test;

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

fn facts(detail: Option<&Json>) -> Facts<'_> {
    Facts {
        now: UnixTime::from_secs(NOW),
        source: Some(IpAddr::from([10, 1, 2, 3])),
        issued_at: Some(UnixTime::from_secs(NOW - 60)),
        authenticated_at: Some(UnixTime::from_secs(NOW - 60)),
        detail,
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
        .map(|(n, p)| (&**n, *p))
        .collect();
    assert_eq!(
        parts,
        [("base", 30), ("second", 5), ("first", 0), ("second", 1)]
    );
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
        let token = Facts {
            issued_at: Some(then),
            ..facts(None)
        };
        assert_eq!(
            Condition::TokenOlderThan(limit).holds(&token),
            older,
            "{age_ms}"
        );
        let login = Facts {
            authenticated_at: Some(then),
            ..facts(None)
        };
        assert_eq!(
            Condition::AuthenticationOlderThan(limit).holds(&login),
            older,
            "{age_ms}"
        );
    }
    let unknown = Facts {
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
        let facts = Facts {
            source: Some(source.parse().expect(source)),
            ..facts(None)
        };
        assert_eq!(condition.holds(&facts), outside, "{source}");
    }
    let unknown = Facts {
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

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use super::*;
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::Index;

    /// Points, near the saturation of their sum as often as not.
    fn points() -> impl Strategy<Value = u32> {
        prop_oneof![0..200_u32, any::<u32>()]
    }

    fn signals() -> impl Strategy<Value = Signal> {
        let kinds = (points(), 0..6_u8, 0..600_u64);
        kinds.prop_map(|(add, kind, age)| {
            let when = match kind {
                0 => always(),
                1 => never(),
                2 => Condition::TokenOlderThan(Duration::from_secs(age)),
                3 => Condition::AuthenticationOlderThan(Duration::from_secs(age)),
                4 => Condition::OutsideNetworks(vec![
                    ipnet::Ipv4Net::new_assert([10, 0, 0, 0].into(), 8).into(),
                ]),
                _ => Condition::Above(Above {
                    claim: pointer("/amount"),
                    limit: Decimal::parse("5").expect("a decimal"),
                    currency: None,
                }),
            };
            signal("any", add, when)
        })
    }

    fn routes() -> impl Strategy<Value = Rules> {
        let thresholds = (option::of(points()), option::of(points()));
        (points(), vec(signals(), 1..8), thresholds)
            .prop_map(|(base, signals, thresholds)| rules(base, signals, thresholds))
    }

    fn never_lower(less: &Rules, more: &Rules, facts: &Facts<'_>) {
        let (before, after) = (less.score(facts), more.score(facts));
        assert!(after.total() >= before.total());
        assert!(more.band(&after) >= less.band(&before));
    }

    proptest! {
        #[test]
        fn more_never_counts_less(
            less in routes(),
            another in signals(),
            place in any::<Index>(),
            points in points(),
            (iat, auth_time) in (0..900_i64, option::of(0..900_i64)),
            amount in 0..10_u8,
        ) {
            let detail = json(&format!(r#"{{"amount":{amount}}}"#));
            let facts = Facts {
                issued_at: Some(UnixTime::from_secs(NOW.saturating_sub(iat))),
                authenticated_at: auth_time.map(|age| UnixTime::from_secs(NOW.saturating_sub(age))),
                ..facts(Some(&detail))
            };
            let mut signal_more = less.clone();
            let at = place.index(less.signals.len().saturating_add(1));
            signal_more.signals.insert(at, another);
            never_lower(&less, &signal_more, &facts);

            let mut heavier = less.clone();
            let at = place.index(less.signals.len());
            heavier.signals[at].add = heavier.signals[at].add.saturating_add(points);
            never_lower(&less, &heavier, &facts);

            let mut higher = less.clone();
            higher.base = higher.base.saturating_add(points);
            never_lower(&less, &higher, &facts);
        }
    }
}
