//! What a shell wants to know of the command: completions and manual pages, made of the same declarations as the help.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::Shell;

use super::arguments::Arguments;
use super::output::{Output, complain, say};
use crate::diagnostics::Slug;
use crate::session;

#[derive(Args)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

#[derive(Args)]
pub struct Man {
    /// The folder for the pages; without it, the page of `nn` goes to standard output
    pub folder: Option<PathBuf>,
}

/// Prints what completes words in a shell.
pub fn completions(arguments: &Completions, output: &Output) -> ExitCode {
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut with_names(Arguments::command()), "nn", &mut text);
    output.text(&completed(&String::from_utf8_lossy(&text), arguments.shell));
    ExitCode::SUCCESS
}

/// What `doc` and `explain` know is offered behind them.
fn with_names(command: clap::Command) -> clap::Command {
    let names = PossibleValuesParser::new(session::documented_names());
    let slugs = PossibleValuesParser::new(slugs());
    command
        .mut_subcommand("doc", |doc| doc.mut_arg("name", |name| name.value_parser(names)))
        .mut_subcommand("explain", |explain| explain.mut_arg("slug", |slug| slug.value_parser(slugs)))
}

fn slugs() -> impl Iterator<Item = &'static str> {
    Slug::ALL.iter().map(|slug| slug.as_str())
}

/// What clap does not write. `nn FILE` is `nn run FILE`: files are offered beside the commands. And fish is told of
/// options only, not of what may stand behind a command.
fn completed(text: &str, shell: Shell) -> String {
    match shell {
        Shell::Zsh => text.replacen(
            "\":: :_nn_commands\"",
            "\":: :{_alternative 'commands:command:_nn_commands' 'scripts:script:_files'}\"",
            1,
        ),
        Shell::Fish => {
            let behind = |command: &str, words: Vec<&str>| {
                let words = words.join(" ");
                format!("complete -c nn -n \"__fish_nn_using_subcommand {command}\" -f -a \"{words}\"\n")
            };
            let shells = Shell::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let shells: Vec<String> = shells.map(|shell| shell.get_name().to_string()).collect();
            text.to_string()
                + &behind("doc", session::documented_names())
                + &behind("explain", slugs().collect())
                + &behind("completions", shells.iter().map(String::as_str).collect())
                + "complete -c nn -n \"__fish_nn_needs_command\" -F\n"
        }
        _other => text.to_string(),
    }
}

/// Writes a page for the command and one for each of its commands.
pub fn man(arguments: &Man, output: &Output) -> ExitCode {
    let mut command = Arguments::command();
    command.build();
    let Some(folder) = &arguments.folder else {
        let mut text = Vec::new();
        // Writing to memory cannot fail.
        let _ = clap_mangen::Man::new(command).render(&mut text);
        output.text(&String::from_utf8_lossy(&text));
        return ExitCode::SUCCESS;
    };
    match write_pages(&command, folder) {
        Ok(count) => {
            say(&format!("wrote {count} pages to {}", folder.display()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            complain(&format!("`{}` cannot be written: {error}", folder.display()));
            ExitCode::from(1)
        }
    }
}

fn write_pages(command: &clap::Command, folder: &Path) -> std::io::Result<usize> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(command.clone(), folder)?;
    Ok(1 + command.get_subcommands().count())
}
