//! Statements one by one, checking or running.

use std::sync::Arc;

use super::state::{Flow, Mode, Session};
use crate::base::Span;
use crate::diagnostics::{Candidate, Diagnostic, Piece, Slug};
use crate::elaborate::{Binding, ExampleCount, Upcoming, Value, Variable, constant_of};
use crate::graph::Constant;
use crate::syntax::tree::{
    Ast, Block, Expr, ExprKind, Function, FunctionKind, Ident, OptionItem, Stmt, StmtKind,
};
use crate::tensor::{Precision, Tensor};
use crate::types::{Shape, Size, TensorType};

impl Session<'_> {
    /// All statements in order, and how many of them were done. A check goes on after a mistake, a run stops.
    pub fn walk(&mut self, ast: &Ast) -> usize {
        self.look_ahead(ast);
        if !self.may_redeclare && self.mode == Mode::Check {
            for (unused, warning) in crate::check::unused_names(ast) {
                self.elaborator.unused.push(unused);
                self.report(warning);
            }
        }
        let stopped = ast.stmts.iter().position(|stmt| self.stmt(stmt) == Flow::Stop);
        if !self.may_redeclare && self.mode == Mode::Check && !self.has_errors() {
            crate::check::idle_names(ast).into_iter().for_each(|warning| self.report(warning));
        }
        self.collect();
        if let Some(undone) = stopped.and_then(|at| ast.stmts.get(at..)) {
            self.leave(undone);
        }
        stopped.unwrap_or(ast.stmts.len())
    }

    /// The names of statements that were not done are there, without a value.
    fn leave(&mut self, undone: &[Stmt]) {
        let spans: Vec<Span> = undone.iter().map(|stmt| stmt.span).collect();
        for upcoming in self.elaborator.upcoming.values_mut() {
            upcoming.was_left |= spans.contains(&upcoming.stmt);
        }
    }

    /// Functions may be used before they are declared, other names may not.
    pub(super) fn look_ahead(&mut self, ast: &Ast) {
        for stmt in &ast.stmts {
            self.count_batches(stmt);
            let name = match &stmt.kind {
                StmtKind::Function(function) => {
                    let is_known = self.elaborator.lookup(&function.name.name).is_some();
                    if function.kind != FunctionKind::Model && !is_known {
                        let (value, span) = (Value::declared(function.clone()), function.name.span);
                        self.elaborator.globals.insert(function.name.name.clone(), Binding { value, span });
                    }
                    &function.name
                }
                StmtKind::Data(decl) => &decl.name,
                StmtKind::Bind { name, .. } => name,
                _ => continue,
            };
            let upcoming = Upcoming { name: name.span, stmt: stmt.span, was_left: false };
            let known = self.elaborator.upcoming.entry(name.name.clone()).or_insert(upcoming);
            if known.was_left {
                *known = upcoming;
            }
        }
    }

    /// Remembers how many examples the trainings of a statement see at once.
    fn count_batches(&mut self, stmt: &Stmt) {
        for expr in stmt.parts().0 {
            let ExprKind::Train { options, .. } = &expr.kind else { continue };
            let batch = options.iter().find(|item| item.name.name == "batch");
            if let Some(OptionItem {
                value: Expr { kind: ExprKind::Number { value, whole: true }, span, .. },
                ..
            }) = batch
            {
                self.elaborator.example_counts.push(ExampleCount {
                    count: *value as i64,
                    what: "the batch of the training".to_string(),
                    span: *span,
                });
            }
        }
    }

    pub(super) fn block(&mut self, block: &Block) -> Flow {
        for stmt in &block.stmts {
            if self.stmt(stmt) == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::Go
    }

    pub(super) fn stmt(&mut self, stmt: &Stmt) -> Flow {
        if self.world.abandoned() {
            return Flow::Stop;
        }
        let outer = self.elaborator.graph.set_span(Some(stmt.span));
        let around = self.elaborator.statement.replace(stmt.span);
        let flow = self.stmt_kind(stmt);
        self.elaborator.graph.set_span(outer);
        self.elaborator.statement = around;
        self.update_states();
        if flow == Flow::Stop || (self.is_running() && self.has_errors()) {
            return Flow::Stop;
        }
        self.collect();
        Flow::Go
    }

    fn stmt_kind(&mut self, stmt: &Stmt) -> Flow {
        match &stmt.kind {
            StmtKind::Function(function) => {
                self.declare_once(&function.name);
                self.load_arrays_of(function);
                self.function(function);
            }
            StmtKind::Data(decl) => {
                self.declare_once(&decl.name);
                self.data(decl);
            }
            StmtKind::Import { path, path_span } => self.import(path, *path_span),
            StmtKind::Seed(value) => self.set_seed(value),
            StmtKind::Precision(name) => self.set_precision(name),
            StmtKind::Bind { name, value } => {
                let given = self.value(value);
                let given = self.checked_setting(value, given);
                // What went wrong leaves the name as it was.
                if !(self.is_running() && self.has_errors()) {
                    self.bind(name, given);
                }
            }
            StmtKind::Compound { name, target, op, value } => {
                self.compound((name, target), *op, value, stmt.span);
            }
            StmtKind::For { var, iter, body } => {
                return self.looped(stmt.span, |session| session.for_loop(var, iter, body));
            }
            StmtKind::While { condition, body } => {
                return self.looped(stmt.span, |session| session.while_loop(condition, body));
            }
            StmtKind::If { condition, then, otherwise } => {
                return self.choice(condition, then, otherwise.as_ref());
            }
            StmtKind::Expr(expr) => {
                let is_idle = !self.may_redeclare && !super::hoist::acts(expr);
                if is_idle && let Some(name) = self.elaborator.meant_binding(expr) {
                    self.bind_plain(&name, Value::Unknown);
                    return Flow::Go;
                }
                let value = self.value(expr);
                if is_idle && !value.is_unknown() {
                    self.elaborator.report_no_effect(expr);
                }
                self.last = Some(value);
            }
            StmtKind::Param { .. }
            | StmtKind::State { .. }
            | StmtKind::Update { .. }
            | StmtKind::Total { .. } => {
                self.report(
                    Diagnostic::error(
                        Slug::NotAllowedHere,
                        stmt.span,
                        "this belongs into a layer, model, optimizer or metric",
                    )
                    .here("not at the top level"),
                );
            }
            StmtKind::Error => {}
        }
        Flow::Go
    }

    /// In a script a declaration stands once.
    fn declare_once(&mut self, name: &Ident) {
        let first = self.declared.insert(name.name.clone(), name.span);
        if let (Some(first), false) = (first, self.may_redeclare) {
            let headline = format!("`{}` is declared twice", name.name);
            self.report(
                Diagnostic::error(Slug::DuplicateName, name.span, headline)
                    .here("second declaration")
                    .label(first, "first declared here")
                    .try_fix(Candidate::replace(
                        format!("call it `{}2`", name.name),
                        name.span,
                        vec![Piece::Text(format!("{}2", name.name))],
                    )),
            );
        }
    }

    fn function(&mut self, function: &std::sync::Arc<Function>) {
        let name = &function.name;
        if !self.may_redeclare && self.elaborator.is_in_library(&name.name) {
            self.report(
                Diagnostic::warning(
                    Slug::Shadowed,
                    name.span,
                    format!("from here on `{}` is this one, not the library's", name.name),
                )
                .here("hides the one of the library")
                .note(format!("the library goes on using its own `{}`", name.name)),
            );
        }
        let same = self.same_model(function);
        if let Some(crate::elaborate::Definition::Model(id)) = self.elaborator.declare(function) {
            match same {
                Some(before) if self.take_over(before, id) => {
                    self.notes
                        .push(format!("`{}` keeps its parameters: it is declared as before", name.name));
                }
                Some(_) | None => self.initialise(id),
            }
        }
    }

    /// Binds a name of the script. Numbers that are known become variables, so that a gradient can be asked of them.
    pub(super) fn bind(&mut self, name: &Ident, value: Value) {
        let value = self.as_variable(&name.name, value);
        self.bind_plain(name, value);
    }

    fn as_variable(&mut self, name: &str, value: Value) -> Value {
        let constant = match &value {
            Value::Number(number) => Some(Constant { shape: Vec::new(), values: vec![*number] }),
            Value::Int(Size::Known(n)) => Some(Constant { shape: Vec::new(), values: vec![*n as f64] }),
            Value::List(items) if !items.iter().any(|item| matches!(item, Value::Bool(_))) => {
                constant_of(items)
            }
            _ => None,
        };
        match constant {
            Some(constant) => self.variable(name, value, constant),
            None => value,
        }
    }

    /// A slot that holds what is known.
    pub(super) fn variable(&mut self, name: &str, known: Value, constant: Constant) -> Value {
        let node = if self.has_values() {
            let data = self.buffer(constant.values);
            self.slot_of(name, Tensor { shape: constant.shape, examples: None, data }, None)
        } else {
            let ty = TensorType::plain(Shape::known(&constant.shape));
            self.elaborator.new_slot(name, ty).1
        };
        Value::Variable(Arc::new(Variable { known, node }))
    }

    pub(super) fn bind_plain(&mut self, name: &Ident, value: Value) {
        if let Value::Node(node) = &value {
            self.elaborator.graph.set_name(*node, &name.name);
        }
        if matches!(value, Value::Nothing) {
            self.report(
                Diagnostic::error(
                    Slug::TypeMismatch,
                    name.span,
                    format!("there is no value to call `{}`", name.name),
                )
                .here("nothing to name"),
            );
        }
        self.elaborator.globals.insert(name.name.clone(), Binding { value, span: name.span });
    }

    fn set_seed(&mut self, expr: &Expr) {
        let value = self.value(expr);
        if let Some(seed) = crate::check::whole_option(&mut self.elaborator, "seed", &value, expr.span, 0) {
            self.seed = seed as u64;
        }
    }

    fn set_precision(&mut self, name: &Ident) {
        match name.name.as_str() {
            "f32" => self.precision = Precision::F32,
            "f64" => self.precision = Precision::F64,
            other => {
                let headline = format!("`precision` is `f32` or `f64`, found `{other}`");
                let found = Diagnostic::error(Slug::OptionValue, name.span, headline).here("not a precision");
                let lower = other.to_lowercase();
                let meant =
                    [("32", "f32"), ("single", "f32"), ("64", "f64"), ("double", "f64"), ("float", "f32")];
                let meant = meant.iter().find(|(part, _)| lower.contains(part));
                self.report(match meant {
                    Some((_, name_here)) => found.fix(format!("write `{name_here}`"), name.span, *name_here),
                    None => found,
                });
            }
        }
        if !self.elaborator.models.is_empty() || !self.origins.is_empty() {
            self.report(
                Diagnostic::error(
                    Slug::NotAllowedHere,
                    name.span,
                    "`precision` stands before data and models",
                )
                .here("too late"),
            );
        }
    }

    /// Declarations of another file; its other statements are done as well, once.
    fn import(&mut self, path: &str, span: Span) {
        let full = self.folder.join(path);
        if self.imported.contains(&full) {
            return;
        }
        let text = match self.world.files().read(&full) {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(error) => {
                self.report(
                    Diagnostic::error(
                        Slug::File,
                        span,
                        format!("`{path}` cannot be read: {}", super::program::reason(&error)),
                    )
                    .here("no such file to import"),
                );
                return;
            }
        };
        // Paths in a script are relative to it.
        let folder = super::program::folder_of(&full).to_path_buf();
        let outer = std::mem::replace(&mut self.folder, folder);
        self.imported.push(full);
        let (ast, _) = self.parse(path, &text);
        for stmt in &ast.stmts {
            if self.stmt(stmt) == Flow::Stop {
                break;
            }
        }
        self.folder = outer;
    }

    fn choice(&mut self, condition: &Expr, then: &Block, otherwise: Option<&Block>) -> Flow {
        let value = self.value(condition);
        let truth = self.truth(&value, condition.span);
        if self.is_running() {
            return match (truth, otherwise) {
                (Some(true), _) => self.block(then),
                (Some(false), Some(block)) => self.block(block),
                (Some(false), None) => Flow::Go,
                (None, _) => Flow::Stop,
            };
        }
        // A check walks both branches from the same names.
        let before = self.elaborator.globals.clone();
        self.block(then);
        if let Some(otherwise) = otherwise {
            let after = std::mem::replace(&mut self.elaborator.globals, before);
            self.block(otherwise);
            for (name, binding) in after {
                self.elaborator.globals.entry(name).or_insert(binding);
            }
        }
        Flow::Go
    }
}
