//! The keywords of the language, in one place.
//!
//! The tokens, the messages and the tests read this list; a law test holds the grammar to it.

/// Words that cannot be names of bindings.
pub const KEYWORDS: &[&str] = &[
    "data",
    "model",
    "layer",
    "activation",
    "loss",
    "metric",
    "optimizer",
    "schedule",
    "init",
    "fn",
    "param",
    "state",
    "train",
    "on",
    "for",
    "in",
    "while",
    "if",
    "then",
    "else",
    "seed",
    "precision",
    "import",
    "and",
    "or",
    "not",
    "true",
    "false",
    "as",
];

/// Words that begin a declaration with a name after them, and are names elsewhere in an expression.
pub const DECLARING: &[&str] = &[
    "data",
    "model",
    "layer",
    "activation",
    "loss",
    "metric",
    "optimizer",
    "schedule",
    "init",
    "fn",
    "param",
    "state",
    "seed",
    "precision",
];

/// Words that mean something only in their place: `total` in a metric, `examples` as a source, `like` as a type.
pub const CONTEXTUAL: &[&str] = &["total", "examples", "like"];

/// Whether a word is a keyword.
pub fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}
