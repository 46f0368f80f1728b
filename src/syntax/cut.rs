//! Cuts a text into its top-level statements, so that one mistake does not hide the rest.
//!
//! Called by [`super::parse`] before the grammar sees anything. It pairs brackets, decides which line ends mean
//! something, and closes what was left open where the indentation says it should have ended. It knows nothing
//! of the grammar inside a statement.

use super::keywords::{DECLARING, is_keyword};
use super::problem::Problem;
use super::tokens::{Token, TokenKind, closer_of, is_compound, is_infix, tokens};
use crate::base::{Source, Span};
use crate::diagnostics::MOST_TOLD;

/// How many brackets may be open at once.
pub const MAX_NESTING: usize = 128;

/// A text, its tokens, and the text as the grammar is to see it.
pub struct Cut<'a> {
    pub source: &'a Source,
    pub tokens: Vec<Token>,
    /// The text with comments, meaningless line ends and stray brackets blank; the same bytes elsewhere.
    pub prepared: String,
    /// For each token, the bracket that closes it, or where a missing brace should be; 0 if none.
    pub partner: Vec<u32>,
    pub items: Vec<Item>,
    pub problems: Vec<Problem>,
}

/// One top-level statement: the tokens `first..last` and what to add so that its brackets close.
#[derive(Clone, Debug, Default)]
pub struct Item {
    pub first: usize,
    pub last: usize,
    /// Brackets that were left open to the end.
    pub suffix: String,
    /// Already reported, and beyond reading.
    pub hopeless: bool,
    /// Lines with a bracket problem: further mistakes there are likely the same one.
    pub spoilt: Vec<usize>,
}

/// Most problems worth telling about one text.
pub const MAX_PROBLEMS: usize = MOST_TOLD;

/// Cuts a text.
pub fn cut(source: &Source) -> Cut<'_> {
    let tokens = tokens(&source.text);
    let mut cutter = Cutter::new(source, &tokens);
    let mut items = Vec::new();
    let mut at = 0;
    while let Some(first) = cutter.statement_start(at) {
        let item = cutter.item(first);
        at = item.last.max(first + 1);
        items.push(item);
        if cutter.problems.len() >= MAX_PROBLEMS {
            break;
        }
    }
    let Cutter { prepared, partner, problems, .. } = cutter;
    let prepared = String::from_utf8(prepared).unwrap_or_default();
    Cut { source, tokens, prepared, partner, items, problems }
}

struct Cutter<'a> {
    source: &'a Source,
    text: &'a str,
    tokens: &'a [Token],
    /// The next token that is neither comment nor line end, from each token on.
    next_code: Vec<u32>,
    /// The indentation of the line each token stands on.
    indent: Vec<u32>,
    prepared: Vec<u8>,
    partner: Vec<u32>,
    problems: Vec<Problem>,
}

/// What one reading of a statement found; applied only when the reading is accepted.
#[derive(Default)]
struct Walk {
    item: Item,
    patches: Vec<(usize, u8)>,
    partners: Vec<(usize, usize)>,
    problems: Vec<Problem>,
}

#[derive(Clone, Copy)]
struct Opener {
    token: usize,
    /// The indentation of the first line inside.
    inside: Option<u32>,
}

impl<'a> Cutter<'a> {
    fn new(source: &'a Source, tokens: &'a [Token]) -> Cutter<'a> {
        let text: &str = &source.text;
        let mut prepared = vec![b' '; text.len()];
        let mut indent = Vec::with_capacity(tokens.len());
        let (mut line_start, mut line_indent) = (0, None);
        for token in tokens {
            let range = token.start as usize..token.end as usize;
            if !is_comment(token.kind)
                && let (Some(to), Some(from)) = (prepared.get_mut(range.clone()), text.as_bytes().get(range))
            {
                to.copy_from_slice(from);
            }
            let column = *line_indent.get_or_insert(token.start - line_start);
            indent.push(column);
            if token.kind == TokenKind::Newline {
                (line_start, line_indent) = (token.end, None);
            }
        }
        let mut next_code = vec![tokens.len() as u32; tokens.len() + 1];
        for (at, token) in tokens.iter().enumerate().rev() {
            let code = !is_comment(token.kind) && token.kind != TokenKind::Newline;
            let next = if code { at as u32 } else { next_code.get(at + 1).copied().unwrap_or_default() };
            if let Some(slot) = next_code.get_mut(at) {
                *slot = next;
            }
        }
        let partner = vec![0; tokens.len()];
        Cutter { source, text, tokens, next_code, indent, prepared, partner, problems: Vec::new() }
    }

    /// The first token of the next statement from a token on.
    fn statement_start(&self, mut at: usize) -> Option<usize> {
        loop {
            at = self.next_code_from(at)?;
            if self.slice(at) != ";" {
                return Some(at);
            }
            at += 1;
        }
    }

    fn item(&mut self, first: usize) -> Item {
        let walk = self.strict(first).unwrap_or_else(|| self.lenient(first));
        for (at, byte) in walk.patches {
            if let Some(slot) = self.prepared.get_mut(at) {
                *slot = byte;
            }
        }
        for (open, close) in walk.partners {
            if let Some(slot) = self.partner.get_mut(open) {
                *slot = close as u32;
            }
        }
        self.problems.extend(walk.problems);
        walk.item
    }

    /// Reads a statement whose brackets pair; nothing if they do not.
    fn strict(&self, first: usize) -> Option<Walk> {
        let mut walk = Walk { item: Item { first, ..Item::default() }, ..Walk::default() };
        let mut open: Vec<usize> = Vec::new();
        let mut previous = first;
        for (at, token) in self.tokens.iter().enumerate().skip(first) {
            match token.kind {
                TokenKind::Open => open.push(at),
                TokenKind::Close => {
                    let opener =
                        open.pop().filter(|&opener| closer_of(self.slice(opener)) == self.slice(at))?;
                    walk.partners.push((opener, at));
                }
                TokenKind::Newline => {
                    let meaningless = open.last().is_some_and(|&opener| self.slice(opener) != "{");
                    // A text ends on its line, also within brackets: blank, the line end would be a part of it.
                    let cuts_text = self
                        .tokens
                        .get(previous)
                        .is_some_and(|token| token.kind == TokenKind::UnfinishedText);
                    if (meaningless || self.goes_on(previous, at)) && !cuts_text {
                        walk.patches.push((token.start as usize, b' '));
                    } else if open.is_empty() {
                        walk.item.last = at;
                        return Some(walk);
                    }
                    continue;
                }
                TokenKind::Separator if open.is_empty() && self.slice(at) == ";" => {
                    walk.item.last = at;
                    return Some(walk);
                }
                TokenKind::Comment | TokenKind::DocComment => continue,
                TokenKind::Number
                | TokenKind::Text
                | TokenKind::UnfinishedText
                | TokenKind::Name
                | TokenKind::Keyword
                | TokenKind::Operator
                | TokenKind::Separator
                | TokenKind::Foreign
                | TokenKind::Error => {}
            }
            if open.len() > MAX_NESTING {
                return None;
            }
            previous = at;
        }
        walk.item.last = self.tokens.len();
        open.is_empty().then_some(walk)
    }

    /// Reads a statement whose brackets do not pair, going by the indentation, and says what is wrong.
    fn lenient(&self, first: usize) -> Walk {
        let mut walk = Walk { item: Item { first, ..Item::default() }, ..Walk::default() };
        let mut open: Vec<Opener> = Vec::new();
        let mut previous = first;
        let mut deep = false;
        let mut at = first;
        while let Some(token) = self.tokens.get(at) {
            match token.kind {
                TokenKind::Open => {
                    open.push(Opener { token: at, inside: None });
                    if open.len() > MAX_NESTING && !deep {
                        deep = true;
                        walk.item.hopeless = true;
                        walk.problems.push(Problem::TooDeep { span: self.span(at), limit: MAX_NESTING });
                    }
                }
                TokenKind::Close => self.close(&mut walk, &mut open, at),
                TokenKind::Newline => {
                    let next = self.next_code.get(at).map_or(self.tokens.len(), |&next| next as usize);
                    if next >= self.tokens.len() {
                        break;
                    }
                    let closers = self.dedent(&mut walk, &mut open, previous, next, deep);
                    if open.is_empty() && !self.goes_on(previous, at) {
                        walk.item.suffix.push_str(&closers);
                        walk.item.last = at;
                        return walk;
                    }
                    self.end_line(&mut walk, &open, previous, at, next, &closers);
                    at = next;
                    continue;
                }
                TokenKind::Separator if open.is_empty() && self.slice(at) == ";" => {
                    walk.item.last = at;
                    return walk;
                }
                TokenKind::Comment
                | TokenKind::DocComment
                | TokenKind::Number
                | TokenKind::Text
                | TokenKind::UnfinishedText
                | TokenKind::Name
                | TokenKind::Keyword
                | TokenKind::Operator
                | TokenKind::Separator
                | TokenKind::Foreign
                | TokenKind::Error => {}
            }
            if !is_comment(token.kind) {
                previous = at;
            }
            at += 1;
        }
        walk.item.last = self.tokens.len();
        while let Some(opener) = open.pop() {
            self.unclosed(&mut walk, opener, previous, deep);
            walk.item.suffix.push_str(closer_of(self.slice(opener.token)));
        }
        walk
    }

    /// Pairs a closing bracket with the opening one it belongs to.
    fn close(&self, walk: &mut Walk, open: &mut Vec<Opener>, at: usize) {
        let closer = self.slice(at);
        let fits = |opener: &Opener| closer_of(self.slice(opener.token)) == closer;
        let Some(depth) = open.iter().rposition(fits) else {
            walk.item.spoilt.push(at);
            match open.pop() {
                Some(opener) => {
                    let right = closer_of(self.slice(opener.token));
                    let (opener, found) = (self.span(opener.token), closer.to_string());
                    let closer = self.span(at);
                    walk.problems.push(Problem::WrongCloser { opener, closer, found, right });
                    self.patch(walk, at, right);
                }
                None => {
                    walk.problems.push(Problem::Stray { span: self.span(at), closer: closer.into() });
                    self.patch(walk, at, " ");
                }
            }
            return;
        };
        while open.len() > depth + 1 {
            let Some(opener) = open.pop() else { break };
            self.unclosed(walk, opener, at, walk.item.hopeless);
            walk.item.hopeless = true;
        }
        if let Some(opener) = open.pop() {
            walk.partners.push((opener.token, at));
        }
    }

    /// At the start of a line: closes what the indentation says has ended; answers the missing brackets.
    fn dedent(
        &self,
        walk: &mut Walk,
        open: &mut Vec<Opener>,
        previous: usize,
        next: usize,
        deep: bool,
    ) -> String {
        let indent = self.indent.get(next).copied().unwrap_or_default();
        let mut closers = String::new();
        while let Some(&opener) = open.last() {
            let own = self.indent.get(opener.token).copied().unwrap_or_default();
            let is_block = self.slice(opener.token) == "{";
            let is_close = self.tokens.get(next).is_some_and(|token| token.kind == TokenKind::Close);
            let ended = if is_close {
                let outer = open.iter().rev().skip(1).any(|outer| {
                    self.slice(outer.token) == self.slice(opener.token)
                        && self.indent.get(outer.token) == Some(&indent)
                });
                is_block && self.slice(next) == "}" && own > indent && outer
            } else if is_block {
                let was_inside = opener.inside.is_some_and(|inside| inside > own);
                (was_inside && indent <= own || indent == 0 && self.declares(next)) && !self.joins(next)
            } else {
                let goes_on =
                    previous == opener.token || self.slice(previous) == "," || self.is_infix(previous);
                let begins = self.starts_statement(next) && self.slice(next + 1) != "=";
                indent <= own && !goes_on && !self.joins(next) || begins
            };
            if !ended {
                break;
            }
            open.pop();
            self.unclosed(walk, opener, previous, deep);
            closers.push_str(closer_of(self.slice(opener.token)));
        }
        if let Some(opener) = open.last_mut() {
            opener.inside.get_or_insert(indent);
        }
        closers
    }

    /// Writes the missing brackets into the blank between two lines, and the line end if it means something.
    fn end_line(
        &self,
        walk: &mut Walk,
        open: &[Opener],
        previous: usize,
        at: usize,
        next: usize,
        closers: &str,
    ) {
        let start = self.tokens.get(at).map_or(0, |token| token.start as usize);
        let end = self.tokens.get(next).map_or(0, |token| token.start as usize);
        let in_block = open.last().is_none_or(|opener| self.slice(opener.token) == "{");
        let line_end = if in_block && !self.goes_on(previous, at) { "\n" } else { "" };
        if closers.len() + line_end.len() > end.saturating_sub(start) {
            walk.item.hopeless = true;
            return;
        }
        let blanks = std::iter::repeat(b' ');
        let bytes = closers.bytes().chain(line_end.bytes()).chain(blanks);
        walk.patches.extend((start..end).zip(bytes));
    }

    fn unclosed(&self, walk: &mut Walk, opener: Opener, last: usize, silent: bool) {
        walk.item.spoilt.push(opener.token);
        if self.slice(opener.token) == "{" {
            walk.partners.push((opener.token, last + 1));
        }
        if !silent {
            let closer = closer_of(self.slice(opener.token));
            let end = self.span(last).at_end();
            walk.problems.push(Problem::Unclosed { opener: self.span(opener.token), end, closer });
        }
    }

    fn patch(&self, walk: &mut Walk, at: usize, text: &str) {
        let start = self.tokens.get(at).map_or(0, |token| token.start as usize);
        walk.patches.extend((start..).zip(text.bytes()));
    }

    /// Whether the statement goes on after the line end `at`, the last token before it being `previous`.
    fn goes_on(&self, previous: usize, at: usize) -> bool {
        self.next_code_from(at).is_some_and(|next| {
            let closes = self.tokens.get(next).is_some_and(|token| token.kind == TokenKind::Close);
            self.joins(next) || self.is_infix(previous) && !self.starts_statement(next) && !closes
        })
    }

    /// A line that begins with `|>`, `then` or `else` belongs to the one before; `then = 1` is an option.
    fn joins(&self, token: usize) -> bool {
        let is_label = || self.next_code_from(token + 1).is_some_and(|next| self.slice(next) == "=");
        matches!(self.slice(token), "|>" | "then" | "else") && !is_label()
    }

    fn is_infix(&self, token: usize) -> bool {
        self.tokens.get(token).is_some_and(|token| is_infix(*token, self.text))
    }

    /// Whether a line that begins with this token is surely a statement of its own.
    fn starts_statement(&self, token: usize) -> bool {
        let sign = self.slice(token + 1);
        let binds = is_compound(sign) || matches!(sign, "=" | "<-" | "←");
        let word = self.slice(token);
        let statement = matches!(word, "for" | "while" | "import") && is_keyword(word);
        let is_name = self.tokens.get(token).is_some_and(|token| token.kind == TokenKind::Name);
        is_name && binds || statement || self.declares(token)
    }

    fn declares(&self, token: usize) -> bool {
        let next_kind = self.tokens.get(token + 1).map(|token| token.kind);
        let named = matches!(next_kind, Some(TokenKind::Name | TokenKind::Number | TokenKind::Keyword));
        DECLARING.contains(&self.slice(token)) && named
    }

    fn next_code_from(&self, at: usize) -> Option<usize> {
        self.next_code.get(at).map(|&next| next as usize).filter(|&next| next < self.tokens.len())
    }

    fn slice(&self, token: usize) -> &'a str {
        self.tokens.get(token).map_or("", |token| token.text(self.text))
    }

    fn span(&self, token: usize) -> Span {
        let token = self.tokens.get(token).copied();
        let end = self.text.len() as u32;
        let (start, end) = token.map_or((end, end), |token| (token.start, token.end));
        Span { source: self.source.id, start, end }
    }
}

/// `# ...` and `## ...`
pub fn is_comment(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Comment | TokenKind::DocComment)
}
