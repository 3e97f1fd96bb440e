//! Who calls, by whichever credential.

use crate::json::Json;
use crate::time::UnixTime;
use crate::token::Token;
use std::rc::Rc;

/// A caller that showed who it is. Not yet that it may call.
#[derive(Clone, Debug)]
pub(super) enum Principal {
    /// Whoever this verified token speaks of.
    Token(Rc<Token>),
    /// Whoever holds the key of this thumbprint, in base64url: a request for a token brings none.
    Key(String),
}

impl Principal {
    /// The token.
    pub(super) fn token(&self) -> Option<&Token> {
        match self {
            Self::Token(token) => Some(token),
            Self::Key(_) => None,
        }
    }

    /// Who vouches for the subject.
    pub(super) fn issuer(&self) -> Option<&str> {
        self.token().map(Token::issuer_uri)
    }

    /// The subject: an identity only together with the issuer.
    pub(super) fn subject(&self) -> Option<&str> {
        self.token().map(Token::subject)
    }

    /// What sort of caller it is, and its name.
    pub(super) fn named(&self) -> (&'static str, &str) {
        match self {
            Self::Token(token) => ("identity", token.subject()),
            Self::Key(thumbprint) => ("key", thumbprint),
        }
    }

    pub(super) fn client(&self) -> Option<&str> {
        self.token().and_then(Token::client)
    }

    pub(super) fn actor(&self) -> Option<&str> {
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

    pub(super) fn issued_at(&self) -> Option<UnixTime> {
        self.token().and_then(Token::issued_at)
    }

    pub(super) fn authenticated_at(&self) -> Option<UnixTime> {
        self.token().and_then(Token::authenticated_at)
    }
}
