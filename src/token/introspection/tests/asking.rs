//! Who is asked about, how often, and how long an answer serves.

use super::*;
use crate::testing::{test, with, without};
use crate::time::UnixTime;

/// A desk of one issuer.
struct Room {
    desk: Desk,
    issuers: Vec<Issuer>,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            desk: Desk::default(),
            issuers: vec![issuer()],
        }
    }
}

impl Room {
    fn ask(&mut self, inquiry: Inquiry, now: UnixTime) -> Result<Ticket, Reason> {
        self.desk.ask(inquiry, &endpoint(), now)
    }

    /// Asks and has it answered at once.
    fn told(&mut self, said: &Value, now: UnixTime) -> Verdict {
        let ticket = self.ask(inquiry(), now)?;
        self.desk.begin(now);
        self.end(ticket, said, now).ok_or(Reason::HostFault)?
    }

    fn end(&mut self, ticket: Ticket, said: &Value, now: UnixTime) -> Option<Verdict> {
        let response = response(said);
        self.desk.ended(ticket, Ok(&response), &self.issuers, now)
    }

    fn recall(&mut self, seconds: u64, now: UnixTime) -> Option<Result<(), Reason>> {
        let max_age = Duration::from_secs(seconds);
        let found = self
            .desk
            .recall(&inquiry().hash, &self.issuers[0], max_age, now);
        found.map(|verdict| verdict.map(|_| ()))
    }
}

fn after(seconds: u64) -> UnixTime {
    NOW.after(Duration::from_secs(seconds))
}

fn about(token: &str) -> Inquiry {
    Inquiry {
        hash: sha256(&[token.as_bytes()]),
        token: token.into(),
        ..inquiry()
    }
}

#[test]
fn many_who_ask_at_once_are_one_call() {
    let mut room = Room::default();
    let ticket = room.ask(inquiry(), NOW).unwrap();
    for _ in 0..63 {
        assert_eq!(room.ask(inquiry(), NOW), Ok(ticket));
    }
    let begun = room.desk.begin(NOW);
    assert_eq!(begun, [(ticket, inquiry())]);
    assert_eq!(room.ask(inquiry(), after(1)), Ok(ticket), "under way");
    assert!(room.desk.begin(NOW).is_empty(), "begun once");
    assert!(room.end(ticket, &said(), after(1)).unwrap().is_ok());
    assert!(room.end(ticket, &said(), after(1)).is_none(), "ended once");
    assert_eq!(room.recall(30, after(1)), Some(Ok(())));
    assert_ne!(room.ask(inquiry(), after(1)), Ok(ticket));
    assert_ne!(room.ask(about("another"), NOW), room.ask(inquiry(), NOW));
}

#[test]
fn who_may_use_no_old_answer_shares_no_call() {
    let mut room = Room::default();
    let fresh = || Inquiry {
        max_age: Duration::ZERO,
        ..inquiry()
    };
    let first = room.ask(fresh(), NOW).unwrap();
    assert_ne!(room.ask(fresh(), NOW), Ok(first));
    assert_eq!(room.desk.begin(NOW).len(), 2);
    // A call that began longer ago than an answer may be old is none to join.
    let brief = Inquiry {
        max_age: Duration::from_secs(2),
        ..inquiry()
    };
    let old = room.ask(about("x"), NOW).unwrap();
    room.desk.begin(NOW);
    let same = Inquiry { ..about("x") };
    assert_eq!(room.ask(same.clone(), after(2)), Ok(old));
    let brief = Inquiry {
        max_age: brief.max_age,
        ..same
    };
    assert_ne!(room.ask(brief, after(2)), Ok(old));
}

#[test]
fn an_answer_serves_as_long_as_every_limit_lets_it() {
    let mut room = Room::default();
    assert_eq!(room.recall(30, NOW), None);
    assert!(room.told(&said(), NOW).is_ok());
    assert_eq!(room.recall(30, after(29)), Some(Ok(())));
    assert_eq!(room.recall(30, after(30)), None, "max_age");
    assert_eq!(room.recall(0, NOW), None, "a route that always asks");
    let earlier = NOW.before(Duration::from_secs(1));
    assert_eq!(room.recall(30, earlier), None, "a clock that went back");
    let late = after(245);
    let expired = Some(Err(Reason::TokenExpired));
    assert_eq!(room.recall(9999, late), expired, "exp");
    // An answer is as old as its question.
    let mut room = Room::default();
    let ticket = room.ask(inquiry(), NOW).unwrap();
    room.desk.begin(NOW);
    room.end(ticket, &said(), after(9)).unwrap().unwrap();
    assert_eq!(room.recall(10, after(9)), Some(Ok(())));
    assert_eq!(room.recall(10, after(10)), None);
}

#[test]
fn a_token_without_end_is_not_kept() {
    let mut room = Room::default();
    assert!(room.told(&without(said(), "exp"), NOW).is_ok());
    assert_eq!(room.recall(30, NOW), None);
}

#[test]
fn another_policy_asks_anew() {
    let mut room = Room::default();
    assert!(room.told(&said(), NOW).is_ok());
    room.issuers = vec![issuer()];
    assert_eq!(room.recall(30, NOW), None);
    let no = with(said(), "active", json!(false));
    assert!(room.told(&no, NOW).is_err());
    assert_eq!(room.recall(30, NOW), Some(Err(Reason::TokenInactive)));
    room.issuers = vec![issuer()];
    assert_eq!(room.recall(30, NOW), None);
}

#[test]
fn a_no_is_known_briefly_and_ends_a_yes() {
    let no = json!({ "active": false });
    let mut room = Room::default();
    assert!(room.told(&said(), NOW).is_ok());
    assert_eq!(room.told(&no, after(1)).unwrap_err(), Reason::TokenInactive);
    let inactive = Some(Err(Reason::TokenInactive));
    assert_eq!(room.recall(30, after(1)), inactive);
    assert_eq!(room.recall(30, after(5)), inactive);
    assert_eq!(room.recall(30, after(6)), None);
    assert_eq!(room.recall(2, after(3)), None);
    assert_eq!(room.recall(0, after(1)), None);
    assert!(room.told(&said(), after(6)).is_ok());
    assert_eq!(room.recall(30, after(6)), Some(Ok(())));
}

#[test]
fn a_late_answer_does_not_undo_a_later_one() {
    let no = json!({ "active": false });
    let mut room = Room::default();
    let first = room.ask(inquiry(), NOW).unwrap();
    room.desk.begin(NOW);
    let fresh = Inquiry {
        max_age: Duration::ZERO,
        ..inquiry()
    };
    let second = room.ask(fresh, after(1)).unwrap();
    room.desk.begin(after(1));
    room.end(second, &no, after(2)).unwrap().unwrap_err();
    room.end(first, &said(), after(3)).unwrap().unwrap();
    assert_eq!(room.recall(30, after(3)), Some(Err(Reason::TokenInactive)));
}

#[test]
fn a_failed_call_says_nothing_of_the_token() {
    let mut room = Room::default();
    assert!(room.told(&said(), NOW).is_ok());
    let ticket = room.ask(inquiry(), after(1)).unwrap();
    let failed = Err(Reason::IntrospectionUnavailable);
    let ended = room.desk.ended(ticket, failed, &room.issuers, after(1));
    assert_eq!(
        ended.unwrap().unwrap_err(),
        Reason::IntrospectionUnavailable
    );
    assert_eq!(
        room.told(&json!({}), after(1)).unwrap_err(),
        Reason::IntrospectionMalformed
    );
    assert_eq!(room.recall(30, after(1)), Some(Ok(())));
    // What is said of the token, and refuses it, ends what was known.
    let elsewhere = with(said(), "aud", json!("https://other.example.com"));
    assert_eq!(
        room.told(&elsewhere, after(2)).unwrap_err(),
        Reason::TokenAudience
    );
    assert_eq!(room.recall(30, after(2)), None);
}

#[test]
fn invented_tokens_leave_calls_for_those_who_were_known() {
    let mut room = Room::default();
    assert!(room.told(&said(), NOW).is_ok());
    let stranger = |number: usize| Inquiry {
        holder: [9; 32],
        ..about(&number.to_string())
    };
    let asked = (0..200).filter(|n| room.ask(stranger(*n), NOW).is_ok());
    assert_eq!(asked.count(), 49, "half of a hundred, less the first");
    assert_eq!(
        room.ask(stranger(999), NOW),
        Err(Reason::IntrospectionBudget)
    );
    let known = (200..400).filter(|n| room.ask(about(&n.to_string()), NOW).is_ok());
    assert_eq!(known.count(), 50);
}

#[test]
fn who_sends_a_token_that_is_not_active_is_known_no_longer() {
    let mut room = Room::default();
    assert!(room.told(&said(), NOW).is_ok());
    let half = (0..50).filter(|n| room.ask(about(&n.to_string()), NOW).is_ok());
    assert_eq!(half.count(), 50);
    let junk = room.ask(about("junk"), NOW).unwrap();
    room.end(junk, &json!({ "active": false }), NOW);
    let refused = Err(Reason::IntrospectionBudget);
    assert_eq!(room.ask(about("more"), NOW), refused);
}

#[test]
fn who_is_asked_depends_on_the_route_and_the_shape() {
    let jwt = testing::issuer();
    let issuers = [issuer(), jwt];
    let both = [IssuerId(1), OPAQUE];
    let signed = testing::token();
    for (text, accepted, expected) in [
        (TOKEN, &both[..], Some(OPAQUE)),
        (TOKEN, &[OPAQUE][..], Some(OPAQUE)),
        (TOKEN, &[IssuerId(1)], None),
        (&signed, &both, None),
        (&signed, &[OPAQUE], Some(OPAQUE)),
        ("a.b.c", &both, None),
        ("a.b", &both, Some(OPAQUE)),
        ("a.b.c.d", &both, Some(OPAQUE)),
        ("a..c", &both, Some(OPAQUE)),
        ("a.b.c=", &both, Some(OPAQUE)),
        ("a.b+.c", &both, Some(OPAQUE)),
        (TOKEN, &[IssuerId(7)], None),
    ] {
        assert_eq!(issuer_of(text, &issuers, accepted), expected, "{text}");
    }
}

#[test]
fn a_token_is_never_shown() {
    assert!(!format!("{:?}", inquiry()).contains(TOKEN));
    let mut room = Room::default();
    room.ask(inquiry(), NOW).unwrap();
    assert!(!format!("{:?}", room.desk).contains(TOKEN));
}

#[test]
fn only_senders_under_whose_key_a_token_was_active_are_known() {
    let mut room = Room::default();
    assert!(!room.desk.knows(&inquiry()), "nobody asked yet");
    assert!(room.told(&said(), NOW).is_ok());
    assert!(room.desk.knows(&inquiry()));
    let stranger = Inquiry {
        holder: [9; 32],
        ..inquiry()
    };
    assert!(!room.desk.knows(&stranger), "the key counts, not the token");
    assert!(room.told(&json!({ "active": false }), NOW).is_err());
    assert!(!room.desk.knows(&inquiry()), "a stranger again");
}
