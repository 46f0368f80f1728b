//! Data: where it comes from, what its columns are, what encoders learn from it, and the batches made of it.
//!
//! A declaration of data is a [`DatasetSpec`]: a source ([`SOURCES`]), expressions of its columns
//! ([`ColumnExpr`]), a split. [`dataset::inspect`] gives the facts for the check, [`dataset::load`] the encoded
//! parts for the training loop. Weights on disk are here too. Nothing here knows of models or of training.

pub mod arrays;
pub mod batches;
pub mod csv;
pub mod dataset;
pub mod encode;
pub mod examples;
pub mod expr;
pub mod field;
pub mod files;
pub mod generators;
pub mod idx;
pub mod infer;
pub mod npy;
pub mod outliers;
pub mod problem;
pub mod random;
pub mod source;
pub mod split;
pub mod table;
pub mod weights;

pub use batches::{Batches, Order};
pub use dataset::{Dataset, DatasetSpec, Inspected, Part};
pub use encode::{Encoder, Encoders, Encoding, Precision};
pub use expr::{ArithOp, ColumnExpr, ColumnExprKind};
pub use field::{Field, Real, Storage};
pub use files::{DiskFiles, Files, MemoryFiles};
pub use infer::{Classes, FieldFacts, FieldKind, FieldType, Missing};
pub use problem::Problem;
pub use source::{
    Context, DataSource, Literal, OptionKind, OptionSpec, OptionValue, Options, Pair, SOURCES, find_source,
};
pub use split::Split;
pub use table::{Cells, Column, ColumnKind, Place, Schema, Table};
