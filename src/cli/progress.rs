//! How a training goes: on a terminal one line that is drawn again and a table at the end, plain lines where there is
//! none, an object an epoch for machines.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::numbers::{count, duration, line, named, short, table};
use super::output::{Output, Screen, say, say_text};
use super::progress_json;
use crate::plot;
use crate::train::{Ended, History, Progress};

/// A training of more epochs than this does not get a line for each of them where there is no terminal.
const MOST_LINES: usize = 1000;
/// Between two drawings of the line. The first waits as long: what is over at once needs none.
const REDRAW_MS: u128 = 60;

/// Lines of the curve of a training, and columns at most.
const CURVE_LINES: usize = 10;
const MOST_COLUMNS: usize = 100;

/// Columns left free behind the line: a terminal writes `^C` there, and a line that breaks cannot be drawn again.
const ROOM_FOR_ECHO: usize = 4;

/// How much is told, and in which form. The prompt changes it between trainings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Telling {
    pub is_quiet: bool,
    /// A curve while it goes, where there is a terminal.
    pub is_live: bool,
    pub is_json: bool,
}

pub struct Watcher {
    screen: Screen,
    output: Output,
    telling: Rc<Cell<Telling>>,
    /// Trainings so far.
    trainings: usize,
    /// Epochs of this training that were told, and how many it was to have.
    told: Option<usize>,
    epochs: usize,
    elapsed: Duration,
    drawn: Instant,
    /// Rows that are done, for the curve.
    rows: History,
    /// Lines that stand on the screen above the one that is drawn again.
    lines_above: usize,
}

impl Watcher {
    pub fn new(screen: Screen, output: Output, telling: Rc<Cell<Telling>>) -> Watcher {
        Watcher {
            screen,
            output,
            telling,
            trainings: 0,
            told: None,
            epochs: 0,
            elapsed: Duration::ZERO,
            drawn: Instant::now(),
            rows: History::default(),
            lines_above: 0,
        }
    }

    pub fn progress(&mut self, progress: &Progress<'_>) {
        let telling = self.telling.get();
        self.epochs = progress.epochs;
        self.elapsed = progress.elapsed;
        if let Some(row) = progress.row {
            self.rows.rows.push(row.clone());
        }
        if telling.is_json {
            if let Some(row) = progress.row {
                self.output.line(&progress_json::epoch(self.trainings + 1, progress, row));
            }
        } else if telling.is_quiet {
        } else if self.screen.is_terminal {
            if self.drawn.elapsed().as_millis() >= REDRAW_MS {
                self.output.flush();
                self.redraw(progress, telling.is_live);
                self.drawn = Instant::now();
            }
        } else if let Some(row) = progress.row
            && is_shown(progress.epoch, progress.epochs, MOST_LINES)
        {
            self.output.flush();
            self.told = Some(progress.epoch);
            say(&line(progress.epoch, progress.epochs, row));
        }
    }

    fn redraw(&mut self, progress: &Progress<'_>, is_live: bool) {
        let room = self.width().saturating_sub(ROOM_FOR_ECHO);
        let cut: String = status(progress, room).chars().take(room).collect();
        let up = self.back_to_start();
        let curve = if is_live { self.curve() } else { String::new() };
        self.lines_above = curve.lines().count();
        say_text(&format!("{up}{curve}{cut}"));
    }

    /// How wide the terminal is now: someone may draw its window smaller meanwhile.
    fn width(&self) -> usize {
        if self.screen.is_terminal { Screen::width_now() } else { self.screen.width }
    }

    /// The loss of the epochs so far, on training and validation.
    fn curve(&self) -> String {
        let series: Vec<(String, Vec<f64>)> = self.rows.series().into_iter().collect();
        let mut figure = plot::history(&series);
        // More than one plot would not fit a terminal of usual height.
        figure.plots.truncate(1);
        if self.rows.rows.len() < 2 || figure.plots.is_empty() {
            return String::new();
        }
        let (width, color) = (self.width().saturating_sub(1).min(MOST_COLUMNS), self.screen.color);
        plot::terminal::draw(&figure, plot::terminal::Screen { width, height: CURVE_LINES, color })
    }

    /// What takes the cursor to the first line that was drawn, and wipes all of them.
    fn back_to_start(&mut self) -> String {
        match std::mem::take(&mut self.lines_above) {
            0 => "\r\u{1b}[K".to_string(),
            n => format!("\r\u{1b}[{n}A\u{1b}[J"),
        }
    }

    pub fn ended(&mut self, ended: &Ended, history: &History) {
        let telling = self.telling.get();
        self.trainings += 1;
        if telling.is_json {
            self.output.line(&progress_json::end(self.trainings, ended, history, self.elapsed));
        } else if !telling.is_quiet || *ended == Ended::Interrupted {
            self.output.flush();
            self.tell_end(ended, history, telling.is_quiet);
        }
        let fresh = Watcher::new(self.screen, self.output.clone(), self.telling.clone());
        *self = Watcher { trainings: self.trainings, ..fresh };
    }

    fn tell_end(&mut self, ended: &Ended, history: &History, is_quiet: bool) {
        let done = history.rows.len();
        if is_quiet {
        } else if self.screen.is_terminal {
            let up = self.back_to_start();
            let curve = if self.telling.get().is_live { self.curve() } else { String::new() };
            say_text(&format!("{up}{curve}"));
            table(history, self.screen.width).iter().for_each(|line| say(line));
        } else if let Some(row) = history.rows.last()
            && self.told != Some(done)
            && *ended != Ended::Interrupted
        {
            say(&line(done, self.epochs.max(done), row));
        }
        if let Some(text) = self.how(ended, done) {
            say(&text);
        }
    }

    /// Why it ended, if not because it was done.
    fn how(&self, ended: &Ended, done: usize) -> Option<String> {
        match ended {
            Ended::Finished | Ended::Diverged { .. } => {
                let time = duration(self.elapsed);
                let epochs = if done == 1 { "1 epoch".to_string() } else { format!("{done} epochs") };
                (self.screen.is_terminal && done > 0).then(|| format!("{epochs} in {time}"))
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

/// `epoch 3/60  batch 4/8  loss 0.4312  accuracy 0.8100  lr 0.01  52 000 examples/s  3.1 s left`; where there is no
/// room for all of it, what matters least is left out first.
fn status(progress: &Progress<'_>, room: usize) -> String {
    let mut parts = parts(progress);
    loop {
        let shown: Vec<&str> = parts.iter().map(|(_, text)| text.as_str()).collect();
        let line = shown.join("  ");
        let least = parts.iter().enumerate().max_by_key(|(at, (rank, _))| (*rank, *at));
        match least {
            Some((at, (rank, _))) if *rank > 0 && line.chars().count() > room => parts.remove(at),
            Some(_) | None => return line,
        };
    }
}

/// The parts of the line, each with how easily it is done without.
fn parts(progress: &Progress<'_>) -> Vec<(u8, String)> {
    let values: Vec<(String, f64)> = match progress.row {
        Some(row) => row.named(),
        None => {
            let metrics = progress.metrics.iter().map(|(name, value)| (name.clone(), *value));
            std::iter::once(("loss".to_string(), progress.loss)).chain(metrics).collect()
        }
    };
    let within = progress.batch as f64 / progress.batches.max(1) as f64;
    let done = progress.epoch as f64 - progress.first as f64 + within;
    let all = (progress.epochs + 1).saturating_sub(progress.first).max(1) as f64;
    let left = progress.elapsed.mul_f64(((all - done) / done.max(1e-9)).clamp(0.0, 1e6));
    let speed = progress.examples as f64 / progress.elapsed.as_secs_f64().max(1e-9);
    let (epoch, epochs, batch, batches) = (progress.epoch, progress.epochs, progress.batch, progress.batches);
    let mut parts = vec![(0, format!("epoch {epoch}/{epochs}")), (4, format!("batch {batch}/{batches}"))];
    // The first metric is worth more room than those behind it.
    let ranks = [0, 2].into_iter().chain(std::iter::repeat(6));
    parts.extend(values.into_iter().zip(ranks).map(|(value, rank)| (rank, named([value]))));
    parts.extend((progress.rate)().map(|rate| (3, format!("lr {}", short(rate)))));
    parts.extend([(5, format!("{} examples/s", count(speed))), (1, format!("{} left", duration(left)))]);
    parts
}

/// Whether an epoch is among at most `most` evenly spaced ones, the first and the last with them.
pub fn is_shown(epoch: usize, epochs: usize, most: usize) -> bool {
    if epochs <= most || epoch == 1 || epoch == epochs {
        return true;
    }
    let stride = (epochs - 1).div_ceil(most - 1).max(1);
    // Counted from the end, so that the last two lines are not neighbours.
    (epochs - epoch).is_multiple_of(stride) && epoch > stride / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_trainings_show_their_first_and_last_epoch_and_few_between() {
        let most = 20;
        for epochs in [1, 2, 5, 20, 21, 22, 39, 40, 100, 101, 999, 10_000] {
            let shown: Vec<usize> = (1..=epochs).filter(|e| is_shown(*e, epochs, most)).collect();
            assert!(shown.len() <= most + 1, "{epochs}: {shown:?}");
            assert_eq!((shown.first(), shown.last()), (Some(&1), Some(&epochs)));
            assert!(epochs <= most || shown.len() >= most / 2, "{epochs}: {shown:?}");
        }
    }

    #[test]
    fn the_line_says_how_far_how_well_how_fast_and_how_long() {
        let progress = Progress {
            epoch: 3,
            epochs: 10,
            batch: 5,
            batches: 10,
            examples: 2500,
            first: 1,
            loss: 0.5,
            metrics: [("accuracy".to_string(), 0.75), ("f1".to_string(), 0.5)].into_iter().collect(),
            rate: &|| Some(0.01),
            row: None,
            elapsed: Duration::from_secs(5),
        };
        for (room, line) in [
            (
                200,
                "epoch 3/10  batch 5/10  loss 0.5000  accuracy 0.7500  f1 0.5000  lr 0.01  500 examples/s  15 s left",
            ),
            (96, "epoch 3/10  batch 5/10  loss 0.5000  accuracy 0.7500  lr 0.01  500 examples/s  15 s left"),
            (76, "epoch 3/10  batch 5/10  loss 0.5000  accuracy 0.7500  lr 0.01  15 s left"),
            (70, "epoch 3/10  loss 0.5000  accuracy 0.7500  lr 0.01  15 s left"),
            (56, "epoch 3/10  loss 0.5000  accuracy 0.7500  15 s left"),
            (36, "epoch 3/10  loss 0.5000  15 s left"),
            (20, "epoch 3/10  loss 0.5000"),
        ] {
            assert_eq!(status(&progress, room), line, "{room}");
        }
        // A training that was resumed has only done what it did itself.
        let resumed = Progress { first: 3, examples: 500, ..progress };
        let text = status(&resumed, 200);
        assert!(text.ends_with("100 examples/s  1 min 15 s left"), "{text}");
    }
}
