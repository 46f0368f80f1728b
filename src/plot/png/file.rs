//! Pixels as a PNG file.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

/// Rows of red, green, blue and opacity; the picture covers its ground, so opacity is left out.
pub fn written(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let mut rows = Vec::with_capacity(pixels.len() / 4 * 3 + height as usize);
    for row in pixels.chunks_exact((width as usize * 4).max(1)) {
        // Each number as the difference to the pixel before it: equal ground becomes zeros.
        rows.push(1);
        let mut before = [0u8; 3];
        for pixel in row.chunks_exact(4) {
            let color = [pixel[0], pixel[1], pixel[2]];
            rows.extend(color.iter().zip(before).map(|(now, then)| now.wrapping_sub(then)));
            before = color;
        }
    }
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing into memory does not fail.
    let packed = packed.write_all(&rows).and_then(|()| packed.finish()).unwrap_or_default();
    let mut head = Vec::new();
    head.extend(width.to_be_bytes());
    head.extend(height.to_be_bytes());
    // Eight bits of each of three colours.
    head.extend([8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, *b"IHDR", &head);
    chunk(&mut file, *b"IDAT", &packed);
    chunk(&mut file, *b"IEND", &[]);
    file
}

fn chunk(file: &mut Vec<u8>, name: [u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let mut sum = Crc::new();
    sum.update(&name);
    sum.update(data);
    file.extend(name);
    file.extend(data);
    file.extend(sum.sum().to_be_bytes());
}
