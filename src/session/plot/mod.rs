//! `plot(...)`: pictures of histories, numbers, data and models, on the terminal or into a file.
//!
//! What is drawn is decided from what is known before running (`picture`), so that a call that cannot be drawn is
//! found by the check; the numbers are put in by the run (`figure`, `answers`).

mod answers;
mod figure;
mod picture;

use std::path::Path;

use super::state::Session;
use crate::base::Span;
use crate::check::{OptionRow, flag_option, text_option};
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Given, Value, constant_of, nearest};
use crate::plot::{Figure, Mark, png, svg, terminal};
use crate::session::format::{NumberFormat, format_number};
pub(super) use answers::View;
pub(super) use figure::map_of;
use picture::KINDS;

/// The options of `plot`.
pub(in crate::session) const OPTIONS: &[OptionRow] = &[
    OptionRow {
        name: "kind",
        required: false,
        doc: "`curves`, `scatter`, `histogram` or `heat_map`; of a model and data `boundary`, `confusion`, `fit` or \
              `answers`",
    },
    OptionRow { name: "x", required: false, doc: "what curves are drawn over, in place of 1, 2, 3" },
    OptionRow { name: "title", required: false, doc: "a line above the picture" },
    OptionRow { name: "x_label", required: false, doc: "a word at the horizontal axis" },
    OptionRow { name: "y_label", required: false, doc: "a word at the vertical axis" },
    OptionRow { name: "log", required: false, doc: "`true` for a logarithmic vertical axis" },
    OptionRow {
        name: "to",
        required: false,
        doc: "a file that ends in `.svg` or `.png`, in place of the terminal",
    },
];

/// The options of a call.
#[derive(Default)]
struct Request {
    subjects: Vec<Given>,
    kind: Option<(&'static str, Span)>,
    x: Option<Given>,
    title: Option<String>,
    x_label: Option<String>,
    y_label: Option<String>,
    log: bool,
    to: Option<(String, Span)>,
}

impl Session<'_> {
    /// `plot(run)`, `plot(run.loss, run.val_loss, to = "loss.svg")`, `plot(net, data.test)`
    pub(super) fn plot(&mut self, given: &[Given], span: Span) -> Value {
        self.plotted(given, span);
        Value::Nothing
    }

    fn plotted(&mut self, given: &[Given], span: Span) -> Option<()> {
        let request = self.plot_request(given, span)?;
        let picture = self.picture(&request, span)?;
        self.fits_logarithm(&request)?;
        if let Some((path, at)) = &request.to
            && !self.has_folder_for(path, *at)
        {
            return None;
        }
        if !self.is_running() || self.has_errors() {
            return None;
        }
        let mut figure = self.figure(&picture, span)?;
        label(&mut figure, &request);
        match &request.to {
            None => {
                let text = terminal::draw(&figure, self.world.screen());
                self.world.print(text.trim_end());
            }
            Some((path, at)) => {
                let drawing = svg::document(&figure, svg::Size::default());
                let bytes = match is_png(path) {
                    true => png::from_svg(&drawing)?,
                    false => drawing.into_bytes(),
                };
                self.write_file(path, &bytes, *at)?;
            }
        }
        if let Some(value) = not_positive(&figure).filter(|_| request.log) {
            let value = format_number(value, NumberFormat::default());
            self.world.print(&format!("the vertical axis is not logarithmic: {value} is not above 0"));
        }
        Some(())
    }

    /// Whether the numbers that are known before a run all have a logarithm, where one is asked for.
    fn fits_logarithm(&mut self, request: &Request) -> Option<()> {
        let is_scatter = request.kind.is_some_and(|(kind, _)| kind == "scatter");
        let up = request.subjects.iter().skip(usize::from(is_scatter));
        let low = up.filter(|_| request.log).find_map(|given| {
            let Value::List(items) = &given.value else { return None };
            let values = constant_of(items)?.values;
            Some((values.into_iter().find(|value| *value <= 0.0)?, given.span))
        });
        let Some((value, span)) = low else { return Some(()) };
        let value = format_number(value, NumberFormat::default());
        self.report(
            Diagnostic::error(
                Slug::OptionValue,
                span,
                format!("a logarithmic axis has no place for {value}"),
            )
            .here("not all of it is above 0")
            .help("leave out `log = true`, or draw what is above 0"),
        );
        None
    }

    /// Writes a file of the script; a path is relative to it.
    pub(super) fn write_file(&mut self, path: &str, bytes: &[u8], span: Span) -> Option<()> {
        let full = self.folder.join(path);
        let Err(error) = self.world.write(&full, bytes) else { return Some(()) };
        let headline = format!("`{path}` cannot be written: {}", super::program::reason(&error));
        self.report(Diagnostic::error(Slug::File, span, headline).here("not written"));
        None
    }

    fn plot_request(&mut self, given: &[Given], span: Span) -> Option<Request> {
        let mut request = Request::default();
        for argument in given {
            let Some((name, at)) = &argument.name else {
                request.subjects.push(argument.clone());
                continue;
            };
            let (value, span) = (&argument.value, argument.span);
            let elaborator = &mut self.elaborator;
            match name.as_str() {
                "x" => request.x = Some(argument.clone()),
                "kind" => {
                    let kind = text_option(elaborator, "kind", value, span)?;
                    request.kind = Some((self.known_kind(&kind, span)?, span));
                }
                "title" => request.title = Some(text_option(elaborator, "title", value, span)?),
                "x_label" => request.x_label = Some(text_option(elaborator, "x_label", value, span)?),
                "y_label" => request.y_label = Some(text_option(elaborator, "y_label", value, span)?),
                "log" => request.log = flag_option(elaborator, "log", value, span)?,
                "to" => {
                    let path = text_option(elaborator, "to", value, span)?;
                    self.drawable(&path, span)?;
                    request.to = Some((path, span));
                }
                other => {
                    let (other, at) = (other.to_string(), *at);
                    self.no_option("plot", &other, at);
                    return None;
                }
            }
        }
        if request.subjects.is_empty() {
            self.report(
                Diagnostic::error(Slug::Arity, span, "`plot` needs something to draw")
                    .here("of what?")
                    .help("`plot(run)` draws a training, `plot(net, data)` what a model answers"),
            );
            return None;
        }
        Some(request)
    }

    fn known_kind(&mut self, kind: &str, span: Span) -> Option<&'static str> {
        if let Some(known) = KINDS.iter().find(|known| **known == kind) {
            return Some(known);
        }
        let listed: Vec<String> = KINDS.iter().map(|kind| format!("`{kind}`")).collect();
        let headline = format!("there is no kind of plot `{kind}`");
        let mut report = Diagnostic::error(Slug::OptionValue, span, headline)
            .here("not a kind")
            .note(format!("kinds are {}", listed.join(", ")));
        if let Some(near) = nearest(kind, KINDS.iter().map(|kind| kind.to_string())) {
            report = report.help(format!("did you mean `{near}`?"));
        }
        self.report(report);
        None
    }

    /// Whether a picture can be written into a file of that name.
    fn drawable(&mut self, path: &str, span: Span) -> Option<()> {
        let ending = Path::new(path).extension().and_then(|end| end.to_str());
        if ending.is_some_and(|end| end.eq_ignore_ascii_case("svg") || end.eq_ignore_ascii_case("png")) {
            return Some(());
        }
        let stem = Path::new(path).with_extension("svg");
        let found = ending.map_or("no ending".to_string(), |end| format!("`.{end}`"));
        let headline = format!("a picture is written as `.svg` or `.png`, found {found}");
        self.report(
            Diagnostic::error(Slug::OptionValue, span, headline)
                .here("not a file of a picture")
                .help(format!("`to = \"{}\"`", stem.display())),
        );
        None
    }
}

/// A value of the vertical axis that has no logarithm.
fn not_positive(figure: &Figure) -> Option<f64> {
    let marks = figure.plots.iter().flat_map(|plot| &plot.marks);
    let points = marks.flat_map(|mark| match mark {
        Mark::Curve(series) | Mark::Dots(series) | Mark::Bars(series) => series.points.as_slice(),
        Mark::Grid(_) => &[],
    });
    points.map(|(_, y)| *y).find(|y| y.is_finite() && *y <= 0.0)
}

fn is_png(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end.eq_ignore_ascii_case("png"))
}

/// The title and labels that the call gives, and its scale.
fn label(figure: &mut Figure, request: &Request) {
    let single = figure.plots.len() == 1;
    for plot in &mut figure.plots {
        if let Some(label) = &request.x_label {
            plot.x.label.clone_from(label);
        }
        if let Some(label) = &request.y_label {
            plot.y.label.clone_from(label);
        }
        plot.y.log |= request.log;
        if let (Some(title), true) = (&request.title, single) {
            plot.title.clone_from(title);
        }
    }
    if let (Some(title), false) = (&request.title, single) {
        figure.title.clone_from(title);
    }
}
