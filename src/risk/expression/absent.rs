//! A build without the language.

use super::{BadExpression, Judged, Root};
use crate::risk::facts::Facts;

/// Nothing is one.
pub(super) enum Compiled {}

impl Compiled {
    pub(super) fn of(_: &str) -> Result<Self, BadExpression> {
        let problem = "is not for this build, which was made without the feature `cel`";
        Err(BadExpression(problem.to_owned()))
    }

    pub(super) fn names(&self, _: Root) -> bool {
        match *self {}
    }

    pub(super) fn judge(&self, _: &dyn Facts) -> Judged {
        match *self {}
    }
}
