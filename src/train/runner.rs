//! A compiled step with its values: one call for each batch.

use std::time::Instant;

use indexmap::IndexMap;

use super::lbfgs::Memory;
use super::pace::{Pace, Way};
use crate::data::{self, Field, Part};
use crate::elaborate::Step;
use crate::exec::{
    Environment, EvaluateProblem, Executable, NumberPlace, Plan, PlanProblem, Request, RunContext, Spent,
    Store, Supply, reference,
};
use crate::graph::{NodeId, SlotId};
use crate::tensor::{Buffer, Precision, Tensor};

/// Values of slots by name.
pub(super) type Given = IndexMap<String, (SlotId, Tensor)>;

/// Runs one step over batches of any size; keeps the values that the step updates.
pub struct Runner<'a> {
    step: &'a Step,
    outputs: Vec<NodeId>,
    store: Store,
    count: Option<NumberPlace>,
    /// One for each size of batch that was met: the full one, and the smaller last one.
    sizes: Vec<Sized>,
    /// Which of them ran last.
    last: usize,
    seed: u64,
    threads: usize,
    pace: Pace,
    /// What a method keeps in mind between steps.
    pub(super) memory: Memory,
}

/// The step for batches of one size.
struct Sized {
    size: usize,
    executable: Executable,
    /// Bytes of its own.
    bytes: usize,
    /// The same for one thread, made when it is first asked for.
    alone: Option<Executable>,
    /// Whether this ran last.
    ran_alone: bool,
}

/// Bytes of a step's own memory up to which there may be a second one.
const SECOND: usize = 8 << 20;

impl Sized {
    fn executable(&self) -> &Executable {
        self.alone.as_ref().filter(|_| self.ran_alone).unwrap_or(&self.executable)
    }

    fn executable_mut(&mut self) -> &mut Executable {
        self.alone.as_mut().filter(|_| self.ran_alone).unwrap_or(&mut self.executable)
    }
}

/// A batch: these rows of a part.
struct Rows<'a> {
    part: &'a Part,
    rows: &'a [u32],
}

/// The order of [`plan`]'s request.
const INPUT: usize = 0;

impl<T: data::Real> Supply<T> for Rows<'_> {
    fn write(&self, input: usize, first: usize, to: &mut [T]) {
        let field = if input == INPUT { Some(&self.part.input) } else { self.part.target.as_ref() };
        let Some(field) = field else { return };
        let count = to.len() / field.stride().max(1);
        field.gather_into(&self.rows[first..first + count], to);
    }
}

impl<'a> Runner<'a> {
    /// A step with the values of its slots; each is let go as soon as the runner has its own.
    ///
    /// # Errors
    /// When the system has no memory for the values.
    pub fn new(
        step: &'a Step,
        outputs: Vec<NodeId>,
        values: impl IntoIterator<Item = (SlotId, Tensor)>,
        precision: Precision,
        threads: usize,
        seed: u64,
    ) -> Result<Runner<'a>, PlanProblem> {
        let mut store = Store::new(precision);
        for (slot, value) in values.into_iter().chain([(step.count, number(1.0))]) {
            set(&mut store, slot, &value)?;
        }
        Ok(Runner::over(step, outputs, store, threads, seed))
    }

    /// A step over a store that has the values of its slots.
    fn over(step: &'a Step, outputs: Vec<NodeId>, store: Store, threads: usize, seed: u64) -> Runner<'a> {
        let (count, memory) = (store.number_place(step.count), Memory::default());
        let pace = Pace::default();
        Runner { step, outputs, store, count, sizes: Vec::new(), last: 0, seed, threads, pace, memory }
    }

    /// Takes values over one after another, so that they are in memory twice only one at a time.
    ///
    /// # Errors
    /// When the system has no memory for one of them: all are where they were.
    pub(super) fn take(&mut self, values: &mut Given) -> Result<(), PlanProblem> {
        let (mut left, mut taken) = (std::mem::take(values).into_iter(), Vec::new());
        while let Some((name, (slot, value))) = left.next() {
            if let Err(problem) = set(&mut self.store, slot, &value) {
                let back =
                    taken.into_iter().filter_map(|(name, slot)| Some((name, (slot, self.value(slot)?))));
                *values = back.chain([(name, (slot, value))]).chain(left).collect();
                return Err(problem);
            }
            taken.push((name, slot));
        }
        Ok(())
    }

    /// Another step over the values of this one, which it has for as long as `work` takes.
    ///
    /// # Errors
    /// As of [`Runner::new`], and those of `work`.
    pub fn lend<R>(
        &mut self,
        step: &'a Step,
        outputs: Vec<NodeId>,
        work: impl FnOnce(&mut Runner<'a>) -> Result<R, PlanProblem>,
    ) -> Result<R, PlanProblem> {
        set(&mut self.store, step.count, &number(1.0))?;
        let empty = Store::new(self.store.precision());
        let store = std::mem::replace(&mut self.store, empty);
        let mut other = Runner::over(step, outputs, store, self.threads, self.seed);
        let result = work(&mut other);
        self.store = other.store;
        result
    }

    /// One step on these rows of a part; `count` is the number of the step from 1.
    ///
    /// # Errors
    /// When a batch of this size cannot be planned in the memory there is.
    pub fn run(&mut self, part: &Part, rows: &[u32], count: u64) -> Result<(), PlanProblem> {
        self.set_batch(rows.len(), count)?;
        self.choose_way()?;
        if let Some(sized) = self.sizes.get_mut(self.last) {
            let context = RunContext { seed: self.seed, step: count };
            sized.executable_mut().run_on(&mut self.store, context, &Rows { part, rows });
        }
        Ok(())
    }

    /// The same with a clock: what each thread spent on each instruction of the plan.
    ///
    /// # Errors
    /// As of [`Runner::run`].
    pub fn profile(&mut self, part: &Part, rows: &[u32], count: u64) -> Result<Vec<Spent>, PlanProblem> {
        self.set_batch(rows.len(), count)?;
        let context = RunContext { seed: self.seed, step: count };
        let Some(sized) = self.sizes.get_mut(self.last) else { return Ok(Vec::new()) };
        sized.ran_alone = false;
        Ok(sized.executable.profile(&mut self.store, context, &Rows { part, rows }))
    }

    /// Makes the step for batches of this size the current one, and sets the number of the step.
    fn set_batch(&mut self, size: usize, count: u64) -> Result<(), PlanProblem> {
        if self.sizes.get(self.last).is_none_or(|sized| sized.size != size) {
            self.last = self.executable_for(size)?;
        }
        if let Some(place) = self.count {
            self.store.set_number_at(place, count as f64);
        }
        Ok(())
    }

    fn executable_for(&mut self, size: usize) -> Result<usize, PlanProblem> {
        if let Some(at) = self.sizes.iter().position(|sized| sized.size == size) {
            return Ok(at);
        }
        let (executable, bytes) = self.bind(size, self.threads)?;
        self.sizes.push(Sized { size, executable, bytes, alone: None, ran_alone: false });
        Ok(self.sizes.len() - 1)
    }

    fn bind(&mut self, size: usize, threads: usize) -> Result<(Executable, usize), PlanProblem> {
        let plan = plan(self.step, self.outputs.clone(), self.store.precision(), size, threads)?;
        Ok((Executable::bind(&plan, &mut self.store)?, plan.bytes()))
    }

    /// Threads, or one alone, as is faster at the moment.
    fn choose_way(&mut self) -> Result<(), PlanProblem> {
        let Some(sized) = self.sizes.get_mut(self.last) else { return Ok(()) };
        if sized.executable.workers() == 1 || sized.bytes > SECOND {
            return Ok(());
        }
        sized.ran_alone = self.pace.next(Instant::now) == Way::Alone;
        if sized.ran_alone && sized.alone.is_none() {
            let size = sized.size;
            let (executable, _) = self.bind(size, 1)?;
            self.sizes[self.last].alone = Some(executable);
        }
        Ok(())
    }

    /// An output of the last run.
    pub fn output(&self, at: usize) -> Option<Tensor> {
        self.sizes.get(self.last).map(|sized| sized.executable().output(at))
    }

    /// The first number of an output of the last run.
    pub fn number(&self, at: usize) -> f64 {
        self.sizes.get(self.last).map_or(f64::NAN, |sized| sized.executable().output_number(at))
    }

    /// Sets a parameter to other numbers of the same shape.
    pub(super) fn set_value(&mut self, slot: SlotId, value: &Tensor) {
        // A slot that was set before keeps its place; nothing is allocated.
        let _ = self.store.set(slot, value);
    }

    /// How many numbers a slot has.
    pub(super) fn len(&self, slot: SlotId) -> Option<usize> {
        self.store.len_of(slot)
    }

    /// Whether all numbers of a slot are finite.
    pub(super) fn is_finite(&self, slot: SlotId) -> bool {
        self.store.is_finite(slot)
    }

    /// Writes the numbers of a slot over those it had before.
    pub(super) fn copy_value(&self, slot: SlotId, to: &mut Tensor) {
        self.store.copy_to(slot, &mut to.data);
    }

    pub fn value(&self, slot: SlotId) -> Option<Tensor> {
        self.store.get(slot)
    }

    /// The learning rate at a step: of the few numbers that it is made of.
    pub(super) fn rate(&self, count: u64) -> Option<f64> {
        let node = self.step.rate?;
        let precision = self.store.precision();
        let mut environment =
            Environment { precision, seed: self.seed, step: count, ..Environment::default() };
        for slot in self.step.graph.needs(&[node]).0 {
            environment.slots.extend(self.store.get(slot).map(|value| (slot, value)));
        }
        environment.slots.insert(self.step.count, number(count as f64));
        let found = reference::evaluate(&self.step.graph, &[node], &environment).ok()?;
        found.first().and_then(|tensor| tensor.data.get(0))
    }

    /// What the plain evaluator needs to look at a batch: all values, and the batch itself.
    pub fn environment(&self, part: &Part, rows: &[u32], count: u64) -> Environment {
        let precision = self.store.precision();
        let mut environment =
            Environment { precision, seed: self.seed, step: count, ..Environment::default() };
        for slot in self.store.slots() {
            environment.slots.extend(self.store.get(slot).map(|value| (slot, value)));
        }
        environment.slots.insert(self.step.count, number(count as f64));
        environment.examples.insert(self.step.batch, rows.len());
        environment.slots.insert(self.step.input, batch(&part.input, rows));
        if let (Some(slot), Some(target)) = (self.step.target, &part.target) {
            environment.slots.insert(slot, batch(target, rows));
        }
        environment
    }

    /// The values of any nodes for a batch, by the plain evaluator, without changing anything.
    pub fn look(
        &self,
        part: &Part,
        rows: &[u32],
        count: u64,
        nodes: &[NodeId],
    ) -> Result<Vec<Tensor>, EvaluateProblem> {
        reference::evaluate(&self.step.graph, nodes, &self.environment(part, rows, count))
    }
}

fn set(store: &mut Store, slot: SlotId, value: &Tensor) -> Result<(), PlanProblem> {
    match store.set(slot, value) {
        true => Ok(()),
        false => Err(PlanProblem::NoMemory { bytes: value.data.len() as u128 * 8 }),
    }
}

/// How a step goes for batches of one size.
///
/// # Errors
/// As of [`Runner::run`].
pub fn plan(
    step: &Step,
    outputs: Vec<NodeId>,
    precision: Precision,
    size: usize,
    threads: usize,
) -> Result<Plan, PlanProblem> {
    let mut request = Request::new(outputs, precision);
    request.updates.clone_from(&step.updates);
    request.gathered = std::iter::once(step.input).chain(step.target).collect();
    Plan::new(&step.graph, &request.examples(step.batch, size).threads(threads))
}

fn number(value: f64) -> Tensor {
    Tensor { shape: Vec::new(), examples: None, data: Buffer::F64(vec![value]) }
}

fn batch(field: &Field, rows: &[u32]) -> Tensor {
    let mut values = vec![0.0f64; field.shape.iter().product::<usize>() * rows.len()];
    field.gather_into(rows, &mut values);
    Tensor { shape: field.shape.clone(), examples: Some(rows.len()), data: Buffer::F64(values) }
}
