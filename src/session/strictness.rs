//! What a command says about warnings: which are not wanted, and which stop it.

use super::program::Report;
use crate::diagnostics::{Severity, Slug};

/// `--allow SLUG` and `--deny warnings`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Strictness {
    pub allowed: Vec<Slug>,
    pub denied: Vec<Slug>,
    pub denies_all: bool,
}

impl Report {
    /// Leaves out warnings that are allowed, and makes errors of those that are denied.
    pub fn hold_to(&mut self, strictness: &Strictness) {
        let Strictness { allowed, denied, denies_all } = strictness;
        self.diagnostics.retain(|found| found.is_error() || !allowed.contains(&found.slug));
        for found in &mut self.diagnostics {
            if *denies_all || denied.contains(&found.slug) {
                found.severity = Severity::Error;
            }
        }
    }
}
