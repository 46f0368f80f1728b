//! What Tab offers.

use std::path::Path;

use super::commands::{COMMANDS, Command, Takes};
use super::conversation::Conversation;
use super::place::{Inside, Place, place};
use super::settings::{SETTINGS, Setting};
use super::signs::{SIGNS, sign};
use crate::session::{action_options, data_options, data_sources, source_options, train_options};
use crate::syntax::keywords::KEYWORDS;
use crate::syntax::tree::FunctionKind;
use crate::syntax::{name_or_quoted, quoted};

/// One way to go on: what a list shows, and what is put in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub shown: String,
    pub text: String,
}

/// Functions of columns, in a declaration of data.
const COLUMN_FUNCTIONS: &[&str] = &["standardize", "minmax", "one_hot", "label", "flatten", "columns"];

pub fn plain(text: impl Into<String>) -> Candidate {
    let text = text.into();
    Candidate { shown: text.clone(), text }
}

/// With a space behind it, where something follows.
fn of_command(command: &Command) -> Candidate {
    let space = if command.takes == Takes::Nothing { "" } else { " " };
    Candidate { shown: command.name.to_string(), text: format!("{}{space}", command.name) }
}

fn option(name: &str) -> Candidate {
    Candidate { shown: format!("{name} ="), text: format!("{name} = ") }
}

/// Where the word that is typed begins, and what it can become.
pub fn complete(talk: &mut Conversation<'_>, before: &str) -> (usize, Vec<Candidate>) {
    match place(before) {
        Place::Command(word) => {
            let known = COMMANDS.iter().filter(|command| command.name.starts_with(word));
            (0, known.map(of_command).collect())
        }
        Place::Argument { command, start } => (start, argument(talk, command, &before[start..])),
        Place::Sign { start, name } => (start, signs(name)),
        Place::Column { start, declaration } => {
            let typed = before.get(start + 1..).unwrap_or_default();
            (start, columns(talk, declaration, typed).map(|name| column(&name, quoted(&name))).collect())
        }
        Place::File { start } => (start, files(talk, &before[start..])),
        Place::Field { path, start } => {
            (start, begun(talk.session.fields(&path).into_iter().map(plain), &before[start..]))
        }
        Place::Name { start, inside } => (start, names(talk, &inside, &before[start..])),
    }
}

/// What all of them begin with.
pub fn common_beginning(found: &[Candidate]) -> String {
    let Some((first, rest)) = found.split_first() else { return String::new() };
    let mut common = first.text.as_str();
    for other in rest {
        let same = common.chars().zip(other.text.chars()).take_while(|(one, two)| one == two);
        let length: usize = same.map(|(letter, _)| letter.len_utf8()).sum();
        common = &common[..length];
    }
    common.to_string()
}

fn begun(all: impl IntoIterator<Item = Candidate>, typed: &str) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    for candidate in all {
        if candidate.text.starts_with(typed) && !found.contains(&candidate) {
            found.push(candidate);
        }
    }
    found
}

fn signs(name: &str) -> Vec<Candidate> {
    if let Some(sign) = sign(name) {
        return vec![plain(sign)];
    }
    let mut known = SIGNS.iter().filter(|(known, _)| known.starts_with(name));
    match (known.next(), known.next()) {
        (Some((_, only)), None) => vec![plain(*only)],
        _ => {
            let all = SIGNS.iter().filter(|(known, _)| known.starts_with(name));
            all.map(|(known, sign)| Candidate {
                shown: format!("\\{known} {sign}"),
                text: format!("\\{known}"),
            })
            .collect()
        }
    }
}

fn argument(talk: &mut Conversation<'_>, command: &str, typed: &str) -> Vec<Candidate> {
    let takes = COMMANDS.iter().find(|row| row.name == command).map(|row| row.takes);
    let all: Vec<Candidate> = match takes {
        Some(Takes::Name) => {
            let commands = COMMANDS.iter().map(|row| row.name.to_string());
            talk.session.names().into_iter().chain(commands).map(plain).collect()
        }
        Some(Takes::Model) => talk.session.model_names().into_iter().map(plain).collect(),
        Some(Takes::File) => return files(talk, typed),
        Some(Takes::NameOrFile) => {
            let mut found = begun(talk.session.own_names().into_iter().map(plain), typed);
            found.extend(files(talk, typed));
            return found;
        }
        Some(Takes::Setting) => match typed.contains(' ') {
            true => SETTINGS.iter().flat_map(values_of).collect(),
            false => SETTINGS.iter().map(|row| plain(format!("{} ", row.name))).collect(),
        },
        Some(Takes::Nothing | Takes::Code) | None => Vec::new(),
    };
    begun(all, typed)
}

/// A setting with each of its values, where they can be told.
fn values_of(row: &Setting) -> impl Iterator<Item = Candidate> {
    let values: &[&str] = if row.is_switch() { &["on", "off"] } else { &[] };
    let name = row.name;
    values.iter().map(move |value| Candidate { shown: (*value).to_string(), text: format!("{name} {value}") })
}

/// Files and folders beside the session, or in the folder that is typed.
fn files(talk: &Conversation<'_>, typed: &str) -> Vec<Candidate> {
    let (folder, name) = match typed.rfind('/') {
        Some(at) => typed.split_at(at + 1),
        None => ("", typed),
    };
    let at = talk.session.folder().join(folder);
    let names = talk.session.files().names_in(&at);
    let shown = names
        .into_iter()
        .filter(|found| found.starts_with(name) && (!found.starts_with('.') || name.starts_with('.')));
    shown
        .map(|found| {
            let is_folder = is_folder(talk, &at.join(&found));
            let end = if is_folder { "/" } else { "" };
            Candidate { shown: format!("{found}{end}"), text: format!("{folder}{found}{end}") }
        })
        .collect()
}

fn is_folder(talk: &Conversation<'_>, path: &Path) -> bool {
    let size = talk.session.files().size(path);
    size.is_err_and(|error| error.kind() == std::io::ErrorKind::IsADirectory)
}

fn names(talk: &mut Conversation<'_>, inside: &Inside<'_>, typed: &str) -> Vec<Candidate> {
    let session = &mut talk.session;
    let special: Vec<Candidate> = match inside {
        Inside::Model => session.model_names().into_iter().map(plain).collect(),
        Inside::Data => session.data_names().into_iter().map(plain).collect(),
        Inside::TrainOption => train_options().map(|(name, _)| option(name)).collect(),
        Inside::DataOption => data_options().map(|(name, _)| option(name)).collect(),
        Inside::TrainValue(name) => match kind_of(name) {
            Some(kind) => session.functions_of(kind).into_iter().map(plain).collect(),
            None if *name == "validate" => session.data_names().into_iter().map(plain).collect(),
            None => Vec::new(),
        },
        Inside::DataValue(declaration) => return values_of_data(talk, declaration, typed),
        Inside::Call(name) => {
            let own = session.argument_names(name).into_iter().map(|name| option(&name));
            let given = source_options(name).into_iter().chain(action_options(name).map(|(name, _)| name));
            own.chain(given.map(option)).collect()
        }
        Inside::Statement => Vec::new(),
    };
    let special = begun(special, typed);
    let is_only_these =
        matches!(inside, Inside::Model | Inside::Data | Inside::TrainOption | Inside::DataOption);
    if is_only_these || (matches!(inside, Inside::TrainValue(_)) && !special.is_empty()) {
        return special;
    }
    // A long list of everything is no help.
    if typed.is_empty() {
        return special;
    }
    let known = talk.session.names().into_iter();
    let words = KEYWORDS.iter().chain(&["examples", "like"]).map(|word| (*word).to_string());
    let sources = data_sources().map(str::to_string);
    let rest = begun(known.chain(words).chain(sources).map(plain), typed);
    special.into_iter().chain(rest).collect()
}

/// Columns and what is done with them. A column whose name is no name of the language is put in quotes.
fn values_of_data(talk: &mut Conversation<'_>, declaration: &str, typed: &str) -> Vec<Candidate> {
    let named = columns(talk, declaration, typed).map(|name| column(&name, name_or_quoted(&name)));
    let functions = COLUMN_FUNCTIONS.iter().filter(|name| name.starts_with(typed));
    named.chain(functions.map(|name| plain(*name))).collect()
}

/// The columns that begin with what is typed, each once.
fn columns(
    talk: &mut Conversation<'_>,
    declaration: &str,
    typed: &str,
) -> impl Iterator<Item = String> + use<> {
    let mut known: Vec<String> = Vec::new();
    for name in talk.columns_of(declaration) {
        if name.starts_with(typed) && !known.contains(&name) {
            known.push(name);
        }
    }
    known.into_iter()
}

fn column(name: &str, text: String) -> Candidate {
    Candidate { shown: name.to_string(), text }
}

/// The functions that an option of `train` wants.
fn kind_of(option: &str) -> Option<FunctionKind> {
    match option {
        "loss" => Some(FunctionKind::Loss),
        "optimizer" => Some(FunctionKind::Optimizer),
        "metrics" => Some(FunctionKind::Metric),
        "schedule" => Some(FunctionKind::Schedule),
        _ => None,
    }
}
