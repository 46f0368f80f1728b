//! Weights on disk: safetensors written atomically and read with every size checked.
//!
//! Files hold matrices row by row, as PyTorch writes them; in memory we are column-major. The conversion is here
//! and nowhere else. What the tensors mean is the caller's business.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use indexmap::IndexMap;
use safetensors::{Dtype, SafeTensors};
use serde_json::{Map, Value, json};

use super::files::Files;

/// One tensor, column-major.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    pub shape: Vec<usize>,
    pub numbers: Numbers,
}

/// Numbers in the precision they are stored in.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    F32(Vec<f32>),
    F64(Vec<f64>),
}

/// Tensors and texts of a file, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights {
    pub tensors: IndexMap<String, Stored>,
    pub metadata: IndexMap<String, String>,
}

/// Why weights can't be read or written.
#[derive(Debug)]
pub enum WeightsError {
    Io(io::Error),
    /// Not what the format says; in words.
    Format(String),
    /// A tensor of a type that isn't a real number of up to 64 bits.
    Element {
        tensor: String,
        element: String,
    },
    /// A tensor whose numbers don't fill its shape.
    Size {
        tensor: String,
        shape: Vec<usize>,
        n: usize,
    },
    /// The name of the metadata, which no tensor can have.
    Name {
        tensor: String,
    },
}

/// Header lengths are a multiple of this, so that numbers are aligned in the file.
const ALIGNMENT: usize = 8;
const METADATA: &str = "__metadata__";

impl From<io::Error> for WeightsError {
    fn from(error: io::Error) -> WeightsError {
        WeightsError::Io(error)
    }
}

impl std::fmt::Display for WeightsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            WeightsError::Io(error) => write!(f, "{error}"),
            WeightsError::Format(what) => write!(f, "not a whole safetensors file: {what}"),
            WeightsError::Element { tensor, element } => {
                write!(f, "`{tensor}` is of type {element}, expected real numbers")
            }
            WeightsError::Size { tensor, shape, n } => {
                write!(f, "`{tensor}` has shape {shape:?} and {n} numbers")
            }
            WeightsError::Name { tensor } => write!(f, "no tensor can be named `{tensor}`"),
        }
    }
}

impl std::error::Error for WeightsError {}

impl Numbers {
    pub fn len(&self) -> usize {
        match self {
            Numbers::F32(values) => values.len(),
            Numbers::F64(values) => values.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Writes a file whole or not at all: beside the old one, then in its place.
pub fn save(path: &Path, weights: &Weights) -> Result<(), WeightsError> {
    let bytes = to_bytes(weights)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".nn-").suffix(".part").tempfile_in(folder)?;
    file.write_all(&bytes)?;
    file.as_file().sync_all()?;
    share(file.as_file())?;
    file.persist(path).map_err(|error| WeightsError::Io(error.error))?;
    sync_folder(folder)?;
    Ok(())
}

/// Temporary files are made for their owner alone; the result is a file like any other.
#[cfg(unix)]
fn share(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn share(_file: &File) -> io::Result<()> {
    Ok(())
}

/// The new name is on the disk only when the folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// The bytes of a file: length, header as JSON, numbers row by row. The same weights give the same bytes.
pub fn to_bytes(weights: &Weights) -> Result<Vec<u8>, WeightsError> {
    let mut header = Map::new();
    if !weights.metadata.is_empty() {
        let texts = weights.metadata.iter().map(|(name, text)| (name.clone(), json!(text)));
        header.insert(METADATA.to_owned(), Value::Object(texts.collect()));
    }
    let mut data = Vec::new();
    // Wide numbers first, so that each tensor is aligned to its own size.
    let is_wide = |stored: &Stored| matches!(stored.numbers, Numbers::F64(_));
    let wide = weights.tensors.iter().filter(|(_, stored)| is_wide(stored));
    let narrow = weights.tensors.iter().filter(|(_, stored)| !is_wide(stored));
    for (name, stored) in wide.chain(narrow) {
        if name == METADATA {
            return Err(WeightsError::Name { tensor: name.clone() });
        }
        let n = stored.numbers.len();
        if super::arrays::count(&stored.shape) != Some(n) {
            return Err(WeightsError::Size { tensor: name.clone(), shape: stored.shape.clone(), n });
        }
        let start = data.len();
        let element = match &stored.numbers {
            Numbers::F32(values) => {
                to_row_major(&stored.shape, values)
                    .iter()
                    .for_each(|v| data.extend_from_slice(&v.to_le_bytes()));
                "F32"
            }
            Numbers::F64(values) => {
                to_row_major(&stored.shape, values)
                    .iter()
                    .for_each(|v| data.extend_from_slice(&v.to_le_bytes()));
                "F64"
            }
        };
        let entry = json!({ "dtype": element, "shape": stored.shape, "data_offsets": [start, data.len()] });
        header.insert(name.clone(), entry);
    }
    let mut header = Value::Object(header).to_string().into_bytes();
    header.resize(header.len().next_multiple_of(ALIGNMENT), b' ');
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.append(&mut header);
    bytes.append(&mut data);
    Ok(bytes)
}

/// Reads a file of weights.
pub fn load(files: &dyn Files, path: &Path) -> Result<Weights, WeightsError> {
    from_bytes(&files.read(path)?)
}

/// Weights from the bytes of a file. The reader checks every offset against them before we copy anything.
pub fn from_bytes(bytes: &[u8]) -> Result<Weights, WeightsError> {
    let format = |error: safetensors::SafeTensorError| WeightsError::Format(error.to_string());
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(format)?;
    let file = SafeTensors::deserialize(bytes).map_err(format)?;
    let mut weights = Weights::default();
    let mut texts: Vec<(&String, &String)> = header.metadata().iter().flatten().collect();
    texts.sort();
    weights.metadata.extend(texts.into_iter().map(|(name, text)| (name.clone(), text.clone())));
    for name in header.offset_keys() {
        let tensor = file.tensor(&name).map_err(format)?;
        let shape = tensor.shape().to_vec();
        if !super::arrays::is_countable(&shape) {
            let n = shape.len();
            return Err(WeightsError::Format(format!(
                "`{name}` has {n} axes or sizes whose product overflows"
            )));
        }
        let Some(numbers) = decode(tensor.dtype(), tensor.data()) else {
            return Err(WeightsError::Element { tensor: name, element: format!("{:?}", tensor.dtype()) });
        };
        let numbers = match numbers {
            Numbers::F32(values) => Numbers::F32(to_column_major(&shape, &values)),
            Numbers::F64(values) => Numbers::F64(to_column_major(&shape, &values)),
        };
        if super::arrays::count(&shape) != Some(numbers.len()) {
            return Err(WeightsError::Size { tensor: name, shape, n: numbers.len() });
        }
        weights.tensors.insert(name, Stored { shape, numbers });
    }
    Ok(weights)
}

/// Little-endian numbers as the smaller precision that holds every value, exactly up to 2⁵³.
fn decode(element: Dtype, data: &[u8]) -> Option<Numbers> {
    Some(match element {
        Dtype::F64 => Numbers::F64(data.as_chunks().0.iter().map(|b| f64::from_le_bytes(*b)).collect()),
        Dtype::F32 => Numbers::F32(data.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect()),
        Dtype::F16 => {
            Numbers::F32(data.as_chunks().0.iter().map(|b| f16_to_f32(u16::from_le_bytes(*b))).collect())
        }
        Dtype::BF16 => {
            let widen = |b: &[u8; 2]| f32::from_bits(u32::from(u16::from_le_bytes(*b)) << 16);
            Numbers::F32(data.as_chunks().0.iter().map(widen).collect())
        }
        Dtype::U8 | Dtype::BOOL => Numbers::F32(data.iter().map(|b| f32::from(*b)).collect()),
        Dtype::I8 => Numbers::F32(data.iter().map(|b| f32::from(*b as i8)).collect()),
        Dtype::I16 => {
            Numbers::F32(data.as_chunks().0.iter().map(|b| f32::from(i16::from_le_bytes(*b))).collect())
        }
        Dtype::U16 => {
            Numbers::F32(data.as_chunks().0.iter().map(|b| f32::from(u16::from_le_bytes(*b))).collect())
        }
        Dtype::I32 => {
            Numbers::F64(data.as_chunks().0.iter().map(|b| f64::from(i32::from_le_bytes(*b))).collect())
        }
        Dtype::U32 => {
            Numbers::F64(data.as_chunks().0.iter().map(|b| f64::from(u32::from_le_bytes(*b))).collect())
        }
        Dtype::I64 => {
            Numbers::F64(data.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b) as f64).collect())
        }
        Dtype::U64 => {
            Numbers::F64(data.as_chunks().0.iter().map(|b| u64::from_le_bytes(*b) as f64).collect())
        }
        _narrow_or_complex => return None,
    })
}

/// Half precision, exactly: 1 sign bit, 5 of exponent, 10 of fraction.
pub fn f16_to_f32(half: u16) -> f32 {
    let sign = u32::from(half >> 15) << 31;
    let exponent = u32::from(half >> 10 & 0x1F);
    let fraction = u32::from(half & 0x3FF);
    match exponent {
        0 => {
            let magnitude = fraction as f32 / (1u32 << 24) as f32;
            f32::from_bits(sign | magnitude.to_bits())
        }
        31 => f32::from_bits(sign | 0x7F80_0000 | fraction << 13),
        _normal => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

/// Where in reading order each number of the column-major order is; nothing for vectors, where both agree.
pub fn column_major_order(shape: &[usize]) -> Option<Vec<usize>> {
    if shape.iter().filter(|size| **size > 1).count() < 2 {
        return None;
    }
    // No partial product is larger than the whole, unless a size is 0.
    let n = super::arrays::count(shape).filter(|n| *n > 0)?;
    let mut steps = vec![1usize; shape.len()];
    for axis in (1..shape.len()).rev() {
        steps[axis - 1] = steps[axis] * shape[axis];
    }
    let mut index = vec![0usize; shape.len()];
    let mut at = 0usize;
    let mut order = Vec::with_capacity(n);
    for _ in 0..n {
        order.push(at);
        for axis in 0..shape.len() {
            index[axis] += 1;
            at += steps[axis];
            if index[axis] < shape[axis] {
                break;
            }
            at -= steps[axis] * shape[axis];
            index[axis] = 0;
        }
    }
    Some(order)
}

/// Numbers in reading order as column-major ones.
pub fn to_column_major<T: Copy>(shape: &[usize], values: &[T]) -> Vec<T> {
    match column_major_order(shape) {
        Some(order) if order.len() == values.len() => order.iter().map(|at| values[*at]).collect(),
        Some(_) | None => values.to_vec(),
    }
}

/// Column-major numbers in reading order.
pub fn to_row_major<T: Copy>(shape: &[usize], values: &[T]) -> Vec<T> {
    let reversed: Vec<usize> = shape.iter().rev().copied().collect();
    to_column_major(&reversed, values)
}
