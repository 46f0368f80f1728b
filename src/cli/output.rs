//! Where lines go: standard output whole and in order, standard error at once.
//!
//! A pipe that nobody reads any more is the normal end of a program, so nothing here uses `println!`.

use std::cell::RefCell;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, StdoutLock, Write};
use std::rc::Rc;

use terminal_size::{Height, Width, terminal_size_of};

/// Standard output, shared by whoever has something to print. Kept together in large pieces unless someone watches.
#[derive(Clone)]
pub struct Output {
    writer: Rc<RefCell<BufWriter<StdoutLock<'static>>>>,
    is_watched: bool,
}

impl Output {
    pub fn new() -> Output {
        let stdout = io::stdout();
        let is_watched = stdout.is_terminal();
        Output { writer: Rc::new(RefCell::new(BufWriter::with_capacity(1 << 16, stdout.lock()))), is_watched }
    }

    /// A text in red where somebody watches and wants colours.
    pub fn red(&self, text: &str) -> String {
        self.painted(text, 31)
    }

    pub fn green(&self, text: &str) -> String {
        self.painted(text, 32)
    }

    fn painted(&self, text: &str, code: u8) -> String {
        if takes_color(self.is_watched) { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_string() }
    }

    pub fn line(&self, text: &str) {
        self.text(text);
        self.text("\n");
        if self.is_watched {
            self.flush();
        }
    }

    pub fn text(&self, text: &str) {
        end_if_closed(self.writer.borrow_mut().write_all(text.as_bytes()));
    }

    /// How wide standard output is, and whether it takes colours.
    pub fn screen(&self) -> (usize, bool) {
        let (width, color) =
            (width_of(self.is_watched, || terminal_size_of(io::stdout())), takes_color(self.is_watched));
        if self.is_watched { (width, color) } else { (width.min(80), false) }
    }

    /// Before anything is said on standard error, and at the end.
    pub fn flush(&self) {
        end_if_closed(self.writer.borrow_mut().flush());
    }
}

/// Nobody reads any more: there is nothing left to do. A full disk is told.
fn end_if_closed(result: io::Result<()>) {
    match result {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            complain(&format!("standard output cannot be written: {error}"));
            std::process::exit(1);
        }
    }
}

/// A line on standard error; one that cannot be written there cannot be told anywhere.
pub fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// A line about the command itself, not about a script.
pub fn complain(what: &str) {
    say(&format!("nn: {what}"));
}

/// Text on standard error without a line end.
pub fn say_text(text: &str) {
    let mut stderr = io::stderr();
    let _ = stderr.write_all(text.as_bytes());
    let _ = stderr.flush();
}

/// How standard error looks: whether it is a terminal, takes colours, and how wide it is.
#[derive(Clone, Copy)]
pub struct Screen {
    pub is_terminal: bool,
    pub color: bool,
    pub width: usize,
}

impl Screen {
    pub fn of_stderr() -> Screen {
        let is_terminal = io::stderr().is_terminal();
        let width = width_of(is_terminal, || terminal_size_of(io::stderr()));
        Screen { is_terminal, color: takes_color(is_terminal), width }
    }

    /// How wide the terminal is at this moment.
    pub fn width_now() -> usize {
        width_of(true, || terminal_size_of(io::stderr()))
    }
}

fn takes_color(is_terminal: bool) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    is_terminal && !set("NO_COLOR") && !dumb
}

/// The width of the terminal, or what `COLUMNS` says, or 100.
fn width_of(is_terminal: bool, terminal: impl Fn() -> Option<(Width, Height)>) -> usize {
    let of_terminal = || {
        let (Width(width), _) = terminal()?;
        Some(usize::from(width)).filter(|width| *width > 0)
    };
    let said = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let found = if is_terminal { of_terminal().or(said) } else { said };
    found.unwrap_or(100).clamp(40, 240)
}
