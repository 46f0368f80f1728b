//! `nn test`: runs a script and compares what its statements print with the `#>` comments behind them.
//!
//! Outputs are expected behind statements of the top level, on their line or on lines of their own. Every assert
//! counts, also after one that does not hold. A script with neither is only checked.

mod expected;

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;

use super::program::{Report, check_text, folder_of, read};
use super::state::{Asserts, Flow, Mode, Session};
use super::world::World;
use crate::data::Files;
use crate::diagnostics::{Diagnostic, Slug};
use crate::syntax::tree::{Ast, Expr, ExprKind};
use crate::train::Progress;
use expected::Expectations;

/// Lines that one script may print in a test.
const MOST_LINES: usize = 200_000;

/// How far a test came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Ran,
    /// There is nothing to hold it to.
    OnlyChecked,
    /// Whoever runs it asked to stop.
    Stopped,
}

/// One expected output and what was printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The line of the statement that prints, from 1.
    pub line: usize,
    /// That statement, its first line.
    pub statement: String,
    pub expected: Vec<String>,
    pub found: Vec<String>,
}

/// What came of the test of a script.
#[derive(Debug)]
pub struct Tested {
    /// Mistakes, with the asserts that do not hold.
    pub report: Report,
    pub outcome: Outcome,
    pub asserts_held: usize,
    pub compared: Vec<Compared>,
    /// The script.
    pub text: String,
    /// The script with the outputs as they are, if it ran to its end.
    pub updated: Option<String>,
}

impl Compared {
    pub fn holds(&self) -> bool {
        self.expected == self.found
    }
}

impl Tested {
    fn without_run(text: String, report: Report, outcome: Outcome) -> Tested {
        Tested { report, outcome, asserts_held: 0, compared: Vec::new(), text, updated: None }
    }

    pub fn passed(&self) -> bool {
        !self.report.has_errors() && self.compared.iter().all(Compared::holds)
    }
}

/// Checks a script, runs it, and compares. With `fill`, `updated` has the outputs of all statements that print, not
/// only of those that expect one.
pub fn test_file(world: &mut dyn World, path: &Path, fill: bool) -> Tested {
    let text = match read(world, path) {
        Ok(text) => text,
        Err(report) => return Tested::without_run(String::new(), *report, Outcome::Ran),
    };
    let (name, folder) = (path.display().to_string(), folder_of(path));
    let mut checked = check_text(world, &name, &text, folder);
    let mut expectations = Expectations::read(&name, &text);
    let script = checked.sources.iter().find(|source| source.name == name).map(|source| source.id);
    if let Some(script) = script {
        let misplaced = expectations.misplaced.iter().map(|span| {
            let headline = "an output is expected behind a statement of the top level";
            let span = crate::base::Span { source: script, ..*span };
            Diagnostic::error(Slug::NotAllowedHere, span, headline).here("no such statement before it")
        });
        checked.diagnostics.extend(misplaced);
    }
    if checked.has_errors() {
        return Tested::without_run(text, checked, Outcome::Ran);
    }
    let expects = expectations.expects() || fill;
    let lines = Lines::default();
    let mut world = Recorder { world, lines: lines.clone(), is_stopped: Cell::new(false) };
    let mut session = Session::new(&mut world, Mode::Run, folder.to_path_buf());
    session.asserts = Some(Asserts::default());
    let (ast, _) = session.parse_script(&name, &text);
    if !expects && !asserts(&ast) {
        return Tested::without_run(text, checked, Outcome::OnlyChecked);
    }
    let outcome = session.walk_recording(&ast, &lines, &mut expectations);
    let found = session.asserts.take().unwrap_or_default();
    let ran = session.into_report();
    let mut diagnostics = checked.diagnostics;
    diagnostics.extend(ran.diagnostics.into_iter().filter(Diagnostic::is_error));
    let ended = !diagnostics.iter().any(Diagnostic::is_error) && outcome == Outcome::Ran;
    diagnostics.extend(found.failed);
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary.span);
    Tested {
        report: Report { sources: ran.sources, diagnostics, models: checked.models },
        outcome,
        asserts_held: found.held,
        compared: expectations.compared(),
        updated: ended.then(|| expectations.updated(&text, fill)),
        text,
    }
}

/// Whether a script says what should hold.
fn asserts(ast: &Ast) -> bool {
    let is_assert = |expr: &Expr| matches!(&expr.kind, ExprKind::Name(name) if name.starts_with("assert"));
    ast.stmts.iter().any(|stmt| {
        let (exprs, blocks) = stmt.parts();
        exprs.into_iter().any(|expr| expr.any(&is_assert))
            || blocks.into_iter().any(|block| block.any(&is_assert))
    })
}

impl Session<'_> {
    /// Walks a script and gives each statement's lines to those who expect them.
    fn walk_recording(&mut self, ast: &Ast, lines: &Lines, expectations: &mut Expectations) -> Outcome {
        self.look_ahead(ast);
        let mut outcome = Outcome::Ran;
        for stmt in &ast.stmts {
            let flow = self.stmt(stmt);
            let printed = lines.take();
            if printed.len() > MOST_LINES {
                let headline = format!("a test takes at most {MOST_LINES} lines of output");
                self.report(Diagnostic::error(Slug::Limit, stmt.span, headline).here("prints more"));
                break;
            }
            if flow == Flow::Stop {
                if !self.has_errors() {
                    outcome = Outcome::Stopped;
                }
                break;
            }
            expectations.printed(stmt.span, printed);
        }
        self.collect();
        outcome
    }
}

/// The lines that were printed and not yet taken.
#[derive(Clone, Default)]
struct Lines(Rc<RefCell<Vec<String>>>);

impl Lines {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.borrow_mut())
    }
}

/// A world that keeps what is printed.
struct Recorder<'w> {
    world: &'w mut dyn World,
    lines: Lines,
    /// Half a test says nothing: whoever asks to stop stops all of it.
    is_stopped: Cell<bool>,
}

impl World for Recorder<'_> {
    fn files(&self) -> &dyn Files {
        self.world.files()
    }

    fn print(&mut self, text: &str) {
        let mut lines = self.lines.0.borrow_mut();
        if lines.len() <= MOST_LINES {
            lines.extend(text.split('\n').map(|line| line.trim_end().to_string()));
        }
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        self.world.write(path, bytes)
    }

    fn progress(&mut self, _progress: &Progress<'_>) {}

    fn settings(&self) -> &[String] {
        self.world.settings()
    }

    fn wrote(&mut self, path: &Path) {
        self.world.wrote(path);
    }

    fn abandoned(&self) -> bool {
        self.is_stopped.get() || self.lines.0.borrow().len() > MOST_LINES || self.world.abandoned()
    }

    fn threads(&self) -> usize {
        self.world.threads()
    }

    fn interrupted(&self) -> bool {
        self.is_stopped.set(self.is_stopped.get() || self.world.interrupted());
        self.abandoned()
    }
}
