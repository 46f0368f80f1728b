//! Trainings for machines: one object a line.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::train::{Ended, EpochRow, History, Progress};

/// `{"event": "epoch", "training": 1, "epoch": 3, "epochs": 60, "loss": 0.43, ..., "seconds": 0.2}`
pub fn epoch(training: usize, progress: &Progress<'_>, row: &EpochRow) -> String {
    let mut object = Map::new();
    object.insert("event".into(), json!("epoch"));
    object.insert("training".into(), json!(training));
    object.insert("epoch".into(), json!(progress.epoch));
    object.insert("epochs".into(), json!(progress.epochs));
    put_row(&mut object, row);
    if let Some(rate) = (progress.rate)() {
        object.insert("lr".into(), json!(rate));
    }
    object.insert("examples".into(), json!(progress.examples));
    object.insert("seconds".into(), json!(progress.elapsed.as_secs_f64()));
    Value::Object(object).to_string()
}

/// The last word about a training: how it ended, and the numbers of its last epoch.
pub fn end(training: usize, ended: &Ended, history: &History, elapsed: Duration) -> String {
    let mut object = Map::new();
    object.insert("event".into(), json!("end"));
    object.insert("training".into(), json!(training));
    let how = match ended {
        Ended::Finished => "finished",
        Ended::Patience { .. } => "patience",
        Ended::Interrupted => "interrupted",
        Ended::Diverged { .. } => "diverged",
    };
    object.insert("ended".into(), json!(how));
    if let Ended::Patience { best_epoch } = ended {
        object.insert("best_epoch".into(), json!(best_epoch));
    }
    object.insert("epochs".into(), json!(history.rows.len()));
    if let Some(row) = history.rows.last() {
        put_row(&mut object, row);
    }
    object.insert("seconds".into(), json!(elapsed.as_secs_f64()));
    Value::Object(object).to_string()
}

/// Ctrl-C has ended a loop of the script.
pub fn loop_left(line: usize, rounds: u64) -> String {
    json!({ "event": "stopped", "line": line, "rounds": rounds }).to_string()
}

/// A line that the script printed.
pub fn print(text: &str) -> String {
    json!({ "event": "print", "text": text }).to_string()
}

/// Numbers by name; what is not finite is null, which is all that JSON has.
fn put_row(object: &mut Map<String, Value>, row: &EpochRow) {
    for (name, value) in row.named() {
        object.insert(name, json!(value));
    }
}
