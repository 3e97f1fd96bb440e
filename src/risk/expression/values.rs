//! Facts as values of the language. A member is converted when it is looked at, and only then.

use super::{MOST_FACTS, MOST_ITEMS, Root};
use crate::json::Json;
use crate::risk::facts::Facts;
use cel::ExecutionError;
use cel::common::traits::{Container, Indexer, Sizer};
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelNull, CelString, MAP_TYPE, Type};
use cel::common::value::{CowVal, Val};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What a value costs beside its text, in bytes: it is made anew whenever it is looked at.
const VALUE: usize = 16;

/// How much one run may still take from the facts, and whether it compared what cannot be
/// compared. Values of the language are shared between threads, as far as their types go.
#[derive(Debug)]
pub(super) struct Allowance {
    rest: AtomicUsize,
    is_void: AtomicBool,
}

impl Allowance {
    pub(super) fn full() -> Self {
        Self {
            rest: AtomicUsize::new(MOST_FACTS),
            is_void: AtomicBool::new(false),
        }
    }

    /// Whether what came of the run means nothing.
    pub(super) fn is_void(&self) -> bool {
        self.is_void.load(Ordering::Relaxed)
    }

    fn take(&self, bytes: usize) -> Result<(), ExecutionError> {
        let rest = self.rest.load(Ordering::Relaxed).checked_sub(bytes);
        let rest = rest.ok_or_else(|| fault("the facts are too large"))?; // E4
        self.rest.store(rest, Ordering::Relaxed);
        Ok(())
    }
}

fn fault(problem: &str) -> ExecutionError {
    ExecutionError::function_error("facts", problem)
}

/// A fact, before anyone looks at it.
#[derive(Clone, Debug)]
enum Fact<'v> {
    Text(&'v str),
    Own(String),
    Whole(i64),
    Json(&'v Json),
    Texts(Vec<(&'v str, &'v str)>),
}

/// A value with named members.
#[derive(Clone, Debug)]
struct Members<'v> {
    all: All<'v>,
    allowance: &'v Allowance,
}

#[derive(Clone, Debug)]
enum All<'v> {
    Facts(Vec<(&'static str, Fact<'v>)>),
    Texts(Vec<(&'v str, &'v str)>),
    Json(&'v [(String, Json)]),
}

/// The value of a root. None where nothing is known of it.
pub(super) fn root<'v>(
    root: Root,
    facts: &'v dyn Facts,
    allowance: &'v Allowance,
) -> Option<Box<dyn Val + 'v>> {
    let all = match root {
        Root::Token => All::Json(facts.claims()?.as_object()?),
        Root::Detail => All::Json(facts.detail()?.as_object()?),
        Root::Request => {
            let request = facts.request()?;
            let parameters = request.parameters.iter();
            let parameters = parameters.map(|(name, value)| (&**name, value.as_str()));
            let mut all = vec![
                ("method", Fact::Text(request.method)),
                ("authority", Fact::Text(request.authority)),
                ("path", Fact::Text(request.path)),
                ("parameters", Fact::Texts(parameters.collect())),
                ("time", Fact::Whole(facts.now().secs())),
            ];
            all.extend(request.query.map(|query| ("query", Fact::Text(query))));
            All::Facts(all)
        }
        Root::Actor => {
            let depth = i64::try_from(facts.actors()?).ok()?;
            let mut all = vec![("depth", Fact::Whole(depth))];
            if let Some(actor) = facts.actor() {
                all.push(("issuer", Fact::Text(actor.issuer)));
                all.push(("subject", Fact::Text(actor.subject)));
            }
            All::Facts(all)
        }
        Root::Connection => {
            let source = facts.source();
            let source = source.map(|it| ("source", Fact::Own(it.to_canonical().to_string())));
            let peer = facts.peer().map(|it| ("peer", Fact::Text(it)));
            All::Facts(source.into_iter().chain(peer).collect())
        }
        Root::Route => All::Facts(vec![("name", Fact::Text(facts.route()?))]),
    };
    Some(Box::new(Members { all, allowance }))
}

impl<'v> Members<'v> {
    fn count(&self) -> usize {
        match &self.all {
            All::Facts(all) => all.len(),
            All::Texts(all) => all.len(),
            All::Json(all) => all.len(),
        }
    }

    fn member(&self, name: &str) -> Option<Fact<'v>> {
        match &self.all {
            All::Facts(all) => {
                let mut all = all.iter();
                let found = all.find(|(own, _)| *own == name);
                found.map(|(_, fact)| fact.clone())
            }
            All::Texts(all) => {
                let found = all.iter().find(|(own, _)| *own == name);
                found.map(|(_, text)| Fact::Text(text))
            }
            All::Json(all) => {
                let found = all.iter().find(|(own, _)| own == name);
                found.map(|(_, value)| Fact::Json(value))
            }
        }
    }

    fn find(&self, key: &dyn Val) -> Result<Fact<'v>, ExecutionError> {
        let key = key.downcast_ref::<CelString<'_>>();
        let key = key.ok_or_else(|| fault("members have names"))?.inner();
        self.allowance.take(self.count())?; // E4
        let found = self.member(key);
        found.ok_or_else(|| ExecutionError::no_such_key(key))
    }
}

impl<'v> Fact<'v> {
    fn value(self, allowance: &'v Allowance) -> Result<Box<dyn Val + 'v>, ExecutionError> {
        Ok(match self {
            Self::Text(text) => {
                allowance.take(text.len())?; // E4
                Box::new(CelString::from(text))
            }
            Self::Own(text) => Box::new(CelString::from(text)),
            Self::Whole(number) => Box::new(CelInt::from(number)),
            Self::Texts(texts) => Box::new(Members {
                all: All::Texts(texts),
                allowance,
            }),
            Self::Json(Json::Null) => Box::new(CelNull),
            Self::Json(Json::Bool(truth)) => Box::new(CelBool::from(*truth)),
            Self::Json(Json::String(text)) => return Fact::Text(text).value(allowance),
            Self::Json(Json::Number(text)) => number(text)?,
            Self::Json(Json::Object(all)) => Box::new(Members {
                all: All::Json(all),
                allowance,
            }),
            Self::Json(Json::Array(items)) => {
                if items.len() > MOST_ITEMS {
                    return Err(fault("a list is too long")); // E4
                }
                allowance.take(items.len().saturating_mul(VALUE))?; // E4
                let items = items.iter().map(|item| Fact::Json(item).value(allowance));
                Box::new(CelList::from(items.collect::<Result<Vec<_>, _>>()?))
            }
        })
    }
}

/// Digits alone are an integer, and none is rounded to be one. Whatever has a point or an exponent is
/// a double.
fn number<'v>(text: &str) -> Result<Box<dyn Val + 'v>, ExecutionError> {
    if text.contains(['.', 'e', 'E']) {
        let number: Result<f64, _> = text.parse();
        let number = number.map_err(|_| fault("no number"))?;
        Ok(Box::new(CelDouble::from(number)))
    } else {
        let number: Result<i64, _> = text.parse();
        let number = number.map_err(|_| fault("a number is too large"))?;
        Ok(Box::new(CelInt::from(number)))
    }
}

impl Val for Members<'_> {
    fn get_type(&self) -> &Type {
        &MAP_TYPE
    }

    fn cel_type() -> &'static Type {
        &MAP_TYPE
    }

    fn as_container(&self) -> Option<&dyn Container> {
        Some(self)
    }

    fn as_indexer<'b, 'w>(&'b self) -> Option<&'b (dyn Indexer + 'w)>
    where
        Self: 'w,
    {
        Some(self)
    }

    fn as_sizer(&self) -> Option<&dyn Sizer> {
        Some(self)
    }

    /// What has members is equal to nothing that the language knows, and it lets no comparison fail.
    fn equals(&self, _: &dyn Val) -> bool {
        self.allowance.is_void.store(true, Ordering::Relaxed); // E5
        false
    }

    fn clone_as_boxed<'w>(&self) -> Box<dyn Val + 'w>
    where
        Self: 'w,
    {
        Box::new(self.clone())
    }
}

impl Indexer for Members<'_> {
    fn get<'b, 'w>(&'b self, key: &dyn Val) -> Result<CowVal<'b, 'w>, ExecutionError>
    where
        Self: 'w,
    {
        let value = self.find(key)?.value(self.allowance)?;
        Ok(CowVal::Owned(value))
    }

    fn steal<'w>(self: Box<Self>, key: &dyn Val) -> Result<Box<dyn Val + 'w>, ExecutionError>
    where
        Self: 'w,
    {
        self.find(key)?.value(self.allowance)
    }
}

impl Container for Members<'_> {
    fn contains(&self, key: &dyn Val) -> Result<bool, ExecutionError> {
        match self.find(key) {
            Ok(_) => Ok(true),
            Err(ExecutionError::NoSuchKey(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

impl Sizer for Members<'_> {
    fn size(&self) -> CelInt {
        CelInt::from(i64::try_from(self.count()).unwrap_or(i64::MAX))
    }
}
