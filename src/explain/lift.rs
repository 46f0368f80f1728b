//! From nodes of a graph to terms.

use std::collections::HashMap;

use super::term::{Id, Term, Terms};
use super::totals::transposed;
use crate::graph::{Attribute, Graph, Leaf, NodeId, Operation, Real};
use crate::ops::rules;
use crate::tensor::Axis;
use crate::types::TensorType;

/// A value that is used more than once and weighs more gets a name and a line at once: what is made of it would be too
/// long to be worked on.
const MAX_INLINE: usize = 150;

/// A graph read as formulas. Named nodes become definitions.
#[derive(Debug)]
pub struct Lifter<'g> {
    pub graph: &'g Graph,
    pub terms: Terms,
    /// Names of leaves and of values.
    pub names: &'g HashMap<NodeId, String>,
    /// A target whose numbers sum to 1.
    pub unit: Option<NodeId>,
    pub used_unit: bool,
    /// Named values in order: the name, what it stands for, and its node.
    pub defined: Vec<(Id, Id, NodeId)>,
    known: HashMap<NodeId, Id>,
    /// How often each node is used.
    uses: HashMap<NodeId, usize>,
    /// Names that were made up on the way.
    pub made: Vec<String>,
}

impl<'g> Lifter<'g> {
    pub fn new(
        graph: &'g Graph,
        names: &'g HashMap<NodeId, String>,
        uses: HashMap<NodeId, usize>,
        unit: Option<NodeId>,
    ) -> Lifter<'g> {
        Lifter {
            graph,
            terms: Terms::default(),
            names,
            unit,
            used_unit: false,
            defined: Vec::new(),
            known: HashMap::new(),
            uses,
            made: Vec::new(),
        }
    }

    /// The term of a node; everything it is made of is lifted first.
    pub fn lift(&mut self, root: NodeId) -> Id {
        for node in needed(self.graph, root) {
            if self.known.contains_key(&node) {
                continue;
            }
            let term = self.one(node);
            let is_leaf = matches!(self.graph.node(node).operation, Operation::Leaf(_));
            let term = match self.names.get(&node) {
                Some(_) if is_leaf => self.terms.best(term),
                Some(name) => self.named(node, name, term),
                None if self.is_too_long(node, term) => {
                    let name = made_up(self.made.len());
                    self.made.push(name.clone());
                    self.named(node, &name, term)
                }
                None => term,
            };
            self.known.insert(node, term);
        }
        let term = self.known.get(&root).copied();
        term.unwrap_or_else(|| self.terms.constant(0.0))
    }

    /// A name in place of a term, which gets a line.
    fn named(&mut self, node: NodeId, name: &str, term: Id) -> Id {
        let meaning = self.terms.best(term);
        if self.terms.is_name(meaning) || self.terms.is_number(meaning) {
            return meaning;
        }
        let id = self.terms.define(name, meaning);
        self.defined.push((id, meaning, node));
        id
    }

    fn is_too_long(&self, node: NodeId, term: Id) -> bool {
        self.terms.weight(term) > MAX_INLINE && self.uses.get(&node).is_some_and(|uses| *uses > 1)
    }

    /// Gives a value that has been lifted a name for what is lifted from now on.
    pub fn name_later(&mut self, node: NodeId, name: &str) {
        let meaning = self.lift(node);
        let id = self.named(node, name, meaning);
        self.known.insert(node, id);
    }

    fn one(&mut self, node: NodeId) -> Id {
        let found = self.graph.node(node);
        match &found.operation {
            Operation::Leaf(leaf) => self.leaf(node, leaf, &found.ty),
            Operation::Apply(op) => {
                let inputs: Vec<Id> =
                    found.inputs.iter().filter_map(|id| self.known.get(id).copied()).collect();
                self.operation(node, op.name(), op.attributes(), &inputs, &found.ty)
            }
        }
    }

    fn leaf(&mut self, node: NodeId, leaf: &Leaf, ty: &TensorType) -> Id {
        if let Some(name) = self.names.get(&node) {
            return self.terms.name(name, ty.clone());
        }
        match leaf {
            Leaf::Slot { name, .. } | Leaf::Random { name, .. } => self.terms.name(name, ty.clone()),
            Leaf::Number(Real(value)) => self.terms.constant(*value),
            Leaf::Size(size) => self.terms.size(size),
            Leaf::BatchCount(batch) => self.terms.intern(Term::Count(*batch), TensorType::number()),
            Leaf::Tensor(_) => self.terms.name("constant", ty.clone()),
        }
    }

    fn operation(
        &mut self,
        node: NodeId,
        name: &'static str,
        attributes: Vec<Attribute>,
        inputs: &[Id],
        ty: &TensorType,
    ) -> Id {
        if let Some(known) = self.known_operation(node, name) {
            return known;
        }
        // What a safe formula does about infinite numbers is not part of the mathematics.
        if let Some(known) = rules::finite_part(self.graph, node).and_then(|x| self.known.get(&x)) {
            return *known;
        }
        let terms = &mut self.terms;
        match (name, inputs) {
            ("add", &[a, b]) => terms.sum(&[(1.0, a), (1.0, b)], ty),
            ("subtract", &[a, b]) => terms.sum(&[(1.0, a), (-1.0, b)], ty),
            ("negate", &[a]) => widened(terms, -1.0, &[(a, 2)], ty),
            ("multiply", &[a, b]) => widened(terms, 1.0, &[(a, 2), (b, 2)], ty),
            ("divide" | "quotient", &[a, b]) => widened(terms, 1.0, &[(a, 2), (b, -2)], ty),
            ("reciprocal", &[a]) => widened(terms, 1.0, &[(a, -2)], ty),
            ("square", &[a]) => widened(terms, 1.0, &[(a, 4)], ty),
            ("sqrt", &[a]) => widened(terms, 1.0, &[(a, 1)], ty),
            ("power", &[a, b]) => match terms.number(b).filter(|p| p.fract() == 0.0 && p.abs() <= 16.0) {
                Some(power) => widened(terms, 1.0, &[(a, power as i32 * 2)], ty),
                None => terms.apply(name, attributes, inputs.to_vec(), ty),
            },
            ("_expand", &[a]) => {
                if terms.is_scalar(a) || ty.batch.is_some() && terms.ty(a).batch.is_none() {
                    terms.fill(a, ty)
                } else {
                    a
                }
            }
            ("select", &[c, a, b]) => {
                terms.ask(c);
                terms.choice(c, a, b, ty)
            }
            ("sum", &[x]) => match attributes.as_slice() {
                [Attribute::Axis(axis)] => self.total(node, *axis, x, ty),
                _ => terms.apply(name, attributes, inputs.to_vec(), ty),
            },
            ("matmul", &[a, b]) => terms.matmul(a, b, ty),
            ("transpose", &[x]) => terms.transpose(x, ty),
            ("_matmul_sum", &[a, b]) => {
                let turned = transposed(terms.ty(b));
                let bt = terms.transpose(b, &turned);
                let wide = TensorType { shape: ty.shape.clone(), batch: terms.ty(a).batch };
                let product = terms.matmul(a, bt, &wide);
                terms.batch_total(product, ty)
            }
            ("batch_sum", &[x]) => terms.batch_total(x, ty),
            ("stop_gradient", &[x]) => terms.apply(name, attributes, vec![x], ty),
            _ => terms.apply(name, attributes, inputs.to_vec(), ty),
        }
    }

    fn total(&mut self, node: NodeId, axis: Axis, x: Id, ty: &TensorType) -> Id {
        let source = self.graph.node(node).inputs.first().copied();
        if axis == Axis::All && self.unit.is_some() && source == self.unit {
            self.used_unit = true;
            return self.terms.constant(1.0);
        }
        if let Some(share) = self.unit_share(axis, x) {
            self.used_unit = true;
            return self.terms.fill(share, ty);
        }
        self.terms.total(axis, x, ty)
    }

    /// `k` of the sum of `k t`, where the numbers of `t` sum to 1.
    fn unit_share(&mut self, axis: Axis, x: Id) -> Option<Id> {
        let unit = *self.known.get(&self.unit?)?;
        let mut monomial = self.terms.monomial(x);
        let at = monomial.bases.iter().position(|base| *base == (unit, 2))?;
        monomial.bases.remove(at);
        let is_number = monomial.bases.iter().all(|(base, _)| self.terms.is_scalar(*base));
        (axis == Axis::All && is_number).then(|| self.terms.product(monomial.factor, &monomial.bases))
    }

    /// Formulas that are one function: a mean, and what the safe rewritings make of softmax.
    fn known_operation(&mut self, node: NodeId, name: &str) -> Option<Id> {
        let graph = self.graph;
        let &[a, b] = graph.node(node).inputs.as_slice() else { return None };
        let ty = graph.ty(node).clone();
        match name {
            "divide" if graph.op_named(a, "batch_sum").is_some() => {
                let x = *graph.node(a).inputs.first()?;
                let is_count = matches!(&graph.node(b).operation, Operation::Leaf(Leaf::BatchCount(_)));
                let x = *self.known.get(&x).filter(|_| is_count)?;
                Some(self.terms.batch_mean(x, &ty))
            }
            "divide" => {
                let sum = graph.op_named(a, "sum")?;
                let &[x] = sum.inputs.as_slice() else { return None };
                let Operation::Apply(op) = &sum.operation else { return None };
                let [Attribute::Axis(axis)] = op.attributes()[..] else { return None };
                let shape = &graph.ty(x).shape;
                let count = match axis {
                    Axis::All => shape.len()?,
                    Axis::Only(axis) => shape.0.get(axis)?.clone(),
                };
                let is_count = match &graph.node(b).operation {
                    Operation::Leaf(Leaf::Number(Real(n))) => count.known().is_some_and(|k| k as f64 == *n),
                    Operation::Leaf(Leaf::Size(size)) => *size == count,
                    Operation::Leaf(_) | Operation::Apply(_) => false,
                };
                let x = *self.known.get(&x)?;
                if !is_count || self.terms.is_scalar(self.terms.bare(x)) {
                    return None;
                }
                Some(self.terms.mean(axis, x, &ty))
            }
            "subtract" => {
                let log = graph.op_named(b, "log")?;
                let u = exponents(graph, *log.inputs.first()?)?;
                if u != a {
                    return None;
                }
                let u = *self.known.get(&u)?;
                let z = self.terms.unshifted(u);
                Some(self.terms.apply("log_softmax", Vec::new(), vec![z], &ty))
            }
            "add" => {
                let log = graph.op_named(b, "log")?;
                let shifted = exponents(graph, *log.inputs.first()?)?;
                let largest = graph.op_named(a, "stop_gradient")?;
                let largest = *largest.inputs.first()?;
                let largest = rules::finite_part(graph, largest).unwrap_or(largest);
                let z = *graph.op_named(largest, "_max")?.inputs.first()?;
                let (u, z) = (*self.known.get(&shifted)?, *self.known.get(&z)?);
                let found = self.terms.unshifted(u);
                (found == z).then(|| self.terms.apply("log_sum_exp", Vec::new(), vec![z], &ty))
            }
            _ => None,
        }
    }
}

fn widened(terms: &mut Terms, factor: f64, bases: &[(Id, i32)], ty: &TensorType) -> Id {
    let product = terms.product(factor, bases);
    terms.fill(product, ty)
}

/// `u` of `sum(exp(u))`.
fn exponents(graph: &Graph, sum: NodeId) -> Option<NodeId> {
    let sum = graph.op_named(sum, "sum")?;
    let Operation::Apply(op) = &sum.operation else { return None };
    if op.attributes() != [Attribute::Axis(Axis::All)] {
        return None;
    }
    graph.op_named(*sum.inputs.first()?, "exp")?.inputs.first().copied()
}

/// Everything a node is made of, inputs first, itself last.
pub fn needed(graph: &Graph, root: NodeId) -> Vec<NodeId> {
    let mut wanted = vec![false; root.index() + 1];
    wanted[root.index()] = true;
    let ids: Vec<NodeId> = graph.ids().take(root.index() + 1).collect();
    for &id in ids.iter().rev() {
        if wanted[id.index()] {
            for input in &graph.node(id).inputs {
                wanted[input.index()] = true;
            }
        }
    }
    ids.into_iter().filter(|id| wanted[id.index()]).collect()
}

/// The name of a value that the program has none for, until its place among the lines is known.
pub(super) fn made_up(number: usize) -> String {
    format!("shared {number}")
}
