//! Random data of any size, for timing: normal inputs, and targets that have nothing to do with them.
//!
//! Every number is a function of the script's seed and its place, as in the other generators. A check knows the
//! facts of the columns without making the inputs.

use std::sync::Arc;

use super::arrays::count;
use super::problem::{Problem, ValueProblem};
use super::source::{Context, DataSource, OptionKind, OptionSpec, Options};
use super::table::{
    Column, ColumnKind, Loaded, NumberFacts, Places, Schema, Table, TableColumn, Usual, Values, Whole,
};
use crate::tensor::random::Stream;

/// `random(n = 6400, inputs = 784, classes = 10)`, `random(n = 100, inputs = 3, outputs = 2)`
pub struct Random;

/// More numbers than this in one column are a mistake.
const MOST_NUMBERS: usize = 1 << 31;

const fn whole(name: &'static str, most: u64, default: &'static str, doc: &'static str) -> OptionSpec {
    OptionSpec { name, kind: OptionKind::Count(1, most), default, required: false, doc }
}

impl DataSource for Random {
    fn name(&self) -> &'static str {
        "random"
    }

    fn doc(&self) -> &'static str {
        "Random data of any size, for timing: inputs `x` from the normal distribution, and as targets either classes \
         `label` or numbers `y` between 0 and 1."
    }

    fn options(&self) -> &'static [OptionSpec] {
        const OPTIONS: &[OptionSpec] = &[
            whole("n", 10_000_000, "1000", "how many examples"),
            whole("inputs", 1_000_000, "2", "how many numbers an input has"),
            whole("classes", 10_000, "", "how many classes the target has; without it the target is numbers"),
            whole("outputs", 1_000_000, "1", "how many numbers the target has"),
        ];
        OPTIONS
    }

    fn inspect(&self, options: &Options, _context: &mut Context<'_>) -> Result<Schema, Vec<Problem>> {
        Plan::of(options).map(|plan| plan.schema())
    }

    fn load(&self, options: &Options, _context: &mut Context<'_>) -> Result<Loaded, Vec<Problem>> {
        let plan = Plan::of(options)?;
        Ok(Loaded { schema: plan.schema(), table: plan.table() })
    }
}

struct Plan {
    seed: u64,
    n: usize,
    inputs: usize,
    target: Target,
}

#[derive(Clone, Copy)]
enum Target {
    Classes(u32),
    Numbers(usize),
}

impl Plan {
    fn of(options: &Options) -> Result<Plan, Vec<Problem>> {
        let (n, inputs) = (options.count("n", 1000) as usize, options.count("inputs", 2) as usize);
        let outputs = options.count("outputs", 1) as usize;
        let target = match options.given_number("classes") {
            Some(classes) => Target::Classes(classes as u32),
            None => Target::Numbers(outputs),
        };
        let fits = |width: usize| count(&[n, width]).is_some_and(|all| all <= MOST_NUMBERS);
        if fits(inputs) && fits(outputs) {
            return Ok(Plan { seed: options.seed, n, inputs, target });
        }
        let bytes = n as u128 * inputs.max(outputs) as u128 * 4;
        Err(vec![ValueProblem::TooLarge { span: options.span, bytes }.into()])
    }

    fn stream(&self, name: &str) -> Stream {
        Stream::new(self.seed, &format!("random {name}"))
    }

    fn class(&self, stream: Stream, row: usize, classes: u32) -> u32 {
        (stream.uniform(0, row as u64) * f64::from(classes)) as u32
    }

    fn schema(&self) -> Schema {
        let column = |name: &str, shape: Vec<usize>, facts: NumberFacts| Column {
            name: name.to_owned(),
            shape,
            kind: ColumnKind::Number(facts),
            n_missing: 0,
            first_missing: None,
        };
        let (target, usual) = match self.target {
            Target::Classes(classes) => {
                let mut counts = vec![0usize; classes as usize];
                let stream = self.stream("label");
                for row in 0..self.n {
                    if let Some(count) = counts.get_mut(self.class(stream, row, classes) as usize) {
                        *count += 1;
                    }
                }
                // A class counts even if no example happens to have it.
                let wholes = (0..).zip(counts).map(|(value, count)| Whole { value, count, first: None });
                let facts = NumberFacts {
                    range: Some((0.0, f64::from(classes - 1))),
                    wholes: Some(wholes.collect()),
                };
                (column("label", Vec::new(), facts), Usual::OneHot("label".to_owned()))
            }
            Target::Numbers(outputs) => {
                let facts = NumberFacts { range: Some((0.0, 1.0)), wholes: None };
                (column("y", vec![outputs], facts), Usual::Column("y".to_owned()))
            }
        };
        Schema {
            name: "random".to_owned(),
            n_rows: self.n,
            columns: vec![column("x", vec![self.inputs], NumberFacts::default()), target],
            default_input: Some(Usual::Column("x".to_owned())),
            default_target: Some(usual),
            ..Schema::default()
        }
    }

    fn table(&self) -> Table {
        let column = |name: &str, shape: Vec<usize>, values: Vec<f32>| TableColumn {
            name: name.to_owned(),
            shape,
            values: Values::F32(values),
        };
        let all = |width: usize| 0..(self.n * width) as u64;
        let (inputs, targets) = (self.stream("x"), self.stream("y"));
        let x = all(self.inputs).map(|at| inputs.normal(0, at) as f32).collect();
        let target = match self.target {
            Target::Classes(classes) => {
                let stream = self.stream("label");
                let labels = (0..self.n).map(|row| self.class(stream, row, classes) as f32);
                column("label", Vec::new(), labels.collect())
            }
            Target::Numbers(outputs) => {
                let y = all(outputs).map(|at| targets.uniform(0, at) as f32).collect();
                column("y", vec![outputs], y)
            }
        };
        Table {
            columns: vec![column("x", vec![self.inputs], x), target],
            n_rows: self.n,
            places: Places::Rows(Arc::from("random")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_whole_and_the_facts_count_them() {
        let plan = Plan { seed: 3, n: 200, inputs: 5, target: Target::Classes(4) };
        let (schema, table) = (plan.schema(), plan.table());
        let Some((_, column)) = table.column("label") else { panic!("there are labels") };
        let Values::F32(labels) = &column.values else { panic!("they are numbers") };
        let Some(ColumnKind::Number(facts)) = schema.column("label").map(|column| &column.kind) else {
            panic!("they are numbers")
        };
        for whole in facts.wholes.as_deref().unwrap_or_default() {
            let found = labels.iter().filter(|label| **label == whole.value as f32).count();
            assert_eq!(found, whole.count, "class {}", whole.value);
            assert!(found > 20, "200 examples of 4 classes are spread");
        }
        assert_eq!(table.column("x").map(|(_, column)| column.values.len()), Some(1000));
    }

    #[test]
    fn inputs_are_normal_and_depend_on_the_seed() {
        let of_seed = |seed| {
            let plan = Plan { seed, n: 500, inputs: 8, target: Target::Numbers(2) };
            match plan.table().column("x").map(|(_, column)| column.values.clone()) {
                Some(Values::F32(values)) => values,
                _other => Vec::new(),
            }
        };
        let values = of_seed(1);
        let mean = values.iter().sum::<f32>() / values.len() as f32;
        let square = values.iter().map(|v| v * v).sum::<f32>() / values.len() as f32;
        assert!(mean.abs() < 0.06 && (square - 1.0).abs() < 0.1, "mean {mean}, square {square}");
        assert_eq!(values, of_seed(1));
        assert_ne!(values, of_seed(2));
    }
}
