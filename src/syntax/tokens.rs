//! The tokens of a text, for highlighting, for the prompt, and for cutting a text into statements.
//!
//! The grammar reads characters, not these tokens; what both must agree on is held by tests. Nothing here
//! reports problems: what cannot be read is a token of kind [`TokenKind::Error`].

use logos::Logos;

use super::keywords::is_keyword;

/// What a token is for a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// `# ...`
    Comment,
    /// `## ...`
    DocComment,
    Number,
    /// `"..."` on one line.
    Text,
    /// `"...` without its closing quote.
    UnfinishedText,
    Name,
    Keyword,
    Operator,
    /// `( [ {`
    Open,
    /// `) ] }`
    Close,
    /// `, ; :`
    Separator,
    Newline,
    /// A sign of other languages: `&&`, `// ...`, `'a'`.
    Foreign,
    /// A character that is no part of the language.
    Error,
}

/// A kind and the bytes it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub start: u32,
    pub end: u32,
}

impl Token {
    /// The text of the token in the text it was made from.
    pub fn text(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t\r\x0B\x0C\u{A0}\u{2000}-\u{200A}\u{202F}\u{205F}\u{3000}\u{FEFF}]+")]
enum Raw {
    #[regex(r"#[^\n]*", allow_greedy = true)]
    Comment,
    #[regex(r"[0-9](_?[0-9])*(\.[0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?")]
    Number,
    #[regex(r#""([^"\\\n]|\\[^\n])*""#)]
    Text,
    #[regex(r#""([^"\\\n]|\\[^\n])*\\?"#)]
    UnfinishedText,
    #[regex(r"[\p{XID_Start}_&&[^ᵀ]][\p{XID_Continue}₀-₉&&[^ᵀ·\u{0387}]]*")]
    #[regex("[∞∇√]")]
    Word,
    #[regex(r"\+|-|−|\*|/|\^|@|·|⋅|⊙|=|==|!=|≠|<|<=|≤|>|>=|≥|->|→|<-|←|\|>|\.|\.\.|²|³|ᵀ")]
    #[regex(r"\+=|-=|−=|\*=|⊙=|/=|@=|·=|⋅=|\^=")]
    Operator,
    #[regex(r"[(\[{]")]
    Open,
    #[regex(r"[)\]}]")]
    Close,
    #[regex(r"[,;:]")]
    Separator,
    #[token("\n")]
    Newline,
    #[regex(r"\*\*|&&|\|\||!|%|===|!==|\+\+|:=|=>|\?|×|∈|&|\||~|\*\*=|%=")]
    #[regex(r"//[^\n]*", allow_greedy = true)]
    #[regex(r"/\*([^*]|\*+[^*/])*\*+/", allow_greedy = true)]
    #[regex(r"/\*[^\n]*", allow_greedy = true, priority = 3)]
    #[regex(r"'([^'\\\n]|\\[^\n])*'")]
    Foreign,
}

/// All tokens of a text, in order; spaces are left out.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer::new(text, 0);
    let mut tokens: Vec<Token> = Vec::new();
    while let Some(mut token) = lexer.next() {
        let sign = token.start as usize;
        if token.kind == TokenKind::Foreign && token.text(text).starts_with("//") {
            let mut rest = Lexer::new(text, sign + 2);
            let next: Vec<Token> = rest.by_ref().take(2).collect();
            if super::quotient::divides(text, tokens.last().copied(), sign, &next) {
                token.end = token.start + 2;
                lexer = Lexer::new(text, sign + 2);
            }
        }
        tokens.push(token);
    }
    tokens
}

/// The tokens from some place of a text on.
struct Lexer<'t> {
    raw: logos::Lexer<'t, Raw>,
    start: usize,
}

impl<'t> Lexer<'t> {
    fn new(text: &'t str, start: usize) -> Lexer<'t> {
        Lexer { raw: Raw::lexer(text.get(start..).unwrap_or("")), start }
    }
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let raw = self.raw.next()?;
        let span = self.raw.span();
        let kind = raw.map_or(TokenKind::Error, |raw| kind(raw, self.raw.slice()));
        Some(Token { kind, start: (self.start + span.start) as u32, end: (self.start + span.end) as u32 })
    }
}

fn kind(raw: Raw, slice: &str) -> TokenKind {
    match raw {
        Raw::Comment if slice.starts_with("##") => TokenKind::DocComment,
        Raw::Comment => TokenKind::Comment,
        Raw::Number => TokenKind::Number,
        Raw::Text => TokenKind::Text,
        Raw::UnfinishedText => TokenKind::UnfinishedText,
        Raw::Word if is_keyword(slice) => TokenKind::Keyword,
        Raw::Word => TokenKind::Name,
        Raw::Operator => TokenKind::Operator,
        Raw::Open => TokenKind::Open,
        Raw::Close => TokenKind::Close,
        Raw::Separator => TokenKind::Separator,
        Raw::Newline => TokenKind::Newline,
        Raw::Foreign => TokenKind::Foreign,
    }
}

/// Whether a text typed at the prompt can be read as it stands; if not, the prompt asks for another line.
///
/// Text with a mistake that another line cannot mend is complete: the message is wanted now.
pub fn is_complete(text: &str) -> bool {
    let tokens = tokens(text);
    let mut open: Vec<&str> = Vec::new();
    let mut choices: usize = 0;
    let mut last: Option<Token> = None;
    for (at, token) in tokens.iter().enumerate() {
        let slice = token.text(text);
        // `then = 1` is an option.
        let is_label = || tokens.get(at + 1).is_some_and(|next| next.text(text) == "=");
        match token.kind {
            TokenKind::Open => open.push(slice),
            TokenKind::Close => match open.pop() {
                Some(opener) if closer_of(opener) == slice => {}
                Some(_) | None => return true,
            },
            TokenKind::Keyword if slice == "then" && !is_label() => choices += 1,
            TokenKind::Keyword if slice == "else" && !is_label() => choices = choices.saturating_sub(1),
            TokenKind::Comment | TokenKind::DocComment | TokenKind::Newline => continue,
            // A text ends on its line.
            TokenKind::UnfinishedText => return true,
            TokenKind::Number
            | TokenKind::Text
            | TokenKind::Name
            | TokenKind::Keyword
            | TokenKind::Operator
            | TokenKind::Separator
            | TokenKind::Foreign
            | TokenKind::Error => {}
        }
        last = Some(*token);
    }
    let pending = last.is_some_and(|token| is_infix(token, text));
    open.is_empty() && choices == 0 && !pending
}

fn is_infix_word(word: &str) -> bool {
    matches!(word, "and" | "or" | "not" | "then" | "else")
}

/// Whether a line that ends with this token goes on with the next one.
pub(super) fn is_infix(token: Token, text: &str) -> bool {
    let slice = token.text(text);
    match token.kind {
        TokenKind::Operator => {
            !matches!(slice, "²" | "³" | "ᵀ" | "." | "=" | "->" | "→" | "<-" | "←") && !is_compound(slice)
        }
        TokenKind::Keyword => is_infix_word(slice),
        TokenKind::Comment
        | TokenKind::DocComment
        | TokenKind::Number
        | TokenKind::Text
        | TokenKind::UnfinishedText
        | TokenKind::Name
        | TokenKind::Open
        | TokenKind::Close
        | TokenKind::Separator
        | TokenKind::Newline
        | TokenKind::Foreign
        | TokenKind::Error => false,
    }
}

/// `+=` and its like.
pub(super) fn is_compound(sign: &str) -> bool {
    sign.ends_with('=') && !matches!(sign, "=" | "==" | "!=" | "<=" | ">=")
}

/// The bracket that closes an opening one.
pub(super) fn closer_of(opener: &str) -> &'static str {
    match opener {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}
