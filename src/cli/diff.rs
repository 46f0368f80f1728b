//! Two lists of lines against each other, for people.

/// Products of lengths above this are not compared line by line.
const MOST_WORK: usize = 4_000_000;
/// Lines that are kept around a change.
const AROUND: usize = 2;

/// A line of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<'a> {
    Kept(&'a str),
    Removed(&'a str),
    Added(&'a str),
    /// So many lines that are alike.
    Skipped(usize),
}

/// What must go and what must come to make the one list the other, with few lines around it.
pub fn diff<'a>(old: &'a [String], new: &'a [String]) -> Vec<Change<'a>> {
    let at_start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - at_start;
    let at_end = old.iter().rev().zip(new.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - at_end, new.len() - at_end);
    let mut changes: Vec<Change<'a>> = old[..at_start].iter().map(|line| Change::Kept(line)).collect();
    changes.extend(middle(&old[at_start..old_end], &new[at_start..new_end]));
    changes.extend(old[old_end..].iter().map(|line| Change::Kept(line)));
    shorten(changes)
}

/// The longest common lines stay.
fn middle<'a>(old: &'a [String], new: &'a [String]) -> Vec<Change<'a>> {
    if old.len().saturating_mul(new.len()) > MOST_WORK {
        let removed = old.iter().map(|line| Change::Removed(line));
        return removed.chain(new.iter().map(|line| Change::Added(line))).collect();
    }
    let width = new.len() + 1;
    let mut common = vec![0u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i * width + j] = if old[i] == new[j] {
                common[(i + 1) * width + j + 1] + 1
            } else {
                common[(i + 1) * width + j].max(common[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut changes = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            changes.push(Change::Kept(&old[i]));
            (i, j) = (i + 1, j + 1);
        } else if i < old.len()
            && (j == new.len() || common[(i + 1) * width + j] >= common[i * width + j + 1])
        {
            changes.push(Change::Removed(&old[i]));
            i += 1;
        } else {
            changes.push(Change::Added(&new[j]));
            j += 1;
        }
    }
    changes
}

/// Long runs of lines that are alike become a count.
fn shorten(changes: Vec<Change<'_>>) -> Vec<Change<'_>> {
    let mut short = Vec::new();
    let mut at = 0;
    while at < changes.len() {
        let kept = changes[at..].iter().take_while(|change| matches!(change, Change::Kept(_))).count();
        let (before, after) =
            (if at == 0 { 0 } else { AROUND }, if at + kept == changes.len() { 0 } else { AROUND });
        if kept > before + after + 1 {
            short.extend_from_slice(&changes[at..at + before]);
            short.push(Change::Skipped(kept - before - after));
            short.extend_from_slice(&changes[at + kept - after..at + kept]);
            at += kept;
        } else {
            let end = (at + kept.max(1)).min(changes.len());
            short.extend_from_slice(&changes[at..end]);
            at = end;
        }
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.chars().map(|letter| letter.to_string()).collect()
    }

    fn drawn(old: &str, new: &str) -> String {
        let (old, new) = (lines(old), lines(new));
        let drawn = diff(&old, &new).into_iter().map(|change| match change {
            Change::Kept(line) => line.to_string(),
            Change::Removed(line) => format!("-{line}"),
            Change::Added(line) => format!("+{line}"),
            Change::Skipped(count) => format!("({count})"),
        });
        drawn.collect()
    }

    #[test]
    fn what_differs_is_shown_with_little_around_it() {
        assert_eq!(drawn("abc", "abc"), "(3)");
        assert_eq!(drawn("abc", "axc"), "a-b+xc");
        assert_eq!(drawn("", "x"), "+x");
        assert_eq!(drawn("abcdefgh", "abcdxfgh"), "(2)cd-e+xfgh");
        assert_eq!(drawn("abcdefghijkl", "xbcdefghijky"), "-a+xbc(6)jk-l+y");
    }
}
