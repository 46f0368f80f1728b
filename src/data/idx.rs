//! IDX files, plain or compressed by gzip: the format of MNIST.
//!
//! Bytes stay bytes: what `/ 255` makes of them is decided when a batch is gathered. Every size is checked
//! against the file before anything is allocated.

use std::io::{Cursor, Read};

use flate2::read::MultiGzDecoder;

use super::arrays::{self, ArrayError, ArrayFormat, count, mismatch};
use super::problem::Problem;
use super::source::{Context, DataSource, OptionKind, OptionSpec, Options};
use super::table::{Loaded, Schema, Values};

/// `idx(images = "train-images.gz", labels = "train-labels.gz")`
pub struct Idx;

/// No more than this many bytes come out of one byte of gzip.
const LARGEST_RATIO: u64 = 1040;
const MOST_AXES: u8 = 8;

const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        name: "values",
        kind: OptionKind::Text,
        default: "",
        required: false,
        doc: "a file; any other name is a field with a file of its own: images = \"...\", labels = \"...\"",
    },
    arrays::MISSING,
];

impl DataSource for Idx {
    fn name(&self) -> &'static str {
        "idx"
    }

    fn doc(&self) -> &'static str {
        "Arrays in IDX files, plain or gzip, one file a field: the format of MNIST."
    }

    fn options(&self) -> &'static [OptionSpec] {
        OPTIONS
    }

    fn takes_fields(&self) -> bool {
        true
    }

    fn inspect(&self, options: &Options, context: &mut Context<'_>) -> Result<Schema, Vec<Problem>> {
        arrays::inspect::<IdxFormat>(options, context)
    }

    fn load(&self, options: &Options, context: &mut Context<'_>) -> Result<Loaded, Vec<Problem>> {
        arrays::load::<IdxFormat>(options, context)
    }
}

struct IdxFormat;

/// The types a number can have in the file, by their code.
#[derive(Clone, Copy, Debug)]
enum Element {
    U8,
    I8,
    I16,
    I32,
    F32,
    F64,
}

struct Header {
    element: Element,
    shape: Vec<usize>,
    /// Bytes behind the header.
    n_bytes: usize,
}

impl ArrayFormat for IdxFormat {
    const NAME: &'static str = "idx";

    fn shape(context: &Context<'_>, path: &str) -> Result<Vec<usize>, ArrayError> {
        open(context, path).map(|(header, _)| header.shape)
    }

    fn range(context: &Context<'_>, path: &str) -> Option<(f64, f64)> {
        let (header, _) = open(context, path).ok()?;
        matches!(header.element, Element::U8).then_some((0.0, 255.0))
    }

    fn read(context: &Context<'_>, path: &str) -> Result<(Vec<usize>, Values), ArrayError> {
        let (header, mut stream) = open(context, path)?;
        let mut bytes = Vec::new();
        // One more byte than needed tells a file that is too long from one that fits.
        let wanted = header.n_bytes as u64;
        stream.by_ref().take(wanted.saturating_add(1)).read_to_end(&mut bytes).map_err(cut_short)?;
        if bytes.len() as u64 != wanted {
            let found = if bytes.len() as u64 > wanted { "more".to_owned() } else { bytes.len().to_string() };
            return Err(mismatch(format!("{wanted} bytes of data for {:?}", header.shape), found));
        }
        Ok((header.shape, header.element.decode(bytes)))
    }
}

/// The header, and the stream behind it.
fn open<'a>(context: &'a Context<'_>, path: &str) -> Result<(Header, Box<dyn Read + 'a>), ArrayError> {
    let resolved = context.resolve(path);
    let size = context.files.size(&resolved)?;
    let mut file = context.files.open(&resolved)?;
    let mut magic = [0u8; 2];
    if size < 4 {
        return Err(mismatch("a header of at least 4 bytes", format!("{size} bytes")));
    }
    file.read_exact(&mut magic)?;
    let gzip = magic == [0x1F, 0x8B];
    let whole = Cursor::new(magic).chain(file);
    let mut stream: Box<dyn Read + 'a> =
        if gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) };
    let header = read_header(&mut stream)?;
    let header_bytes = 4 + 4 * header.shape.len() as u64;
    let n_bytes = header.n_bytes as u64;
    let fits = if gzip {
        n_bytes <= size.saturating_mul(LARGEST_RATIO)
    } else {
        n_bytes.checked_add(header_bytes) == Some(size)
    };
    if !fits {
        let held = if gzip {
            format!("a gzip file of {size}")
        } else {
            (size.saturating_sub(header_bytes)).to_string()
        };
        return Err(mismatch(format!("{n_bytes} bytes of data for {:?}", header.shape), held));
    }
    Ok((header, stream))
}

fn read_header(stream: &mut dyn Read) -> Result<Header, ArrayError> {
    let mut magic = [0u8; 4];
    stream.read_exact(&mut magic).map_err(cut_short)?;
    let [zero, other_zero, code, n_axes] = magic;
    let element = Element::of_code(code);
    let (0, 0, Some(element), 1..=MOST_AXES) = (zero, other_zero, element, n_axes) else {
        let expected = "0, 0, a type from 8 to 14 and 1 to 8 axes in the first four bytes";
        return Err(mismatch(expected, format!("{magic:?}")));
    };
    let mut shape = Vec::new();
    for _ in 0..n_axes {
        let mut size = [0u8; 4];
        stream.read_exact(&mut size).map_err(cut_short)?;
        shape.push(u32::from_be_bytes(size) as usize);
    }
    let n_bytes = count(&shape).and_then(|n| n.checked_mul(element.size()));
    match n_bytes {
        Some(n_bytes) => Ok(Header { element, shape, n_bytes }),
        None => Err(mismatch("sizes whose product can be counted", format!("{shape:?}"))),
    }
}

/// A stream that ends early, or a broken gzip one, is a fault of the format.
fn cut_short(error: std::io::Error) -> ArrayError {
    mismatch("more data", format!("the end ({error})"))
}

impl Element {
    fn of_code(code: u8) -> Option<Element> {
        match code {
            0x08 => Some(Element::U8),
            0x09 => Some(Element::I8),
            0x0B => Some(Element::I16),
            0x0C => Some(Element::I32),
            0x0D => Some(Element::F32),
            0x0E => Some(Element::F64),
            _unknown => None,
        }
    }

    fn size(self) -> usize {
        match self {
            Element::U8 | Element::I8 => 1,
            Element::I16 => 2,
            Element::I32 | Element::F32 => 4,
            Element::F64 => 8,
        }
    }

    /// Big-endian bytes as the smallest of our storages that holds every value exactly.
    fn decode(self, bytes: Vec<u8>) -> Values {
        match self {
            Element::U8 => Values::U8(bytes),
            Element::I8 => Values::F32(bytes.iter().map(|b| f32::from(*b as i8)).collect()),
            Element::I16 => {
                Values::F32(bytes.as_chunks().0.iter().map(|b| f32::from(i16::from_be_bytes(*b))).collect())
            }
            Element::I32 => {
                Values::F64(bytes.as_chunks().0.iter().map(|b| f64::from(i32::from_be_bytes(*b))).collect())
            }
            Element::F32 => Values::F32(bytes.as_chunks().0.iter().map(|b| f32::from_be_bytes(*b)).collect()),
            Element::F64 => Values::F64(bytes.as_chunks().0.iter().map(|b| f64::from_be_bytes(*b)).collect()),
        }
    }
}
