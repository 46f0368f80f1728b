//! What a training leaves behind: a row for each epoch.

use indexmap::IndexMap;

/// The numbers of one epoch, each a mean over examples.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EpochRow {
    pub loss: f64,
    pub metrics: IndexMap<String, f64>,
    /// On the validation part.
    pub val_loss: Option<f64>,
    pub val_metrics: IndexMap<String, f64>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    pub rows: Vec<EpochRow>,
}

impl EpochRow {
    /// All numbers by name: `loss`, `accuracy`, `val_loss`, `val_accuracy`.
    pub fn named(&self) -> Vec<(String, f64)> {
        let mut all = vec![("loss".to_string(), self.loss)];
        all.extend(self.metrics.iter().map(|(name, value)| (name.clone(), *value)));
        all.extend(self.val_loss.map(|loss| ("val_loss".to_string(), loss)));
        all.extend(self.val_metrics.iter().map(|(name, value)| (format!("val_{name}"), *value)));
        all
    }
}

impl History {
    /// One series for each name, in the order of the first row.
    pub fn series(&self) -> IndexMap<String, Vec<f64>> {
        let mut series: IndexMap<String, Vec<f64>> = IndexMap::new();
        for row in &self.rows {
            for (name, value) in row.named() {
                series.entry(name).or_default().push(value);
            }
        }
        series
    }
}
