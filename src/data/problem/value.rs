//! What is wrong with values, found when they are encoded and split.

use super::{DropSite, Site, counted, list, shape_text};
use crate::base::Span;
use crate::data::table::Place;
use crate::diagnostics::{Candidate, Change, Diagnostic, Piece, Slug};

/// A mistake that only the values show, or only the split.
#[derive(Clone, Debug, PartialEq)]
pub enum ValueProblem {
    /// A category or label that the training part doesn't have.
    Unseen(Unseen),
    NotFinite {
        span: Span,
        place: Place,
        part: String,
    },
    /// A missing value in new data, where the training data had none, or none that was used.
    Missing {
        span: Span,
        place: Place,
        column: String,
        is_text: bool,
        /// Whether the script leaves out rows with missing values.
        was_dropped: bool,
    },
    /// New data lacks a column that the encoders read.
    ColumnGone {
        span: Span,
        column: String,
        file: String,
        known: Vec<String>,
    },
    /// A column is of another kind or shape than when the encoders were fitted.
    ColumnChanged {
        span: Span,
        column: String,
        expected: String,
        found: String,
    },
    /// `split = [train: -1]`
    SplitShare {
        span: Span,
        name: String,
        value: f64,
    },
    /// `split = [train: 0.8, test: 0.3]`
    SplitSum {
        span: Span,
        sum: f64,
        shares: Vec<(Span, f64)>,
    },
    /// `split = [train: 200, test: 100]` of 150 rows
    SplitRows {
        span: Span,
        wanted: usize,
        n_rows: usize,
        shares: Vec<(Span, f64)>,
    },
    PartTwice {
        span: Span,
        name: String,
    },
    EmptyPart {
        span: Span,
        name: String,
        n_rows: usize,
    },
    TooLarge {
        span: Span,
        bytes: u128,
    },
}

/// Values that the training part does not have.
#[derive(Clone, Debug, PartialEq)]
pub struct Unseen {
    /// The expression that learned.
    pub span: Span,
    /// The first few, with their places.
    pub first: Vec<(String, Place)>,
    pub n_rows: usize,
    pub part: String,
    pub known: Vec<String>,
    /// How the rows can be left out.
    pub drop: Option<(Site, DropSite)>,
}

impl Unseen {
    fn diagnostic(&self) -> Diagnostic {
        let Unseen { span, first, n_rows, part, known, drop } = self;
        let Some((value, place)) = first.first() else {
            return Diagnostic::error(Slug::DataValue, *span, "a value is not in the training part");
        };
        let headline = format!("`{value}` at {place} of part `{part}` is not in the training part");
        let found = Diagnostic::error(Slug::DataValue, place.span.unwrap_or(*span), headline);
        let found = found.here(match place.span {
            Some(_) => "no encoder knows this value",
            None => "learned from the training part",
        });
        let found = if place.span.is_some() {
            found.label(*span, "encoders learn what values there are from the training part")
        } else {
            found
        };
        let found = found.note(format!("known are {}", list(known)));
        let found = first
            .iter()
            .skip(1)
            .fold(found, |found, (value, place)| super::remark(found, place, format!("`{value}`")));
        let found = match n_rows.saturating_sub(first.len()) {
            0 => found,
            more => found.note(format!("and {} more", counted(more, "row"))),
        };
        match drop {
            Some((site, drop)) => drop.leave_out(found, value, site),
            None => found,
        }
    }
}

impl ValueProblem {
    pub(super) fn diagnostic(&self) -> Diagnostic {
        use ValueProblem as P;
        match self {
            P::Unseen(unseen) => unseen.diagnostic(),
            P::NotFinite { span, place, part } => {
                let headline = format!("the value at {place} of part `{part}` is not a finite number");
                super::remark(Diagnostic::error(Slug::DataValue, *span, headline), place, "this example")
            }
            P::Missing { span, place, column, is_text, was_dropped } => {
                let headline = format!("the value of `{column}` at {place} is missing");
                let found = Diagnostic::error(Slug::DataValue, *span, headline).note(if *was_dropped {
                    "`missing = drop` left such rows out of the training"
                } else {
                    "the training data had no missing value, so nothing stands for one"
                });
                let found = match *was_dropped && !is_text {
                    true => found.help(
                        "a model trained with `missing = mean` answers such rows: the mean of the training part stands \
                         for the missing value",
                    ),
                    false => found,
                };
                super::remark(found, place, "missing")
            }
            P::ColumnGone { span, column, file, known } => {
                let headline = format!("`{file}` has no column `{column}`, which the encoders read");
                Diagnostic::error(Slug::UnknownColumn, *span, headline)
                    .note(format!("its columns are {}", list(known)))
            }
            P::ColumnChanged { span, column, expected, found } => {
                let headline =
                    format!("column `{column}`: expected {expected} as in the training data, found {found}");
                Diagnostic::error(Slug::DataValue, *span, headline)
            }
            P::SplitShare { span, name, value } => {
                let headline = format!(
                    "part `{name}` takes a share from 0 to 1 or a whole number of rows, found {value}"
                );
                Diagnostic::error(Slug::OptionValue, *span, headline)
            }
            P::SplitSum { span, sum, shares } => {
                let headline = format!(
                    "the shares of the parts add up to {}, expected at most 1",
                    (sum * 1e4).round() / 1e4
                );
                let found = Diagnostic::error(Slug::OptionValue, *span, headline);
                of_the_rest(shares).into_iter().chain(in_proportion(shares)).fold(found, Diagnostic::try_fix)
            }
            P::SplitRows { span, wanted, n_rows, shares } => {
                let headline = format!("the parts take {}, found {n_rows}", counted(*wanted, "row"));
                let found = Diagnostic::error(Slug::OptionValue, *span, headline);
                let found = match shares.iter().map(|(_, share)| share).sum::<f64>() == 100.0 {
                    true => {
                        found.note("a share is from 0 to 1: 0.8 for 80 percent; above 1, rows are counted")
                    }
                    false => found,
                };
                in_proportion(shares).into_iter().fold(found, Diagnostic::try_fix)
            }
            P::PartTwice { span, name } => {
                Diagnostic::error(Slug::DuplicateName, *span, format!("part `{name}` is named twice"))
            }
            P::EmptyPart { span, name, n_rows } => {
                let headline = format!("part `{name}` gets none of the {}", counted(*n_rows, "row"));
                Diagnostic::error(Slug::OptionValue, *span, headline)
            }
            P::TooLarge { span, bytes } => {
                let headline = format!("the values would need {bytes} bytes, more than fit in memory");
                Diagnostic::error(Slug::Limit, *span, headline)
            }
        }
    }
}

fn written(share: f64, span: Span) -> Change {
    let text = ((share * 1e4).round() / 1e4).to_string();
    Change::Replace { span, pieces: vec![Piece::Text(text)] }
}

/// The last part gets what the others leave.
fn of_the_rest(shares: &[(Span, f64)]) -> Option<Candidate> {
    let (last, others) = shares.split_last()?;
    let rest = 1.0 - others.iter().map(|(_, share)| share).sum::<f64>();
    let is_share = rest > 1e-4 && !others.is_empty();
    is_share.then(|| Candidate::all("the last part gets the rest", vec![written(rest, last.0)]))
}

/// All parts as shares of what they are together.
fn in_proportion(shares: &[(Span, f64)]) -> Option<Candidate> {
    let sum = shares.iter().map(|(_, share)| share).sum::<f64>();
    let changes = shares.iter().map(|(span, share)| written(share / sum, *span)).collect();
    (sum > 1.0).then(|| Candidate::all("as shares of the whole", changes))
}

/// A kind of column in words.
pub fn column_text(is_text: bool, shape: &[usize]) -> String {
    let kind = if is_text { "text" } else { "numbers" };
    if shape.is_empty() { kind.to_owned() } else { format!("{kind} of shape `{}`", shape_text(shape)) }
}
