//! The prompt: a loop around a session. Each input is walked as a script is; a mistake leaves the session as it was.
//!
//! Reading lines and showing answers are the caller's ([`Lines`], [`Face`]), so that the same loop runs at a terminal,
//! on a pipe and in tests.

mod lines;

use crate::base::Sources;
use crate::diagnostics::Diagnostic;
use crate::elaborate::Value;
use crate::session::{NumberFormat, Session};
use crate::syntax::tree::{Ast, ExprKind, StmtKind};

pub use lines::{Input, Lines, PipedLines, PromptLines};

/// Where answers go.
pub trait Face {
    /// The value of an expression that stands alone.
    fn value(&mut self, text: &str);

    fn problems(&mut self, found: &[Diagnostic], sources: &Sources);

    /// An input has been done.
    fn input_done(&mut self);
}

/// What [`run`] saw of the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub inputs: usize,
    /// Inputs with a mistake in them.
    pub mistaken: usize,
}

/// Reads inputs until there are no more.
pub fn run(session: &mut Session<'_>, lines: &mut dyn Lines, face: &mut dyn Face) -> Tally {
    let mut tally = Tally::default();
    loop {
        match lines.read() {
            Input::Text(text) if text.trim().is_empty() => {}
            Input::Text(text) => {
                tally.inputs += 1;
                let name = format!("input {}", tally.inputs);
                if !enter(session, &name, &text, face) {
                    tally.mistaken += 1;
                }
                face.input_done();
            }
            Input::Cancelled => {}
            Input::End => return tally,
        }
    }
}

/// Does what a text says and shows what comes of it; whether nothing was wrong.
pub fn enter(session: &mut Session<'_>, name: &str, text: &str, face: &mut dyn Face) -> bool {
    session.elaborator.forget_reported();
    session.last = None;
    let (ast, _) = session.parse(name, text);
    session.walk(&ast);
    let mut found = session.take_diagnostics();
    if !found.iter().any(Diagnostic::is_error)
        && let Some(text) = value_text(session, &ast)
    {
        face.value(&text);
    }
    // A value is worked out when it is shown, and may turn out to have none.
    found.extend(session.take_diagnostics());
    if !found.is_empty() {
        face.problems(&found, &session.sources);
    }
    !found.iter().any(Diagnostic::is_error)
}

/// The value of the last expression that stood alone. A training has told of itself.
fn value_text(session: &mut Session<'_>, ast: &Ast) -> Option<String> {
    let StmtKind::Expr(expr) = &ast.stmts.last()?.kind else { return None };
    let value = session.last.take()?;
    if matches!(value, Value::Nothing | Value::Unknown) || matches!(expr.kind, ExprKind::Train { .. }) {
        return None;
    }
    session.text_of(&value, expr.span, NumberFormat::default())
}
