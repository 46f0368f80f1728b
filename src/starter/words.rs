//! Columns in words, and a name for the data.

use crate::data::table::{Column, ColumnKind};
use crate::session::{NumberFormat, format_number};
use crate::syntax::name_or_quoted;

/// Texts of a column that are named before the rest is counted.
const SHOWN: usize = 4;

/// `0.1 to 6.9`, `3 kinds: setosa, versicolor, virginica`
pub fn facts(column: &Column) -> String {
    let number = |value: f64| format_number(value, NumberFormat::default());
    match &column.kind {
        ColumnKind::Number(facts) => match (&facts.range, &facts.wholes) {
            (None, _) => "numbers".to_string(),
            (Some((least, most)), Some(_)) => {
                format!("whole numbers, {} to {}", number(*least), number(*most))
            }
            (Some((least, most)), None) => format!("numbers, {} to {}", number(*least), number(*most)),
        },
        ColumnKind::Category(facts) => {
            let shown: Vec<String> = facts.values.iter().take(SHOWN).map(|value| short(value)).collect();
            let more = if facts.values.len() > SHOWN { ", ..." } else { "" };
            let what = if facts.values.len() == 1 { "kind" } else { "kinds" };
            format!("{} {what}: {}{more}", facts.values.len(), shown.join(", "))
        }
    }
}

/// A text of a cell on one line, not too long.
pub fn short(text: &str) -> String {
    let line = crate::diagnostics::escape_line(text);
    match line.char_indices().nth(24) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

/// A name for the data: that of the file if it can be one.
pub fn data_name(stem: &str, is_taken: &dyn Fn(&str) -> bool) -> String {
    let name: String = stem
        .to_lowercase()
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
        .collect();
    let name = name.trim_matches('_');
    let fits = name_or_quoted(name) == name && name.len() <= 24 && !is_taken(name);
    if fits { name.to_string() } else { "table".to_string() }
}
