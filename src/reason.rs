//! Why a request was not forwarded. The codes are a public contract: they are the only thing that
//! is sent, logged as a field and counted. No text of a caller's ever joins them.

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal,)+) => {
        /// Why a request was refused. Fieldless, so that its use as a metric is bounded.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Reason {
            /// Every reason, in the order of the stages that give them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// What it means, for the table of reasons in the documents.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc,)+).trim_ascii(),)+ }
            }
        }
    };
}

impl Reason {
    /// Whether it is the authorization server's fault, or that of the way to it, and says nothing of
    /// the token.
    #[must_use]
    pub fn blames_introspection(self) -> bool {
        matches!(
            self,
            Self::IntrospectionUnavailable
                | Self::IntrospectionRejected
                | Self::IntrospectionMalformed
        )
    }
}

reasons! {
    // The gate itself.
    /// The filter has no policy it may act on; the log says why.
    NotConfigured = "not_configured",
    /// A call into the proxy failed.
    HostFault = "host_fault",
    /// Too many requests are already waiting for an answer on this worker.
    Overloaded = "overloaded",
    /// The answer the request waited for did not come before its deadline.
    DeadlineExceeded = "deadline_exceeded",
    /// The request ended while it waited for its verdict: its client left, or a limit of the proxy's ended it. Never sent, only recorded.
    RequestEnded = "request_ended",

    // Admission.
    /// More headers, or larger ones, than the gate reads.
    HeadersTooLarge = "headers_too_large",
    /// A header or pseudo-header is missing, repeated or holds bytes that it may not hold.
    HeaderMalformed = "header_malformed",
    /// The target can be read in two ways (encoded slash, dot segment, backslash, empty segment, path parameter, control).
    TargetAmbiguous = "target_ambiguous",
    /// No route lists this path, and the policy says `unmatched: refuse`.
    RouteUnmatched = "route_unmatched",
    /// A route lists this path, but none lists this method for it.
    MethodUnlisted = "method_unlisted",
    /// The route that the proxy chose is not the one that the policy's route names, or its metadata name another route of the policy.
    EnvoyRouteMismatch = "envoy_route_mismatch",
    /// The proxy has no route for the request, or its metadata for the gate are not what the gate reads.
    EnvoyRouteUnreadable = "envoy_route_unreadable",
    /// The authority is not the origin of the route.
    AuthorityMismatch = "authority_mismatch",
    /// A header, a query parameter or a member of the body overrides the method or the target.
    OverrideRefused = "override_refused",
    /// An upgrade, a CONNECT or a stream on a route that must hold the request.
    UpgradeRefused = "upgrade_refused",

    // The token.
    /// There is no credential.
    CredentialsMissing = "credentials_missing",
    /// More than one credential, or one that is not a scheme and a token.
    CredentialsMalformed = "credentials_malformed",
    /// The token is not a strict compact JWS.
    TokenMalformed = "token_malformed",
    /// The token is of another type than the issuer's access tokens.
    TokenType = "token_type",
    /// The token names an issuer that the route does not accept.
    TokenIssuer = "token_issuer",
    /// The token is signed with an algorithm that the issuer is not configured for.
    TokenAlgorithm = "token_algorithm",
    /// The issuer has no key that fits the token.
    TokenKeyUnknown = "token_key_unknown",
    /// The signature of the token does not verify.
    TokenSignature = "token_signature",
    /// A claim that the token must have is missing or of the wrong type.
    TokenClaims = "token_claims",
    /// The token is for another audience.
    TokenAudience = "token_audience",
    /// The token has expired.
    TokenExpired = "token_expired",
    /// The token is not valid yet.
    TokenEarly = "token_early",
    /// The keys of the issuer are not at hand, or older than the policy allows.
    KeysUnavailable = "keys_unavailable",
    /// The authorization server says that the token is not active: it expired, was revoked, or never was.
    TokenInactive = "token_inactive",
    /// The authorization server did not say in time what the token is, or could not be reached.
    IntrospectionUnavailable = "introspection_unavailable",
    /// The authorization server did not answer the gate's question: its status is none of `200`, `502`, `503` and `504`.
    IntrospectionRejected = "introspection_rejected",
    /// The authorization server answered with something that is no introspection response, or with more than the gate reads.
    IntrospectionMalformed = "introspection_malformed",
    /// This worker may ask the authorization server no more now.
    IntrospectionBudget = "introspection_budget",
    /// The policy denies this token.
    TokenDenied = "token_denied",
    /// The policy denies the subject or the actor of the token.
    SubjectDenied = "subject_denied",
    /// The policy denies the transaction of the token.
    TransactionDenied = "transaction_denied",
    /// The token refers to no status list, and the policy demands one of its issuer's tokens.
    StatusMissing = "status_missing",
    /// The token's `status` is no reference to a status list.
    StatusMalformed = "status_malformed",
    /// The token refers to a status list that the policy does not name for its issuer.
    StatusListUnknown = "status_list_unknown",
    /// The status list of the token is not at hand, has expired, or is older than the policy allows.
    StatusUnavailable = "status_unavailable",
    /// The status list of the token ends before the token's entry.
    StatusOutOfRange = "status_out_of_range",
    /// The issuer revoked the token.
    TokenRevoked = "token_revoked",
    /// The issuer suspended the token.
    TokenSuspended = "token_suspended",
    /// The status list has a status for the token that is neither valid, invalid nor suspended.
    StatusUnknown = "status_unknown",
    /// The token lacks a scope that the route asks for.
    ScopeInsufficient = "scope_insufficient",
    /// The caller is known, but the route lists others.
    CallerUnlisted = "caller_unlisted",
    /// The caller is of another kind than those that the route or the break-glass profile accepts, or of none.
    SubjectKind = "subject_kind",
    /// The token names an actor that the route does not list, on a route that lets nobody act for others, or where no token may name one.
    ActorUnlisted = "actor_unlisted",
    /// The chain of actors in the token is longer than the route allows.
    ActorDepth = "actor_depth",
    /// The route asks for an actor, and the token names none.
    ActorMissing = "actor_missing",
    /// The token of a break-glass issuer is valid for longer than the profile allows.
    BreakGlassLifetime = "break_glass_lifetime",

    // Possession.
    /// The token is bound to no key, or not by the method that the request uses.
    TokenUnbound = "token_unbound",
    /// A token that is bound to a key was sent as a bearer token.
    BoundTokenAsBearer = "bound_token_as_bearer",
    /// The token is bound by a registered method that this gate cannot check here.
    ConfirmationUnsupported = "confirmation_unsupported",
    /// The token's confirmation has a member outside the registry, and the issuer's policy refuses those.
    ConfirmationUnknown = "confirmation_unknown",
    /// The caller is known by a client certificate, or its token is bound to one, and the connection or its hop shows none, or no route of the policy accepts `mtls`.
    CertificateMissing = "certificate_missing",
    /// The connection shows another client certificate than the one the token is bound to.
    CertificateMismatch = "certificate_mismatch",
    /// The client certificate names no workload that the route accepts.
    PeerUnknown = "peer_unknown",
    /// The policy denies the key or the certificate whose possession was shown.
    KeyDenied = "key_denied",
    /// What a hop wrote of its client's certificate is not a strict `x-forwarded-client-cert`, or lacks the digest.
    ForwardedCertificateMalformed = "forwarded_certificate_malformed",
    /// The listener did not append the certificate of the hop, as the policy says that it does.
    ForwardedCertificateMismatch = "forwarded_certificate_mismatch",
    /// There is no proof of possession.
    ProofMissing = "proof_missing",
    /// There is more than one proof of possession.
    ProofRepeated = "proof_repeated",
    /// The proof is not of its strict form (a compact JWS, or a message signature), or a claim or parameter that it must have is missing or of the wrong type.
    ProofMalformed = "proof_malformed",
    /// The proof is of another type.
    ProofType = "proof_type",
    /// The proof is signed with an algorithm that the policy does not list.
    ProofAlgorithm = "proof_algorithm",
    /// The key in the proof is unusable, or holds private material.
    ProofKey = "proof_key",
    /// The signature of the proof does not verify.
    ProofSignature = "proof_signature",
    /// The proof is for another method.
    ProofMethod = "proof_method",
    /// The proof is for another target.
    ProofTarget = "proof_target",
    /// The proof is too old.
    ProofExpired = "proof_expired",
    /// The proof is from the future.
    ProofEarly = "proof_early",
    /// The proof is valid for longer than the policy allows.
    ProofLifetime = "proof_lifetime",
    /// The proof is for another token.
    ProofToken = "proof_token",
    /// The proof does not name another token or header of the request by its hash, or names one that is not there.
    ProofContext = "proof_context",
    /// The proof is made with another key than the token is bound to.
    ProofKeyMismatch = "proof_key_mismatch",
    /// The proof holds no nonce, and the route asks for one.
    ProofNonceMissing = "proof_nonce_missing",
    /// The nonce in the proof is none of this gate's for this key, origin and use.
    ProofNonceInvalid = "proof_nonce_invalid",
    /// The nonce in the proof is older than nonces may be, or from the future.
    ProofNonceExpired = "proof_nonce_expired",
    /// The signature covers a component that the gate does not know, or that the request has not or not once.
    ProofComponent = "proof_component",
    /// The signature does not cover what it must: a component that the route names, a credential of the request, or the digest of its body.
    ProofCoverage = "proof_coverage",
    /// The signature covers a `Content-Digest` without a SHA-256 or SHA-512 that can be read.
    ContentDigestMissing = "content_digest_missing",
    /// The body is not the one of the `Content-Digest` that was signed.
    ContentDigestMismatch = "content_digest_mismatch",
    /// The proof was used before.
    ProofReplayed = "proof_replayed",
    /// The proof is older than the replay log, which cannot tell whether it was used before.
    ProofPredatesLog = "proof_predates_log",
    /// This caller has as many live proofs as one caller may have.
    ReplayQuota = "replay_quota",
    /// The replay log has no room for this proof.
    ReplayLogFull = "replay_log_full",
    /// The replay log could not be read or written.
    ReplayLogFault = "replay_log_fault",
    /// The store of uses did not answer in time, or with `504`.
    StoreTimeout = "store_timeout",
    /// The store of uses could not be reached, did not finish its answer, or answered with `503`.
    StoreUnreachable = "store_unreachable",
    /// The proxy does not know the cluster of the store of uses.
    StoreClusterUnknown = "store_cluster_unknown",
    /// The store of uses answered with an error.
    StoreStatus = "store_status",
    /// The store of uses answered with something that is not an answer to what it was asked.
    StoreMalformed = "store_malformed",
    /// The gate has no lease of the store of uses, or the store does not know it any more.
    StoreLease = "store_lease",
    /// The clock of the store of uses and this gate's are further apart than the policy allows.
    StoreClock = "store_clock",

    // The transaction token.
    /// The route asks for a transaction token, and there is none.
    TransactionTokenMissing = "transaction_token_missing",
    /// There is more than one transaction token, or it is malformed, of another type, for another trust domain, or its signature does not verify.
    TransactionTokenInvalid = "transaction_token_invalid",
    /// The transaction token has expired, or is older than the route allows.
    TransactionTokenExpired = "transaction_token_expired",
    /// Nothing binds the sender to the transaction token: no proof names or covers it.
    TransactionTokenUnbound = "transaction_token_unbound",
    /// The workload that asked for the transaction token is none that this sender may speak for.
    TransactionRequester = "transaction_requester",
    /// The transaction token lacks a scope that the route asks for.
    TransactionScope = "transaction_scope",

    // The transaction.
    /// The token grants no transaction of the kind that the route asks for.
    DetailMissing = "detail_missing",
    /// The token grants more than one transaction that fits the route.
    DetailAmbiguous = "detail_ambiguous",
    /// The granted transaction has a member that no binding, no rule of the route and no allow-list names.
    ClaimUnlisted = "claim_unlisted",
    /// The body is of a type that the route does not declare.
    BodyType = "body_type",
    /// The body is encoded, or a part of one.
    BodyEncoding = "body_encoding",
    /// The body is larger than the route reads.
    BodyTooLarge = "body_too_large",
    /// The body was not held for the gate: the filter lacks `allow_on_headers_stop_iteration`.
    BodyNotHeld = "body_not_held",
    /// The body is not strict JSON, or repeats a member.
    BodyMalformed = "body_malformed",
    /// The body has a member that no binding and no allow-list names.
    BodyUnlisted = "body_unlisted",
    /// The query has a parameter that no binding and no allow-list names, or repeats one.
    QueryUnlisted = "query_unlisted",
    /// The granted transaction lacks a claim that the route binds.
    ClaimMissing = "claim_missing",
    /// The request lacks a value that the route binds.
    ValueMissing = "value_missing",
    /// A bound value is not of the form that its comparison needs.
    ValueMalformed = "value_malformed",
    /// A bound value differs from the granted one.
    ValueMismatch = "value_mismatch",

    // Calls of the Model Context Protocol.
    /// The body is not one request or notification of MCP, or its parameters are not those of its method.
    McpMalformed = "mcp_malformed",
    /// The body is a batch of messages.
    McpBatch = "mcp_batch",
    /// The message is of a revision of MCP that the route does not list, or names none.
    McpVersion = "mcp_version",
    /// A header that repeats the body is missing, repeated or says something else.
    McpHeaderMismatch = "mcp_header_mismatch",
    /// The route lists no class for the method.
    McpMethodUnlisted = "mcp_method_unlisted",
    /// The route lists no class for the tool, the prompt or the resource.
    McpNameUnlisted = "mcp_name_unlisted",
    /// The arguments are no object, or hold a number that is another one as a double.
    McpArguments = "mcp_arguments",

    // Single use.
    /// The token that carries the transaction does not say from when to when it lives, or lives for longer than the route's `single_use.lifetime`.
    TransactionLifetime = "transaction_lifetime",
    /// Nothing names the transaction: the token that carries it has no `jti`.
    TransactionUnnamed = "transaction_unnamed",
    /// There is more than one idempotency key, or it is not one to 255 visible characters of ASCII without a comma.
    IdempotencyKeyMalformed = "idempotency_key_malformed",
    /// The transaction was used before, and this is no retry of that use.
    TransactionConsumed = "transaction_consumed",
    /// The token that carries the transaction is older than the log of transactions, which cannot tell whether it was used before.
    TransactionPredatesLog = "transaction_predates_log",
    /// This caller has as many transactions in the log as one caller may have.
    TransactionQuota = "transaction_quota",
    /// The log of transactions has no room for this one.
    TransactionLogFull = "transaction_log_full",
    /// The log of transactions could not be read or written.
    TransactionLogFault = "transaction_log_fault",

    // Risk and step-up.
    /// The score reached the route's `refuse_at`.
    RiskRefused = "risk_refused",
    /// The route asks for a fresher or stronger authentication than the token shows.
    StepUpRequired = "step_up_required",
    /// The decision service said no.
    DecisionDenied = "decision_denied",
    /// The decision service permits only under an obligation that the gate cannot meet.
    DecisionObligation = "decision_obligation",
    /// The decision service did not answer in time, or with `504`.
    DecisionTimeout = "decision_timeout",
    /// The decision service could not be reached, did not finish its answer, or answered with `503`.
    DecisionUnreachable = "decision_unreachable",
    /// The proxy does not know the cluster of the decision service.
    DecisionClusterUnknown = "decision_cluster_unknown",
    /// The cluster of the decision service has no host.
    DecisionNoHost = "decision_no_host",
    /// The proxy had no room for the question, or the decision service said that it has none.
    DecisionOverflow = "decision_overflow",
    /// The decision service was silent to several subjects lately, so it was not asked.
    DecisionCircuitOpen = "decision_circuit_open",
    /// The decision service answered with another status than `200`, `503` and `504`.
    DecisionStatus = "decision_status",
    /// The decision service answered with something that is not a decision.
    DecisionMalformed = "decision_malformed",
    /// The decision service answered with more than the gate reads.
    DecisionOversized = "decision_oversized",
    /// The decision service answered another request than ours.
    DecisionMismatched = "decision_mismatched",

    // Streams that end.
    /// Nothing names what shall be renewed: the caller's tokens have no `txn`.
    RenewalUnnamed = "renewal_unnamed",
    /// This caller has as many streams renewed as one caller may have.
    RenewalQuota = "renewal_quota",
    /// There is no room to note this renewal.
    RenewalsFull = "renewals_full",
    /// The notes of renewals could not be read or written.
    RenewalsFault = "renewals_fault",
    /// The token of an open stream expired, and the grace after it is over.
    StreamTokenExpired = "stream_token_expired",
    /// What granted an open stream ended: its transaction token, or an instant of its transaction.
    StreamGrantEnded = "stream_grant_ended",
    /// What an open stream rests on was denied or revoked, or its status list is no longer at hand.
    StreamRevoked = "stream_revoked",
    /// A stream was open for as long as its route lets one be.
    StreamLifeSpent = "stream_life_spent",

    // The exchange.
    /// The server that exchanges tokens did not answer in time, could not be reached, or answered with `502`, `503` or `504`.
    ExchangeUnavailable = "exchange_unavailable",
    /// The server that exchanges tokens did not issue one: its status is none of `200`, `502`, `503` and `504`.
    ExchangeRejected = "exchange_rejected",
    /// The server that exchanges tokens answered with something that is no transaction token response, or with more than the gate reads.
    ExchangeMalformed = "exchange_malformed",
    /// What was issued is no transaction token of the issuer that the policy names, or does not verify as one.
    ExchangeTokenInvalid = "exchange_token_invalid",
    /// The issuer has no key that fits the transaction token that was issued.
    ExchangeKeyUnknown = "exchange_key_unknown",
    /// The transaction token that was issued lives for longer than the policy allows.
    ExchangeLifetime = "exchange_lifetime",
    /// The transaction token that was issued speaks of another subject or actor than the caller.
    ExchangeSubject = "exchange_subject",
    /// The transaction token that was issued has a scope that was not asked for.
    ExchangeScope = "exchange_scope",
    /// The transaction token that was issued is of another transaction than the request.
    ExchangeTransaction = "exchange_transaction",
}

#[cfg(test)]
mod tests;
