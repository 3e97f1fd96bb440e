//! The tree of an expression, walked once at load: its size, its loops, its names and its sorts.

use super::sort::{Sort, member};
use super::{DEEPEST, MOST_NODES, Root};
use cel::IdedExpr;
use cel::common::ast::{CallExpr, ComprehensionExpr, Expr, LiteralValue, SelectExpr, operators};

/// What the walk has found so far.
pub(super) struct Shape<'e> {
    nodes: usize,
    roots: Vec<Root>,
    /// The variable of the loop that is being walked.
    variable: Option<&'e str>,
}

type Walked = Result<Sort, String>;

impl<'e> Shape<'e> {
    /// The roots that a tree names.
    pub(super) fn roots(tree: &'e IdedExpr) -> Result<Vec<Root>, String> {
        let mut shape = Self {
            nodes: 0,
            roots: Vec::new(),
            variable: None,
        };
        let sort = shape.walk(tree, 0)?;
        if !sort.may_be(&[Sort::Truth]) {
            let what = sort.name();
            return Err(format!("is {what}, and must be true or false")); // E3
        }
        if shape.roots.is_empty() {
            let known = Root::ALL.map(|root| format!("`{}`", root.name()));
            let known = known.join(", ");
            return Err(format!("names nothing of a request: there is {known}")); // E3
        }
        Ok(shape.roots)
    }

    fn walk(&mut self, tree: &'e IdedExpr, depth: usize) -> Walked {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > MOST_NODES || depth > DEEPEST {
            return Err("is too large: write several signals".to_owned()); // E1
        }
        let depth = depth.saturating_add(1);
        match &tree.expr {
            Expr::Literal(literal) => sort_of(literal),
            Expr::Ident(name) => self.name(name),
            Expr::Select(select) => self.select(select, depth),
            Expr::Call(call) => self.call(call, depth),
            Expr::List(list) => {
                for item in &list.elements {
                    self.walk(item, depth)?;
                }
                Ok(Sort::List)
            }
            Expr::Comprehension(repeated) => self.repeated(repeated, depth),
            Expr::Map(_) | Expr::Struct(_) => Err("may hold no map".to_owned()), // E2
            Expr::Unspecified => Err("is no expression".to_owned()),
        }
    }

    /// A name that stands alone.
    fn name(&self, name: &str) -> Walked {
        // What macros make for themselves begins with a character that no name may have.
        if self.variable == Some(name) || name.starts_with('@') {
            return Ok(Sort::Unknown);
        }
        let known = Root::ALL.iter().any(|root| root.name() == name);
        Err(if known {
            format!("names `{name}` as a whole: name a member of it")
        } else {
            let known = Root::ALL.map(Root::name).join("`, `");
            format!("names `{name}`, and there is only `{known}`") // E3
        })
    }

    /// The root that a tree is, if it is one.
    fn root(&mut self, tree: &IdedExpr) -> Option<Root> {
        let Expr::Ident(name) = &tree.expr else {
            return None;
        };
        if self.variable == Some(name) {
            return None;
        }
        let root = Root::ALL.into_iter().find(|root| root.name() == name)?;
        if !self.roots.contains(&root) {
            self.roots.push(root);
        }
        Some(root)
    }

    fn select(&mut self, select: &'e SelectExpr, depth: usize) -> Walked {
        let field = &select.field;
        let sort = if let Some(root) = self.root(&select.operand) {
            let name = root.name();
            let told = |known| format!("names `{name}.{field}`, and `{name}` has only {known}");
            member(root, field).map_err(told)? // E3
        } else {
            let whole = self.walk(&select.operand, depth)?;
            if !whole.may_be(&[Sort::Members]) {
                return Err(format!("asks for `{field}` of {}", whole.name())); // E3
            }
            Sort::Unknown
        };
        Ok(if select.test { Sort::Truth } else { sort })
    }

    /// `all`, `exists` and `exists_one`, as the parser writes them out.
    fn repeated(&mut self, repeated: &'e ComprehensionExpr, depth: usize) -> Walked {
        let builds = matches!(repeated.accu_init.expr, Expr::List(_));
        if builds || repeated.iter_var2.is_some() {
            let only = "may loop only with `all`, `exists` and `exists_one`";
            return Err(only.to_owned()); // E2
        }
        if self.variable.is_some() {
            return Err("has a loop inside a loop".to_owned()); // E2
        }
        let range = self.walk(&repeated.iter_range, depth)?;
        if !range.may_be(&[Sort::List]) {
            let what = range.name();
            return Err(format!("loops over {what}, and may only over a list")); // E3
        }
        let variable = repeated.iter_var.as_str();
        if Root::ALL.iter().any(|root| root.name() == variable) {
            let problem = format!("uses `{variable}` for the items of a list: it is a fact");
            return Err(problem); // E3
        }
        self.variable = Some(variable);
        self.walk(&repeated.accu_init, depth)?;
        self.walk(&repeated.loop_cond, depth)?;
        self.walk(&repeated.loop_step, depth)?;
        self.walk(&repeated.result, depth)?;
        self.variable = None;
        Ok(Sort::Truth)
    }

    fn call(&mut self, call: &'e CallExpr, depth: usize) -> Walked {
        let name = call.func_name.as_str();
        let index = name == operators::INDEX;
        let mut sorts = Vec::with_capacity(3);
        for (place, argument) in call
            .target
            .as_deref()
            .into_iter()
            .chain(&call.args)
            .enumerate()
        {
            let root = (index && place == 0).then(|| self.root(argument)).flatten();
            sorts.push(match root {
                // By a name that is in a text, only what is open may be asked for.
                Some(Root::Token | Root::Detail) => Sort::Members,
                Some(_) | None => self.walk(argument, depth)?,
            });
        }
        let told = || {
            let written = sorts.iter().map(|sort| sort.name()).collect::<Vec<_>>();
            let name = name.trim_matches('_').trim_start_matches('@');
            format!("asks `{name}` of {}", written.join(" and ")) // E3
        };
        result(name, call.target.is_some(), &sorts)?.ok_or_else(told)
    }
}

fn sort_of(literal: &LiteralValue) -> Walked {
    match literal {
        LiteralValue::Boolean(_) => Ok(Sort::Truth),
        LiteralValue::Int(_) => Ok(Sort::Whole),
        LiteralValue::Double(_) => Ok(Sort::Double),
        LiteralValue::String(_) => Ok(Sort::Text),
        LiteralValue::Null => Ok(Sort::Null),
        LiteralValue::Bytes(_) | LiteralValue::UInt(_) => {
            Err("may hold no bytes and no unsigned numbers: no fact is one".to_owned())
        }
    }
}

/// The sort of what a function makes of these. None where it does not take them.
fn result(name: &str, is_member: bool, sorts: &[Sort]) -> Result<Option<Sort>, String> {
    use Sort::{Double, List, Members, Text, Truth, Unknown, Whole};
    let numbers = [Whole, Double];
    let all = |of: &[Sort]| sorts.iter().all(|sort| sort.may_be(of));
    Ok(match (name, sorts) {
        (operators::LOGICAL_AND | operators::LOGICAL_OR | operators::LOGICAL_NOT, _) => {
            all(&[Truth]).then_some(Truth)
        }
        (operators::NOT_STRICTLY_FALSE, _) => Some(Truth),
        (operators::CONDITIONAL, [condition, one, other]) => {
            condition.may_be(&[Truth]).then(|| one.or(*other))
        }
        (operators::EQUALS | operators::NOT_EQUALS, [one, other]) => {
            one.meets(*other).then_some(Truth)
        }
        (
            operators::LESS
            | operators::LESS_EQUALS
            | operators::GREATER
            | operators::GREATER_EQUALS,
            [one, other],
        ) => one.orders(*other).then_some(Truth),
        (operators::ADD, [one, other]) => {
            let fits =
                all(&[Whole, Double, Text]) && (one == other || [*one, *other].contains(&Unknown));
            fits.then(|| if *one == Unknown { *other } else { *one })
        }
        (
            operators::SUBSTRACT | operators::MULTIPLY | operators::DIVIDE | operators::MODULO,
            [one, other],
        ) => {
            let fits = all(&numbers) && (one == other || [*one, *other].contains(&Unknown));
            fits.then(|| if *one == Unknown { *other } else { *one })
        }
        (operators::NEGATE, [one]) => all(&numbers).then_some(*one),
        (operators::INDEX, [whole, by]) => {
            let by_name = whole.may_be(&[Members]) && by.may_be(&[Text]);
            let by_place = whole.may_be(&[List]) && by.may_be(&[Whole]);
            (by_name || by_place).then_some(Unknown)
        }
        (operators::IN, [_, whole]) => whole.may_be(&[List, Members]).then_some(Truth),
        ("contains" | "startsWith" | "endsWith", [_, _]) if is_member => {
            all(&[Text]).then_some(Truth)
        }
        ("size", [_]) => all(&[Text, List, Members]).then_some(Whole),
        ("int", [_]) if !is_member => all(&[Whole, Double, Text]).then_some(Whole),
        ("double", [_]) if !is_member => all(&[Whole, Double, Text]).then_some(Double),
        ("string", [_]) if !is_member => all(&[Whole, Double, Text, Truth]).then_some(Text),
        _ => {
            let known = "`size`, `contains`, `startsWith`, `endsWith`, `int`, `double`, `string`, \
                         `has`, `all`, `exists`, `exists_one`";
            let name = name.trim_matches('_');
            return Err(format!("calls `{name}`, and there is only {known}")); // E3
        }
    })
}
