//! A function by itself, applied to stand-ins for its arguments: for showing what it computes.

use indexmap::IndexMap;

use super::Elaborator;
use super::arguments::{Given, subject_count};
use super::scope::{Frame, Owner};
use super::value::{FunctionValue, Target, Value};
use crate::base::Span;
use crate::graph::{NodeId, ParamKind};
use crate::syntax::tree::FunctionKind;
use crate::types::{BatchId, Shape, Size, TensorType};

/// What came of it.
#[derive(Clone, Debug)]
pub struct Alone {
    /// The arguments that are values, by the names of the parameters.
    pub inputs: Vec<(String, NodeId)>,
    pub result: NodeId,
}

impl Elaborator {
    /// Applies a function to inputs of the declared shapes. Parameters without a type are numbers, or with `vectors`
    /// vectors of one length. `None` after a report.
    pub fn apply_alone(
        &mut self,
        function: &FunctionValue,
        vectors: bool,
        batch: Option<BatchId>,
        span: Span,
    ) -> Option<Alone> {
        let loose = match vectors {
            true => Shape(vec![Size::var(self.new_size("n"))]),
            false => Shape::scalar(),
        };
        let mut inputs = Vec::new();
        let mut given = Vec::new();
        match &function.target {
            Target::Declared(declared) => {
                let (mut vars, count) = (IndexMap::new(), subject_count(declared));
                for (at, param) in declared.params.iter().enumerate() {
                    let is_set = function.preset.iter().any(|(name, ..)| *name == param.name.name);
                    if is_set || param.default.is_some() {
                        continue;
                    }
                    let value = match &param.ty {
                        Some(ty) => self.symbolic_argument(&param.name.name, ty, &mut vars, batch)?,
                        None => {
                            let shape = if at < count { loose.clone() } else { Shape::scalar() };
                            let ty = TensorType { shape, batch: batch.filter(|_| at < count) };
                            Value::Node(self.new_slot(&param.name.name, ty).1)
                        }
                    };
                    if let Value::Node(node) = &value {
                        inputs.push((param.name.name.clone(), *node));
                    }
                    given.push(Given { name: Some((param.name.name.clone(), span)), value, span });
                }
            }
            Target::Primitive(primitive) => {
                for param in primitive.params.iter().filter(|param| param.kind == ParamKind::Tensor) {
                    let (_, node) = self.new_slot(param.name, TensorType { shape: loose.clone(), batch });
                    inputs.push((param.name.to_string(), node));
                    given.push(Given { name: None, value: Value::Node(node), span });
                }
            }
            Target::Builtin(_) | Target::Use { .. } | Target::Opaque => {}
        }
        let mut frame = Frame::new(FunctionKind::Fn, function.name(), span).owned_by(Owner::Definition, "");
        frame.is_definition = true;
        self.frames.push(frame);
        let value = self.call_value(&Value::Function(function.clone()), &given, true, span, span);
        self.frames.pop();
        let result = self.node_of(&value, span)?;
        Some(Alone { inputs, result })
    }
}
