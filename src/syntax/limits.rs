//! Bounds on the shape of a statement, checked on its tokens before the grammar reads it.
//!
//! The grammar and the builder recurse on brackets, on signs before an operand, on `^` and on `if ... else if`;
//! this counts them first. Long chains of other operators are bounded by [`MAX_DEPTH`] while the tree is built.

use super::cut::{MAX_NESTING, is_comment};
use super::tokens::{Token, TokenKind, tokens};

/// How deep a tree of expressions may be: every stage may recurse on it.
pub const MAX_DEPTH: usize = 256;

/// The first token of a run that would make the grammar recurse too deeply.
pub fn too_deep(text: &str, range: &[Token], prepared: &str) -> Option<Token> {
    let mut levels = Levels::default();
    for &token in range.iter().filter(|token| !is_comment(token.kind)) {
        let slice = token.text(text);
        match token.kind {
            TokenKind::Newline if prepared.as_bytes().get(token.start as usize) == Some(&b'\n') => {
                levels.reset()
            }
            TokenKind::Separator => levels.reset(),
            TokenKind::Open => levels.open(),
            TokenKind::Close => levels.close(),
            TokenKind::Operator | TokenKind::Keyword | TokenKind::Name => levels.word(slice, token.kind),
            TokenKind::Text | TokenKind::UnfinishedText if text_too_deep(slice) => return Some(token),
            TokenKind::Number | TokenKind::Text | TokenKind::UnfinishedText => levels.top.after_value = true,
            TokenKind::Newline
            | TokenKind::Comment
            | TokenKind::DocComment
            | TokenKind::Foreign
            | TokenKind::Error => {}
        }
        if levels.too_deep() {
            return Some(token);
        }
    }
    None
}

/// What one bracket level has seen since the last separator.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Signs before an operand, and `^`.
    signs: usize,
    /// `if`
    choices: usize,
    after_value: bool,
}

/// The innermost bracket level and those around it.
#[derive(Default)]
struct Levels {
    top: Level,
    around: Vec<Level>,
    choices_around: usize,
}

impl Levels {
    fn too_deep(&self) -> bool {
        let choices = self.top.choices + self.choices_around;
        self.top.signs.max(choices).max(self.around.len()) > MAX_NESTING
    }

    fn reset(&mut self) {
        self.top = Level::default();
    }

    fn open(&mut self) {
        self.choices_around += self.top.choices;
        self.around.push(std::mem::take(&mut self.top));
    }

    fn close(&mut self) {
        self.top = self.around.pop().unwrap_or_default();
        self.choices_around = self.choices_around.saturating_sub(self.top.choices);
        self.top.after_value = true;
    }

    fn word(&mut self, slice: &str, kind: TokenKind) {
        let level = &mut self.top;
        let is_sign = kind != TokenKind::Name && !matches!(slice, "true" | "false" | "²" | "³" | "ᵀ" | ".");
        if slice == "if" {
            level.choices += 1;
        } else if matches!(slice, "not" | "√" | "^") || matches!(slice, "-" | "−") && !level.after_value {
            level.signs += 1;
        } else if is_sign {
            level.signs = 0;
        }
        level.after_value = !is_sign && slice != "√";
    }
}

/// Whether the interpolations of a text nest too deeply; brackets between them may count double.
fn text_too_deep(text: &str) -> bool {
    let inside: String = text.chars().filter(|&character| character != '"').collect();
    let inner = tokens(&inside);
    inner.len() > MAX_NESTING && too_deep(&inside, &inner, &inside).is_some()
}
