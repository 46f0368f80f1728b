//! Loops of a script: over ranges, vectors, batches, and as long as something holds.
//!
//! Ctrl-C ends the present round, then every loop around it; what stands behind the outermost is done.

use super::state::{Flow, Session};
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Record, RecordKind, Value};
use crate::graph::NodeId;
use crate::syntax::tree::{Block, Expr, Ident};
use crate::tensor::Tensor;
use crate::types::{Shape, Size, TensorType};

impl Session<'_> {
    /// A loop, and the word to the world if it was left before its end.
    pub(super) fn looped(&mut self, span: Span, walk: impl FnOnce(&mut Self) -> Flow) -> Flow {
        self.loops.push(0);
        let flow = walk(self);
        let rounds = self.loops.pop().unwrap_or(0);
        if self.loops.is_empty() && std::mem::take(&mut self.is_leaving) && flow == Flow::Go {
            let (line, _) = self.sources.get(span.source).line_column(span.start);
            self.was_stopped = true;
            self.world.loop_left(line, rounds);
        }
        flow
    }

    pub(super) fn for_loop(&mut self, var: &Ident, iter: &Expr, body: &Block) -> Flow {
        let range = self.value(iter).known().clone();
        match range {
            Value::Unknown => {
                self.bind_plain(var, Value::Unknown);
                if self.is_running() { Flow::Stop } else { self.block(body) }
            }
            Value::Range { from, to } => self.count_loop(var, &from, &to, body),
            Value::List(items) => self.list_loop(var, items, body),
            Value::Record(record) if record.kind == RecordKind::Batches => {
                self.batch_loop(var, &record, body)
            }
            Value::Node(node) => self.element_loop(var, node, iter.span, body),
            other => {
                self.report_no_loop(iter.span, other.kind());
                Flow::Go
            }
        }
    }

    fn report_no_loop(&mut self, span: Span, found: &str) {
        self.report(
            Diagnostic::error(
                Slug::TypeMismatch,
                span,
                format!("expected a range, a vector or batches, found {found}"),
            )
            .here(format!("this is {found}"))
            .help("`for i in 1..10 { }` or `for b in batches(data, 32) { }`"),
        );
    }

    fn count_loop(&mut self, var: &Ident, from: &Size, to: &Size, body: &Block) -> Flow {
        let known = from.known().zip(to.known());
        let Some((from, to)) = known.filter(|_| self.is_running()) else {
            // A check walks one round with a number that is not known.
            let number = self.elaborator.new_size(&var.name);
            self.bind_plain(var, Value::Int(Size::var(number)));
            return self.block(body);
        };
        for i in from..=to {
            self.bind_plain(var, Value::Int(Size::Known(i)));
            if let Some(end) = self.round(body) {
                return end;
            }
        }
        Flow::Go
    }

    /// What is still to come waits where the end of a round finds it, which lets go of the graph it was made in.
    fn list_loop(&mut self, var: &Ident, mut items: Vec<Value>, body: &Block) -> Flow {
        items.reverse();
        self.waiting.push(items);
        let mut end = None;
        while end.is_none()
            && let Some(item) = self.waiting.last_mut().and_then(Vec::pop)
        {
            self.bind_plain(var, item);
            end = self.round(body);
        }
        self.waiting.pop();
        end.unwrap_or(Flow::Go)
    }

    /// The numbers of a vector that the run works out, or the rows of a matrix.
    fn element_loop(&mut self, var: &Ident, node: NodeId, span: Span, body: &Block) -> Flow {
        let ty = self.elaborator.graph.ty(node).clone();
        let Some((_, inner)) = ty.shape.0.split_first().filter(|_| ty.batch.is_none()) else {
            let found = match ty.shape.is_scalar() && ty.batch.is_none() {
                true => "a number".to_string(),
                false => format!("`{ty}`"),
            };
            self.report_no_loop(span, &found);
            return Flow::Go;
        };
        if !self.is_running() {
            let element = TensorType::plain(Shape(inner.to_vec()));
            let (_, node) = self.elaborator.new_slot(&var.name, element);
            self.bind_plain(var, Value::Node(node));
            return self.block(body);
        }
        let Some(all) = self.force(&[node], span).and_then(|mut values| values.pop()) else {
            return Flow::Stop;
        };
        let (values, count) = (all.data.to_f64(), all.shape.first().copied().unwrap_or(0));
        for at in 0..count {
            // Stored by columns: the numbers of a row are `count` apart.
            let row: Vec<f64> = values.iter().skip(at).step_by(count).copied().collect();
            let shape = all.shape.iter().skip(1).copied().collect();
            let data = self.buffer(row);
            let node = self.slot_of(&var.name, Tensor { shape, examples: None, data }, None);
            self.bind_plain(var, Value::Node(node));
            if let Some(end) = self.round(body) {
                return end;
            }
        }
        Flow::Go
    }

    fn batch_loop(&mut self, var: &Ident, batches: &Record, body: &Block) -> Flow {
        self.training_loops += 1;
        let outer = std::mem::replace(&mut self.elaborator.training, true);
        let flow = self.each_batch(var, batches, body);
        self.training_loops -= 1;
        self.elaborator.training = outer;
        flow
    }

    fn each_batch(&mut self, var: &Ident, batches: &Record, body: &Block) -> Flow {
        let rounds = self.batch_rounds(batches);
        for rows in rounds {
            let value = self.batch_value(batches, rows, &var.name);
            self.bind_plain(var, value);
            if let Some(end) = self.round(body) {
                return end;
            }
        }
        Flow::Go
    }

    /// A round of a loop: what it leaves behind are numbers, without the way they were made. How the loop ends, if it
    /// ends with this round.
    fn round(&mut self, body: &Block) -> Option<Flow> {
        if self.block(body) == Flow::Stop {
            return Some(Flow::Stop);
        }
        if !self.is_running() {
            return None;
        }
        self.settle();
        if let Some(rounds) = self.loops.last_mut() {
            *rounds += 1;
        }
        if self.world.interrupted() {
            if self.world.abandoned() {
                return Some(Flow::Stop);
            }
            self.is_leaving = true;
        }
        self.is_leaving.then_some(Flow::Go)
    }

    pub(super) fn while_loop(&mut self, condition: &Expr, body: &Block) -> Flow {
        loop {
            let value = self.value(condition);
            match self.truth(&value, condition.span) {
                Some(true) => {
                    if let Some(end) = self.round(body) {
                        return end;
                    }
                }
                Some(false) if self.is_running() => return Flow::Go,
                None if self.is_running() => return Flow::Stop,
                Some(false) | None => return self.block(body),
            }
            if !self.is_running() {
                return Flow::Go;
            }
        }
    }
}
