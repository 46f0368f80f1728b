//! What a column is for: to predict from, to predict, or to leave out, and why.

use crate::data::table::{Column, ColumnKind, NumberFacts, Schema};

/// What a column is used as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    Target,
    /// Used as it is.
    Number,
    /// Used as one of so many.
    Category(usize),
    /// Left out, with the reason.
    LeftOut(String),
}

/// What is learnt.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// One of several classes; the share of the most frequent one, and its name.
    Classes { count: usize, most: String, share: f64 },
    /// A number.
    Number,
}

impl Role {
    pub fn is_input(&self) -> bool {
        matches!(self, Role::Number | Role::Category(_))
    }
}

/// Columns with one of these names are usually what is predicted, in order of certainty.
const TARGET_NAMES: [&str; 16] = [
    "target",
    "label",
    "class",
    "y",
    "outcome",
    "output",
    "species",
    "diagnosis",
    "survived",
    "churn",
    "category",
    "quality",
    "rating",
    "price",
    "score",
    "income",
];
/// Numbers of at most so many different whole values are classes.
const MOST_WHOLE_CLASSES: usize = 20;
/// A text column of more values is not made one of so many.
const MOST_CATEGORIES: usize = 40;
/// A class or category of fewer rows may be missing from the training part.
const FEWEST_ROWS: usize = 5;
/// A column with a larger share of missing values is left out.
const MOST_MISSING: f64 = 0.4;

/// The column that is most likely to be predicted, and why.
pub fn guess_target(schema: &Schema) -> Option<(usize, &'static str)> {
    let usable =
        |at: &usize| schema.columns.get(*at).is_some_and(|column| task_of(column, schema.n_rows).is_some());
    let named = TARGET_NAMES.iter().find_map(|name| {
        schema.columns.iter().position(|column| column.name.trim().eq_ignore_ascii_case(name))
    });
    if let Some(at) = named.filter(usable) {
        return Some((at, "by its name"));
    }
    let count = schema.columns.len();
    let is_left_out =
        |at: usize| schema.columns.get(at).is_none_or(|column| useless(column, schema.n_rows).is_some());
    let last = count.checked_sub(1).filter(usable).filter(|at| !is_left_out(*at));
    if let Some(at) = last {
        return Some((at, "as the last column"));
    }
    let texts = (0..count).rev().find(|at| {
        let is_text =
            schema.columns.get(*at).is_some_and(|column| matches!(column.kind, ColumnKind::Category(_)));
        is_text && usable(at) && !is_left_out(*at)
    });
    if let Some(at) = texts {
        return Some((at, "as the last column of words"));
    }
    let any = (0..count).rev().find(|at| usable(at) && !is_left_out(*at))?;
    Some((any, "as the last column that can be"))
}

/// What predicting a column is; nothing where nearly every row has another text.
pub fn task_of(column: &Column, n_rows: usize) -> Option<Task> {
    let known = n_rows.saturating_sub(column.n_missing);
    if known == 0 {
        return None;
    }
    match &column.kind {
        ColumnKind::Category(facts) => {
            let many = facts.values.len() * 2 > known || facts.values.len() < 2;
            if many {
                return None;
            }
            let (most, count) = facts.values.iter().zip(&facts.counts).max_by_key(|(_, count)| **count)?;
            Some(classes(facts.values.len(), most.clone(), *count, known))
        }
        ColumnKind::Number(facts) => match &facts.wholes {
            Some(wholes)
                if (2..=MOST_WHOLE_CLASSES).contains(&wholes.len())
                    && wholes.iter().all(|whole| whole.value >= 0)
                    && wholes.len() * FEWEST_ROWS <= known =>
            {
                let most = wholes.iter().max_by_key(|whole| whole.count)?;
                Some(classes(wholes.len(), most.value.to_string(), most.count, known))
            }
            _other => (!is_constant(facts)).then_some(Task::Number),
        },
    }
}

fn classes(count: usize, most: String, of_most: usize, known: usize) -> Task {
    Task::Classes { count, most, share: of_most as f64 / known as f64 }
}

fn is_constant(facts: &NumberFacts) -> bool {
    facts.range.is_none_or(|(least, most)| least == most)
}

/// What a column that is not the target is for.
pub fn role_of(column: &Column, n_rows: usize) -> Role {
    if let Some(reason) = useless(column, n_rows) {
        return Role::LeftOut(reason);
    }
    match (&column.kind, rare(column)) {
        (ColumnKind::Number(_), _) => Role::Number,
        (ColumnKind::Category(facts), None) => Role::Category(facts.values.len()),
        (ColumnKind::Category(_), Some((value, count))) => Role::LeftOut(format!(
            "too few rows have `{value}` ({count}) for every part of the data to know it"
        )),
    }
}

/// A text that too few rows have for every part of the data to know it, and how many have it.
pub fn rare(column: &Column) -> Option<(&str, usize)> {
    match &column.kind {
        ColumnKind::Number(_) => None,
        ColumnKind::Category(facts) => {
            let mut counted = facts.values.iter().zip(&facts.counts);
            counted.find(|(_, count)| **count < FEWEST_ROWS).map(|(value, count)| (value.as_str(), *count))
        }
    }
}

/// Why a column says nothing, neither as an input nor as a target.
fn useless(column: &Column, n_rows: usize) -> Option<String> {
    if column.n_missing == n_rows {
        return Some("it has no values".to_string());
    }
    if column.n_missing as f64 > MOST_MISSING * n_rows as f64 {
        return Some(format!("{} of {n_rows} values are missing", column.n_missing));
    }
    match &column.kind {
        ColumnKind::Number(facts) if is_constant(facts) => Some("it is always the same".to_string()),
        ColumnKind::Number(facts) if numbers_rows(column, facts, n_rows) => {
            Some("it numbers the rows".to_string())
        }
        ColumnKind::Number(_) => None,
        ColumnKind::Category(facts) => match facts.values.len() {
            0 | 1 => Some("it is always the same".to_string()),
            n if n > MOST_CATEGORIES => Some(format!("it has {n} different texts")),
            _few if column.n_missing as f64 > 0.05 * n_rows as f64 => {
                Some(format!("{} of its texts are missing", column.n_missing))
            }
            _few => None,
        },
    }
}

/// Whether a column only tells rows apart.
fn numbers_rows(column: &Column, facts: &NumberFacts, n_rows: usize) -> bool {
    let name = column.name.trim().to_ascii_lowercase();
    let is_named = ["id", "index", "row", "no", "nr", "unnamed: 0", ""].contains(&name.as_str())
        || name.ends_with("_id")
        || name.ends_with(" id");
    let steps = facts.range.map_or(0.0, |(least, most)| most - least + 1.0);
    let are_all_different = match &facts.wholes {
        Some(wholes) => wholes.len() == n_rows && n_rows > 20 && steps == n_rows as f64,
        None => steps == n_rows as f64,
    };
    is_named && (facts.wholes.is_none() || are_all_different)
        || are_all_different && n_rows > 20 && is_counted(facts)
}

/// Whether its range begins as a count of rows does.
fn is_counted(facts: &NumberFacts) -> bool {
    facts.range.is_some_and(|(least, _)| least == 0.0 || least == 1.0) && facts.wholes.is_some()
}
