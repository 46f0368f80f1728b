//! Static values: what the elaborator knows of an expression.

use std::sync::Arc;

use indexmap::IndexMap;

use super::model::ModelId;
use crate::base::Span;
use crate::graph::NodeId;
use crate::ops::Primitive;
use crate::syntax::tree::Function;
use crate::tensor::Axis;
use crate::types::{Shape, Size};

#[derive(Clone, Debug)]
pub enum Value {
    /// The value of a mistake: agrees with everything, is reported once.
    Unknown,
    /// What an action gives.
    Nothing,
    /// A value of the graph, of the node's type.
    Node(NodeId),
    /// A number known before running.
    Number(f64),
    /// Numbers that are known and that a gradient can be asked of: what a name of the script is bound to.
    Variable(Arc<Variable>),
    /// A whole number; symbolic inside a definition.
    Int(Size),
    Bool(bool),
    Text(Arc<str>),
    /// A text with values that only a run knows.
    Template(Arc<[super::TextPiece]>),
    Function(FunctionValue),
    /// A model, or the part of it under a path (`net.hidden`); empty for all of it.
    Model {
        id: ModelId,
        part: String,
    },
    /// A vector of parameters: a gradient, or a sum of such.
    Parameters(Parameters),
    /// `rows`, `columns`
    Axis(Axis),
    /// The shape that an initializer fills.
    Shape(Shape),
    Record(Arc<Record>),
    List(Vec<Value>),
    /// `1..10`
    Range {
        from: Size,
        to: Size,
    },
    /// A bare word where only words are allowed: the input that `derive(f, wrt = x)` names.
    Word(Arc<str>),
}

/// What is known of a value, and the node that it was made as.
#[derive(Clone, Debug)]
pub struct Variable {
    /// A number, a condition, or a list of numbers.
    pub known: Value,
    pub node: NodeId,
}

/// Something that can be called, with the options that are set already.
#[derive(Clone, Debug)]
pub struct FunctionValue {
    pub target: Target,
    pub preset: Vec<(String, Value, Span)>,
}

#[derive(Clone, Debug)]
pub enum Target {
    Declared(Arc<Function>),
    Primitive(&'static Primitive),
    /// A function of the elaborator or the session, by name.
    Builtin(&'static str),
    /// A named use of a layer; calling it again shares its parameters.
    Use {
        function: Arc<Function>,
        path: String,
        preset_args: Vec<(String, Value, Span)>,
    },
    /// A parameter annotated `fn` inside a definition: takes anything, gives the unknown value.
    Opaque,
}

/// One node for each parameter of a model.
#[derive(Clone, Debug)]
pub struct Parameters {
    pub model: ModelId,
    /// The path that they all lie under.
    pub part: String,
    /// By path within the model.
    pub entries: IndexMap<String, NodeId>,
}

/// What is known of a field of a dataset before it is loaded, and where it is written.
#[derive(Clone, Debug, Default)]
pub struct FieldOrigin {
    pub span: Option<Span>,
    /// The least and the greatest of its numbers.
    pub range: Option<(f64, f64)>,
    /// How many labels its whole numbers could be.
    pub labels: Option<usize>,
    /// `3 categories: `a`, `b`, `c``
    pub meaning: Option<String>,
    /// Whether the target is written as the input is.
    pub is_input: bool,
    /// Columns of the target that are among those of the input as well.
    pub leaked: Vec<String>,
}

/// A value with fields.
#[derive(Clone, Debug)]
pub struct Record {
    pub kind: RecordKind,
    /// What messages call it: `iris.train`.
    pub name: String,
    pub fields: IndexMap<String, Value>,
    /// For data: where the columns of a field are written.
    pub origins: IndexMap<String, FieldOrigin>,
    /// For data: which of the session's tables it stands for.
    pub handle: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    Data,
    Part,
    Batch,
    /// `batches(data, 32)`, for a loop.
    Batches,
    History,
    Scores,
}

impl Value {
    /// What messages call a value of this kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Unknown => "an unknown value",
            Value::Nothing => "nothing",
            Value::Node(_) => "a tensor",
            Value::Number(_) => "a number",
            Value::Variable(variable) => variable.known.kind(),
            Value::Int(_) => "a whole number",
            Value::Bool(_) => "a condition",
            Value::Text(_) | Value::Template(_) => "a text",
            Value::Function(_) => "a function",
            Value::Model { .. } => "a model",
            Value::Parameters(_) => "a vector of parameters",
            Value::Axis(_) => "an axis",
            Value::Shape(_) => "a shape",
            Value::Record(record) => match record.kind {
                RecordKind::Data => "a dataset",
                RecordKind::Part => "a part of a dataset",
                RecordKind::Batch => "a batch",
                RecordKind::Batches => "batches",
                RecordKind::History => "a history",
                RecordKind::Scores => "a table of scores",
            },
            Value::List(_) => "a list",
            Value::Range { .. } => "a range",
            Value::Word(_) => "a word",
        }
    }

    pub fn builtin(name: &'static str) -> Value {
        Value::Function(FunctionValue { target: Target::Builtin(name), preset: Vec::new() })
    }

    pub fn declared(function: Arc<Function>) -> Value {
        Value::Function(FunctionValue { target: Target::Declared(function), preset: Vec::new() })
    }

    /// The number, if it is known now.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Value::Number(value) => Some(*value),
            Value::Int(size) => size.known().map(|n| n as f64),
            Value::Bool(value) => Some(f64::from(u8::from(*value))),
            Value::Variable(variable) => variable.known.as_number(),
            Value::Unknown
            | Value::Nothing
            | Value::Node(_)
            | Value::Text(_)
            | Value::Template(_)
            | Value::Function(_)
            | Value::Model { .. }
            | Value::Parameters(_)
            | Value::Axis(_)
            | Value::Shape(_)
            | Value::Record(_)
            | Value::List(_)
            | Value::Range { .. }
            | Value::Word(_) => None,
        }
    }

    /// The value without the way it was made, where it is known.
    pub fn known(&self) -> &Value {
        match self {
            Value::Variable(variable) => &variable.known,
            other => other,
        }
    }

    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown)
    }
}

impl FunctionValue {
    /// What messages call it.
    pub fn name(&self) -> &str {
        match &self.target {
            Target::Declared(function) | Target::Use { function, .. } => &function.name.name,
            Target::Primitive(primitive) => primitive.name,
            Target::Builtin(name) => name,
            Target::Opaque => "a function",
        }
    }
}

/// A result as what is known of it, with the node it was made as.
pub(super) fn with_node(known: Option<Value>, result: Value) -> Value {
    match (known, result) {
        (Some(known), Value::Node(node)) => Value::Variable(Arc::new(Variable { known, node })),
        (_, result) => result,
    }
}
