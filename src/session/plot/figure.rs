//! Numbers put into pictures.

use super::super::state::Session;
use super::picture::{Numbers, Picture};
use crate::base::Span;
use crate::plot::{self, Axis, Figure, Mark, Plot, Series};
use crate::tensor::Tensor;

impl Session<'_> {
    pub(super) fn figure(&mut self, picture: &Picture, span: Span) -> Option<Figure> {
        match picture {
            Picture::History(series) => {
                let values = self.tensors(series, span)?;
                let named =
                    series.iter().zip(&values).map(|(one, value)| (one.label.clone(), value.data.to_f64()));
                Some(plot::history(&named.collect::<Vec<_>>()))
            }
            Picture::Curves { series, x } => {
                let values = self.tensors(series, span)?;
                let named =
                    series.iter().zip(&values).map(|(one, value)| (one.label.clone(), value.data.to_f64()));
                let mut plot = plot::curves(&named.collect::<Vec<_>>(), "");
                if let Some(x) = x {
                    let across = self.tensors(std::slice::from_ref(x), span)?.pop()?.data.to_f64();
                    over(&mut plot, &across, &x.label);
                }
                if let [one] = series.as_slice() {
                    plot.title.clone_from(&one.label);
                }
                Some(plot.alone())
            }
            Picture::Scatter(x, y) => {
                let values = self.tensors(&[x.clone(), y.clone()], span)?;
                let [across, up] = values.as_slice() else { return None };
                let points = across.data.to_f64().into_iter().zip(up.data.to_f64()).collect();
                Some(plot::scatter(vec![(String::new(), points)], &x.label, &y.label).alone())
            }
            Picture::Histograms(all) => {
                let values = self.tensors(all, span)?;
                let plots = all.iter().zip(&values).map(|(one, value)| Plot {
                    title: one.label.clone(),
                    ..plot::histogram("value", &value.data.to_f64())
                });
                Some(Figure { title: String::new(), plots: plots.collect() })
            }
            Picture::HeatMaps(all) => {
                let values = self.tensors(all, span)?;
                let plots = all.iter().zip(&values).map(|(one, value)| map_of(&one.label, value));
                Some(Figure { title: String::new(), plots: plots.collect() })
            }
            Picture::Data(part) => self.data_figure(part, span),
            Picture::Model { model, data, view } => self.answers_figure(*model, data, *view, span),
        }
    }

    fn tensors(&mut self, all: &[Numbers], span: Span) -> Option<Vec<Tensor>> {
        let nodes: Vec<_> = all.iter().map(|numbers| numbers.node).collect();
        self.force(&nodes, span)
    }
}

/// Curves over other places than 1, 2, 3, ...
fn over(plot: &mut Plot, across: &[f64], label: &str) {
    plot.x = Axis::named(label);
    for mark in &mut plot.marks {
        let (Mark::Curve(Series { points, .. }) | Mark::Dots(Series { points, .. })) = mark else { continue };
        points.iter_mut().zip(across).for_each(|(point, x)| point.0 = *x);
    }
}

/// A matrix as a heat map; of a batch of vectors each example is a column.
pub(in super::super) fn map_of(label: &str, value: &Tensor) -> Plot {
    let (rows, columns) = match (value.shape.as_slice(), value.examples) {
        (&[rows, columns], _) => (rows, columns),
        (&[rows], Some(examples)) => (rows, examples),
        (&[columns], None) => (1, columns),
        (other, examples) => (other.iter().product::<usize>().max(1), examples.unwrap_or(1)),
    };
    let numbers = value.data.to_f64();
    let mut by_row = Vec::with_capacity(numbers.len());
    for row in 0..rows {
        by_row.extend((0..columns).filter_map(|column| numbers.get(column * rows + row)));
    }
    Plot { title: label.to_string(), ..plot::heat_map(rows, columns, by_row) }
}
