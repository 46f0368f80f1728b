//! The commands of the prompt: `:type x`. One row each; completion, `:help` and the near miss read the table.

use crate::session::near_name;

/// What stands behind a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Nothing,
    /// An expression or statement of the language.
    Code,
    /// A name of the library or the session.
    Name,
    /// A model, or nothing.
    Model,
    /// A script.
    File,
    /// A name or a script.
    NameOrFile,
    /// A setting and its value.
    Setting,
}

/// Which command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Help,
    Type,
    Shape,
    Doc,
    Source,
    Derive,
    Trace,
    Summary,
    Time,
    Load,
    Save,
    Edit,
    Set,
    Reset,
    Quit,
}

#[derive(Clone, Copy, Debug)]
pub struct Command {
    pub which: Which,
    pub name: &'static str,
    pub takes: Takes,
    /// What stands behind it, in words; empty for nothing.
    pub argument: &'static str,
    pub sentence: &'static str,
}

const fn row(
    which: Which,
    name: &'static str,
    takes: Takes,
    argument: &'static str,
    sentence: &'static str,
) -> Command {
    Command { which, name, takes, argument, sentence }
}

pub const COMMANDS: &[Command] = &[
    row(Which::Help, ":help", Takes::Name, "[NAME]", "these commands, or what a name means"),
    row(Which::Type, ":type", Takes::Code, "EXPR", "the type of an expression; nothing is run"),
    row(
        Which::Shape,
        ":shape",
        Takes::Code,
        "EXPR",
        "the shape of a value, or those of all parameters of a model",
    ),
    row(Which::Doc, ":doc", Takes::Name, "NAME", "what a name means, with its formula and source"),
    row(Which::Source, ":source", Takes::Name, "NAME", "the declaration of a name"),
    row(Which::Derive, ":derive", Takes::Code, "LOSS, MODEL", "the gradient as formulas: `:derive mse, net`"),
    row(
        Which::Trace,
        ":trace",
        Takes::Code,
        "LOSS, MODEL, DATA",
        "one step with all its numbers: `:trace mse, net, d`",
    ),
    row(
        Which::Summary,
        ":summary",
        Takes::Model,
        "[MODEL]",
        "layers and parameters; of every model without a name",
    ),
    row(Which::Time, ":time", Takes::Code, "STATEMENT", "does it and says how long it took"),
    row(Which::Load, ":load", Takes::File, "FILE", "does what a script says, in this session"),
    row(Which::Save, ":save", Takes::File, "FILE", "writes the session as a script that does the same"),
    row(
        Which::Edit,
        ":edit",
        Takes::NameOrFile,
        "[NAME or FILE]",
        "the last input, a declaration or a file in $EDITOR",
    ),
    row(Which::Set, ":set", Takes::Setting, "[SETTING VALUE]", "how values and trainings are shown"),
    row(Which::Reset, ":reset", Takes::Model, "[MODEL]", "forgets everything; or a model's training alone"),
    row(Which::Quit, ":quit", Takes::Nothing, "", "ends, as Ctrl-D does"),
];

/// The command and its argument, if an input is one.
///
/// # Errors
/// The near command, for a word that is none.
pub fn command_of(text: &str) -> Option<Result<(&'static Command, &str), Option<&'static str>>> {
    let text = text.trim();
    if !text.starts_with(':') {
        return None;
    }
    // `:derive(mse, net)`, as the action of that name is called.
    if let Some((word, argument)) = text.strip_suffix(')').and_then(|text| text.split_once('('))
        && let Some(command) = COMMANDS.iter().find(|command| command.name == word)
    {
        return Some(Ok((command, argument.trim())));
    }
    let (word, argument) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    Some(find(word).map(|command| (command, argument.trim())))
}

/// A command by its name, or by a beginning that only one has.
fn find(word: &str) -> Result<&'static Command, Option<&'static str>> {
    if let Some(command) = COMMANDS.iter().find(|command| command.name == word) {
        return Ok(command);
    }
    let mut begun = COMMANDS.iter().filter(|command| word.len() > 1 && command.name.starts_with(word));
    match (begun.next(), begun.next()) {
        (Some(only), None) => Ok(only),
        (Some(first), Some(_)) => Err(Some(first.name)),
        (None, _) => {
            let near = near_name(word, COMMANDS.iter().map(|command| command.name.to_string()));
            Err(near
                .and_then(|near| COMMANDS.iter().find(|command| command.name == near))
                .map(|row| row.name))
        }
    }
}

/// Whether what stands behind a command is of the language.
pub fn takes_code(word: &str) -> bool {
    find(word).is_ok_and(|command| command.takes == Takes::Code)
}

/// The commands, a line each.
pub fn overview() -> String {
    let usage = |command: &Command| format!("{} {}", command.name, command.argument).trim_end().to_string();
    let width = COMMANDS.iter().map(|command| usage(command).len()).max().unwrap_or(0);
    let mut lines: Vec<String> =
        COMMANDS.iter().map(|command| format!("{:width$}  {}", usage(command), command.sentence)).collect();
    lines.push(String::new());
    lines.extend(TIPS.iter().map(|tip| (*tip).to_string()));
    lines.join("\n")
}

const TIPS: &[&str] = &[
    "Tab completes names, options, columns, parameters (`net.den`) and files;",
    "`\\sigma` and Tab is `σ`.",
    "`_` is the last value; a line that begins with `|>` goes on with it.",
    "Ctrl-R searches what was typed before.",
    "Ctrl-C stops a training and keeps its parameters.",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_by_name_by_beginning_and_nearly() {
        let name = |text| match command_of(text) {
            Some(Ok((command, argument))) => (command.name, argument),
            other => panic!("{other:?}"),
        };
        assert_eq!(name(":derive(mse, net)"), (":derive", "mse, net"));
        assert_eq!(name(":type  x + 1 "), (":type", "x + 1"));
        assert_eq!(name(":q"), (":quit", ""));
        assert_eq!(name(":sa a.nn"), (":save", "a.nn"));
        assert!(matches!(command_of(":tpye x"), Some(Err(Some(":type")))));
        assert!(matches!(command_of(":zzz"), Some(Err(None))));
        assert!(matches!(command_of(":"), Some(Err(None))));
        assert!(command_of("x : y").is_none());
    }
}
