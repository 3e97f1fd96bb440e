//! Simulated time: whatever happens in between, no transaction has two first uses while a token that
//! carries it passes.

use super::*;
use crate::uses::Geometry;
use crate::uses::testing::{Memory, log_of};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    /// A token for this transaction is issued, for so long.
    Issue { transaction: u8, life: i64 },
    /// A token is presented, for this purpose.
    Present(prop::sample::Index, Option<u8>),
    /// Time passes.
    Wait(i64),
    /// The clock is set back.
    Back(i64),
    /// The next policy has this lifetime.
    Policy(i64),
    /// The process starts anew.
    Restart,
}

fn step(disturbance: fn(i64) -> Step) -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..4_u8, 1..300_i64)
            .prop_map(|(transaction, life)| Step::Issue { transaction, life }),
        12 => (any::<prop::sample::Index>(), prop::option::of(0..2_u8))
            .prop_map(|(which, purpose)| Step::Present(which, purpose)),
        6 => (0..200_i64).prop_map(Step::Wait),
        2 => (50..300_i64).prop_map(Step::Policy),
        1 => (1..50_i64).prop_map(disturbance),
    ]
}

/// A token: what it carries, when it was issued, when it ends.
#[derive(Clone, Copy)]
struct Issued {
    transaction: u8,
    iat: i64,
    exp: i64,
}

fn run(steps: Vec<Step>) {
    let (mut memory, mut now, mut lifetime) = (Memory::default(), 0_i64, 300_i64);
    let at = |seconds: i64| UnixTime::from_secs(NOW_SECS + seconds);
    let mut issued: Vec<Issued> = Vec::new();
    // The first uses: of which transaction, kept from when, for what.
    let mut used: Vec<(u8, i64, Option<u8>)> = Vec::new();
    drop(log_of::<32>(&memory, Geometry::of(0), 300, at(now)));
    for step in steps {
        let (which, purpose) = match step {
            Step::Issue { transaction, life } => {
                issued.push(Issued {
                    transaction,
                    iat: now,
                    exp: now + life,
                });
                continue;
            }
            Step::Wait(seconds) => {
                now += seconds;
                continue;
            }
            Step::Back(seconds) => {
                now -= seconds;
                continue;
            }
            Step::Policy(next) => {
                lifetime = next;
                continue;
            }
            Step::Restart => {
                memory = Memory::default();
                drop(log_of::<32>(&memory, Geometry::of(0), 300, at(now)));
                continue;
            }
            Step::Present(_, _) if issued.is_empty() => continue,
            Step::Present(which, purpose) => (which, purpose),
        };
        let token = *which.get(&issued);
        // What the token's own times refuse never gets here, with a leeway of 10 s.
        if now >= token.exp + 10 || now + 10 < token.iat {
            continue;
        }
        let rules = Rules {
            scope: Scope::Host,
            idempotency_key: None,
            lifetime: Duration::from_secs(lifetime.unsigned_abs()),
        };
        let id = token.transaction.to_string();
        let carrier = Carrier {
            issuer: ISSUER,
            id: None,
            hash: None,
            txn: Some(&id),
            issued_at: Some(at(token.iat)),
            expires: at(token.exp),
        };
        let digest = purpose.map(|it| [it + 1; 32]);
        let Ok(spending) = Spending::of(&rules, &carrier, None, digest) else {
            continue;
        };
        let age = lifetime.unsigned_abs() + 10;
        let log = log_of(&memory, Geometry::of(0), age, at(now));
        match log.consume(&spending, [ISSUER, "alice", ""], at(now)) {
            Ok(Passage::First) => {
                // No token that was out at an earlier first use has another.
                let before = used
                    .iter()
                    .find(|earlier| earlier.0 == token.transaction && token.iat <= earlier.1);
                assert!(before.is_none(), "a transaction has two first uses");
                used.push((token.transaction, token.iat.max(now), purpose));
            }
            Ok(Passage::Retry) => {
                let first = used.iter().rev().find(|it| it.0 == token.transaction);
                assert_eq!(first.map(|it| it.2), Some(purpose));
                assert!(purpose.is_some());
            }
            Err(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn over_restarts_and_changes_of_policy(
        steps in prop::collection::vec(step(|_| Step::Restart), 1..200)
    ) {
        run(steps);
    }

    #[test]
    fn over_clocks_that_are_set_back(
        steps in prop::collection::vec(step(Step::Back), 1..200)
    ) {
        run(steps);
    }
}
