//! Showing what a graph says: the gradient as formulas, a step of training with its numbers, pictures of networks.
//!
//! `session/` asks for it, for the actions `derive`, `trace` and `check_gradients` and for the commands of the same
//! names. Formulas are terms in a normal form (`algebra`), lifted from the graph that runs, so that what is shown is
//! what is computed. This room differentiates nothing and runs nothing that the graph does not say.

mod algebra;
mod choices;
mod conditions;
mod constant;
mod derivation;
mod divide;
mod entry;
mod factors;
mod flow;
mod latex;
mod layout;
mod lift;
mod mathml;
mod mismatch;
mod names;
mod normal;
mod notation;
mod order;
mod partial;
mod patterns;
mod shared;
mod source;
mod steps;
mod term;
mod totals;
mod trace;
mod unicode;
mod write;

pub use derivation::{Derivation, Line, Question, derivation};
pub use flow::FlowStep;
pub use layout::Part;
pub use mismatch::{Mismatch, mismatch, place, together};
pub use names::{Named, Taken, forward_names, parameter_names};
pub use partial::{MAX_ORDER, name as derivative_name};
pub use trace::{Entry, Item, Trace, Traced, trace, traced_in};
pub use write::Format;
