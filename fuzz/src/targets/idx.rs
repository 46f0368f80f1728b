//! IDX files, plain and packed by gzip.

use std::io::Write;

use nn::data::MemoryFiles;

use super::{Target, checker, nothing};
use crate::driver::Signs;
use crate::mutate;

pub const TARGET: Target = Target { name: "idx", more: nothing, make: mutate::bytes, run };

fn run(input: &[u8]) -> Result<Signs, String> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let packed = gzip.write_all(input).and_then(|()| gzip.finish()).map_err(|error| error.to_string())?;
    let mut signs = Vec::new();
    for bytes in [input.to_vec(), packed] {
        let files = MemoryFiles::new().with("f", bytes);
        signs.extend(checker::tried("data d = idx(values = \"f\") { input = flatten(values) / 255 }\nprint(d)", &files)?);
    }
    Ok(signs)
}
