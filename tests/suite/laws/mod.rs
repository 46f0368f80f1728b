//! Laws over tables: what holds for every primitive, every rewriting rule and every gradient.

mod catalogue;
mod gradients;
mod graphs;
mod rules;
mod sample;
mod simplify;
mod values;
