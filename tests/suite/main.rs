//! The one test binary: laws over tables, and later corpus, agreement and faces.

mod laws;
