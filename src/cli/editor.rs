//! The editor of whoever types: `$VISUAL`, `$EDITOR`, or `vi`.

use std::io::Write;
use std::path::Path;
use std::process::Command;

/// Lets someone change a text.
///
/// # Errors
/// When the editor cannot be started, or says that it failed.
pub fn edit(text: &str) -> Result<String, String> {
    let mut file = tempfile::Builder::new()
        .prefix("input")
        .suffix(".nn")
        .tempfile()
        .map_err(|error| format!("there is no place for a file to edit: {error}"))?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.flush());
    written.map_err(|error| format!("the text cannot be written: {error}"))?;
    edit_file(file.path())?;
    std::fs::read_to_string(file.path()).map_err(|error| format!("the text cannot be read back: {error}"))
}

/// Lets someone change a file.
///
/// # Errors
/// When the editor cannot be started, or says that it failed.
pub fn edit_file(path: &Path) -> Result<(), String> {
    let named = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let editor = named("VISUAL").or_else(|| named("EDITOR")).unwrap_or_else(|| "vi".to_string());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    match Command::new(program).args(words).arg(path).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{editor}` ended with {status}: nothing is done")),
        Err(error) => Err(format!("`{editor}` cannot be started: {error}; $EDITOR says which one is yours")),
    }
}
