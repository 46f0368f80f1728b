//! What `:set` changes: how values are shown.

use crate::session::View;

/// How answers look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Significant digits.
    pub digits: usize,
    /// Rows of a matrix and examples of a batch.
    pub rows: usize,
    /// Whether the type of what is typed is shown behind it.
    pub hints: bool,
}

/// A setting: its name, what it may be, what it means.
pub struct Setting {
    pub name: &'static str,
    pub values: &'static str,
    pub sentence: &'static str,
}

const SWITCH: &str = "on, off";

impl Setting {
    pub fn is_switch(&self) -> bool {
        self.values == SWITCH
    }
}

pub const SETTINGS: &[Setting] = &[
    Setting { name: "digits", values: "1 to 17", sentence: "digits of the numbers that are shown" },
    Setting { name: "rows", values: "2 to 1000", sentence: "rows of a matrix, examples of a batch" },
    Setting { name: "hints", values: SWITCH, sentence: "the type of what is typed, in grey behind it" },
    Setting { name: "live", values: SWITCH, sentence: "the curve of a training while it goes" },
    Setting { name: "quiet", values: SWITCH, sentence: "no word about trainings" },
];

impl Default for Settings {
    fn default() -> Settings {
        Settings { digits: 6, rows: 10, hints: true }
    }
}

impl Settings {
    pub fn view(&self, width: usize) -> View {
        View { width, digits: self.digits, rows: self.rows }
    }

    /// The value of a setting of the prompt as it is typed; `None` for those that the face keeps.
    pub fn value(&self, name: &str) -> Option<String> {
        match name {
            "digits" => Some(self.digits.to_string()),
            "rows" => Some(self.rows.to_string()),
            "hints" => Some(on_off(self.hints).to_string()),
            _ => None,
        }
    }

    /// Sets one; `None` if it is not a setting of the prompt, `Some(false)` if the value is none of it.
    pub fn set(&mut self, name: &str, value: &str) -> Option<bool> {
        let number =
            |least: usize, most: usize| value.parse().ok().filter(|number| (least..=most).contains(number));
        match name {
            "digits" => Some(number(1, 17).map(|digits| self.digits = digits).is_some()),
            "rows" => Some(number(2, 1000).map(|rows| self.rows = rows).is_some()),
            "hints" => Some(truth(value).map(|hints| self.hints = hints).is_some()),
            _ => None,
        }
    }
}

pub fn on_off(is_on: bool) -> &'static str {
    if is_on { "on" } else { "off" }
}

/// `on` or `off`.
pub fn truth(value: &str) -> Option<bool> {
    match value {
        "on" | "true" | "yes" => Some(true),
        "off" | "false" | "no" => Some(false),
        _ => None,
    }
}
