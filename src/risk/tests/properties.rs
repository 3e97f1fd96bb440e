//! More never counts less.

use super::*;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Points, near the saturation of their sum as often as not.
fn points() -> impl Strategy<Value = u32> {
    prop_oneof![0..200_u32, any::<u32>()]
}

/// A condition of every kind.
fn conditions() -> impl Strategy<Value = Condition> {
    let strength = select(vec![
        Strength::Dpop,
        Strength::Certificate,
        Strength::Signature,
    ]);
    let kind = select(vec![
        SubjectKind::Human,
        SubjectKind::Workload,
        SubjectKind::Agent,
    ]);
    (0..19_u8, 0..600_u64, strength, kind).prop_map(|(which, size, strength, kind)| {
        let few = usize::try_from(size % 4).unwrap_or_default();
        match which {
            0 => always(),
            1 => never(),
            2 => Condition::TokenOlderThan(Duration::from_secs(size)),
            3 => Condition::AuthenticationOlderThan(Duration::from_secs(size)),
            4 => Condition::OutsideNetworks(vec![
                ipnet::Ipv4Net::new_assert([10, 0, 0, 0].into(), 8).into(),
            ]),
            5 => {
                Condition::OutsideHours(hours::Hours::parse("Fri 09:00-11:00 UTC").expect("hours"))
            }
            6 => signals::source_class(),
            7 => Condition::RiskHeader(signals::risk_header()),
            8 => signals::acr_below(),
            9 => signals::excess_scopes(few),
            10 => Condition::ActorsAbove(few),
            11 => Condition::ProofWeakerThan(strength),
            12 => Condition::BodyUnbound,
            13 => Condition::SubjectKind(vec![kind]),
            14 => Condition::ToolClass(vec!["exports".into()]),
            15 => Condition::BodyAbove(few),
            16 => Condition::Above(Above {
                claim: pointer("/amount"),
                limit: Decimal::parse("5").expect("a decimal"),
                currency: None,
            }),
            17 => super::argument::like(&["a*"]),
            _ => expression(few),
        }
    })
}

#[cfg(feature = "cel")]
fn expression(which: usize) -> Condition {
    let texts = [
        "detail.amount > 5",
        "!(detail.amount < 5) || actor.depth > 1",
        "detail.amount == 3 ? connection.source == '10.1.2.3' : detail.amount > 7",
        "actor.depth == 0 && detail.amount != 1",
    ];
    let text = texts.get(which).copied().unwrap_or_default();
    Condition::When(Expression::parse(text).expect("an expression"))
}

#[cfg(not(feature = "cel"))]
fn expression(_: usize) -> Condition {
    always()
}

fn signals_of_all_kinds() -> impl Strategy<Value = Signal> {
    (points(), conditions()).prop_map(|(add, when)| signal("any", add, when))
}

fn routes() -> impl Strategy<Value = Rules> {
    let thresholds = (option::of(points()), option::of(points()));
    (points(), vec(signals_of_all_kinds(), 1..12), thresholds)
        .prop_map(|(base, signals, thresholds)| rules(base, signals, thresholds))
}

/// A request with an amount, and any of its facts missing.
fn requests() -> impl Strategy<Value = (Shown<'static>, u8)> {
    let header = select(vec![
        Some("DE"),
        Some("CH"),
        Some("0"),
        Some("4.2"),
        Some("99"),
        None,
    ]);
    let acr = select(vec![Some("loa:1"), Some("loa:3"), None]);
    let strength = option::of(select(vec![
        Strength::Dpop,
        Strength::Certificate,
        Strength::Signature,
    ]));
    let kind = option::of(select(vec![SubjectKind::Human, SubjectKind::Agent]));
    let class = select(vec![Some("reads"), Some("exports"), None]);
    let scopes = option::of(vec(select(vec!["read", "write", "admin"]), 0..4));
    let ages = (option::of(0..900_i64), option::of(0..900_i64));
    let caller = (acr, scopes, option::of(0..4_usize), kind, ages);
    let sources = select(vec![Some([10, 1, 2, 3]), Some([11, 1, 2, 3]), None]);
    let body = (any::<bool>(), option::of(0..4_usize), 0..10_u8);
    (caller, (sources, header, strength, class), body).prop_map(|(caller, way, body)| {
        let (acr, scopes, actors, kind, (iat, auth_time)) = caller;
        let (source, header, strength, class) = way;
        let (body_is_bound, length, amount) = body;
        let ago = |age: i64| UnixTime::from_secs(NOW.saturating_sub(age));
        let shown = Shown {
            source: source.map(IpAddr::from),
            header,
            issued_at: iat.map(ago),
            authenticated_at: auth_time.map(ago),
            acr,
            scopes: scopes.map(|all| all.into_iter().map(str::to_owned).collect()),
            actors,
            strength,
            body_is_bound,
            kind,
            class,
            length,
            detail: None,
            content: None,
        };
        (shown, amount)
    })
}

/// The same request with one fact taken from it.
fn without<'a>(shown: &Shown<'a>, which: u8) -> Shown<'a> {
    let mut less = shown.clone();
    match which {
        0 => less.source = None,
        1 => less.header = None,
        2 => less.issued_at = None,
        3 => less.authenticated_at = None,
        4 => less.acr = None,
        5 => less.scopes = None,
        6 => less.actors = None,
        7 => less.strength = None,
        8 => less.body_is_bound = false,
        9 => less.kind = None,
        10 => less.class = None,
        11 => less.length = None,
        12 => less.content = None,
        _ => less.detail = None,
    }
    less
}

/// The same request with the next weaker proof.
fn weaker<'a>(shown: &Shown<'a>) -> Shown<'a> {
    let strength = match shown.strength {
        Some(Strength::Signature) => Some(Strength::Certificate),
        Some(Strength::Certificate) => Some(Strength::Dpop),
        Some(Strength::Dpop) | None => None,
    };
    Shown {
        strength,
        ..shown.clone()
    }
}

/// That neither the score nor the verdict is milder than before.
fn never_lower(less: &Rules, before: &dyn Facts, more: &Rules, after: &dyn Facts) {
    let (before, after) = (less.score(before), more.score(after));
    assert!(after.total() >= before.total());
    assert!(more.band(&after) >= less.band(&before));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn more_never_counts_less(
        less in routes(),
        another in signals_of_all_kinds(),
        place in any::<Index>(),
        points in points(),
        (shown, amount) in requests(),
    ) {
        let detail = json(&format!(r#"{{"amount":{amount}}}"#));
        let content = json(if amount < 5 { r#"{"to":{"url":"ab"}}"# } else { r#"{"to":{}}"# });
        let content = (amount < 8).then_some(&content);
        let facts = Shown { detail: Some(&detail), content, ..shown };
        let mut signal_more = less.clone();
        let at = place.index(less.signals.len().saturating_add(1));
        signal_more.signals.insert(at, another);
        never_lower(&less, &facts, &signal_more, &facts);

        let mut heavier = less.clone();
        let at = place.index(less.signals.len());
        heavier.signals[at].add = heavier.signals[at].add.saturating_add(points);
        never_lower(&less, &facts, &heavier, &facts);

        let mut higher = less.clone();
        higher.base = higher.base.saturating_add(points);
        never_lower(&less, &facts, &higher, &facts);
    }

    #[test]
    fn a_weaker_proof_and_a_missing_fact_never_count_less(
        rules in routes(),
        (shown, amount) in requests(),
        which in 0..14_u8,
    ) {
        let detail = json(&format!(r#"{{"amount":{amount}}}"#));
        let content = json(if amount < 5 { r#"{"to":{"url":"ab"}}"# } else { r#"{"to":{}}"# });
        let content = (amount < 8).then_some(&content);
        let facts = Shown { detail: Some(&detail), content, ..shown };
        never_lower(&rules, &facts, &rules, &weaker(&facts));
        never_lower(&rules, &facts, &rules, &without(&facts, which));
    }
}
