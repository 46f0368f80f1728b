//! `--set epochs=5`: values from outside in place of what a script binds at its top level, checked like the script.
//!
//! A setting is a source of its own, so that messages can point into it. It stands in place of the first binding of
//! its name; `seed` and `precision` can be set as well, also where the script says nothing of them.

use super::hoist::acts;
use super::state::Session;
use crate::base::{Source, SourceId, Span};
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Value, nearest};
use crate::syntax;
use crate::syntax::tree::{Ast, Expr, ExprKind, Ident, OptionItem, Stmt, StmtKind, TextPart};

/// What messages call the place of a setting.
const PLACE: &str = "--set";
/// Statements that can be set like names.
const STATEMENTS: [&str; 2] = ["seed", "precision"];

/// A setting as it was given, cut at its sign.
struct Setting {
    name: String,
    name_span: Span,
    value: Expr,
    /// The value as it was typed.
    typed: String,
}

impl Session<'_> {
    /// Reads a script, with the settings of the world in place of its own values.
    pub(super) fn parse_script(&mut self, name: &str, text: &str) -> (Ast, SourceId) {
        let (mut ast, id) = self.parse(name, text);
        for given in self.world.settings().to_vec() {
            if let Some(setting) = self.setting(&given) {
                self.put_in(&mut ast, setting);
            }
        }
        (ast, id)
    }

    fn setting(&mut self, given: &str) -> Option<Setting> {
        let id = self.sources.add(PLACE, given);
        let (name, typed) = given.split_once('=').unwrap_or((given, ""));
        let whole = Span::new(id, 0, given.len());
        let name_span = Span::new(id, 0, name.trim_end().len());
        // The same bytes with the name blank, so that places in the value are places in what was typed.
        let blank = format!("{}{typed}", " ".repeat(given.len() - typed.len()));
        let source = Source { id, name: PLACE.to_string(), text: blank.into() };
        let mut parsed = syntax::parse(&source, self.next_expr);
        self.next_expr = parsed.next_id;
        let (name, typed) = (name.trim().to_string(), typed.trim().to_string());
        match (parsed.ast.stmts.pop(), parsed.ast.stmts.is_empty()) {
            (Some(Stmt { kind: StmtKind::Expr(value), .. }), true) if parsed.problems.is_empty() => {
                Some(Setting { name, name_span, value, typed })
            }
            (Some(_), true) if !parsed.problems.is_empty() && is_plain(&typed) => {
                let value = Expr { id: self.new_expr(), span: whole, kind: ExprKind::Error };
                Some(Setting { name, name_span, value, typed })
            }
            (Some(_), _) if !parsed.problems.is_empty() => {
                parsed.problems.into_iter().for_each(|problem| self.report(problem));
                None
            }
            _other => {
                self.report(
                    Diagnostic::error(Slug::Syntax, whole, "a setting is a name and one value")
                        .here("expected one value after `=`")
                        .help("`--set epochs=5`"),
                );
                None
            }
        }
    }

    fn new_expr(&mut self) -> syntax::tree::ExprId {
        self.next_expr += 1;
        syntax::tree::ExprId(self.next_expr - 1)
    }

    fn put_in(&mut self, ast: &mut Ast, setting: Setting) {
        if STATEMENTS.contains(&setting.name.as_str()) {
            return put_statement(ast, setting);
        }
        let is_bound =
            |stmt: &Stmt| matches!(&stmt.kind, StmtKind::Bind { name, .. } if name.name == setting.name);
        let Some(StmtKind::Bind { name, value }) = ast
            .stmts
            .iter()
            .position(is_bound)
            .and_then(|at| ast.stmts.get_mut(at))
            .map(|stmt| &mut stmt.kind)
        else {
            return self.report_no_such_name(ast, &setting);
        };
        if acts(value) {
            self.report(
                Diagnostic::error(
                    Slug::NotAllowedHere,
                    setting.name_span,
                    format!("`{}` is what an action gives and cannot be set", setting.name),
                )
                .here("set here")
                .label(value.span, "done here"),
            );
            return;
        }
        let Some(new) = self.value_for(value, setting) else { return };
        let old = std::mem::replace(value, new.clone());
        self.replaced.insert(new.id, (name.name.clone(), old));
    }

    /// The value of a setting for a name that is bound to `old`. Where that is a text, quotes may be left out.
    fn value_for(&mut self, old: &Expr, setting: Setting) -> Option<Expr> {
        let is_text = |expr: &Expr| matches!(expr.kind, ExprKind::Text(_));
        if is_text(old) && !is_text(&setting.value) {
            let kind = ExprKind::Text(vec![TextPart::Literal(setting.typed)]);
            return Some(Expr { kind, ..setting.value });
        }
        if matches!(setting.value.kind, ExprKind::Error) {
            self.report(
                Diagnostic::error(
                    Slug::Syntax,
                    setting.value.span,
                    format!("`{}` is not a value", setting.typed),
                )
                .here("expected a value after `=`"),
            );
            return None;
        }
        Some(setting.value)
    }

    fn report_no_such_name(&mut self, ast: &Ast, setting: &Setting) {
        let bound = ast.stmts.iter().filter_map(|stmt| match &stmt.kind {
            StmtKind::Bind { name, value } if !acts(value) => Some(name.name.clone()),
            _other => None,
        });
        let mut known: Vec<String> = bound.collect();
        known.dedup();
        let name = &setting.name;
        let mut diagnostic = Diagnostic::error(
            Slug::UnknownName,
            setting.name_span,
            format!("the script binds no `{name}` at its top level"),
        )
        .here("nothing to set");
        let near = nearest(name, known.iter().cloned().chain(STATEMENTS.map(str::to_string)));
        if let Some(option) = option_called(ast, name) {
            let span = option.value.span;
            let value = self.sources.get(span.source).slice(span);
            diagnostic = diagnostic
                .label(option.name.span, "an option, which only a name can set")
                .help(format!("write `{name} = {value}` above it, and `{name} = {name}` here"));
        } else if let Some(near) = near {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        } else if known.is_empty() {
            diagnostic = diagnostic.note("it binds none; `seed` and `precision` can always be set");
        } else {
            let names: Vec<String> = known.iter().take(12).map(|name| format!("`{name}`")).collect();
            diagnostic = diagnostic.note(format!("it binds {}", names.join(", ")));
        }
        self.report(diagnostic);
    }

    /// The value of a setting, if it is of the kind of what it stands in place of; else that, after a report.
    pub(super) fn checked_setting(&mut self, at: &Expr, given: Value) -> Value {
        if self.is_running() || given.is_unknown() {
            return given;
        }
        let Some((name, old)) = self.replaced.get(&at.id).cloned() else { return given };
        let value = self.value(&old);
        let (was, is) =
            (kind_word(&self.elaborator.describe(&value)), kind_word(&self.elaborator.describe(&given)));
        if value.is_unknown() || was == is {
            return given;
        }
        self.report(
            Diagnostic::error(Slug::TypeMismatch, at.span, format!("`{name}` is {was}, found {is}"))
                .here(format!("this is {is}"))
                .label(old.span, format!("the script has {was}")),
        );
        value
    }
}

/// Whether a text can only be meant as one: a path, a word.
fn is_plain(typed: &str) -> bool {
    !typed.is_empty() && !typed.contains(['"', '(', ')', '[', ']', '{', '}', ';', '\n', '#'])
}

/// `--set seed=3`, `--set precision=f64`
fn put_statement(ast: &mut Ast, setting: Setting) {
    let span = setting.value.span;
    let kind = match setting.name.as_str() {
        "seed" => StmtKind::Seed(setting.value),
        _precision => StmtKind::Precision(Ident { name: setting.typed, span }),
    };
    let is_same = |stmt: &&mut Stmt| std::mem::discriminant(&stmt.kind) == std::mem::discriminant(&kind);
    match ast.stmts.iter_mut().find(is_same) {
        Some(stmt) => stmt.kind = kind,
        None => ast.stmts.insert(0, Stmt { span, kind }),
    }
}

/// The option of a top-level `train` or `data` of that name.
fn option_called<'t>(ast: &'t Ast, name: &str) -> Option<&'t OptionItem> {
    ast.stmts.iter().find_map(|stmt| {
        let options = match &stmt.kind {
            StmtKind::Data(decl) => &decl.options,
            StmtKind::Expr(value) | StmtKind::Bind { value, .. } => match &value.kind {
                ExprKind::Train { options, .. } => options,
                _other => return None,
            },
            _other => return None,
        };
        options.iter().find(|option| option.name.name == name)
    })
}

/// Types that can stand for one another have one word.
fn kind_word(description: &str) -> String {
    match description {
        "real" | "int" => "a number".to_string(),
        "bool" => "a truth".to_string(),
        "text" => "a text".to_string(),
        other if other.starts_with('[') => "a vector or matrix".to_string(),
        other if other.starts_with("fn ") => "a function".to_string(),
        other => other.to_string(),
    }
}
