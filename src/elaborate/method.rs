//! Methods that move all parameters together and look at the loss several times a step. An optimizer of the library
//! is the update of one parameter and cannot say this; a method is carried out by `train/`, on all examples at once.
//!
//! The options are rows of a table, read by whoever checks, runs and documents them.

use super::Elaborator;
use super::arguments::Given;
use super::optimizer::Options;
use super::problem;
use super::value::{FunctionValue, Target, Value};
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};

/// A method by name.
#[derive(Clone, Copy, Debug)]
pub struct MethodRow {
    pub name: &'static str,
    /// Sentence, formula, source and example, as the doc comments of the library have them.
    pub doc: &'static [&'static str],
    pub options: &'static [MethodOption],
}

/// An option of a method.
#[derive(Clone, Copy, Debug)]
pub struct MethodOption {
    pub name: &'static str,
    pub kind: OptionKind,
    /// What it is if not given; a flag is 1 or 0.
    pub default: f64,
    pub doc: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionKind {
    /// A number above 0.
    Positive,
    /// A number of at least 0.
    NotNegative,
    /// A number above 0 and up to 1.
    Part,
    /// A whole number of at least 1.
    Count,
    Flag,
}

pub const METHODS: &[MethodRow] = &[LBFGS, REDUCE_ON_PLATEAU];

const LBFGS: MethodRow = MethodRow {
    name: "lbfgs",
    doc: &[
        "Steps along the direction that the curvature of the last steps suggests, of a length that a search finds.",
        "For full batches: each step sees all examples, several times.",
        "formula: w ← w + t · d, d = −H · ∇L, H the inverse curvature by the last differences of weights and gradients",
        "source: D. Liu and J. Nocedal, \"On the limited memory BFGS method for large scale optimization\", 1989; J. Nocedal and S. Wright, \"Numerical optimization\", algorithms 3.5 and 3.6; PyTorch's `LBFGS` with `strong_wolfe`",
        "example: optimizer = lbfgs(iterations = 50)",
    ],
    options: &[
        option("lr", OptionKind::Positive, 1.0, "the length of a step before the search"),
        option("iterations", OptionKind::Count, 20.0, "directions that are tried in one step of training"),
        option(
            "evaluations",
            OptionKind::NotNegative,
            0.0,
            "looks at the loss in one step; 0 for five quarters of `iterations`",
        ),
        option("history", OptionKind::Count, 100.0, "differences that are kept"),
        option("gradient_tolerance", OptionKind::NotNegative, 1e-7, "the largest slope at which it is done"),
        option(
            "change_tolerance",
            OptionKind::NotNegative,
            1e-9,
            "the least change of weights or loss worth another look",
        ),
        option("search", OptionKind::Flag, 1.0, "`false` takes steps of length `lr` as they are"),
    ],
};

const REDUCE_ON_PLATEAU: MethodRow = MethodRow {
    name: "reduce_on_plateau",
    doc: &[
        "The learning rate times a factor where the loss of an epoch, of the validation part if there is one, has not become better for some epochs.",
        "formula: lr ← factor · lr after more than `patience` epochs without a loss below best · (1 − threshold)",
        "source: PyTorch's `ReduceLROnPlateau`",
        "example: plateau = reduce_on_plateau(factor = 0.5, patience = 5)",
    ],
    options: &[
        option("factor", OptionKind::Part, 0.1, "what the rate is multiplied by"),
        option("patience", OptionKind::NotNegative, 10.0, "epochs without a better loss that are borne"),
        option(
            "threshold",
            OptionKind::NotNegative,
            1e-4,
            "how much better is better, as a part of the best loss",
        ),
        option("absolute", OptionKind::Flag, 0.0, "`true` takes the threshold as it is and not as a part"),
        option("cooldown", OptionKind::NotNegative, 0.0, "epochs after a reduction that are not counted"),
        option("least", OptionKind::NotNegative, 0.0, "the least part of the rate that is left"),
        option("change", OptionKind::NotNegative, 1e-8, "a change of the part that is smaller is not made"),
    ],
};

const fn option(name: &'static str, kind: OptionKind, default: f64, doc: &'static str) -> MethodOption {
    MethodOption { name, kind, default, doc }
}

/// A method with its options, ready to be carried out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lbfgs {
    pub lr: f64,
    pub iterations: usize,
    pub evaluations: usize,
    pub history: usize,
    pub gradient_tolerance: f64,
    pub change_tolerance: f64,
    /// Whether the length of a step is searched for by the strong conditions of Wolfe.
    pub search: bool,
}

pub(super) fn row(name: &str) -> Option<&'static MethodRow> {
    METHODS.iter().find(|row| row.name == name)
}

/// Whether the value of the `optimizer` option is a method.
pub fn is_method(optimizer: &Value) -> bool {
    matches!(optimizer, Value::Function(FunctionValue { target: Target::Builtin(name), .. }) if *name == LBFGS.name)
}

impl Elaborator {
    /// `lbfgs(lr = 0.5)`: the method with options set.
    pub(super) fn method_call(&mut self, row: &'static MethodRow, given: &[Given]) -> Value {
        let mut preset = Vec::new();
        for argument in given {
            let Some((name, name_span)) = &argument.name else {
                self.report(
                    Diagnostic::error(
                        Slug::Arity,
                        argument.span,
                        format!("`{}` takes options by name", row.name),
                    )
                    .here("which option?")
                    .help(format!(
                        "write `{}({} = ...)`",
                        row.name,
                        row.options.first().map_or("lr", |o| o.name)
                    )),
                );
                return Value::Unknown;
            };
            let Some(option) = row.options.iter().find(|option| option.name == name) else {
                let known: Vec<String> =
                    row.options.iter().map(|option| format!("`{}`", option.name)).collect();
                let diagnostic = Diagnostic::error(
                    Slug::UnknownOption,
                    *name_span,
                    format!("`{}` has no option `{name}`", row.name),
                )
                .here("no such option")
                .note(format!("its options are {}", known.join(", ")));
                let near = problem::nearest(name, row.options.iter().map(|option| option.name.to_string()));
                self.report(match near {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic,
                });
                return Value::Unknown;
            };
            if !self.fits(option, &argument.value, argument.span) {
                return Value::Unknown;
            }
            preset.push((name.clone(), argument.value.clone(), argument.span));
        }
        Value::Function(FunctionValue { target: Target::Builtin(row.name), preset })
    }

    fn fits(&mut self, option: &MethodOption, value: &Value, span: Span) -> bool {
        let number = value.as_number();
        let (fits, expected) = match option.kind {
            OptionKind::Positive => (number.is_some_and(|n| n > 0.0), "a number above 0"),
            OptionKind::NotNegative => (number.is_some_and(|n| n >= 0.0), "a number of at least 0"),
            OptionKind::Part => (number.is_some_and(|n| n > 0.0 && n <= 1.0), "a number above 0 and up to 1"),
            OptionKind::Count => (
                number.is_some_and(|n| n >= 1.0 && n.fract() == 0.0 && n < 1e9),
                "a whole number of at least 1",
            ),
            OptionKind::Flag => (matches!(value, Value::Bool(_)), "`true` or `false`"),
        };
        if !fits && !value.is_unknown() {
            let found = number.map_or_else(|| value.kind().to_string(), |number| number.to_string());
            self.report(
                Diagnostic::error(
                    Slug::OptionValue,
                    span,
                    format!("`{}` expected {expected}, found {found}", option.name),
                )
                .here(format!("expected {expected}")),
            );
        }
        fits
    }

    /// The method that the `optimizer` option asks for, if it is one.
    pub(super) fn as_method(value: &Value) -> Option<Lbfgs> {
        let Value::Function(FunctionValue { target: Target::Builtin(name), preset }) = value else {
            return None;
        };
        (*name == LBFGS.name).then(|| Lbfgs::new(preset))
    }

    /// What the `plateau` option asks for.
    pub fn as_plateau(&mut self, value: &Value, span: Span) -> Option<Plateau> {
        match value {
            Value::Function(FunctionValue { target: Target::Builtin(name), preset })
                if *name == REDUCE_ON_PLATEAU.name =>
            {
                Some(Plateau::new(preset))
            }
            Value::Unknown => None,
            other => {
                self.report(problem::kind(span, "`reduce_on_plateau(...)`", other));
                None
            }
        }
    }
}

/// The value of an option, or its default.
fn value(row: &MethodRow, preset: &Options, name: &str) -> f64 {
    let given = preset.iter().rfind(|(given, ..)| given == name).and_then(|(_, value, _)| value.as_number());
    let default = row.options.iter().find(|option| option.name == name).map_or(0.0, |option| option.default);
    given.unwrap_or(default)
}

/// When the rate of an optimizer is reduced, by the losses of epochs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plateau {
    pub factor: f64,
    pub patience: f64,
    pub threshold: f64,
    pub is_absolute: bool,
    pub cooldown: f64,
    pub least: f64,
    pub change: f64,
}

impl Plateau {
    /// What is kept from epoch to epoch, at the beginning: the part of the rate that is used, the best loss, the epochs
    /// that were not better, the epochs that are still not counted.
    pub const START: [f64; 4] = [1.0, f64::INFINITY, 0.0, 0.0];

    fn new(preset: &Options) -> Plateau {
        let value = |name: &str| value(&REDUCE_ON_PLATEAU, preset, name);
        Plateau {
            factor: value("factor"),
            patience: value("patience"),
            threshold: value("threshold"),
            is_absolute: value("absolute") != 0.0,
            cooldown: value("cooldown"),
            least: value("least"),
            change: value("change"),
        }
    }

    /// What is kept after an epoch of this loss.
    pub fn next(&self, [part, best, waited, cooling]: [f64; 4], loss: f64) -> [f64; 4] {
        let bar = if self.is_absolute { best - self.threshold } else { best * (1.0 - self.threshold) };
        let (best, waited) = if loss < bar { (loss, 0.0) } else { (best, waited + 1.0) };
        let (waited, cooling) = if cooling > 0.0 { (0.0, cooling - 1.0) } else { (waited, cooling) };
        if waited <= self.patience {
            return [part, best, waited, cooling];
        }
        let reduced = (part * self.factor).max(self.least);
        [if part - reduced > self.change { reduced } else { part }, best, 0.0, self.cooldown]
    }
}

impl Lbfgs {
    fn new(preset: &Options) -> Lbfgs {
        let value = |name: &str| value(&LBFGS, preset, name);
        let iterations = value("iterations") as usize;
        let evaluations = match value("evaluations") as usize {
            0 => iterations * 5 / 4,
            given => given,
        };
        Lbfgs {
            lr: value("lr"),
            iterations,
            evaluations,
            history: value("history") as usize,
            gradient_tolerance: value("gradient_tolerance"),
            change_tolerance: value("change_tolerance"),
            search: value("search") != 0.0,
        }
    }
}
