//! The rules of the specification, said the other way round, over anything.

use crate::http::spiffe::SpiffeId;
use proptest::prelude::*;

proptest! {
    #[test]
    fn what_is_read_is_of_the_alphabet(text in r"(spiffe://)?[a-bA/.%:@?#\-_0\x00é]{0,12}") {
        if let Ok(id) = SpiffeId::parse(&text) {
            prop_assert_eq!(&format!("spiffe://{}{}", id.trust_domain(), id.path()), &text);
            prop_assert!(!id.trust_domain().is_empty());
            let rest = text.replacen("spiffe://", "", 1);
            prop_assert!(!rest.contains(['%', ':', '@', '?', '#', '\0', 'é'].as_slice()));
            prop_assert!(!text.ends_with('/'));
            prop_assert!(id.path().split('/').skip(1).all(|part| !["", ".", ".."].contains(&part)));
        }
    }
}
