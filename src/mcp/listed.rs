//! Names as a policy lists them, and what some reader takes for one of them.

use crate::mcp::ClassId;
use crate::reason::Reason;
use std::collections::{BTreeMap, BTreeSet};

/// The classes of tools or of prompts, by their names.
#[derive(Clone, Debug, Default)]
pub struct Names {
    classes: BTreeMap<String, ClassId>,
    folded: BTreeSet<String>,
}

impl Names {
    /// Classes by names.
    #[must_use]
    pub fn new(classes: BTreeMap<String, ClassId>) -> Self {
        let folded = classes.keys().map(|name| fold(name)).collect();
        Self { classes, folded }
    }

    /// The class of each name.
    pub(super) fn classes(&self) -> impl Iterator<Item = ClassId> {
        self.classes.values().copied()
    }

    /// The class of a name. None where it is not listed, and no reader takes it for one that is.
    ///
    /// # Errors
    /// [`Reason::McpNameUnlisted`].
    pub(super) fn class(&self, name: &str) -> Result<Option<ClassId>, Reason> {
        if let Some(class) = self.classes.get(name) {
            return Ok(Some(*class));
        }
        // M15: no server may take it for another than the one that is judged. Of characters that look
        // alike, or are not seen at all, ASCII has none.
        let is_plain = name.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_plain || self.folded.contains(&fold(name)) {
            return Err(Reason::McpNameUnlisted);
        }
        Ok(None)
    }
}

/// The classes of methods.
#[derive(Clone, Debug, Default)]
pub struct Methods {
    exact: Names,
    under: Names,
}

impl Methods {
    /// Classes by whole names, and by what names begin with up to a `/`.
    #[must_use]
    pub fn new(exact: BTreeMap<String, ClassId>, under: BTreeMap<String, ClassId>) -> Self {
        let mut exact = Names::new(exact);
        exact.folded.extend(super::BY_NAME.map(fold));
        let under = Names::new(under);
        Self { exact, under }
    }

    /// The class of a method. None where it is not listed, and no reader takes it for one that is, or
    /// for one whose calls have their classes by name.
    ///
    /// # Errors
    /// [`Reason::McpMethodUnlisted`].
    pub(super) fn class(&self, method: &str) -> Result<Option<ClassId>, Reason> {
        let unlisted = |_| Reason::McpMethodUnlisted; // M15
        if let Some(class) = self.exact.class(method).map_err(unlisted)? {
            return Ok(Some(class));
        }
        match method.rsplit_once('/') {
            Some((start, _)) => self.under.class(start).map_err(unlisted),
            None => Ok(None),
        }
    }
}

/// A name as lenient readers compare it: without case, and without what some write between words.
fn fold(name: &str) -> String {
    let separates = |it: &char| it.is_whitespace() || matches!(it, '-' | '_' | '.');
    let letters: String = name.chars().filter(|it| !separates(it)).collect();
    letters.to_uppercase().to_lowercase()
}
