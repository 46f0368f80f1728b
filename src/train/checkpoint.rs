//! The state of a training on disk, from which it goes on to the same bits.

use std::path::Path;

use indexmap::IndexMap;

use super::history::{EpochRow, History};
use crate::data::Files;
use crate::data::weights::{self, Numbers, Stored, Weights};
use crate::tensor::{Buffer, Tensor};

/// What a resumed training needs: epochs done, what was seen, all values.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    pub epochs_done: usize,
    pub history: History,
    pub values: IndexMap<String, Tensor>,
}

#[derive(Debug)]
pub enum CheckpointError {
    File(String),
    /// The file is not a checkpoint, or one of another training.
    Content(String),
}

impl Checkpoint {
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let mut file = Weights::default();
        for (name, tensor) in &self.values {
            let numbers = match &tensor.data {
                Buffer::F32(values) => Numbers::F32(values.clone()),
                Buffer::F64(values) => Numbers::F64(values.clone()),
            };
            file.tensors.insert(name.clone(), Stored { shape: tensor.shape.clone(), numbers });
        }
        file.metadata.insert("format".to_string(), "nn checkpoint".to_string());
        file.metadata.insert("epochs".to_string(), self.epochs_done.to_string());
        file.metadata.insert("history".to_string(), history_text(&self.history));
        weights::save(path, &file).map_err(|error| CheckpointError::File(error.to_string()))
    }

    pub fn load(files: &dyn Files, path: &Path) -> Result<Checkpoint, CheckpointError> {
        let file = weights::load(files, path).map_err(|error| CheckpointError::File(error.to_string()))?;
        if file.metadata.get("format").map(String::as_str) != Some("nn checkpoint") {
            return Err(CheckpointError::Content("it is not a checkpoint".to_string()));
        }
        let epochs = file.metadata.get("epochs").and_then(|text| text.parse().ok());
        let history = file.metadata.get("history").and_then(|text| read_history(text));
        let (Some(epochs_done), Some(history)) = (epochs, history) else {
            return Err(CheckpointError::Content("its history cannot be read".to_string()));
        };
        let values = file.tensors.into_iter().map(|(name, stored)| {
            let data = match stored.numbers {
                Numbers::F32(values) => Buffer::F32(values),
                Numbers::F64(values) => Buffer::F64(values),
            };
            (name, Tensor { shape: stored.shape, examples: None, data })
        });
        Ok(Checkpoint { epochs_done, history, values: values.collect() })
    }
}

/// Numbers by their bits, so that what is read is what was written.
fn history_text(history: &History) -> String {
    let series: serde_json::Map<String, serde_json::Value> = history
        .series()
        .into_iter()
        .map(|(name, values)| {
            let bits = values.into_iter().map(|value| serde_json::Value::from(value.to_bits()));
            (name, serde_json::Value::Array(bits.collect()))
        })
        .collect();
    serde_json::Value::Object(series).to_string()
}

fn read_history(text: &str) -> Option<History> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let mut rows: Vec<EpochRow> = Vec::new();
    for (name, values) in value.as_object()? {
        for (at, bits) in values.as_array()?.iter().enumerate() {
            let number = f64::from_bits(bits.as_u64()?);
            if rows.len() <= at {
                rows.resize(at + 1, EpochRow::default());
            }
            let row = rows.get_mut(at)?;
            match (name.as_str(), name.strip_prefix("val_")) {
                ("loss", _) => row.loss = number,
                ("val_loss", _) => row.val_loss = Some(number),
                (_, Some(metric)) => {
                    row.val_metrics.insert(metric.to_string(), number);
                }
                (metric, None) => {
                    row.metrics.insert(metric.to_string(), number);
                }
            }
        }
    }
    Some(History { rows })
}
