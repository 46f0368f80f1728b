//! The list of all diagnostics by name. A slug not in this list does not exist.

use std::fmt;

macro_rules! slugs {
    ($($variant:ident = $text:literal, $meaning:literal;)*) => {
        /// The name of a mistake, in kebab-case when shown.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Slug { $(#[doc = $meaning] $variant,)* }

        impl Slug {
            /// Every slug, in the order of the list.
            pub const ALL: &[Slug] = &[$(Slug::$variant,)*];

            /// As users see it: `shape-mismatch`.
            pub fn as_str(self) -> &'static str {
                match self { $(Slug::$variant => $text,)* }
            }

            /// Its page: what it means, a program that raises it, the program mended.
            pub fn page(self) -> &'static str {
                match self {
                    $(Slug::$variant => include_str!(concat!("../../docs/errors/", $text, ".md")),)*
                }
            }

            /// What it means, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Slug::$variant => $meaning,)* }
            }
        }
    };
}

slugs! {
    Syntax = "syntax", "The text is not a statement of the language.";
    TooDeep = "too-deep", "The program nests deeper than the limit.";
    UnknownName = "unknown-name", "A name is used that nothing declares.";
    DuplicateName = "duplicate-name", "The same name is declared twice where it may be declared once.";
    UnknownOption = "unknown-option", "An option is given that the statement or function does not have.";
    MissingOption = "missing-option", "A statement lacks an option it needs.";
    OptionValue = "option-value", "The value of an option is of the wrong kind or outside its range.";
    Arity = "arity", "A function is called with too many or too few arguments.";
    TypeMismatch = "type-mismatch", "A value of one kind stands where another kind is needed.";
    ShapeMismatch = "shape-mismatch", "Two shapes that must agree do not.";
    BatchMismatch = "batch-mismatch", "Values of two different batches, or of a batch and of no batch, meet.";
    NotDifferentiable = "not-differentiable", "A gradient is asked of something that has none.";
    UnknownColumn = "unknown-column", "The data file has no column of that name.";
    DataFile = "data-file", "A data file cannot be read as what it is said to be.";
    DataValue = "data-value", "A value in a data file is not what its column needs.";
    File = "file", "A file cannot be found, read or written.";
    Recursion = "recursion", "A function or layer needs itself to be defined.";
    NotAllowedHere = "not-allowed-here", "A statement stands where it has no meaning.";
    Unused = "unused", "A name is bound and never used.";
    Shadowed = "shadowed", "A declaration hides one of the library.";
    NoEffect = "no-effect", "A statement does nothing: nobody takes its value.";
    Diverged = "diverged", "A number of the training stopped being finite.";
    Runtime = "runtime", "A value known only while running is outside what the operation takes.";
    Limit = "limit", "A computation would need more memory or steps than the limit.";
    NoTraining = "no-training", "A command that looks at a training is given a script that trains nothing.";
    LogOfZero = "log-of-zero", "A logarithm is taken of what the model can make 0 or negative.";
    WrongLoss = "wrong-loss", "A loss for one kind of answer meets a model that gives another.";
    SoftmaxTwice = "softmax-twice", "A softmax is applied to what is a softmax already.";
    SigmoidTwice = "sigmoid-twice", "A sigmoid is applied to what is a sigmoid already.";
    ReluOutput = "relu-output", "The last operation of a model cuts its outputs at 0.";
    DropoutLast = "dropout-last", "Dropout stands behind the last layer.";
    BatchOfOne = "batch-of-one", "A layer looks across the examples of batches that have only one.";
    NeverTrains = "never-trains", "A parameter is trained by a loss that does not depend on it.";
    ValidationOverlap = "validation-overlap", "A training is validated on its own examples.";
    PartsSwapped = "parts-swapped", "A model is trained on the part to test it on, and tested on the one to train it on.";
    TargetRange = "target-range", "Targets lie where the model's output cannot go.";
    UnscaledInput = "unscaled-input", "Large inputs meet an activation that is flat for large numbers.";
    TargetInInput = "target-in-input", "The target is among the inputs.";
    BatchAsSize = "batch-as-size", "The size of the batch is written into the model.";
    LayoutUnknown = "layout-unknown", "A square matrix of weights from a file may be the wrong way round.";
    UnknownWarning = "unknown-warning", "A comment allows a warning that does not exist.";
    Internal = "internal", "A mistake of nn itself, not of the program.";
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
