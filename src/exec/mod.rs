//! Running graphs: a plan for the whole step, made once and run for every batch, and a naive evaluator that stays
//! as its judge.
//!
//! `train/` and `session/` call it. Shapes were settled when the graph was built; this room asks operators only for
//! the class of their work. [`mod@reference`] is the judge: naive, in double precision, one example at a time.

mod evaluate;
mod executable;
mod plan;
pub mod reference;
mod store;

pub use crate::tensor::machine::{RunContext, Spent, Supply};
pub use evaluate::{Bad, evaluate_planned, evaluate_planned as evaluate, first_bad};
pub use executable::{Examples, Executable, default_threads};
pub use plan::{Plan, PlanLine, PlanProblem, Request};
pub use reference::{Environment, EvaluateProblem};
pub use store::{NumberPlace, Store, Stored};
