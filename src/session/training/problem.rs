//! What can stop a training or a measurement while it runs, as messages.

use crate::base::Span;
use crate::check::TrainRequest;
use crate::diagnostics::{Diagnostic, Slug};
use crate::exec::PlanProblem;
use crate::train;

pub(in crate::session) fn problem_of(problem: &train::TrainProblem, span: Span) -> Diagnostic {
    match problem {
        train::TrainProblem::Step(problem) => plan_problem(problem, span),
        train::TrainProblem::Checkpoint(text) => {
            Diagnostic::error(Slug::File, span, format!("the checkpoint cannot be written: {text}"))
                .here("stopped here")
        }
    }
}

fn plan_problem(problem: &PlanProblem, span: Span) -> Diagnostic {
    let headline = match problem {
        PlanProblem::TooLarge { bytes, limit } => {
            format!("a step needs {} MiB of memory, and {} are allowed", bytes >> 20, limit >> 20)
        }
        PlanProblem::NoMemory { bytes } => format!("the system has no memory for {} MiB", bytes >> 20),
        PlanProblem::UnknownSize { .. }
        | PlanProblem::UpdateType { .. }
        | PlanProblem::SlotSize { .. }
        | PlanProblem::Precision { .. } => format!("a step cannot be planned: {problem:?}"),
    };
    Diagnostic::error(Slug::Limit, span, headline).here("here")
}

pub(super) fn training_problem(
    problem: &train::TrainProblem,
    request: &TrainRequest,
    span: Span,
) -> Diagnostic {
    match (problem, &request.checkpoint) {
        (train::TrainProblem::Checkpoint(_), Some((_, path))) => problem_of(problem, *path),
        _ => problem_of(problem, span),
    }
}
