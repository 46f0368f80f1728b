//! A compiled step with its values: one call for each batch.

use indexmap::IndexMap;

use crate::data::{Field, Part};
use crate::elaborate::Step;
use crate::exec::{self, Environment, EvaluateProblem};
use crate::graph::{NodeId, SlotId};
use crate::tensor::{Buffer, Precision, Tensor};

/// Runs one step over batches of any size; keeps the values that the step updates.
pub struct Runner<'a> {
    step: &'a Step,
    environment: Environment,
    outputs: Vec<NodeId>,
    found: Vec<Tensor>,
}

impl<'a> Runner<'a> {
    pub fn new(
        step: &'a Step,
        outputs: Vec<NodeId>,
        values: impl IntoIterator<Item = (SlotId, Tensor)>,
        precision: Precision,
        _threads: usize,
        seed: u64,
    ) -> Runner<'a> {
        let slots: IndexMap<SlotId, Tensor> = values.into_iter().collect();
        let environment = Environment { slots, examples: IndexMap::new(), precision, seed, step: 0 };
        Runner { step, environment, outputs, found: Vec::new() }
    }

    /// One step on these rows of a part; `count` is the number of the step from 1.
    pub fn run(&mut self, part: &Part, rows: &[u32], count: u64) -> Result<(), EvaluateProblem> {
        let step = self.step;
        let mut environment = std::mem::take(&mut self.environment);
        self.supply(&mut environment, part, rows, count);
        self.environment = environment;
        let mut wanted = self.outputs.clone();
        wanted.extend(step.updates.iter().map(|(_, node)| *node));
        let mut values = exec::evaluate(&step.graph, &wanted, &self.environment)?;
        let updates = values.split_off(self.outputs.len());
        for ((slot, _), tensor) in step.updates.iter().zip(updates) {
            self.environment.slots.insert(*slot, tensor);
        }
        self.found = values;
        Ok(())
    }

    /// The values of any nodes for a batch, without changing anything.
    pub fn look(
        &self,
        part: &Part,
        rows: &[u32],
        count: u64,
        nodes: &[NodeId],
    ) -> Result<Vec<Tensor>, EvaluateProblem> {
        let mut environment = self.environment.clone();
        self.supply(&mut environment, part, rows, count);
        exec::reference::evaluate(&self.step.graph, nodes, &environment)
    }

    fn supply(&self, environment: &mut Environment, part: &Part, rows: &[u32], count: u64) {
        let (step, precision) = (self.step, environment.precision);
        environment.examples.insert(step.batch, rows.len());
        environment.step = count;
        environment.slots.insert(step.input, gather(&part.input, rows, precision));
        if let (Some(slot), Some(target)) = (step.target, &part.target) {
            environment.slots.insert(slot, gather(target, rows, precision));
        }
        let number = match precision {
            Precision::F32 => Buffer::F32(vec![count as f32]),
            Precision::F64 => Buffer::F64(vec![count as f64]),
        };
        environment.slots.insert(step.count, Tensor { shape: Vec::new(), examples: None, data: number });
    }

    /// An output of the last run.
    pub fn output(&self, at: usize) -> Option<&Tensor> {
        self.found.get(at)
    }

    pub fn number(&self, at: usize) -> f64 {
        self.found.get(at).and_then(|tensor| tensor.data.get(0)).unwrap_or(f64::NAN)
    }

    pub fn value(&self, slot: SlotId) -> Option<Tensor> {
        self.environment.slots.get(&slot).cloned()
    }

    pub fn set(&mut self, slot: SlotId, value: Tensor) {
        self.environment.slots.insert(slot, value);
    }
}

fn gather(field: &Field, rows: &[u32], precision: Precision) -> Tensor {
    let len = field.shape.iter().product::<usize>() * rows.len();
    let data = match precision {
        Precision::F32 => {
            let mut out = vec![0.0f32; len];
            field.gather_into(rows, &mut out);
            Buffer::F32(out)
        }
        Precision::F64 => {
            let mut out = vec![0.0f64; len];
            field.gather_into(rows, &mut out);
            Buffer::F64(out)
        }
    };
    Tensor { shape: field.shape.clone(), examples: Some(rows.len()), data }
}
