//! Every primitive of the language, each declared in one place, and the catalogue of them.
//!
//! The elaborator calls them by name through [`find`]; `grad/` and `passes/` see only the trait `Op`; rules of
//! gradients and of rewriting build expressions with [`build`]. What can be written in the language is not here
//! but in the prelude. Stages are unknown to this room.

mod arithmetic;
mod batch;
pub mod build;
mod comparison;
mod composite;
mod concat;
mod constructors;
mod elementwise;
mod fill;
mod matmul;
mod one_hot;
mod primitive;
mod ranges;
mod rank;
mod reduce;
pub mod rules;
mod select;
mod slice;
mod stop_gradient;
mod transcendental;
mod trigonometry;
mod typing;
mod view;

use std::sync::LazyLock;

use indexmap::IndexMap;

pub use constructors::{
    batch_reduce, concat, expand_to, from_text, matmul, one_hot, pad, reduce, repeat, reshape_to, slice,
    stack,
};
pub use primitive::{ArgValue, Build, Primitive};
pub use rules::Rule;

/// The catalogue, file by file. A new operator is its row or file and one word here.
static LISTS: &[&[Primitive]] = &[
    arithmetic::UNARY,
    arithmetic::BINARY,
    transcendental::UNARY,
    trigonometry::UNARY,
    comparison::BINARY,
    comparison::UNARY,
    select::PRIMITIVES,
    reduce::PRIMITIVES,
    composite::PRIMITIVES,
    batch::PRIMITIVES,
    rank::PRIMITIVES,
    matmul::PRIMITIVES,
    view::PRIMITIVES,
    concat::PRIMITIVES,
    one_hot::PRIMITIVES,
    fill::PRIMITIVES,
    stop_gradient::PRIMITIVES,
];

static CATALOGUE: LazyLock<Vec<&'static Primitive>> =
    LazyLock::new(|| LISTS.iter().copied().flatten().collect());

static BY_NAME: LazyLock<IndexMap<&'static str, &'static Primitive>> = LazyLock::new(|| {
    CATALOGUE
        .iter()
        .flat_map(|primitive| {
            std::iter::once(primitive.name)
                .chain(primitive.aliases.iter().copied())
                .map(|name| (name, *primitive))
        })
        .collect()
});

/// All primitives, in the order of the reference.
pub fn catalogue() -> &'static [&'static Primitive] {
    &CATALOGUE
}

/// The primitive of this name or alias.
pub fn find(name: &str) -> Option<&'static Primitive> {
    BY_NAME.get(name).copied()
}
