//! What a call of `plot` is to draw, from what is known before running.

use super::super::state::Session;
use super::{Request, View};
use crate::base::Span;
use crate::check::{PartRef, part_of};
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Given, ModelId, RecordKind, Value};
use crate::graph::NodeId;
use crate::types::{Shape, TensorType};

/// The words for `kind`.
pub const KINDS: &[&str] =
    &["curves", "scatter", "histogram", "heat_map", "boundary", "confusion", "fit", "answers"];
/// More parameters than this are not drawn side by side.
const MAX_PLOTS: usize = 24;

/// A tensor and what it is called.
#[derive(Clone, Debug)]
pub struct Numbers {
    pub node: NodeId,
    pub ty: TensorType,
    pub label: String,
}

pub enum Picture {
    /// Every series of a training.
    History(Vec<Numbers>),
    Curves {
        series: Vec<Numbers>,
        x: Option<Numbers>,
    },
    Scatter(Numbers, Numbers),
    Histograms(Vec<Numbers>),
    HeatMaps(Vec<Numbers>),
    /// The inputs of data, by class.
    Data(PartRef),
    Model {
        model: ModelId,
        data: PartRef,
        view: View,
    },
}

impl Numbers {
    /// Numbers in a row: a vector, or one number for each example.
    fn is_row(&self) -> bool {
        match self.ty.batch {
            Some(_) => self.ty.shape.is_scalar(),
            None => self.ty.shape.rank() == 1,
        }
    }
}

impl Session<'_> {
    pub(super) fn picture(&mut self, request: &Request, span: Span) -> Option<Picture> {
        let kind = request.kind.map(|(kind, _)| kind);
        if request.subjects.iter().any(|subject| subject.value.is_unknown()) {
            return None;
        }
        match request.subjects.as_slice() {
            [Given { value: Value::Record(record), .. }] if record.kind == RecordKind::History => {
                self.only(request, &["curves"], "a history")?;
                let fields = record.fields.clone().into_iter();
                let series = fields.filter_map(|(label, value)| match value {
                    Value::Node(node) => {
                        Some(Numbers { node, ty: self.elaborator.graph.ty(node).clone(), label })
                    }
                    _ => None,
                });
                Some(Picture::History(series.collect()))
            }
            [Given { value: Value::Model { id, part }, span: at, .. }] => {
                self.only(request, &["histogram", "heat_map"], "a model alone")?;
                self.parameters_picture(*id, part, kind == Some("heat_map"), *at)
            }
            [model @ Given { value: Value::Model { .. }, .. }, data] => {
                self.model_picture(model, data, request)
            }
            [data @ Given { value: Value::Record(_), .. }] => {
                self.only(request, &["scatter"], "a dataset")?;
                let part = part_of(&mut self.elaborator, &data.value, data.span)?;
                self.plane(&part.input, data.span)?;
                Some(Picture::Data(part))
            }
            subjects => self.numbers_picture(subjects, request, span),
        }
    }

    /// Whether the kind that is asked for is one of these.
    fn only(&mut self, request: &Request, kinds: &[&str], what: &str) -> Option<()> {
        let Some((kind, span)) = request.kind.filter(|(kind, _)| !kinds.contains(kind)) else {
            return Some(());
        };
        let listed: Vec<String> = kinds.iter().map(|kind| format!("`{kind}`")).collect();
        self.report(
            Diagnostic::error(Slug::OptionValue, span, format!("{what} has no plot of the kind `{kind}`"))
                .here("not for this")
                .note(format!("it is drawn as {}", listed.join(", "))),
        );
        None
    }

    fn parameters_picture(&mut self, id: ModelId, part: &str, as_maps: bool, span: Span) -> Option<Picture> {
        let model = self.elaborator.models.get(id.0)?.clone();
        let stored: Vec<_> = model.parameters(part).map(|(_, stored)| stored.clone()).collect();
        let mut found = Vec::new();
        for one in stored {
            let node = self.slot_leaf(one.slot, &one.name, &one.shape);
            let ty = self.elaborator.graph.ty(node).clone();
            found.push(Numbers { node, ty, label: one.name });
        }
        found.retain(|numbers| !as_maps || numbers.ty.shape.rank() == 2);
        if found.is_empty() || found.len() > MAX_PLOTS {
            let what = if as_maps { "matrices" } else { "parameters" };
            let headline = match found.len() {
                0 => format!("`{}` has no {what} to draw", model.name),
                many => format!("`{}` has {many} {what}: at most {MAX_PLOTS} are drawn at once", model.name),
            };
            self.report(
                Diagnostic::error(Slug::OptionValue, span, headline)
                    .here("all of them")
                    .help("a part of a model can be drawn: `plot(net.hidden)`"),
            );
            return None;
        }
        Some(if as_maps { Picture::HeatMaps(found) } else { Picture::Histograms(found) })
    }

    fn model_picture(&mut self, model: &Given, data: &Given, request: &Request) -> Option<Picture> {
        let Value::Model { id, part } = &model.value else { return None };
        let part_ref = part_of(&mut self.elaborator, &data.value, data.span)?;
        let known = self.elaborator.models.get(id.0)?.clone();
        if !part.is_empty() {
            let headline = format!("a part of `{}` has no answers of its own to draw", known.name);
            self.report(
                Diagnostic::error(Slug::TypeMismatch, model.span, headline).here("a part of a model"),
            );
            return None;
        }
        if let Some(wanted) = known.inputs.first()
            && *wanted != part_ref.input
        {
            let headline = format!(
                "the input of `{}`: expected `{wanted}`, found `{}` in `{}`",
                known.name, part_ref.input, part_ref.name
            );
            self.report(
                Diagnostic::error(Slug::ShapeMismatch, data.span, headline)
                    .here("this does not fit the model"),
            );
            return None;
        }
        self.only(request, &["boundary", "confusion", "fit", "answers"], "a model on data")?;
        let view = match request.kind {
            Some((kind, span)) => self.wanted_view(kind, &part_ref, span)?,
            None => match self.usual_view(&part_ref) {
                Some(view) => view,
                None => {
                    let headline = format!("`{}` has no targets to compare with", part_ref.name);
                    self.report(
                        Diagnostic::error(Slug::TypeMismatch, data.span, headline).here("without a `target`"),
                    );
                    return None;
                }
            },
        };
        Some(Picture::Model { model: *id, data: part_ref, view })
    }

    /// Whether the inputs are points of a plane.
    pub(super) fn plane(&mut self, input: &Shape, span: Span) -> Option<()> {
        if *input == Shape::known(&[2]) {
            return Some(());
        }
        let headline = format!("a plane has two inputs: expected `[2]`, found `{input}`");
        self.report(
            Diagnostic::error(Slug::ShapeMismatch, span, headline).here(format!("this has `{input}`")),
        );
        None
    }

    fn numbers_picture(&mut self, subjects: &[Given], request: &Request, span: Span) -> Option<Picture> {
        let labels = self.labels(subjects);
        let mut found = Vec::new();
        for (subject, label) in subjects.iter().zip(labels) {
            let node = self.elaborator.node_of(&subject.value, subject.span)?;
            found.push((Numbers { node, ty: self.elaborator.graph.ty(node).clone(), label }, subject.span));
        }
        self.only(request, &["curves", "scatter", "histogram", "heat_map"], "a tensor")?;
        let all_rows = found.iter().all(|(numbers, _)| numbers.is_row());
        let all = || found.iter().map(|(numbers, _)| numbers.clone()).collect::<Vec<_>>();
        match request.kind.map(|(kind, _)| kind) {
            Some("histogram") => Some(Picture::Histograms(all())),
            Some("scatter") => match found.as_slice() {
                [(x, at), (y, other)] => {
                    self.row(x, *at)?;
                    self.row(y, *other)?;
                    self.same_length(x, y, *other)?;
                    Some(Picture::Scatter(x.clone(), y.clone()))
                }
                _ => {
                    self.report(
                        Diagnostic::error(Slug::Arity, span, "a scatter takes two vectors: across and up")
                            .here(format!("{} given", found.len()))
                            .help("`plot(x, y, kind = \"scatter\")`"),
                    );
                    None
                }
            },
            None | Some("curves") if all_rows || request.kind.is_some() => {
                let x = match &request.x {
                    Some(given) => {
                        let node = self.elaborator.node_of(&given.value, given.span)?;
                        let label = self.labels(std::slice::from_ref(given)).remove(0);
                        let ty = self.elaborator.graph.ty(node).clone();
                        let x = Numbers { node, ty, label };
                        self.row(&x, given.span)?;
                        Some(x)
                    }
                    None => None,
                };
                for (numbers, at) in &found {
                    self.row(numbers, *at)?;
                    if let Some(x) = &x {
                        self.same_length(x, numbers, *at)?;
                    }
                }
                Some(Picture::Curves { series: all(), x })
            }
            _ => {
                for (numbers, at) in &found {
                    self.matrix(numbers, *at)?;
                }
                Some(Picture::HeatMaps(all()))
            }
        }
    }

    fn row(&mut self, numbers: &Numbers, span: Span) -> Option<()> {
        if numbers.is_row() {
            return Some(());
        }
        let headline = format!("a curve is a vector, found `{}`", numbers.ty);
        self.report(
            Diagnostic::error(Slug::ShapeMismatch, span, headline).here(format!("this is `{}`", numbers.ty)),
        );
        None
    }

    fn matrix(&mut self, numbers: &Numbers, span: Span) -> Option<()> {
        let rank = numbers.ty.shape.rank() + usize::from(numbers.ty.batch.is_some());
        if rank == 2 {
            return Some(());
        }
        let headline = format!("a heat map is of a matrix, found `{}`", numbers.ty);
        self.report(
            Diagnostic::error(Slug::ShapeMismatch, span, headline)
                .here(format!("this is `{}`", numbers.ty))
                .help("`kind = \"histogram\"` draws numbers of any shape"),
        );
        None
    }

    fn same_length(&mut self, x: &Numbers, y: &Numbers, span: Span) -> Option<()> {
        if x.ty == y.ty {
            return Some(());
        }
        let headline = format!("as many across as up: expected `{}`, found `{}`", x.ty, y.ty);
        self.report(
            Diagnostic::error(Slug::ShapeMismatch, span, headline).here(format!("this is `{}`", y.ty)),
        );
        None
    }

    /// How arguments are called: as they are written, without the path where that is not needed.
    fn labels(&self, subjects: &[Given]) -> Vec<String> {
        let written: Vec<String> = subjects
            .iter()
            .map(|given| {
                let text = &self.sources.get(given.span.source).text;
                let text = text.get(given.span.start as usize..given.span.end as usize).unwrap_or("");
                text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(40).collect()
            })
            .collect();
        let is_path = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
        let last = |text: &str| match is_path(text) {
            true => text.rsplit('.').next().unwrap_or(text).to_string(),
            false => text.to_string(),
        };
        let short: Vec<String> = written.iter().map(|text| last(text)).collect();
        let clash = (1..short.len()).any(|at| short[..at].contains(&short[at]));
        if clash { written } else { short }
    }
}
