//! How a training goes, on standard error: one line that is drawn again and a table at the end where there is a
//! terminal, and plain lines where there is none.

use std::time::{Duration, Instant};

use super::output::{Screen, say, say_text};
use crate::train::{Ended, EpochRow, History, Progress};

/// Lines about the epochs of one training, at most.
const MOST_LINES: usize = 20;
/// Rows of the table at the end of a training on a terminal.
const MOST_ROWS: usize = 10;
/// Between two drawings of the line. The first waits as long: what is over at once needs none.
const REDRAW_MS: u128 = 60;

pub struct Watcher {
    screen: Screen,
    /// Epochs of this training that were told, and how many it was to have.
    told: Option<usize>,
    epochs: usize,
    elapsed: Duration,
    drawn: Instant,
}

impl Watcher {
    pub fn new(screen: Screen) -> Watcher {
        Watcher { screen, told: None, epochs: 0, elapsed: Duration::ZERO, drawn: Instant::now() }
    }

    pub fn progress(&mut self, progress: &Progress<'_>) {
        self.epochs = progress.epochs;
        self.elapsed = progress.elapsed;
        if self.screen.is_terminal {
            if self.drawn.elapsed().as_millis() >= REDRAW_MS {
                self.drawn = Instant::now();
                self.redraw(progress);
            }
        } else if let Some(row) = progress.row
            && is_shown(progress.epoch, progress.epochs, MOST_LINES)
        {
            self.told = Some(progress.epoch);
            say(&line(progress.epoch, progress.epochs, row));
        }
    }

    fn redraw(&self, progress: &Progress<'_>) {
        let within = progress.batch as f64 / progress.batches.max(1) as f64;
        let done = (progress.epoch as f64 - 1.0 + within) / progress.epochs.max(1) as f64;
        let left = progress.elapsed.mul_f64(((1.0 - done) / done.max(1e-9)).clamp(0.0, 1e6));
        let numbers = match progress.row {
            Some(row) => numbers(row),
            None => format!("loss {}", number(progress.loss)),
        };
        let text = format!(
            "epoch {}/{}  batch {}/{}  {} left  {numbers}",
            progress.epoch,
            progress.epochs,
            progress.batch,
            progress.batches,
            duration(left),
        );
        let cut: String = text.chars().take(self.screen.width.saturating_sub(1)).collect();
        say_text(&format!("\r\u{1b}[K{cut}"));
    }

    pub fn ended(&mut self, ended: &Ended, history: &History) {
        let done = history.rows.len();
        if self.screen.is_terminal {
            say_text("\r\u{1b}[K");
            table(history).iter().for_each(|line| say(line));
        } else if let Some(row) = history.rows.last()
            && self.told != Some(done)
            && *ended != Ended::Interrupted
        {
            say(&line(done, self.epochs.max(done), row));
        }
        if let Some(text) = self.how(ended, done) {
            say(&text);
        }
        *self = Watcher::new(self.screen);
    }

    /// Why it ended, if not because it was done.
    fn how(&self, ended: &Ended, done: usize) -> Option<String> {
        match ended {
            Ended::Finished | Ended::Diverged { .. } => {
                let time = duration(self.elapsed);
                (self.screen.is_terminal && done > 0).then(|| format!("{done} epochs in {time}"))
            }
            Ended::Patience { best_epoch } => Some(format!(
                "stopped after epoch {done}: nothing better since epoch {best_epoch}, whose parameters are kept"
            )),
            Ended::Interrupted => Some(format!(
                "stopped after epoch {} and a part of epoch {done}: the parameters of the last step are kept",
                done.saturating_sub(1)
            )),
        }
    }
}

/// Whether an epoch is among at most `most` evenly spaced ones, the first and the last with them.
fn is_shown(epoch: usize, epochs: usize, most: usize) -> bool {
    if epochs <= most || epoch == 1 || epoch == epochs {
        return true;
    }
    let stride = (epochs - 1).div_ceil(most - 1).max(1);
    // Counted from the end, so that the last two lines are not neighbours.
    (epochs - epoch).is_multiple_of(stride) && epoch > stride / 2
}

fn line(epoch: usize, epochs: usize, row: &EpochRow) -> String {
    let width = epochs.to_string().len();
    format!("epoch {epoch:>width$}/{epochs}  {}", numbers(row))
}

fn numbers(row: &EpochRow) -> String {
    let named: Vec<String> =
        row.named().iter().map(|(name, value)| format!("{name} {}", number(*value))).collect();
    named.join("  ")
}

/// Four decimals, or an exponent where they would say nothing.
fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || (1e-3..1e6).contains(&size) { format!("{value:.4}") } else { format!("{value:.3e}") }
}

fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..=9 => format!("{:.1} s", time.as_secs_f64()),
        10..=59 => format!("{seconds} s"),
        60..=3599 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _longer => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// The epochs in columns, abbreviated.
fn table(history: &History) -> Vec<String> {
    let Some(first) = history.rows.first() else { return Vec::new() };
    let names: Vec<String> = first.named().into_iter().map(|(name, _)| name).collect();
    let total = history.rows.len();
    let head = std::iter::once("epoch".to_string()).chain(names).collect::<Vec<_>>();
    let mut rows = vec![head];
    for (at, row) in history.rows.iter().enumerate() {
        if is_shown(at + 1, total, MOST_ROWS) {
            let values = row.named().into_iter().map(|(_, value)| number(value));
            rows.push(std::iter::once((at + 1).to_string()).chain(values).collect());
        }
    }
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max())
        .map(|width| width.unwrap_or(0))
        .collect();
    let drawn = rows.iter().map(|row| {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| format!("{cell:>width$}")).collect();
        cells.join("  ")
    });
    drawn.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_trainings_show_their_first_and_last_epoch_and_few_between() {
        for epochs in [1, 2, 5, 20, 21, 22, 39, 40, 100, 101, 999, 10_000] {
            let shown: Vec<usize> = (1..=epochs).filter(|e| is_shown(*e, epochs, MOST_LINES)).collect();
            assert!(shown.len() <= MOST_LINES + 1, "{epochs}: {shown:?}");
            assert_eq!((shown.first(), shown.last()), (Some(&1), Some(&epochs)));
            assert!(epochs <= MOST_LINES || shown.len() >= MOST_LINES / 2, "{epochs}: {shown:?}");
        }
    }

    #[test]
    fn times_and_numbers_read_well() {
        assert_eq!(duration(Duration::from_millis(1500)), "1.5 s");
        assert_eq!(duration(Duration::from_secs(75)), "1 min 15 s");
        assert_eq!(duration(Duration::from_secs(7300)), "2 h 01 min");
        assert_eq!(
            (number(0.25), number(1e-5), number(0.0)),
            ("0.2500".into(), "1.000e-5".into(), "0.0000".into())
        );
    }
}
