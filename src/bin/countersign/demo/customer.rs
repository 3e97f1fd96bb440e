//! Those who call the gate: a key, what the issuer says of its holder, and what the holder orders.

use super::client::Sending;
use crate::mint::{self, Grant, Key, Purpose};
use anyhow::Result;
use serde_json::{Value, json};

/// The authentication that large transfers ask for.
const STRONG: &str = "urn:example:loa:3";

/// A holder of a key.
pub(crate) struct Customer {
    key: Key,
}

impl Customer {
    /// Somebody with a fresh key.
    pub(crate) fn new() -> Result<Self> {
        let key = Key::generate()?;
        Ok(Self { key })
    }

    /// The key that tokens are bound to.
    pub(crate) fn key(&self) -> &Key {
        &self.key
    }

    /// A fresh proof for any method and URL.
    pub(crate) fn proof(&self, token: &str, method: &str, target: &str) -> Result<String> {
        Ok(self.key.proof(&Purpose {
            method,
            target,
            token,
            issued_at: mint::now()?,
        }))
    }

    /// A proof for this request, made at another time.
    pub(crate) fn old_proof(&self, token: &str, sending: &Sending, issued_at: i64) -> String {
        self.key.proof(&Purpose {
            method: sending.method(),
            target: &sending.target(),
            token,
            issued_at,
        })
    }

    /// The request with the token and a fresh proof.
    pub(crate) fn signed(&self, token: &str, sending: Sending) -> Result<Sending> {
        let proof = self.proof(token, sending.method(), &sending.target())?;
        Ok(sending.dpop(token, proof))
    }
}

/// What lets its holder read accounts.
pub(crate) fn reading() -> Grant {
    Grant {
        subject: "ada".to_owned(),
        scope: "accounts:read".to_owned(),
        ..Grant::default()
    }
}

/// What lets its holder make one payment.
pub(crate) fn paying(amount: &str, iban: &str) -> Grant {
    Grant {
        subject: "ada".to_owned(),
        scope: "payments:write".to_owned(),
        details: Some(json!({
            "type": "payment_initiation",
            "instructedAmount": { "currency": "EUR", "amount": amount },
            "creditorAccount": { "iban": iban },
        })),
        authentication: None,
    }
}

/// The same grant after a strong authentication just now.
pub(crate) fn strong(grant: Grant) -> Result<Grant> {
    Ok(Grant {
        authentication: Some((STRONG.to_owned(), mint::now()?)),
        ..grant
    })
}

/// The body of a transfer.
pub(crate) fn order(amount: &str, iban: &str) -> String {
    let order: Value = json!({
        "amount": amount,
        "currency": "EUR",
        "creditor": { "iban": iban },
    });
    order.to_string()
}
