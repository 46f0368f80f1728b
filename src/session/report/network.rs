//! A model as a picture: columns of neurons where each layer feeds the next, blocks elsewhere.

use std::collections::HashMap;

use super::super::derive::Style;
use super::super::state::Session;
use crate::base::Span;
use crate::check::PartRef;
use crate::data::{Classes, FieldKind, FieldType};
use crate::elaborate::{Given, ModelId, Value};
use crate::explain::FlowStep;
use crate::plot::{Block, Column, MAX_COLUMNS, Network};
use crate::tensor::Tensor;

impl Session<'_> {
    /// The picture of a model, with the names of the data's columns where it has them.
    pub(super) fn network(&mut self, id: ModelId, data: Option<&PartRef>, span: Span) -> Option<Network> {
        let model = Value::Model { id, part: String::new() };
        let subject = Given { name: None, value: model, span };
        let (steps, weights) = self.in_scratch(false, |session| session.steps_of(&[subject], span))?;
        let columns = columns(&steps, &weights);
        Some(match columns {
            Some(mut columns) => {
                self.name_ends(&mut columns, data);
                Network::Columns(columns)
            }
            None => Network::Blocks(steps.iter().map(block).collect()),
        })
    }

    /// The forward pass of a model, and the values of its parameters by their names in formulas.
    fn steps_of(
        &mut self,
        subjects: &[Given],
        span: Span,
    ) -> Option<(Vec<FlowStep>, HashMap<String, Tensor>)> {
        let setup = self.setup_of(subjects, span)?;
        let (result, leaves) = (setup.result_name.clone(), setup.leaves.clone());
        let inputs: Vec<String> = setup.inputs.iter().filter_map(|node| leaves.get(node).cloned()).collect();
        let style = Style { order: 1, exact: false, share: false };
        let derivation = self.derivation(setup, style, span)?;
        let mut steps = derivation.flow(&inputs);
        // The sum that a gradient can be asked of is none of the model.
        if result == "L" && steps.last().is_some_and(|step| step.name == "L") {
            steps.pop();
        }
        let mut weights = HashMap::new();
        for (node, name) in leaves {
            let tensor = self.slot_of_leaf(node).and_then(|slot| self.tensor(slot));
            weights.extend(tensor.map(|tensor| (name, tensor)));
        }
        Some((steps, weights))
    }

    fn name_ends(&self, columns: &mut [Column], data: Option<&PartRef>) {
        let entry = data.and_then(|data| self.parts.get(data.handle));
        let Some((input, target)) = entry.and_then(|entry| self.field_types.get(&entry.dataset)) else {
            return;
        };
        let last = columns.len().saturating_sub(1);
        let names = [(0, Some(names_of(input))), (last, target.as_ref().map(names_of))];
        for (at, names) in names {
            let column = columns.get_mut(at);
            if let (Some(column), Some(names)) = (column, names)
                && column.size == names.len()
            {
                column.names = names;
            }
        }
    }
}

fn names_of(field: &FieldType) -> Vec<String> {
    match &field.kind {
        FieldKind::OneHot(Classes::Text(names)) => names.clone(),
        FieldKind::OneHot(Classes::Whole(numbers)) => numbers.iter().map(i64::to_string).collect(),
        FieldKind::Numbers => field.names.clone(),
    }
}

/// Neurons in columns, if each layer is fed by the one before it alone.
fn columns(steps: &[FlowStep], weights: &HashMap<String, Tensor>) -> Option<Vec<Column>> {
    let (first, rest) = steps.split_first()?;
    let size = |step: &FlowStep| -> Option<usize> {
        let dims = step.ty.shape.dims()?;
        (dims.len() < 2).then(|| dims.iter().product())
    };
    let mut columns = vec![Column { note: first.name.clone(), size: size(first)?, ..Column::default() }];
    let mut last = 0;
    for (at, step) in rest.iter().enumerate().map(|(at, step)| (at + 1, step)) {
        if step.inputs != [last] {
            return None;
        }
        last = at;
        match &step.weights {
            Some((name, from)) if *from == at - 1 => {
                let values = weights.get(name).map_or_else(Vec::new, |tensor| tensor.data.to_f64());
                let note =
                    step.function.map_or(step.name.clone(), |function| format!("{} · {function}", step.name));
                let weights = Some((name.clone(), values));
                columns.push(Column { note, size: size(step)?, weights, ..Column::default() });
            }
            Some(_) => return None,
            None => {
                let column = columns.last_mut()?;
                if step.parameters.len() > 1 || size(step)? != column.size {
                    return None;
                }
                column.note = match step.function {
                    Some(function) => format!("{} · {function}", step.name),
                    None => step.name.clone(),
                };
            }
        }
    }
    if columns.len() < 2 || columns.len() > MAX_COLUMNS {
        return None;
    }
    let count = columns.len();
    for (at, column) in columns.iter_mut().enumerate() {
        column.title = match at {
            0 => "input".to_string(),
            at if at + 1 == count => "output".to_string(),
            _ if count == 3 => "hidden".to_string(),
            at => format!("hidden {at}"),
        };
    }
    Some(columns)
}

fn block(step: &FlowStep) -> Block {
    Block {
        name: step.name.clone(),
        formula: step.formula.clone(),
        shape: step.ty.to_string(),
        inputs: step.inputs.clone(),
    }
}
