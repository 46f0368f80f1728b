//! One file of the corpus: read, written, compared.

use std::path::Path;

use nn::base::{Sources, Span};
use nn::diagnostics::{Diagnostic, Severity};
use nn::elaborate::Value;
use nn::graph;
use nn::session::{Mode, Session};

use super::TestWorld;

#[derive(Clone, Debug, Default)]
pub struct Case {
    pub reason: String,
    pub source: String,
    pub files: Vec<(String, String)>,
    pub problems: Option<String>,
    pub types: Option<String>,
    pub graph: Option<String>,
    pub output: Option<String>,
}

impl Case {
    pub fn read(text: &str) -> Result<Case, String> {
        let mut case = Case::default();
        let mut lines = text.lines();
        case.reason = lines.next().unwrap_or("").to_string();
        if case.reason.starts_with('#') || case.reason.len() < 10 {
            return Err("the first line says why it exists".to_string());
        }
        let mut section = String::new();
        let mut file = None;
        while let Some(line) = lines.next() {
            if let Some(name) = line.strip_prefix("## ") {
                file = Some(name.to_string());
            } else if let Some(name) = line.strip_prefix("# ") {
                (section, file) = (name.to_string(), None);
            } else if line.starts_with("```") {
                let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
                case.set(&section, file.take(), block.join("\n"))?;
            }
        }
        if case.source.is_empty() { Err("there is no SOURCE".to_string()) } else { Ok(case) }
    }

    fn set(&mut self, section: &str, file: Option<String>, block: String) -> Result<(), String> {
        match (section, file) {
            ("SOURCE", None) => self.source = block,
            ("FILES", Some(path)) => self.files.push((path, block + "\n")),
            ("PROBLEMS", None) => self.problems = Some(block),
            ("TYPES", None) => self.types = Some(block),
            ("GRAPH", None) => self.graph = Some(block),
            ("OUTPUT", None) => self.output = Some(block),
            (other, _) => return Err(format!("section {other} is not known")),
        }
        Ok(())
    }

    pub fn written(&self) -> String {
        let mut text = format!("{}\n\n# SOURCE\n```nn\n{}\n```\n", self.reason, self.source);
        if !self.files.is_empty() {
            text.push_str("\n# FILES\n");
        }
        for (path, content) in &self.files {
            text.push_str(&format!("## {path}\n```\n{content}```\n"));
        }
        let sections = [
            ("PROBLEMS", &self.problems),
            ("TYPES", &self.types),
            ("GRAPH", &self.graph),
            ("OUTPUT", &self.output),
        ];
        for (name, block) in sections {
            let Some(block) = block else { continue };
            let end = if block.is_empty() { "" } else { "\n" };
            text.push_str(&format!("\n# {name}\n```\n{block}{end}```\n"));
        }
        text
    }
}

/// `shape-mismatch 3:5-3:9 the headline`; a warning says so, another file than the script is named.
pub fn problem_line(problem: &Diagnostic, sources: &Sources) -> String {
    let warning = if problem.severity == Severity::Warning { "warning " } else { "" };
    let place = place(problem.primary.span, sources);
    format!("{warning}{} {place} {}", problem.slug, problem.headline)
}

fn place(span: Span, sources: &Sources) -> String {
    let source = sources.get(span.source);
    let (line, column) = source.line_column(span.start);
    let (end_line, end_column) = source.line_column(span.end);
    let end = if line == end_line { end_column.to_string() } else { format!("{end_line}:{end_column}") };
    let name = source.name.rsplit('/').next().unwrap_or("");
    if name == "main.nn" { format!("{line}:{column}-{end}") } else { format!("{name}:{line}:{column}-{end}") }
}

/// The type of every name at the end of a walk, and the graph of those that are values.
pub fn facts(source: &str, folder: &Path, mode: Mode) -> (Vec<(String, String)>, String) {
    let mut world = TestWorld::default();
    let mut session = Session::new(&mut world, mode, folder.to_path_buf());
    let (ast, _) = session.parse("main.nn", source);
    session.walk(&ast);
    let elaborator = &session.elaborator;
    let types = elaborator.globals.iter();
    let types = types.map(|(name, binding)| (name.clone(), elaborator.describe(&binding.value))).collect();
    let outputs: Vec<_> = elaborator
        .globals
        .values()
        .filter_map(|binding| match &binding.value {
            Value::Node(node) => Some(*node),
            _ => None,
        })
        .collect();
    (types, graph::print(&elaborator.graph, &outputs).trim_end().to_string())
}

/// The lines that were wanted and those that came, from the first to the last that differ.
pub fn difference(wanted: &str, found: &str) -> String {
    let (wanted, found): (Vec<&str>, Vec<&str>) = (wanted.lines().collect(), found.lines().collect());
    let same = wanted.iter().zip(&found).take_while(|(a, b)| a == b).count();
    let tail =
        wanted.iter().skip(same).rev().zip(found.iter().skip(same).rev()).take_while(|(a, b)| a == b).count();
    let part = |sign: &str, lines: &[&str]| -> String {
        lines.iter().take(lines.len() - tail).skip(same).map(|line| format!("{sign} {line}\n")).collect()
    };
    format!("{}{}", part("-", &wanted), part("+", &found))
}
