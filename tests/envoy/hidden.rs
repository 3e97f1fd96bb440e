//! The tokens and proofs of the tests. None of them may show in what the proxy writes.

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, PoisonError};

/// Secrets are kept in pieces of this many bytes, so that any 31 bytes of one hold a whole piece.
const PIECE: usize = 16;

type Piece = [u8; PIECE];

static KEPT: LazyLock<Mutex<HashSet<Piece>>> = LazyLock::new(Mutex::default);

/// Keeps a token or a proof.
pub(crate) fn keep(secret: impl AsRef<[u8]>) {
    let (pieces, _) = secret.as_ref().as_chunks();
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.extend(pieces.iter().copied());
}

/// A part of any secret that shows in an output, with what stands around it.
pub(crate) fn shown_in(output: &[u8]) -> Option<String> {
    let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let at = output.windows(PIECE).position(|window| {
        window
            .try_into()
            .is_ok_and(|piece: Piece| kept.contains(&piece))
    })?;
    let around = &output[at.saturating_sub(100)..output.len().min(at + 100)];
    Some(String::from_utf8_lossy(around).into_owned())
}

#[test]
fn a_part_of_a_secret_is_found() {
    let secret = "a-secret-that-is-no-token-and-is-kept-for-this-test-alone";
    keep(secret);
    let output = |part: &str| format!("[info] before {part} after");
    for start in 0..secret.len() - 31 {
        assert!(shown_in(output(&secret[start..start + 31]).as_bytes()).is_some());
    }
    assert_eq!(shown_in(output("nothing").as_bytes()), None);
}
