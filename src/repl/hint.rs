//! What is shown in grey behind what is typed: its type so far, the mistake in it, or how a function is called.

use std::time::{Duration, Instant};

use super::commands::{COMMANDS, Takes, command_of};
use super::complete::complete;
use super::conversation::Conversation;
use super::lines::is_whole;
use super::place::{Inside, Place, callee, closers, open_brackets, open_option, place};
use crate::diagnostics::{Diagnostic, Slug};
use crate::session::{data_options, source_options, train_options};
use crate::syntax::{Token, TokenKind, tokens};

/// A text that took longer to look at than this gets no more hints until it is entered.
const LONGEST_LOOK: Duration = Duration::from_millis(60);
/// A graph that is copied at every key is smaller than this.
const MOST_NODES: usize = 40_000;
/// What marks a mistake.
pub const MISTAKE: &str = "✗ ";

/// Remembers what was said last, and whether looking is too slow.
#[derive(Debug, Default)]
pub struct Hints {
    last: Option<(String, Option<String>)>,
    too_slow: bool,
}

impl Hints {
    /// Another input begins.
    pub fn start(&mut self) {
        *self = Hints::default();
    }

    /// The hint for a text with the cursor at its end.
    pub fn hint(&mut self, talk: &mut Conversation<'_>, text: &str) -> Option<String> {
        if text.trim().is_empty() || !talk.settings.hints {
            return None;
        }
        if let Some((known, hint)) = &self.last
            && known == text
        {
            return hint.clone();
        }
        if self.too_slow || talk.session.elaborator.graph.len() > MOST_NODES {
            return None;
        }
        let begun = Instant::now();
        let hint = hint_of(talk, text);
        self.too_slow = begun.elapsed() > LONGEST_LOOK;
        self.last = Some((text.to_string(), hint.clone()));
        hint
    }
}

fn hint_of(talk: &mut Conversation<'_>, text: &str) -> Option<String> {
    if text.starts_with(':') {
        return command_hint(talk, text);
    }
    code_hint(talk, text)
}

fn command_hint(talk: &mut Conversation<'_>, text: &str) -> Option<String> {
    match command_of(text)? {
        Ok((command, "")) => {
            Some(format!("{}  {}", command.argument, command.sentence).trim_start().to_string())
        }
        Ok((command, argument)) if command.takes == Takes::Code => {
            let code = match command.name {
                ":derive" | ":trace" => return None,
                _ => argument,
            };
            code_hint(talk, code)
        }
        Ok(_) => None,
        Err(near) => {
            let begun = COMMANDS.iter().any(|command| command.name.starts_with(text));
            near.filter(|_| !begun).map(|near| format!("{MISTAKE}did you mean `{near}`?"))
        }
    }
}

fn code_hint(talk: &mut Conversation<'_>, text: &str) -> Option<String> {
    let found = tokens(text);
    if let Some(&open) = open_brackets(&found).last() {
        let shape = callee(&found, open, text).and_then(|name| talk.session.call_shape(name));
        return shape.or_else(|| block_hint(talk, text));
    }
    if !is_whole(text)
        || found.last().is_some_and(|last| wants_more(*last, text))
        || text.contains('\\')
        || text.split_whitespace().next() == Some("import")
    {
        return None;
    }
    if is_data(text) && !reads_little(talk, text) {
        return None;
    }
    let looked = talk.session.look("input", text);
    let Some(mistake) = looked.diagnostics.iter().find(|found| found.is_error()) else {
        return looked.ty;
    };
    if is_unfinished(mistake, text) && goes_on(talk, text) {
        return None;
    }
    Some(format!("{MISTAKE}{}", mistake.headline))
}

/// Whether something has to follow, and be it on the same line: `x =`, a text without its closing quote.
fn wants_more(last: Token, text: &str) -> bool {
    match last.kind {
        TokenKind::Operator => !matches!(last.text(text), "²" | "³" | "ᵀ"),
        kind => kind == TokenKind::UnfinishedText,
    }
}

fn is_data(text: &str) -> bool {
    text.split_whitespace().next() == Some("data")
}

/// Files larger than this are read when the declaration is entered, not at every key.
const LARGEST_LOOK: u64 = 1 << 20;

/// Whether the files that a text names can be looked at in passing: those that are there are small.
fn reads_little(talk: &Conversation<'_>, text: &str) -> bool {
    let names = tokens(text).into_iter().filter(|token| token.kind == TokenKind::Text);
    names.map(|token| token.text(text).trim_matches('"')).all(|name| {
        let size = talk.session.files().size(&talk.session.folder().join(name));
        // What has no length may have no end.
        name != "-" && size.map_or(true, |size| (1..=LARGEST_LOOK).contains(&size))
    })
}

/// Inside the braces of `data` and `train`, and in the brackets of a source: what may stand here, or what it comes to.
fn block_hint(talk: &mut Conversation<'_>, text: &str) -> Option<String> {
    let Place::Name { start, inside } = place(text) else { return None };
    let typed = text.get(start..)?;
    match inside {
        Inside::DataOption => option_names(data_options(), typed, text),
        Inside::TrainOption => option_names(train_options(), typed, text),
        Inside::DataValue(_) => {
            so_far(talk, text).or_else(|| meaning(data_options(), open_option(&tokens(text), text)?))
        }
        Inside::TrainValue(name) => meaning(train_options(), name),
        Inside::Call(name) => {
            let options: Vec<String> =
                source_options(name).into_iter().map(|option| format!("{option} =")).collect();
            (!options.is_empty()).then(|| format!("{name}(..., {})", options.join(", ")))
        }
        Inside::Statement | Inside::Model | Inside::Data => None,
    }
}

type Rows = (&'static str, &'static str);

/// The options that begin with what is typed and are not given yet; what the only one means.
fn option_names(rows: impl Iterator<Item = Rows>, typed: &str, text: &str) -> Option<String> {
    let found = tokens(text);
    let is_given = |name: &str| {
        let mut pairs = found.iter().zip(found.iter().skip(1));
        pairs.any(|(word, sign)| word.text(text) == name && sign.text(text) == "=")
    };
    let left: Vec<Rows> = rows.filter(|(name, _)| name.starts_with(typed) && !is_given(name)).collect();
    match left.as_slice() {
        [] => None,
        [(name, doc)] => Some(format!("{name}: {doc}")),
        many => Some(many.iter().map(|(name, _)| format!("{name} =")).collect::<Vec<_>>().join("  ")),
    }
}

fn meaning(mut rows: impl Iterator<Item = Rows>, option: &str) -> Option<String> {
    rows.find(|(name, _)| *name == option).map(|(name, doc)| format!("{name}: {doc}"))
}

/// What a declaration of data comes to if it ends here, or the mistake in what is typed of it.
fn so_far(talk: &mut Conversation<'_>, text: &str) -> Option<String> {
    if text.contains('\\') || !reads_little(talk, text) {
        return None;
    }
    let whole = format!("{}{}", text.trim_end().trim_end_matches(','), closers(text));
    let looked = talk.session.look("input", &whole);
    let Some(mistake) = looked.diagnostics.iter().find(|found| found.is_error()) else {
        return looked.ty.map(|ty| format!("{ty} so far"));
    };
    let is_typed = (mistake.primary.span.end as usize) < text.len();
    let is_of_columns = matches!(mistake.slug, Slug::UnknownColumn | Slug::UnknownOption | Slug::File);
    (is_typed && is_of_columns).then(|| format!("{MISTAKE}{}", mistake.headline))
}

/// Whether a mistake is about the word at the end, or about what is still to come.
fn is_unfinished(mistake: &Diagnostic, text: &str) -> bool {
    let at_end = mistake.primary.span.end as usize >= text.trim_end().len();
    at_end
        && matches!(
            mistake.slug,
            Slug::UnknownName | Slug::UnknownOption | Slug::UnknownColumn | Slug::Syntax
        )
}

/// Whether a word that is begun can become a known one; or the sentence ends with a word that asks for another.
fn goes_on(talk: &mut Conversation<'_>, text: &str) -> bool {
    let (start, candidates) = complete(talk, text);
    let typed = text.get(start..).unwrap_or_default();
    let is_begun = candidates.iter().any(|candidate| candidate.text.len() > typed.len());
    is_begun || typed.is_empty() || text.ends_with(' ')
}
