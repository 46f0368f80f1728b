//! Where in an input the cursor stands: what may be written there.

use crate::syntax::{Token, TokenKind, tokens};

/// What is being typed at the end of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place<'t> {
    /// `:ty`
    Command(&'t str),
    /// `:source den`
    Argument {
        command: &'t str,
        start: usize,
    },
    /// `\sig`, without the `\`.
    Sign {
        start: usize,
        name: &'t str,
    },
    /// Inside quotes.
    File {
        start: usize,
    },
    /// Inside quotes where columns are named; it begins with the quote.
    Column {
        start: usize,
        declaration: &'t str,
    },
    /// `net.hidden.`
    Field {
        path: Vec<&'t str>,
        start: usize,
    },
    Name {
        start: usize,
        inside: Inside<'t>,
    },
}

/// What a name stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inside<'t> {
    Statement,
    /// Behind `train`.
    Model,
    /// Behind `on`.
    Data,
    /// The arguments of a call.
    Call(&'t str),
    /// The place of an option's name: of `train`.
    TrainOption,
    /// The value of that option of `train`.
    TrainValue(&'t str),
    DataOption,
    /// The value of an option of `data`; with the declaration up to its brace.
    DataValue(&'t str),
}

/// The place at the end of `text`: what stands before the cursor.
pub fn place(text: &str) -> Place<'_> {
    if let Some((start, name)) = super::signs::being_typed(text) {
        return Place::Sign { start, name };
    }
    if let Some(rest) = text.strip_prefix(':') {
        let Some(space) = rest.find(char::is_whitespace) else { return Place::Command(text) };
        let command = &text[..=space];
        if !super::commands::takes_code(command) {
            let gap = rest[space..].len() - rest[space..].trim_start().len();
            return Place::Argument { command, start: 1 + space + gap };
        }
        let at = space + 1;
        return shifted(code_place(&text[at..]), at);
    }
    code_place(text)
}

fn shifted(place: Place<'_>, by: usize) -> Place<'_> {
    match place {
        Place::Sign { start, name } => Place::Sign { start: start + by, name },
        Place::File { start } => Place::File { start: start + by },
        Place::Column { start, declaration } => Place::Column { start: start + by, declaration },
        Place::Field { path, start } => Place::Field { path, start: start + by },
        Place::Name { start, inside } => Place::Name { start: start + by, inside },
        Place::Argument { command, start } => Place::Argument { command, start: start + by },
        Place::Command(word) => Place::Command(word),
    }
}

fn code_place(text: &str) -> Place<'_> {
    let found = tokens(text);
    let (before, start) = match found.last() {
        Some(last) if last.end as usize == text.len() => match last.kind {
            TokenKind::Name | TokenKind::Keyword => (&found[..found.len() - 1], last.start as usize),
            TokenKind::UnfinishedText => {
                let start = last.start as usize;
                return match inside(&found[..found.len() - 1], text) {
                    Inside::DataValue(declaration) => Place::Column { start, declaration },
                    _ => Place::File { start: start + 1 },
                };
            }
            _ => (&found[..], text.len()),
        },
        Some(_) | None => (&found[..], text.len()),
    };
    if let Some(path) = path_before(before, text) {
        return Place::Field { path, start };
    }
    Place::Name { start, inside: inside(before, text) }
}

/// The names before a `.` at the end: `net.hidden.` gives `net`, `hidden`.
fn path_before<'t>(mut before: &[Token], text: &'t str) -> Option<Vec<&'t str>> {
    let mut path = Vec::new();
    while let [rest @ .., name, dot] = before
        && dot.text(text) == "."
    {
        if name.end != dot.start || !matches!(name.kind, TokenKind::Name | TokenKind::Keyword) {
            return None;
        }
        path.insert(0, name.text(text));
        before = rest;
    }
    (!path.is_empty()).then_some(path)
}

/// What the innermost open bracket belongs to.
fn inside<'t>(before: &[Token], text: &'t str) -> Inside<'t> {
    if let Some(last) = before.last().filter(|last| last.kind == TokenKind::Keyword) {
        match last.text(text) {
            "train" => return Inside::Model,
            "on" => return Inside::Data,
            _ => {}
        }
    }
    let open = open_brackets(before);
    let Some(&innermost) = open.last() else { return Inside::Statement };
    if let Some(name) = callee(before, innermost, text)
        && !is_value_of_data(before, &open, text)
    {
        return Inside::Call(name);
    }
    for &at in open.iter().rev() {
        if before[at].text(text) != "{" {
            continue;
        }
        let head = statement_before(before, at);
        let words = |word: &str| head.iter().any(|token| token.text(text) == word);
        let option = option_before(&before[at + 1..], text);
        if head.first().is_some_and(|token| token.text(text) == "data") {
            let start = head.first().map_or(0, |token| token.start as usize);
            return match option {
                Some(_) => Inside::DataValue(text[start..before[at].start as usize].trim()),
                None => Inside::DataOption,
            };
        }
        if words("train") && words("on") {
            return match option {
                Some(name) => Inside::TrainValue(name),
                None => Inside::TrainOption,
            };
        }
        break;
    }
    Inside::Statement
}

/// Calls inside the value of an option of `data` are of columns.
fn is_value_of_data(before: &[Token], open: &[usize], text: &str) -> bool {
    open.iter().any(|&at| {
        before[at].text(text) == "{"
            && statement_before(before, at).first().is_some_and(|token| token.text(text) == "data")
    })
}

/// The places of brackets that are still open.
pub fn open_brackets(found: &[Token]) -> Vec<usize> {
    let mut open = Vec::new();
    for (at, token) in found.iter().enumerate() {
        match token.kind {
            TokenKind::Open => open.push(at),
            TokenKind::Close => {
                open.pop();
            }
            _ => {}
        }
    }
    open
}

/// The name before an open round bracket.
pub fn callee<'t>(found: &[Token], open: usize, text: &'t str) -> Option<&'t str> {
    let bracket = found.get(open).filter(|token| token.text(text) == "(")?;
    let name = found.get(open.checked_sub(1)?)?;
    (name.kind == TokenKind::Name && name.end == bracket.start).then(|| name.text(text))
}

/// The option whose value stands at the end of a text, in the innermost braces.
pub fn open_option<'t>(found: &[Token], text: &'t str) -> Option<&'t str> {
    let brace = open_brackets(found).into_iter().rev().find(|&at| found[at].text(text) == "{")?;
    option_before(&found[brace + 1..], text)
}

/// What closes the brackets of a text that are still open.
pub fn closers(text: &str) -> String {
    let found = tokens(text);
    let open = open_brackets(&found);
    let closer = |at: usize| match found[at].text(text) {
        "(" => ')',
        "[" => ']',
        _brace => '}',
    };
    open.into_iter().rev().map(closer).collect()
}

/// The tokens of the line that leads to a brace.
fn statement_before(found: &[Token], brace: usize) -> &[Token] {
    let start = found[..brace]
        .iter()
        .rposition(|token| token.kind == TokenKind::Newline)
        .map_or(0, |newline| newline + 1);
    &found[start..brace]
}

/// The option whose value is being written, in what was typed since the brace.
fn option_before<'t>(since: &[Token], text: &'t str) -> Option<&'t str> {
    let mut depth = 0;
    let mut line: Vec<Token> = Vec::new();
    for token in since {
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth -= 1,
            TokenKind::Newline if depth == 0 => line.clear(),
            TokenKind::Separator if depth == 0 && token.text(text) == "," => line.clear(),
            TokenKind::Newline | TokenKind::Comment | TokenKind::DocComment => {}
            _ if depth == 0 => line.push(*token),
            _ => {}
        }
    }
    match line.as_slice() {
        [name, assign, ..] if assign.text(text) == "=" => Some(name.text(text)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside_of(text: &str) -> Inside<'_> {
        match place(text) {
            Place::Name { inside, .. } => inside,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn commands_signs_files_and_fields_are_told_apart() {
        assert_eq!(place(":ty"), Place::Command(":ty"));
        assert_eq!(place(":source den"), Place::Argument { command: ":source", start: 8 });
        assert_eq!(place(":type net."), Place::Field { path: vec!["net"], start: 10 });
        assert_eq!(place("x = \\sig"), Place::Sign { start: 4, name: "sig" });
        assert_eq!(place("data d = csv(\"ir"), Place::File { start: 14 });
        let declaration = "data d = csv(\"a.csv\")";
        // From the quote on, which is written anew.
        let columns = Place::Column { start: 33, declaration };
        assert_eq!(place("data d = csv(\"a.csv\") { input = [\"si"), columns);
        assert_eq!(place("a + net.hid"), Place::Field { path: vec!["net"], start: 8 });
        assert_eq!(place("net.hidden.W"), Place::Field { path: vec!["net", "hidden"], start: 11 });
        assert_eq!(place("x = den"), Place::Name { start: 4, inside: Inside::Statement });
        assert_eq!(place("f(x). "), Place::Name { start: 6, inside: Inside::Statement });
    }

    #[test]
    fn options_and_their_values_are_known_by_their_block() {
        assert_eq!(inside_of("train "), Inside::Model);
        assert_eq!(inside_of("train net on ir"), Inside::Data);
        assert_eq!(inside_of("train net on iris {\n  lo"), Inside::TrainOption);
        assert_eq!(inside_of("train net on iris { loss = c"), Inside::TrainValue("loss"));
        assert_eq!(inside_of("train net on iris { loss = mse, ep"), Inside::TrainOption);
        assert_eq!(inside_of("train net on iris { metrics = [ac"), Inside::TrainValue("metrics"));
        assert_eq!(inside_of("run = train net on iris { optimizer = adam(l"), Inside::Call("adam"));
        assert_eq!(inside_of("data d = csv(\"a.csv\") {\n  in"), Inside::DataOption);
        let text = "data d = csv(\"a.csv\") {\n  input = standardize([se";
        assert_eq!(inside_of(text), Inside::DataValue("data d = csv(\"a.csv\")"));
        assert_eq!(inside_of("x |> dense(16, a"), Inside::Call("dense"));
        assert_eq!(inside_of("model net(x: [4]) -> [3] {\n  de"), Inside::Statement);
    }
}
