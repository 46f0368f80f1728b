//! Ctrl-C: the first asks to stop after the present step, a second soon after ends everything.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

/// Asked for and not yet heeded.
static ASKED: AtomicBool = AtomicBool::new(false);
/// When it was asked for last, in milliseconds of this program; 0 for never.
static LAST: AtomicU64 = AtomicU64::new(0);
/// Two within this time are meant as one: now.
const TOGETHER_MS: u64 = 1500;
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
        if ASKED.swap(true, Ordering::Relaxed) || again {
            super::output::say("");
            std::process::exit(STOPPED);
        }
    });
}

/// Whether someone has asked to stop; asking is heeded once.
pub fn heeded() -> bool {
    ASKED.load(Ordering::Relaxed) && ASKED.swap(false, Ordering::Relaxed)
}
