//! L-BFGS: one step of it moves all parameters, looking at the loss of all examples several times.
//!
//! As in PyTorch, whose numbers it gives: J. Nocedal and S. Wright, "Numerical optimization", 2006, algorithm 7.4,
//! with the search of `wolfe.rs`. An epoch calls it after the ordinary run of the step, which updates nothing then.

use super::runner::Runner;
use super::wolfe::{self, Point};
use crate::data::Part;
use crate::elaborate::{Descent, Lbfgs};
use crate::exec::PlanProblem;
use crate::graph::SlotId;
use crate::tensor::{Buffer, Tensor};

/// Curvature below this is not worth keeping.
const LEAST_CURVATURE: f64 = 1e-10;

/// What is remembered from step to step.
#[derive(Debug, Default)]
pub(super) struct Memory {
    iterations: usize,
    direction: Vec<f64>,
    length: f64,
    /// Differences of gradients and of weights, and one over their product; the oldest first.
    pairs: Vec<Pair>,
    scale: f64,
    gradient: Vec<f64>,
    loss: f64,
}

#[derive(Debug)]
struct Pair {
    gradients: Vec<f64>,
    weights: Vec<f64>,
    inverse: f64,
}

/// Evaluates the loss of one batch at any weights.
struct Landscape<'r, 's, 'd> {
    runner: &'r mut Runner<'s>,
    descent: &'d Descent,
    /// The place of the objective among the outputs of the runner; the gradients follow.
    first: usize,
    part: &'d Part,
    rows: &'d [u32],
    count: u64,
}

/// Goes on from the loss and gradients of a run that has just been done.
pub(super) fn step(
    descent: &Descent,
    runner: &mut Runner<'_>,
    first: usize,
    (part, rows): (&Part, &[u32]),
    count: u64,
) -> Result<(), PlanProblem> {
    let mut memory = std::mem::take(&mut runner.memory);
    let mut landscape = Landscape { runner, descent, first, part, rows, count };
    let result = iterate(&mut landscape, &mut memory, &descent.method);
    landscape.runner.memory = memory;
    result
}

fn iterate(
    landscape: &mut Landscape<'_, '_, '_>,
    memory: &mut Memory,
    method: &Lbfgs,
) -> Result<(), PlanProblem> {
    let (mut loss, mut gradient) = landscape.seen();
    if largest(&gradient) <= method.gradient_tolerance {
        return Ok(());
    }
    let mut evaluations = 1;
    for iteration in 1..=method.iterations {
        memory.turn(&gradient, method);
        let is_first = memory.iterations == 1;
        memory.gradient.clone_from(&gradient);
        memory.loss = loss;
        let reach: f64 = gradient.iter().map(|g| g.abs()).sum();
        memory.length = if is_first { (1.0 / reach).min(1.0) * method.lr } else { method.lr };
        let slope = dot(&gradient, &memory.direction);
        if slope > -method.change_tolerance {
            break;
        }
        let from = landscape.weights();
        if method.search {
            let start = Point { t: 0.0, loss, gradient: gradient.clone(), slope };
            let direction = &memory.direction;
            let (found, looks) = wolfe::search(start, memory.length, largest(direction), |t| {
                let (loss, gradient) = landscape.at(&from, direction, t)?;
                let slope = dot(&gradient, direction);
                Ok(Point { t, loss, gradient, slope })
            })?;
            evaluations += looks;
            memory.length = found.t;
            (loss, gradient) = (found.loss, found.gradient);
            landscape.go(&from, &memory.direction, memory.length);
        } else {
            landscape.go(&from, &memory.direction, memory.length);
            if iteration != method.iterations {
                (loss, gradient) = landscape.look()?;
                evaluations += 1;
            }
        }
        let moved = largest(&memory.direction) * memory.length.abs();
        let done = largest(&gradient) <= method.gradient_tolerance
            || moved <= method.change_tolerance
            || (loss - memory.loss).abs() < method.change_tolerance;
        if done || evaluations >= method.evaluations {
            break;
        }
    }
    Ok(())
}

impl Memory {
    /// The next direction: the gradient through the inverse curvature, by the two loops of the textbook.
    fn turn(&mut self, gradient: &[f64], method: &Lbfgs) {
        self.iterations += 1;
        if self.iterations == 1 {
            self.direction = gradient.iter().map(|g| -g).collect();
            self.scale = 1.0;
            return;
        }
        let gradients: Vec<f64> = gradient.iter().zip(&self.gradient).map(|(new, old)| new - old).collect();
        let weights: Vec<f64> = self.direction.iter().map(|d| d * self.length).collect();
        let curvature = dot(&gradients, &weights);
        if curvature > LEAST_CURVATURE {
            if self.pairs.len() == method.history {
                self.pairs.remove(0);
            }
            self.scale = curvature / dot(&gradients, &gradients);
            self.pairs.push(Pair { gradients, weights, inverse: 1.0 / curvature });
        }
        let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
        let mut shares = Vec::with_capacity(self.pairs.len());
        for pair in self.pairs.iter().rev() {
            let share = dot(&pair.weights, &q) * pair.inverse;
            add(&mut q, &pair.gradients, -share);
            shares.push(share);
        }
        q.iter_mut().for_each(|q| *q *= self.scale);
        for (pair, share) in self.pairs.iter().zip(shares.iter().rev()) {
            let other = dot(&pair.gradients, &q) * pair.inverse;
            add(&mut q, &pair.weights, share - other);
        }
        self.direction = q;
    }
}

impl Landscape<'_, '_, '_> {
    /// Loss and gradient of the last run.
    fn seen(&self) -> (f64, Vec<f64>) {
        let gradients =
            (0..self.descent.gradients.len()).filter_map(|at| self.runner.output(self.first + 1 + at));
        (self.runner.number(self.first), gradients.flat_map(|tensor| tensor.data.to_f64()).collect())
    }

    fn look(&mut self) -> Result<(f64, Vec<f64>), PlanProblem> {
        self.runner.run(self.part, self.rows, self.count)?;
        Ok(self.seen())
    }

    /// All weights, one parameter after another.
    fn weights(&self) -> Vec<f64> {
        let values = self.slots().filter_map(|slot| self.runner.value(slot));
        values.flat_map(|tensor| tensor.data.to_f64()).collect()
    }

    fn slots(&self) -> impl Iterator<Item = SlotId> {
        self.descent.gradients.iter().map(|(slot, _)| *slot)
    }

    /// Sets the weights to `from + t · direction`.
    fn go(&mut self, from: &[f64], direction: &[f64], t: f64) {
        let all: Vec<f64> = from.iter().zip(direction).map(|(w, d)| w + t * d).collect();
        let mut rest = all.as_slice();
        for (slot, _) in &self.descent.gradients {
            let Some(present) = self.runner.value(*slot) else { continue };
            let Some((own, others)) = rest.split_at_checked(present.data.len()) else { continue };
            rest = others;
            self.runner.set_value(*slot, &Tensor { data: Buffer::F64(own.to_vec()), ..present });
        }
    }

    fn at(&mut self, from: &[f64], direction: &[f64], t: f64) -> Result<(f64, Vec<f64>), PlanProblem> {
        self.go(from, direction, t);
        self.look()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], from: &[f64], factor: f64) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += factor * from);
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |most, value| most.max(value.abs()))
}
