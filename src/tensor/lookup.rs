//! A number for each of many bytes, by a table: pixels are stored as bytes, and what each stands for is known.

use super::isa::Level;

/// `to[i] = table[bytes[i]]`, as far as both reach.
pub fn look_up<T: Copy>(table: &[T; 256], bytes: &[u8], to: &mut [T]) {
    to.iter_mut().zip(bytes).for_each(|(to, &byte)| *to = table[usize::from(byte)]);
}

/// The same for f32, by vectors where the processor has them.
pub fn look_up_f32(table: &[f32; 256], bytes: &[u8], to: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if Level::best() >= Level::Avx512 {
        let len = bytes.len().min(to.len());
        // SAFETY: the processor has the level, and both slices have `len` elements.
        return unsafe { x86::look_up(table, bytes.as_ptr(), to.as_mut_ptr(), len) };
    }
    look_up(table, bytes, to);
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    const LANES: usize = 16;

    /// The whole table stays in 16 registers: the low five bits of a byte choose within each pair of them, the other
    /// three choose the pair.
    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
    pub unsafe fn look_up(table: &[f32; 256], bytes: *const u8, to: *mut f32, len: usize) {
        // SAFETY: 16 times 16 numbers of the table.
        let rows: [__m512; 16] =
            std::array::from_fn(|row| unsafe { _mm512_loadu_ps(table.as_ptr().add(row * LANES)) });
        let mut at = 0;
        while at + LANES <= len {
            // SAFETY: 16 more bytes and numbers are there.
            unsafe {
                let index = _mm512_cvtepu8_epi32(_mm_loadu_si128(bytes.add(at).cast()));
                _mm512_storeu_ps(to.add(at), chosen(&rows, index));
            }
            at += LANES;
        }
        for at in at..len {
            // SAFETY: below `len`.
            unsafe { *to.add(at) = table[usize::from(*bytes.add(at))] };
        }
    }

    #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
    fn chosen(rows: &[__m512; 16], index: __m512i) -> __m512 {
        let bit = |bit: i32| _mm512_test_epi32_mask(index, _mm512_set1_epi32(bit));
        let (fifth, sixth, seventh) = (bit(1 << 5), bit(1 << 6), bit(1 << 7));
        let of_pair = |pair: usize| _mm512_permutex2var_ps(rows[2 * pair], index, rows[2 * pair + 1]);
        let of_four = |four: usize| _mm512_mask_blend_ps(fifth, of_pair(2 * four), of_pair(2 * four + 1));
        let of_eight = |eight: usize| _mm512_mask_blend_ps(sixth, of_four(2 * eight), of_four(2 * eight + 1));
        _mm512_mask_blend_ps(seventh, of_eight(0), of_eight(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_finds_its_number_at_every_length() {
        let table: [f32; 256] = std::array::from_fn(|byte| (byte as f32).sqrt() - 3.0);
        let bytes: Vec<u8> = (0..600u32).map(|at| (at * 7 + at / 256) as u8).collect();
        for len in [0, 1, 15, 16, 17, 64, 255, 600] {
            let (mut plain, mut vectors) = (vec![0.0; len], vec![0.0; len]);
            look_up(&table, &bytes[..len], &mut plain);
            look_up_f32(&table, &bytes[..len], &mut vectors);
            assert_eq!(plain, vectors, "{len} bytes");
        }
        let all: Vec<u8> = (0..=255).collect();
        let mut found = [0.0; 256];
        look_up_f32(&table, &all, &mut found);
        assert_eq!(found, table);
    }
}
