//! Warnings of a training that is validated on what it was trained on: the same part, the same rows of the same file
//! under another name, a copy of the file; and of parts that have changed places.

use std::collections::HashSet;

use super::state::{DataOrigin, Mode, PartEntry, Session};
use crate::check::{PartRef, TrainRequest};
use crate::data::split;
use crate::diagnostics::{Candidate, Change, Diagnostic, Piece, Slug};

/// Files up to this size are compared byte by byte.
const LARGEST_COMPARED: u64 = 2 << 20;

/// What is known of the examples of two parts.
enum Shared {
    All,
    /// So many of those that are validated on.
    Some(usize),
}

impl Session<'_> {
    /// Looks at the two parts of a training that is checked.
    pub(super) fn warn_of_validation(&mut self, request: &TrainRequest) {
        let Some(validate) = &request.validate else { return };
        if self.mode != Mode::Check {
            return;
        }
        let (trained, measured) = (self.parts.get(request.data.handle), self.parts.get(validate.handle));
        let (Some(trained), Some(measured)) = (trained, measured) else { return };
        let warning = match self.shared(trained, measured) {
            Some(shared) => overlaps(&request.data, validate, measured.count, &shared),
            None if are_swapped(trained, measured) => swapped(&request.data, validate),
            None => return,
        };
        self.report(warning);
    }

    /// Which examples of the second part are in the first.
    fn shared(&self, trained: &PartEntry, measured: &PartEntry) -> Option<Shared> {
        if trained.dataset == measured.dataset {
            return (trained.part == measured.part).then_some(Shared::All);
        }
        let (one, other) = (self.origins.get(&trained.dataset)?, self.origins.get(&measured.dataset)?);
        if !self.is_same_table(one, other) {
            return None;
        }
        let rows = |entry: &PartEntry| {
            let part = self.datasets.get(&entry.dataset)?.parts.get(&entry.part)?;
            Some(part.rows.as_slice())
        };
        let (Some(trained), Some(measured)) = (rows(trained), rows(measured)) else {
            // Files too large to be read now: without a split, the rows are all of them.
            let are_whole = trained.part == split::WHOLE && measured.part == split::WHOLE;
            return are_whole.then_some(Shared::All);
        };
        let trained: HashSet<u32> = trained.iter().copied().collect();
        match measured.iter().filter(|row| trained.contains(row)).count() {
            0 => None,
            count if count == measured.len() => Some(Shared::All),
            count => Some(Shared::Some(count)),
        }
    }

    /// Whether two declarations read the same rows: the same options of the same source, or files that are copies.
    fn is_same_table(&self, one: &DataOrigin, other: &DataOrigin) -> bool {
        if one.source.name() != other.source.name() {
            return false;
        }
        if one.options.is_same(&other.options, &[]) {
            return true;
        }
        let path = |origin: &DataOrigin| Some(self.folder.join(origin.options.text("path")?.value));
        let (Some(first), Some(second)) = (path(one), path(other)) else { return false };
        let files = self.world.files();
        let size = |path| files.size(path).ok().filter(|size| *size <= LARGEST_COMPARED);
        one.options.is_same(&other.options, &["path"])
            && size(&first).is_some_and(|known| Some(known) == size(&second))
            && files
                .read(&first)
                .ok()
                .is_some_and(|bytes| files.read(&second).is_ok_and(|same| same == bytes))
    }
}

fn overlaps(data: &PartRef, validate: &PartRef, n_measured: usize, shared: &Shared) -> Diagnostic {
    let (headline, here) = match shared {
        Shared::All => (
            format!("`{}` is validated on the examples it is trained on", validate.name),
            "the same examples".to_string(),
        ),
        Shared::Some(count) => (
            format!("{count} of the {n_measured} examples of `{}` are trained on as well", validate.name),
            format!("{count} of these {n_measured} are in `{}`", data.name),
        ),
    };
    Diagnostic::warning(Slug::ValidationOverlap, validate.span, headline)
        .here(here)
        .label(data.span, "trained on these")
        .note("a network that learns its examples by heart looks right on them")
        .help("split the data, `split = [train: 0.8, test: 0.2]`, and validate on the other part")
}

/// Whether the parts are called the other way round.
fn are_swapped(trained: &PartEntry, measured: &PartEntry) -> bool {
    const HELD_BACK: [&str; 6] = ["test", "val", "valid", "validate", "validation", "holdout"];
    trained.dataset == measured.dataset
        && HELD_BACK.contains(&trained.part.as_str())
        && measured.part == "train"
}

fn swapped(data: &PartRef, validate: &PartRef) -> Diagnostic {
    let turned = Candidate::all(
        "the other way round",
        vec![
            Change::Replace { span: data.span, pieces: vec![Piece::Source(validate.span)] },
            Change::Replace { span: validate.span, pieces: vec![Piece::Source(data.span)] },
        ],
    );
    let headline = format!("trained on `{}` and validated on `{}`", data.name, validate.name);
    Diagnostic::warning(Slug::PartsSwapped, data.span, headline)
        .here("to be held back, by its name")
        .label(validate.span, "to be trained on, by its name")
        .note("the parts look swapped: most examples are left to learn from the other one")
        .try_fix(turned)
}
