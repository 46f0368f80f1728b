//! What a model answers: regions of the plane, a curve beside the examples, a confusion matrix, truth against answer.

use super::super::state::Session;
use crate::base::Span;
use crate::check::PartRef;
use crate::data::{Classes, Encoding, Field, FieldKind, FieldType, Storage};
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::ModelId;
use crate::plot::{self, Axis, Figure, Grid, GridKind, Mark, Plot, Series};
use crate::types::Shape;

/// Points along each side of a plane.
const SIDE: usize = 96;
/// Points of a fitted curve.
const POINTS: usize = 200;
/// More outputs are not drawn one by one.
const MAX_OUTPUTS: usize = 6;

/// Which picture of a model's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Two inputs: the class, or the output, at each place.
    Boundary,
    Confusion,
    /// One input: the output over it.
    Fit,
    /// Each answer over the truth.
    Answers,
}

/// Examples with what is known of their classes.
struct Examples {
    inputs: Vec<Vec<f64>>,
    targets: Vec<Vec<f64>>,
    /// Names of the classes, and each example's.
    classes: Option<(Vec<String>, Vec<usize>)>,
}

impl Session<'_> {
    /// The picture that says most about a model on these data; none without targets.
    pub(in super::super) fn usual_view(&self, data: &PartRef) -> Option<View> {
        let target = data.target.as_ref()?;
        let classes = self.has_classes(data);
        let is_number = target.len().is_some_and(|len| len.known() == Some(1));
        let one = data.input.len().is_some_and(|len| len.known() == Some(1));
        Some(match () {
            () if data.input == Shape::known(&[2]) && (classes || is_number) => View::Boundary,
            () if classes => View::Confusion,
            () if one && is_number => View::Fit,
            () => View::Answers,
        })
    }

    pub(in super::super) fn has_classes(&self, data: &PartRef) -> bool {
        self.target_type(data).is_some_and(|target| matches!(target.kind, FieldKind::OneHot(_)))
    }

    fn target_type(&self, data: &PartRef) -> Option<&FieldType> {
        let entry = self.parts.get(data.handle)?;
        self.field_types.get(&entry.dataset)?.1.as_ref()
    }

    pub(super) fn wanted_view(&mut self, kind: &str, data: &PartRef, span: Span) -> Option<View> {
        let one =
            |shape: Option<&Shape>| shape.and_then(Shape::len).is_some_and(|len| len.known() == Some(1));
        let (classes, number) = (self.has_classes(data), one(data.target.as_ref()));
        let wanting = match kind {
            "boundary" => {
                self.plane(&data.input, data.span)?;
                (!classes && !number).then_some("classes, or one number, as target")
            }
            "confusion" => (!classes && !number).then_some("classes as target: `one_hot(column)`"),
            "fit" => (!one(Some(&data.input)) || !number).then_some("one input and one target"),
            _ => data.target.is_none().then_some("a target"),
        };
        if let Some(wanting) = wanting {
            let headline = format!("`{kind}` needs {wanting}");
            self.report(
                Diagnostic::error(Slug::OptionValue, span, headline)
                    .here("not with these data")
                    .label(data.span, "these"),
            );
            return None;
        }
        Some(match kind {
            "boundary" => View::Boundary,
            "confusion" => View::Confusion,
            "fit" => View::Fit,
            _ => View::Answers,
        })
    }

    pub(in super::super) fn answers_figure(
        &mut self,
        model: ModelId,
        data: &PartRef,
        view: View,
        span: Span,
    ) -> Option<Figure> {
        let examples = self.examples(data)?;
        match view {
            View::Boundary => self.boundary_figure(model, data, &examples, span),
            View::Fit => self.fit_figure(model, data, &examples, span),
            View::Confusion | View::Answers => {
                let found = self.answers_of(model, &examples.inputs, &data.input, span)?;
                match (view, &examples.classes) {
                    (View::Confusion, Some((names, truth))) => {
                        let mut counts = vec![vec![0; names.len()]; names.len()];
                        for (truth, answer) in truth.iter().zip(&found) {
                            let chosen = class_of(answer, names.len());
                            if let Some(count) = counts.get_mut(*truth).and_then(|row| row.get_mut(chosen)) {
                                *count += 1;
                            }
                        }
                        Some(plot::confusion(names, &counts).alone())
                    }
                    _ => Some(self.truth_figure(data, &examples, &found)),
                }
            }
        }
    }

    /// The inputs of data with two of them, by class.
    pub(super) fn data_figure(&mut self, data: &PartRef, _span: Span) -> Option<Figure> {
        let examples = self.examples(data)?;
        let names = self.input_names(data);
        let plot = Plot {
            marks: dots(&examples),
            x: Axis::named(&names[0]),
            y: Axis::named(&names[1]),
            ..Plot::default()
        };
        Some(plot.alone())
    }

    fn boundary_figure(
        &mut self,
        model: ModelId,
        data: &PartRef,
        examples: &Examples,
        span: Span,
    ) -> Option<Figure> {
        let (x, y) = (extent(&examples.inputs, 0)?, extent(&examples.inputs, 1)?);
        let at = |(from, to): (f64, f64), k: usize| from + (to - from) * (k as f64 + 0.5) / SIDE as f64;
        let places: Vec<Vec<f64>> =
            (0..SIDE * SIDE).map(|k| vec![at(x, k % SIDE), at(y, k / SIDE)]).collect();
        let answers = self.answers_of(model, &places, &data.input, span)?;
        let kind = if examples.classes.is_some() { GridKind::Class } else { GridKind::Amount };
        let value = |answer: &Vec<f64>| match &examples.classes {
            Some((names, _)) => class_of(answer, names.len()) as f64,
            None => answer.first().copied().unwrap_or(f64::NAN),
        };
        let values = answers.iter().map(value).collect();
        let grid = Grid { columns: SIDE, rows: SIDE, values, x, y, top_down: false, kind };
        let names = self.input_names(data);
        let mut marks = vec![Mark::Grid(grid)];
        marks.extend(dots(examples));
        let plot = Plot { marks, x: Axis::named(&names[0]), y: Axis::named(&names[1]), ..Plot::default() };
        Some(plot.alone())
    }

    fn fit_figure(
        &mut self,
        model: ModelId,
        data: &PartRef,
        examples: &Examples,
        span: Span,
    ) -> Option<Figure> {
        let (from, to) = extent(&examples.inputs, 0)?;
        let places: Vec<Vec<f64>> =
            (0..POINTS).map(|k| vec![from + (to - from) * k as f64 / (POINTS - 1) as f64]).collect();
        let answers = self.answers_of(model, &places, &data.input, span)?;
        let first = |row: &Vec<f64>| row.first().copied().unwrap_or(f64::NAN);
        let points = examples.inputs.iter().map(first).zip(examples.targets.iter().map(first)).collect();
        let curve = places.iter().map(first).zip(answers.iter().map(first)).collect();
        let marks = vec![
            Mark::Dots(Series { name: "examples".to_string(), points, color: 0, dashed: false }),
            Mark::Curve(Series { name: "model".to_string(), points: curve, color: 1, dashed: false }),
        ];
        let names = self.input_names(data);
        let target = self.target_type(data).and_then(|target| target.names.first().cloned());
        let y = Axis::named(target.unwrap_or_else(|| "target".to_string()));
        Some(Plot { marks, x: Axis::named(&names[0]), y, ..Plot::default() }.alone())
    }

    /// Each answer over the truth, with the line where they are equal.
    fn truth_figure(&self, data: &PartRef, examples: &Examples, answers: &[Vec<f64>]) -> Figure {
        let width = examples.targets.first().map_or(0, Vec::len).min(MAX_OUTPUTS);
        let names = self.target_type(data).map_or_else(Vec::new, |target| target.names.clone());
        let one = |at: usize| {
            let pairs = examples.targets.iter().zip(answers);
            let points: Vec<(f64, f64)> =
                pairs.filter_map(|(truth, answer)| Some((*truth.get(at)?, *answer.get(at)?))).collect();
            let finite = points.iter().map(|(truth, _)| *truth).filter(|truth| truth.is_finite());
            let ends = finite.fold(None, |known: Option<(f64, f64)>, v| {
                Some(known.map_or((v, v), |(low, high)| (low.min(v), high.max(v))))
            });
            let (low, high) = ends.unwrap_or((0.0, 1.0));
            let line = vec![(low, low), (high, high)];
            let mut plot = plot::scatter(vec![(String::new(), points)], "truth", "answer");
            plot.marks.push(Mark::Curve(Series {
                points: line,
                color: 6,
                dashed: true,
                ..Series::default()
            }));
            plot.title = names.get(at).cloned().unwrap_or_else(|| match width {
                1 => String::new(),
                _ => format!("output {at}"),
            });
            plot
        };
        Figure { title: String::new(), plots: (0..width).map(one).collect() }
    }

    fn input_names(&self, data: &PartRef) -> [String; 2] {
        let entry = self.parts.get(data.handle);
        let names =
            entry.and_then(|entry| self.field_types.get(&entry.dataset)).map(|(input, _)| &input.names);
        let name = |at: usize| match names {
            Some(names) if names.len() > at => names[at].clone(),
            _ => format!("x[{at}]"),
        };
        [name(0), name(1)]
    }

    /// All examples of a part as the model sees them.
    fn examples(&mut self, data: &PartRef) -> Option<Examples> {
        let (dataset, name) = self.loaded_part(data.handle)?;
        let part = dataset.parts.get(&name)?;
        let inputs = rows_of(&part.input, part.n_examples);
        let targets = part.target.as_ref().map_or_else(Vec::new, |field| rows_of(field, part.n_examples));
        let encoding = dataset.encoders.target.as_ref();
        let classes = classes_of(encoding, &targets);
        Some(Examples { inputs, targets, classes })
    }

    fn answers_of(
        &mut self,
        model: ModelId,
        inputs: &[Vec<f64>],
        shape: &Shape,
        span: Span,
    ) -> Option<Vec<Vec<f64>>> {
        let field = Field { shape: shape.dims()?, storage: Storage::F64(inputs.concat()) };
        let (shape, numbers) = self.forward(model, field, span)?;
        let width = shape.iter().product::<usize>().max(1);
        Some(numbers.chunks(width).map(<[f64]>::to_vec).collect())
    }
}

fn rows_of(field: &Field, count: usize) -> Vec<Vec<f64>> {
    let width = field.shape.iter().product::<usize>();
    let places: Vec<u32> = (0..count as u32).collect();
    let mut numbers = vec![0.0f64; width * count];
    field.gather_into(&places, &mut numbers);
    numbers.chunks(width.max(1)).map(<[f64]>::to_vec).collect()
}

/// Names of classes and each example's: of one-hot targets, or of a single number that is 0 or 1.
fn classes_of(encoding: Option<&Encoding>, targets: &[Vec<f64>]) -> Option<(Vec<String>, Vec<usize>)> {
    let largest = |row: &Vec<f64>| class_of(row, row.len());
    if let Some(FieldKind::OneHot(classes)) = encoding.map(|encoding| &encoding.field_type.kind) {
        let names = match classes {
            Classes::Text(names) => names.clone(),
            Classes::Whole(numbers) => numbers.iter().map(i64::to_string).collect(),
        };
        return Some((names, targets.iter().map(largest).collect()));
    }
    let are_bits = !targets.is_empty()
        && targets.iter().all(|row| matches!(row.as_slice(), [v] if *v == 0.0 || *v == 1.0));
    let bits = || targets.iter().map(|row| usize::from(row.first() == Some(&1.0))).collect();
    are_bits.then(|| (vec!["0".to_string(), "1".to_string()], bits()))
}

/// The class of an answer: the largest, or of one number whether it is above a half.
fn class_of(answer: &[f64], count: usize) -> usize {
    match answer {
        [one] if count == 2 => usize::from(*one > 0.5),
        _ => answer
            .iter()
            .enumerate()
            .fold(0, |best, (at, value)| if *value > answer[best] { at } else { best }),
    }
}

/// Points of the plane, a group for each class.
fn dots(examples: &Examples) -> Vec<Mark> {
    let point = |row: &Vec<f64>| (row.first().copied().unwrap_or(0.0), row.get(1).copied().unwrap_or(0.0));
    let groups = match &examples.classes {
        Some((names, classes)) => names
            .iter()
            .enumerate()
            .map(|(class, name)| {
                let own = examples.inputs.iter().zip(classes).filter(|(_, of)| **of == class);
                (name.clone(), own.map(|(row, _)| point(row)).collect())
            })
            .collect(),
        None => vec![(String::new(), examples.inputs.iter().map(point).collect())],
    };
    plot::scatter(groups, "", "").marks
}

/// From the least to the greatest of one input, with some room.
fn extent(inputs: &[Vec<f64>], at: usize) -> Option<(f64, f64)> {
    let values = inputs.iter().filter_map(|row| row.get(at)).copied().filter(|value| value.is_finite());
    let (low, high) = values.fold(None, |known: Option<(f64, f64)>, v| {
        Some(known.map_or((v, v), |(low, high)| (low.min(v), high.max(v))))
    })?;
    let room = if high > low { (high - low) * 0.08 } else { 1.0 };
    Some((low - room, high + room))
}
