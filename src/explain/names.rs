//! Names for what the program leaves unnamed: `z1`, `h1`, `ŷ`, and which error belongs to which.

use std::collections::{HashMap, HashSet};

use super::lift::needed;
use crate::graph::{Graph, Leaf, NodeId, Operation};

/// A value of the forward pass with a name, and the name of the gradient that flows back into it.
#[derive(Clone, Debug)]
pub struct Named {
    pub node: NodeId,
    pub name: String,
    pub gradient: String,
    /// Weighted sums of a layer: their gradient is an error `δ` that always has a line.
    pub is_layer: bool,
}

/// Names that are not given twice.
#[derive(Debug, Default)]
pub struct Taken(HashSet<String>);

impl Taken {
    pub fn new(names: impl IntoIterator<Item = String>) -> Taken {
        Taken(names.into_iter().collect())
    }

    pub fn unique(&mut self, wanted: &str) -> String {
        let clean: String =
            wanted.chars().map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' }).collect();
        let mut name = clean.clone();
        let mut count = 2;
        while !self.0.insert(name.clone()) {
            let separator = if clean.ends_with(|c: char| c.is_ascii_digit()) { "_" } else { "" };
            name = format!("{clean}{separator}{count}");
            count += 1;
        }
        name
    }
}

/// The named values of the forward pass: those of the program, the weighted sums of each layer, what flows from layer
/// to layer, and the prediction.
pub fn forward_names(
    graph: &Graph,
    result: NodeId,
    prediction: Option<(NodeId, &str)>,
    leaves: &HashMap<NodeId, String>,
    result_name: &str,
    taken: &mut Taken,
) -> Vec<Named> {
    let mut nodes = needed(graph, result);
    // A safe rewriting may have gone around the prediction.
    nodes.extend(prediction.into_iter().flat_map(|(node, _)| needed(graph, node)));
    nodes.sort();
    nodes.dedup();
    let mut users: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
    for &node in &nodes {
        for &input in &graph.node(node).inputs {
            users.entry(input).or_default().push(node);
        }
    }
    let mut found: Vec<Named> = Vec::new();
    let mut layers = 0;
    let repeated = repeated_names(graph, &nodes);
    for &node in &nodes {
        let Operation::Apply(_) = &graph.node(node).operation else { continue };
        let is_prediction = prediction.is_some_and(|(id, _)| id == node);
        let own = graph.name(node).map(|name| match repeated.contains(name) {
            true => numbered(name, taken),
            false => name.to_string(),
        });
        let sums = weighted_sum(graph, node, &users, leaves);
        let gradient_of_layer = sums.then(|| {
            layers += 1;
            format!("δ{layers}")
        });
        let mut users_here = users.get(&node).into_iter().flatten();
        let feeds_layer = users_here.any(|user| feeds(graph, *user, node, leaves))
            || is_centred(graph, node, users.get(&node).map_or(&[], Vec::as_slice));
        let name = match (own, is_prediction, sums, feeds_layer) {
            (Some(own), _, _, _) => own,
            (None, true, _, _) => match prediction {
                Some((_, "z")) => format!("z{layers}"),
                Some((_, name)) => name.to_string(),
                None => continue,
            },
            (None, false, true, _) => format!("z{layers}"),
            // Beside the program's own `h`, one after another, what is ours is counted along with them.
            (None, false, false, true) if node != result && repeated.contains("h") => numbered("h", taken),
            (None, false, false, true) if node != result => format!("h{}", layers.max(1)),
            (None, false, false, false)
                if is_affine(graph, node, users.get(&node).map_or(&[], Vec::as_slice), leaves) =>
            {
                format!("n{}", layers.max(1))
            }
            (None, false, false, _) => continue,
        };
        if node == result {
            continue;
        }
        let name = taken.unique(&name);
        let gradient = match gradient_of_layer {
            Some(delta) => taken.unique(&delta),
            None => format!("∂{result_name}/∂{name}"),
        };
        found.push(Named { node, name, gradient, is_layer: sums });
    }
    found
}

/// Names that the program gives to several values, one after another.
fn repeated_names<'g>(graph: &'g Graph, nodes: &[NodeId]) -> HashSet<&'g str> {
    let (mut once, mut twice) = (HashSet::new(), HashSet::new());
    for node in nodes {
        let is_made = matches!(graph.node(*node).operation, Operation::Apply(_));
        if let Some(name) = graph.name(*node).filter(|_| is_made)
            && !once.insert(name)
        {
            twice.insert(name);
        }
    }
    twice
}

/// `h1`, `h2`, ... for the values that are called `h` one after another.
fn numbered(name: &str, taken: &Taken) -> String {
    let is_plain = !name.ends_with(|c: char| c.is_ascii_digit());
    let free = (1..).map(|count| format!("{name}{count}")).find(|name| !taken.0.contains(name));
    free.filter(|_| is_plain).unwrap_or_else(|| name.to_string())
}

/// Whether a node is `scale ⊙ x + shift`, or `scale ⊙ x` without a shift, with vectors of parameters: what a
/// normalisation gives.
fn is_affine(graph: &Graph, node: NodeId, users: &[NodeId], leaves: &HashMap<NodeId, String>) -> bool {
    // Parameters are called by their paths, inputs and targets by a word.
    let is_owned = |id: NodeId| match &graph.node(id).operation {
        Operation::Leaf(Leaf::Slot { name, .. }) => name.contains('.'),
        Operation::Leaf(_) | Operation::Apply(_) => false,
    };
    let is_vector = |id: NodeId| is_owned(id) && leaves.contains_key(&id) && graph.ty(id).shape.rank() == 1;
    let scaled = |id: NodeId| {
        let product = match graph.op_named(id, "divide").and_then(|found| found.inputs.first()) {
            Some(&above) => above,
            None => id,
        };
        let inputs = graph.op_named(product, "multiply").map(|found| found.inputs.as_slice());
        matches!(inputs, Some(&[a, b]) if is_vector(a) != is_vector(b))
    };
    let shifted = |id: NodeId| match graph.op_named(id, "add").map(|found| found.inputs.as_slice()) {
        Some(&[a, b]) => scaled(a) && is_vector(b) || is_vector(a) && scaled(b),
        Some(_) | None => false,
    };
    match users {
        // A part of such a value is not one itself.
        &[user] if shifted(user) || scaled(user) => false,
        _ => shifted(node) || scaled(node),
    }
}

/// Whether a node is `W · x + b`, or `W · x` without a bias, with parameters of the network.
fn weighted_sum(
    graph: &Graph,
    node: NodeId,
    users: &HashMap<NodeId, Vec<NodeId>>,
    leaves: &HashMap<NodeId, String>,
) -> bool {
    if is_weighted(graph, node, leaves) {
        let bias = match users.get(&node).map(Vec::as_slice) {
            Some(&[user]) => is_biased(graph, user, leaves),
            Some(_) | None => false,
        };
        return !bias;
    }
    is_biased(graph, node, leaves)
}

fn is_weighted(graph: &Graph, node: NodeId, leaves: &HashMap<NodeId, String>) -> bool {
    graph.op_named(node, "matmul").is_some_and(|product| {
        product.inputs.first().is_some_and(|weight| {
            graph.ty(*weight).shape.rank() == 2 && is_parameter(graph, *weight) && leaves.contains_key(weight)
        })
    })
}

fn is_biased(graph: &Graph, node: NodeId, leaves: &HashMap<NodeId, String>) -> bool {
    let Some(sum) = graph.op_named(node, "add") else { return false };
    match sum.inputs.as_slice() {
        &[a, b] => {
            (is_weighted(graph, a, leaves) && leaves.contains_key(&b))
                || (is_weighted(graph, b, leaves) && leaves.contains_key(&a))
        }
        _ => false,
    }
}

fn is_parameter(graph: &Graph, node: NodeId) -> bool {
    matches!(&graph.node(node).operation, Operation::Leaf(Leaf::Slot { .. }))
}

/// Whether a value is normalised: its mean is taken, and taken off.
fn is_centred(graph: &Graph, node: NodeId, users: &[NodeId]) -> bool {
    let is = |name: &str| users.iter().any(|user| graph.op_named(*user, name).is_some());
    let is_softmax_part = graph.op_named(node, "exp").is_some();
    is("sum") && is("subtract") && !is_softmax_part && graph.ty(node).shape.rank() > 0
}

/// Whether `user` multiplies a weight with the node.
fn feeds(graph: &Graph, user: NodeId, node: NodeId, leaves: &HashMap<NodeId, String>) -> bool {
    is_weighted(graph, user, leaves) && graph.node(user).inputs.get(1) == Some(&node)
}

/// Short names for the parameters of a model by their paths: `W1` for `W1` and for `dense1.W`, `W_hidden` for
/// `hidden.W`. Where two would be the same, layers are counted through.
pub fn parameter_names(keys: &[String], taken: &mut Taken) -> Vec<String> {
    let short: Vec<String> = keys.iter().map(|key| short_name(key)).collect();
    let distinct: HashSet<&String> = short.iter().collect();
    let is_free = short.iter().all(|name| !taken.0.contains(name));
    let names = if distinct.len() == short.len() && is_free { short } else { counted_names(keys) };
    names.iter().map(|name| taken.unique(name)).collect()
}

/// The last part of each path with the number of its layer; numbers that the program uses itself are left out.
fn counted_names(keys: &[String]) -> Vec<String> {
    let own: HashSet<&str> = keys.iter().filter(|key| !key.contains('.')).map(String::as_str).collect();
    let mut layers: Vec<(&str, usize)> = Vec::new();
    let mut number = 0;
    keys.iter()
        .map(|key| {
            let Some((layer, last)) = key.rsplit_once('.') else { return key.clone() };
            if let Some((_, known)) = layers.iter().find(|(known, _)| *known == layer) {
                return format!("{last}{known}");
            }
            let members =
                || keys.iter().filter_map(|key| key.rsplit_once('.')).filter(|(at, _)| *at == layer);
            number += 1;
            while members().any(|(_, last)| own.contains(format!("{last}{number}").as_str())) {
                number += 1;
            }
            layers.push((layer, number));
            format!("{last}{number}")
        })
        .collect()
}

fn short_name(key: &str) -> String {
    let Some((path, last)) = key.rsplit_once('.') else { return key.to_string() };
    let layer = path.rsplit('.').next().unwrap_or(path);
    let stem = layer.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &layer[stem.len()..];
    if number.is_empty() { format!("{last}_{layer}") } else { format!("{last}{number}") }
}
