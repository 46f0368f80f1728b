//! The formulas of a report: the flow forwards, the gradient, and one example with its numbers.

use super::super::derive::Style;
use super::super::state::Session;
use crate::base::Span;
use crate::elaborate::{Given, Value};
use crate::explain::{Entry, Format, Item, Part, Trace, traced_in};
use crate::report::{Block, Cell, Formula, Section, Table};

impl Session<'_> {
    /// Of a loss and a model, or of a model alone; `of` is what headings end with.
    pub(super) fn formula_sections(&mut self, subjects: &[Given], of: &str, span: Span) -> Vec<Section> {
        let subjects = subjects.to_vec();
        let has_loss = subjects.len() > 1;
        let found = self.in_scratch(true, |session| {
            let setup = session.setup_of(&subjects, span)?;
            let (legend, is_batch) = (setup.legend.clone(), setup.batch.is_some());
            let style = Style { order: 1, exact: false, share: true };
            Some((session.derivation(setup, style, span)?, legend, is_batch))
        });
        let Some((derivation, legend, is_batch)) = found else { return Vec::new() };
        let formula = |part: Part| {
            Block::Formula(Formula { mathml: derivation.mathml(part), latex: derivation.latex(part) })
        };
        let scope = match (is_batch, has_loss) {
            (true, _) => "Over a batch of B examples.",
            (false, true) => "For one example; a batch takes the mean over its examples.",
            (false, false) => "For one example.",
        };
        let mut forward = Section::new(format!("Forwards{of}"));
        forward.say(format!("Each value with its formula, and at the right its shape. {scope}"));
        for line in legend {
            forward.say(line);
        }
        forward.blocks.push(formula(Part::Forward));
        let mut backward = Section::new(format!("Backwards{of}"));
        backward.say(
            "The gradient of the loss by each parameter, from the last layer to the first. An error δ is what flows \
             back into a layer.",
        );
        if !has_loss {
            backward
                .say("The script trains by itself: of its loss stands here what flows back into the result.");
        }
        if derivation.used_unit {
            backward.say("sum(t) = 1: the target holds probabilities.");
        }
        backward.blocks.push(formula(Part::Backward));
        backward.blocks.push(Block::Folded(
            "Step by step".to_string(),
            vec![Block::Code(derivation.steps(Format::Unicode))],
        ));
        if !derivation.rules.is_empty() {
            backward.say("Rewritten so that nothing overflows and no digits are lost:");
            let rows = derivation.rules.iter().map(|(rule, sentence, place)| {
                [*rule, sentence, place.as_str()]
                    .into_iter()
                    .map(|text| Cell::Text(text.to_string()))
                    .collect()
            });
            let head = ["Rule", "What it does", "Where"].map(str::to_string).to_vec();
            backward.blocks.push(Block::Table(Table { head, rows: rows.collect() }));
        }
        vec![forward, backward]
    }

    /// The first example with its numbers, before the training.
    pub(super) fn trace_section(
        &mut self,
        subjects: &[Given],
        rate: Option<f64>,
        span: Span,
    ) -> Option<Section> {
        let rate =
            rate.map(|rate| Given { name: Some(("lr".to_string(), span)), value: Value::Number(rate), span });
        let given: Vec<Given> = subjects.iter().cloned().chain(rate).collect();
        let numbers = self.trace_numbers_of(&given, span)?;
        let traced = numbers.traced();
        let (mathml, latex) = (traced_in(&traced, Format::Mathml), traced_in(&traced, Format::Latex));
        let mut section = Section::new("One example");
        section.say(
            "The first example of the data on its way through the network and back, before the training.",
        );
        section.blocks.push(table(&mathml.given, &latex.given));
        section.say("Forwards:");
        push_items(&mut section, &mathml.forward, &latex.forward);
        if !mathml.errors.is_empty() {
            let rows = mathml.errors.iter().enumerate().map(|(at, texts)| {
                std::iter::once(at.to_string()).chain(texts.iter().cloned()).map(Cell::Number).collect()
            });
            let head = ["", "Output", "Target", "Error"].map(str::to_string).to_vec();
            section.blocks.push(Block::Table(Table { head, rows: rows.collect() }));
        }
        section.say("Backwards:");
        push_items(&mut section, &mathml.backward, &latex.backward);
        after(&mut section, &mathml, &latex);
        Some(section)
    }
}

/// Names with their values.
fn table(mathml: &[Item], latex: &[Item]) -> Block {
    let rows = mathml.iter().zip(latex).map(|(one, other)| {
        let formula = Formula {
            mathml: inline(&format!("{}<mo>=</mo>{}", one.name, one.value)),
            latex: format!("{} = {}", other.name, other.value),
        };
        vec![Cell::Formula(formula)]
    });
    Block::Table(Table { head: Vec::new(), rows: rows.collect() })
}

/// Formulas with their values, each entry with its numbers behind a fold.
fn push_items(section: &mut Section, mathml: &[Item], latex: &[Item]) {
    for (one, other) in mathml.iter().zip(latex) {
        let (formula, tex) =
            (one.formula.as_deref().unwrap_or_default(), other.formula.as_deref().unwrap_or_default());
        let equals = |value: &str, sign: &str| match value {
            "" => String::new(),
            value => format!("{sign}{value}"),
        };
        section.blocks.push(Block::Formula(Formula {
            mathml: block(&format!("{}<mo>=</mo>{formula}{}", one.name, equals(&one.value, "<mo>=</mo>"))),
            latex: format!("{} = {tex}{}", other.name, equals(&other.value, " = ")),
        }));
        let says_more = |entry: &&Entry| entry.put_in.is_some();
        if one.entries.iter().any(|entry| says_more(&entry)) {
            let mathml: String = one.entries.iter().map(|entry| row(&one.name, entry)).collect();
            let latex: Vec<String> = other.entries.iter().map(|entry| line(&other.name, entry)).collect();
            let formula = Formula {
                mathml: block(&format!("<mtable displaystyle=\"true\">{mathml}</mtable>")),
                latex: format!("\\begin{{aligned}}\n{}\n\\end{{aligned}}", latex.join(" \\\\\n")),
            };
            section.blocks.push(Block::Folded("with its numbers".to_string(), vec![Block::Formula(formula)]));
        }
    }
}

fn row(name: &str, entry: &Entry) -> String {
    let cell = |inside: String| format!("<mtd style=\"text-align:left\">{inside}</mtd>");
    let place =
        if entry.place.is_empty() { String::new() } else { format!("<mtext>{}</mtext>", entry.place) };
    let put_in = entry.put_in.as_ref().map_or(String::new(), |put_in| format!("{put_in}<mo>=</mo>"));
    format!(
        "<mtr>{}{}{}</mtr>",
        cell(format!("{name}{place}")),
        cell("<mo>=</mo>".to_string()),
        cell(format!("{put_in}{}", entry.result))
    )
}

fn line(name: &str, entry: &Entry) -> String {
    let place =
        if entry.place.is_empty() { String::new() } else { format!("{{\\scriptstyle {}}}", entry.place) };
    let put_in = entry.put_in.as_ref().map_or(String::new(), |put_in| format!("{put_in} = "));
    format!("{name}{place} &= {put_in}{}", entry.result)
}

fn after(section: &mut Section, mathml: &Trace, latex: &Trace) {
    section.say(format!("After one step of gradient descent, w − {} · ∂L/∂w:", mathml.rate));
    section.blocks.push(table(&mathml.updated, &latex.updated));
    if let Some(loss) = &mathml.loss_after {
        section.say(format!("The loss is then {loss}."));
    }
}

fn inline(inside: &str) -> String {
    format!("<math xmlns=\"http://www.w3.org/1998/Math/MathML\">{inside}</math>")
}

fn block(inside: &str) -> String {
    format!("<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\">{inside}</math>")
}
