//! `nn doc`: a name of the library, the list of all, or the reference as pages.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::output::{Output, complain, say};
use super::{WRONG_USAGE, html};
use crate::session;

#[derive(Args)]
pub struct Doc {
    /// A layer, activation, loss, source of data, keyword, ...; without it, all are listed
    pub name: Option<String>,
    /// Write the reference as pages
    #[arg(long)]
    pub html: bool,
    /// The folder for the pages
    #[arg(short, long, value_name = "DIR", requires = "html", default_value = "reference")]
    pub output: PathBuf,
}

pub fn doc(arguments: &Doc, output: &Output) -> ExitCode {
    match &arguments.name {
        Some(name) if arguments.html => {
            complain(&format!(
                "`--html` writes all names; the folder stands behind `-o`: `nn doc --html -o {name}`"
            ));
            ExitCode::from(WRONG_USAGE)
        }
        Some(name) => page(name, output),
        None if arguments.html => pages(arguments),
        None => list(output),
    }
}

fn page(name: &str, output: &Output) -> ExitCode {
    match session::doc(name) {
        Ok(text) => {
            output.text(&text);
            ExitCode::SUCCESS
        }
        Err(hint) => {
            let hint = hint.map_or(String::new(), |hint| format!("; {hint}"));
            complain(&format!("nothing in the library is called `{name}`{hint}"));
            ExitCode::from(1)
        }
    }
}

/// All names with the beginning of what they mean, by group.
fn list(output: &Output) -> ExitCode {
    let (entries, topics) = (session::entries(), session::topics());
    let items = entries.iter().map(|entry| {
        let sentence = entry.sentence.split_inclusive(['.', ';', ':']).next().unwrap_or_default();
        (entry.group.as_str(), entry.name.as_str(), sentence.trim_end_matches([';', ':']))
    });
    let topics = topics.iter().map(|topic| {
        let sentence = topic.sentence.split_inclusive(". ").next().unwrap_or_default();
        (topic.group, topic.name, sentence.trim_end())
    });
    let mut before = "";
    for (group, name, sentence) in items.chain(topics) {
        if group != before {
            if !before.is_empty() {
                output.line("");
            }
            before = group;
            output.line(group);
        }
        let short: String = sentence.chars().take(70).collect();
        output.line(&format!("  {name:22} {short}"));
    }
    ExitCode::SUCCESS
}

fn pages(arguments: &Doc) -> ExitCode {
    let folder = &arguments.output;
    let written = html::pages().into_iter().try_for_each(|page| {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join(&page.file), page.text)
    });
    match written {
        Ok(()) => {
            say(&format!("wrote {}", folder.join("index.html").display()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&format!("`{}` cannot be written: {error}", folder.display()));
            ExitCode::from(1)
        }
    }
}
