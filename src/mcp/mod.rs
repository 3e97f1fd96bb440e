//! Calls of the Model Context Protocol: what a message asks for, and which class of the policy that
//! is. A layer of facts: whether the caller may is decided above.

mod arguments;
mod headers;
mod listed;
mod message;
mod resource;
mod revision;
#[cfg(test)]
mod tests;

pub use arguments::digest;
pub use headers::Mirror;
pub use listed::{Methods, Names};
pub use message::{Id, Message};
pub use resource::{Resources, is_normal as is_normal_uri};
pub use revision::Revision;

use crate::crypto::digest::Digest32;
use crate::http::RequestHead;
use crate::json::Json;
use crate::reason::Reason;

/// The longest name of a tool or a prompt, in bytes.
pub const NAME_BYTES: usize = 128;
/// The longest URI of a resource, in bytes.
pub const URI_BYTES: usize = 1024;

/// The place of a class in a route's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClassId(pub usize);

/// Which messages a route takes, compiled at load.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Accepted revisions.
    pub versions: Vec<Revision>,
    /// The classes of methods that name nothing, or nothing that the policy knows.
    pub methods: Methods,
    /// The classes of tools, by name.
    pub tools: Names,
    /// The classes of prompts, by name.
    pub prompts: Names,
    /// The classes of resources.
    pub resources: Resources,
    /// The class of what is not listed. None: it is refused.
    pub unknown: Option<ClassId>,
    /// What is read of a message of each class, by [`ClassId`].
    pub classes: Vec<Reading>,
}

/// What is read of a message of one class.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The headers that repeat arguments.
    pub mirrors: Vec<Mirror>,
    /// Members of `params` that may be there beside the name, `arguments` and `_meta`.
    pub allow_params: Vec<String>,
}

/// What a message asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call<'b> {
    /// The method.
    pub method: &'b str,
    /// The name of the tool or prompt, the URI of the resource, or the id of the task.
    pub name: Option<&'b str>,
    /// The arguments, an object.
    pub arguments: Option<&'b Json>,
    /// Their digest.
    pub digest: Option<Digest32>,
    /// Its class.
    pub class: ClassId,
}

impl<'b> Call<'b> {
    /// The tool, where it calls one.
    #[must_use]
    pub fn tool(&self) -> Option<&'b str> {
        match Named::of(self.method) {
            Named::Tool => self.name,
            Named::Prompt | Named::Resource | Named::Task | Named::Nothing => None,
        }
    }
}

/// The methods whose calls have their classes by name.
const BY_NAME: [&str; 3] = ["tools/call", "prompts/get", "resources/read"];

/// What the parameter is that a method names its object by.
enum Named {
    Tool,
    Prompt,
    Resource,
    Task,
    Nothing,
}

impl Named {
    fn of(method: &str) -> Self {
        match method {
            "tools/call" => Self::Tool,
            "prompts/get" => Self::Prompt,
            "resources/read" => Self::Resource,
            "tasks/get" | "tasks/update" | "tasks/cancel" => Self::Task,
            _ => Self::Nothing,
        }
    }
}

/// Whether a policy says by name, and not by method, what calls of this method are.
#[must_use]
pub fn is_by_name(method: &str) -> bool {
    BY_NAME.contains(&method)
}

impl Rules {
    /// How many tools, prompts and resources are listed with a class. What one beginning of URIs is
    /// listed for are several.
    #[must_use]
    pub fn names_of(&self, class: ClassId) -> usize {
        let lists = [&self.tools, &self.prompts];
        let named = lists.into_iter().flat_map(Names::classes);
        let named = named.chain(self.resources.classes());
        named.filter(|it| *it == class).count()
    }

    /// Finds out what a message asks for, and holds the headers that repeat it against it.
    ///
    /// # Errors
    /// [`Reason::McpVersion`], [`Reason::McpHeaderMismatch`], [`Reason::McpMethodUnlisted`],
    /// [`Reason::McpNameUnlisted`]; [`Reason::McpMalformed`] where the parameters are not those of
    /// the method; [`Reason::McpArguments`] where the arguments are no object, or hold a number that
    /// has no double.
    ///
    /// # Does not check
    /// The arguments themselves: the transaction of the class is held against them above. Of `_meta`
    /// only the revision is read, and it decides nothing. The parameters of methods that the policy
    /// lists under `methods` are not read.
    pub fn judge<'b>(&self, message: &Message<'b>, head: &RequestHead) -> Result<Call<'b>, Reason> {
        let revision = headers::revision(&self.versions, message, head)?;
        let named = Named::of(message.method);
        let name = name(&named, message)?;
        headers::name(revision, name, head)?;
        let class = self.class(&named, message.method, name)?;
        let reading = self.classes.get(class.0).ok_or(Reason::HostFault)?;
        let arguments = match named {
            Named::Tool | Named::Prompt => {
                closed(message, &["name", "arguments"], &reading.allow_params)?;
                message.param("arguments")
            }
            Named::Resource => {
                closed(message, &["uri"], &reading.allow_params)?;
                None
            }
            Named::Task | Named::Nothing => None,
        };
        // M18: the arguments are an object, and each of their numbers is one to every reader.
        let digest = match arguments {
            None => None,
            Some(value @ Json::Object(_)) => Some(digest(value).ok_or(Reason::McpArguments)?),
            Some(
                Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_),
            ) => {
                return Err(Reason::McpArguments);
            }
        };
        headers::parameters(revision, &reading.mirrors, arguments, head)?;
        Ok(Call {
            method: message.method,
            name,
            arguments,
            digest,
            class,
        })
    }

    fn class(&self, named: &Named, method: &str, name: Option<&str>) -> Result<ClassId, Reason> {
        let name = name.unwrap_or_default();
        let (listed, reason) = match named {
            Named::Tool => (self.tools.class(name)?, Reason::McpNameUnlisted),
            Named::Prompt => (self.prompts.class(name)?, Reason::McpNameUnlisted),
            Named::Resource => (self.resources.class(name)?, Reason::McpNameUnlisted),
            Named::Task | Named::Nothing => {
                (self.methods.class(method)?, Reason::McpMethodUnlisted)
            }
        };
        // M16: what nothing lists is of the class that the policy names, if it names one.
        listed.or(self.unknown).ok_or(reason)
    }
}

/// The name that the body has, of a length that may be recorded.
fn name<'b>(named: &Named, message: &Message<'b>) -> Result<Option<&'b str>, Reason> {
    let (member, most) = match named {
        Named::Tool | Named::Prompt => ("name", NAME_BYTES),
        Named::Resource => ("uri", URI_BYTES),
        Named::Task => ("taskId", NAME_BYTES),
        Named::Nothing => return Ok(None),
    };
    let name = message.param(member).and_then(Json::as_str);
    let name = name.filter(|it| !it.is_empty() && it.len() <= most);
    let name = name.ok_or(Reason::McpMalformed)?;
    // M17: a URI in its normal form, so that every reader finds the same resource.
    match named {
        Named::Resource if !resource::is_normal(name) => Err(Reason::McpMalformed),
        Named::Tool | Named::Prompt | Named::Resource | Named::Task | Named::Nothing => {
            Ok(Some(name))
        }
    }
}

/// Whether the parameters have no other members than these, `_meta` and those that the class allows.
fn closed(message: &Message<'_>, own: &[&str], allowed: &[String]) -> Result<(), Reason> {
    let mut members = message.params.unwrap_or_default().iter();
    // M19: a member that only some reader knows would be a second name, or other arguments.
    let listed = members.all(|(member, _)| {
        own.contains(&member.as_str()) || member == "_meta" || allowed.contains(member)
    });
    listed.then_some(()).ok_or(Reason::McpMalformed)
}
