use super::*;
use crate::testing::test;
use std::collections::BTreeSet;

#[test]
fn codes_are_unique_snake_case_and_explained() {
    let codes: BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes.len(), Reason::ALL.len());
    for reason in Reason::ALL {
        assert!(
            reason
                .code()
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        );
        assert!(reason.meaning().ends_with('.'), "{reason:?}");
    }
}
