//! The checklist of Content-Digest, C1 and C2.

use super::*;
use crate::testing::test;

const BODY: &[u8] = b"{\"hello\": \"world\"}";
const SHA256: &str = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:";
const SHA512: &str = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:";
/// Of the empty content.
const EMPTY256: &str = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";
const EMPTY512: &str = "sha-512=:z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==:";

fn read(lines: &[String]) -> Result<ContentDigest, Reason> {
    let request = Request::good().without("content-digest");
    let request = lines.iter().fold(request, |request, line| {
        request.with("content-digest", line)
    });
    ContentDigest::read(&request.parts().0)
}

#[test]
fn every_digest_that_counts_must_be_the_bodys() {
    for (lines, held) in [
        (vec![SHA256.to_owned()], true),
        (vec![SHA512.to_owned()], true),
        (vec![format!("{SHA256}, {SHA512}")], true),
        (vec![SHA256.to_owned(), SHA512.to_owned()], true),
        // Others are not looked at, whatever they say.
        (vec![format!("md5=:AAAA:, {SHA256}, sha=1, x")], true),
        (vec![format!("{SHA256};a=b")], true),
        (vec![EMPTY256.to_owned()], false),
        (vec![EMPTY512.to_owned()], false),
        (vec![format!("{SHA256}, {EMPTY512}")], false),
        (vec![format!("{EMPTY256}, {SHA512}")], false),
    ] {
        let found = read(&lines).unwrap().verify(BODY);
        let expected = if held {
            Ok(())
        } else {
            Err(Reason::ContentDigestMismatch)
        };
        assert_eq!(found, expected, "{lines:?}");
    }
}

#[test]
fn what_holds_no_digest_that_counts_is_missing() {
    let short = SHA256.replace("X48E", "");
    for line in [
        String::new(),
        "md5=:AAAA:".to_owned(),
        "sha-256".to_owned(),
        "sha-256=1".to_owned(),
        "sha-256=\"X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=\"".to_owned(),
        "sha-256=(:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:)".to_owned(),
        short.clone(),
        // One that counts cannot be read, beside one that can.
        format!("{SHA512}, {short}"),
        format!("{SHA256}, sha-512=:AAAA:"),
        format!("{SHA256}, {SHA256}"),
        format!("{SHA256},"),
        SHA256.replace("sha-256", "SHA-256"),
        SHA256.replace(':', ""),
    ] {
        assert_eq!(
            read(std::slice::from_ref(&line)),
            Err(Reason::ContentDigestMissing),
            "{line}"
        );
    }
    assert_eq!(read(&[]), Err(Reason::ContentDigestMissing));
    let twice = [SHA256.to_owned(), SHA256.to_owned()];
    assert_eq!(read(&twice), Err(Reason::ContentDigestMissing));
    let alike = Request::good().with("content_digest", SHA256);
    assert_eq!(
        ContentDigest::read(&alike.parts().0),
        Err(Reason::ContentDigestMissing)
    );
}
