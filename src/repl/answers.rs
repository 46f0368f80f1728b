//! What the commands of the prompt do.

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::Face;
use super::commands::{COMMANDS, Command, Which, command_of, overview};
use super::conversation::Conversation;
use super::settings::{SETTINGS, Setting, on_off, truth};
use crate::diagnostics::Diagnostic;
use crate::elaborate::Value;
use crate::session::{self, near_name};

/// What comes after an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// Whether nothing was wrong with it.
    Next(bool),
    End,
}

impl Conversation<'_> {
    /// Does an input: a command or what the language says.
    pub fn answer(&mut self, text: &str, face: &mut dyn Face) -> After {
        match command_of(text) {
            Some(Ok((command, argument))) => self.command(command, argument, face),
            Some(Err(near)) => {
                let word = text.split_whitespace().next().unwrap_or_default();
                let hint = near.map_or("`:help` lists the commands".to_string(), |near| {
                    format!("did you mean `{near}`?")
                });
                face.complain(&format!("there is no command `{word}`; {hint}"));
                After::Next(false)
            }
            None => match self.bare_word(text) {
                Some(which) => self.command(which, "", face),
                None => After::Next(self.enter(text, face)),
            },
        }
    }

    /// `quit`, `exit` and `help` are meant as commands where nothing has that name.
    fn bare_word(&self, text: &str) -> Option<&'static Command> {
        let name = match text.trim().trim_end_matches("()") {
            "quit" | "exit" => ":quit",
            "help" => ":help",
            _ => return None,
        };
        let is_free = self.session.value_named(text.trim()).is_none();
        COMMANDS.iter().find(|command| command.name == name).filter(|_| is_free)
    }

    fn command(&mut self, command: &'static Command, argument: &str, face: &mut dyn Face) -> After {
        let needs = !command.argument.is_empty() && !command.argument.starts_with('[');
        if needs && argument.is_empty() {
            face.complain(&format!("`{} {}`: {}", command.name, command.argument, command.sentence));
            return After::Next(false);
        }
        After::Next(match command.which {
            Which::Quit => return After::End,
            Which::Help if argument.is_empty() => {
                face.value(&overview());
                true
            }
            Which::Help | Which::Doc => self.doc(argument, face),
            Which::Type => self.type_of(argument, face),
            Which::Shape => self.shape_of(argument, face),
            Which::Source => self.source(argument, face),
            Which::Derive => self.enter_quietly(&format!("derive({argument})"), face),
            Which::Trace => self.enter_quietly(&format!("trace({argument})"), face),
            Which::Summary => self.summary(argument, face),
            Which::Time => self.time(argument, face),
            Which::Load => self.load_file(argument, face),
            Which::Save => self.save(argument, face),
            Which::Edit => return self.edit(argument, face),
            Which::Set => self.set(argument, face),
            Which::Reset => self.reset_command(argument, face),
        })
    }

    /// Does something that leaves nothing behind.
    fn enter_quietly(&mut self, text: &str, face: &mut dyn Face) -> bool {
        let log = self.log.clone();
        let is_well = self.enter_as("command", text, face);
        self.log = log;
        is_well
    }

    fn type_of(&mut self, text: &str, face: &mut dyn Face) -> bool {
        let looked = self.session.look("command", text);
        if looked.diagnostics.iter().any(Diagnostic::is_error) {
            face.problems(&looked.diagnostics, &looked.sources);
            return false;
        }
        face.value(&looked.ty.unwrap_or_else(|| "nothing: it has no value".to_string()));
        true
    }

    /// `[3] × 120` has the shape `[3]`; a model one for each parameter.
    fn shape_of(&mut self, text: &str, face: &mut dyn Face) -> bool {
        if let Some(Value::Model { id, part }) = self.session.value_named(text.trim()) {
            let rows = self.session.parameter_shapes(id, &part);
            let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
            let lines: Vec<String> =
                rows.iter().map(|(name, shape)| format!("{name:width$}  {shape}")).collect();
            face.value(&lines.join("\n"));
            return true;
        }
        let looked = self.session.look("command", text);
        if looked.diagnostics.iter().any(Diagnostic::is_error) {
            face.problems(&looked.diagnostics, &looked.sources);
            return false;
        }
        let ty = looked.ty.unwrap_or_default();
        let shape = match ty.split(" × ").next().unwrap_or_default() {
            "real" | "int" | "bool" => "[]",
            shape => shape,
        };
        // A dataset has one for its input and one for its target.
        let shape = shape.split_once(" examples of ").map_or(shape, |(_, shapes)| shapes);
        if !shape.starts_with('[') {
            face.complain(&format!(
                "this has no shape: it is {}",
                if ty.is_empty() { "nothing" } else { &ty }
            ));
            return false;
        }
        face.value(shape);
        true
    }

    fn doc(&mut self, name: &str, face: &mut dyn Face) -> bool {
        if let Some(command) =
            COMMANDS.iter().find(|row| row.name.trim_start_matches(':') == name || row.name == name)
            && self.session.value_named(name).is_none()
        {
            face.value(&format!("{} {}\n{}", command.name, command.argument, command.sentence));
            return true;
        }
        if let Some(source) = self.log.source_of(name) {
            let ty = self.session.value_named(name).and_then(|value| self.session.type_text(&value));
            face.value(&format!("{}{source}", ty.map_or(String::new(), |ty| format!("{ty}\n\n"))));
            return true;
        }
        match session::doc(name) {
            Ok(page) => face.value(page.trim_end()),
            Err(hint) => match near_name(name, self.session.names()) {
                None if hint.is_some() => {
                    face.complain(&format!("nothing is called `{name}`; {}", hint.unwrap_or_default()));
                    return false;
                }
                near => return unknown(name, near, face),
            },
        }
        true
    }

    fn source(&mut self, name: &str, face: &mut dyn Face) -> bool {
        if let Some(text) = self.log.source_of(name).or_else(|| session::library_source(name)) {
            face.code(&text);
            return true;
        }
        if session::doc(name).is_ok() {
            face.value(&format!("`{name}` is not written in the language; `:doc {name}` says what it does"));
            return true;
        }
        let near = near_name(name, self.session.names());
        unknown(name, near, face)
    }

    fn summary(&mut self, name: &str, face: &mut dyn Face) -> bool {
        let names = if name.is_empty() { self.session.model_names() } else { vec![name.to_string()] };
        if names.is_empty() {
            face.complain("there is no model yet");
            return false;
        }
        names.iter().all(|name| self.enter_quietly(&format!("show({name})"), face))
    }

    fn time(&mut self, text: &str, face: &mut dyn Face) -> bool {
        // A value is worked out when it is asked for: those of before do not count, those of this statement do.
        self.session.work_out();
        let begun = Instant::now();
        if !self.enter(text, face) {
            return false;
        }
        self.session.work_out();
        let seconds = begun.elapsed().as_secs_f64();
        face.note(&match seconds {
            s if s < 1e-3 => format!("{:.0} µs", s * 1e6),
            s if s < 1.0 => format!("{:.1} ms", s * 1e3),
            s => format!("{s:.2} s"),
        });
        true
    }

    /// A path as it is typed, from where the session is.
    fn path(&self, typed: &str) -> PathBuf {
        self.session.folder().join(typed.trim_matches('"'))
    }

    fn load_file(&mut self, typed: &str, face: &mut dyn Face) -> bool {
        let path = self.path(typed);
        let text = match self.session.read(&path) {
            Ok(text) => text,
            Err(report) => {
                face.problems(&report.diagnostics, &report.sources);
                return false;
            }
        };
        self.load(&path, &text, face)
    }

    fn save(&mut self, typed: &str, face: &mut dyn Face) -> bool {
        let path = self.path(typed);
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        let script = self.log.script(&folder);
        if script.text.is_empty() {
            face.complain("there is nothing to save yet");
            return false;
        }
        if self.session.has_file(&path) && self.own_files.insert(path.clone()) {
            face.complain(&format!("`{}` is there already; the same again writes over it", path.display()));
            return false;
        }
        self.own_files.insert(path.clone());
        if let Err(error) = face.write(&path, &script.text) {
            face.complain(&format!("`{}` cannot be written: {error}", path.display()));
            return false;
        }
        let found = self.session.check_script(&path.display().to_string(), &script.text, &folder);
        let count = script.text.lines().count();
        let lines = if count == 1 { "line" } else { "lines" };
        face.note(&format!("`{}`: {count} {lines}", path.display()));
        for line in &script.left_out {
            face.note(&format!("left out, since it went wrong or used what was declared anew later: {line}"));
        }
        for line in &script.stopped {
            face.note(&format!("ended by hand here, and done to its end by the script: {line}"));
        }
        if found.has_errors() {
            face.note("the script does not check:");
            face.problems(&found.diagnostics, &found.sources);
        }
        !found.has_errors()
    }

    /// The last input, a declaration or a file, changed in an editor and then done.
    fn edit(&mut self, what: &str, face: &mut dyn Face) -> After {
        let path = self.path(what);
        let is_file = !what.is_empty() && Path::new(what).extension().is_some();
        if is_file {
            if let Err(error) = face.edit_file(&path) {
                face.complain(&error);
                return After::Next(false);
            }
            return After::Next(self.load_file(what, face));
        }
        let text = match what {
            "" => self.log.last_text().unwrap_or_default().to_string(),
            name => match self.log.source_of(name).or_else(|| session::library_source(name)) {
                Some(text) => text,
                None => {
                    let near = near_name(name, self.session.names());
                    return After::Next(unknown(name, near, face));
                }
            },
        };
        match face.edit(&text) {
            Ok(edited) if edited.trim().is_empty() => After::Next(true),
            Ok(edited) => {
                face.code(edited.trim_end());
                self.answer(&edited, face)
            }
            Err(error) => {
                face.complain(&error);
                After::Next(false)
            }
        }
    }

    fn set(&mut self, argument: &str, face: &mut dyn Face) -> bool {
        let mut words = argument.split_whitespace();
        let Some(name) = words.next() else {
            let width = SETTINGS.iter().map(|row| row.name.len()).max().unwrap_or(0);
            let lines: Vec<String> = SETTINGS.iter().map(|row| self.setting(row, width, face)).collect();
            face.value(&lines.join("\n"));
            return true;
        };
        let Some(row) = SETTINGS.iter().find(|row| row.name == name) else {
            let near = near_name(name, SETTINGS.iter().map(|row| row.name.to_string()));
            let hint = near.map_or("`:set` lists them".to_string(), |near| format!("did you mean `{near}`?"));
            face.complain(&format!("there is no setting `{name}`; {hint}"));
            return false;
        };
        let Some(value) = words.next() else {
            let line = self.setting(row, 0, face);
            face.value(&line);
            return true;
        };
        let is_set = self.settings.set(name, value).unwrap_or_else(|| match truth(value) {
            Some(is_on) => {
                face.switch(name, Some(is_on));
                true
            }
            None => false,
        });
        if !is_set {
            face.complain(&format!("`{name}` is {}, found `{value}`", row.values));
        }
        is_set
    }

    /// How a setting stands, on a line.
    fn setting(&self, row: &Setting, width: usize, face: &mut dyn Face) -> String {
        let value = self.settings.value(row.name);
        let value = value.unwrap_or_else(|| on_off(face.switch(row.name, None)).to_string());
        format!("{:width$}  {value:4}  {} ({})", row.name, row.sentence, row.values)
    }

    fn reset_command(&mut self, name: &str, face: &mut dyn Face) -> bool {
        if name.is_empty() {
            self.reset();
            face.note("all names are forgotten");
            return true;
        }
        if self.session.start_model_again(name) {
            self.log.start_again(name, self.session.folder());
            face.note(&format!("`{name}` has its first parameters again"));
            return true;
        }
        face.complain(&format!("there is no model `{name}`"));
        false
    }
}

fn unknown(name: &str, near: Option<String>, face: &mut dyn Face) -> bool {
    let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
    face.complain(&format!("nothing is called `{name}`{hint}"));
    false
}
