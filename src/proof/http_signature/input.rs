//! `Signature-Input` and `Signature` (RFC 9421 section 4): which signature counts.

use std::borrow::Cow;

use crate::http::RequestHead;
use crate::http::structured::{Bare, Dictionary, InnerList, Member};
use crate::proof::http_signature::field;
use crate::reason::Reason;

/// The two fields, joined but not parsed.
pub(super) struct Fields<'a> {
    input: Cow<'a, [u8]>,
    signature: Cow<'a, [u8]>,
}

/// The signature that counts.
pub(super) struct Selected<'a> {
    /// What it covers, with its parameters.
    pub(super) list: InnerList<'a>,
    /// The signature itself.
    pub(super) bytes: Vec<u8>,
}

impl<'a> Fields<'a> {
    pub(super) fn read(head: &'a RequestHead) -> Result<Self, Reason> {
        let read = |name| match field::combined(head, name) {
            Some(value) => Ok(value),
            None if head.names().any(|own| crate::http::alike(own, name)) => {
                Err(Reason::ProofMalformed)
            }
            None => Err(Reason::ProofMissing),
        };
        Ok(Self {
            input: read("signature-input")?,
            signature: read("signature")?,
        })
    }

    /// Parses both and takes the one signature of this `tag`, or the only one.
    pub(super) fn select(&self, tag: Option<&str>) -> Result<Selected<'_>, Reason> {
        // S10: no label twice in either, each label in both, each member of its type.
        let inputs = Dictionary::parse(&self.input).map_err(|_| Reason::ProofMalformed)?;
        let signatures = Dictionary::parse(&self.signature).map_err(|_| Reason::ProofMalformed)?;
        if inputs.iter().len() != signatures.iter().len() {
            return Err(Reason::ProofMalformed); // S10
        }
        let mut selected = None;
        for (label, member) in inputs.into_members() {
            let (Member::List(list), Some(Member::Item(item))) = (member, signatures.get(label))
            else {
                return Err(Reason::ProofMalformed); // S10
            };
            let bytes = item.value.bytes().ok_or(Reason::ProofMalformed)?; // S10
            let own = list.parameters.get("tag").and_then(Bare::text);
            if tag.is_some() && own != tag {
                continue; // S11
            }
            if selected.is_some() {
                return Err(Reason::ProofRepeated); // S11
            }
            selected = Some(Selected {
                list,
                bytes: bytes.to_vec(),
            });
        }
        selected.ok_or(Reason::ProofMissing) // S11
    }
}
