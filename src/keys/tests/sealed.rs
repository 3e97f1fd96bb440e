//! What others write to the board.

use super::{SECRET, at, names, only, set, worker, worker_under};
use crate::supply::board::{Board, Seal};
use crate::supply::roster;
use crate::testing::{Wall, test};

#[test]
fn what_is_not_sealed_here_is_not_taken_in() {
    let wall = Wall::default();
    let (one, two) = (worker(1, &wall), worker(2, &wall));
    let fetch = only(one.tend(at(0)));
    one.ended(fetch, Some(&set(&["a"])), at(0)).unwrap();
    let name = wall.name("/keys/");
    let (good, state) = wall.read(&name).unwrap();
    let foreign =
        Seal::new(b"another secret of thirty-two bytes").close(&name, good[..16].to_vec());
    let moved = Seal::new(SECRET).close("elsewhere", good[..good.len() - 32].to_vec());
    let mut altered = good.clone();
    altered[20] ^= 1;
    for (what, bytes) in [
        ("foreign", foreign),
        ("moved", moved),
        ("altered", altered),
        ("empty", vec![]),
    ] {
        wall.0.borrow_mut().insert(name.clone(), (bytes, state));
        assert_eq!(two.tend(at(1)), []);
        assert_eq!(names(&two, at(1)), ["missing"], "{what}");
    }
    wall.0.borrow_mut().insert(name, (good, state));
    assert_eq!(two.tend(at(1)), []);
    assert_eq!(names(&two, at(1)), ["a"]);
}

#[test]
fn older_keys_that_someone_puts_back_are_not_taken_in() {
    let wall = Wall::default();
    let store = worker(1, &wall);
    let fetch = only(store.tend(at(0)));
    store.ended(fetch, Some(&set(&["old"])), at(0)).unwrap();
    let name = wall.name("/keys/");
    let old = wall.read(&name).unwrap();
    let fetch = only(store.tend(at(300)));
    store.ended(fetch, Some(&set(&["new"])), at(300)).unwrap();
    let lease = wall.name("/lease/");
    wall.0.borrow_mut().insert(name, old);
    wall.0.borrow_mut().insert(lease, (vec![], 9));
    let _ = store.tend(at(301));
    assert_eq!(names(&store, at(301)), ["new"]);
}

#[test]
fn a_spoilt_lease_is_begun_anew() {
    let wall = Wall::default();
    let store = worker(1, &wall);
    let fetch = only(store.tend(at(0)));
    store.ended(fetch, Some(&set(&["a"])), at(0)).unwrap();
    let name = wall.name("/lease/");
    wall.0.borrow_mut().insert(name, (vec![0xff; 96], 9));
    let fetch = only(store.tend(at(1)));
    store.ended(fetch, Some(&set(&["b"])), at(1)).unwrap();
    assert_eq!(names(&store, at(1)), ["b"]);
}

#[test]
fn gates_with_other_secrets_do_not_disturb_each_other() {
    let wall = Wall::default();
    let (one, other) = (
        worker(1, &wall),
        worker_under(b"another secret of thirty-two bytes", 2, &wall),
    );
    let fetches = [only(one.tend(at(0))), only(other.tend(at(0)))];
    one.ended(fetches[0], Some(&set(&["a"])), at(1)).unwrap();
    other.ended(fetches[1], Some(&set(&["b"])), at(1)).unwrap();
    for (store, own) in [(&one, "a"), (&other, "b")] {
        assert_eq!(store.tend(at(2)), []);
        assert_eq!(names(store, at(2)), [own]);
    }
    let (seal, foreign) = (Seal::new(SECRET), Seal::new(b"another"));
    assert!(roster::sign_on(&wall, &seal, 7, at(0)));
    assert!(roster::signed_on(&wall, &foreign, at(0)).is_empty());
}

#[test]
fn the_roster_forgets_who_stopped_signing_on() {
    let wall = Wall::default();
    let seal = Seal::new(SECRET);
    assert!(roster::sign_on(&wall, &seal, 7, at(0)));
    assert!(roster::sign_on(&wall, &seal, 8, at(20)));
    assert!(roster::sign_on(&wall, &seal, 8, at(21)));
    assert_eq!(roster::signed_on(&wall, &seal, at(29)), [7, 8]);
    assert_eq!(roster::signed_on(&wall, &seal, at(30)), [8]);
    assert!(roster::sign_on(&wall, &seal, 9, at(40)));
    assert_eq!(roster::signed_on(&wall, &seal, at(40)), [8, 9]);
    let name = wall.name("/roster/");
    wall.0.borrow_mut().insert(name, (vec![1; 80], 1));
    assert!(roster::signed_on(&wall, &seal, at(40)).is_empty());
    assert!(roster::sign_on(&wall, &seal, 9, at(40)));
    assert_eq!(roster::signed_on(&wall, &seal, at(40)), [9]);
}
