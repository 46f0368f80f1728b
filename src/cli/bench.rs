//! `nn bench`: what a step costs, as lines or as JSON.

use serde_json::json;

use super::arguments::Bench;
use super::output::Output;
use crate::session::{Benchmark, Spending};
use crate::tensor::Precision;

/// The share of a step below which an instruction is not shown.
const LEAST_SHARE: f64 = 0.005;

pub fn print(arguments: &Bench, found: &Benchmark, output: &Output) {
    let timing = found.timing;
    let (best, median) = (timing.best_us, timing.median_us);
    let gflops = (found.product_flops > 0.0).then(|| found.product_flops / best / 1e3);
    let memory = peak_memory_mib();
    let precision = match found.precision {
        Precision::F32 => "f32",
        Precision::F64 => "f64",
    };
    let file = arguments.file.display().to_string();
    if arguments.json {
        let facts = json!({
            "file": file,
            "step_us_best": best,
            "step_us_median": median,
            "steps": timing.steps,
            "batch": found.batch,
            "parameters": found.parameters,
            "peak_memory_mib": memory,
            "threads": found.threads,
            "precision": precision,
            "product_flop": found.product_flops,
            "gflop_per_s": gflops,
            "peak_gflop_per_s": found.peak_gflops,
            "bytes_moved": found.bytes_moved,
            "profile": found.profile.iter().map(spending_json).collect::<Vec<_>>(),
        });
        output.line(&facts.to_string());
        return;
    }
    let blocks = timing.steps / timing.steps_per_block.max(1);
    output.line(&format!(
        "step     {} at best, {} in the median of {blocks} blocks of {} steps",
        time(best),
        time(median),
        grouped(timing.steps_per_block as f64)
    ));
    let rate = 1e6 / best;
    output.line(&format!(
        "rate     {} steps/s, {} examples/s",
        grouped(rate),
        grouped(rate * found.batch as f64)
    ));
    if let Some(gflops) = gflops {
        let work = operations(found.product_flops);
        let share = gflops / found.peak_gflops * 100.0;
        let peak = found.peak_gflops;
        output.line(&format!(
            "work     {work} a step in products, {gflops:.2} GFLOP/s: {share:.0} % of the {peak:.0} that were measured"
        ));
    }
    output.line(&format!(
        "traffic  {} a step, {:.1} GB/s",
        bytes(found.bytes_moved),
        found.bytes_moved / best / 1e3
    ));
    if let Some(memory) = memory {
        output.line(&format!("memory   {memory:.1} MiB at the peak"));
    }
    let threads =
        if found.threads == 1 { "1 thread".to_string() } else { format!("{} threads", found.threads) };
    output.line(&format!(
        "model    {} parameters, batch {}, {precision}, {threads}",
        grouped(found.parameters as f64),
        grouped(found.batch as f64)
    ));
    if !found.profile.is_empty() {
        print_profile(&found.profile, output);
    }
}

/// Each instruction of the step, the most expensive first, as far as it matters.
fn print_profile(profile: &[Spending], output: &Output) {
    let cost = |line: &Spending| line.busy_us + line.waiting_us;
    let total: f64 = profile.iter().map(cost).sum();
    let mut lines: Vec<&Spending> = profile.iter().collect();
    lines.sort_by(|a, b| cost(b).total_cmp(&cost(a)));
    output.line("");
    output.line("   share        work     waiting  instruction");
    for line in lines.into_iter().filter(|line| cost(line) > total * LEAST_SHARE) {
        let (share, busy, waiting) = (cost(line) / total * 100.0, time(line.busy_us), time(line.waiting_us));
        let mut text = line.text.lines();
        output
            .line(&format!("{share:6.1} %  {busy:>10}  {waiting:>10}  {}", text.next().unwrap_or_default()));
        text.for_each(|step| output.line(&format!("{:34}{step}", "")));
        output.line(&format!("{:34}from {}", "", line.places.join(", ")));
    }
}

fn spending_json(line: &Spending) -> serde_json::Value {
    json!({
        "instruction": line.text,
        "places": line.places,
        "busy_us": line.busy_us,
        "waiting_us": line.waiting_us,
    })
}

fn bytes(count: f64) -> String {
    match count {
        count if count < 1e4 => format!("{count:.0} B"),
        count if count < 1e7 => format!("{:.1} kB", count / 1e3),
        count => format!("{:.1} MB", count / 1e6),
    }
}

pub fn time(us: f64) -> String {
    match us {
        us if us < 10.0 => format!("{us:.3} µs"),
        us if us < 1e4 => format!("{us:.1} µs"),
        us if us < 1e6 => format!("{:.2} ms", us / 1e3),
        us => format!("{:.2} s", us / 1e6),
    }
}

/// Multiplications and additions.
fn operations(count: f64) -> String {
    if count < 1e6 { format!("{} FLOP", grouped(count)) } else { format!("{:.1} MFLOP", count / 1e6) }
}

/// `12,345`
fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The most memory this process ever held, where the system tells.
fn peak_memory_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            (grouped(1_234_567.0), grouped(12.4), grouped(123.0)),
            ("1,234,567".into(), "12".into(), "123".into())
        );
        assert_eq!(
            (time(0.25), time(268.14), time(55_000.0)),
            ("0.250 µs".into(), "268.1 µs".into(), "55.00 ms".into())
        );
    }
}
