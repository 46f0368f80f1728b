//! What is shown in grey behind what is typed: its type so far, the mistake in it, or how a function is called.

use std::time::{Duration, Instant};

use super::commands::{COMMANDS, Takes, command_of};
use super::complete::complete;
use super::conversation::Conversation;
use super::lines::is_whole;
use super::place::{callee, open_brackets};
use crate::diagnostics::{Diagnostic, Slug};
use crate::syntax::tokens;

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
        let name = callee(&found, open, text)?;
        return talk.session.call_shape(name);
    }
    // Data files are read when the declaration is entered, not at every key.
    if !is_whole(text)
        || text.contains('\\')
        || matches!(text.split_whitespace().next(), Some("data" | "import"))
    {
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
