//! Conditions on the past: their cap, and scores that are made again.

use super::*;
use crate::behaviour::Who;
use crate::testing::test;

/// A request of which only the past is known.
struct Past(Recalled);

impl Facts for Past {
    fn now(&self) -> UnixTime {
        UnixTime::from_secs(NOW)
    }
    fn recalled(&self) -> Recalled {
        self.0
    }
}

fn remembered(name: &str, add: u32, number: usize, is_habit: bool) -> Signal {
    let condition = crate::behaviour::Condition::FirstSeen(Who::Key);
    let past = Remembered {
        condition,
        number,
        is_habit,
    };
    signal(name, add, Condition::Remembered(past))
}

fn capped(signals: Vec<Signal>, behaviour_cap: u32) -> Rules {
    Rules {
        behaviour_cap,
        ..rules(10, signals, (None, None))
    }
}

fn parts(score: &Score) -> Vec<(&str, u32)> {
    let parts = score.contributions().iter();
    parts.map(|part| (&*part.name, part.add)).collect()
}

#[test]
fn habits_share_their_cap_in_the_order_of_the_policy() {
    let signals = vec![
        remembered("one", 15, 0, true),
        signal("plain", 7, always()),
        remembered("budget", 60, 1, false),
        remembered("two", 15, 2, true),
        remembered("three", 15, 3, true),
    ];
    let rules = capped(signals, 25);
    let all = rules.score(&Past(Recalled::ALL));
    let expected = [
        ("base", 10),
        ("one", 15),
        ("plain", 7),
        ("budget", 60),
        ("two", 10),
        ("three", 0),
    ];
    assert_eq!(parts(&all), expected);
    assert_eq!(all.total(), 102);
    // One that does not hold leaves its share to the others.
    let later = rules.again(&all, Recalled::NONE.with(2).with(3));
    let expected = [("base", 10), ("plain", 7), ("two", 15), ("three", 10)];
    assert_eq!(parts(&later), expected);
    assert_eq!(rules.again(&later, Recalled::ALL), all);
    assert_eq!(capped(Vec::new(), 25).past().count(), 0);
    assert_eq!(rules.past().count(), 4);
}

#[test]
fn what_does_not_rest_on_the_past_is_not_asked_again() {
    let signals = vec![
        signal("old", 5, Condition::TokenOlderThan(Duration::ZERO)),
        remembered("budget", 60, 0, false),
    ];
    let rules = capped(signals, 0);
    let detail = json("{}");
    let score = rules.score(&facts(Some(&detail)));
    assert_eq!(parts(&score), [("base", 10), ("old", 5), ("budget", 60)]);
    let again = rules.again(&score, Recalled::NONE);
    assert_eq!(parts(&again), [("base", 10), ("old", 5)]);
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn signals() -> impl Strategy<Value = Vec<Signal>> {
        let each = (0..100_u32, any::<bool>(), any::<bool>());
        vec(each, 1..20).prop_map(|each| {
            let numbered = each.into_iter().enumerate();
            let named = numbered.map(|(number, (add, is_habit, is_past))| {
                if is_past {
                    remembered("past", add, number, is_habit)
                } else {
                    signal("plain", add, always())
                }
            });
            named.collect()
        })
    }

    proptest! {
        #[test]
        fn more_of_the_past_never_counts_less_and_habits_keep_to_their_cap(
            signals in signals(),
            cap in 0..150_u32,
            (past, other) in (any::<u32>(), any::<u32>()),
            more in 0..20_usize,
        ) {
            let of = |bits: u32| {
                let numbers = (0..20).filter(|number| bits >> number & 1 == 1);
                numbers.fold(Recalled::NONE, Recalled::with)
            };
            let rules = capped(signals, cap);
            let score = rules.score(&Past(of(past)));
            let riskier = rules.score(&Past(of(past).with(more)));
            prop_assert!(riskier.total() >= score.total());
            prop_assert_eq!(rules.again(&score, of(other)), rules.score(&Past(of(other))));
            let habits = rules.signals.iter().filter(|signal| signal.when.is_habit());
            let own = |part: &&Contribution| {
                habits.clone().any(|signal| Rc::ptr_eq(&signal.name, &part.name))
            };
            let sum: u32 = score.contributions().iter().filter(own).map(|part| part.add).sum();
            prop_assert!(sum <= cap);
        }
    }
}
