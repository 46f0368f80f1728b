//! What can be wrong with a text, as facts, and the one function that turns a fact into a message.
//!
//! Made by every file of this room; nothing else in the room writes text for people, except the tables of
//! [`super::foreign`] and [`super::words`].

use super::foreign::Foreign;
use super::guesses::{Stop, propose};
use crate::base::Span;
use crate::diagnostics::{Candidate, Diagnostic, Piece, Slug};

/// A mistake in the text of a program.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// The grammar wanted something else here.
    Expected {
        at: Span,
        wanted: Vec<&'static str>,
        found: Found,
        after: Option<String>,
        /// The token before.
        before: Option<Span>,
        /// The bracket that closes the one found here.
        closer: Option<Span>,
    },
    /// A spelling of another language.
    Foreign(Foreign),
    /// A bracket that nothing closes; `end` is where the closing one is missed.
    Unclosed { opener: Span, end: Span, closer: &'static str },
    /// `(a]`
    WrongCloser { opener: Span, closer: Span, found: String, right: &'static str },
    /// A closing bracket with nothing to close.
    Stray { span: Span, closer: String },
    /// More brackets, signs or branches inside each other than `limit`.
    TooDeep { span: Span, limit: usize },
    /// The text or one statement is longer than `limit` bytes, or beyond the grammar's patience.
    TooLong { span: Span, what: &'static str, limit: usize },
    /// `"abc` to the end of the line.
    UnfinishedText { quote: Span },
    /// `"\q"`
    UnknownEscape { span: Span, escape: String },
    /// `"a } b"`
    LoneBrace { span: Span },
    /// `"{a b"`
    Interpolation { span: Span },
    /// `x: vector`
    UnknownType { span: Span, name: String },
    /// `1e999`
    NumberTooLarge { span: Span },
    /// `a < b < c`; the span is the second sign's.
    ChainedComparison { first: Span, second: Span, middle: String },
    /// `loss = 3` outside options
    KeywordAsName { span: Span, keyword: String, sign: Option<Span> },
    /// A character that is no part of the language.
    UnknownCharacter { span: Span, character: char },
    /// `import "{a}.nn"`
    ComputedImport { span: Span },
    /// More mistakes than are worth telling.
    TooMany { at: Span, limit: usize },
}

/// What stands where something else was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Text(String),
    LineEnd,
    End,
}

impl Problem {
    /// The message.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let syntax = |span: Span, headline: String| Diagnostic::error(Slug::Syntax, span, headline);
        match self {
            Problem::Expected { at, wanted, found, after, before, closer } => {
                let stop = Stop { at: *at, closer: *closer, before: *before, wanted, found };
                propose(expected(*at, wanted, found, after.as_deref()), &stop)
            }
            Problem::Foreign(foreign) => foreign.to_diagnostic(),
            Problem::Unclosed { opener, end, closer } => {
                syntax(*opener, format!("a bracket is never closed: `{closer}` is missing"))
                    .here(format!("opened here, never closed by `{closer}`"))
                    .label(*end, format!("`{closer}` is missing here, at the latest"))
                    .fix(
                        format!("write the missing `{closer}`"),
                        *end,
                        if *closer == "}" { "\n}" } else { closer },
                    )
            }
            Problem::WrongCloser { opener, closer, found, right } => {
                syntax(*closer, format!("expected `{right}` to close the bracket, found `{found}`"))
                    .here(format!("expected `{right}`"))
                    .label(*opener, "the bracket that is open")
                    .fix(format!("close with `{right}`"), *closer, *right)
            }
            Problem::Stray { span, closer } => {
                syntax(*span, format!("`{closer}` closes nothing: no bracket is open here"))
                    .here("no opening bracket belongs to this")
                    .fix("remove it", *span, "")
            }
            Problem::TooDeep { span, limit } => {
                Diagnostic::error(Slug::TooDeep, *span, format!("nested more than {limit} levels deep"))
                    .here(format!("level {} begins here", limit + 1))
                    .help("give a part of it a name: `part = ...` on a line before, and use `part` here")
            }
            Problem::TooLong { span, what, limit } => Diagnostic::error(
                Slug::TooDeep,
                *span,
                format!("{what} is too long to be read"),
            )
            .here("begins here")
            .note(format!("the limit is {limit} bytes"))
            .help("keep numbers in a data file: `load(\"w.npy\")`, or `data d = csv(\"d.csv\") { ... }`"),
            Problem::UnfinishedText { quote } => syntax(*quote, "text without a closing `\"`".into())
                .here("the text begins here")
                .note("a text ends on its line; `\\n` in it is a line end, `\\\"` a quote"),
            Problem::UnknownEscape { span, escape } => {
                syntax(*span, format!("`{escape}` has no meaning in a text"))
                    .here("expected `\\n`, `\\t`, `\\r`, `\\\"`, `\\\\`, `\\{` or `\\}`")
                    .fix("write the backslash itself", *span, format!("\\{escape}"))
            }
            Problem::LoneBrace { span } => syntax(*span, "a `}` in a text is written `}}`".into())
                .here("closes no `{`")
                .fix("double it", *span, "}}"),
            Problem::Interpolation { span } => syntax(
                *span,
                "expected an expression and `}` after `{` in a text".into(),
            )
            .here("a value is put into the text here")
            .note("`{expr}` puts a value into a text, `{expr:.4}` with four decimals; it holds no quotes")
            .help("for the sign itself, write `{{`"),
            Problem::UnknownType { span, name } => unknown_type(*span, name),
            Problem::NumberTooLarge { span } => {
                syntax(*span, "the number is larger than any that can be stored".into())
                    .here("larger than 1.8e308")
                    .fix("write infinity", *span, "∞")
            }
            Problem::ChainedComparison { first, second, middle } => chained(*first, *second, middle),
            Problem::KeywordAsName { span, keyword, sign } => {
                syntax(*span, format!("`{keyword}` is a keyword and cannot be a name"))
                    .here("expected a name")
                    .try_fix(Candidate::replace(
                        "leave out the `=`",
                        sign.unwrap_or(*span),
                        vec![Piece::Text(String::new())],
                    ))
                    .try_fix(Candidate::replace(
                        "use another name",
                        *span,
                        vec![Piece::Text(format!("{keyword}_"))],
                    ))
            }
            Problem::UnknownCharacter { span, character } => unknown_character(*span, *character),
            Problem::ComputedImport { span } => syntax(*span, "the path of an import is plain text".into())
                .here("holds a `{...}`")
                .note("imports are read before anything runs"),
            Problem::TooMany { at, limit } => {
                syntax(*at, format!("more than {limit} mistakes: the rest of the text was not read"))
                    .here("read to here")
            }
        }
    }
}

fn expected(at: Span, wanted: &[&'static str], found: &Found, after: Option<&str>) -> Diagnostic {
    let wanted = one_of(wanted);
    let found = match found {
        Found::Text(text) => format!("found `{text}`"),
        Found::LineEnd => "found the end of the line".into(),
        Found::End => "found the end of the text".into(),
    };
    let place = after.map(|text| format!(" after `{text}`")).unwrap_or_default();
    Diagnostic::error(Slug::Syntax, at, format!("expected {wanted}{place}, {found}"))
        .here(format!("expected {wanted}"))
}

/// `a`, `a or b`, `a, b or c`
fn one_of(wanted: &[&str]) -> String {
    match wanted {
        [] => "the end of the statement".into(),
        [one] => (*one).into(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn unknown_type(span: Span, name: &str) -> Diagnostic {
    let meant = match name {
        "float" | "f32" | "f64" | "double" | "number" | "scalar" | "Real" | "Float" => Some("real"),
        "integer" | "i32" | "i64" | "usize" | "size" | "Int" => Some("int"),
        "string" | "str" | "String" | "Text" => Some("text"),
        "boolean" | "Bool" => Some("bool"),
        "function" | "callable" | "Callable" => Some("fn"),
        _ => None,
    };
    let message = Diagnostic::error(Slug::Syntax, span, format!("`{name}` is not a type"))
        .here("expected a shape such as `[n]`, or `real`, `int`, `bool`, `text`, `fn`");
    match meant {
        Some(right) => message.fix(format!("write `{right}`"), span, right),
        None => message.note("a vector is `[n]`, a matrix `[m, n]`, a number `real`"),
    }
}

fn chained(first: Span, second: Span, middle: &str) -> Diagnostic {
    let message = Diagnostic::error(Slug::Syntax, second, "comparisons cannot be chained")
        .here("compares with the result of the one before")
        .label(first, "the first comparison");
    if middle.len() > 40 || middle.contains('\n') {
        return message.help("join two comparisons with `and`: `a < b and b < c`");
    }
    let before = Span { end: second.start, ..second };
    message.fix(
        "join two comparisons with `and`",
        Span { start: before.end, ..before },
        format!("and {middle} "),
    )
}

fn unknown_character(span: Span, character: char) -> Diagnostic {
    let code = character as u32;
    let look_alike = match character {
        '“' | '”' | '„' | '«' | '»' => Some("\""),
        '‘' | '’' => Some("\""),
        '–' | '—' => Some("-"),
        '（' => Some("("),
        '）' => Some(")"),
        '，' => Some(","),
        '；' => Some(";"),
        '：' => Some(":"),
        '＝' => Some("="),
        '÷' => Some("/"),
        '∗' => Some("*"),
        '∙' | '•' | '\u{387}' => Some("·"),
        '∘' => Some("⊙"),
        _ => None,
    };
    let printable = !character.is_control() && !is_invisible(character);
    let shown = if printable { format!("`{character}` (U+{code:04X})") } else { format!("U+{code:04X}") };
    let message = Diagnostic::error(Slug::Syntax, span, format!("the character {shown} has no meaning here"));
    match look_alike {
        Some(right) => message.here("looks like another sign").fix(format!("write `{right}`"), span, right),
        None if !printable => message.here("a character that cannot be seen").fix("remove it", span, ""),
        None => message.here("not a sign of the language"),
    }
}

fn is_invisible(character: char) -> bool {
    matches!(character, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{AD}')
}
