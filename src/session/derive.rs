//! `derive`: a loss on a model, a function or a value, its gradient as formulas.

use std::collections::HashMap;

use super::state::Session;
use crate::base::Span;
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{FunctionValue, Given, ModelId, Target, Value};
use crate::explain::{self, Derivation, Format, Named, Question, Taken};
use crate::graph::{Graph, Leaf, NodeId, Operation, SlotId};
use crate::ops;
use crate::syntax::tree::FunctionKind;
use crate::types::{BatchId, Shape, TensorType};

/// What a call of `derive` asks for.
struct Request {
    subjects: Vec<Given>,
    wrt: Option<Given>,
    format: Format,
    explain: bool,
    steps: bool,
    order: usize,
}

impl Default for Request {
    fn default() -> Request {
        Request {
            subjects: Vec::new(),
            wrt: None,
            format: Format::Unicode,
            explain: false,
            steps: false,
            order: 1,
        }
    }
}

/// A result with everything around it that has a name.
pub(super) struct Setup {
    pub result: NodeId,
    pub result_name: String,
    pub call: Option<String>,
    pub leaves: HashMap<NodeId, String>,
    /// What gradients are asked of: in formulas, and in the program.
    pub targets: Vec<(String, NodeId)>,
    pub prediction: Option<(NodeId, &'static str)>,
    /// What the loss is given.
    pub subject: Option<NodeId>,
    pub target: Option<NodeId>,
    /// The inputs of the model.
    pub inputs: Vec<NodeId>,
    /// Lines that say which name is which parameter.
    pub legend: Vec<String>,
    pub title: String,
    pub batch: Option<BatchId>,
    pub unit: Option<NodeId>,
    pub taken: Taken,
}

/// How a derivation is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// 2 for second derivatives too.
    pub order: usize,
    /// Whether nothing is taken for granted, such as that a target sums to 1.
    pub exact: bool,
    /// Whether what is written twice gets a name.
    pub share: bool,
}

impl Session<'_> {
    /// `derive(mse, net)`, `derive(f)`, `derive(l, wrt = x)`
    pub(super) fn derive(&mut self, given: &[Given], span: Span) -> Value {
        if let Some(text) = self.derivation_of(given, span)
            && self.is_running()
            && !self.has_errors()
        {
            self.world.print(text.trim_end());
        }
        Value::Nothing
    }

    /// The text of a derivation.
    pub(super) fn derivation_of(&mut self, given: &[Given], span: Span) -> Option<String> {
        let request = self.derive_request(given, span)?;
        self.derived_text(&request, span)
    }

    fn derive_request(&mut self, given: &[Given], span: Span) -> Option<Request> {
        let subjects: Vec<Given> = given.iter().filter(|g| g.name.is_none()).cloned().collect();
        let mut request = Request { subjects, ..Request::default() };
        for argument in given {
            let Some((name, at)) = &argument.name else { continue };
            match (name.as_str(), &argument.value) {
                ("wrt", _) => request.wrt = Some(argument.clone()),
                ("format", Value::Text(text)) => match format_of(text) {
                    Some(format) => request.format = format,
                    None => {
                        let headline = format!("there is no format `{text}`");
                        self.report(
                            Diagnostic::error(Slug::OptionValue, argument.span, headline)
                                .here("not a format")
                                .note("formats are `unicode`, `latex`, `mathml` and `nn`"),
                        );
                        return None;
                    }
                },
                ("explain", Value::Bool(explain)) => request.explain = *explain,
                ("steps", Value::Bool(steps)) => request.steps = *steps,
                ("order", value) => {
                    request.order =
                        crate::check::whole_option(&mut self.elaborator, "order", value, argument.span, 1)?;
                }
                (_, Value::Unknown) => return None,
                _ => {
                    let (name, at) = (name.clone(), *at);
                    self.no_option("derive", &name, at, "`wrt`, `format`, `explain`, `steps` and `order`");
                    return None;
                }
            }
        }
        if request.subjects.is_empty() || request.subjects.len() > 2 {
            self.report(
                Diagnostic::error(Slug::Arity, span, "`derive` takes a function, or a loss and a model")
                    .here("of what?")
                    .help("`derive(mse, net)`, `derive(gelu)`"),
            );
            return None;
        }
        Some(request)
    }

    fn derived_text(&mut self, request: &Request, span: Span) -> Option<String> {
        self.in_scratch(true, |session| {
            let setup = session.per_example_or_batch(request, span)?;
            session.formulas(request, setup, span)
        })
    }

    /// Works on a copy of the graph, as in training.
    pub(super) fn in_scratch<T>(&mut self, training: bool, work: impl FnOnce(&mut Self) -> T) -> T {
        let graph = self.elaborator.graph.clone();
        let updates = std::mem::take(&mut self.elaborator.state_updates);
        let training = std::mem::replace(&mut self.elaborator.training, training);
        let result = work(self);
        self.elaborator.graph = graph;
        self.elaborator.state_updates = updates;
        self.elaborator.training = training;
        result
    }

    /// What is to be differentiated: a loss and a model, or a model alone.
    pub(super) fn setup_of(&mut self, subjects: &[Given], span: Span) -> Option<Setup> {
        let request = Request { subjects: subjects.to_vec(), ..Request::default() };
        self.per_example_or_batch(&request, span)
    }

    /// For one example, as in a textbook; over a batch only if the model looks across examples.
    fn per_example_or_batch(&mut self, request: &Request, span: Span) -> Option<Setup> {
        self.collect();
        if self.has_errors() {
            return None;
        }
        let attempts = [(false, false), (true, false), (false, true), (true, true)];
        for (vectors, batched) in attempts {
            let graph = self.elaborator.graph.clone();
            let batch = batched.then(|| self.elaborator.new_batch());
            let setup = self.setup(request, vectors, batch, span);
            if !self.elaborator.has_problems() {
                self.elaborator.take_problems();
                return setup;
            }
            self.elaborator.take_problems();
            self.elaborator.forget_reported();
            self.elaborator.graph = graph;
        }
        self.setup(request, false, None, span)
    }

    fn setup(
        &mut self,
        request: &Request,
        vectors: bool,
        batch: Option<BatchId>,
        span: Span,
    ) -> Option<Setup> {
        match request.subjects.as_slice() {
            [loss, model] => self.loss_setup(loss, model, request.wrt.as_ref(), batch),
            [one] => match &one.value {
                Value::Function(function) => {
                    let function = function.clone();
                    self.function_setup(&function, request.wrt.as_ref(), vectors, batch, one.span)
                }
                value @ Value::Model { .. } => {
                    let value = value.clone();
                    self.model_setup(&value, request.wrt.as_ref(), batch, one.span)
                }
                _ => self.value_setup(one, request.wrt.as_ref(), span),
            },
            _ => None,
        }
    }

    /// A loss of the prediction of a model.
    pub(super) fn loss_setup(
        &mut self,
        loss: &Given,
        model: &Given,
        wrt: Option<&Given>,
        batch: Option<BatchId>,
    ) -> Option<Setup> {
        let mut setup = self.prediction_setup(&model.value, batch, model.span)?;
        let (prediction, _) = setup.prediction?;
        let (loss_name, target_name) = match &loss.value {
            Value::Function(function) => (function.name().to_string(), "t"),
            _ => ("loss".to_string(), "t"),
        };
        let probabilities = match loss_name.as_str() {
            "softmax_cross_entropy" => self.elaborator.lookup("softmax"),
            "sigmoid_cross_entropy" => self.elaborator.lookup("sigmoid"),
            _ => None,
        };
        if let Some(function) = probabilities {
            let given = Given { name: None, value: Value::Node(prediction), span: loss.span };
            let value = self.elaborator.apply_value(&function, &[given], loss.span);
            setup.prediction = Some((self.elaborator.node_of(&value, loss.span)?, "ŷ"));
        }
        setup.subject = Some(prediction);
        let ty = self.elaborator.graph.ty(prediction).clone();
        let target_name = setup.taken.unique(target_name);
        let (_, target) = self.elaborator.new_slot(&target_name, TensorType { shape: ty.shape, batch });
        setup.leaves.insert(target, target_name);
        setup.target = Some(target);
        let given =
            [prediction, target].map(|node| Given { name: None, value: Value::Node(node), span: loss.span });
        let value = self.elaborator.apply_value(&loss.value, &given, loss.span);
        let mut result = self.elaborator.node_of(&value, loss.span)?;
        if batch.is_some() && self.elaborator.graph.ty(result).batch.is_some() {
            result = ops::build::batch_mean(&mut self.elaborator.graph, result);
        }
        setup.result = result;
        setup.result_name = "L".to_string();
        if matches!(loss_name.as_str(), "cross_entropy" | "softmax_cross_entropy") {
            setup.unit = Some(target);
        }
        setup.title = format!("{loss_name} of {}", setup.title);
        setup.targets = match wrt {
            None => setup.targets,
            Some(wrt) => self.chosen(&setup, wrt)?,
        };
        setup.call = Some(loss_name);
        Some(setup)
    }

    /// A model applied to inputs of its own.
    fn prediction_setup(&mut self, model: &Value, batch: Option<BatchId>, span: Span) -> Option<Setup> {
        let Value::Model { id, part } = model else {
            if !model.is_unknown() {
                let headline = format!("expected a model, found {}", model.kind());
                self.report(Diagnostic::error(Slug::TypeMismatch, span, headline).here("not a model"));
            }
            return None;
        };
        let found = self.elaborator.models.get(id.0)?.clone();
        let mut taken = Taken::default();
        let mut leaves = HashMap::new();
        let keys: Vec<String> = found.stored.keys().cloned().collect();
        let names: Vec<String> = explain::parameter_names(&keys, &mut taken);
        let (mut targets, mut legend) = (Vec::new(), Vec::new());
        for (key, name) in keys.iter().zip(names) {
            let stored = found.stored.get(key)?;
            let node = self.slot_leaf(stored.slot, &stored.name, &stored.shape);
            if name != *key {
                legend.push(format!("{name} = {}", stored.name));
            }
            if stored.is_parameter && found.parameters(part).any(|(known, _)| known == key) {
                targets.push((name.clone(), node));
            }
            leaves.insert(node, name);
        }
        let (mut given, mut inputs) = (Vec::new(), Vec::new());
        for (param, shape) in found.function.params.iter().zip(&found.inputs) {
            let name = taken.unique(&param.name.name);
            let (_, node) = self.elaborator.new_slot(&name, TensorType { shape: shape.clone(), batch });
            leaves.insert(node, name);
            inputs.push(node);
            given.push(Given { name: None, value: Value::Node(node), span });
        }
        let whole = Value::Model { id: *id, part: String::new() };
        let value = self.elaborator.apply_value(&whole, &given, span);
        let prediction = self.elaborator.node_of(&value, span)?;
        Some(Setup {
            result: prediction,
            result_name: "y".to_string(),
            call: None,
            leaves,
            targets: by_layer(targets),
            prediction: Some((prediction, "ŷ")),
            subject: None,
            target: None,
            inputs,
            legend: legend.chunks(4).map(|names| names.join(", ")).collect(),
            title: found.name.clone(),
            batch,
            unit: None,
            taken,
        })
    }

    pub(super) fn slot_leaf(&mut self, slot: SlotId, name: &str, shape: &[usize]) -> NodeId {
        let leaf = Leaf::Slot { id: slot, name: name.into() };
        self.elaborator.graph.leaf(leaf, TensorType::plain(Shape::known(shape)))
    }

    /// A model without a loss: what flows back into its result is `g`.
    fn model_setup(
        &mut self,
        model: &Value,
        wrt: Option<&Given>,
        batch: Option<BatchId>,
        span: Span,
    ) -> Option<Setup> {
        let mut setup = self.prediction_setup(model, batch, span)?;
        if let Some(wrt) = wrt {
            setup.targets = self.chosen(&setup, wrt)?;
        }
        Some(self.with_upstream(setup))
    }

    /// A result that is not one number is multiplied by the gradient that flows back into it.
    fn with_upstream(&mut self, mut setup: Setup) -> Setup {
        let ty = self.elaborator.graph.ty(setup.result).clone();
        if ty.shape.is_scalar() && ty.batch.is_none() {
            return setup;
        }
        let name = setup.taken.unique("g");
        let (_, g) = self.elaborator.new_slot(&name, ty.clone());
        setup.legend.push(format!("{name} is what flows back into the result: ∂L/∂y"));
        setup.leaves.insert(g, name);
        let graph = &mut self.elaborator.graph;
        graph.set_name(setup.result, "y");
        let product = ops::build::mul(graph, setup.result, g);
        let mut result = ops::build::sum(graph, product, crate::tensor::Axis::All);
        if ty.batch.is_some() {
            result = ops::build::batch_sum(graph, result);
        }
        setup.result = result;
        setup.result_name = "L".to_string();
        setup
    }

    fn function_setup(
        &mut self,
        function: &FunctionValue,
        wrt: Option<&Given>,
        vectors: bool,
        batch: Option<BatchId>,
        span: Span,
    ) -> Option<Setup> {
        let kind = match &function.target {
            Target::Declared(declared) => Some(declared.kind),
            _ => None,
        };
        let vectors =
            vectors != matches!(kind, Some(FunctionKind::Loss | FunctionKind::Metric | FunctionKind::Layer));
        let is_plain = matches!(kind, Some(FunctionKind::Fn) | None);
        let vectors = vectors || is_plain && self.reduces(function, batch, span);
        let alone = self.elaborator.apply_alone(function, vectors, batch, span)?;
        let mut taken = Taken::default();
        let mut leaves = HashMap::new();
        for (name, node) in &alone.inputs {
            leaves.insert(*node, taken.unique(name));
        }
        let owned = owned_slots(&self.elaborator.graph, alone.result, &leaves);
        let keys: Vec<String> =
            owned.iter().map(|(_, name)| name.rsplit('.').next().unwrap_or(name).to_string()).collect();
        let names = explain::parameter_names(&keys, &mut taken);
        let mut targets: Vec<(String, NodeId)> = Vec::new();
        for ((node, _), name) in owned.iter().zip(names) {
            targets.push((name.clone(), *node));
            leaves.insert(*node, name);
        }
        let count = match kind {
            Some(FunctionKind::Fn) | None => alone.inputs.len(),
            Some(_) => 1,
        };
        targets.extend(alone.inputs.iter().take(count).map(|(_, node)| (leaves[node].clone(), *node)));
        let inputs: Vec<&str> = alone.inputs.iter().map(|(_, node)| leaves[node].as_str()).collect();
        let name = function.name().to_string();
        let is_loss = matches!(kind, Some(FunctionKind::Loss));
        let mut setup = Setup {
            result: alone.result,
            result_name: if is_loss { "L" } else { "y" }.to_string(),
            call: Some(format!("{name}({})", inputs.join(", "))),
            leaves,
            targets,
            prediction: None,
            subject: None,
            target: None,
            inputs: Vec::new(),
            legend: Vec::new(),
            title: name.clone(),
            batch,
            unit: None,
            taken,
        };
        if let Some(wrt) = wrt {
            setup.targets = self.chosen(&setup, wrt)?;
        }
        let setup = self.with_upstream(setup);
        let is_upstream = setup.result != alone.result;
        Some(Setup { call: setup.call.filter(|_| !is_upstream), ..setup })
    }

    /// Whether a function makes one number of vectors.
    fn reduces(&mut self, function: &FunctionValue, batch: Option<BatchId>, span: Span) -> bool {
        let graph = self.elaborator.graph.clone();
        let alone = self.elaborator.apply_alone(function, true, batch, span);
        let result = alone.is_some_and(|alone| self.elaborator.graph.ty(alone.result).shape.is_scalar());
        self.elaborator.take_problems();
        self.elaborator.forget_reported();
        self.elaborator.graph = graph;
        result
    }

    /// A value of the script, by what it is made of.
    fn value_setup(&mut self, one: &Given, wrt: Option<&Given>, span: Span) -> Option<Setup> {
        let result = self.elaborator.node_of(&one.value, one.span)?;
        let mut taken = Taken::default();
        let mut leaves = HashMap::new();
        let slots = owned_slots(&self.elaborator.graph, result, &leaves);
        let keys: Vec<String> = slots
            .iter()
            .map(|(_, name)| name.split_once('.').map_or(name.as_str(), |(_, rest)| rest).to_string())
            .collect();
        let names = explain::parameter_names(&keys, &mut taken);
        let mut targets = Vec::new();
        for ((node, _), name) in slots.iter().zip(names) {
            targets.push((name.clone(), *node));
            leaves.insert(*node, name);
        }
        let own = self.elaborator.graph.name(result).unwrap_or("y").to_string();
        let mut setup = Setup {
            result,
            result_name: own.clone(),
            call: None,
            leaves,
            targets,
            prediction: None,
            subject: None,
            target: None,
            inputs: Vec::new(),
            legend: Vec::new(),
            title: own,
            batch: self.elaborator.graph.ty(result).batch,
            unit: None,
            taken,
        };
        if let Some(wrt) = wrt {
            setup.targets = self.chosen(&setup, wrt)?;
        }
        let _ = span;
        Some(self.with_upstream(setup))
    }

    /// The targets that `wrt` names.
    fn chosen(&mut self, setup: &Setup, wrt: &Given) -> Option<Vec<(String, NodeId)>> {
        let named = |node: NodeId| setup.leaves.get(&node).map(|name| (name.clone(), node));
        match &wrt.value {
            Value::Unknown => None,
            Value::Word(word) | Value::Text(word) => {
                let found = setup.leaves.iter().find(|(_, name)| ***name == **word);
                if let Some((node, name)) = found {
                    return Some(vec![(name.clone(), *node)]);
                }
                let known: Vec<&str> = setup.leaves.values().map(String::as_str).collect();
                let near = crate::elaborate::nearest(word, known.iter().map(|name| name.to_string()));
                let headline = format!("there is no `{word}` to derive by");
                let report = Diagnostic::error(Slug::UnknownName, wrt.span, headline)
                    .here("not an input or parameter");
                self.report(match near {
                    Some(near) => report.help(format!("did you mean `{near}`?")),
                    None => report,
                });
                None
            }
            Value::Model { id, part } => self.parameters_under(setup, *id, part),
            Value::List(items) => {
                let mut found = Vec::new();
                for item in items.clone() {
                    let one = Given { name: None, value: item, span: wrt.span };
                    found.extend(self.chosen(setup, &one)?);
                }
                Some(found)
            }
            value => {
                let node = self.elaborator.node_of(value, wrt.span)?;
                if let Some(found) = named(node) {
                    return Some(vec![found]);
                }
                let name = self.elaborator.graph.name(node).unwrap_or("x").to_string();
                Some(vec![(name, node)])
            }
        }
    }

    fn parameters_under(&mut self, setup: &Setup, id: ModelId, part: &str) -> Option<Vec<(String, NodeId)>> {
        let model = self.elaborator.models.get(id.0)?.clone();
        let found = model.parameters(part).filter_map(|(_, stored)| {
            let node = self.slot_leaf(stored.slot, &stored.name, &stored.shape);
            setup.leaves.get(&node).map(|name| (name.clone(), node))
        });
        Some(by_layer(found.collect()))
    }

    /// The derivation of what was set up.
    pub(super) fn derivation(&mut self, setup: Setup, style: Style, span: Span) -> Option<Derivation> {
        let Setup {
            result,
            result_name,
            call,
            leaves,
            targets,
            prediction,
            subject,
            target,
            mut taken,
            unit,
            ..
        } = setup;
        let values: Vec<Named> = explain::forward_names(
            &self.elaborator.graph,
            result,
            prediction,
            &leaves,
            &result_name,
            &mut taken,
        );
        let call = call.map(|call| match (subject, target) {
            (Some(node), Some(target)) => {
                let shown = values.iter().find(|value| value.node == node).map(|value| value.name.as_str());
                format!(
                    "{call}({}, {})",
                    shown.unwrap_or("ŷ"),
                    leaves.get(&target).map_or("t", String::as_str)
                )
            }
            _ => call,
        });
        let nodes: Vec<NodeId> =
            targets.iter().map(|(_, node)| *node).chain(values.iter().map(|value| value.node)).collect();
        let found = self.elaborator.gradients_of(result, &nodes, span)?;
        let (asked, inner) = found.split_at(targets.len().min(found.len()));
        let mut gradients: Vec<(String, NodeId, NodeId)> = targets
            .iter()
            .zip(asked)
            .map(|((name, node), gradient)| (format!("∂{result_name}/∂{name}"), *node, *gradient))
            .collect();
        if style.order == 2 {
            gradients = self.second(&gradients, &result_name, &leaves, span)?;
        }
        let values = values.into_iter().zip(inner.iter().copied()).collect();
        let unit = unit.filter(|_| !style.exact);
        let graph = &self.elaborator.graph;
        Some(explain::derivation(Question {
            graph,
            result,
            result_name,
            call,
            prediction: prediction.map(|(node, _)| node),
            leaves,
            values,
            gradients,
            unit,
            share: style.share,
            taken,
        }))
    }

    /// Adds the second derivatives of what is one number by one number.
    fn second(
        &mut self,
        first: &[(String, NodeId, NodeId)],
        result_name: &str,
        leaves: &HashMap<NodeId, String>,
        span: Span,
    ) -> Option<Vec<(String, NodeId, NodeId)>> {
        let mut all = Vec::new();
        for (name, node, gradient) in first {
            all.push((name.clone(), *node, *gradient));
            let slope = self.elaborator.gradients_of(*gradient, &[*node], span)?;
            let by = leaves.get(node).map_or("x", String::as_str);
            all.extend(slope.first().map(|second| (format!("∂²{result_name}/∂{by}²"), *node, *second)));
        }
        Some(all)
    }

    fn formulas(&mut self, request: &Request, setup: Setup, span: Span) -> Option<String> {
        let (legend, title, batch) = (setup.legend.clone(), setup.title.clone(), setup.batch);
        let style = Style { order: request.order, exact: request.format == Format::Source, share: true };
        let is_loss = setup.target.is_some();
        let derivation = self.derivation(setup, style, span)?;
        let mut text = String::new();
        if request.format == Format::Unicode {
            let scope = match (is_loss, batch) {
                (true, None) => ", for one example; a batch takes the mean over its examples",
                (true, Some(_)) => ", over a batch of B examples",
                (false, _) => "",
            };
            text.push_str(&format!("{title}{scope}\n"));
            for line in legend {
                text.push_str(&format!("  {line}\n"));
            }
            if derivation.used_unit {
                text.push_str("  sum(t) = 1: the target holds probabilities\n");
            }
            text.push('\n');
        }
        text.push_str(&derivation.write(request.format));
        if request.steps {
            text.push_str(&format!("\n{}", derivation.steps()));
        }
        if request.explain {
            text.push_str(&stability(&derivation));
        }
        Some(text)
    }
}

/// Which rules made the formulas safe, and where.
fn stability(derivation: &Derivation) -> String {
    if derivation.rules.is_empty() {
        return "\nno formula had to be rewritten to be safe\n".to_string();
    }
    let mut text = String::from("\nmade safe against overflow and lost digits:\n");
    for (rule, sentence, place) in &derivation.rules {
        let place = if place.is_empty() { String::new() } else { format!(", in {place}") };
        text.push_str(&format!("  {rule}{place}: {sentence}\n"));
    }
    text
}

pub(super) fn format_of(text: &str) -> Option<Format> {
    Some(match text {
        "unicode" | "text" => Format::Unicode,
        "latex" | "tex" => Format::Latex,
        "mathml" => Format::Mathml,
        "nn" | "source" => Format::Source,
        _ => return None,
    })
}

/// Parameters from the last layer to the first, those of one layer in their order.
fn by_layer(targets: Vec<(String, NodeId)>) -> Vec<(String, NodeId)> {
    let layer = |name: &str| {
        let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
        match name.split_once('_') {
            Some((_, path)) => path.to_string(),
            None => name[stem.len()..].to_string(),
        }
    };
    let mut groups: Vec<(String, Vec<(String, NodeId)>)> = Vec::new();
    for (name, node) in targets {
        let key = layer(&name);
        match groups.last_mut().filter(|(known, _)| *known == key) {
            Some((_, members)) => members.push((name, node)),
            None => groups.push((key, vec![(name, node)])),
        }
    }
    groups.into_iter().rev().flat_map(|(_, members)| members).collect()
}

/// The slots that a value is made of and that have no name yet.
fn owned_slots(graph: &Graph, result: NodeId, known: &HashMap<NodeId, String>) -> Vec<(NodeId, String)> {
    let mut open = vec![result];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(node) = open.pop() {
        if seen.insert(node) {
            open.extend(graph.node(node).inputs.iter().copied());
        }
    }
    seen.into_iter()
        .filter(|node| !known.contains_key(node))
        .filter_map(|node| match &graph.node(node).operation {
            Operation::Leaf(Leaf::Slot { name, .. }) => Some((node, name.to_string())),
            Operation::Leaf(_) | Operation::Apply(_) => None,
        })
        .collect()
}
