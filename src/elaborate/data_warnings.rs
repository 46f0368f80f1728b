//! Warnings of a training step that need to know the numbers of its data: their range, and how many there are at once.

use super::step::StepRequest;
use super::warnings::Compared;
use super::{Elaborator, ranges};
use crate::base::Span;
use crate::diagnostics::{Candidate, Diagnostic, Piece, Slug};
use crate::graph::{NodeId, Operation, Range};
use crate::syntax::tree::{Argument, Body, Expr, ExprKind, Function, Stmt};
use crate::types::Size;

/// Numbers beyond this are flat for a sigmoid or tanh of a usual sum of them.
const LARGE: f64 = 50.0;
/// Functions that fill a shape: where a size is that of one example.
const SHAPED: [&str; 5] = ["reshape", "zeros", "ones", "random_normal", "random_uniform"];

impl Elaborator {
    /// Targets that no parameters can reach.
    pub(super) fn out_of_reach(&self, request: &StepRequest, compared: &Compared) -> Option<Diagnostic> {
        let (least, most) = request.target_origin.range?;
        let ranges = ranges::of_graph(&self.graph);
        let output = ranges.get(compared.prediction.index()).copied().unwrap_or(Range::ANY);
        if output.lo <= least && most <= output.hi {
            return None;
        }
        let reach = match (output.lo.is_finite(), output.hi.is_finite()) {
            (true, true) => format!("from {} to {}", output.lo, output.hi),
            (true, false) => format!("never below {}", output.lo),
            _ => format!("never above {}", output.hi),
        };
        let place = self.place_of(compared.prediction, request);
        let target = request.target_origin.span.unwrap_or(request.data_span);
        let mut diagnostic = Diagnostic::warning(
            Slug::TargetRange,
            place,
            format!("the targets go from {least} to {most}, and the prediction is {reach}"),
        )
        .here(format!("what comes out is {reach}"))
        .label(target, format!("from {least} to {most}"))
        .note("a target that the output cannot reach pulls forever, and the loss stays")
        .try_fix(Candidate::leave_out(place));
        if output.lo == 0.0 && output.hi == 1.0 {
            diagnostic = diagnostic.help("`minmax(...)` brings the targets between 0 and 1");
        }
        Some(diagnostic)
    }

    /// Inputs such as 0 to 255 in a sigmoid or tanh: it is flat there, and nothing is learned.
    pub(super) fn unscaled(&self, request: &StepRequest, input: NodeId) -> Option<Diagnostic> {
        let (least, most) = request.input_origin.range?;
        if least.abs().max(most.abs()) < LARGE {
            return None;
        }
        let flat = self.first_squashed(input)?;
        let place = self.place_of(flat, request);
        let columns = request.input_origin.span;
        let mut diagnostic = Diagnostic::warning(
            Slug::UnscaledInput,
            columns.unwrap_or(request.data_span),
            format!("the inputs go from {least} to {most}, and the first layer is flat for large numbers"),
        )
        .here(format!("from {least} to {most}"))
        .label(place, "flat for large numbers: its slope is nearly 0")
        .note("where an activation is flat, no gradient comes through, and the layer learns nothing");
        if let Some(columns) = columns {
            for (function, title) in
                [("standardize", "mean 0 and deviation 1"), ("minmax", "between 0 and 1")]
            {
                let pieces = vec![
                    Piece::Text(format!("{function}(")),
                    Piece::Source(columns),
                    Piece::Text(")".to_string()),
                ];
                diagnostic = diagnostic.try_fix(Candidate::replace(title, columns, pieces));
            }
        } else {
            diagnostic = diagnostic.help("`input = minmax(...)` of the columns brings them between 0 and 1");
        }
        Some(diagnostic)
    }

    /// The first sigmoid or tanh that an input reaches through sums and products with parameters alone.
    fn first_squashed(&self, input: NodeId) -> Option<NodeId> {
        let mut depends = vec![false; self.graph.len()];
        let mut is_linear = vec![false; self.graph.len()];
        for id in self.graph.ids() {
            let node = self.graph.node(id);
            let at = id.index();
            if id == input {
                (depends[at], is_linear[at]) = (true, true);
                continue;
            }
            let Operation::Apply(op) = &node.operation else { continue };
            let of: Vec<usize> =
                node.inputs.iter().map(|input| input.index()).filter(|input| depends[*input]).collect();
            depends[at] = !of.is_empty();
            let linear = !of.is_empty() && of.iter().all(|input| is_linear[*input]);
            is_linear[at] = match op.name() {
                "sigmoid" | "tanh" if linear => return Some(id),
                "matmul" | "multiply" => linear && of.len() == 1,
                "divide" => {
                    linear
                        && of.len() == 1
                        && node.inputs.first().map(|one| one.index()) == of.first().copied()
                }
                "add" | "subtract" | "negate" | "transpose" | "concat" | "_slice" => linear,
                name => linear && name.trim_start_matches('_').contains("shape"),
            };
        }
        None
    }

    /// The number of examples of a batch as a size in the model, where no example has it.
    pub(super) fn batch_as_size(&self, request: &StepRequest) -> Option<Diagnostic> {
        let (batch, batch_span) = request.batch.filter(|(batch, _)| *batch > 1)?;
        let count = i64::try_from(batch).ok()?;
        let in_data = |shape: &crate::types::Shape| shape.0.contains(&Size::Known(count));
        if in_data(&request.input) || request.target.as_ref().is_some_and(in_data) {
            return None;
        }
        let function = &self.models.get(request.model.0)?.function;
        let mut found = Found { number: batch as f64, in_shapes: Vec::new(), elsewhere: false };
        found.function(function);
        let place = found.in_shapes.first().copied().filter(|_| !found.elsewhere)?;
        Some(
            Diagnostic::warning(
                Slug::BatchAsSize,
                place,
                format!("{batch} is the batch of the training, and a size here"),
            )
            .here("a size is that of one example")
            .label(batch_span, "the batch")
            .note(
                "the batch is implicit: a model is written for one example, and works for any number of them",
            )
            .help("leave the batch out of the shape; if the number is meant, `# nn: allow batch-as-size`"),
        )
    }
}

/// Where a number is written in a model: in the sizes of a shape, or as anything else, such as a width.
struct Found {
    number: f64,
    in_shapes: Vec<Span>,
    elsewhere: bool,
}

impl Found {
    fn function(&mut self, function: &Function) {
        match &function.body {
            Body::Expr(expr) => self.expr(expr),
            Body::Block(block) => block.stmts.iter().for_each(|stmt| self.stmt(stmt)),
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let (exprs, blocks) = stmt.parts();
        exprs.into_iter().for_each(|expr| self.expr(expr));
        blocks.into_iter().for_each(|block| block.stmts.iter().for_each(|stmt| self.stmt(stmt)));
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Number { value, whole: true } if *value == self.number => self.elsewhere = true,
            ExprKind::Call { callee, args } if matches!(&callee.kind, ExprKind::Name(name) if SHAPED.contains(&name.as_str())) =>
            {
                args.iter().for_each(|argument| self.size(argument));
            }
            _ => expr.children().into_iter().for_each(|child| self.expr(child)),
        }
    }

    fn size(&mut self, argument: &Argument) {
        let numbers = match &argument.value.kind {
            ExprKind::List(items) => items.iter().collect(),
            _ => vec![&argument.value],
        };
        for one in numbers {
            match &one.kind {
                ExprKind::Number { value, whole: true } if *value == self.number => {
                    self.in_shapes.push(one.span)
                }
                _ => self.expr(one),
            }
        }
    }
}
