//! A derivation step by step: for each gradient the chain rule, the rules it used, and what comes of them.

use super::derivation::{Derivation, Line};
use super::partial::partial;
use super::term::{Id, Term, Terms};
use super::write::{Format, Sign, Writer};

/// Ways from a value to the result that are written out.
const MAX_WAYS: usize = 8;

/// A gradient with the way it is found.
struct Step<'l> {
    line: &'l Line,
    /// What it is the gradient by, where its name does not say so: `∂L/∂z1` of `δ1`.
    slope: Option<String>,
    /// Names that are multiplied, for each way to the result.
    chains: Vec<Vec<String>>,
    rules: Vec<Used>,
    /// Whether it is only a name for what is used more than once.
    is_shared: bool,
}

/// A rule, and the line of the forward pass that it was used on.
#[derive(Clone, PartialEq)]
struct Used {
    name: Id,
    meaning: Id,
    rule: String,
}

impl Derivation {
    /// Every gradient in the order it is found, with the chain rule and the rules used. Between lines of source the text
    /// is a comment.
    pub fn steps(&self, format: Format) -> String {
        let steps = self.lines.iter().filter(|line| line.is_backward).map(|line| self.step(line));
        let steps = steps.enumerate().map(|(at, step)| (at + 1, step));
        match format {
            Format::Latex => {
                let texts = steps.map(|(number, step)| self.aligned(number, &step));
                texts.collect::<Vec<_>>().join("\n")
            }
            Format::Mathml => {
                let rows: String = steps.map(|(number, step)| self.rows(number, &step)).collect();
                format!(
                    "<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\">\
                     <mtable displaystyle=\"true\">\n{rows}</mtable></math>\n"
                )
            }
            Format::Unicode | Format::Source => {
                let text: String = steps.map(|(number, step)| self.plain(number, &step)).collect();
                let text = format!("step by step\n{text}");
                match format {
                    Format::Source => {
                        text.lines().map(|line| format!("# {line}").trim_end().to_string() + "\n").collect()
                    }
                    _ => text,
                }
            }
        }
    }

    fn step<'l>(&self, line: &'l Line) -> Step<'l> {
        let writer = self.writer(Format::Unicode);
        let Some(value) = self.value_of(line.name) else {
            return Step { line, slope: None, chains: Vec::new(), rules: Vec::new(), is_shared: true };
        };
        let mut ways = Vec::new();
        self.ways(&value, &[], &[], &mut ways);
        let name = writer.text(line.name);
        let slope = format!("∂{}/∂{value}", writer.text(self.result));
        let mut chains: Vec<Vec<String>> = ways.iter().map(|(chain, _)| chain.clone()).collect();
        if chains.len() == 1 && (chains == [vec![name.clone()]] || chains == [vec![slope.clone()]]) {
            chains.clear();
        }
        let mut rules: Vec<Used> = Vec::new();
        for rule in ways.into_iter().flat_map(|(_, rules)| rules) {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        Step { line, slope: (name != slope).then_some(slope), chains, rules, is_shared: false }
    }

    /// What is equal to the gradient, one after another, as it is written in a format; the formula last.
    fn equals(&self, writer: &Writer<'_>, step: &Step<'_>) -> Vec<String> {
        let name = |text: &String| writer.notation.name(text);
        let times = writer.notation.sign(Sign::MatMul);
        let chains = step.chains.iter().map(|chain| chain.iter().map(name).collect::<Vec<_>>().join(times));
        let chain = chains.collect::<Vec<_>>().join(writer.notation.sign(Sign::Plus));
        let slope = step.slope.as_ref().map(name);
        let formula = writer.text(step.line.meaning);
        slope.into_iter().chain((!chain.is_empty()).then_some(chain)).chain([formula]).collect()
    }

    fn note(step: &Step<'_>) -> Option<&'static str> {
        if step.is_shared {
            return Some("used more than once");
        }
        (step.chains.len() > 1).then_some("it is used in more than one place: the ways are added up")
    }

    fn plain(&self, number: usize, step: &Step<'_>) -> String {
        let writer = self.writer(Format::Unicode);
        let mut equals = self.equals(&writer, step);
        let formula = equals.pop().unwrap_or_default();
        let mut text = format!("\n{number}. {}", writer.text(step.line.name));
        if step.slope.is_some() {
            text.push_str(&format!(" = {}", equals.remove(0)));
        }
        equals.iter().for_each(|chain| text.push_str(&format!("\n   = {chain}")));
        let separator = if step.is_shared { " = " } else { "\n   = " };
        text.push_str(&format!("{separator}{formula}   {}\n", self.terms.ty(step.line.name)));
        for Used { name, meaning, rule } in &step.rules {
            text.push_str(&format!("   {} = {}: {rule}\n", writer.text(*name), writer.text(*meaning)));
        }
        Self::note(step).into_iter().for_each(|note| text.push_str(&format!("   {note}\n")));
        text
    }

    fn aligned(&self, number: usize, step: &Step<'_>) -> String {
        let writer = self.writer(Format::Latex);
        let mut rows: Vec<String> =
            self.equals(&writer, step).iter().map(|formula| format!("&= {formula}")).collect();
        if let Some(last) = rows.last_mut() {
            last.push_str(&format!(" && \\scriptstyle {}", self.terms.ty(step.line.name)));
        }
        let first = format!("\\text{{{number}. }} {} {}", writer.text(step.line.name), rows.remove(0));
        let rules = step.rules.iter().map(|Used { name, meaning, rule }| {
            let (name, meaning) = (writer.text(*name), writer.text(*meaning));
            format!("& \\scriptstyle {name} = {meaning} \\text{{: {}}}", in_latex(rule))
        });
        let notes = Self::note(step).map(|note| format!("& \\scriptstyle \\text{{{note}}}"));
        let rows: Vec<String> = [first].into_iter().chain(rows).chain(rules).chain(notes).collect();
        format!("\\begin{{aligned}}\n{}\n\\end{{aligned}}\n", rows.join(" \\\\\n"))
    }

    fn rows(&self, number: usize, step: &Step<'_>) -> String {
        let writer = self.writer(Format::Mathml);
        let cell = |inside: &str| format!("<mtd style=\"text-align:left\">{inside}</mtd>");
        let mut text = String::new();
        for (at, formula) in self.equals(&writer, step).iter().enumerate() {
            let (place, name) = match at {
                0 => (format!("<mtext>{number}.</mtext>"), writer.text(step.line.name)),
                _ => (String::new(), String::new()),
            };
            let formula = cell(&format!("<mo>=</mo>{formula}"));
            text.push_str(&format!("<mtr>{}{}{formula}</mtr>\n", cell(&place), cell(&name)));
        }
        let rules = step.rules.iter().map(|Used { name, meaning, rule }| {
            let (name, meaning) = (writer.text(*name), writer.text(*meaning));
            format!("{name}<mo>=</mo>{meaning}<mtext>: {rule}</mtext>")
        });
        let notes = Self::note(step).map(|note| format!("<mtext>{note}</mtext>"));
        let told = rules.chain(notes);
        let told = told.map(|rule| format!("<mtr>{}{}{}</mtr>\n", cell(""), cell(""), cell(&rule)));
        text + &told.collect::<String>()
    }

    /// The value whose gradient has this name.
    fn value_of(&self, gradient: Id) -> Option<String> {
        let Term::Name(name) = self.terms.term(gradient) else { return None };
        let of_error =
            self.errors.iter().find(|(error, _)| **error == **name).map(|(_, value)| value.clone());
        of_error.or_else(|| partial(name).and_then(|found| found.by.first().map(|(by, _)| by.to_string())))
    }

    /// The name of a value's gradient, if that has a line.
    fn known_gradient(&self, value: &str) -> Option<Id> {
        let known = self.lines.iter().filter(|line| line.is_backward);
        known.map(|line| line.name).find(|name| self.value_of(*name).is_some_and(|found| found == value))
    }

    /// Each way from a value to the result: the factors of the chain rule, and the rules.
    fn ways(&self, value: &str, after: &[String], rules: &[Used], found: &mut Vec<(Vec<String>, Vec<Used>)>) {
        let writer = self.writer(Format::Unicode);
        let forward = self.lines.iter().filter(|line| !line.is_backward);
        for user in forward.filter(|line| mentions(&self.terms, line.meaning, value)) {
            if found.len() >= MAX_WAYS {
                return;
            }
            let user_name = writer.text(user.name);
            let chain = [&[format!("∂{user_name}/∂{value}")], after].concat();
            let rule = rule(&self.terms, user.meaning, value);
            let rules = [rules, &[Used { name: user.name, meaning: user.meaning, rule }]].concat();
            if user.name == self.result {
                found.push((chain, rules));
            } else if let Some(gradient) = self.known_gradient(&user_name) {
                found.push(([vec![writer.text(gradient)], chain].concat(), rules));
            } else {
                self.ways(&user_name, &chain, &rules, found);
            }
        }
    }
}

/// A sentence inside of `\text{...}`.
fn in_latex(rule: &str) -> String {
    let rule = rule.replace('_', "\\_");
    rule.replace('ᵀ', "}^{\\top}\\text{").replace('·', "}\\cdot\\text{")
}

/// Whether a term has a name in it, itself or in what is written in its place.
fn mentions(terms: &Terms, id: Id, name: &str) -> bool {
    terms.any_inside(id, |part| terms.as_name(part) == Some(name))
}

/// The rule by which a gradient goes through a formula to one of its values.
fn rule(terms: &Terms, id: Id, name: &str) -> String {
    let inside = |part: &Id| mentions(terms, *part, name);
    match terms.term(id) {
        Term::Name(_) => "passed on".to_string(),
        Term::Sum(parts) => match parts.iter().find(|(_, part)| inside(part)) {
            Some((_, part)) if terms.is_name(*part) => "a sum passes it on to each term".to_string(),
            Some((_, part)) => rule(terms, *part, name),
            None => String::new(),
        },
        Term::Product(factors) => {
            let touched: Vec<&(Id, i32)> = factors.iter().filter(|(factor, _)| inside(factor)).collect();
            match touched.as_slice() {
                [(factor, 2)] if terms.is_name(*factor) => "a product gives the other factors".to_string(),
                [(factor, 2)] => rule(terms, *factor, name),
                [(_, 4)] => "a square gives twice what is squared, times its derivative".to_string(),
                [(_, 1)] => "a root gives one over twice the root, times the derivative inside".to_string(),
                [_] => "a power gives the exponent times the power below, times the derivative".to_string(),
                _ => "a product: the derivative of each factor times the others, added up".to_string(),
            }
        }
        Term::Apply("matmul", _, inputs) => match inputs.first().is_some_and(inside) {
            true => "a matrix product gives the left side · (the right side)ᵀ".to_string(),
            false => "a matrix product gives (the left side)ᵀ · the rest".to_string(),
        },
        Term::Apply("sum" | "mean", _, inputs) => {
            let inner =
                inputs.first().filter(|part| !terms.is_name(**part)).map(|part| rule(terms, *part, name));
            match inner {
                Some(inner) => format!("a sum or mean goes to every entry; {inner}"),
                None => "a sum or mean goes to every entry".to_string(),
            }
        }
        Term::Apply("log_softmax", _, _) => {
            "the logarithm of softmax cancels: what is left is the probabilities less the target".to_string()
        }
        Term::Apply("select", _, _) => "through the side that was chosen".to_string(),
        Term::Apply(function, _, inputs) => {
            let chain = format!("chain rule: the derivative of {function}");
            match inputs.iter().find(|part| inside(part)) {
                Some(part) if !terms.is_name(*part) => format!("{chain}, times that inside"),
                Some(_) | None => chain,
            }
        }
        Term::Fill(inner) => rule(terms, *inner, name),
        Term::Number(_) | Term::Size(_) | Term::Count(_) => String::new(),
    }
}
