//! More never counts less.

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

fn never_lower(less: &Rules, more: &Rules, facts: &dyn Facts) {
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
        let facts = Shown {
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
