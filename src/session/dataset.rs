//! `data` declarations: looked at while checking, loaded while running; batches of their parts.

use std::rc::Rc;
use std::sync::Arc;

use indexmap::IndexMap;

use super::state::{DataOrigin, FieldRef, PartEntry, Session};
use crate::base::{Sources, Span};
use crate::check::{DataRequest, data_request};
use crate::data::{Batches, Context, Dataset, DatasetSpec, FieldType, Inspected, Order, dataset, split};
use crate::diagnostics::{Diagnostic, Slug};
use crate::elaborate::{Binding, Record, RecordKind, Value};
use crate::syntax::tree::DataDecl;
use crate::tensor::random::Stream;
use crate::types::{Shape, Size, TensorType};

impl Session<'_> {
    pub(super) fn data(&mut self, decl: &DataDecl) {
        let value = match data_request(&mut self.elaborator, decl, self.seed) {
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
        let loaded = if self.has_values() && !inspected.diagnostics.iter().any(Diagnostic::is_error) {
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
        self.check_encoders(request);
        for diagnostic in &inspected.diagnostics {
            self.report(diagnostic.clone());
        }
        let name = request.spec.name.clone();
        match loaded {
            Some(Ok(dataset)) => {
                self.set_aside(&name);
                self.datasets.insert(name, Rc::new(dataset));
            }
            Some(Err(diagnostics)) => {
                diagnostics.into_iter().for_each(|diagnostic| self.report(diagnostic));
                return None;
            }
            None => {}
        }
        self.data_value(&request.spec, &inspected)
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
    fn data_value(&mut self, spec: &DatasetSpec, inspected: &Inspected) -> Option<Value> {
        let name = spec.name.as_str();
        let written = [("input", &spec.input), ("target", &spec.target)];
        let origins: IndexMap<String, Span> = written
            .into_iter()
            .filter_map(|(field, expr)| Some((field.to_string(), expr.as_ref()?.span)))
            .collect();
        let input = inspected.input.as_ref()?;
        let mut fields = IndexMap::new();
        let mut handle = None;
        let loaded = self.datasets.get(name).filter(|_| self.has_values()).cloned();
        for (part, most) in &inspected.parts {
            let count =
                loaded.as_ref().and_then(|data| data.parts.get(part)).map_or(*most, |part| part.n_examples);
            let at = self.parts.len();
            self.parts.push(PartEntry { dataset: name.to_string(), part: part.clone(), count });
            let inside = self.part_fields(name, part, count, (input, inspected.target.as_ref()));
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
