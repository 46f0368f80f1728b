//! `nn --version`: what was built, how, and what it finds here.

use std::sync::OnceLock;

/// The version and the facts that a report of a mistake needs.
pub fn facts() -> &'static str {
    static FACTS: OnceLock<String> = OnceLock::new();
    FACTS.get_or_init(collect)
}

fn collect() -> String {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let lines = [
        ("commit", env!("NN_COMMIT").to_string()),
        ("compiler", env!("NN_RUSTC").to_string()),
        ("target", env!("NN_TARGET").to_string()),
        ("profile", env!("NN_PROFILE").to_string()),
        ("vectors", format!("{} here; built for {}", vectors(), built_for())),
        ("threads", threads.to_string()),
    ];
    let known = lines.iter().filter(|(_, value)| !value.is_empty());
    let lines: Vec<String> = known.map(|(name, value)| format!("{name:8}  {value}")).collect();
    format!("{}\n{}", env!("CARGO_PKG_VERSION"), lines.join("\n"))
}

/// The instruction sets for vectors, from the widest on.
const LEVELS: &[(&str, &str)] =
    &[("avx512f", "AVX-512"), ("avx2", "AVX2"), ("avx", "AVX"), ("sse2", "SSE2"), ("neon", "NEON")];

/// The widest vectors that every processor has which this build runs on.
fn built_for() -> &'static str {
    let features: Vec<&str> = env!("NN_FEATURES").split(',').collect();
    let level = LEVELS.iter().find(|(name, _)| features.contains(name));
    level.map_or("none", |(_, shown)| shown)
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
    built_for()
}
