//! What stands behind a prompt: the session, what was entered, and how answers are shown.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::Face;
use super::log::{Entry, Log};
use super::settings::Settings;
use crate::diagnostics::Diagnostic;
use crate::elaborate::Value;
use crate::session::Session;
use crate::syntax::tree::{Ast, ExprKind, StmtKind};
use crate::syntax::{TokenKind, tokens};

/// A session and the talk with it.
pub struct Conversation<'w> {
    pub session: Session<'w>,
    pub settings: Settings,
    pub log: Log,
    /// Inputs so far; they are called by their number.
    inputs: usize,
    /// The columns of the source that was typed last, and its text.
    columns: Option<(String, Vec<String>)>,
    /// Files that this session has saved, or was told twice to write over.
    pub(super) own_files: HashSet<PathBuf>,
}

impl<'w> Conversation<'w> {
    /// A talk with a session that has just begun.
    pub fn new(session: Session<'w>) -> Conversation<'w> {
        Conversation {
            session: session.at_prompt(),
            settings: Settings::default(),
            log: Log::default(),
            inputs: 0,
            columns: None,
            own_files: HashSet::new(),
        }
    }

    /// Does what someone has typed and shows what comes of it; whether nothing was wrong.
    pub fn enter(&mut self, text: &str, face: &mut dyn Face) -> bool {
        self.inputs += 1;
        let name = format!("input {}", self.inputs);
        let text = self.going_on(text);
        self.enter_as(&name, &text, face)
    }

    /// Does what a text says under a name that messages call it by.
    ///
    /// It is checked first, so a mistake that can be known changes nothing.
    pub fn enter_as(&mut self, name: &str, text: &str, face: &mut dyn Face) -> bool {
        let looked = self.session.check_input(name, text);
        if looked.diagnostics.iter().any(Diagnostic::is_error) {
            face.problems(&looked.diagnostics, &looked.sources);
            return false;
        }
        let mut found = looked.diagnostics;
        self.session.elaborator.forget_reported();
        self.session.last = None;
        let (ast, _) = self.session.parse(name, text);
        let count = self.session.walk(&ast);
        let mut ran = self.session.take_diagnostics();
        let is_shown = !ran.iter().any(Diagnostic::is_error) && self.show_last(&ast, face);
        // A value is worked out when it is shown, and may turn out to have none.
        ran.extend(self.session.take_diagnostics());
        found.extend(ran.into_iter().filter(Diagnostic::is_error));
        self.session.take_notes().iter().for_each(|note| face.note(note));
        let is_wrong = found.iter().any(Diagnostic::is_error);
        if !found.is_empty() {
            face.problems(&found, &self.session.sources);
        }
        // What a run did before it met a mistake is done.
        let folder = self.session.folder().to_path_buf();
        let is_stopped = self.session.take_stopped();
        let done = if is_wrong { before_mistake(&ast, count) } else { text.len() };
        self.log.add(Entry { text: text.to_string(), is_shown, done, is_stopped, is_fresh: false, folder });
        self.session.tidy();
        !is_wrong
    }

    /// The statements of a script, with paths relative to it.
    pub fn load(&mut self, path: &Path, text: &str, face: &mut dyn Face) -> bool {
        let name = path.display().to_string();
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let outer = self.session.set_folder(folder);
        let is_well = self.enter_as(&name, text, face);
        self.session.set_folder(outer);
        is_well
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        self.session.start_again();
        self.log = Log::default();
        self.columns = None;
    }

    /// An input that begins with `|>` goes on with the one before.
    fn going_on(&self, text: &str) -> String {
        let begins_with_pipe = tokens(text)
            .iter()
            .find(|token| token.kind != TokenKind::Newline)
            .is_some_and(|token| token.text(text) == "|>");
        match self.log.last_value().filter(|_| begins_with_pipe) {
            Some(Some(name)) => format!("{name} = {name} {}", text.trim_start()),
            Some(None) => format!("_ {}", text.trim_start()),
            None => text.to_string(),
        }
    }

    /// Shows the value of the last expression that stood alone, and keeps it as `_`; whether there was one. A training
    /// has told of itself.
    fn show_last(&mut self, ast: &Ast, face: &mut dyn Face) -> bool {
        let Some(StmtKind::Expr(expr)) = ast.stmts.last().map(|stmt| &stmt.kind) else { return false };
        let Some(value) = self.session.last.take() else { return false };
        if matches!(value, Value::Nothing | Value::Unknown) {
            return false;
        }
        let view = self.settings.view(face.width());
        let is_training = matches!(expr.kind, ExprKind::Train { .. });
        let shown = if is_training { None } else { self.session.show_value(&value, expr.span, &view) };
        if let Some(text) = &shown {
            face.value(text);
        }
        if is_training || shown.is_some() {
            self.session.remember(value, expr.span);
        }
        shown.is_some()
    }

    /// The columns that a declaration of data may name, from its text up to the brace.
    pub fn columns_of(&mut self, declaration: &str) -> Vec<String> {
        if let Some((text, columns)) = &self.columns
            && text == declaration
        {
            return columns.clone();
        }
        let columns = self.session.columns_of(declaration);
        self.columns = Some((declaration.to_string(), columns.clone()));
        columns
    }
}

/// Where the statement begins that went wrong, if `count` of them ran: the last one may do so when it is shown.
fn before_mistake(ast: &Ast, count: usize) -> usize {
    let wrong = ast.stmts.get(count).or(ast.stmts.last());
    wrong.map_or(0, |stmt| stmt.span.start as usize)
}
