//! Lists of any content, and bytes of any kind.

#![expect(clippy::arithmetic_side_effects, reason = "tests")]

use super::{list, pack, read, statuses, verified};
use crate::testing::issuer_key;
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;

proptest! {
    /// The lowest bits of a byte are the first status, and nothing is lost or added.
    #[test]
    fn a_list_says_what_was_put_in(
        width in select(vec![1_u8, 2, 4, 8]),
        bytes in vec(any::<u8>(), 1..200),
    ) {
        let per_byte = 8 / width;
        let mask = u8::MAX >> (8 - width);
        let expected: Vec<u8> = bytes
            .iter()
            .flat_map(|byte| (0..per_byte).map(move |at| (byte >> (at * width)) & mask))
            .collect();
        prop_assert_eq!(statuses(&verified(&list(width, &pack(&bytes)))), expected);
    }

    /// What is signed may still be anything: it is refused, or it is a list.
    #[test]
    fn no_signed_claims_are_too_odd(claims in "\\PC{0,200}", header in "\\PC{0,40}") {
        let text = issuer_key().sign_text(&header, &claims);
        prop_assert!(read(&text).is_err());
    }

    /// A changed byte of the compressed list never changes what it says: its checksum does not fit.
    #[test]
    fn no_changed_byte_changes_the_content(
        bytes in vec(any::<u8>(), 1..100),
        at in any::<proptest::sample::Index>(),
        flip in 1_u8..,
    ) {
        use base64::Engine as _;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let mut packed = URL_SAFE_NO_PAD.decode(pack(&bytes)).unwrap();
        let at = at.index(packed.len());
        packed[at] ^= flip;
        let text = super::signed(&list(8, &URL_SAFE_NO_PAD.encode(&packed)));
        if let Ok(found) = read(&text) {
            // Some bits of the format mean nothing. They may differ, the content may not.
            prop_assert_eq!(statuses(&found), bytes);
        }
    }
}
