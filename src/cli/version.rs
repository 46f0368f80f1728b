//! `nn --version`: what was built, how, and what it finds here.

use std::sync::OnceLock;

/// The version and the facts that a report of a mistake needs.
pub fn facts() -> &'static str {
    static FACTS: OnceLock<String> = OnceLock::new();
    FACTS.get_or_init(collect)
}

fn collect() -> String {
    let build = if cfg!(debug_assertions) { "debug" } else { "release" };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    format!(
        "{}\nbuild    {build}, {} {}, {}-bit\nvectors  {}\nthreads  {threads}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::ARCH,
        std::env::consts::OS,
        usize::BITS,
        vectors(),
    )
}

/// The widest vectors of this processor; they are chosen when the program runs, not when it is built.
#[cfg(target_arch = "x86_64")]
fn vectors() -> &'static str {
    if std::arch::is_x86_feature_detected!("avx512f") {
        "AVX-512"
    } else if std::arch::is_x86_feature_detected!("avx2") {
        "AVX2"
    } else {
        "SSE2"
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn vectors() -> &'static str {
    if cfg!(target_arch = "aarch64") { "NEON" } else { "none" }
}
