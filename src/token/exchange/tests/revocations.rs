//! What is revoked, when, and how often that is tried.

use super::*;
use crate::testing::test;
use revocation::{Ended, MOST, MOST_CALLS, TRIES};

fn later(secs: i64) -> UnixTime {
    UnixTime::from_secs(NOW_SECS + secs)
}

#[test]
fn a_token_is_revoked_once() {
    let mut queue = Queue::default();
    queue.want(TTS, "a+b".to_owned(), Some(later(60)));
    assert!(!format!("{queue:?}").contains("a+b"));
    let [(ticket, by, body)] = queue.begin(NOW).try_into().unwrap();
    assert_eq!((by, body.as_str()), (TTS, "token=a%2Bb"));
    assert!(queue.begin(NOW).is_empty(), "it is under way");
    assert_eq!(queue.len(), 1);
    assert_eq!(queue.ended(ticket, Some(200), NOW), Some(Ended::Revoked));
    assert_eq!(queue.ended(ticket, Some(200), NOW), None);
    assert!(queue.is_empty());
    assert_eq!(queue.take_lost(), 0);
}

#[test]
fn what_may_pass_is_tried_again_and_not_for_ever() {
    for status in [None, Some(429), Some(500), Some(503), Some(599)] {
        let mut queue = Queue::default();
        queue.want(TTS, "t".to_owned(), None);
        let mut now = 0;
        for (try_, pause) in (1..).zip([1, 2, 4, 8]) {
            let [(ticket, ..)] = queue.begin(later(now)).try_into().unwrap();
            assert_eq!(
                queue.ended(ticket, status, later(now)),
                Some(Ended::Later),
                "{try_}"
            );
            let early = UnixTime::from_millis((NOW_SECS + now + pause) * 1000 - 1);
            assert!(queue.begin(early).is_empty(), "{try_}");
            now += pause;
        }
        let [(ticket, ..)] = queue.begin(later(now)).try_into().unwrap();
        assert_eq!(
            queue.ended(ticket, status, later(now)),
            Some(Ended::GivenUp)
        );
        assert!(queue.is_empty());
    }
    assert_eq!(TRIES, 5);
}

#[test]
fn what_a_server_refuses_is_not_tried_again() {
    for status in [201, 204, 302, 400, 401, 403, 404] {
        let mut queue = Queue::default();
        queue.want(TTS, "t".to_owned(), None);
        let [(ticket, ..)] = queue.begin(NOW).try_into().unwrap();
        assert_eq!(
            queue.ended(ticket, Some(status), NOW),
            Some(Ended::GivenUp),
            "{status}"
        );
        assert!(queue.is_empty());
    }
}

#[test]
fn what_has_ended_by_itself_is_not_revoked() {
    let mut queue = Queue::default();
    queue.want(TTS, "t".to_owned(), Some(later(2)));
    queue.want(TTS, "u".to_owned(), Some(NOW));
    let [(ticket, _, body)] = queue.begin(NOW).try_into().unwrap();
    assert_eq!(body, "token=t");
    assert_eq!(queue.take_lost(), 0, "nobody tried");
    assert_eq!(queue.ended(ticket, None, later(1)), Some(Ended::Later));
    assert!(queue.begin(later(2)).is_empty());
    assert!(queue.is_empty());
    assert_eq!(
        queue.take_lost(),
        1,
        "tried, and ended before it was revoked"
    );
    assert_eq!(queue.take_lost(), 0);
}

#[test]
fn the_queue_and_its_calls_are_bounded() {
    let mut queue = Queue::default();
    for number in 0..=MOST {
        queue.want(TTS, number.to_string(), None);
    }
    assert_eq!(queue.len(), MOST);
    assert_eq!(queue.take_lost(), 1);
    let begun = queue.begin(NOW);
    assert_eq!(begun.len(), MOST_CALLS);
    assert!(queue.begin(NOW).is_empty());
    assert_eq!(queue.len(), MOST);
    queue.want(TTS, "more".to_owned(), None);
    assert_eq!(queue.take_lost(), 1, "what is under way counts");
    assert_eq!(
        queue.ended(begun[0].0, Some(200), NOW),
        Some(Ended::Revoked)
    );
    assert_eq!(queue.begin(NOW).len(), 1);
}

#[test]
fn a_clock_that_is_set_back_holds_nothing_up() {
    let mut queue = Queue::default();
    queue.want(TTS, "t".to_owned(), None);
    let [(ticket, ..)] = queue.begin(NOW).try_into().unwrap();
    assert_eq!(queue.ended(ticket, None, NOW), Some(Ended::Later));
    assert_eq!(queue.begin(later(-3600)).len(), 1);
}
