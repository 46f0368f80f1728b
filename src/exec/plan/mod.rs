//! From a graph to a plan: which loops, in which order, over which memory. Nothing runs here.
//!
//! `values` looks at each node, `units` decides what is made together, `layout` where it stands, `emit` writes the
//! instructions. A plan knows precision and sizes but no addresses; [`super::Executable`] binds it.

mod blocks;
mod describe;
mod emit;
mod groups;
mod layout;
mod operands;
mod pairs;
mod problem;
mod request;
mod schedule;
mod units;
mod values;

use indexmap::IndexMap;

pub use describe::PlanLine;
pub use problem::PlanProblem;
pub use request::Request;

use crate::graph::{Graph, NodeId, SlotId};
use crate::tensor::Precision;
use crate::tensor::machine::{Instruction, Region, Scheduled};
use emit::Emitter;
use groups::Groups;
use layout::Planner;
use units::Work1;
use values::Values;

/// A value to be read after a run.
#[derive(Clone, Debug)]
pub struct Output {
    pub region: Region,
    pub shape: Vec<usize>,
    pub examples: Option<usize>,
}

/// Everything about running a graph but the addresses.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What depends on constants only, done when the plan is bound.
    pub(super) setup: Vec<Instruction>,
    pub(super) code: Vec<Scheduled>,
    /// The values that each of these makes; none for a copy at either end of the step.
    made: Vec<Vec<NodeId>>,
    pub(super) arena: usize,
    pub(super) constants: Vec<(Region, Vec<f64>)>,
    /// Single numbers that no step changes.
    pub(super) fixed: Vec<Region>,
    pub(super) inputs: IndexMap<SlotId, Region>,
    pub(super) slots: IndexMap<SlotId, usize>,
    /// Slots that had best stand in a row.
    pub(super) neighbours: Vec<Vec<SlotId>>,
    pub(super) outputs: Vec<Output>,
    pub(super) precision: Precision,
    pub(super) workers: usize,
}

impl Plan {
    /// # Errors
    /// When a size is not known or the memory would be over the limit.
    pub fn new(graph: &Graph, request: &Request) -> Result<Plan, PlanProblem> {
        let values = Values::find(graph, request)?;
        let work = Work1::find(graph, &values, request);
        let kept = layout::kept(&work, request);
        let (mut units, mut rest) = work.units(&kept);
        let workers = schedule::workers(&work, &rest, request.threads);
        let setups = units.len();
        let mut groups = Groups::default();
        if workers > 1 {
            units.extend(schedule::batched_first(&work, rest));
        } else {
            groups = Groups::find(&work, request, &mut rest);
            units.extend(rest);
        }
        let layout = Planner::new(&work, request, &units, &kept, workers).place(&groups)?;
        let emitter = Emitter { work: &work, layout: &layout };
        let setup = units[..setups].iter().flat_map(|unit| emitter.unit(unit)).collect();
        let mut code = schedule::Code::new(&work, workers);
        code.gather(request, &layout.inputs);
        layout.saves.iter().for_each(|&(from, to)| code.copy(from, to));
        let mut made = vec![Vec::new(); code.len()];
        let first_grouped = units.len() - groups.units;
        for (at, unit) in units.iter().enumerate().skip(setups) {
            let mut instructions = emitter.unit(unit);
            if at >= first_grouped {
                groups.share(&layout, &mut instructions);
            }
            code.unit(unit, instructions);
            made.resize(code.len(), unit.nodes.clone());
        }
        layout.commits.iter().for_each(|&(from, to)| code.copy(from, to));
        made.resize(code.len(), Vec::new());
        let code = code.finish();
        let outputs = request.outputs.iter().zip(&layout.outputs).map(|(&node, &region)| {
            let value = values.of(node);
            Output { region, shape: value.dims.clone(), examples: value.examples }
        });
        let outputs = outputs.collect();
        Ok(Plan {
            setup,
            code,
            made,
            outputs,
            arena: layout.arena,
            fixed: layout.fixed,
            constants: layout.constants,
            inputs: layout.inputs,
            slots: layout.slots,
            neighbours: groups.slots,
            precision: request.precision,
            workers,
        })
    }

    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// How many threads a step takes.
    pub fn workers(&self) -> usize {
        self.workers
    }

    /// Bytes of the plan's own memory: activations, gradients, inputs, constants.
    pub fn bytes(&self) -> usize {
        self.arena
            * match self.precision {
                Precision::F32 => 4,
                Precision::F64 => 8,
            }
    }

    /// The slots of the store that a run reads or writes, with their lengths.
    pub fn slots(&self) -> impl Iterator<Item = (SlotId, usize)> {
        self.slots.iter().map(|(&slot, &len)| (slot, len))
    }

    /// The inputs that are set before a run, with their lengths.
    pub fn inputs(&self) -> impl Iterator<Item = (SlotId, usize)> {
        self.inputs.iter().map(|(&slot, region)| (slot, region.len))
    }
}
