//! A memory that fails, and one that others write.

use super::{NOW, Plan, Service, World, parts, send, ten, transfer, world};
use countersign::behaviour::recalled::Recalled;
use countersign::behaviour::{Added, Learnt, Lessons, Memory, Recollection, Rules, Sight};
use countersign::time::UnixTime;
use std::cell::Cell;
use std::rc::Rc;

/// A memory that fails so many times to take a lesson, and counts what it is asked.
struct Faulty {
    fails: Cell<usize>,
    how: Learnt,
    /// What is held against each request.
    says: Recalled,
    asked: Rc<Cell<[usize; 2]>>,
}

impl Memory for Faulty {
    fn recall(&self, _: &Rules, _: &Sight<'_>, _: Lessons, _: UnixTime) -> Recollection {
        let [recalls, lessons] = self.asked.get();
        self.asked.set([recalls + 1, lessons]);
        let mut found = Recollection::blank();
        found.recalled = self.says;
        found
    }

    fn learn(&self, _: Recollection) -> Learnt {
        let [recalls, lessons] = self.asked.get();
        self.asked.set([recalls, lessons + 1]);
        match self.fails.get() {
            0 => Learnt::Kept,
            fails => {
                self.fails.set(fails - 1);
                self.how
            }
        }
    }

    fn unlearn(&self, _: &Rules, _: &Sight<'_>, _: &Added, _: UnixTime) {}
}

fn faulty(fails: usize, how: Learnt) -> (World, Rc<Cell<[usize; 2]>>) {
    let mut world = world(&ten(), |_| {});
    let asked = Rc::default();
    world.memory = Box::new(Faulty {
        fails: Cell::new(fails),
        how,
        says: Recalled::NONE,
        asked: Rc::clone(&asked),
    });
    (world, asked)
}

#[test]
fn a_race_is_run_again_and_a_memory_that_fails_knows_nothing() {
    let (world, asked) = faulty(3, Learnt::Raced);
    let record = send(&world, &transfer(1, "1.00"), Service::Unasked);
    assert_eq!((record.reason, asked.get()), (None, [4, 4]));
    // Lost for ever, or lost at once: the budget counts as used up.
    for (fails, how) in [(65, Learnt::Raced), (1, Learnt::Lost)] {
        let (world, _) = faulty(fails, how);
        let record = send(&world, &transfer(1, "1.00"), Service::Unasked);
        assert_eq!(record.reason, Some("step_up_required"), "{how:?}");
        assert_eq!(parts(&record), [("many", 30)]);
    }
    // What is asked for may still be permitted.
    let (world, _) = faulty(1, Learnt::Lost);
    let plan = transfer(1, "20000").stepped_up(NOW);
    let record = send(&world, &plan, Service::Permits);
    assert_eq!((record.reason, record.score), (None, Some(90)));
}

#[test]
fn routes_that_do_not_ask_cost_the_memory_nothing() {
    let (world, asked) = faulty(0, Learnt::Kept);
    let record = send(&world, &Plan::read(NOW, "a read"), Service::Unasked);
    assert_eq!(record.reason, None);
    assert_eq!(asked.get()[0], 0);
}
