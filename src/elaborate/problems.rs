//! The mistakes that were found and not yet taken: the first ones of a program are told, the others counted.
//!
//! Kept by the elaborator; the session takes them after each statement.

use crate::diagnostics::{Diagnostic, MOST_TOLD};

/// What was found since the last [`Problems::take`].
#[derive(Clone, Debug, Default)]
pub(super) struct Problems {
    found: Vec<Diagnostic>,
    /// Errors among `found`.
    errors: usize,
    /// Errors that were taken before.
    taken: usize,
    /// Errors that were only counted.
    untold: usize,
}

/// How far it had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    len: usize,
    untold: usize,
}

impl Problems {
    /// Whether a further error is only counted.
    pub fn is_full(&self) -> bool {
        self.taken + self.errors >= MOST_TOLD
    }

    pub fn push(&mut self, diagnostic: Diagnostic) {
        if diagnostic.is_error() && self.is_full() {
            self.untold += 1;
            return;
        }
        self.errors += usize::from(diagnostic.is_error());
        self.found.push(diagnostic);
    }

    pub fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    /// Errors since the last time, told or not.
    pub fn error_count(&self) -> usize {
        self.errors + self.untold
    }

    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter()
    }

    /// Takes back what was found since there were so many errors.
    pub fn drop_to(&mut self, errors: usize) {
        self.untold = self.untold.min(errors.saturating_sub(self.errors));
        while self.errors > errors {
            let dropped = self.found.pop();
            self.errors -= usize::from(dropped.is_some_and(|one| one.is_error()));
        }
    }

    pub fn mark(&self) -> Mark {
        Mark { len: self.found.len(), untold: self.untold }
    }

    /// Takes out what was found since then.
    pub fn since(&mut self, mark: Mark) -> Problems {
        let found = self.found.split_off(mark.len);
        let errors = found.iter().filter(|one| one.is_error()).count();
        self.errors -= errors;
        let untold = std::mem::replace(&mut self.untold, mark.untold) - mark.untold;
        Problems { found, errors, taken: 0, untold }
    }

    pub fn extend(&mut self, others: Problems) {
        self.untold += others.untold;
        others.found.into_iter().for_each(|one| self.push(one));
    }

    /// What was found, in order.
    pub fn take(&mut self) -> Vec<Diagnostic> {
        self.errors = 0;
        std::mem::take(&mut self.found)
    }

    /// So many more errors were taken, and are told.
    pub fn add_taken(&mut self, errors: usize) {
        self.taken += errors;
    }
}
