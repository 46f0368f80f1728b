//! A terminal for tests: the command on a pseudo-terminal, its screen as a person sees it, keys as they are pressed.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

pub const COLUMNS: u16 = 100;
const ROWS: u16 = 40;
/// Long enough for a machine that is busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);

struct Shared {
    screen: Mutex<(vt100::Parser, bool)>,
    changed: Condvar,
}

/// A running command and what stands on its screen.
pub struct Terminal {
    pty: Arc<pty_process::blocking::Pty>,
    child: Child,
    shared: Arc<Shared>,
    pub folder: tempfile::TempDir,
}

/// Starts `nn` with these words in a folder with these files.
pub fn start(words: &[&str], files: &[(&str, &str)]) -> Terminal {
    let folder = tempfile::tempdir().expect("a folder for a test");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file of a test");
    }
    start_in(words, folder, &[])
}

pub fn start_in(words: &[&str], folder: tempfile::TempDir, variables: &[(&str, &str)]) -> Terminal {
    start_wide(words, folder, variables, COLUMNS)
}

/// The same on a terminal of so many columns.
pub fn start_wide(
    words: &[&str],
    folder: tempfile::TempDir,
    variables: &[(&str, &str)],
    columns: u16,
) -> Terminal {
    let (pty, pts) = pty_process::blocking::open().expect("a pseudo-terminal");
    pty.resize(pty_process::Size::new(ROWS, columns)).expect("a size");
    let mut command = pty_process::blocking::Command::new(env!("CARGO_BIN_EXE_nn"))
        .args(words)
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .env("TERM", "xterm-256color")
        .env_remove("XDG_STATE_HOME")
        .env_remove("NO_COLOR")
        .env_remove("VISUAL")
        .env_remove("EDITOR");
    for (name, value) in variables {
        command = command.env(name, value);
    }
    let child = command.spawn(pts).expect("the command starts");
    let size = |n| NonZeroU16::new(n).expect("not zero");
    let parser = vt100::Parser::new(size(ROWS), size(columns), 1000);
    let shared = Arc::new(Shared { screen: Mutex::new((parser, false)), changed: Condvar::new() });
    let pty = Arc::new(pty);
    let (reader, seen) = (pty.clone(), shared.clone());
    std::thread::spawn(move || {
        let mut bytes = [0u8; 4096];
        loop {
            let count = (&*reader).read(&mut bytes).unwrap_or(0);
            let mut screen = seen.screen.lock().expect("a screen");
            screen.0.process(&bytes[..count]);
            screen.1 = count == 0;
            seen.changed.notify_all();
            if count == 0 {
                return;
            }
        }
    });
    Terminal { pty, child, shared, folder }
}

impl Terminal {
    /// Presses keys: one write for each, as a person does.
    pub fn press(&self, keys: &str) {
        for key in keys.chars() {
            let mut buffer = [0u8; 4];
            (&*self.pty).write_all(key.encode_utf8(&mut buffer).as_bytes()).expect("it reads keys");
        }
    }

    /// Keys in one write, as another program sends them.
    pub fn send(&self, keys: &str) {
        (&*self.pty).write_all(keys.as_bytes()).expect("it reads keys");
    }

    /// Draws the window wider or narrower.
    pub fn resize(&self, columns: u16) {
        let size = |n| NonZeroU16::new(n).expect("not zero");
        self.shared.screen.lock().expect("a screen").0.set_size(size(ROWS), size(columns));
        self.pty.resize(pty_process::Size::new(ROWS, columns)).expect("a size");
    }

    /// A line and Return.
    pub fn enter(&self, line: &str) {
        self.press(line);
        self.press("\r");
    }

    /// What stands on the screen now, without empty lines at its end.
    pub fn screen(&self) -> String {
        self.shared.screen.lock().expect("a screen").0.screen().contents()
    }

    /// Waits until the screen is as wanted, and gives it.
    #[track_caller]
    pub fn wait(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let until = Instant::now() + PATIENCE;
        let mut screen = self.shared.screen.lock().expect("a screen");
        loop {
            let text = screen.0.screen().contents();
            if wanted(&text) {
                return text;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !screen.1, "waited for {what}; the screen:\n{text}");
            screen = self.shared.changed.wait_timeout(screen, left).expect("a screen").0;
        }
    }

    /// Waits for a text.
    #[track_caller]
    pub fn see(&self, text: &str) -> String {
        self.wait(&format!("`{text}`"), |screen| screen.contains(text))
    }

    /// Waits for the prompt after an answer: the last line is an empty prompt.
    #[track_caller]
    pub fn ready(&self) -> String {
        self.wait("the prompt", |screen| screen.lines().last().is_some_and(|line| line.trim_end() == "nn>"))
    }

    /// Enters a line on a screen that is cleared for it, waits for the prompt, and gives what stands between.
    #[track_caller]
    pub fn ask(&self, line: &str) -> String {
        self.ready();
        self.press("\u{c}");
        self.wait("an empty screen", |screen| screen.trim_end() == "nn>");
        self.enter(line);
        let is_asked = |shown: &str| {
            let shown = shown.strip_prefix("nn> ").map(str::trim_end);
            shown.is_some_and(|shown| !shown.is_empty() && line.starts_with(shown))
        };
        let screen = self.wait("an answer and the prompt", |screen| {
            let is_ready = screen.lines().last().is_some_and(|line| line.trim_end() == "nn>");
            is_ready && screen.lines().any(is_asked)
        });
        let lines: Vec<&str> = screen.trim_end().lines().collect();
        let asked = lines.iter().rposition(|shown| is_asked(shown)).expect("it was seen");
        lines[asked + 1..lines.len() - 1].join("\n").trim_end().to_string()
    }

    /// The colour of the first place where a text stands.
    pub fn color_of(&self, text: &str) -> Option<vt100::Color> {
        let screen = self.shared.screen.lock().expect("a screen");
        let screen = screen.0.screen();
        let lines: Vec<String> = screen.rows(0, COLUMNS).collect();
        let (row, line) = lines.iter().enumerate().rev().find(|(_, line)| line.contains(text))?;
        let column = line[..line.find(text)?].chars().count();
        Some(screen.cell(row as u16, column as u16)?.fgcolor())
    }

    /// Waits for the end of the command; gives its code.
    #[track_caller]
    pub fn end(mut self) -> i32 {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code().unwrap_or(-1);
            }
            if Instant::now() > until {
                let screen = self.screen();
                let _ = self.child.kill();
                panic!("it does not end; the screen:\n{screen}");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
