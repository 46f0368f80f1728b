//! Reads one statement with the grammar; if it does not fit, reads its pieces and says where each stops.
//!
//! Called by [`super::parse`] for each top-level statement. A statement is first read whole. If that fails, the
//! contents of its braces are blanked and read on their own, so that every mistake is reported and everything
//! else is in the tree. The tree itself is made by [`super::build`], which is the other half of [`Reader`].

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use pest::Parser;
use pest::error::{Error, ErrorVariant, InputLocation};
use pest::iterators::{Pair, Pairs};

use super::cut::{Cut, Item, MAX_PROBLEMS};
use super::foreign::{Stopped, recognise};
use super::keywords::DECLARING;
use super::limits::too_deep;
use super::problem::{Found, Problem};
use super::tokens::{Token, TokenKind};
use super::tree::{Expr, ExprId, ExprKind, Ident, OptionItem, Stmt, StmtKind};
use super::words::{after_value, wanted};
use super::{Grammar, Rule};
use crate::base::Span;

/// The longest statement that is read, in bytes.
const MAX_STATEMENT: usize = 1 << 20;

/// Words that declare a name in other languages.
const DECLARING_ELSEWHERE: &[&str] =
    &["let", "const", "var", "local", "def", "func", "function", "class", "import"];

/// Reads statements and builds their trees.
pub struct Reader<'a> {
    pub cut: &'a Cut<'a>,
    pub next_id: u32,
    pub problems: Vec<Problem>,
    /// Where the text that is being read begins in the source.
    pub base: usize,
    /// Whether the braces of the text that is being read were blanked.
    pub hollow: bool,
    /// Whether the statement was found too deep already.
    pub deep: bool,
    /// The depth of the deepest expression since it was last set to 0.
    pub deepest: usize,
    spoilt: Vec<usize>,
}

/// What a piece of text is read as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fragment {
    Statement,
    Option,
    Row,
}

impl<'a> Reader<'a> {
    pub fn new(cut: &'a Cut<'a>, next_id: u32) -> Reader<'a> {
        let (problems, spoilt) = (Vec::new(), Vec::new());
        Reader { cut, next_id, problems, base: 0, hollow: false, deep: false, deepest: 0, spoilt }
    }

    /// Begins a top-level statement.
    pub fn enter_item(&mut self, cut: &Cut<'_>, item: &Item) {
        let line = |&token: &usize| cut.tokens.get(token).map_or(0, |token| self.line(token.start as usize));
        self.spoilt = item.spoilt.iter().map(line).collect();
        self.deep = false;
    }

    /// The statement that the tokens are.
    pub fn statement(&mut self, tokens: Range<usize>, suffix: &str) -> Option<Stmt> {
        self.piece(Fragment::Statement, tokens, suffix, |reader, pair| reader.build_statement(pair))
    }

    /// The statements inside a pair of braces, given by the opening one.
    pub fn statements_inside(&mut self, brace: usize) -> Vec<Stmt> {
        let pieces = self.pieces(brace, &["\n", ";"]);
        let one = |(tokens, lacks): (Range<usize>, &str)| {
            let span = self.span_of_tokens(tokens.start, tokens.end);
            match self.statement(tokens.clone(), lacks) {
                Some(stmt) => stmt,
                None => self.broken(&tokens, span),
            }
        };
        pieces.into_iter().map(one).collect()
    }

    /// The options inside a pair of braces.
    pub fn options_inside(&mut self, brace: usize) -> Vec<OptionItem> {
        let pieces = self.pieces(brace, &["\n", ";", ","]);
        let one = |(tokens, lacks): (Range<usize>, &str)| {
            self.piece(Fragment::Option, tokens.clone(), lacks, |reader, pair| reader.build_option(pair))
                .or_else(|| self.broken_option(&tokens))
        };
        pieces.into_iter().filter_map(one).collect()
    }

    /// The rows of examples inside a pair of braces.
    pub fn rows_inside(&mut self, brace: usize) -> Vec<(Expr, Expr)> {
        let pieces = self.pieces(brace, &["\n", ";"]);
        let one = |(tokens, lacks): (Range<usize>, &str)| {
            self.piece(Fragment::Row, tokens, lacks, |reader, pair| reader.build_row(pair))
        };
        pieces.into_iter().filter_map(one).collect()
    }

    /// A statement that cannot be read: the name it would have bound stands for a mistake, so that its uses are
    /// none.
    pub fn broken(&mut self, tokens: &Range<usize>, span: Span) -> Stmt {
        let code: Vec<usize> = tokens.clone().filter(|&token| self.is_code(token)).take(4).collect();
        let words: Vec<&str> = code.iter().map(|&token| self.slice(token)).collect();
        let name = match words.as_slice() {
            [_, "=" | ":=" | ":", ..] => code.first(),
            ["import", _, "as", _] => code.get(3),
            [_, "(", _, ")" | ","] => code.first().filter(|_| self.gives_function(tokens)),
            [first, _, ..] if DECLARING.contains(first) || DECLARING_ELSEWHERE.contains(first) => code.get(1),
            _ => None,
        };
        let name = name.and_then(|&token| self.ident_of(token));
        let Some(name) = name else { return Stmt { span, kind: StmtKind::Error } };
        let value = self.broken_value(span);
        Stmt { span, kind: StmtKind::Bind { name, value } }
    }

    /// Whether a statement looks like `f(x) = ...`.
    fn gives_function(&self, tokens: &Range<usize>) -> bool {
        let mut code = tokens.clone().filter(|&token| self.is_code(token)).map(|token| self.slice(token));
        code.any(|slice| slice == ")") && code.next() == Some("=")
    }

    /// An option that cannot be read is given all the same.
    fn broken_option(&mut self, tokens: &Range<usize>) -> Option<OptionItem> {
        let name = self.ident_of(tokens.start)?;
        let value = self.broken_value(name.span);
        Some(OptionItem { name, value })
    }

    fn broken_value(&mut self, span: Span) -> Expr {
        let id = ExprId(self.next_id);
        self.next_id += 1;
        Expr { id, span, kind: ExprKind::Error }
    }

    fn ident_of(&self, token: usize) -> Option<Ident> {
        let found = self.token(token)?;
        let is_word = matches!(found.kind, TokenKind::Name | TokenKind::Keyword);
        is_word.then(|| Ident { name: self.slice(token).to_string(), span: self.span(found) })
    }

    /// The opening brace at a place of the source, if its contents were blanked.
    pub fn blanked(&self, start: usize) -> Option<usize> {
        let found = self.cut.tokens.binary_search_by_key(&start, |token| token.start as usize).ok()?;
        (self.hollow && self.slice(found) == "{").then_some(found)
    }

    fn piece<T>(
        &mut self,
        fragment: Fragment,
        tokens: Range<usize>,
        suffix: &str,
        build: fn(&mut Reader<'a>, Pair<'_, Rule>) -> T,
    ) -> Option<T> {
        if self.problems.len() >= MAX_PROBLEMS {
            return None;
        }
        let range = self.bytes(&tokens);
        let text = self.cut.prepared.get(range.clone())?;
        let span = Span::new(self.cut.source.id, range.start, range.start);
        if text.len() > MAX_STATEMENT {
            self.problems.push(Problem::TooLong { span, what: "the statement", limit: MAX_STATEMENT });
            return None;
        }
        let slice = self.cut.tokens.get(tokens.clone())?;
        if let Some(token) = too_deep(&self.cut.source.text, slice, &self.cut.prepared) {
            let span = self.span(token);
            self.problems.push(Problem::TooDeep { span, limit: super::cut::MAX_NESTING });
            return None;
        }
        let mut text = format!("{text}{suffix}");
        match self.read(fragment, &text, range.start, false, build) {
            Ok(made) => return Some(made),
            Err(error) => {
                let braces = self.braces(&tokens);
                if braces.is_empty() {
                    self.report(fragment, &tokens, &range, *error);
                    return None;
                }
                self.blank(&mut text, &range, &braces);
                match self.read(fragment, &text, range.start, true, build) {
                    Ok(made) => return Some(made),
                    Err(error) => self.report(fragment, &tokens, &range, *error),
                }
                self.read_inside(&tokens, &braces);
            }
        }
        None
    }

    /// Reads one text and builds its tree.
    fn read<T>(
        &mut self,
        fragment: Fragment,
        text: &str,
        base: usize,
        hollow: bool,
        build: fn(&mut Reader<'a>, Pair<'_, Rule>) -> T,
    ) -> Result<T, Box<Error<Rule>>> {
        let rule = match fragment {
            Fragment::Statement => Rule::lone_statement,
            Fragment::Option => Rule::lone_option,
            Fragment::Row => Rule::lone_row,
        };
        let pairs = read_grammar(rule, text)?;
        let saved = (self.base, self.hollow);
        (self.base, self.hollow) = (base, hollow);
        let made = pairs.into_iter().next().map(|pair| build(self, pair));
        (self.base, self.hollow) = saved;
        made.ok_or_else(|| {
            let message = ErrorVariant::CustomError { message: String::new() };
            Box::new(Error::new_from_pos(message, pest::Position::from_start("")))
        })
    }

    /// Reports what is wrong inside the braces of a statement whose head cannot be read.
    fn read_inside(&mut self, tokens: &Range<usize>, braces: &[usize]) {
        let first = self.slice(tokens.start);
        let options = first == "data" || tokens.clone().any(|token| self.slice(token) == "train");
        for &brace in braces {
            if brace > tokens.start && self.slice(brace - 1) == "examples" {
                self.rows_inside(brace);
            } else if options {
                self.options_inside(brace);
            } else {
                self.statements_inside(brace);
            }
        }
    }

    /// The outermost braces among the tokens that hold something.
    fn braces(&self, tokens: &Range<usize>) -> Vec<usize> {
        let mut braces = Vec::new();
        let mut at = tokens.start;
        while at < tokens.end {
            let partner = self.partner(at);
            if self.slice(at) == "{" && partner > at {
                if partner > at + 1 {
                    braces.push(at);
                }
                at = partner;
            }
            at += 1;
        }
        braces
    }

    fn blank(&self, text: &mut String, range: &Range<usize>, braces: &[usize]) {
        let mut bytes = std::mem::take(text).into_bytes();
        for &brace in braces {
            let from = self.token(brace).map_or(range.end, |token| token.end as usize);
            let to = self.token(self.partner(brace)).map_or(range.end, |token| token.start as usize);
            let inside = from.saturating_sub(range.start)..to.min(range.end).saturating_sub(range.start);
            if let Some(inside) = bytes.get_mut(inside) {
                inside.fill(b' ');
            }
        }
        *text = String::from_utf8(bytes).unwrap_or_default();
    }

    /// The pieces between separators inside a pair of braces, each with the brackets it lacks.
    fn pieces(&self, brace: usize, separators: &[&str]) -> Vec<(Range<usize>, &'static str)> {
        let end = self.partner(brace);
        let mut pieces = Vec::new();
        let (mut first, mut last, mut at, mut lacks) = (None, brace, brace + 1, "");
        while at < end {
            let kind = self.token(at).map_or(TokenKind::Newline, |token| token.kind);
            let meaningless = kind == TokenKind::Newline && !self.is_line_end(at);
            if super::cut::is_comment(kind) || meaningless {
            } else if separators.contains(&self.slice(at)) {
                pieces.extend(first.take().map(|first| (first..last + 1, std::mem::take(&mut lacks))));
            } else {
                first.get_or_insert(at);
                let partner = self.partner(at);
                if kind == TokenKind::Open && partner > at {
                    let closed = self.token(partner).is_some_and(|token| token.kind == TokenKind::Close);
                    at = if closed { partner } else { partner - 1 };
                    lacks = if closed { lacks } else { "}" };
                }
                last = at;
            }
            at += 1;
        }
        pieces.extend(first.map(|first| (first..last + 1, lacks)));
        pieces
    }

    fn report(
        &mut self,
        fragment: Fragment,
        tokens: &Range<usize>,
        range: &Range<usize>,
        error: Error<Rule>,
    ) {
        let offset = match error.location {
            InputLocation::Pos(at) => at,
            InputLocation::Span((at, _)) => at,
        };
        let at = (range.start + offset).min(range.end);
        if self.spoilt.contains(&self.line(at)) {
            return;
        }
        let problem = match error.variant {
            ErrorVariant::CustomError { .. } => {
                let span = Span::new(self.cut.source.id, range.start, range.start);
                Problem::TooLong { span, what: "the statement", limit: MAX_STATEMENT }
            }
            ErrorVariant::ParsingError { positives, .. } => self.explain(fragment, tokens, at, &positives),
        };
        self.problems.push(problem);
    }

    /// Why the grammar stopped at a byte.
    fn explain(&self, fragment: Fragment, tokens: &Range<usize>, at: usize, positives: &[Rule]) -> Problem {
        let code: Vec<Token> =
            tokens.clone().filter(|&token| self.is_code(token)).filter_map(|t| self.token(t)).collect();
        let stop = code.iter().position(|token| token.end as usize > at).unwrap_or(code.len());
        let text = &*self.cut.source.text;
        let unfinished = code.iter().take(stop + 1).find(|token| token.kind == TokenKind::UnfinishedText);
        if let Some(token) = unfinished {
            let span = self.span(*token);
            return Problem::UnfinishedText { quote: Span { end: span.start + 1, ..span } };
        }
        if let [first, sign, ..] = code.as_slice()
            && fragment == Fragment::Statement
            && DECLARING.contains(&first.text(text))
            && matches!(sign.text(text), "=" | "+=" | "-=" | "<-")
        {
            let between = Span { start: first.end, ..self.span(*sign) };
            let set = Some(between).filter(|_| sign.text(text) == "=");
            return Problem::KeywordAsName {
                span: self.span(*first),
                keyword: first.text(text).into(),
                sign: set,
            };
        }
        let (in_options, after_value) = (fragment == Fragment::Option, after_value(positives));
        let stopped = Stopped { text, tokens: &code, stop, in_options, after_value };
        if let Some(foreign) = recognise(&stopped, |token| self.span(token)) {
            return Problem::Foreign(foreign);
        }
        let Some(&token) = code.get(stop) else {
            return self.expected(&code, stop, positives);
        };
        let span = self.span(token);
        let slice = token.text(text);
        match token.kind {
            TokenKind::Error => {
                let character = slice.chars().next().unwrap_or('\u{FFFD}');
                Problem::UnknownCharacter { span, character }
            }
            TokenKind::Text if (token.start as usize) < at => self.inside_text(at),
            TokenKind::Keyword if positives.contains(&Rule::name) && !positives.contains(&Rule::number) => {
                Problem::KeywordAsName { span, keyword: slice.into(), sign: None }
            }
            TokenKind::Comment
            | TokenKind::DocComment
            | TokenKind::Number
            | TokenKind::Text
            | TokenKind::UnfinishedText
            | TokenKind::Name
            | TokenKind::Keyword
            | TokenKind::Operator
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Separator
            | TokenKind::Newline
            | TokenKind::Foreign => self.expected(&code, stop, positives),
        }
    }

    fn inside_text(&self, at: usize) -> Problem {
        let text = &*self.cut.source.text;
        let rest = text.get(at..).unwrap_or("");
        let width = |count: usize| rest.chars().take(count).map(char::len_utf8).sum::<usize>();
        let span = |count: usize| Span::new(self.cut.source.id, at, at + width(count));
        match rest.chars().next() {
            Some('\\') => Problem::UnknownEscape { span: span(2), escape: rest.chars().take(2).collect() },
            Some('}') => Problem::LoneBrace { span: span(1) },
            Some(_) | None => Problem::Interpolation { span: span(1) },
        }
    }

    fn expected(&self, code: &[Token], stop: usize, positives: &[Rule]) -> Problem {
        let text = &*self.cut.source.text;
        let end = code.last().map_or(0, |token| token.end as usize);
        let found = code.get(stop).copied();
        let at = found.map_or(Span::new(self.cut.source.id, end, end), |token| self.span(token));
        let shown = match found {
            Some(token) if token.kind == TokenKind::Newline => Found::LineEnd,
            Some(token) => Found::Text(short(token.text(text), 40)),
            None if text.get(end..).unwrap_or("").trim().is_empty() => Found::End,
            None => Found::LineEnd,
        };
        let before = stop.checked_sub(1).and_then(|previous| code.get(previous));
        let first = code.first().map_or(0, |token| token.start as usize);
        let after = before.map(|token| {
            let whole = text.get(first..token.end as usize).unwrap_or("");
            let whole = if whole.contains('\n') || whole.len() > 40 { token.text(text) } else { whole };
            short(whole, 40)
        });
        let at = if found.is_none_or(|token| token.kind == TokenKind::Newline) {
            before.map_or(at, |token| self.span(*token).at_end())
        } else {
            at
        };
        Problem::Expected {
            at,
            wanted: wanted(positives),
            found: shown,
            after: after.filter(|text| !text.trim().is_empty()),
            before: before.map(|token| self.span(*token)),
            closer: found.and_then(|token| self.closer(token)),
        }
    }

    /// The bracket that closes an opening one.
    fn closer(&self, opener: Token) -> Option<Span> {
        let at = self.cut.tokens.binary_search_by_key(&opener.start, |token| token.start).ok()?;
        let partner =
            Some(self.partner(at)).filter(|&partner| opener.kind == TokenKind::Open && partner > at)?;
        let closer = self.token(partner).filter(|token| token.kind == TokenKind::Close)?;
        Some(self.span(closer))
    }

    fn is_code(&self, token: usize) -> bool {
        self.token(token).is_some_and(|found| match found.kind {
            TokenKind::Comment | TokenKind::DocComment => false,
            TokenKind::Newline => self.is_line_end(token),
            TokenKind::Number
            | TokenKind::Text
            | TokenKind::UnfinishedText
            | TokenKind::Name
            | TokenKind::Keyword
            | TokenKind::Operator
            | TokenKind::Open
            | TokenKind::Close
            | TokenKind::Separator
            | TokenKind::Foreign
            | TokenKind::Error => true,
        })
    }

    /// Whether a line end ends a statement: it was kept, or a missing bracket was written over it.
    fn is_line_end(&self, token: usize) -> bool {
        let start = self.token(token).map_or(0, |token| token.start as usize);
        self.cut.prepared.as_bytes().get(start) != Some(&b' ')
    }

    fn bytes(&self, tokens: &Range<usize>) -> Range<usize> {
        let start = self.token(tokens.start).map_or(0, |token| token.start as usize);
        let is_text = |&token: &usize| self.is_code(token) && self.slice(token) != "\n";
        let last = tokens.clone().rev().find(is_text).unwrap_or(tokens.start);
        start..self.token(last).map_or(start, |token| token.end as usize)
    }

    /// From the first to the last token, comments around left out.
    pub fn span_of_tokens(&self, first: usize, last: usize) -> Span {
        let range = self.bytes(&(first..last));
        Span::new(self.cut.source.id, range.start, range.end)
    }

    fn line(&self, at: usize) -> usize {
        // Lines are told apart by the line end before them.
        self.cut.source.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
    }

    fn token(&self, at: usize) -> Option<Token> {
        self.cut.tokens.get(at).copied()
    }

    fn partner(&self, at: usize) -> usize {
        self.cut.partner.get(at).map_or(0, |&partner| partner as usize)
    }

    fn slice(&self, at: usize) -> &'a str {
        self.token(at).map_or("", |token| token.text(&self.cut.source.text))
    }

    fn span(&self, token: Token) -> Span {
        Span { source: self.cut.source.id, start: token.start, end: token.end }
    }
}

/// Runs the grammar with a limit on its steps.
///
/// The limit belongs to the whole process, so statements are read one at a time: which texts are too hard must
/// not depend on what other threads read.
fn read_grammar(rule: Rule, text: &str) -> Result<Pairs<'_, Rule>, Box<Error<Rule>>> {
    static LIMIT: Mutex<()> = Mutex::new(());
    let guard = LIMIT.lock().unwrap_or_else(PoisonError::into_inner);
    pest::set_call_limit(NonZeroUsize::new(1_000_000 + 4_000 * text.len()));
    let read = Grammar::parse(rule, text);
    drop(guard);
    read.map_err(Box::new)
}

fn short(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_string();
    }
    text.chars().take(limit - 1).chain(['…']).collect()
}
