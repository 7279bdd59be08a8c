//! Times, and what is typical of many.

use std::time::{Duration, Instant};

/// How long one call takes.
pub fn time<T>(call: impl FnOnce() -> T) -> Duration {
    let start = Instant::now();
    let answer = std::hint::black_box(call());
    let taken = start.elapsed();
    drop(answer);
    taken
}

/// The value below which this share of the values lies.
pub fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a position among a few hundred values"
    )]
    let position = ((sorted.len() as f64 - 1.0) * share).round() as usize;
    sorted.get(position).copied().unwrap_or(f64::NAN)
}

/// The middle of several times, in microseconds.
pub fn median(times: &[Duration]) -> f64 {
    let micros: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1e6).collect();
    quantile(&micros, 0.5)
}
