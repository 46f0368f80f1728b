//! A plan bound to memory, ready to run step after step.

use std::cell::RefCell;

use super::plan::{Output, Plan, PlanProblem};
use super::store::{Numbers, Store, Stored, write_rounded};
use crate::graph::SlotId;
use crate::tensor::machine::{Binding, Nothing, Program, Region, RunContext, Spent, Supply};
use crate::tensor::{Buffer, Level, Pool, Slots, Tensor};

use indexmap::IndexMap;

#[derive(Debug)]
pub enum Bound {
    F32(Program<f32>),
    F64(Program<f64>),
}

/// Examples for the inputs that a plan gathers itself, in the order of its request.
pub trait Examples: Supply<f32> + Supply<f64> {}
impl<S: Supply<f32> + Supply<f64>> Examples for S {}

/// One computation over a store. Inputs and results are its own, slots are the store's.
#[derive(Debug)]
pub struct Executable {
    bound: Bound,
    inputs: IndexMap<SlotId, Region>,
    outputs: Vec<Output>,
    /// How many instructions a step has.
    instructions: usize,
}

thread_local! {
    /// The threads of the steps that this thread runs; made when a plan first asks for them.
    static POOL: RefCell<Option<Pool>> = const { RefCell::new(None) };
}

impl Executable {
    /// Binds a plan to a store that has all its slots, in its precision and sizes.
    ///
    /// # Errors
    /// When a slot is missing or has another size, or the system has no memory.
    pub fn bind(plan: &Plan, store: &mut Store) -> Result<Executable, PlanProblem> {
        plan.neighbours.iter().for_each(|slots| store.put_in_a_row(slots));
        let bound = match store.numbers() {
            Numbers::F32(slots) => Bound::F32(program(plan, store, slots)?),
            Numbers::F64(slots) => Bound::F64(program(plan, store, slots)?),
        };
        let instructions = plan.code.len();
        Ok(Executable { bound, inputs: plan.inputs.clone(), outputs: plan.outputs.clone(), instructions })
    }

    /// Whether a run on this store would see its slots: it is the one bound to, and no slot got another size since.
    pub fn fits(&self, store: &Store) -> bool {
        match (&self.bound, store.numbers()) {
            (Bound::F32(program), Numbers::F32(slots)) => program.fits(slots),
            (Bound::F64(program), Numbers::F64(slots)) => program.fits(slots),
            (Bound::F32(_), Numbers::F64(_)) | (Bound::F64(_), Numbers::F32(_)) => false,
        }
    }

    /// The numbers of an input, examples one after another, to be filled before a run; `None` if there is no such
    /// input or this is not the precision.
    pub fn input_mut<T: Stored>(&mut self, slot: SlotId) -> Option<&mut [T]> {
        let region = *self.inputs.get(&slot)?;
        T::program_mut(&mut self.bound).map(|program| program.write(region))
    }

    /// Sets an input, rounding to the precision. `false` if there is none of this size.
    #[must_use]
    pub fn set_input(&mut self, slot: SlotId, value: &Tensor) -> bool {
        match self.inputs.get(&slot) {
            Some(region) if region.len == value.data.len() => match &mut self.bound {
                Bound::F32(program) => write_rounded(program.write(*region), &value.data),
                Bound::F64(program) => write_rounded(program.write(*region), &value.data),
            },
            Some(_) | None => return false,
        }
        true
    }

    /// One step: inputs and slots in, outputs and new slots out. The store is the one it was bound to.
    pub fn run(&mut self, store: &mut Store, context: RunContext) {
        self.run_on(store, context, &Nothing);
    }

    /// The same for a plan that gathers its inputs from examples.
    pub fn run_on(&mut self, store: &mut Store, context: RunContext, examples: &dyn Examples) {
        match (&mut self.bound, store.numbers_mut()) {
            (Bound::F32(program), Numbers::F32(slots)) => run(program, slots, context, examples),
            (Bound::F64(program), Numbers::F64(slots)) => run(program, slots, context, examples),
            (Bound::F32(_), Numbers::F64(_)) | (Bound::F64(_), Numbers::F32(_)) => {
                panic!("an executable runs with the store it was bound to")
            }
        }
    }

    /// One step as [`Executable::run_on`] does it, with a clock: what each thread spent on each instruction of the
    /// plan.
    pub fn profile(&mut self, store: &mut Store, context: RunContext, examples: &dyn Examples) -> Vec<Spent> {
        let instructions = self.instructions;
        match (&mut self.bound, store.numbers_mut()) {
            (Bound::F32(program), Numbers::F32(slots)) => with_pool(program.workers(), |pool| {
                program.profile(slots, pool, context, examples, instructions)
            }),
            (Bound::F64(program), Numbers::F64(slots)) => with_pool(program.workers(), |pool| {
                program.profile(slots, pool, context, examples, instructions)
            }),
            (Bound::F32(_), Numbers::F64(_)) | (Bound::F64(_), Numbers::F32(_)) => {
                panic!("an executable runs with the store it was bound to")
            }
        }
    }

    /// How many outputs there are.
    pub fn outputs(&self) -> usize {
        self.outputs.len()
    }

    /// The result of the last run; 0 before the first.
    pub fn output(&self, at: usize) -> Tensor {
        let output = &self.outputs[at];
        let data = match &self.bound {
            Bound::F32(program) => Buffer::F32(program.read(output.region).to_vec()),
            Bound::F64(program) => Buffer::F64(program.read(output.region).to_vec()),
        };
        Tensor { shape: output.shape.clone(), examples: output.examples, data }
    }

    /// The numbers of a result, if this is the precision.
    pub fn output_slice<T: Stored>(&self, at: usize) -> Option<&[T]> {
        T::program(&self.bound).map(|program| program.read(self.outputs[at].region))
    }

    /// The first number of a result.
    pub fn output_number(&self, at: usize) -> f64 {
        let region = self.outputs[at].region;
        match &self.bound {
            Bound::F32(program) => program.read(region).first().map_or(f64::NAN, |&value| f64::from(value)),
            Bound::F64(program) => program.read(region).first().copied().unwrap_or(f64::NAN),
        }
    }

    /// How many threads a step takes.
    pub fn workers(&self) -> usize {
        match &self.bound {
            Bound::F32(program) => program.workers(),
            Bound::F64(program) => program.workers(),
        }
    }

    /// Pieces of code that the first thread goes through in a step: instructions, several as one where they join, and
    /// meetings.
    pub fn pieces(&self) -> usize {
        match &self.bound {
            Bound::F32(program) => program.pieces(),
            Bound::F64(program) => program.pieces(),
        }
    }
}

fn program<T: Stored>(plan: &Plan, store: &Store, slots: &Slots<T>) -> Result<Program<T>, PlanProblem> {
    let mut used = Vec::new();
    for (slot, expected) in plan.slots() {
        if store.precision() != plan.precision() {
            return Err(PlanProblem::Precision { slot });
        }
        let place = store.place(slot);
        let found = place.map(|place| slots.get(place).len());
        match place {
            Some(place) if found == Some(expected) => used.push(place),
            Some(_) | None => return Err(PlanProblem::SlotSize { slot, expected, found }),
        }
    }
    let binding = Binding {
        setup: &plan.setup,
        code: &plan.code,
        arena: plan.arena,
        fixed: &plan.fixed,
        constants: &plan.constants,
        slots,
        used: &used,
        workers: plan.workers,
        level: Level::best(),
    };
    Program::bind(&binding).ok_or(PlanProblem::NoMemory { bytes: plan.bytes() as u128 })
}

fn run<T: Stored>(
    program: &mut Program<T>,
    slots: &mut Slots<T>,
    context: RunContext,
    supply: &dyn Supply<T>,
) {
    let workers = program.workers();
    if workers == 1 {
        return program.run(slots, None, context, supply);
    }
    with_pool(workers, |pool| program.run(slots, pool, context, supply));
}

/// Calls `work` with a pool of at least so many workers.
fn with_pool<R>(workers: usize, work: impl FnOnce(Option<&mut Pool>) -> R) -> R {
    POOL.with_borrow_mut(|pool| {
        if pool.as_ref().is_none_or(|pool| pool.workers() < workers) {
            *pool = None;
            *pool = Some(Pool::new(workers));
        }
        work(pool.as_mut())
    })
}

/// So many threads as the machine has cores, or as the caller's setting says.
pub fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get())
}
