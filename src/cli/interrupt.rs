//! Ctrl-C: the first asks to stop after the present step, a second soon after ends everything.
//!
//! At the prompt a session would be lost with that, so it takes a third one there.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

use super::output::say;

/// Asked for and not yet heeded, so many times.
static ASKED: AtomicU32 = AtomicU32::new(0);
/// When it was asked for last, in milliseconds of this program; 0 for never.
static LAST: AtomicU64 = AtomicU64::new(0);
/// There is a session to lose.
static AT_PROMPT: AtomicBool = AtomicBool::new(false);
/// Two within this time are meant as one: now.
const TOGETHER_MS: u64 = 1500;
/// At the prompt so many that nothing heeds end the program.
const MOST_AT_PROMPT: u32 = 3;
const STOPPED: i32 = 130;

/// From here on Ctrl-C asks first.
pub fn watch() {
    static BEGUN: OnceLock<Instant> = OnceLock::new();
    let begun = *BEGUN.get_or_init(Instant::now);
    // Without the handler Ctrl-C ends the program, which is what the system does anyway.
    let _ = ctrlc::set_handler(move || {
        let now = begun.elapsed().as_millis() as u64 + 1;
        let before = LAST.swap(now, Ordering::Relaxed);
        let again = before != 0 && now - before < TOGETHER_MS;
        let asked = ASKED.fetch_add(1, Ordering::Relaxed) + 1;
        let ends = match AT_PROMPT.load(Ordering::Relaxed) {
            true => asked >= MOST_AT_PROMPT,
            false => asked > 1 || again,
        };
        if ends {
            say("");
            std::process::exit(STOPPED);
        }
        if asked > 1 {
            say("\nthis step is not over yet; Ctrl-C once more ends nn, and the session with it");
        }
    });
}

/// From here on there is a session to lose.
pub fn guard_session() {
    AT_PROMPT.store(true, Ordering::Relaxed);
}

/// What was asked before does not mean what begins now.
pub fn forget() {
    ASKED.store(0, Ordering::Relaxed);
}

/// Whether someone has asked to stop; asking is heeded once.
pub fn heeded() -> bool {
    ASKED.load(Ordering::Relaxed) > 0 && ASKED.swap(0, Ordering::Relaxed) > 0
}
