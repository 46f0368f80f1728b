//! Spellings of other languages, as a table: the pattern, what to say, what to write instead.
//!
//! Asked by [`super::parse`] when the grammar stops in a statement. A row adds a spelling; there is no code a row.

use super::tokens::{Token, TokenKind};
use super::{quotient, rewrites};
use crate::base::Span;
use crate::diagnostics::{Candidate, Diagnostic, Piece, Slug};

/// A spelling that was recognised.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreign {
    pub span: Span,
    pub headline: String,
    pub help: &'static str,
    /// The replacement of the span, if it is sure to be meant.
    pub fix: Option<String>,
    /// What the replacement stands for.
    pub fixed: Span,
    /// Texts of which one may be meant in its place.
    pub either: &'static [&'static str],
}

/// Where in a statement a pattern may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Anywhere up to where the grammar stopped: nothing legal looks like it.
    Anywhere,
    /// At the start of the statement.
    Start,
    /// Where the grammar stopped: legal elsewhere.
    Stop,
    /// Where the grammar stopped after a value.
    After,
    /// Where the grammar stopped, in the braces of `train` and `data`.
    Option,
    /// Where the grammar stopped, in what an option makes of columns.
    Columns,
    /// Where the grammar stopped, in a statement that begins with `for`, `if`, `while`, `def` or `else`.
    Head,
}

/// What to propose.
#[derive(Clone, Copy)]
pub(super) enum Fix {
    None,
    /// Text instead of the marked token.
    Write(&'static str),
    /// `'a'` to `"a"`
    Requote,
    /// `// a` to `# a`
    Comment,
    /// `a // b` to `floor(a / b)`
    Quotient,
    /// `[1 2; 3 4]` to `[[1, 2], [3, 4]]`
    Rows,
    /// `.+` to `+`
    Undot,
    /// Text between the marked token and the one before.
    Before(&'static str),
    /// The names around the marked one as one text: `"City name"`.
    Quoted,
    /// Nothing in place of the statement.
    Drop,
    /// Nothing in place of this many tokens.
    Without(usize),
    /// The rest of the statement in brackets: `print x` to `print(x)`.
    Call,
    /// `a % b` to `(a - b * floor(a / b))`
    Remainder,
    /// `c ? a : b` and `a if c else b` to `if c then a else b`
    Choice,
    /// `f = lambda x: x + 1` to `fn f(x) = x + 1`
    Lambda,
    /// One of these in place of the marked token: whichever checks.
    Either(&'static [&'static str]),
}

struct Row {
    place: Place,
    /// Tokens as written; `NAME`, `NUMBER`, `WORD` (name or keyword), `END`, and `X*` for any token that begins with X.
    pattern: &'static [&'static str],
    /// Which token of the pattern is marked.
    mark: usize,
    headline: &'static str,
    help: &'static str,
    fix: Fix,
}

const fn row(
    place: Place,
    pattern: &'static [&'static str],
    headline: &'static str,
    help: &'static str,
    fix: Fix,
) -> Row {
    Row { place, pattern, mark: 0, headline, help, fix }
}

const fn marked(mark: usize, row: Row) -> Row {
    Row { mark, ..row }
}

use Fix::{
    Before, Call, Choice, Comment, Drop, Either, Lambda, None as NoFix, Quoted, Quotient, Remainder, Requote,
    Rows, Undot, Without, Write,
};
use Place::{After, Anywhere, Columns, Head, Option as InOption, Start, Stop};

const FUNCTION: &str = "a function is declared with `fn`";
const CALL: &str = "what is called is given its arguments in brackets";
const TWO: &str = "two statements stand on one line";
const ONE_EACH: &str = "each begins a line of its own, or stands behind a `;`: `a = 1; b = 2`";
const ELEMENTWISE: &str = "operators need no `.`: `+ - * / ^` work number by number";

const TABLE: &[Row] = &[
    // Columns
    marked(
        1,
        row(
            Columns,
            &["PREV:NAME", "NAME"],
            "a column whose name is more than a word is written in quotes",
            "`input = [\"City name\", age]`",
            Quoted,
        ),
    ),
    // Comments
    row(Anywhere, &["/\u{2a}*"], "a comment begins with `#`", "begin each line of it with `#`", NoFix),
    row(
        Anywhere,
        &["//"],
        "a whole quotient is written `floor(a / b)`, not `//`",
        "`n / 2` of a whole number is one too, where nothing is left over; a comment begins with `#`",
        Quotient,
    ),
    row(
        Anywhere,
        &["//*"],
        "a comment begins with `#`",
        "for a whole quotient, write `floor(a / b)`",
        Comment,
    ),
    // Words at the start of a statement
    row(
        Start,
        &["def", "WORD"],
        "a function is declared with `fn`",
        "`fn f(x) = x * x`, or `fn f(x) { ... }` with the result last",
        Write("fn"),
    ),
    row(
        Start,
        &["function", "WORD"],
        "a function is declared with `fn`",
        "`fn f(x) = x * x`, or `fn f(x) { ... }` with the result last",
        Write("fn"),
    ),
    row(
        Start,
        &["func", "WORD"],
        "a function is declared with `fn`",
        "`fn f(x) = x * x`, or `fn f(x) { ... }` with the result last",
        Write("fn"),
    ),
    row(
        Start,
        &["class", "WORD"],
        "there are no classes; a network is a `model`, a part of one a `layer`",
        "`model net(x: [4]) -> [3] { x |> dense(16) |> relu |> dense(3) }`",
        NoFix,
    ),
    row(Start, &["let", "WORD"], "a binding has no keyword before its name", "`x = 1`", Write("")),
    row(Start, &["var", "WORD"], "a binding has no keyword before its name", "`x = 1`", Write("")),
    row(Start, &["global", "WORD"], "a binding has no keyword before its name", "`x = 1`", Write("")),
    row(Start, &["local", "WORD"], "a binding has no keyword before its name", "`x = 1`", Write("")),
    row(
        Start,
        &["using", "WORD"],
        "there is nothing to import: mathematics is built in",
        "an import names a file of declarations: `import \"blocks.nn\"`",
        Drop,
    ),
    row(Start, &["const", "WORD"], "a binding has no keyword before its name", "`x = 1`", Write("")),
    row(
        Start,
        &["return"],
        "there is no `return`: the last expression of a body is its result",
        "leave the word out, and put the result on the last line",
        Write(""),
    ),
    row(
        Start,
        &["elif"],
        "`elif` is written `else if`",
        "`if c { ... } else if d { ... } else { ... }`",
        Write("else if"),
    ),
    row(
        Start,
        &["from", "WORD", "import"],
        "there is nothing to import: mathematics is built in",
        "an import names a file of declarations: `import \"blocks.nn\"`",
        Drop,
    ),
    row(
        Start,
        &["import", "WORD"],
        "there is nothing to import: mathematics is built in",
        "an import names a file of declarations: `import \"blocks.nn\"`",
        Drop,
    ),
    row(
        Start,
        &["use", "WORD"],
        "there is nothing to import: mathematics is built in",
        "an import names a file of declarations: `import \"blocks.nn\"`",
        Drop,
    ),
    row(
        Start,
        &["else"],
        "`else` without an `if` before it",
        "`if c { ... } else { ... }`: `else` follows the closing `}`",
        NoFix,
    ),
    row(
        Start,
        &["with", "WORD"],
        "`with` is not a statement of the language",
        "gradients are values: `grad(l, net)`; nothing has to be recorded",
        NoFix,
    ),
    row(
        Start,
        &["try"],
        "there are no exceptions to catch",
        "a mistake stops the script with a message",
        NoFix,
    ),
    row(Start, &["@", "WORD"], "there are no decorators", "`@` is the matrix product: `W @ x`", NoFix),
    row(
        Start,
        &["NAME", "NAME", "="],
        "a binding has nothing before its name",
        "`x = 1`: what it is follows from its value",
        Write(""),
    ),
    marked(
        1,
        row(
            Start,
            &["NAME", ":", "NAME", "="],
            "a binding has no type behind its name",
            "`x = 1`: what it is follows from its value",
            Without(2),
        ),
    ),
    row(Start, &["NAME", "NAME"], CALL, "`print(x)`", Call),
    row(Start, &["NAME", "NUMBER"], CALL, "`print(x)`", Call),
    row(Start, &["NAME", "TEXT"], CALL, "`print(x)`", Call),
    // Signs that exist nowhere in the language
    row(Anywhere, &["**="], "a power is written `^`", "`x = x ^ 2`", NoFix),
    row(Anywhere, &["**"], "a power is written `^`, not `**`", "`x ^ 2`, or `x²`", Write("^")),
    row(Anywhere, &["&&"], "`&&` is written `and`", "`a > 0 and b > 0`", Write("and")),
    row(Anywhere, &["||"], "`||` is written `or`", "`a > 0 or b > 0`", Write("or")),
    row(Anywhere, &["&"], "`&` is written `and`", "`a > 0 and b > 0`", Write("and")),
    row(Anywhere, &["==="], "equality is written `==`", "`a == b`", Write("==")),
    row(Anywhere, &["!=="], "inequality is written `!=`", "`a != b`", Write("!=")),
    row(Anywhere, &["!"], "`!` is written `not`", "`not c`", Write("not ")),
    row(Anywhere, &["%="], "there is no sign for the remainder", "`a - b * floor(a / b)`", NoFix),
    row(Anywhere, &["%"], "there is no sign for the remainder", "`a - b * floor(a / b)`", Remainder),
    row(Anywhere, &[":="], "a binding is written `=`", "`x = 1`", Write("=")),
    row(Anywhere, &["'*"], "text stands in double quotes", "`\"text\"`", Requote),
    row(Anywhere, &["++"], "there is no `++`", "to count up: `x += 1`", Write(" += 1")),
    row(
        Anywhere,
        &["×"],
        "`×` is not a sign of the language",
        "`A · B` (or `A @ B`) is the matrix product, `a * b` (or `a ⊙ b`) the elementwise one",
        Either(&["*", "·"]),
    ),
    row(Anywhere, &["∈"], "`∈` is written `in`", "`for i in 1..10 { ... }`", Write("in")),
    row(Anywhere, &["?"], "a choice is written `if c then a else b`", "`if x > 0 then x else 0`", Choice),
    row(Anywhere, &["lambda"], "there is no `lambda`", "declare the function: `fn f(x) = x * x`", Lambda),
    row(
        Anywhere,
        &["=>"],
        "`=>` is not a sign of the language",
        "`fn f(x) = ...` declares a function, `[1] -> [2]` is a row of examples",
        NoFix,
    ),
    // Legal elsewhere
    row(InOption, &[":"], "an option is set with `=`", "`loss = mse`", Write(" =")),
    row(InOption, &["=="], "an option is set with `=`", "`loss = mse`", Write("=")),
    row(InOption, &["->"], "an option is set with `=`", "`loss = mse`", Write("=")),
    row(
        Stop,
        &["=="],
        "expected `=`, found `==`",
        "`=` gives a value to a name, `==` compares two values",
        Write("="),
    ),
    row(
        Head,
        &[":", "END"],
        "expected `{` and `}` around the body, found `:`",
        "`for i in 1..10 { ... }`, `if c { ... } else { ... }`",
        NoFix,
    ),
    marked(
        1,
        row(
            Head,
            &["PREV:NUMBER", ":", "NUMBER"],
            "a range is written `a..b`",
            "`for i in 1..10 { ... }` includes both ends",
            Write(".."),
        ),
    ),
    row(
        Stop,
        &["->"],
        "`->` is not an operator; a pipeline is written `|>`",
        "`x |> dense(16) |> relu`",
        Write("|>"),
    ),
    row(
        Stop,
        &["→"],
        "`→` is not an operator; a pipeline is written `|>`",
        "`x |> dense(16) |> relu`",
        Write("|>"),
    ),
    row(Stop, &["|"], "a pipeline is written `|>`", "`x |> dense(16) |> relu`", Write("|>")),
    row(
        Stop,
        &["elif"],
        "`elif` is written `else if`",
        "`if c { ... } else if d { ... } else { ... }`",
        Write("else if"),
    ),
    row(
        Stop,
        &["<-"],
        "`<-` gives a new value to a state",
        "to compare with a negative number, write a space: `a < -b`",
        Write("< -"),
    ),
    row(
        Stop,
        &["if"],
        "a choice inside an expression stands in parentheses",
        "`a + (if c then x else y)`",
        Choice,
    ),
    row(After, &["not"], "`not` stands before what it denies", "`not (a > b)`", NoFix),
    row(After, &["is"], "`is` is written `==`", "`a == b`", Write("==")),
    row(Start, &["NAME", "(", "NAME", ")", "="], FUNCTION, "`fn f(x) = x * x`", Before("fn ")),
    row(
        Start,
        &["NAME", "(", "NAME", ",", "NAME", ")", "="],
        FUNCTION,
        "`fn f(x, y) = x * y`",
        Before("fn "),
    ),
    row(
        Start,
        &["train", "("],
        "a training is a statement, not a call",
        "`train net on data { loss = mse, optimizer = adam(lr = 0.001), epochs = 10 }`",
        NoFix,
    ),
    marked(
        1,
        row(
            Head,
            &["PREV:NAME", ","],
            "a loop goes over one thing at a time",
            "`for batch in batches(data, 32) { ... }`, with `batch.x` and `batch.y`",
            NoFix,
        ),
    ),
    marked(
        1,
        row(
            Stop,
            &["PREV:NUMBER", "NUMBER"],
            "items of a list are separated by `,`, not by a blank",
            "a vector is `[1, 2]`, a matrix a list of its rows: `[[1, 2], [3, 4]]`",
            Rows,
        ),
    ),
    marked(1, row(Stop, &["PREV:.", "+"], ELEMENTWISE, "`a + b`", Undot)),
    marked(1, row(Stop, &["PREV:.", "-"], ELEMENTWISE, "`a - b`", Undot)),
    marked(1, row(Stop, &["PREV:.", "*"], ELEMENTWISE, "`a * b`", Undot)),
    marked(1, row(Stop, &["PREV:.", "/"], ELEMENTWISE, "`a / b`", Undot)),
    marked(1, row(Stop, &["PREV:.", "^"], ELEMENTWISE, "`a ^ b`", Undot)),
    marked(
        2,
        row(
            After,
            &["PREV:.", "PREV:NAME", "="],
            "only a name can be given a value with `=`",
            "a parameter of a model changes by a step, `net.dense1.W -= 0.1 * g`; its first value is given where it is declared: `param W: [2, 3] = ...`",
            NoFix,
        ),
    ),
    row(
        After,
        &["="],
        "only a name can be given a value with `=`",
        "`x = 1`; a new matrix is made from the old one: `B = A + C`",
        NoFix,
    ),
    marked(1, row(After, &["PREV:NUMBER", "NAME", "="], TWO, ONE_EACH, Before("; "))),
    marked(1, row(After, &["PREV:NAME", "NAME", "="], TWO, ONE_EACH, Before("; "))),
    marked(
        1,
        row(
            Head,
            &["PREV:NUMBER", "NAME"],
            "the body of a loop or choice stands in `{` and `}`",
            "`for i in 1..10 { ... }`, `if c { ... } else { ... }`",
            NoFix,
        ),
    ),
    marked(1, row(After, &["PREV:NUMBER", "print"], TWO, ONE_EACH, Before("; "))),
    marked(1, row(After, &["PREV:NUMBER", "assert"], TWO, ONE_EACH, Before("; "))),
    marked(1, row(After, &["PREV:NUMBER", "plot"], TWO, ONE_EACH, Before("; "))),
    marked(1, row(After, &["PREV:NUMBER", "show"], TWO, ONE_EACH, Before("; "))),
    marked(1, row(After, &["PREV:NUMBER", "save"], TWO, ONE_EACH, Before("; "))),
    marked(1, row(After, &["PREV:NUMBER", "train"], TWO, ONE_EACH, Before("; "))),
    marked(1, row(Stop, &["PREV:NUMBER", "NAME"], "a product needs its sign", "`2 * x`", Before(" * "))),
    row(Stop, &[".", "NUMBER"], "a number begins with a digit", "`0.5`", Before("0")),
    row(Stop, &[","], "a `,` has no meaning here", "several values are written as a list: `[a, b]`", NoFix),
    marked(
        1,
        row(
            Anywhere,
            &["NUMBER", ".", "END"],
            "a number does not end with a point",
            "`1.0`, or `1`",
            Write(".0"),
        ),
    ),
];

/// The tokens of a statement and where the grammar stopped.
pub struct Stopped<'a> {
    pub text: &'a str,
    pub tokens: &'a [Token],
    /// The index of the token where the grammar stopped; the number of tokens if at the end.
    pub stop: usize,
    /// Whether the statement is an option of `train` or `data`.
    pub in_options: bool,
    /// Whether a value could have gone on where the grammar stopped.
    pub after_value: bool,
}

/// The first foreign spelling that explains why the grammar stopped.
pub fn recognise(at: &Stopped<'_>, span: impl Fn(Token) -> Span) -> Option<Foreign> {
    let found = TABLE.iter().enumerate().filter_map(|(order, row)| Some((position(row, at)?, order, row)));
    let (marked, _, row) = found.min_by_key(|&(position, order, _)| (position, order))?;
    let token = *at.tokens.get(marked)?;
    let place = span(token);
    let slice = token.text(at.text);
    let (place, fix) = match row.fix {
        Fix::None => (place, None),
        Fix::Write("") => {
            let after = at.tokens.get(marked + 1).map_or(token.end, |next| next.start);
            (Span { end: after, ..place }, Some(String::new()))
        }
        Fix::Write(text) => (place, Some(text.to_string())),
        Fix::Requote => (place, Some(format!("\"{}\"", slice.trim_matches('\'').replace('"', "\\\"")))),
        Fix::Comment => (place, Some(slice.replacen("//", "#", 1))),
        Fix::Rows => (place, rows(at, marked).map(|(_, text)| text)),
        Fix::Undot => (place, Some(slice.to_string())),
        Fix::Quoted => (place, words(at, marked).map(|(_, text)| text)),
        Fix::Quotient => (place, quotient(at, marked).map(|(_, text)| text)),
        Fix::Before(text) => (place, Some(format!("{text}{slice}"))),
        Fix::Drop | Fix::Without(_) => (place, Some(String::new())),
        Fix::Either(_) => (place, None),
        Fix::Call | Fix::Remainder | Fix::Choice | Fix::Lambda => {
            let rewritten = rewrites::of(row.fix, at, marked);
            (place, rewritten.as_ref().map(|(_, text)| text.clone()))
        }
    };
    let end =
        at.tokens.iter().rfind(|token| token.kind != TokenKind::Newline).map_or(place, |last| span(*last));
    let fixed = match row.fix {
        Fix::Drop => place.to(end),
        Fix::Quoted => words(at, marked).map_or(place, |((first, last), _)| span(first).to(span(last))),
        Fix::Quotient => quotient(at, marked).map_or(place, |((first, last), _)| span(first).to(span(last))),
        Fix::Rows => rows(at, marked).map_or(place, |((first, last), _)| span(first).to(span(last))),
        Fix::Undot => {
            marked.checked_sub(1).and_then(|dot| at.tokens.get(dot)).map_or(place, |dot| span(*dot).to(place))
        }
        Fix::Without(count) => {
            let last = at.tokens.get(marked + count.saturating_sub(1)).map_or(place, |last| span(*last));
            place.to(last)
        }
        Fix::Call | Fix::Remainder | Fix::Choice | Fix::Lambda => {
            rewrites::of(row.fix, at, marked).map_or(place, |((first, last), _)| span(first).to(span(last)))
        }
        Fix::None | Fix::Write(_) | Fix::Requote | Fix::Comment | Fix::Before(_) | Fix::Either(_) => place,
    };
    let either = if let Fix::Either(texts) = row.fix { texts } else { &[] };
    Some(Foreign { span: place, headline: row.headline.into(), help: row.help, fix, fixed, either })
}

/// The numbers between the brackets around a place, from bracket to bracket, as a vector or a matrix.
fn rows(at: &Stopped<'_>, inside: usize) -> Option<((Token, Token), String)> {
    let is = |token: &Token, sign: &str| token.text(at.text) == sign;
    let open = at.tokens.iter().take(inside).rposition(|token| is(token, "["))?;
    let close = inside + at.tokens.iter().skip(inside).position(|token| is(token, "]"))?;
    let (first, last) = (*at.tokens.get(open)?, *at.tokens.get(close)?);
    let within = at.text.get(first.end as usize..last.start as usize)?;
    if within.contains(['[', '(', '{', '"']) {
        return None;
    }
    let row = |row: &str| {
        let items = row.split([',', ' ', '\t']).filter(|item| !item.is_empty());
        format!("[{}]", items.collect::<Vec<_>>().join(", "))
    };
    let all: Vec<String> = within.split([';', '\n']).filter(|one| !one.trim().is_empty()).map(row).collect();
    let text = if let [one] = all.as_slice() { one.clone() } else { format!("[{}]", all.join(", ")) };
    Some(((first, last), text))
}

/// The names before and behind a place, as one text in quotes.
fn words(at: &Stopped<'_>, inside: usize) -> Option<((Token, Token), String)> {
    let is_name = |token: &&Token| token.kind == TokenKind::Name;
    let before = at.tokens.iter().take(inside).rev().take_while(is_name).count();
    let behind = at.tokens.iter().skip(inside).take_while(is_name).count();
    let (first, last) =
        (*at.tokens.get(inside - before)?, *at.tokens.get((inside + behind).checked_sub(1)?)?);
    let text = at.text.get(first.start as usize..last.end as usize)?;
    Some(((first, last), format!("\"{text}\"")))
}

/// What divides and is divided, from its first token to its last, and how it is written.
fn quotient(at: &Stopped<'_>, sign: usize) -> Option<((Token, Token), String)> {
    let (first, last) = quotient::operands(at.text, at.tokens, sign)?;
    let (first, sign, last) = (*at.tokens.get(first)?, *at.tokens.get(sign)?, *at.tokens.get(last)?);
    let dividend = at.text.get(first.start as usize..sign.start as usize)?.trim();
    let divisor = at.text.get(sign.end as usize..last.end as usize)?.trim();
    Some(((first, last), format!("floor({dividend} / {divisor})")))
}

/// The index of the marked token where the row's pattern stands, if it does.
fn position(row: &Row, at: &Stopped<'_>) -> Option<usize> {
    let fits = |start: usize| fits(row.pattern, at, start);
    let first = at.tokens.first().map_or("", |token| token.text(at.text));
    match row.place {
        Place::Start if at.in_options && matches!(row.fix, Fix::Call) => None,
        Place::Start => fits(0).then_some(row.mark),
        Place::Anywhere => (0..=at.stop).find(|&start| fits(start)).map(|start| start + row.mark),
        Place::Stop => stop(row, at, fits),
        Place::After if matches!(row.fix, Fix::Before("; ")) && is_glued(at) => None,
        Place::After => at.after_value.then(|| stop(row, at, fits)).flatten(),
        Place::Option => at.in_options.then(|| stop(row, at, fits)).flatten(),
        Place::Columns
            if at.in_options
                && matches!(first, "input" | "target")
                && at.tokens.get(1).is_some_and(|second| second.text(at.text) == "=") =>
        {
            stop(row, at, fits)
        }
        Place::Columns => None,
        Place::Head => {
            matches!(first, "for" | "if" | "while" | "def" | "else").then(|| stop(row, at, fits)).flatten()
        }
    }
}

/// Whether nothing stands between the token where the grammar stopped and the one before: `2x`.
fn is_glued(at: &Stopped<'_>) -> bool {
    let before = at.stop.checked_sub(1).and_then(|before| at.tokens.get(before));
    before.zip(at.tokens.get(at.stop)).is_some_and(|(before, token)| before.end == token.start)
}

fn stop(row: &Row, at: &Stopped<'_>, fits: impl Fn(usize) -> bool) -> Option<usize> {
    let start = at.stop.checked_sub(row.mark)?;
    fits(start).then_some(at.stop)
}

fn fits(pattern: &[&str], at: &Stopped<'_>, start: usize) -> bool {
    pattern.iter().enumerate().all(|(offset, wanted)| {
        let Some(token) = at.tokens.get(start + offset) else { return *wanted == "END" };
        let slice = token.text(at.text);
        let wanted = wanted.strip_prefix("PREV:").unwrap_or(wanted);
        match wanted {
            "NAME" => token.kind == TokenKind::Name,
            "WORD" => matches!(token.kind, TokenKind::Name | TokenKind::Keyword),
            "NUMBER" => token.kind == TokenKind::Number,
            "TEXT" => token.kind == TokenKind::Text,
            "END" => token.kind == TokenKind::Newline,
            "**" => slice == wanted,
            wanted => wanted.strip_suffix('*').filter(|_| token.kind == TokenKind::Foreign).map_or_else(
                || slice == wanted,
                |prefix| if prefix.is_empty() { slice == wanted } else { slice.starts_with(prefix) },
            ),
        }
    })
}

impl Foreign {
    /// The message.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let message = Diagnostic::error(Slug::Syntax, self.span, self.headline.clone()).help(self.help);
        let message = self.either.iter().fold(message, |message, text| {
            let pieces = vec![Piece::Text(text.to_string())];
            message.try_fix(Candidate::replace(format!("write `{text}`"), self.fixed, pieces))
        });
        match &self.fix {
            None => message,
            Some(text) if text.is_empty() => message.fix("leave it out", self.fixed, ""),
            Some(text) => message.fix(format!("write `{}`", text.trim()), self.fixed, text.clone()),
        }
    }
}
