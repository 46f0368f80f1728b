//! Types as a reader at the prompt wants them: with the number of examples, the columns, the parameters.

use super::state::Session;
use crate::elaborate::{FunctionValue, Record, RecordKind, Target, Value};
use crate::graph::NodeId;
use crate::syntax::tree::{Function, FunctionKind, ParamDecl};

impl Session<'_> {
    /// The type of a value: `real`, `[3]`, `[3] × 120`, `model net: [4] -> [3]`. `None` where there is no value.
    pub fn type_text(&self, value: &Value) -> Option<String> {
        Some(match value {
            Value::Unknown | Value::Nothing => return None,
            Value::Node(node) => self.node_type(*node),
            Value::Variable(variable) => return self.type_text(&variable.known),
            Value::Function(function) => self.signature(function),
            Value::Record(record) => self.record_type(record),
            Value::Model { id, part } if !part.is_empty() => {
                let model = self.elaborator.models.get(id.0)?;
                let count: usize =
                    model.parameters(part).map(|(_, stored)| stored.shape.iter().product::<usize>()).sum();
                format!("part of model {}, {count} parameters", model.name)
            }
            Value::Model { .. }
            | Value::Number(_)
            | Value::Int(_)
            | Value::Bool(_)
            | Value::Text(_)
            | Value::Template(_)
            | Value::Parameters(_)
            | Value::Axis(_)
            | Value::Shape(_)
            | Value::List(_)
            | Value::Range { .. }
            | Value::Word(_) => self.elaborator.describe(value),
        })
    }

    fn node_type(&self, node: NodeId) -> String {
        let ty = self.elaborator.graph.ty(node);
        let count = ty.batch.and_then(|batch| self.batches.get(&batch)).filter(|count| **count > 0);
        match count {
            Some(count) => format!("{} × {count}", ty.shape),
            None => self.elaborator.describe(&Value::Node(node)),
        }
    }

    fn record_type(&self, record: &Record) -> String {
        let of = |name: &str| match record.fields.get(name) {
            Some(Value::Node(node)) => Some(self.elaborator.graph.ty(*node).shape.to_string()),
            _ => None,
        };
        let example = match (of("input"), of("target")) {
            (Some(input), Some(target)) => format!(" of {input} -> {target}"),
            (Some(input), None) => format!(" of {input}"),
            (None, _) => String::new(),
        };
        let counted = |record: &Record| match record.fields.get("count") {
            Some(Value::Int(size)) => size.count(),
            _ => None,
        };
        let parts = record.fields.values().filter_map(|field| match field {
            Value::Record(part) => counted(part),
            _ => None,
        });
        match record.kind {
            RecordKind::Data | RecordKind::Part | RecordKind::Batch => {
                let count = counted(record).unwrap_or_else(|| parts.sum());
                match count {
                    0 => format!("examples{example}"),
                    count => format!("{count} examples{example}"),
                }
            }
            RecordKind::Batches => format!("batches of {}", record.name),
            RecordKind::History | RecordKind::Scores => {
                let names: Vec<&str> = record.fields.keys().map(String::as_str).collect();
                let kind = if record.kind == RecordKind::History { "history" } else { "scores" };
                format!("{kind} of {}", names.join(", "))
            }
        }
    }

    fn signature(&self, function: &FunctionValue) -> String {
        match &function.target {
            Target::Declared(declared) | Target::Use { function: declared, .. } => {
                self.function_head(declared)
            }
            Target::Primitive(primitive) => {
                let params: Vec<String> = primitive
                    .params
                    .iter()
                    .map(|param| match param.default {
                        Some(default) => format!("{} = {default}", param.name),
                        None => param.name.to_string(),
                    })
                    .collect();
                format!("{}({})", primitive.name, params.join(", "))
            }
            Target::Builtin(name) => format!("{name}(...)"),
            Target::Opaque => "a function".to_string(),
        }
    }

    /// `layer dense(x: [n], units: int) -> [units]`, on one line.
    fn function_head(&self, function: &Function) -> String {
        super::library::one_line(self.sources.get(function.head_span.source).slice(function.head_span))
    }

    /// `dense(units: int, act = identity)`: how a name is called, for whoever stands inside its brackets.
    pub fn call_shape(&mut self, name: &str) -> Option<String> {
        match self.elaborator.lookup(name)? {
            Value::Function(function) => match &function.target {
                Target::Builtin(_) => None,
                Target::Declared(_) | Target::Primitive(_) | Target::Use { .. } | Target::Opaque => {
                    Some(self.signature(&function))
                }
            },
            value @ Value::Model { .. } => self.type_text(&value),
            _ => None,
        }
    }

    /// The names of the arguments of a function that have a default: those that are given by name.
    pub fn argument_names(&mut self, name: &str) -> Vec<String> {
        let Some(Value::Function(function)) = self.elaborator.lookup(name) else { return Vec::new() };
        match &function.target {
            Target::Declared(declared) | Target::Use { function: declared, .. } => {
                let is_option =
                    |param: &&ParamDecl| param.default.is_some() || declared.kind == FunctionKind::Optimizer;
                declared.params.iter().filter(is_option).map(|param| param.name.name.clone()).collect()
            }
            Target::Primitive(primitive) => {
                let options = primitive.params.iter().filter(|param| param.default.is_some());
                options.map(|param| param.name.to_string()).collect()
            }
            Target::Builtin(_) | Target::Opaque => Vec::new(),
        }
    }
}
