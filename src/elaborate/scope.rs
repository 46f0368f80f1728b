//! Names: globals of the session, the prelude below them, and the locals of each call.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::{ModelId, Value};
use crate::base::Span;
use crate::syntax::tree::FunctionKind;

/// A name and where it got its value.
#[derive(Clone, Debug)]
pub struct Binding {
    pub value: Value,
    pub span: Span,
}

/// One call that is being elaborated.
#[derive(Clone, Debug)]
pub(super) struct Frame {
    pub locals: IndexMap<String, Binding>,
    pub kind: FunctionKind,
    pub name: String,
    /// Where it is called, for messages about its inside.
    pub call_span: Span,
    /// Its own text, from the keyword to the end of the body.
    pub text: Option<Span>,
    /// Whether it was checked at its definition, with symbolic sizes, so that mistakes inside show only the use.
    pub is_definition: bool,
    /// Of a layer or model: where its parameters live (`net.hidden`).
    pub path: Option<String>,
    pub owner: Owner,
    /// How many unnamed uses of each layer there were.
    pub uses: HashMap<String, usize>,
    /// How many random numbers were asked for here.
    pub randoms: usize,
    /// States of this layer: local name to path.
    pub states: IndexMap<String, String>,
    /// Whether the callee is of the prelude, which does not see the names of the script.
    pub is_library: bool,
    /// The sums of a metric.
    pub totals: IndexMap<String, Binding>,
}

/// Who keeps the parameters made in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Nobody: a plain function outside any model.
    Nobody,
    Model(ModelId),
    /// A layer that is checked at its definition: its parameters are thrown away.
    Definition,
}

impl Frame {
    pub fn new(kind: FunctionKind, name: &str, call_span: Span) -> Frame {
        Frame {
            locals: IndexMap::new(),
            kind,
            name: name.to_string(),
            call_span,
            text: None,
            is_definition: false,
            path: None,
            owner: Owner::Nobody,
            uses: HashMap::new(),
            randoms: 0,
            states: IndexMap::new(),
            is_library: false,
            totals: IndexMap::new(),
        }
    }

    pub fn bind(&mut self, name: &str, value: Value, span: Span) {
        self.locals.insert(name.to_string(), Binding { value, span });
    }
}
