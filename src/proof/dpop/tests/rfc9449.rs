//! The worked examples of RFC 9449.

use super::*;
use crate::proof::replay::{ReplayLog, Use};
use crate::testing::{strict, test};
use crate::uses::testing::{Memory, log};
use serde_json::json;

/// The key of every example.
const X: &str = "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs";
const Y: &str = "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA";
/// Its thumbprint (section 6.1).
const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
/// The access token and its hash (section 7.1).
const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
const ATH: &str = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo";
/// The proof of a token request (section 4.2).
const TOKEN_REQUEST: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
/// The proof of a refresh (section 5). Its `jti` is that of the token request.
const REFRESH: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjY1Mjk2fQ.pAqut2IRDm_De6PR93SYmGBPXpwrAk90e8cP2hjiaG5QsGSuKDYW7_X620BxqhvYC8ynrrvZLTk41mSRroapUA";
/// The proof of a resource request (section 7.1).
const RESOURCE_REQUEST: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";

/// With the access token of section 7.1, or with none.
fn judge(
    proof: &str,
    method: &str,
    target: &str,
    token: Option<&str>,
    now: i64,
) -> Result<Proven, Reason> {
    let thumbprint = from_base64url(JKT).unwrap();
    let hash = token.map(|token| sha256(&[token.as_bytes()]));
    let expected = Expected {
        method,
        target,
        token_hash: hash.as_ref(),
        thumbprint: None,
        nonces: None,
    };
    let head = head("GET", "/protectedresource", &[("dpop", proof)]);
    let now = UnixTime::from_secs(now);
    show(&dpop_rules(), &head, &expected, now, &Pure)
        .map_err(|refused| refused.reason)?
        .bind(&thumbprint)
}

#[test]
fn the_proof_of_a_resource_request_passes() {
    let target = "https://resource.example.org/protectedresource";
    let found = judge(RESOURCE_REQUEST, "GET", target, Some(TOKEN), 1_562_262_618).unwrap();
    assert_eq!(from_base64url(JKT).as_ref(), Some(found.thumbprint()));
    assert_eq!(found.id(), &sha256(&[b"e1j3V_bKic8-LAEB"]));
    assert_eq!(from_base64url(ATH), Some(sha256(&[TOKEN.as_bytes()])));
}

#[test]
fn the_proofs_of_token_requests_name_no_token_and_share_their_id() {
    let target = "https://server.example.com/token";
    let mut found = Vec::new();
    for (proof, iat) in [(TOKEN_REQUEST, 1_562_262_616), (REFRESH, 1_562_265_296)] {
        let with_token = judge(proof, "POST", target, Some(TOKEN), iat);
        assert_eq!(with_token, Err(Reason::ProofMalformed), "no ath");
        let elsewhere = judge(proof, "POST", "https://server.example.com/", None, iat);
        assert_eq!(elsewhere, Err(Reason::ProofTarget));
        let later = judge(proof, "POST", target, None, iat + 61);
        assert_eq!(later, Err(Reason::ProofExpired));
        let proven = judge(proof, "POST", target, None, iat).unwrap();
        assert_eq!(proven.id(), &sha256(&[b"-BwC3ESc6acc2lTc"]));
        found.push(proven);
    }
    assert_eq!(found[0].id(), found[1].id());
    let key = strict(&json!({ "kty": "EC", "crv": "P-256", "x": X, "y": Y }));
    let key = Jwk::parse(&key).unwrap();
    assert_eq!(found[0].thumbprint(), key.thumbprint());
    // So a log that had seen the one would take the other for a copy.
    let memory = Memory::default();
    let born = UnixTime::from_secs(1_562_262_000);
    let log = log(&memory, born);
    let use_of = |issued_at| Use {
        thumbprint: found[0].thumbprint(),
        id: found[0].id(),
        issued_at: UnixTime::from_secs(issued_at),
        kept_from: UnixTime::from_secs(issued_at),
        owner: ["https://server.example.com", "someone", "client"],
    };
    let now = UnixTime::from_secs(1_562_262_616);
    assert_eq!(log.consume(&use_of(1_562_262_616), now), Ok(()));
    let copy = log.consume(&use_of(1_562_262_620), now);
    assert_eq!(copy, Err(Reason::ProofReplayed));
}
