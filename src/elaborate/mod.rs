//! From the tree to the typed graph: names, arguments, sizes and shapes, all in one walk.
//!
//! The elaborator evaluates expressions over *static values* ([`Value`]): what is known before running is a
//! number, a size or a function; everything else is a node of the graph, whose type says the shape. A function is
//! inlined where it is called; a layer makes its parameters; a `for` in a body is unrolled. An operation that does
//! not fit is reported, with both places, and becomes [`Value::Unknown`], which agrees with everything.
//!
//! `check/` walks whole programs with it, `session/` does the same while running. It never runs anything.

mod alone;
mod arguments;
mod arith;
mod body;
mod bounds;
mod builtin;
mod call;
mod candidates;
mod causes;
mod cost;
mod data_warnings;
mod define;
mod differentiate;
mod elaborator;
mod expr;
mod foreign;
mod home;
mod index;
mod method;
mod model;
mod optimizer;
mod problem;
mod problems;
mod promises;
mod ranges;
mod scope;
mod signature;
mod step;
mod text;
mod value;
mod warnings;
mod words;

pub use alone::Alone;
pub use arguments::{Given, known};
pub use builtin::{ACTIONS, turned, unknown_layout};
pub use candidates::Origin;
pub use causes::ExampleCount;
pub use elaborator::{Definition, Elaborator, Fact, Upcoming};
pub use foreign::{called_here, option_elsewhere};
pub use index::constant_of;
pub use method::{Lbfgs, METHODS, MethodOption, MethodRow, OptionKind, Plateau, is_method};
pub use model::{LayerRow, Model, ModelId, Stored};
pub use optimizer::OptimizerState;
pub use problem::{meant, near_option, nearest};
pub use scope::Binding;
pub use step::{Descent, MetricPlan, Step, StepRequest, Whole};
pub use text::TextPiece;
pub use value::{FieldOrigin, FunctionValue, Parameters, Record, RecordKind, Target, Value, Variable};
pub use warnings::UnusedName;
pub use words::{CONSTANTS, FUNCTIONS, INSIDE, WordRow};
