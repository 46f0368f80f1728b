//! NumPy's `.npy` files: weights for `load("w.npy")`, and data sources with a file a field.
//!
//! The header is a Python literal; it is parsed as one with exactly the three keys that NumPy writes, and
//! never evaluated. Sizes are checked against the file before anything is allocated.

use std::path::Path;

use super::arrays::{self, ArrayError, ArrayFormat, count, is_countable, mismatch};
use super::files::Files;
use super::problem::Problem;
use super::source::{Context, DataSource, OptionKind, OptionSpec, Options};
use super::table::{Loaded, Schema, Values};
use super::weights::{Numbers, Stored, to_column_major};

/// `npy(x = "x.npy", y = "y.npy")`
pub struct NpySource;

/// NumPy's own limit.
const LONGEST_HEADER: usize = 10_000;

const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        name: "values",
        kind: OptionKind::Text,
        default: "",
        required: false,
        doc: "a file; any other name is a field with a file of its own: x = \"...\", y = \"...\"",
    },
    arrays::MISSING,
];

impl DataSource for NpySource {
    fn name(&self) -> &'static str {
        "npy"
    }

    fn doc(&self) -> &'static str {
        "Arrays in NumPy's .npy files, one file a field, examples along the first axis."
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn takes_fields(&self) -> bool {
        true
    }

    fn inspect(&self, options: &Options, context: &mut Context<'_>) -> Result<Schema, Vec<Problem>> {
        arrays::inspect::<NpyFormat>(options, context)
    }

    fn load(&self, options: &Options, context: &mut Context<'_>) -> Result<Loaded, Vec<Problem>> {
        arrays::load::<NpyFormat>(options, context)
    }
}

struct NpyFormat;

impl ArrayFormat for NpyFormat {
    const NAME: &'static str = "npy";

    fn shape(context: &Context<'_>, path: &str) -> Result<Vec<usize>, ArrayError> {
        Ok(parse(&context.files.read(&context.resolve(path))?)?.shape)
    }

    fn read(context: &Context<'_>, path: &str) -> Result<(Vec<usize>, Values), ArrayError> {
        let array = parse(&context.files.read(&context.resolve(path))?)?;
        Ok((array.shape, array.values))
    }
}

/// An array in reading order, whatever order the file has.
#[derive(Debug)]
pub struct Array {
    pub shape: Vec<usize>,
    pub values: Values,
}

/// One array as weights, for `load("w.npy")`.
pub fn load_npy(files: &dyn Files, path: &Path) -> Result<Stored, ArrayError> {
    let array = parse(&files.read(path)?)?;
    let numbers = match array.values {
        Values::U8(values) => Numbers::F32(values.into_iter().map(f32::from).collect()),
        Values::F32(values) => Numbers::F32(values),
        Values::F64(values) => Numbers::F64(values),
        Values::Category { .. } => Numbers::F32(Vec::new()),
    };
    let numbers = match numbers {
        Numbers::F32(values) => Numbers::F32(to_column_major(&array.shape, &values)),
        Numbers::F64(values) => Numbers::F64(to_column_major(&array.shape, &values)),
    };
    Ok(Stored { shape: array.shape, numbers })
}

/// The array in the bytes of a file. Bytes behind the data are ignored, as NumPy does.
pub fn parse(bytes: &[u8]) -> Result<Array, ArrayError> {
    let (header, data) = split_header(bytes)?;
    let header = Header::parse(header)
        .ok_or_else(|| mismatch("a header with the keys descr, fortran_order and shape", "another one"))?;
    let element = Element::of(&header.descr)
        .ok_or_else(|| mismatch("numbers of up to 64 bits", format!("type {:?}", header.descr)))?;
    let too_large =
        || mismatch("at most 64 sizes whose product can be counted", format!("{:?}", header.shape));
    if !is_countable(&header.shape) {
        return Err(too_large());
    }
    let n_bytes = count(&header.shape).ok_or_else(too_large)? * element.size;
    let data = data.get(..n_bytes).ok_or_else(|| {
        mismatch(format!("{n_bytes} bytes of data for {:?}", header.shape), data.len().to_string())
    })?;
    let values = element.decode(data);
    let values = if header.fortran { to_reading_order(&header.shape, values) } else { values };
    Ok(Array { shape: header.shape, values })
}

fn split_header(bytes: &[u8]) -> Result<(&[u8], &[u8]), ArrayError> {
    let cut = || mismatch("a whole header", format!("{} bytes", bytes.len()));
    let rest = bytes
        .strip_prefix(b"\x93NUMPY")
        .ok_or_else(|| mismatch("the mark \\x93NUMPY", "another beginning"))?;
    let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(cut)?;
    let (length, rest) = match version {
        [1, 0] => rest.split_first_chunk::<2>().map(|(n, rest)| (usize::from(u16::from_le_bytes(*n)), rest)),
        [2 | 3, 0] => rest.split_first_chunk::<4>().map(|(n, rest)| (u32::from_le_bytes(*n) as usize, rest)),
        other => return Err(mismatch("version 1.0, 2.0 or 3.0", format!("{}.{}", other[0], other[1]))),
    }
    .ok_or_else(cut)?;
    if length > LONGEST_HEADER {
        return Err(mismatch("a header of at most 10000 bytes", length.to_string()));
    }
    rest.split_at_checked(length).ok_or_else(cut)
}

#[derive(Debug, PartialEq)]
struct Header {
    descr: String,
    fortran: bool,
    shape: Vec<usize>,
}

impl Header {
    /// `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }`
    fn parse(text: &[u8]) -> Option<Header> {
        let text = std::str::from_utf8(text).ok()?;
        let (mut descr, mut fortran, mut shape) = (None, None, None);
        let mut rest = text.trim().strip_prefix('{')?.trim_start();
        while !rest.starts_with('}') {
            let (key, after) = quoted(rest)?;
            rest = after.trim_start().strip_prefix(':')?.trim_start();
            rest = match key {
                "descr" => {
                    let (value, after) = quoted(rest)?;
                    descr = Some(value.to_owned());
                    after
                }
                "fortran_order" => {
                    let value = rest.starts_with("True");
                    fortran = Some(value);
                    rest.strip_prefix(if value { "True" } else { "False" })?
                }
                "shape" => {
                    let (inside, after) = rest.strip_prefix('(')?.split_once(')')?;
                    shape = Some(sizes(inside)?);
                    after
                }
                _another => return None,
            }
            .trim_start();
            match rest.strip_prefix(',') {
                Some(after) => rest = after.trim_start(),
                None if rest.starts_with('}') => {}
                None => return None,
            }
        }
        let end = rest.strip_prefix('}')?;
        end.trim().is_empty().then_some(Header { descr: descr?, fortran: fortran?, shape: shape? })
    }
}

/// A Python text without escapes, and what follows it.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let (inside, rest) = text.get(1..)?.split_once(quote)?;
    (!inside.contains('\\')).then_some((inside, rest))
}

/// The sizes of a Python tuple: `` or `2,` or `2, 3` or `2, 3,`. A single size needs its comma.
fn sizes(inside: &str) -> Option<Vec<usize>> {
    let inside = inside.trim();
    if inside.is_empty() {
        return Some(Vec::new());
    }
    if !inside.contains(',') {
        return None;
    }
    let items = inside.strip_suffix(',').unwrap_or(inside).split(',');
    let is_size =
        |item: &str| item.bytes().all(|b| b.is_ascii_digit()) && (item == "0" || !item.starts_with('0'));
    items.map(str::trim).map(|item| item.parse().ok().filter(|_| is_size(item))).collect()
}

#[derive(Clone, Copy, Debug)]
struct Element {
    kind: u8,
    size: usize,
    big_endian: bool,
}

impl Element {
    /// `<f8`, `>i4`, `|u1`, `|b1`
    fn of(descr: &str) -> Option<Element> {
        let [order, kind, size] = *descr.as_bytes() else { return None };
        let size = usize::from(size.checked_sub(b'0')?);
        let big_endian = match order {
            b'<' | b'=' => false,
            b'>' => true,
            b'|' if size == 1 => false,
            _other => return None,
        };
        let known = matches!((kind, size), (b'f', 2 | 4 | 8) | (b'i' | b'u', 1 | 2 | 4 | 8) | (b'b', 1));
        known.then_some(Element { kind, size, big_endian })
    }

    /// Bytes as the smallest of our storages that holds every value, exactly up to 2⁵³.
    fn decode(self, data: &[u8]) -> Values {
        let bits = data.chunks_exact(self.size).map(move |chunk| {
            let fold = |bits: u64, byte: &u8| bits << 8 | u64::from(*byte);
            if self.big_endian { chunk.iter().fold(0, fold) } else { chunk.iter().rev().fold(0, fold) }
        });
        let signed = |bits: u64| (bits as i64) << (64 - 8 * self.size) >> (64 - 8 * self.size);
        match (self.kind, self.size) {
            (b'f', 2) => Values::F32(bits.map(|bits| super::weights::f16_to_f32(bits as u16)).collect()),
            (b'f', 4) => Values::F32(bits.map(|bits| f32::from_bits(bits as u32)).collect()),
            (b'f', _) => Values::F64(bits.map(f64::from_bits).collect()),
            (b'b', _) => Values::U8(bits.map(|bits| u8::from(bits != 0)).collect()),
            (b'u', 1) => Values::U8(data.to_vec()),
            (b'u', 2) => Values::F32(bits.map(|bits| bits as f32).collect()),
            (b'u', _) => Values::F64(bits.map(|bits| bits as f64).collect()),
            (_signed, 1 | 2) => Values::F32(bits.map(|bits| signed(bits) as f32).collect()),
            (_signed, _) => Values::F64(bits.map(|bits| signed(bits) as f64).collect()),
        }
    }
}

/// Column-major values as reading order: the reverse permutation of the reversed shape.
fn to_reading_order(shape: &[usize], values: Values) -> Values {
    let reversed: Vec<usize> = shape.iter().rev().copied().collect();
    match values {
        Values::U8(values) => Values::U8(to_column_major(&reversed, &values)),
        Values::F32(values) => Values::F32(to_column_major(&reversed, &values)),
        Values::F64(values) => Values::F64(to_column_major(&reversed, &values)),
        Values::Category { values, codes } => Values::Category { values, codes },
    }
}
