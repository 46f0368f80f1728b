//! Vectors of each precision on each level, as far as a product needs them.
//!
//! `tiles.rs` is written over these once. The methods become single instructions where they are inlined into a
//! function that has the level's features; elsewhere they are calls, slow but right.

/// A vector of numbers. Every method needs a processor of its level; pointers are good for the numbers that are moved.
pub(super) trait Lanes: Copy {
    type Number: Copy;
    /// Numbers of a vector.
    const LEN: usize;
    /// Vectors that the processor has at hand.
    const REGISTERS: usize;

    unsafe fn splat(value: Self::Number) -> Self;
    unsafe fn load(from: *const Self::Number) -> Self;
    unsafe fn store(self, to: *mut Self::Number);
    /// The first `n` numbers, and zeros.
    unsafe fn load_part(from: *const Self::Number, n: usize) -> Self;
    unsafe fn store_part(self, to: *mut Self::Number, n: usize);
    /// `self + a · b`
    unsafe fn add_product(self, a: Self, b: Self) -> Self;
}

/// What every target can do: four numbers, product and sum rounded one after the other.
#[derive(Clone, Copy)]
pub(super) struct Plain<T>([T; 4]);

macro_rules! plain {
    ($T:ty) => {
        impl Lanes for Plain<$T> {
            type Number = $T;
            const LEN: usize = 4;
            const REGISTERS: usize = if cfg!(target_arch = "aarch64") { 32 } else { 16 };

            #[inline(always)]
            unsafe fn splat(value: $T) -> Self {
                Plain([value; 4])
            }
            #[inline(always)]
            unsafe fn load(from: *const $T) -> Self {
                // SAFETY: the caller promises the numbers.
                Plain(unsafe { from.cast::<[$T; 4]>().read_unaligned() })
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $T) {
                // SAFETY: the caller promises the room.
                unsafe { to.cast::<[$T; 4]>().write_unaligned(self.0) }
            }
            #[inline(always)]
            unsafe fn load_part(from: *const $T, n: usize) -> Self {
                let mut lanes = [0.0; 4];
                // SAFETY: the caller promises n <= 4 numbers.
                unsafe { std::ptr::copy_nonoverlapping(from, lanes.as_mut_ptr(), n) };
                Plain(lanes)
            }
            #[inline(always)]
            unsafe fn store_part(self, to: *mut $T, n: usize) {
                // SAFETY: the caller promises room for n <= 4 numbers.
                unsafe { std::ptr::copy_nonoverlapping(self.0.as_ptr(), to, n) };
            }
            #[inline(always)]
            unsafe fn add_product(self, a: Self, b: Self) -> Self {
                Plain(std::array::from_fn(|lane| a.0[lane] * b.0[lane] + self.0[lane]))
            }
        }
    };
}

plain!(f32);
plain!(f64);

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Lanes;
    use std::arch::x86_64::*;

    macro_rules! wide {
        ($V:ty, $T:ty, $len:literal, $registers:literal, $splat:ident, $load:ident, $store:ident, $fma:ident,
         $part:expr, $store_part:expr) => {
            impl Lanes for $V {
                type Number = $T;
                const LEN: usize = $len;
                const REGISTERS: usize = $registers;

                #[inline(always)]
                unsafe fn splat(value: $T) -> Self {
                    // SAFETY: the caller has the level.
                    unsafe { $splat(value) }
                }
                #[inline(always)]
                unsafe fn load(from: *const $T) -> Self {
                    // SAFETY: the caller has the level, and promises the numbers.
                    unsafe { $load(from) }
                }
                #[inline(always)]
                unsafe fn store(self, to: *mut $T) {
                    // SAFETY: the caller has the level, and promises the room.
                    unsafe { $store(to, self) }
                }
                #[inline(always)]
                unsafe fn load_part(from: *const $T, n: usize) -> Self {
                    // SAFETY: the mask keeps to the numbers that the caller promises.
                    unsafe { $part(from, n) }
                }
                #[inline(always)]
                unsafe fn store_part(self, to: *mut $T, n: usize) {
                    // SAFETY: as above.
                    unsafe { $store_part(to, n, self) }
                }
                #[inline(always)]
                unsafe fn add_product(self, a: Self, b: Self) -> Self {
                    // SAFETY: the caller has the level.
                    unsafe { $fma(a, b, self) }
                }
            }
        };
    }

    wide!(
        __m512,
        f32,
        16,
        32,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_fmadd_ps,
        |from, n: usize| _mm512_maskz_loadu_ps(((1u32 << n) - 1) as u16, from),
        |to, n: usize, v| _mm512_mask_storeu_ps(to, ((1u32 << n) - 1) as u16, v)
    );
    wide!(
        __m512d,
        f64,
        8,
        32,
        _mm512_set1_pd,
        _mm512_loadu_pd,
        _mm512_storeu_pd,
        _mm512_fmadd_pd,
        |from, n: usize| _mm512_maskz_loadu_pd(((1u32 << n) - 1) as u8, from),
        |to, n: usize, v| _mm512_mask_storeu_pd(to, ((1u32 << n) - 1) as u8, v)
    );
    wide!(
        __m256,
        f32,
        8,
        16,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_fmadd_ps,
        |from, n: usize| _mm256_maskload_ps(from, first_f32(n)),
        |to, n: usize, v| _mm256_maskstore_ps(to, first_f32(n), v)
    );
    wide!(
        __m256d,
        f64,
        4,
        16,
        _mm256_set1_pd,
        _mm256_loadu_pd,
        _mm256_storeu_pd,
        _mm256_fmadd_pd,
        |from, n: usize| _mm256_maskload_pd(from, first_f64(n)),
        |to, n: usize, v| _mm256_maskstore_pd(to, first_f64(n), v)
    );

    /// The first `n` of eight lanes.
    #[inline(always)]
    unsafe fn first_f32(n: usize) -> __m256i {
        // SAFETY: the caller has the level.
        unsafe { _mm256_cmpgt_epi32(_mm256_set1_epi32(n as i32), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7)) }
    }

    /// The first `n` of four lanes.
    #[inline(always)]
    unsafe fn first_f64(n: usize) -> __m256i {
        // SAFETY: the caller has the level.
        unsafe { _mm256_cmpgt_epi64(_mm256_set1_epi64x(n as i64), _mm256_setr_epi64x(0, 1, 2, 3)) }
    }
}
