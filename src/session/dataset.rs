//! `data` declarations: looked at while checking, loaded while running; batches of their parts.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;

use super::state::{DataOrigin, FieldRef, PartEntry, Session};
use crate::base::{Sources, Span};
use crate::check::{DataRequest, data_request};
use crate::data::infer::columns_read;
use crate::data::{
    Batches, ColumnExpr, ColumnExprKind, Context, Dataset, DatasetSpec, FieldKind, FieldType, Inspected,
    Order, dataset, split,
};
use crate::diagnostics::{Candidate, Diagnostic, Piece, Slug};
use crate::elaborate::{Binding, ExampleCount, FieldOrigin, Record, RecordKind, Value};
use crate::syntax::tree::{DataDecl, DataSource};
use crate::tensor::random::Stream;
use crate::types::{Shape, Size, TensorType};

/// Whether the parts that were asked for could not be cut: what is asked of them is no second mistake.
fn lacks_parts(spec: &DatasetSpec, inspected: &Inspected) -> bool {
    let split::Split::Parts(parts) = &spec.split else { return false };
    parts.iter().any(|(name, _)| !inspected.parts.contains_key(&name.value))
}

/// Files up to this size are read as a whole while checking, so that mistakes in their values are found. A script with
/// mistakes is checked once for each fix that is tried, so it must not take long.
const LARGEST_CHECKED: u64 = 2 << 20;

/// The sizes of one example of a field, where they are known.
type FieldShape = Option<Vec<usize>>;

impl Session<'_> {
    pub(super) fn data(&mut self, decl: &DataDecl) {
        let is_broken = matches!(&decl.source, DataSource::Examples { rows, span } if rows.is_empty() && self.has_syntax_error_in(*span));
        let request = if is_broken { None } else { data_request(&mut self.elaborator, decl, self.seed) };
        let value = match request {
            Some(request) => self.dataset(&request).unwrap_or(Value::Unknown),
            None => Value::Unknown,
        };
        self.elaborator.globals.insert(decl.name.name.clone(), Binding { value, span: decl.name.span });
    }

    fn dataset(&mut self, request: &DataRequest) -> Option<Value> {
        let folder = self.folder.clone();
        // The context needs the sources and the files at once; the sources go back right after.
        let mut sources: Sources = std::mem::take(&mut self.sources);
        let mut context = Context { files: self.world.files(), sources: &mut sources, folder: &folder };
        let inspected = dataset::inspect(&request.spec, &mut context);
        let encoders = request.encoders.as_ref().map(|(name, _)| name.clone());
        let is_wrong = inspected.diagnostics.iter().any(Diagnostic::is_error);
        let loaded = if !is_wrong && (self.has_values() || is_small(&request.spec, &context)) {
            let from =
                encoders.as_ref().and_then(|name| self.datasets.get(name)).map(|dataset| &dataset.encoders);
            Some(dataset::load(&request.spec, self.precision, from, &mut context))
        } else {
            None
        };
        self.sources = sources;
        let origin = DataOrigin {
            source: request.spec.source,
            options: request.spec.options.clone(),
            schema: Rc::new(inspected.schema.clone()),
        };
        self.origins.insert(request.spec.name.clone(), origin);
        if let Some(input) = &inspected.input {
            let types = (input.clone(), inspected.target.clone());
            self.field_types.insert(request.spec.name.clone(), types);
        }
        self.check_encoders(request);
        for diagnostic in &inspected.diagnostics {
            self.report(diagnostic.clone());
        }
        if is_wrong && lacks_parts(&request.spec, &inspected) {
            return None;
        }
        let name = request.spec.name.clone();
        match loaded {
            Some(Ok(dataset)) => {
                self.set_aside(&name);
                self.datasets.insert(name, Rc::new(dataset));
            }
            Some(Err(diagnostics)) => {
                let learned = encoders.as_ref().and_then(|name| self.learned_at(name, &request.spec));
                for mut diagnostic in diagnostics {
                    if let Some(learned) = learned {
                        diagnostic = diagnostic.label(learned, "the encoders were fitted on this");
                    }
                    self.report(diagnostic);
                }
                return None;
            }
            None => {}
        }
        self.data_value(&request.spec, &inspected, encoders.as_deref())
    }

    fn check_encoders(&mut self, request: &DataRequest) {
        let Some((name, span)) = &request.encoders else { return };
        let is_data = matches!(
            self.elaborator.globals.get(name).map(|binding| &binding.value),
            Some(Value::Record(record)) if record.kind == RecordKind::Data
        );
        if !is_data {
            self.report(
                Diagnostic::error(Slug::UnknownName, *span, format!("there is no dataset called `{name}`"))
                    .here("not a dataset"),
            );
        }
    }

    /// A dataset as a value: its parts, or its fields if it has only one.
    fn data_value(
        &mut self,
        spec: &DatasetSpec,
        inspected: &Inspected,
        spec_encoders: Option<&str>,
    ) -> Option<Value> {
        let name = spec.name.as_str();
        let origins = self.field_origins(spec, inspected);
        let input = inspected.input.as_ref()?;
        let target = inspected.target.as_ref();
        // With the encoders of another dataset, its types are those of that one.
        let like = spec_encoders.and_then(|name| self.field_shapes(name));
        let (input, target) = match &like {
            Some((input_shape, target_shape)) => {
                let with = |ty: &FieldType, shape: &Option<Vec<usize>>| FieldType {
                    shape: shape.clone().unwrap_or_else(|| ty.shape.clone()),
                    ..ty.clone()
                };
                (with(input, input_shape), target.map(|ty| with(ty, target_shape)))
            }
            None => (input.clone(), target.cloned()),
        };
        let (input, target) = (&input, target.as_ref());
        self.count_examples(spec, inspected);
        self.warn_of_leak(spec, &origins);
        let mut fields = IndexMap::new();
        let mut handle = None;
        let loaded = self.datasets.get(name).filter(|_| self.has_values()).cloned();
        for (part, most) in &inspected.parts {
            let count =
                loaded.as_ref().and_then(|data| data.parts.get(part)).map_or(*most, |part| part.n_examples);
            let at = self.parts.len();
            self.parts.push(PartEntry { dataset: name.to_string(), part: part.clone(), count });
            let mut inside = self.part_fields(name, part, count, (input, target));
            if target.is_none() && spec.target.is_some() {
                inside.insert("target".to_string(), Value::Unknown);
                inside.insert("y".to_string(), Value::Unknown);
            }
            if part == split::WHOLE && inspected.parts.len() == 1 {
                handle = Some(at);
                fields.extend(inside);
            } else {
                let record = Record {
                    kind: RecordKind::Part,
                    name: format!("{name}.{part}"),
                    fields: inside,
                    origins: origins.clone(),
                    handle: Some(at),
                };
                fields.insert(part.clone(), Value::Record(Arc::new(record)));
            }
        }
        // The shapes are those of any part: `like iris.input`.
        if handle.is_none()
            && let Some(Value::Record(first)) = fields.values().next().cloned()
        {
            for field in ["input", "target", "x", "y"] {
                if let Some(value) = first.fields.get(field) {
                    fields.insert(field.to_string(), value.clone());
                }
            }
        }
        Some(Value::Record(Arc::new(Record {
            kind: RecordKind::Data,
            name: name.to_string(),
            fields,
            origins,
            handle,
        })))
    }

    /// Where the fields are written and what is known of their numbers.
    fn field_origins(&self, spec: &DatasetSpec, inspected: &Inspected) -> IndexMap<String, FieldOrigin> {
        let text =
            |span: Span| self.sources.get(span.source).slice(span).split_whitespace().collect::<String>();
        let fields = [
            ("input", &spec.input, &inspected.input, &inspected.input_facts),
            ("target", &spec.target, &inspected.target, &inspected.target_facts),
        ];
        let columns = |expr: &Option<ColumnExpr>| match expr {
            Some(expr) => columns_read(expr, &inspected.schema),
            None => Vec::new(),
        };
        let (inputs, targets) = (columns(&spec.input), columns(&spec.target));
        let same = match (&spec.input, &spec.target) {
            (Some(input), Some(target)) => text(input.span) == text(target.span),
            _ => false,
        };
        let mut origins = IndexMap::new();
        for (name, expr, ty, facts) in fields {
            let mut origin =
                FieldOrigin { span: expr.as_ref().map(|expr| expr.span), ..FieldOrigin::default() };
            (origin.range, origin.labels) = (facts.range, facts.labels);
            origin.meaning = ty.as_ref().and_then(meaning);
            if name == "target" {
                origin.is_input = same;
                // A target that is a part of what is learned anyway: all of the input is a model of itself.
                let is_whole = targets.len() >= inputs.len();
                let shared = targets.iter().filter(|column| inputs.contains(column) && !is_whole);
                origin.leaked = shared.cloned().collect();
            }
            origins.insert(name.to_string(), origin);
        }
        origins
    }

    /// The target among the inputs: what is to be learned is given.
    fn warn_of_leak(&mut self, spec: &DatasetSpec, origins: &IndexMap<String, FieldOrigin>) {
        let leaked = origins.get("target").map(|origin| origin.leaked.clone()).unwrap_or_default();
        let (Some(input), Some(target)) = (&spec.input, &spec.target) else { return };
        let Some(first) = leaked.first() else { return };
        let place = place_of_column(input, first).unwrap_or(input.span);
        let mut diagnostic = Diagnostic::warning(
            Slug::TargetInInput,
            place,
            format!("the target `{first}` is among the inputs"),
        )
        .here(format!("`{first}` is given"))
        .label(target.span, "and asked for")
        .note("the model only has to copy it, and new data does not have it");
        if let Some((list, rest)) = without_column(input, first) {
            let mut pieces = vec![Piece::Text("[".to_string())];
            for (at, span) in rest.iter().enumerate() {
                let sign = if at == 0 { "" } else { ", " };
                pieces.extend([Piece::Text(sign.to_string()), Piece::Source(*span)]);
            }
            pieces.push(Piece::Text("]".to_string()));
            diagnostic = diagnostic.help("leave it out of the list").try_fix(Candidate::replace(
                "leave it out",
                list,
                pieces,
            ));
        } else {
            diagnostic = diagnostic.help(format!("`columns(except = {first})` leaves it out"));
            let whole = vec![Piece::Text(format!("columns(except = {first})"))];
            diagnostic = diagnostic.try_fix(Candidate::replace("leave it out", place, whole));
        }
        self.report(diagnostic);
    }

    /// Remembers how many examples there are: a size that is the same was probably meant to be left out.
    fn count_examples(&mut self, spec: &DatasetSpec, inspected: &Inspected) {
        let whole = [(spec.name.clone(), inspected.schema.n_rows)];
        let parts = inspected.parts.iter().map(|(part, count)| match part.as_str() {
            split::WHOLE => (spec.name.clone(), *count),
            part => (format!("{}.{part}", spec.name), *count),
        });
        for (name, count) in whole.into_iter().chain(parts) {
            self.elaborator.example_counts.push(ExampleCount {
                count: i64::try_from(count).unwrap_or(i64::MAX),
                what: format!("the number of examples of `{name}`"),
                span: spec.span,
            });
        }
    }

    /// The shapes of input and target of a dataset.
    fn field_shapes(&self, name: &str) -> Option<(FieldShape, FieldShape)> {
        let Value::Record(record) = &self.elaborator.globals.get(name)?.value else { return None };
        let shape = |field: &str| match record.fields.get(field) {
            Some(Value::Node(node)) => self.elaborator.graph.ty(*node).shape.dims(),
            _ => None,
        };
        Some((shape("input"), shape("target")))
    }

    /// Where the encoders of another dataset learned what this one is held to.
    fn learned_at(&self, name: &str, spec: &DatasetSpec) -> Option<Span> {
        let binding = self.elaborator.globals.get(name)?;
        let Value::Record(record) = &binding.value else { return None };
        let field = if spec.input.is_some() { "input" } else { "target" };
        Some(record.origins.get(field).and_then(|origin| origin.span).unwrap_or(binding.span))
    }

    fn part_fields(
        &mut self,
        dataset: &str,
        part: &str,
        count: usize,
        (input, target): (&FieldType, Option<&FieldType>),
    ) -> IndexMap<String, Value> {
        let batch = self.elaborator.new_batch();
        self.batches.insert(batch, count);
        let mut fields = IndexMap::new();
        for (long, short, field) in [("input", "x", Some(input)), ("target", "y", target)] {
            let Some(field) = field else { continue };
            let ty = TensorType::batched(Shape::known(&field.shape), batch);
            let (slot, node) = self.elaborator.new_slot(&format!("{dataset}.{long}"), ty);
            let is_input = long == "input";
            let reference =
                FieldRef { dataset: dataset.to_string(), part: part.to_string(), is_input, rows: None };
            self.fields.insert(slot, reference);
            fields.insert(long.to_string(), Value::Node(node));
            fields.insert(short.to_string(), Value::Node(node));
        }
        fields.insert("count".to_string(), Value::Int(Size::from(count)));
        fields
    }

    pub(super) fn loaded_part(&self, handle: usize) -> Option<(Rc<Dataset>, String)> {
        let entry = self.parts.get(handle)?;
        Some((self.datasets.get(&entry.dataset)?.clone(), entry.part.clone()))
    }

    /// The rows of each batch of one pass; a single empty one while checking.
    pub(super) fn batch_rounds(&mut self, batches: &Record) -> Vec<Rc<[u32]>> {
        let size = match batches.fields.get("size") {
            Some(Value::Int(size)) => size.count().unwrap_or(1),
            _ => 1,
        };
        let shuffled = matches!(batches.fields.get("shuffle"), Some(Value::Bool(true)));
        let entry = batches.handle.and_then(|handle| self.parts.get(handle)).cloned();
        let Some(entry) = entry.filter(|_| self.is_running()) else { return vec![Rc::from([])] };
        let order = match shuffled {
            true => {
                Order::Shuffled(Stream::new(self.seed, &format!("batches {}.{}", entry.dataset, entry.part)))
            }
            false => Order::AsStored,
        };
        // Each pass over the same part is another epoch.
        let pass = self.passes.entry(batches.handle.unwrap_or(0)).or_insert(0);
        let epoch = *pass;
        *pass += 1;
        Batches::new(entry.count, size, order).epoch(epoch).map(Rc::from).collect()
    }

    /// One batch: `x`, `y`, `count`.
    pub(super) fn batch_value(&mut self, batches: &Record, rows: Rc<[u32]>, name: &str) -> Value {
        let entry = batches.handle.and_then(|handle| self.parts.get(handle)).cloned();
        let (Some(entry), Some(Value::Record(part))) = (entry, batches.fields.get("data")) else {
            return Value::Unknown;
        };
        let batch = self.elaborator.new_batch();
        self.batches.insert(batch, rows.len());
        let mut fields = IndexMap::new();
        for (long, short) in [("input", "x"), ("target", "y")] {
            let Some(Value::Node(whole)) = part.fields.get(long) else { continue };
            let ty = TensorType::batched(self.elaborator.graph.ty(*whole).shape.clone(), batch);
            let (slot, node) = self.elaborator.new_slot(&format!("{name}.{short}"), ty);
            let reference = FieldRef {
                dataset: entry.dataset.clone(),
                part: entry.part.clone(),
                is_input: long == "input",
                rows: Some(rows.clone()),
            };
            self.fields.insert(slot, reference);
            fields.insert(long.to_string(), Value::Node(node));
            fields.insert(short.to_string(), Value::Node(node));
        }
        let count = if self.is_running() {
            Size::from(rows.len())
        } else {
            Size::var(self.elaborator.new_size("count"))
        };
        fields.insert("count".to_string(), Value::Int(count));
        let record = Record {
            kind: RecordKind::Batch,
            name: name.to_string(),
            fields,
            origins: IndexMap::new(),
            handle: None,
        };
        Value::Record(Arc::new(record))
    }
}

/// Whether the files of a dataset are small enough to be read while checking. What is made up has no mistakes.
fn is_small(spec: &DatasetSpec, context: &Context<'_>) -> bool {
    let sizes: Vec<u64> = spec
        .options
        .all_texts()
        .into_iter()
        .filter_map(|(_, path)| context.files.size(&context.folder.join(path.value)).ok())
        .collect();
    !sizes.is_empty() && sizes.iter().all(|size| *size <= LARGEST_CHECKED)
}

/// `3 categories: `a`, `b`, `c``
fn meaning(ty: &FieldType) -> Option<String> {
    let FieldKind::OneHot(classes) = &ty.kind else { return None };
    let names = classes.names();
    let shown: Vec<String> = names.iter().take(5).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > 5 { ", ..." } else { "" };
    let count =
        if names.len() == 1 { "1 category".to_string() } else { format!("{} categories", names.len()) };
    Some(format!("{count}: {}{more}", shown.join(", ")))
}

/// Where a column is named, or `columns(...)` stands for it.
fn place_of_column(expr: &ColumnExpr, name: &str) -> Option<Span> {
    match &expr.kind {
        ColumnExprKind::Column(column) => (column == name).then_some(expr.span),
        ColumnExprKind::All { .. } => Some(expr.span),
        ColumnExprKind::List(items) => items.iter().find_map(|item| place_of_column(item, name)),
        ColumnExprKind::Standardize(of)
        | ColumnExprKind::MinMax(of)
        | ColumnExprKind::Flatten(of)
        | ColumnExprKind::Label(of)
        | ColumnExprKind::OneHot { of, .. } => place_of_column(of, name),
        ColumnExprKind::Number(_) => None,
        ColumnExprKind::Arith { lhs, rhs, .. } => {
            place_of_column(lhs, name).or_else(|| place_of_column(rhs, name))
        }
    }
}

/// The list that names a column, and its other items.
fn without_column(expr: &ColumnExpr, name: &str) -> Option<(Span, Vec<Span>)> {
    match &expr.kind {
        ColumnExprKind::List(items) => {
            let is_it =
                |item: &ColumnExpr| matches!(&item.kind, ColumnExprKind::Column(column) if column == name);
            items.iter().any(is_it).then(|| {
                (expr.span, items.iter().filter(|item| !is_it(item)).map(|item| item.span).collect())
            })
        }
        ColumnExprKind::Standardize(of) | ColumnExprKind::MinMax(of) | ColumnExprKind::Flatten(of) => {
            without_column(of, name)
        }
        ColumnExprKind::Column(_)
        | ColumnExprKind::All { .. }
        | ColumnExprKind::OneHot { .. }
        | ColumnExprKind::Label(_)
        | ColumnExprKind::Number(_)
        | ColumnExprKind::Arith { .. } => None,
    }
}
