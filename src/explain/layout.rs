//! The lines of a derivation as text: aligned, as LaTeX, as MathML, as functions of the language.

use std::collections::HashSet;

use super::derivation::{Derivation, Line, needs};
use super::term::{Id, Term};
use super::write::Format;
use crate::types::{Shape, Size, SizeVar};

/// Which lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    All,
    Forward,
    Backward,
}

impl Derivation {
    /// All formulas, aligned, with shapes.
    pub fn write(&self, format: Format) -> String {
        match format {
            Format::Unicode => self.unicode(),
            Format::Latex => self.latex(Part::All),
            Format::Mathml => self.mathml(Part::All),
            Format::Source => self.source(),
        }
    }

    fn part(&self, part: Part) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| match part {
            Part::All => true,
            Part::Forward => !line.is_backward,
            Part::Backward => line.is_backward,
        })
    }

    fn unicode(&self) -> String {
        let writer = self.writer(Format::Unicode);
        let rows: Vec<(String, String, String, bool)> = self
            .lines
            .iter()
            .map(|line| {
                let formula = writer.text(line.meaning);
                let formula = match &line.call {
                    Some(call) if *call != formula => format!("{call} = {formula}"),
                    Some(_) | None => formula,
                };
                (writer.text(line.name), formula, self.terms.ty(line.name).to_string(), line.is_backward)
            })
            .collect();
        let width = |text: &str| text.chars().filter(|c| !is_combining(*c)).count();
        let left = rows.iter().map(|row| width(&row.0)).max().unwrap_or(0);
        let right = rows.iter().map(|row| width(&row.1)).filter(|w| *w <= 60).max().unwrap_or(0);
        let mut text = String::new();
        let mut was_backward = false;
        for (name, formula, shape, is_backward) in rows {
            if is_backward && !was_backward {
                text.push('\n');
            }
            was_backward = is_backward;
            let before = " ".repeat(left.saturating_sub(width(&name)));
            let after = " ".repeat(right.saturating_sub(width(&formula)));
            text.push_str(&format!("{name}{before} = {formula}{after}   {shape}\n"));
        }
        text
    }

    pub fn latex(&self, part: Part) -> String {
        let writer = self.writer(Format::Latex);
        let lines: Vec<String> = self
            .part(part)
            .map(|line| {
                let shape = self.terms.ty(line.name).to_string().replace('×', "\\times").replace('*', "\\,");
                let (name, meaning) = (writer.text(line.name), writer.text(line.meaning));
                format!("{name} &= {meaning} && \\scriptstyle {shape}")
            })
            .collect();
        format!("\\begin{{aligned}}\n{}\n\\end{{aligned}}\n", lines.join(" \\\\\n"))
    }

    pub fn mathml(&self, part: Part) -> String {
        let writer = self.writer(Format::Mathml);
        let lines: String = self
            .part(part)
            .map(|line| {
                let shape = self.terms.ty(line.name).to_string();
                format!(
                    "<mtr><mtd style=\"text-align:right\">{}</mtd><mtd><mo>=</mo></mtd><mtd style=\"text-align:left\">{}</mtd><mtd style=\"text-align:left\"><mtext>{shape}</mtext></mtd></mtr>\n",
                    writer.text(line.name),
                    writer.text(line.meaning)
                )
            })
            .collect();
        format!(
            "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"><mtable displaystyle=\"true\">\n{lines}</mtable></math>\n"
        )
    }

    /// A function of the language for each gradient.
    fn source(&self) -> String {
        let functions: Vec<String> =
            self.lines.iter().filter(|line| line.is_result).map(|line| self.function(line)).collect();
        functions.join("\n")
    }

    fn function(&self, result: &Line) -> String {
        let writer = self.writer(Format::Source);
        let mut lines: Vec<&Line> =
            self.lines.iter().filter(|line| !line.is_result && line.name != self.result).collect();
        let mut wanted = HashSet::new();
        needs(&self.terms, result.meaning, &mut wanted);
        let mut kept = Vec::new();
        while let Some(line) = lines.pop() {
            if wanted.contains(&line.name) {
                needs(&self.terms, line.meaning, &mut wanted);
                kept.push(line);
            }
        }
        self.bind_sizes(result, &kept, &mut wanted);
        let inputs = self.leaves.iter().filter(|(id, value)| value.is_none() && wanted.contains(id));
        let inputs: Vec<String> =
            inputs.map(|(id, _)| format!("{}: {}", writer.text(*id), self.terms.ty(*id).shape)).collect();
        let mut text = format!(
            "fn {}({}) -> {} {{\n",
            writer.text(result.name),
            inputs.join(", "),
            self.terms.ty(result.name).shape
        );
        for (id, value) in &self.leaves {
            if let Some(constant) = value.as_ref().filter(|_| wanted.contains(id)) {
                text.push_str(&format!(
                    "    {} = {}\n",
                    writer.text(*id),
                    literal(&constant.shape, &constant.values)
                ));
            }
        }
        for line in kept.iter().rev() {
            text.push_str(&format!("    {} = {}\n", writer.text(line.name), writer.text(line.meaning)));
        }
        let value = writer.text(result.meaning);
        text + &format!("    {value}\n}}\n")
    }

    /// Adds inputs for their shapes alone: a size that a function speaks of is bound by one of its inputs.
    fn bind_sizes(&self, result: &Line, kept: &[&Line], wanted: &mut HashSet<Id>) {
        let mut needed: Vec<SizeVar> = shape_sizes(&self.terms.ty(result.name).shape);
        let mut open: Vec<Id> = kept.iter().map(|line| line.meaning).chain([result.meaning]).collect();
        let mut seen = HashSet::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.terms.term(id) {
                Term::Size(size) => needed.extend(size.vars()),
                Term::Fill(_) | Term::Apply(..) => needed.extend(shape_sizes(&self.terms.ty(id).shape)),
                Term::Name(_) | Term::Number(_) | Term::Count(_) | Term::Sum(_) | Term::Product(_) => {}
            }
            open.extend(self.terms.parts(id));
        }
        let inputs = || self.leaves.iter().filter(|(_, value)| value.is_none()).map(|(id, _)| *id);
        for size in needed {
            let has = |id: &Id| shape_sizes(&self.terms.ty(*id).shape).contains(&size);
            if !inputs().any(|id| wanted.contains(&id) && has(&id)) {
                wanted.extend(inputs().find(has));
            }
        }
    }
}

/// The names of sizes in a shape.
fn shape_sizes(shape: &Shape) -> Vec<SizeVar> {
    shape.0.iter().flat_map(Size::vars).collect()
}

fn is_combining(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

/// Numbers in column-major order as they are written, row by row.
fn literal(shape: &[usize], values: &[f64]) -> String {
    match shape {
        [] => values.first().map_or("0".to_string(), |value| super::constant::shortest(*value)),
        [rows, rest @ ..] => {
            let items: Vec<String> = (0..*rows)
                .map(|row| {
                    let inside: Vec<f64> = values.iter().skip(row).step_by((*rows).max(1)).copied().collect();
                    literal(rest, &inside)
                })
                .collect();
            format!("[{}]", items.join(", "))
        }
    }
}
