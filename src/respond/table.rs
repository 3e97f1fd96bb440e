//! The one table: each reason, its status, its words and its challenge.

use crate::reason::Reason;

/// How a reason is put into `WWW-Authenticate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Authenticate {
    /// There is none.
    No,
    /// A challenge without an error: there was no credential (RFC 6750 section 3.1).
    Bare,
    /// A challenge that says that the proof is not accepted, in the words of its scheme: RFC 9449
    /// section 7.1, and for the others as RFC 8705 section 3 has it.
    Proof,
    /// A challenge with an error code and a fixed description.
    Error(&'static str, &'static str),
    /// RFC 6750 `insufficient_scope`, with the scopes.
    Scope,
    /// RFC 9470.
    StepUp,
    /// The scheme alone, and no other.
    Scheme(&'static str),
}

/// A row of the table: status, title, challenge.
pub(super) type Row = (u16, &'static str, Authenticate);

const TOKEN: Row = (
    401,
    "The access token is not accepted",
    Authenticate::Error(
        "invalid_token",
        "The access token is invalid, expired or not for this resource",
    ),
);
const BINDING: Row = (
    401,
    "The access token is not bound to this proof",
    Authenticate::Error("invalid_token", "Invalid DPoP key binding"),
);
const CERTIFICATE: Row = (
    401,
    "The access token is not bound to this client certificate",
    Authenticate::Error("invalid_token", "Invalid client certificate binding"),
);
const PEER: Row = (
    403,
    "This client certificate is not accepted",
    Authenticate::No,
);
pub(super) const PROOF: Row = (
    401,
    "The proof of possession is not accepted",
    Authenticate::Proof,
);
pub(super) const NONCE: Row = (
    401,
    "The proof of possession needs a fresh nonce",
    Authenticate::Error(
        "use_dpop_nonce",
        "Resource server requires nonce in DPoP proof",
    ),
);
const CREDENTIAL: Row = (
    400,
    "The credential is malformed or repeated",
    Authenticate::Error("invalid_request", "Send exactly one access token"),
);
const NO_CREDENTIAL: Row = (401, "A credential is required", Authenticate::Bare);
const SCOPE: Row = (403, "The token lacks a scope", Authenticate::Scope);
const STEP_UP: Row = (
    401,
    "A different authentication is required",
    Authenticate::StepUp,
);
const GATE: Row = (503, "The gate cannot decide now", Authenticate::No);
const LATE: Row = (504, "The gate waited too long", Authenticate::No);
const MANY_RENEWALS: Row = (429, "Too many streams are renewed", Authenticate::No);
const ENDED: Row = (504, "The stream has ended", Authenticate::No);
const HEADERS: Row = (431, "The request headers are too large", Authenticate::No);
const AMBIGUOUS: Row = (
    400,
    "The request is malformed or ambiguous",
    Authenticate::No,
);
const UPGRADE: Row = (400, "This resource takes no upgrade", Authenticate::No);
const NOT_SERVED: Row = (403, "This resource is not served here", Authenticate::No);
const MISDIRECTED: Row = (421, "This authority is not served here", Authenticate::No);
const QUOTA: Row = (429, "Too many live proofs", Authenticate::No);
const TRANSACTION: Row = (
    403,
    "The token does not grant this transaction",
    Authenticate::No,
);
const TRANSACTION_TOKEN: Row = (
    400,
    "The transaction token is not accepted",
    Authenticate::No,
);
const TRANSACTION_UNTOLD: Row = (
    403,
    "No transaction token grants this to the sender",
    Authenticate::No,
);
const NO_SINGLE_USE: Row = (
    403,
    "The transaction needs a token that was issued for it now",
    Authenticate::No,
);
const CONSUMED: Row = (409, "The transaction was used before", Authenticate::No);
const KEY: Row = (400, "The idempotency key is malformed", Authenticate::No);
const MANY: Row = (429, "Too many transactions", Authenticate::No);
const MEDIA: Row = (415, "The body is of another type", Authenticate::No);
const TOO_LARGE: Row = (413, "The body is too large", Authenticate::No);
const BODY: Row = (400, "The body is malformed", Authenticate::No);
const CONTENT: Row = (
    400,
    "The body is not the one that was signed",
    Authenticate::No,
);
const MESSAGE: Row = (
    400,
    "The message is malformed, or its headers say something else",
    Authenticate::No,
);
const CALL: Row = (
    403,
    "The call is none that is served here",
    Authenticate::No,
);
const REFUSED: Row = (403, "The request is refused", Authenticate::No);

/// The table.
#[rustfmt::skip]
pub(super) const fn row(reason: Reason) -> Row {
    use Reason as R;
    match reason {
        R::NotConfigured | R::HostFault | R::Overloaded | R::KeysUnavailable | R::EnvoyRouteUnreadable
        | R::StatusUnavailable | R::ReplayLogFull | R::ReplayLogFault | R::StoreTimeout | R::StoreUnreachable | R::StoreClusterUnknown
        | R::StoreStatus | R::StoreMalformed | R::StoreLease | R::StoreClock
        | R::BodyNotHeld | R::DecisionTimeout | R::DecisionUnreachable
        | R::DecisionClusterUnknown | R::DecisionNoHost | R::DecisionOverflow
        | R::DecisionCircuitOpen | R::DecisionStatus | R::DecisionMalformed
        | R::DecisionOversized | R::DecisionMismatched | R::IntrospectionUnavailable
        | R::TransactionLogFull | R::TransactionLogFault | R::IntrospectionRejected | R::IntrospectionMalformed | R::IntrospectionBudget
        | R::ExchangeUnavailable | R::ExchangeRejected | R::ExchangeMalformed | R::ExchangeTokenInvalid
        | R::ExchangeKeyUnknown | R::ExchangeLifetime | R::ExchangeSubject | R::ExchangeScope
        | R::RenewalsFull | R::RenewalsFault | R::ExchangeTransaction => GATE,
        R::DeadlineExceeded | R::RequestEnded => LATE,
        R::HeadersTooLarge => HEADERS,
        R::HeaderMalformed | R::TargetAmbiguous | R::OverrideRefused => AMBIGUOUS,
        R::UpgradeRefused => UPGRADE,
        R::RouteUnmatched | R::MethodUnlisted | R::EnvoyRouteMismatch => NOT_SERVED,
        R::AuthorityMismatch => MISDIRECTED,
        R::CredentialsMissing => NO_CREDENTIAL,
        R::CredentialsMalformed => CREDENTIAL,
        R::TokenMalformed | R::TokenType | R::TokenIssuer | R::TokenAlgorithm
        | R::TokenKeyUnknown | R::TokenSignature | R::TokenClaims | R::TokenAudience
        | R::TokenExpired | R::TokenEarly | R::TokenInactive | R::TokenDenied | R::StatusMissing | R::StatusMalformed
        | R::StatusListUnknown | R::StatusOutOfRange | R::TokenRevoked | R::TokenSuspended
        | R::StatusUnknown => TOKEN,
        R::TokenUnbound | R::BoundTokenAsBearer | R::ConfirmationUnsupported
        | R::ConfirmationUnknown | R::ProofKeyMismatch => BINDING,
        R::CertificateMissing
        | R::CertificateMismatch
        | R::ForwardedCertificateMalformed
        | R::ForwardedCertificateMismatch => CERTIFICATE,
        R::PeerUnknown => PEER,
        R::ScopeInsufficient => SCOPE,
        R::ProofMissing | R::ProofRepeated | R::ProofMalformed | R::ProofType
        | R::ProofAlgorithm | R::ProofKey | R::ProofSignature | R::ProofMethod | R::ProofTarget
        | R::ProofExpired | R::ProofEarly | R::ProofLifetime | R::ProofToken | R::ProofContext
        | R::ProofReplayed | R::ProofPredatesLog | R::ProofComponent | R::ProofCoverage
        | R::ContentDigestMissing => PROOF,
        R::ContentDigestMismatch => CONTENT,
        R::TransactionTokenInvalid | R::TransactionTokenExpired => TRANSACTION_TOKEN,
        R::TransactionTokenMissing | R::TransactionTokenUnbound | R::TransactionRequester
        | R::TransactionScope | R::RenewalUnnamed => TRANSACTION_UNTOLD,
        R::ProofNonceMissing | R::ProofNonceInvalid | R::ProofNonceExpired => NONCE,
        R::ReplayQuota => QUOTA,
        R::DetailMissing | R::DetailAmbiguous | R::ClaimUnlisted | R::QueryUnlisted | R::BodyUnlisted
        | R::ClaimMissing | R::ValueMissing | R::ValueMalformed | R::ValueMismatch => TRANSACTION,
        R::TransactionLifetime | R::TransactionUnnamed | R::TransactionPredatesLog => NO_SINGLE_USE,
        R::TransactionConsumed => CONSUMED,
        R::IdempotencyKeyMalformed => KEY,
        R::TransactionQuota => MANY,
        R::BodyType | R::BodyEncoding => MEDIA,
        R::BodyTooLarge => TOO_LARGE,
        R::BodyMalformed => BODY,
        R::McpMalformed | R::McpBatch | R::McpVersion | R::McpHeaderMismatch | R::McpArguments => MESSAGE,
        R::McpMethodUnlisted | R::McpNameUnlisted => CALL,
        R::CallerUnlisted | R::SubjectKind | R::ActorUnlisted | R::ActorDepth | R::ActorMissing | R::BreakGlassLifetime
        | R::RiskRefused | R::DecisionDenied | R::DecisionObligation
        | R::SubjectDenied | R::KeyDenied | R::TransactionDenied => REFUSED,
        R::StepUpRequired => STEP_UP,
        R::RenewalQuota => MANY_RENEWALS,
        R::StreamTokenExpired | R::StreamGrantEnded | R::StreamRevoked | R::StreamLifeSpent => ENDED,
    }
}
