//! A plan as text: one line an instruction, for `nn check --show plan` and for tests.

use std::fmt::Write;

use super::Plan;
use crate::base::FastSet;
use crate::graph::NodeId;
use crate::tensor::machine::{Access, Base, Fused, Instruction, Region, Share, Source, Step, Target};

/// One instruction of a step, to be shown.
#[derive(Clone, Debug)]
pub struct PlanLine {
    pub text: String,
    /// The values it makes.
    pub made: Vec<NodeId>,
    /// Numbers that it reads and writes, each counted once.
    pub touched: usize,
}

impl Plan {
    /// The instructions of a step, in order.
    pub fn lines(&self) -> Vec<PlanLine> {
        let lines = self.code.iter().zip(&self.made).map(|(scheduled, made)| {
            let instruction = &scheduled.instruction;
            let touched = instruction.touches(0, instruction.units());
            let regions: FastSet<Region> = touched.reads.into_iter().chain(touched.writes).collect();
            let touched = regions.iter().map(|region| region.len).sum();
            PlanLine { text: line(instruction), made: made.clone(), touched }
        });
        lines.collect()
    }

    /// Multiplications and additions in the products of a step, counted separately.
    pub fn product_flops(&self) -> f64 {
        self.code.iter().map(|scheduled| scheduled.instruction.product_flops()).sum()
    }

    pub fn describe(&self) -> String {
        let mut text = String::new();
        let numbers = self.arena;
        // Writing to a string cannot fail.
        let _ =
            writeln!(text, "{} instructions, {} threads, {numbers} numbers", self.code.len(), self.workers);
        for instruction in &self.setup {
            let _ = writeln!(text, "once: {}", line(instruction));
        }
        for scheduled in &self.code {
            let share = match (scheduled.share, self.workers) {
                (_, 1) => String::new(),
                (Share::All, _) => "all: ".into(),
                (Share::One(worker), _) => format!("{worker}: "),
            };
            let _ = writeln!(text, "{share}{}", line(&scheduled.instruction));
        }
        text
    }
}

fn line(instruction: &Instruction) -> String {
    match instruction {
        Instruction::Gather(gather) => {
            format!("gather {}  [{}] × {}", region(gather.to), gather.each, gather.count)
        }
        Instruction::Fused(fused) => fused_lines(fused),
        Instruction::Blocks(blocks) => {
            let product = line(&Instruction::Product(blocks.product.clone()));
            format!("{product} by blocks in {}", fused_lines(&blocks.fused))
        }
        Instruction::Product(product) => {
            let (a, b) = (region(product.a.region), region(product.b.region));
            let (at, bt) = (turned(product.a.rs), turned(product.b.rs));
            let times = if product.repeat > 1 { format!(" × {}", product.repeat) } else { String::new() };
            let (m, k, n) = (product.m, product.k, product.n);
            format!("product {} = {a}{at} · {b}{bt}  [{m}, {k}] · [{k}, {n}]{times}", region(product.c))
        }
        Instruction::Fold(work) => {
            let (inner, len, outer) = (work.inner, work.len, work.outer);
            format!("{:?} {} = {}  [{inner}, {len}, {outer}]", work.fold, region(work.to), region(work.from))
                .to_lowercase()
        }
        Instruction::ArgMax(work) => format!("argmax {} = {}", region(work.to), region(work.from)),
        Instruction::Rank(work) => format!("rank {} = {}", region(work.to), region(work.from)),
        Instruction::Copy(copy) => {
            format!("copy {} = {}  {:?}", region(copy.to), region(copy.from), copy.sizes)
        }
        Instruction::Fill { to, value } => format!("fill {} = {value}", region(*to)),
        Instruction::OneHot { from, to, classes } => {
            format!("one_hot {} = {}  {classes} classes", region(*to), region(*from))
        }
        Instruction::Random { to, name, draw } => format!("random {} = {draw:?} {name}", region(*to)),
    }
}

fn turned(rs: usize) -> &'static str {
    if rs == 1 { "" } else { "ᵀ" }
}

fn region(region: Region) -> String {
    match region.base {
        Base::Arena => format!("@{}+{}", region.offset, region.len),
        Base::Block => "block".into(),
        Base::Slot(slot) if region.offset == 0 => format!("slot{slot}"),
        Base::Slot(slot) => format!("slot{slot}@{}+{}", region.offset, region.len),
    }
}

fn fused_lines(fused: &Fused) -> String {
    let mut text = format!("loop [{}] × {}", fused.grain, fused.count);
    for step in &fused.steps {
        let Step { function, inputs, target } = step;
        let inputs: Vec<String> = inputs.iter().map(|&input| source(fused, input)).collect();
        let target = match target {
            Target::Register(register) => format!("r{register}"),
            Target::Store(store) => region(fused.stores[*store]),
        };
        let _ = write!(text, "\n    {target} = {}({})", function.name(), inputs.join(", "));
    }
    text
}

fn source(fused: &Fused, source: Source) -> String {
    match source {
        Source::Register(register) => format!("r{register}"),
        Source::Stored(store) => region(fused.stores[store]),
        Source::Load(load) => {
            let load = fused.loads[load];
            let access = match load.access {
                Access::Full => "",
                Access::Feature => " each example",
                Access::Example => " each number",
                Access::Single => " all",
            };
            format!("{}{access}", region(load.region))
        }
    }
}
