//! Random sequences: no proof passes twice, whatever happens in between.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    /// A proof of this key and `jti`, dated so many hundredths of the way through what passes now.
    Use { key: u8, jti: u32, place: i64 },
    /// A proof that passed before is sent again.
    Again(prop::sample::Index),
    /// Time passes.
    Wait(i64),
    /// Another worker, under a policy with this longest age, takes over.
    Policy(u64),
    /// The process starts anew, and with it the log.
    Restart,
    /// The clock is set back.
    Back(i64),
}

fn step(disturbance: fn(i64) -> Step) -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..3_u8, 0..4_u32, 0..=100_i64)
            .prop_map(|(key, jti, place)| Step::Use { key, jti, place }),
        6 => any::<prop::sample::Index>().prop_map(Step::Again),
        4 => (0..40_i64).prop_map(Step::Wait),
        1 => (100..400_i64).prop_map(Step::Wait),
        2 => (5..300_u64).prop_map(Step::Policy),
        2 => (1..100_i64).prop_map(disturbance),
    ]
}

/// A use that passed: what, dated when, and until when the policy of that moment would pass it.
struct Passed {
    proof: (u8, u32),
    iat: i64,
    until: i64,
}

fn run(steps: Vec<Step>) {
    let mut memory = Memory::default();
    let (mut now, mut latest, mut age) = (0_i64, 0_i64, 60_u64);
    // Whoever asks first begins the log, here and after each restart.
    drop(log_of::<0>(&memory, Geometry::of(0), age, at(now)));
    let mut passed: Vec<Passed> = Vec::new();
    for step in steps {
        let (proof, iat) = match step {
            Step::Use { key, jti, place } => {
                let span = i64::try_from(age).unwrap() + 10;
                ((key, jti), now + 10 - span * place / 100)
            }
            Step::Again(which) if !passed.is_empty() => {
                let earlier = which.get(&passed);
                (earlier.proof, earlier.iat)
            }
            Step::Again(_) => continue,
            Step::Wait(seconds) => {
                now += seconds;
                latest = latest.max(now);
                continue;
            }
            Step::Back(seconds) => {
                now -= seconds;
                continue;
            }
            Step::Policy(longest) => {
                age = longest;
                continue;
            }
            Step::Restart => {
                memory = Memory::default();
                drop(log_of::<0>(&memory, Geometry::of(0), age, at(now)));
                // Names are free again; the proofs themselves stay used.
                for earlier in &mut passed {
                    earlier.until = i64::MIN;
                }
                continue;
            }
        };
        // What `dpop::verify` would have refused never gets here.
        let until = iat + i64::try_from(age).unwrap();
        if now > until || iat > now + 10 {
            continue;
        }
        let log = log_of(&memory, Geometry::of(0), age, at(now));
        if consume(&log, proof.0, proof.1, iat, at(now)).is_ok() {
            for earlier in passed.iter().filter(|earlier| earlier.proof == proof) {
                assert_ne!(earlier.iat, iat, "a proof passed twice");
                assert!(latest > earlier.until, "its name was free too early");
            }
            passed.push(Passed { proof, iat, until });
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
