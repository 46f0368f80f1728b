//! Weight files: what is read is written and read back the same.

use nn::data::{npy, weights};

use super::{Target, nothing};
use crate::driver::{Signs, sign};
use crate::mutate;

pub const TARGET: Target = Target { name: "safetensors", more: nothing, make: mutate::bytes, run };

fn run(input: &[u8]) -> Result<Signs, String> {
    // The sibling format shares the rules of order and size.
    let array = match npy::parse(input) {
        Ok(array) => format!("{} axes", array.shape.len()),
        // The kind of the problem, without what the file says.
        Err(problem) => format!("{problem:?}").chars().take(24).collect(),
    };
    let found = match weights::from_bytes(input) {
        Ok(read) => {
            let bytes = weights::to_bytes(&read).map_err(|problem| format!("read, but not written: {problem:?}"))?;
            let again = weights::from_bytes(&bytes).map_err(|problem| format!("not read back: {problem:?}"))?;
            let same = format!("{again:?}") == format!("{read:?}");
            if !same {
                return Err("read back otherwise".to_string());
            }
            format!("{} tensors", read.tensors.len())
        }
        Err(problem) => format!("{problem:?}").chars().take(40).collect(),
    };
    Ok(vec![sign(&array), sign(&found)])
}
