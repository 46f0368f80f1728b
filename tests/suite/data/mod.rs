//! The room of data: sources, types of columns, encoders, parts, batches, weights.

mod columns;
mod hostile;
mod mistakes;
mod sources;
mod stored;

use std::path::Path;

use nn::base::{SourceId, Sources, Span, Spanned};
use nn::data::{
    ArithOp, ColumnExpr, ColumnExprKind, Context, Dataset, DatasetSpec, DiskFiles, Encoders, Files,
    Inspected, MemoryFiles, Missing, OptionValue, Options, Precision, Split, dataset, find_source,
};
use nn::diagnostics::Diagnostic;

/// A declaration as the session would make it from a script. Spans are found by searching the text.
struct Declared {
    text: &'static str,
    sources: Sources,
    id: SourceId,
    files: Box<dyn Files>,
    spec: DatasetSpec,
}

impl Declared {
    /// `source` is the name and its arguments; every argument must stand in the text as written here.
    fn new(text: &'static str, source: &str, arguments: Vec<(&str, OptionValue)>) -> Declared {
        let mut sources = Sources::default();
        let id = sources.add("script.nn", text);
        let mut declared = Declared {
            text,
            sources,
            id,
            files: Box::new(DiskFiles),
            spec: DatasetSpec {
                name: "data".to_owned(),
                span: Span::new(id, 0, 4),
                source: find_source(source).expect("the source exists"),
                options: empty_options(id),
                input: None,
                target: None,
                split: Split::None,
                missing: Missing::Error,
            },
        };
        let named = arguments.into_iter().map(|(name, value)| {
            let shown = match &value {
                OptionValue::Text(text) => format!("{text:?}"),
                OptionValue::Number(_)
                | OptionValue::Flag(_)
                | OptionValue::Texts(_)
                | OptionValue::Pairs(_) => name.to_owned(),
            };
            (Spanned::new(name.to_owned(), declared.span(name)), Spanned::new(value, declared.span(&shown)))
        });
        let span = declared.span(source);
        let options = Options::bind(declared.spec.source, span, 7, Vec::new(), named.collect());
        declared.spec.options = options.unwrap_or_else(|found| panic!("{found:?}"));
        declared
    }

    /// A csv file in memory, named `t.csv`, with more options.
    fn csv(text: &'static str, file: &str, mut arguments: Vec<(&str, OptionValue)>) -> Declared {
        arguments.insert(0, ("path", OptionValue::Text("t.csv".to_owned())));
        let declared = Declared::new(text, "csv", arguments);
        Declared { files: Box::new(MemoryFiles::new().with("t.csv", file)), ..declared }
    }

    fn span(&self, part: &str) -> Span {
        let at = self.text.find(part).unwrap_or(0);
        Span::new(self.id, at, at + if self.text.contains(part) { part.len() } else { 0 })
    }

    /// A name and the parentheses behind it, if it has them.
    fn call(&self, name: &str) -> Span {
        let span = self.span(name);
        let rest = &self.text[span.end as usize..];
        let arguments = if rest.starts_with('(') { rest.find(')').map_or(0, |at| at + 1) } else { 0 };
        Span::new(self.id, span.start as usize, span.end as usize + arguments)
    }

    fn input(mut self, make: impl Fn(&Declared) -> ColumnExpr) -> Declared {
        self.spec.input = Some(make(&self));
        self
    }

    fn target(mut self, make: impl Fn(&Declared) -> ColumnExpr) -> Declared {
        self.spec.target = Some(make(&self));
        self
    }

    fn split(mut self, parts: &[(&str, f64)]) -> Declared {
        let part = |(name, share): &(&str, f64)| {
            (
                Spanned::new((*name).to_owned(), self.span(name)),
                Spanned::new(*share, self.span(&share.to_string())),
            )
        };
        self.spec.split = Split::Parts(parts.iter().map(part).collect());
        self
    }

    fn missing(mut self, missing: Missing) -> Declared {
        self.spec.missing = missing;
        self
    }

    fn inspect(&mut self) -> Inspected {
        let mut context = Context { files: &*self.files, sources: &mut self.sources, folder: Path::new("") };
        dataset::inspect(&self.spec, &mut context)
    }

    fn load_with(
        &mut self,
        precision: Precision,
        from: Option<&Encoders>,
    ) -> Result<Dataset, Vec<Diagnostic>> {
        let mut context = Context { files: &*self.files, sources: &mut self.sources, folder: Path::new("") };
        dataset::load(&self.spec, precision, from, &mut context)
    }

    fn load(&mut self) -> Dataset {
        self.load_with(Precision::F64, None).unwrap_or_else(|found| panic!("{found:#?}"))
    }

    /// The first mistake, as slug, place and headline, with everything else it says.
    fn mistake(&mut self) -> Shown {
        let found = self.load_with(Precision::F64, None).err().unwrap_or_default();
        let first = found.first().cloned().unwrap_or_else(|| {
            let inspected = self.inspect();
            inspected.diagnostics.first().cloned().expect("there is a mistake")
        });
        self.shown(&first)
    }

    fn shown(&self, diagnostic: &Diagnostic) -> Shown {
        let source = self.sources.get(diagnostic.primary.span.source);
        let (line, column) = source.line_column(diagnostic.primary.span.start);
        let labels = diagnostic.labels.iter().map(|label| label.text.clone());
        let notes = diagnostic.notes.iter().chain(&diagnostic.helps).cloned();
        Shown {
            head: format!("{} {}:{line}:{column} {}", diagnostic.slug, source.name, diagnostic.headline),
            at: source.slice(diagnostic.primary.span).to_owned(),
            more: [diagnostic.primary.text.clone()].into_iter().chain(labels).chain(notes).collect(),
            fixed: diagnostic.fixes.iter().map(|fix| self.apply(fix)).collect(),
        }
    }

    fn apply(&self, fix: &nn::diagnostics::Fix) -> String {
        let mut text = self.text.to_owned();
        let mut edits: Vec<_> = fix.edits.iter().collect();
        // From the end, so that the places of the others stay what they were.
        edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
        for edit in edits {
            assert_eq!(edit.span.source, self.id, "fixes change the script");
            text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
        }
        text
    }
}

/// A diagnostic as tests compare it.
#[derive(Debug)]
struct Shown {
    head: String,
    at: String,
    more: Vec<String>,
    fixed: Vec<String>,
}

impl Shown {
    fn says(&self, text: &str) -> &Shown {
        assert!(self.more.iter().any(|line| line.contains(text)), "{text:?} in {self:#?}");
        self
    }
}

fn empty_options(id: SourceId) -> Options {
    let sine = find_source("sine").expect("sine exists");
    Options::bind(sine, Span::new(id, 0, 0), 7, Vec::new(), Vec::new()).expect("sine needs no options")
}

fn text(value: &str) -> OptionValue {
    OptionValue::Text(value.to_owned())
}

/// Makers of expressions whose spans are where their text stands in the script.
fn column(name: &'static str) -> impl Fn(&Declared) -> ColumnExpr {
    move |d| ColumnExpr::column(d.span(name), name)
}

fn list(names: &'static [&'static str]) -> impl Fn(&Declared) -> ColumnExpr {
    move |d| {
        let items = names.iter().map(|name| ColumnExpr::column(d.span(name), *name)).collect();
        ColumnExpr::new(d.span("["), ColumnExprKind::List(items))
    }
}

fn all_but(except: &'static [&'static str]) -> impl Fn(&Declared) -> ColumnExpr {
    move |d| {
        let except = except.iter().map(|name| Spanned::new((*name).to_owned(), d.span(name))).collect();
        let span = d.call("columns");
        ColumnExpr::new(span, ColumnExprKind::All { except })
    }
}

fn one_hot(of: impl Fn(&Declared) -> ColumnExpr, classes: Option<usize>) -> impl Fn(&Declared) -> ColumnExpr {
    move |d| {
        let of = of(d);
        let classes = classes.map(|n| Spanned::new(n, d.span(&n.to_string())));
        ColumnExpr::new(d.call("one_hot"), ColumnExprKind::OneHot { of: Box::new(of), classes })
    }
}

fn standardize(of: impl Fn(&Declared) -> ColumnExpr) -> impl Fn(&Declared) -> ColumnExpr {
    move |d| ColumnExpr::new(d.span("standardize"), ColumnExprKind::Standardize(Box::new(of(d))))
}

fn minmax(of: impl Fn(&Declared) -> ColumnExpr) -> impl Fn(&Declared) -> ColumnExpr {
    move |d| ColumnExpr::new(d.span("minmax"), ColumnExprKind::MinMax(Box::new(of(d))))
}

fn flatten(of: impl Fn(&Declared) -> ColumnExpr) -> impl Fn(&Declared) -> ColumnExpr {
    move |d| ColumnExpr::new(d.span("flatten"), ColumnExprKind::Flatten(Box::new(of(d))))
}

fn arith(op: ArithOp, lhs: impl Fn(&Declared) -> ColumnExpr, rhs: f64) -> impl Fn(&Declared) -> ColumnExpr {
    move |d| {
        let lhs = Box::new(lhs(d));
        let rhs = Box::new(ColumnExpr::new(d.span(&rhs.to_string()), ColumnExprKind::Number(rhs)));
        ColumnExpr::new(lhs.span.to(rhs.span), ColumnExprKind::Arith { op, lhs, rhs })
    }
}

/// All examples of a field, written out.
fn dense(field: &nn::data::Field) -> Vec<f64> {
    let rows: Vec<u32> = (0..field.n_examples() as u32).collect();
    let mut out = vec![f64::NAN; rows.len() * field.stride()];
    field.gather_into(&rows, &mut out);
    out
}

/// A folder of the material shared by all checkouts, where it is present.
fn shared(folder: &str) -> Option<std::path::PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.ancestors().skip(1).take(3).map(|up| up.join("shared").join(folder)).find(|path| path.is_dir())
}
