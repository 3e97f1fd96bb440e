//! What is of which class: methods, tools, prompts, resources.

use super::class::REFUSE;
use super::{At, Faults, Part};
use crate::mcp::{self, ClassId, Methods, NAME_BYTES, Names, Reading, Resources};
use crate::policy::mcp::Class;
use std::collections::BTreeMap;

type Written = Option<Part<BTreeMap<String, Part<String>>>>;
type Named = BTreeMap<String, ClassId>;

/// The classes that the lists refer to, and which of them were named. None where a class is at fault.
pub(super) struct Lists<'c> {
    classes: Option<&'c [(Class, Reading)]>,
    named: Vec<ClassId>,
}

impl<'c> Lists<'c> {
    pub(super) fn new(classes: Option<&'c [(Class, Reading)]>) -> Self {
        Self {
            classes,
            named: Vec::new(),
        }
    }

    /// Methods: whole names, and what names begin with up to a `/` and `*`.
    pub(super) fn methods(
        &mut self,
        part: Written,
        at: &At<'_>,
        faults: &mut Faults,
    ) -> Option<Methods> {
        let (mut exact, mut beneath) = (Named::new(), Named::new());
        for (name, class) in self.classes_of(part, at, faults)? {
            let at = at.member(&name);
            let by_name = match name.as_str() {
                "tools/call" => "tools",
                "prompts/get" => "prompts",
                "resources/read" => "resources",
                _ => "",
            };
            let problem = format!("is by name: list what it may be under `{by_name}`");
            faults.check(!mcp::is_by_name(&name), &at, problem);
            self.without_transaction(class, &at, faults);
            let under = name.strip_suffix("/*");
            let plain = under
                .unwrap_or(&name)
                .bytes()
                .all(|it| it.is_ascii_graphic() && it != b'*');
            let problem = format!("{name:?} is no method: write one, or `notifications/*`");
            faults.check(plain && under != Some(""), &at, problem);
            match under {
                Some(under) => beneath.insert(under.to_owned(), class),
                None => exact.insert(name, class),
            };
        }
        Some(Methods::new(exact, beneath))
    }

    /// Tools or prompts.
    pub(super) fn named(
        &mut self,
        part: Written,
        at: &At<'_>,
        faults: &mut Faults,
    ) -> Option<Names> {
        let named = self.classes_of(part, at, faults)?;
        for name in named.keys() {
            let problem = format!("is longer than {NAME_BYTES} bytes, so no message could name it");
            faults.check(name.len() <= NAME_BYTES, &at.member(name), problem);
        }
        Some(Names::new(named))
    }

    /// Resources: whole URIs, and what URIs begin with up to a `/` and `*`.
    pub(super) fn resources(
        &mut self,
        part: Written,
        at: &At<'_>,
        faults: &mut Faults,
    ) -> Option<Resources> {
        let (mut exact, mut beneath) = (Named::new(), Named::new());
        for (uri, class) in self.classes_of(part, at, faults)? {
            let under = uri.strip_suffix('*');
            let start = under.unwrap_or(&uri);
            let whole = under.is_none() || start.ends_with('/');
            let plain = whole && !start.contains('*') && mcp::is_normal_uri(start);
            let problem = format!(
                "{uri:?} is no URI in its normal form: write one, or what it begins with, up to a `/` and `*`"
            );
            faults.check(plain, &at.member(&uri), problem);
            match under {
                Some(under) => beneath.insert(under.to_owned(), class),
                None => exact.insert(uri, class),
            };
        }
        Some(Resources::new(exact, beneath))
    }

    #[expect(clippy::option_option, reason = "no class and at fault are two things")]
    pub(super) fn unknown(
        &mut self,
        part: Option<Part<String>>,
        at: &At<'_>,
        faults: &mut Faults,
    ) -> Option<Option<ClassId>> {
        match Part::open_if_there(part, at, faults)? {
            None => Some(None),
            Some(name) if name == REFUSE => Some(None),
            Some(name) => {
                let class = self.place(&name, at, faults)?;
                self.without_transaction(class, at, faults);
                Some(Some(class))
            }
        }
    }

    /// Tells of classes that nothing names.
    pub(super) fn unused(&self, at: &At<'_>, faults: &mut Faults) {
        for (place, (class, _)) in self.classes.iter().copied().flatten().enumerate() {
            let problem = "is used by nothing: no method, tool, prompt or resource is of it";
            let used = self.named.contains(&ClassId(place));
            faults.check(used, &at.member(&class.name), problem);
        }
    }

    fn classes_of(&mut self, part: Written, at: &At<'_>, faults: &mut Faults) -> Option<Named> {
        let written = Part::open_if_there(part, at, faults)?.unwrap_or_default();
        let mut named = Named::new();
        let mut whole = true;
        for (name, part) in written {
            let at = at.member(&name);
            let class = part.open(&at, faults);
            match class.and_then(|class| self.place(&class, &at, faults)) {
                Some(class) => {
                    named.insert(name, class);
                }
                None => whole = false,
            }
        }
        whole.then_some(named)
    }

    fn place(&mut self, name: &str, at: &At<'_>, faults: &mut Faults) -> Option<ClassId> {
        let classes = self.classes?;
        let place = classes.iter().position(|(class, _)| *class.name == *name);
        let problem = || {
            let names: Vec<String> = classes
                .iter()
                .map(|(class, _)| format!("{:?}", &*class.name))
                .collect();
            format!(
                "there is no class named {name:?}: there is {}",
                names.join(", ")
            )
        };
        let class = ClassId(faults.keep(place.ok_or_else(problem), at)?);
        self.named.push(class);
        Some(class)
    }

    /// The parameters of methods are not read, so nothing could be bound to them.
    fn without_transaction(&self, id: ClassId, at: &At<'_>, faults: &mut Faults) {
        let class = self.classes.and_then(|it| it.get(id.0));
        let has_none = class.is_none_or(|(class, _)| class.transaction.is_none());
        let problem =
            "is of a class with a `transaction`, which only what is listed by name can fit";
        faults.check(has_none, at, problem);
    }
}
