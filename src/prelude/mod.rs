//! The library of the language, written in it: layers, activations, losses, metrics, optimizers, schedules and
//! initializers.
//!
//! The session reads these texts before the first statement, `nn doc` and the reference page show them. Above each
//! item stand a sentence and the lines `formula:`, `source:`, `example:` and, where it has one, `gives:`, the result
//! of the example. There is no Rust here beyond embedding the texts: what the language cannot say is a primitive.

/// The texts of the prelude with their names, in the order in which they are read.
pub fn sources() -> &'static [(&'static str, &'static str)] {
    &[
        ("prelude/functions.nn", include_str!("functions.nn")),
        ("prelude/initializers.nn", include_str!("initializers.nn")),
        ("prelude/activations.nn", include_str!("activations.nn")),
        ("prelude/layers.nn", include_str!("layers.nn")),
        ("prelude/losses.nn", include_str!("losses.nn")),
        ("prelude/metrics.nn", include_str!("metrics.nn")),
        ("prelude/optimizers.nn", include_str!("optimizers.nn")),
        ("prelude/schedules.nn", include_str!("schedules.nn")),
    ]
}
