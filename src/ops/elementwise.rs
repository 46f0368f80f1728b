//! What all elementwise operators share. Each is a row of one of the macros at the foot, in a file by idea.

use super::build::certain;
use super::rules::{self, Rule, Site};
use super::{primitive, typing};
use crate::graph::{
    Attribute, Doc, GradContext, Gradient, Graph, NodeId, Notation, Op, OpRef, Param, Range, ShapeProblem,
};
use crate::tensor::{Kernel, Map1, Map2};
use crate::types::TensorType;

/// Where a derivative is taken: the inputs, the result, and the gradient that flows back into the result.
#[derive(Clone, Copy, Debug)]
pub struct Point<const N: usize> {
    pub x: [NodeId; N],
    pub y: NodeId,
    pub dy: NodeId,
}

/// A function of one number, applied to each.
#[derive(Debug)]
pub struct Elementwise1 {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub doc: &'static Doc,
    pub notation: Notation,
    pub range: fn(Range) -> Range,
    pub grad: fn(&mut Graph, Point<1>) -> Gradient,
    pub map: &'static Map1,
    pub rules: &'static [Rule],
    pub me: fn() -> OpRef,
}

/// A function of two numbers.
#[derive(Debug)]
pub struct Elementwise2 {
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub doc: &'static Doc,
    pub notation: Notation,
    pub range: fn(Range, Range) -> Range,
    /// By the first input and by the second.
    pub grad: [fn(&mut Graph, Point<2>) -> Gradient; 2],
    pub map: &'static Map2,
    pub rules: &'static [Rule],
    pub me: fn() -> OpRef,
}

impl Op for Elementwise1 {
    fn name(&self) -> &'static str {
        self.name
    }

    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    fn params(&self) -> &'static [Param] {
        primitive::X
    }

    fn doc(&self) -> &'static Doc {
        self.doc
    }

    fn attributes(&self) -> Vec<Attribute> {
        Vec::new()
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        typing::inputs::<1>(types).map(|[x]| x.clone())
    }

    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let &[x] = context.inputs else { return Vec::new() };
        vec![(self.grad)(context.graph, Point { x: [x], y: context.output, dy: context.dy })]
    }

    fn notation(&self) -> Notation {
        self.notation
    }

    fn range(&self, inputs: &[Range]) -> Range {
        inputs.first().map_or(Range::ANY, |&x| (self.range)(x))
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::Map1(self.map))
    }

    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        // `log(1 + exp(-40))` is 4e-18 by a rule that sees the `exp`; of the number in its place, 0 would be left.
        if let &[x] = inputs
            && !rules::is_looked_into(self.name)
            && let Some(folded) = graph.number(x).map(self.map.reference).filter(|value| value.is_finite())
        {
            return Some(graph.constant(folded));
        }
        narrow(graph, &(self.me)(), inputs).or_else(|| rules::fire(self.rules, graph, &Site::plain(inputs)))
    }
}

impl Op for Elementwise2 {
    fn name(&self) -> &'static str {
        self.name
    }

    fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    fn params(&self) -> &'static [Param] {
        primitive::A_B
    }

    fn doc(&self) -> &'static Doc {
        self.doc
    }

    fn attributes(&self) -> Vec<Attribute> {
        Vec::new()
    }

    fn shape(&self, types: &[&TensorType]) -> Result<TensorType, ShapeProblem> {
        typing::inputs::<2>(types).and_then(|pair| typing::elementwise(&pair))
    }

    fn grad(&self, context: &mut GradContext<'_>) -> Vec<Gradient> {
        let &[a, b] = context.inputs else { return Vec::new() };
        let point = Point { x: [a, b], y: context.output, dy: context.dy };
        let wanted = context.wanted.iter();
        self.grad
            .iter()
            .zip(wanted)
            .map(|(grad, wanted)| if *wanted { grad(context.graph, point) } else { Gradient::Zero })
            .collect()
    }

    fn notation(&self) -> Notation {
        self.notation
    }

    fn range(&self, inputs: &[Range]) -> Range {
        match inputs {
            &[a, b] => (self.range)(a, b),
            _ => Range::ANY,
        }
    }

    fn kernel(&self) -> Option<Kernel> {
        Some(Kernel::Map2(self.map))
    }

    fn simplify(&self, graph: &mut Graph, inputs: &[NodeId]) -> Option<NodeId> {
        if let &[a, b] = inputs
            && let (Some(a), Some(b)) = (graph.number(a), graph.number(b))
        {
            let folded = (self.map.reference)(a, b);
            if folded.is_finite() {
                return Some(graph.constant(folded));
            }
        }
        narrow(graph, &(self.me)(), inputs).or_else(|| rules::fire(self.rules, graph, &Site::plain(inputs)))
    }
}

/// Applies an elementwise operator before its inputs are repeated instead of after. Equal on every float.
pub(super) fn narrow(graph: &mut Graph, op: &OpRef, inputs: &[NodeId]) -> Option<NodeId> {
    let sources: Vec<NodeId> = inputs
        .iter()
        .map(|&id| graph.op_named(id, "_expand").and_then(|node| node.inputs.first().copied()).unwrap_or(id))
        .collect();
    if sources == inputs {
        return None;
    }
    let wide = op.shape(&inputs.iter().map(|&id| graph.ty(id)).collect::<Vec<_>>()).ok()?;
    let small = graph.apply(op.clone(), &sources).ok()?;
    (typing::expands(graph.ty(small), &wide)).then(|| super::build::expand(graph, small, &wide))
}

/// `Of` for a gradient built from our own nodes.
pub(super) fn of(result: NodeId) -> Gradient {
    Gradient::Of(result)
}

/// Applies an operator of ours to inputs that our own rules chose.
pub(super) fn apply(graph: &mut Graph, op: OpRef, inputs: &[NodeId]) -> NodeId {
    certain(graph.apply(op, inputs))
}

/// Rows of operators of one number, and the list of them as primitives.
macro_rules! elementwise1 {
    ($(#[$attribute:meta])* $list:ident, $ops:ident; $($id:ident $name:literal $aliases:expr, $map:expr;
        $sentence:literal, $formula:literal, $example:literal => $result:literal;
        $unicode:literal, $latex:literal, $derivative:expr;
        range $range:expr; grad $grad:expr; rules $rules:expr;)*) => {
        $(
            #[doc = $sentence]
            pub static $id: $crate::ops::elementwise::Elementwise1 = $crate::ops::elementwise::Elementwise1 {
                name: $name,
                aliases: &$aliases,
                doc: &$crate::graph::Doc { sentence: $sentence, formula: $formula, example: $example, result: $result },
                notation: $crate::graph::Notation { unicode: $unicode, latex: $latex, derivative: $derivative },
                range: $range,
                grad: $grad,
                map: &$map,
                rules: $rules,
                me: || $crate::graph::OpRef::Static(&$id),
            };
        )*
        pub(super) static $ops: &[&$crate::ops::elementwise::Elementwise1] = &[$(&$id,)*];
        $(#[$attribute])*
        pub(super) static $list: &[$crate::ops::Primitive] = &[$($crate::ops::Primitive {
            name: $name,
            aliases: &$aliases,
            params: $crate::ops::primitive::X,
            doc: $id.doc,
            build: |graph, tensors, _| graph.apply($crate::graph::OpRef::Static(&$id), tensors),
        },)*];
    };
}

/// Rows of operators of two numbers, and the list of them as primitives.
macro_rules! elementwise2 {
    ($(#[$attribute:meta])* $list:ident, $ops:ident; $($id:ident $name:literal $aliases:expr, $map:expr;
        $sentence:literal, $formula:literal, $example:literal => $result:literal;
        $unicode:literal, $latex:literal;
        range $range:expr; grad $da:expr, $db:expr; rules $rules:expr;)*) => {
        $(
            #[doc = $sentence]
            pub static $id: $crate::ops::elementwise::Elementwise2 = $crate::ops::elementwise::Elementwise2 {
                name: $name,
                aliases: &$aliases,
                doc: &$crate::graph::Doc { sentence: $sentence, formula: $formula, example: $example, result: $result },
                notation: $crate::graph::Notation { unicode: $unicode, latex: $latex, derivative: None },
                range: $range,
                grad: [$da, $db],
                map: &$map,
                rules: $rules,
                me: || $crate::graph::OpRef::Static(&$id),
            };
        )*
        pub(super) static $ops: &[&$crate::ops::elementwise::Elementwise2] = &[$(&$id,)*];
        $(#[$attribute])*
        pub(super) static $list: &[$crate::ops::Primitive] = &[$($crate::ops::Primitive {
            name: $name,
            aliases: &$aliases,
            params: $crate::ops::primitive::A_B,
            doc: $id.doc,
            build: |graph, tensors, _| graph.apply($crate::graph::OpRef::Static(&$id), tensors),
        },)*];
    };
}

/// The parts of `Op` that are plain facts, for operators with a file of their own.
macro_rules! facts {
    ($me:ident, $name:expr, $params:expr, $doc:expr) => {
        fn name(&$me) -> &'static str {
            $name
        }

        fn aliases(&$me) -> &'static [&'static str] {
            &[]
        }

        fn params(&$me) -> &'static [$crate::graph::Param] {
            $params
        }

        fn doc(&$me) -> &'static $crate::graph::Doc {
            $doc
        }
    };
}

pub(super) use {elementwise1, elementwise2, facts};
