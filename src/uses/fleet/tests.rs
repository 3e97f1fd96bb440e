//! What etcd 3.4.23 (Debian bookworm) answers, and what is made of it and of everything else.

use super::*;
use crate::testing::{NOW, NOW_SECS, test};
use crate::uses::Window;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// A transaction that created its entry.
const CREATED: &str = r#"{"header":{"cluster_id":"324952591200643719","member_id":"3319814642761637952","revision":"2","raft_term":"2"},"succeeded":true,"responses":[{"response_put":{"header":{"revision":"2"}}}]}"#;
/// The same transaction once more, under a lease that is there or not.
const NOT_CREATED: &str = r#"{"header":{"cluster_id":"324952591200643719","member_id":"3319814642761637952","revision":"2","raft_term":"2"}}"#;
/// What `{}` and an empty body are answered with.
const EMPTY: &str = r#"{"header":{"cluster_id":"324952591200643719","member_id":"3319814642761637952","revision":"3","raft_term":"2"},"succeeded":true}"#;
/// With status 404.
const NO_LEASE: &str = r#"{"error":"etcdserver: requested lease not found","message":"etcdserver: requested lease not found","code":5}"#;
/// A lease that was granted.
const GRANTED: &str = r#"{"header":{"cluster_id":"324952591200643719","member_id":"3319814642761637952","revision":"4","raft_term":"2"},"ID":"2324035539197696531","TTL":"30"}"#;

const SKEW: Duration = Duration::from_secs(5);

fn store() -> Store {
    Store {
        name: "etcd".into(),
        cluster: "etcd".to_owned(),
        authority: "etcd".to_owned(),
        prefix: "p/".to_owned(),
        timeout: Duration::from_millis(500),
        clock_skew: SKEW,
    }
}

fn window(max_age: u64, max_ahead: u64) -> Window {
    Window {
        max_age: Duration::from_secs(max_age),
        max_ahead: Duration::from_secs(max_ahead),
    }
}

fn term() -> Term {
    Term::of(window(4, 1), SKEW, Duration::from_millis(500))
}

fn answer(status: u16, body: &str) -> Response {
    Response {
        status: Some(status),
        content_type: Some("application/json".to_owned()),
        date: Some("Tue, 14 Nov 2023 22:13:20 GMT".to_owned()),
        body: body.as_bytes().to_vec(),
    }
}

fn settled(response: &Response) -> Result<(), Reason> {
    settle(&store(), 1, response, NOW).map(|_| ())
}

fn lease() -> Lease {
    let mut rolling = Rolling::new(term());
    assert!(rolling.begin(NOW).is_some(), "asks");
    let granted = GRANTED.replace(r#""30""#, r#""60""#);
    assert_eq!(rolling.ended(Ok(&answer(200, &granted)), NOW), Ok(()));
    rolling.lease(NOW).expect("a lease")
}

#[test]
fn the_transaction_creates_what_is_not_there() {
    let entry = Entry::of("countersign/", &[1; 32], &[2; 32]);
    assert_eq!(
        entry.name(),
        "countersign/f4a42f1b8ad95c497237ebcfa79b68acc9297b77423f5aef30a472d73573b17d"
    );
    let body: Value =
        serde_json::from_slice(&Call::creating(std::slice::from_ref(&entry), lease()).body)
            .expect("JSON");
    let key = Value::from(STANDARD.encode(entry.name()));
    let compare = &body["compare"][0];
    assert_eq!(compare["key"], key);
    assert_eq!(compare["target"], "CREATE");
    assert_eq!(compare["result"], "EQUAL");
    assert_eq!(compare["createRevision"], "0");
    let put = &body["success"][0]["requestPut"];
    assert_eq!(put["key"], key);
    assert_eq!(put["lease"], "2324035539197696531");
    assert_eq!(body.get("failure"), None);
}

#[test]
fn all_proofs_of_a_request_are_one_transaction() {
    let entries = [1, 2].map(|key| Entry::of("p/", &[key; 32], &[9; 32]));
    let call = Call::creating(&entries, lease());
    assert_eq!(call.entries, 2);
    let body: Value = serde_json::from_slice(&call.body).expect("JSON");
    for (place, entry) in entries.iter().enumerate() {
        let key = Value::from(STANDARD.encode(entry.name()));
        assert_eq!(body["compare"][place]["key"], key);
        assert_eq!(body["success"][place]["requestPut"]["key"], key);
    }
    assert_eq!(body["compare"][2], Value::Null);
    let put = r#"{"response_put":{}}"#;
    let say = |puts: &[&str]| {
        let puts = puts.join(",");
        answer(
            200,
            &format!(r#"{{"header":{{"revision":"2"}},"succeeded":true,"responses":[{puts}]}}"#),
        )
    };
    let settled = |count, response| settle(&store(), count, &response, NOW).map(|_| ());
    assert_eq!(settled(2, say(&[put, put])), Ok(()));
    assert_eq!(settled(2, say(&[put])), Err(Reason::StoreMalformed));
    assert_eq!(settled(2, say(&[put, "{}"])), Err(Reason::StoreMalformed));
    assert_eq!(settled(0, say(&[])), Err(Reason::StoreMalformed));
}

#[test]
fn keys_and_ids_have_entries_of_their_own() {
    let entry = |key: u8, id: u8| Entry::of("p/", &[key; 32], &[id; 32]);
    assert_eq!(entry(1, 2), entry(1, 2));
    assert_ne!(entry(1, 2), entry(2, 1));
    assert_ne!(entry(1, 2), entry(1, 3));
    assert_ne!(entry(1, 2), entry(3, 2));
    assert_ne!(entry(1, 2), Entry::of("q/", &[1; 32], &[2; 32]));
}

#[test]
fn only_an_entry_that_was_created_is_a_first_use() {
    let header = r#"{"header":{"revision":"2"}"#;
    for (status, body, verdict) in [
        (200, CREATED.to_owned(), Ok(())),
        (200, NOT_CREATED.to_owned(), Err(Reason::ProofReplayed)),
        (
            200,
            format!(r#"{header},"succeeded":false}}"#),
            Err(Reason::ProofReplayed),
        ),
        (
            200,
            format!(r#"{header},"succeeded":false,"responses":[]}}"#),
            Err(Reason::ProofReplayed),
        ),
        (404, NO_LEASE.to_owned(), Err(Reason::StoreLease)),
        // Something else was answered than what was asked.
        (200, EMPTY.to_owned(), Err(Reason::StoreMalformed)),
        (200, GRANTED.to_owned(), Err(Reason::ProofReplayed)),
        (
            200,
            format!(r#"{header},"succeeded":true,"responses":[]}}"#),
            Err(Reason::StoreMalformed),
        ),
        (
            200,
            format!(r#"{header},"succeeded":true,"responses":[{{"response_range":{{}}}}]}}"#),
            Err(Reason::StoreMalformed),
        ),
        (
            200,
            format!(
                r#"{header},"succeeded":true,"responses":[{{"response_put":{{}}}},{{"response_put":{{}}}}]}}"#
            ),
            Err(Reason::StoreMalformed),
        ),
        (
            200,
            format!(r#"{header},"responses":[{{"response_put":{{}}}}]}}"#),
            Err(Reason::StoreMalformed),
        ),
        (
            200,
            format!(r#"{header},"succeeded":"true","responses":[{{"response_put":{{}}}}]}}"#),
            Err(Reason::StoreMalformed),
        ),
        (
            200,
            format!(r#"{header},"succeeded":null}}"#),
            Err(Reason::StoreMalformed),
        ),
        // No answer of the store at all: neither a first use nor a second.
        (200, "{}".to_owned(), Err(Reason::StoreMalformed)),
        (200, String::new(), Err(Reason::StoreMalformed)),
        (200, "[]".to_owned(), Err(Reason::StoreMalformed)),
        (200, "ok".to_owned(), Err(Reason::StoreMalformed)),
        (
            200,
            CREATED.replace("header", "Header"),
            Err(Reason::StoreMalformed),
        ),
        (
            200,
            r#"{"header":{}}"#.to_owned(),
            Err(Reason::StoreMalformed),
        ),
        (
            200,
            r#"{"succeeded":true,"responses":[{"response_put":{}}]}"#.to_owned(),
            Err(Reason::StoreMalformed),
        ),
        (
            200,
            CREATED.replace(
                r#""succeeded":true"#,
                r#""succeeded":true,"succeeded":true"#,
            ),
            Err(Reason::StoreMalformed),
        ),
        (200, format!("{CREATED} x"), Err(Reason::StoreMalformed)),
        (
            200,
            format!("{}{CREATED}", " ".repeat(MAX_ANSWER_BYTES)),
            Err(Reason::StoreMalformed),
        ),
        // Errors.
        (404, "Not Found".to_owned(), Err(Reason::StoreStatus)),
        (404, NO_LEASE.replace('5', "2"), Err(Reason::StoreStatus)),
        (400, NO_LEASE.to_owned(), Err(Reason::StoreStatus)),
        (201, CREATED.to_owned(), Err(Reason::StoreStatus)),
        (429, CREATED.to_owned(), Err(Reason::StoreStatus)),
        (500, CREATED.to_owned(), Err(Reason::StoreStatus)),
        (503, CREATED.to_owned(), Err(Reason::StoreUnreachable)),
        (504, CREATED.to_owned(), Err(Reason::StoreTimeout)),
    ] {
        assert_eq!(settled(&answer(status, &body)), verdict, "{status} {body}");
    }
}

#[test]
fn everything_around_a_first_use_must_hold_too() {
    let mut other = answer(200, CREATED);
    other.status = None;
    assert_eq!(settled(&other), Err(Reason::StoreStatus));
    for media_type in [None, Some("text/plain; charset=utf-8"), Some("")] {
        let mut other = answer(200, CREATED);
        other.content_type = media_type.map(str::to_owned);
        assert_eq!(settled(&other), Err(Reason::StoreMalformed));
        let mut other = answer(404, NO_LEASE);
        other.content_type = media_type.map(str::to_owned);
        assert_eq!(settled(&other), Err(Reason::StoreStatus));
    }
}

#[test]
fn a_first_use_is_one_where_the_clocks_agree() {
    for (date, verdict) in [
        (Some("Tue, 14 Nov 2023 22:13:25 GMT"), Ok(())),
        (
            Some("Tue, 14 Nov 2023 22:13:26 GMT"),
            Err(Reason::StoreClock),
        ),
        // A second of it is what the date is cut to.
        (Some("Tue, 14 Nov 2023 22:13:14 GMT"), Ok(())),
        (
            Some("Tue, 14 Nov 2023 22:13:13 GMT"),
            Err(Reason::StoreClock),
        ),
        (Some("today"), Err(Reason::StoreClock)),
        (None, Err(Reason::StoreClock)),
    ] {
        let mut other = answer(200, CREATED);
        other.date = date.map(str::to_owned);
        assert_eq!(settled(&other), verdict, "{date:?}");
    }
}

#[test]
fn a_lease_outlives_its_last_proof() {
    let seconds = Duration::from_secs;
    // 70 of use, 70 of window, two drifts of 3 * 5 + 0.5 + 2, twice half a second of waiting.
    let term = Term::of(window(60, 10), SKEW, Duration::from_millis(500));
    assert_eq!(term.used_for(), seconds(70));
    assert_eq!(term.seconds(), 70 + 70 + 35 + 1);
    let term = Term::of(window(1, 1), seconds(1), seconds(1));
    assert_eq!(term.used_for(), seconds(5));
    assert_eq!(term.seconds(), 5 + 2 + 2 * 6 + 2);
    let term = Term::of(window(u64::MAX, u64::MAX), Duration::MAX, Duration::MAX);
    assert_eq!(term.seconds(), i64::MAX);
}

#[test]
fn leases_roll_on_before_they_are_used_up() {
    let at = |millis: i64| NOW.after(Duration::from_millis(millis.unsigned_abs()));
    let dated = |moment: i64, id: u32| {
        let mut answer = answer(
            200,
            &GRANTED
                .replace(r#""30""#, &format!(r#""{}""#, term().seconds()))
                .replace("2324035539197696531", &id.to_string()),
        );
        answer.date = Some(format!("Tue, 14 Nov 2023 22:13:{} GMT", 20 + moment / 1000));
        answer
    };
    let mut rolling = Rolling::new(term());
    assert_eq!(rolling.lease(NOW), None);
    let body = rolling.begin(NOW).expect("the first");
    assert_eq!(
        body,
        format!(r#"{{"TTL":"{}"}}"#, term().seconds()).into_bytes()
    );
    assert_eq!(rolling.begin(at(2_499)), None, "one at a time");
    assert_eq!(rolling.ended(Ok(&dated(900, 7)), at(900)), Ok(()));
    assert_eq!(rolling.lease(at(900)), Some(Lease(7)));

    // Its use counts from the question, not from the answer.
    assert_eq!(rolling.begin(at(2_499)), None);
    assert!(
        rolling.begin(at(2_500)).is_some(),
        "half of its use is over"
    );
    assert_eq!(rolling.lease(at(4_999)), Some(Lease(7)));
    assert_eq!(rolling.lease(at(5_000)), None, "used up");
    assert_eq!(rolling.lease(NOW.before(Duration::from_millis(1))), None);
    assert_eq!(
        rolling.begin(at(4_999)),
        None,
        "the second is still awaited"
    );
    assert!(rolling.begin(at(5_000)).is_some(), "no answer will come");
    assert_eq!(rolling.ended(Ok(&dated(5_000, 8)), at(5_000)), Ok(()));
    assert_eq!(rolling.lease(at(9_999)), Some(Lease(8)));

    // A lost one is replaced at once; another's loss is not ours.
    rolling.lost(Lease(7));
    assert_eq!(rolling.lease(at(5_001)), Some(Lease(8)));
    rolling.lost(Lease(8));
    assert_eq!(rolling.lease(at(5_001)), None);
    assert!(rolling.begin(at(5_001)).is_some(), "a new one");
    let refused = rolling.ended(Err(Reason::StoreUnreachable), at(5_001));
    assert_eq!(refused, Err(Reason::StoreUnreachable));
    assert_eq!(rolling.begin(at(6_000)), None, "not at once");
    assert!(rolling.begin(at(6_001)).is_some(), "again");
}

#[test]
fn a_grant_is_as_long_as_was_asked_for() {
    let long = GRANTED.replace(r#""30""#, &format!(r#""{}""#, term().seconds()));
    let mut late = answer(200, &long);
    late.date = Some("Tue, 14 Nov 2023 22:13:00 GMT".to_owned());
    for (answer, reason) in [
        (answer(200, GRANTED), Reason::StoreMalformed),
        (
            answer(
                200,
                &long.replace(r#""2324035539197696531""#, "2324035539197696531"),
            ),
            Reason::StoreMalformed,
        ),
        (
            answer(200, &long.replace("2324035539197696531", "0")),
            Reason::StoreMalformed,
        ),
        (
            answer(200, &long.replace("2324035539197696531", "-1")),
            Reason::StoreMalformed,
        ),
        (
            answer(200, &long.replace(r#""ID""#, r#""Id""#)),
            Reason::StoreMalformed,
        ),
        (answer(200, NOT_CREATED), Reason::StoreMalformed),
        (
            answer(
                412,
                r#"{"error":"etcdserver: lease already exists","message":"etcdserver: lease already exists","code":9}"#,
            ),
            Reason::StoreStatus,
        ),
        (late, Reason::StoreClock),
    ] {
        let mut rolling = Rolling::new(term());
        assert!(rolling.begin(NOW).is_some());
        assert_eq!(rolling.ended(Ok(&answer), NOW), Err(reason), "{answer:?}");
        assert_eq!(rolling.lease(NOW), None);
    }
    let mut unasked = Rolling::new(term());
    let ended = unasked.ended(Ok(&answer(200, &long)), NOW);
    assert_eq!(ended, Err(Reason::StoreClock));
    assert_eq!(unasked.lease(NOW), None);
    // Nor one that was asked for later than now, before the clock was set back.
    let mut set_back = Rolling::new(term());
    assert!(
        set_back
            .begin(NOW.after(Duration::from_millis(1)))
            .is_some()
    );
    let ended = set_back.ended(Ok(&answer(200, &long)), NOW);
    assert_eq!(ended, Err(Reason::StoreClock));
    assert_eq!(set_back.lease(NOW.after(Duration::from_secs(1))), None);
    assert_eq!(NOW, UnixTime::from_secs(NOW_SECS));
}
