//! The list of what Tab offers, above the input.
//!
//! The line editor writes its own list below the line with the cursor and then draws the input again, over as many
//! rows of the list as the input has lines. Ours is written where the input stood, and the input below it.

use std::sync::mpsc::{Sender, channel};

use rustyline::ExternalPrinter;

use super::complete::Candidate;

/// Longer lists are cut.
const MOST_SHOWN: usize = 200;
/// Blanks between two columns.
const GAP: usize = 2;

/// Shows lists. The editor takes a text only between two keys, so a thread waits for that.
pub struct Lister {
    lists: Sender<String>,
}

impl Lister {
    pub fn new(mut printer: impl ExternalPrinter + Send + 'static) -> Lister {
        let (lists, received) = channel::<String>();
        std::thread::spawn(move || {
            for list in received {
                // A list that cannot be shown is no reason to stop.
                let _ = printer.print(list);
            }
        });
        Lister { lists }
    }

    pub fn show(&self, found: &[Candidate], width: usize) {
        let _ = self.lists.send(list(found, width));
    }
}

/// In columns, read downwards.
fn list(found: &[Candidate], width: usize) -> String {
    let shown: Vec<&str> = found.iter().take(MOST_SHOWN).map(|one| one.shown.as_str()).collect();
    let widest = shown.iter().map(|one| one.chars().count()).max().unwrap_or(0) + GAP;
    let columns = (width / widest).max(1);
    let rows = shown.len().div_ceil(columns);
    let mut text = String::new();
    for row in 0..rows {
        let line: String = shown.iter().skip(row).step_by(rows).map(|one| format!("{one:widest$}")).collect();
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if found.len() > MOST_SHOWN {
        text.push_str(&format!("and {} more\n", found.len() - MOST_SHOWN));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_stands_in_columns() {
        let found: Vec<Candidate> = ["a", "bcd", "ef"].map(super::super::complete::plain).into();
        assert_eq!(list(&found, 12), "a    ef\nbcd\n");
        assert_eq!(list(&found, 80), "a    bcd  ef\n");
        assert_eq!(list(&found, 3), "a\nbcd\nef\n");
        let many: Vec<Candidate> = (0..203).map(|n| super::super::complete::plain(n.to_string())).collect();
        assert!(list(&many, 80).ends_with("\nand 3 more\n"));
    }
}
