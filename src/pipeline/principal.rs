//! Who calls, by whichever credential.

use crate::http::spiffe::SpiffeId;
use crate::json::Json;
use crate::proof::mtls::Presented;
use crate::time::UnixTime;
use crate::token::actor::Actor;
use crate::token::subject::SubjectKind;
use crate::token::{Kind, Token};
use std::rc::Rc;

/// A caller that showed who it is. Not yet that it may call.
#[derive(Clone, Debug)]
pub(super) enum Principal {
    /// Whoever this verified token speaks of.
    Token(Rc<Token>),
    /// Whoever holds the key of this thumbprint, in base64url: a request for a token brings none.
    Key(String),
    /// The workload that the client's certificate names.
    Peer(SpiffeId, Presented),
}

impl Principal {
    /// The token.
    pub(super) fn token(&self) -> Option<&Token> {
        match self {
            Self::Token(token) => Some(token),
            Self::Key(_) | Self::Peer(..) => None,
        }
    }

    /// Whether anybody vouches for it. Keys alone cost nothing.
    pub(super) fn is_vouched_for(&self) -> bool {
        match self {
            Self::Token(_) | Self::Peer(..) => true,
            Self::Key(_) => false,
        }
    }

    /// Who vouches for the subject.
    pub(super) fn issuer(&self) -> Option<&str> {
        match self {
            Self::Token(token) => Some(token.issuer_uri()),
            Self::Key(_) => None,
            Self::Peer(id, _) => Some(id.authority()),
        }
    }

    /// The subject: an identity only together with the issuer.
    pub(super) fn subject(&self) -> Option<&str> {
        match self {
            Self::Token(token) => Some(token.subject()),
            Self::Key(_) => None,
            Self::Peer(id, _) => Some(id.as_str()),
        }
    }

    /// What sort of caller it is, and its name.
    pub(super) fn named(&self) -> (&'static str, &str) {
        match self {
            Self::Token(token) => match token.kind() {
                Kind::Access | Kind::Opaque | Kind::Transaction => ("identity", token.subject()),
                Kind::Svid | Kind::Workload => ("workload", token.subject()),
            },
            Self::Key(thumbprint) => ("key", thumbprint),
            Self::Peer(id, _) => ("workload", id.as_str()),
        }
    }

    /// What sort of subject it is, where anything tells it.
    pub(super) fn subject_kind(&self) -> Option<SubjectKind> {
        match self {
            Self::Token(token) => token.subject_kind(),
            Self::Key(_) => None,
            Self::Peer(..) => Some(SubjectKind::Workload), // K1
        }
    }

    /// The identifier of the workload that calls, where its own token or certificate says so.
    pub(super) fn workload(&self) -> Option<&str> {
        match self {
            Self::Token(token) => match token.kind() {
                Kind::Access | Kind::Opaque | Kind::Transaction => None,
                Kind::Svid | Kind::Workload => Some(token.subject()),
            },
            Self::Key(_) => None,
            Self::Peer(id, _) => Some(id.as_str()),
        }
    }

    pub(super) fn client(&self) -> Option<&str> {
        self.token().and_then(Token::client)
    }

    pub(super) fn actor(&self) -> Option<&Actor> {
        self.token().and_then(Token::actor)
    }

    pub(super) fn acr(&self) -> Option<&str> {
        self.token().and_then(Token::acr)
    }

    pub(super) fn scopes(&self) -> &[String] {
        self.token().map_or(&[], Token::scopes)
    }

    pub(super) fn claims(&self) -> Option<&Json> {
        self.token().map(Token::claims)
    }

    /// Whether it could authenticate in another way, and bring a token that says so. No workload can,
    /// nor who brings no token.
    pub(super) fn may_step_up(&self) -> bool {
        self.token().is_some() && self.workload().is_none()
    }

    /// When its credential ends, where that says so.
    pub(super) fn end(&self) -> Option<UnixTime> {
        self.token().and_then(Token::end)
    }

    pub(super) fn issued_at(&self) -> Option<UnixTime> {
        self.token().and_then(Token::issued_at)
    }

    pub(super) fn authenticated_at(&self) -> Option<UnixTime> {
        self.token().and_then(Token::authenticated_at)
    }
}
