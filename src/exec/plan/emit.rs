//! From units and places to instructions.

use indexmap::IndexMap;

use super::layout::Layout;
use super::operands::{Matrices, Side};
use super::pairs;
use super::units::{Unit, Work1};
use super::values::{Place, Value, Work};
use crate::base::{FastMap, FastSet};
use crate::graph::{Distribution, Leaf, NodeId, Operation};
use crate::tensor::machine::{
    Access, Blocks, Cut, Draw, FoldWork, Function, Fused, Instruction, LineWork, Load, Matrix, Product,
    Region, Source, Step, Strided, Target,
};
use crate::tensor::{Axis, Kernel, product_is_small};

/// Numbers of a left side from which a product is shared out by rows, about a megabyte.
const MUCH: usize = 1 << 18;
/// Rows of such a share.
const ROWS: usize = 64;

pub struct Emitter<'a> {
    pub work: &'a Work1<'a>,
    pub layout: &'a Layout,
}

impl Emitter<'_> {
    /// The instructions of a unit, in order.
    pub fn unit(&self, unit: &Unit) -> Vec<Instruction> {
        let first = unit.nodes[0];
        let value = self.work.values.of(first);
        if value.len() == 0 {
            return Vec::new();
        }
        match &value.work {
            Work::Elementwise(..) => vec![Instruction::Fused(self.fused(unit))],
            Work::Other(Kernel::MatMulSum) if unit.nodes.len() > 1 => {
                let inputs = &self.work.graph.node(first).inputs;
                let product = self.product_sum(inputs, self.layout.regions[&first]);
                vec![Instruction::Blocks(Box::new(Blocks { product, fused: self.fused(unit) }))]
            }
            Work::Random => vec![self.random(first)],
            Work::Other(kernel) => self.other(first, kernel),
            Work::Slot(_) | Work::Input(_) | Work::Constant(_) | Work::View => Vec::new(),
        }
    }

    fn fused(&self, unit: &Unit) -> Fused {
        let value = self.work.values.of(unit.nodes[0]);
        let elementwise = |node: &&NodeId| matches!(self.work.values.of(**node).work, Work::Elementwise(..));
        let nodes: Vec<NodeId> = unit.nodes.iter().filter(elementwise).copied().collect();
        let (grain, count) = match (value.examples, value.dims.as_slice()) {
            (Some(count), _) => (value.each, count),
            (None, [rows, _, ..]) => (*rows, value.each / rows),
            (None, _) => (1, value.each),
        };
        let mut loop_ = Loop::new(self, &nodes, empty(grain, count));
        for (at, &node) in nodes.iter().enumerate() {
            loop_.step(at, node);
        }
        loop_.deferred(&nodes);
        let mut fused = loop_.fused;
        pairs::join(&mut fused);
        fused
    }

    /// The function of an elementwise value, and what it reads.
    fn parts(&self, node: NodeId) -> (&Function, &[(Place, Access)]) {
        match &self.work.values.of(node).work {
            Work::Elementwise(function, operands) => (function, operands),
            Work::Slot(_)
            | Work::Input(_)
            | Work::Constant(_)
            | Work::Random
            | Work::View
            | Work::Other(_) => {
                unreachable!("a loop is made of elementwise work")
            }
        }
    }

    fn random(&self, node: NodeId) -> Instruction {
        let (name, draw) = match &self.work.graph.node(node).operation {
            Operation::Leaf(Leaf::Random { name, distribution: Distribution::Uniform }) => {
                (name, Draw::Uniform)
            }
            Operation::Leaf(Leaf::Random { name, distribution: Distribution::Normal }) => {
                (name, Draw::Normal)
            }
            Operation::Leaf(_) | Operation::Apply(_) => unreachable!("only random leaves are random work"),
        };
        Instruction::Random { to: self.layout.regions[&node], name: name.clone(), draw }
    }

    fn other(&self, node: NodeId, kernel: &Kernel) -> Vec<Instruction> {
        let value = self.work.values.of(node);
        let inputs = &self.work.graph.node(node).inputs;
        let to = self.layout.regions[&node];
        let input = |at: usize| self.work.values.of(inputs[at]);
        match kernel {
            Kernel::MatMul => vec![self.product(inputs, value, to)],
            Kernel::MatMulSum => vec![Instruction::Product(self.product_sum(inputs, to))],
            Kernel::Reduce { fold, axis } => {
                let (inner, len, outer) = along(input(0), *axis);
                let (from, count) = (self.layout.of(input(0).place), count(input(0), outer));
                vec![Instruction::Fold(FoldWork { fold: *fold, from, to, inner, len, outer, count })]
            }
            Kernel::ArgMax { axis } => {
                let (inner, len, outer) = along(input(0), *axis);
                let (from, count) = (self.layout.of(input(0).place), count(input(0), outer));
                vec![Instruction::ArgMax(LineWork { from, to, inner, len, outer, count })]
            }
            Kernel::Rank { axis } => {
                let from = self.layout.of(input(0).place);
                let (inner, len, outer) = match axis {
                    Some(axis) => along(input(0), *axis),
                    None => (input(0).each, input(0).count(), 1),
                };
                let count = if axis.is_some() { count(input(0), outer) } else { 1 };
                vec![Instruction::Rank(LineWork { from, to, inner, len, outer, count })]
            }
            Kernel::BatchReduce(fold) => {
                let (from, inner, len) = (self.layout.of(input(0).place), input(0).each, input(0).count());
                vec![Instruction::Fold(FoldWork { fold: *fold, from, to, inner, len, outer: 1, count: 1 })]
            }
            Kernel::Transpose => {
                let mut from_strides = strides(&input(0).dims);
                from_strides.reverse();
                vec![self.copy(
                    input(0),
                    value,
                    to,
                    &value.dims,
                    (0, from_strides),
                    (0, strides(&value.dims)),
                )]
            }
            Kernel::Repeat { axis } => {
                let mut from_strides = strides(&input(0).dims);
                from_strides.insert(*axis, 0);
                vec![self.copy(
                    input(0),
                    value,
                    to,
                    &value.dims,
                    (0, from_strides),
                    (0, strides(&value.dims)),
                )]
            }
            Kernel::Slice { axis, from, to: end, .. } => {
                let from_strides = strides(&input(0).dims);
                let mut sizes = input(0).dims.clone();
                sizes[*axis] = end - from;
                let to_strides = strides(&sizes);
                let offset = from * from_strides[*axis];
                vec![self.copy(input(0), value, to, &sizes, (offset, from_strides), (0, to_strides))]
            }
            Kernel::Pad { axis, before, grow, .. } => {
                let mut sizes = input(0).dims.clone();
                if *grow {
                    sizes.insert(*axis, 1);
                }
                let to_strides = strides(&value.dims);
                let offset = before * to_strides[*axis];
                let from = (0, strides(&sizes));
                vec![
                    Instruction::Fill { to, value: 0.0 },
                    self.copy(input(0), value, to, &sizes, from, (offset, to_strides)),
                ]
            }
            Kernel::Concat { axis } => {
                let to_strides = strides(&value.dims);
                let mut offset = 0;
                let mut copies = Vec::new();
                for part in inputs.iter().map(|&input| self.work.values.of(input)) {
                    let from = (0, strides(&part.dims));
                    copies.push(self.copy(part, value, to, &part.dims, from, (offset, to_strides.clone())));
                    offset += part.dims[*axis] * to_strides[*axis];
                }
                copies
            }
            Kernel::Stack => {
                let to_strides: Vec<usize> = strides(&value.dims).split_off(1);
                let parts = inputs.iter().map(|&input| self.work.values.of(input)).enumerate();
                parts
                    .map(|(at, part)| {
                        let from = (0, strides(&part.dims));
                        self.copy(part, value, to, &part.dims, from, (at, to_strides.clone()))
                    })
                    .collect()
            }
            Kernel::OneHot { classes } => {
                vec![Instruction::OneHot { from: self.layout.of(input(0).place), to, classes: *classes }]
            }
            Kernel::Map1(_)
            | Kernel::Map2(_)
            | Kernel::Map3(_)
            | Kernel::Expand
            | Kernel::Reshape
            | Kernel::Iota
            | Kernel::Eye
            | Kernel::Identity => unreachable!("views, constants and elementwise work are no other work"),
        }
        .into_iter()
        .filter(|instruction| instruction.units() > 0)
        .collect()
    }

    /// A copy of one example's numbers between two layouts, for each example of the result.
    fn copy(
        &self,
        from: &Value,
        result: &Value,
        to: Region,
        sizes: &[usize],
        (from_offset, mut from_strides): (usize, Vec<usize>),
        (to_offset, mut to_strides): (usize, Vec<usize>),
    ) -> Instruction {
        let mut sizes = sizes.to_vec();
        if let Some(examples) = result.examples {
            sizes.push(examples);
            from_strides.push(if from.examples.is_some() { from.each } else { 0 });
            to_strides.push(result.each);
        }
        if sizes.contains(&0) {
            // Nothing to copy: a walk of no units.
            (sizes, from_strides, to_strides) = (vec![0], vec![0], vec![0]);
        }
        let from = self.layout.of(from.place);
        Instruction::Copy(Strided { from, from_offset, from_strides, to, to_offset, to_strides, sizes })
    }

    fn matrix(&self, side: Side) -> Matrix {
        let region = self.layout.of(side.place);
        Matrix { region, rs: side.rs, cs: side.cs, step: side.step.unwrap_or(0) }
    }

    fn product(&self, inputs: &[NodeId], value: &Value, c: Region) -> Instruction {
        let matrices = Matrices { graph: self.work.graph, values: self.work.values };
        let (mut a, b) = (matrices.matrix(inputs[0]), matrices.matrix(inputs[1]));
        // A vector on the left of a vector is a row.
        if self.work.values.of(inputs[0]).dims.len() == 1 && self.work.values.of(inputs[1]).dims.len() == 1 {
            a = a.transposed();
        }
        let (m, k, n, examples) = (a.rows, a.cols, b.cols, value.count());
        let one = |a: Side, b: Side, m, k, n, unit| {
            let (a, b, cut) = (self.matrix(a), self.matrix(b), cut(m, n, k, unit));
            Instruction::Product(Product { m, n, k, a, b, c, repeat: 1, cut })
        };
        match (a.step, b.step) {
            _ if examples == 1 => one(a, b, m, k, n, 1),
            // The examples' columns stand side by side: one product.
            (None, Some(_)) if b.rs == 1 && b.cs == k => one(a, b, m, k, n * examples, n),
            // A row for each example: the rows are the columns of the transposed product.
            (Some(step), None) if m == 1 => {
                let rows = Side { rows: k, cols: examples, rs: a.cs, cs: step, ..a };
                one(b.transposed(), rows, n, k, examples, 1)
            }
            _ => {
                let (a, b) = (self.matrix(a), self.matrix(b));
                Instruction::Product(Product { m, n, k, a, b, c, repeat: examples, cut: Cut::Products })
            }
        }
    }

    /// The batch is the inner dimension: its examples' columns stand side by side on both sides.
    fn product_sum(&self, inputs: &[NodeId], c: Region) -> Product {
        let plain = |node: NodeId| {
            let value = self.work.values.of(node);
            (self.layout.of(value.place), value.dims[0], value.each.checked_div(value.dims[0]), value.count())
        };
        let ((a, m, cols, count), (b, n, _, _)) = (plain(inputs[0]), plain(inputs[1]));
        let k = cols.unwrap_or(0) * count;
        let a = Matrix { region: a, rs: 1, cs: m, step: 0 };
        let b = Matrix { region: b, rs: n, cs: 1, step: 0 };
        Product { m, n, k, a, b, c, repeat: 1, cut: Cut::Columns(1) }
    }
}

/// Columns of one example stay together. Where the left side is much, the weights of a wide layer, rows are shared out:
/// it is read and packed once, not once by each thread.
fn cut(m: usize, n: usize, k: usize, columns: usize) -> Cut {
    match m.saturating_mul(k) >= MUCH && m > n && !product_is_small(m, n, k) && m % ROWS != 1 {
        true => Cut::Rows(ROWS),
        false => Cut::Columns(columns),
    }
}

fn empty(grain: usize, count: usize) -> Fused {
    Fused { grain, count, loads: vec![], stores: vec![], steps: vec![], registers: 0, alone: false }
}

/// The sizes before, along and after an axis, the examples among those after.
fn along(value: &Value, axis: Axis) -> (usize, usize, usize) {
    match axis {
        Axis::All => (1, value.each, value.count()),
        Axis::Only(axis) => {
            let inner: usize = value.dims[..axis].iter().product();
            let after: usize = value.dims[axis + 1..].iter().product();
            (inner, value.dims[axis], after * value.count())
        }
    }
}

/// Pieces that the outer axes can be cut into.
fn count(value: &Value, outer: usize) -> usize {
    value.examples.unwrap_or(outer)
}

fn strides(dims: &[usize]) -> Vec<usize> {
    dims.iter()
        .scan(1, |stride, &dim| {
            let this = *stride;
            *stride *= dim;
            Some(this)
        })
        .collect()
}

/// One loop under construction.
struct Loop<'a> {
    emitter: &'a Emitter<'a>,
    fused: Fused,
    /// Where each value of the loop is found, once it is made.
    sources: FastMap<NodeId, Source>,
    /// The last step that reads each value of the loop.
    last_read: FastMap<NodeId, usize>,
    /// What is read from outside, and the last step that does.
    outside: IndexMap<Region, usize>,
    loads: FastMap<(Region, Access), usize>,
    free: Vec<usize>,
}

impl<'a> Loop<'a> {
    fn new(emitter: &'a Emitter<'a>, nodes: &[NodeId], fused: Fused) -> Loop<'a> {
        let inside: FastSet<NodeId> = nodes.iter().copied().collect();
        let (mut last_read, mut outside) = (FastMap::default(), IndexMap::new());
        for (at, &node) in nodes.iter().enumerate() {
            for (place, _) in emitter.parts(node).1 {
                if inside.contains(&place.root) {
                    last_read.insert(place.root, at);
                } else {
                    outside.insert(emitter.layout.of(*place), at);
                }
            }
        }
        let (sources, loads, free) = (FastMap::default(), FastMap::default(), Vec::new());
        Loop { emitter, fused, sources, last_read, outside, loads, free }
    }

    fn step(&mut self, at: usize, node: NodeId) {
        let (function, operands) = self.emitter.parts(node);
        let inputs: Vec<Source> =
            operands.iter().map(|&(place, access)| self.source(place, access)).collect();
        for (place, _) in operands {
            self.release(at, place.root);
        }
        let target = match self.emitter.layout.regions.get(&node) {
            Some(&region) if !self.is_needed_after(at, region) => {
                self.fused.stores.push(region);
                let store = self.fused.stores.len() - 1;
                self.sources.insert(node, Source::Stored(store));
                Target::Store(store)
            }
            Some(_) | None => {
                let register = self.free.pop().unwrap_or_else(|| {
                    self.fused.registers += 1;
                    self.fused.registers - 1
                });
                self.sources.insert(node, Source::Register(register));
                Target::Register(register)
            }
        };
        self.fused.steps.push(Step { function: *function, inputs, target });
    }

    /// Results whose place held numbers that the loop still needed: copied there at the end of each tile.
    fn deferred(&mut self, nodes: &[NodeId]) {
        for node in nodes {
            if let (Some(&region), Some(&Source::Register(register))) =
                (self.emitter.layout.regions.get(node), self.sources.get(node))
            {
                self.fused.stores.push(region);
                let target = Target::Store(self.fused.stores.len() - 1);
                let inputs = vec![Source::Register(register)];
                self.fused.steps.push(Step { function: Function::Copy, inputs, target });
            }
        }
    }

    fn source(&mut self, place: Place, access: Access) -> Source {
        if let Some(&source) = self.sources.get(&place.root) {
            return source;
        }
        let region = self.emitter.layout.of(place);
        let loads = &mut self.fused.loads;
        Source::Load(*self.loads.entry((region, access)).or_insert_with(|| {
            loads.push(Load { region, access });
            loads.len() - 1
        }))
    }

    /// Whether a later step reads from outside what stands in this region now.
    fn is_needed_after(&self, at: usize, region: Region) -> bool {
        self.outside.iter().any(|(outside, &last)| last > at && outside.overlaps(region))
    }

    /// Frees the register of a value that no later step reads and that is not to be stored.
    fn release(&mut self, at: usize, value: NodeId) {
        if let Some(&Source::Register(register)) = self.sources.get(&value)
            && self.last_read.get(&value) == Some(&at)
            && !self.emitter.layout.regions.contains_key(&value)
            && !self.free.contains(&register)
        {
            self.free.push(register);
        }
    }
}
