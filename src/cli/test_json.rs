//! Tests for machines: one object a line, for each script and at the end.

use serde_json::{Value, json};

use super::test::Tally;
use crate::diagnostics::to_json;
use crate::session::{Compared, Tested};

/// `{"event": "script", "path": "a.nn", "result": "failed", "asserts": 1, "outputs": 2, "differences": [...], ...}`
pub fn script(path: &str, result: &str, tested: &Tested) -> String {
    let report = &tested.report;
    let diagnostics: Vec<Value> =
        report.diagnostics.iter().map(|one| to_json(one, &report.sources)).collect();
    let differences: Vec<Value> = tested.compared.iter().filter(|one| !one.holds()).map(difference).collect();
    json!({
        "event": "script",
        "path": path,
        "result": result,
        "asserts": tested.asserts_held,
        "outputs": tested.compared.len(),
        "differences": differences,
        "diagnostics": diagnostics,
    })
    .to_string()
}

fn difference(compared: &Compared) -> Value {
    json!({
        "line": compared.line,
        "statement": compared.statement,
        "expected": compared.expected,
        "printed": compared.found,
    })
}

/// The last line: how many scripts came out how.
pub fn end(tally: &Tally, seconds: f64) -> String {
    json!({
        "event": "end",
        "passed": tally.passed,
        "failed": tally.failed,
        "updated": tally.updated,
        "checked": tally.only_checked,
        "asserts": tally.asserts,
        "outputs": tally.outputs,
        "seconds": seconds,
    })
    .to_string()
}
