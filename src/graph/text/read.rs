//! From text to graph.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::graph::{Attribute, Constant, Distribution, Graph, Leaf, NodeId, OpRef, Real, SlotId};
use crate::tensor::Axis;
use crate::types::{BatchId, Shape, Size, SizeVar, TensorType};

/// A line that is not a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadProblem {
    /// From 1.
    pub line: usize,
    pub expected: &'static str,
}

/// Finds the operator of a name and attributes; `ops::from_text` is one.
pub type Lookup<'l> = &'l dyn Fn(&str, &[Attribute]) -> Option<OpRef>;

/// How deep quotients of sizes may nest.
const MAX_DEPTH: usize = 16;

/// The graph of a text, unsimplified, and its results.
///
/// # Errors
/// The first line that cannot be read, or whose type is not what the type rule says.
pub fn read(text: &str, lookup: Lookup<'_>) -> Result<(Graph, Vec<NodeId>), ReadProblem> {
    let mut reader =
        Reader { rest: "", graph: Graph::verbatim(), nodes: IndexMap::new(), sizes: IndexMap::new(), lookup };
    let mut outputs = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        reader.rest = line.trim();
        let result =
            if reader.take("return") { reader.ids().map(|ids| outputs = ids) } else { reader.node() };
        let problem = match result {
            Err(expected) => Some(expected),
            Ok(()) if reader.rest.is_empty() => None,
            Ok(()) => Some("the end of the line"),
        };
        if let Some(expected) = problem {
            return Err(ReadProblem { line: at + 1, expected });
        }
    }
    Ok((reader.graph, outputs))
}

struct Reader<'t, 'l> {
    rest: &'t str,
    graph: Graph,
    /// The node of each number in the text.
    nodes: IndexMap<u32, NodeId>,
    sizes: IndexMap<String, SizeVar>,
    lookup: Lookup<'l>,
}

type Read<T> = Result<T, &'static str>;

impl<'t> Reader<'t, '_> {
    fn node(&mut self) -> Read<()> {
        self.expect("%", "`%`")?;
        let number = self.number("a node number")?;
        self.expect("=", "`=`")?;
        let word = self.word()?;
        let id = match self.leaf(word)? {
            Some(leaf) => {
                let ty = self.typed()?;
                self.graph.leaf(leaf, ty)
            }
            None => self.application(word)?,
        };
        if self.take("as ") {
            self.graph.set_name(id, std::mem::take(&mut self.rest));
        }
        self.nodes.insert(number, id);
        Ok(())
    }

    fn leaf(&mut self, word: &str) -> Read<Option<Leaf>> {
        let leaf = match word {
            "slot" => Leaf::Slot { id: SlotId(self.number("a slot number")?), name: self.quoted()? },
            "number" => Leaf::Number(Real(self.number("a number")?)),
            "tensor" => {
                let shape: Vec<usize> = self.numbers()?;
                let values: Vec<f64> = self.numbers()?;
                if shape.iter().try_fold(1usize, |n, &dim| n.checked_mul(dim)) != Some(values.len()) {
                    return Err("as many numbers as the shape has");
                }
                Leaf::Tensor(Arc::new(Constant { shape, values }))
            }
            "size" => Leaf::Size(self.size(0)?),
            "batch_count" => Leaf::BatchCount(self.batch()?),
            "random" => {
                let distribution = match self.word()? {
                    "uniform" => Distribution::Uniform,
                    "normal" => Distribution::Normal,
                    _ => return Err("`uniform` or `normal`"),
                };
                Leaf::Random { distribution, name: self.quoted()? }
            }
            _ => return Ok(None),
        };
        Ok(Some(leaf))
    }

    fn application(&mut self, name: &str) -> Read<NodeId> {
        let mut attributes = Vec::new();
        if self.take("{") {
            attributes.push(self.attribute()?);
            while self.take(";") {
                attributes.push(self.attribute()?);
            }
            self.expect("}", "`}`")?;
        }
        self.expect("(", "`(`")?;
        let inputs = if self.rest.starts_with(')') { Vec::new() } else { self.ids()? };
        self.expect(")", "`)`")?;
        let ty = self.typed()?;
        let op = (self.lookup)(name, &attributes).ok_or("the name and attributes of an operator")?;
        let id = self.graph.apply(op, &inputs).map_err(|_| "inputs that the operator takes")?;
        if *self.graph.ty(id) == ty { Ok(id) } else { Err("the type that follows from the inputs") }
    }

    fn attribute(&mut self) -> Read<Attribute> {
        Ok(match self.word()? {
            "all" => Attribute::Axis(Axis::All),
            "axis" => Attribute::Axis(Axis::Only(self.number("an axis")?)),
            "at" => Attribute::Index(self.number("a position")?),
            "size" => Attribute::Size(self.size(0)?),
            "shape" => Attribute::Shape(self.shape()?),
            "batch" => Attribute::Batch(self.batch()?),
            "yes" => Attribute::Flag(true),
            "no" => Attribute::Flag(false),
            _ => return Err("an attribute"),
        })
    }

    fn typed(&mut self) -> Read<TensorType> {
        self.expect(":", "`:` and a type")?;
        let shape = self.shape()?;
        let batch = if self.take("×") { Some(self.batch()?) } else { None };
        Ok(TensorType { shape, batch })
    }

    fn batch(&mut self) -> Read<BatchId> {
        self.expect("B", "a batch")?;
        let numbered = self.rest.starts_with(|c: char| c.is_ascii_digit());
        Ok(BatchId(if numbered { self.number("a batch number")? } else { 0 }))
    }

    fn shape(&mut self) -> Read<Shape> {
        self.expect("[", "a shape")?;
        let mut dims = Vec::new();
        while !self.take("]") {
            if !dims.is_empty() {
                self.expect(",", "`,`")?;
            }
            dims.push(self.size(0)?);
        }
        Ok(Shape(dims))
    }

    /// A sum of products of numbers, names and quotients.
    fn size(&mut self, depth: usize) -> Read<Size> {
        if depth > MAX_DEPTH {
            return Err("sizes that nest less");
        }
        let negative = self.take("-");
        let mut sum = self.product(depth)?;
        if negative {
            sum = sum.negate().ok_or("a smaller size")?;
        }
        loop {
            let plus = self.take("+");
            if !plus && !self.take("-") {
                return Ok(sum);
            }
            let term = self.product(depth)?;
            sum = if plus { sum.add(&term) } else { sum.sub(&term) }.ok_or("a smaller size")?;
        }
    }

    fn product(&mut self, depth: usize) -> Read<Size> {
        let mut product = self.factor(depth)?;
        while self.take("*") {
            product = product.mul(&self.factor(depth)?).ok_or("a smaller size")?;
        }
        Ok(product)
    }

    fn factor(&mut self, depth: usize) -> Read<Size> {
        if self.take("(") {
            let above = self.size(depth + 1)?;
            self.expect(")", "`)`")?;
            self.expect("/", "`/`")?;
            self.expect("(", "`(`")?;
            let below = self.size(depth + 1)?;
            self.expect(")", "`)`")?;
            return above.div(&below).ok_or("a division that comes out even");
        }
        if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return self.number("a whole number").map(Size::Known);
        }
        let name = self.word()?.to_owned();
        let id = self.sizes.len() as u32;
        let var =
            self.sizes.entry(name).or_insert_with_key(|name| SizeVar { id, name: name.as_str().into() });
        Ok(Size::var(var.clone()))
    }

    fn ids(&mut self) -> Read<Vec<NodeId>> {
        let mut ids = Vec::new();
        while ids.is_empty() || self.take(",") {
            self.expect("%", "`%`")?;
            let number: u32 = self.number("a node number")?;
            ids.push(*self.nodes.get(&number).ok_or("a node of a line above")?);
        }
        Ok(ids)
    }

    fn numbers<T: std::str::FromStr>(&mut self) -> Read<Vec<T>> {
        self.expect("[", "`[`")?;
        let mut numbers = Vec::new();
        while !self.take("]") {
            if !numbers.is_empty() {
                self.expect(",", "`,`")?;
            }
            numbers.push(self.number("a number")?);
        }
        Ok(numbers)
    }

    fn number<T: std::str::FromStr>(&mut self, expected: &'static str) -> Read<T> {
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+');
        self.split(part).parse().map_err(|_| expected)
    }

    fn quoted(&mut self) -> Read<Arc<str>> {
        self.expect("\"", "text in quotes")?;
        let mut text = String::new();
        let mut characters = self.rest.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = self.rest[at + 1..].trim_start();
                    return Ok(text.into());
                }
                '\\' => match characters.next() {
                    Some((_, 'n')) => text.push('\n'),
                    Some((_, escaped)) => text.push(escaped),
                    None => break,
                },
                plain => text.push(plain),
            }
        }
        Err("a closing quote")
    }

    fn word(&mut self) -> Read<&'t str> {
        let word = self.split(|c| c.is_alphanumeric() || c == '_');
        if word.is_empty() { Err("a name") } else { Ok(word) }
    }

    /// The longest beginning made of such characters.
    fn split(&mut self, part: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        taken
    }

    fn take(&mut self, sign: &str) -> bool {
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, sign: &str, expected: &'static str) -> Read<()> {
        if self.take(sign) { Ok(()) } else { Err(expected) }
    }
}
