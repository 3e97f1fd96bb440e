use super::*;
use crate::testing::test;

fn names() -> Names<'static> {
    Names {
        issuer: "https://as.example.com",
        subject: Some("alice"),
        actor: Some(("https://agents.example.com", "agent")),
        id: Some("token-1"),
        transaction: Some("txn-1"),
    }
}

fn list(change: impl FnOnce(&mut Entries)) -> DenyList {
    let mut entries = Entries::default();
    change(&mut entries);
    DenyList::of(&entries)
}

fn subject(issuer: &str, subject: &str) -> DenyList {
    list(|entries| entries.subjects = vec![(issuer.to_owned(), subject.to_owned())])
}

#[test]
fn an_empty_list_denies_nothing() {
    let list = DenyList::default();
    assert_eq!(list.check_token(&names()), Ok(()));
    assert_eq!(list.check_token(&Names::default()), Ok(()));
    assert_eq!(list.check_key(&[0; 32]), Ok(()));
}

#[test]
fn each_name_is_looked_up_among_its_own() {
    let issuer = names().issuer;
    for (what, list, expected) in [
        (
            "token",
            list(|it| it.tokens = vec!["token-1".to_owned()]),
            Err(Reason::TokenDenied),
        ),
        (
            "subject",
            subject(issuer, "alice"),
            Err(Reason::SubjectDenied),
        ),
        (
            "actor",
            subject("https://agents.example.com", "agent"),
            Err(Reason::SubjectDenied),
        ),
        (
            "an actor's name at another issuer",
            subject(issuer, "agent"),
            Ok(()),
        ),
        (
            "transaction",
            list(|it| it.transactions = vec!["txn-1".to_owned()]),
            Err(Reason::TransactionDenied),
        ),
        (
            "of another issuer",
            subject("https://other.example.com", "alice"),
            Ok(()),
        ),
        (
            "the same letters",
            subject("https://as.example.comalice", ""),
            Ok(()),
        ),
        (
            "another place",
            list(|it| it.tokens = vec!["alice".to_owned()]),
            Ok(()),
        ),
        (
            "another place",
            list(|it| it.transactions = vec!["token-1".to_owned()]),
            Ok(()),
        ),
        (
            "another case",
            list(|it| it.tokens = vec!["TOKEN-1".to_owned()]),
            Ok(()),
        ),
        (
            "a prefix",
            list(|it| it.tokens = vec!["token-".to_owned()]),
            Ok(()),
        ),
    ] {
        assert_eq!(list.check_token(&names()), expected, "{what}");
        assert_eq!(
            list.check_token(&Names {
                issuer,
                ..Names::default()
            }),
            Ok(()),
            "{what}"
        );
    }
}

#[test]
fn keys_are_looked_up_by_their_digest() {
    let list = list(|entries| entries.keys = vec![[7; 32], [8; 32], [7; 32]]);
    assert_eq!(list.check_key(&[7; 32]), Err(Reason::KeyDenied));
    assert_eq!(list.check_key(&[8; 32]), Err(Reason::KeyDenied));
    assert_eq!(list.check_key(&[9; 32]), Ok(()));
}

/// Digests that begin alike are the worst case: the table stays right, and wraps round its end.
#[test]
fn digests_that_begin_alike_are_told_apart() {
    let like = |last: u8| {
        let mut digest = [0xff; 32];
        digest[31] = last;
        digest
    };
    let list = list(|entries| entries.keys = (0..100).map(like).collect());
    for last in 0..=255 {
        assert_eq!(list.check_key(&like(last)).is_err(), last < 100, "{last}");
    }
}

/// How many places one search looks at does not grow with the list.
#[test]
fn a_search_is_as_short_in_a_long_list() {
    for entries in [10_usize, 1000, 100_000] {
        let digest = |number: usize| sha256(&[&number.to_be_bytes()]);
        let set = Digests::of((0..entries).map(digest));
        let looked_at = |number| {
            let (before, from) = set.0.split_at(set.home(&digest(number)));
            let places = from.iter().chain(before);
            places.take_while(|place| place.is_some()).count()
        };
        assert!((0..entries).all(|number| set.has(&digest(number))));
        let strangers = entries..entries + 1000;
        assert!(!strangers.clone().any(|number| set.has(&digest(number))));
        let total: usize = strangers.map(looked_at).sum();
        assert!(total < 4000, "{total} for 1000 searches among {entries}");
    }
}
