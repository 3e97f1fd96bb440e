//! An expression that was compiled, and its run.

use super::shape::Shape;
use super::values::{Allowance, root};
use super::{BadExpression, DEEPEST, Judged, Root};
use crate::risk::facts::Facts;
use cel::common::types::CelBool;
use cel::parser::PrattParser;
use cel::{Context, Env, IdedExpr, Value};
use std::cell::OnceCell;
use std::sync::Arc;

thread_local! {
    /// The standard library: built when the first expression is compiled, once for each worker.
    static LIBRARY: OnceCell<Arc<Env>> = const { OnceCell::new() };
}

pub(super) struct Compiled {
    tree: IdedExpr,
    library: Arc<Env>,
    roots: Vec<Root>,
}

impl Compiled {
    pub(super) fn of(text: &str) -> Result<Self, BadExpression> {
        let deepest = u16::try_from(DEEPEST).unwrap_or(u16::MAX);
        let parser = PrattParser::new().max_recursion_depth(deepest);
        let tree = parser.parse(text).map_err(|errors| {
            let first = errors.errors.first();
            let said = first.map_or("it cannot be read", |error| error.msg.as_str());
            BadExpression(format!("is no expression: {said}"))
        })?;
        let roots = Shape::roots(&tree).map_err(BadExpression)?;
        let build = || Arc::new(Env::default().with_optional_support(false).with_stdlib());
        let library = LIBRARY.with(|cell| Arc::clone(cell.get_or_init(build)));
        Ok(Self {
            tree,
            library,
            roots,
        })
    }

    pub(super) fn names(&self, root: Root) -> bool {
        self.roots.contains(&root)
    }

    pub(super) fn judge(&self, facts: &dyn Facts) -> Judged {
        let allowance = Allowance::full();
        let mut context = Context::with_env(Arc::clone(&self.library));
        for name in &self.roots {
            // What is not there is not declared, so that whatever names it fails.
            if let Some(value) = root(*name, facts, &allowance) {
                context.add_variable_as_val(name.name(), value);
            }
        }
        let held = Value::resolve_val(&self.tree, &context);
        let held = held.map(|value| value.downcast_ref::<CelBool>().map(|it| *it.inner()));
        match held {
            _ if allowance.is_void() => Judged::Faulted, // E5
            Ok(Some(true)) => Judged::Holds,
            Ok(Some(false)) => Judged::Fails,
            Ok(None) | Err(_) => Judged::Faulted, // E5
        }
    }
}
