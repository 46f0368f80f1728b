//! Loops that apply a function to each element, in chunks of one vector, for each instruction set.
//!
//! `maps.rs` instantiates them. A loop may write over one of its inputs: a chunk is read whole before it is
//! written. The last, partial chunk goes through the same arithmetic as the others, so that a number's bits
//! do not depend on where it stands.

use super::isa::Level;

/// `out[i] = f(x[i])` for `i < n`; every pointer is good for `n` numbers, and `out` may be `x`.
pub type Run1<T> = unsafe fn(x: *const T, out: *mut T, n: usize);
/// `out[i] = f(x[i], y[i])`
pub type Run2<T> = unsafe fn(x: *const T, y: *const T, out: *mut T, n: usize);
/// `out[i] = f(x[i], y[i], z[i])`
pub type Run3<T> = unsafe fn(x: *const T, y: *const T, z: *const T, out: *mut T, n: usize);
/// `out[i] = f(x[i], y[i], z[i], w[i])`
pub type Run4<T> = unsafe fn(x: *const T, y: *const T, z: *const T, w: *const T, out: *mut T, n: usize);

/// One loop, compiled for each level.
#[derive(Debug)]
pub struct Loop<F> {
    pub baseline: F,
    pub avx2: F,
    pub avx512: F,
}

impl<F: Copy> Loop<F> {
    /// The loop for a level, which this processor must have.
    pub fn at(&self, level: Level) -> F {
        assert!(level <= Level::best(), "this processor lacks {level:?}");
        match level {
            Level::Baseline => self.baseline,
            Level::Avx2 => self.avx2,
            Level::Avx512 => self.avx512,
        }
    }
}

/// `out[i] = f(inputs[i]...)` over chunks. `$whole` reads a chunk, `$load` and `$store` move a partial one.
macro_rules! chunked {
    ($T:ty, $L:literal, $whole:expr, $load:expr, $store:expr, $f:expr, $n:ident, $out:ident, $($x:ident),+) => {{
        let mut at = 0;
        while at + $L <= $n {
            // SAFETY: the caller promises $n numbers behind each pointer, and at + L <= $n.
            unsafe {
                $(let $x: [$T; $L] = $whole($x.add(at));)+
                let mut values = [0.0; $L];
                for (lane, value) in values.iter_mut().enumerate() {
                    *value = $f($($x[lane]),+);
                }
                $out.add(at).cast::<[$T; $L]>().write_unaligned(values);
            }
            at += $L;
        }
        let rest = $n - at;
        if rest > 0 {
            // SAFETY: rest numbers are left behind each pointer.
            unsafe {
                $(let $x: [$T; $L] = $load($x.add(at), rest);)+
                let mut values = [0.0; $L];
                for (lane, value) in values.iter_mut().enumerate() {
                    *value = $f($($x[lane]),+);
                }
                $store($out.add(at), rest, values);
            }
        }
    }};
}
pub(super) use chunked;

/// A [`Loop`] over a straight-line function of up to four numbers, for f32 or f64.
macro_rules! vector_loop {
    (f32, $f:expr, $($x:ident),+) => {
        $crate::tensor::loops::vector_loop!(@ f32, 16, f32_load, f32_store, $f, $($x),+)
    };
    (f64, $f:expr, $($x:ident),+) => {
        $crate::tensor::loops::vector_loop!(@ f64, 16, f64_pair_load, f64_pair_store, $f, $($x),+)
    };
    (@ $T:ty, $L:literal, $load:ident, $store:ident, $f:expr, $($x:ident),+) => {{
        use $crate::tensor::loops::{chunked, partial};
        unsafe fn baseline($($x: *const $T,)+ out: *mut $T, n: usize) {
            chunked!($T, $L, partial::whole::<$T, $L>, partial::load::<$T, $L>, partial::store::<$T, $L>, $f, n, out, $($x),+)
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx2")]
        unsafe fn avx2($($x: *const $T,)+ out: *mut $T, n: usize) {
            chunked!($T, $L, partial::whole::<$T, $L>, partial::load::<$T, $L>, partial::store::<$T, $L>, $f, n, out, $($x),+)
        }
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
        unsafe fn avx512($($x: *const $T,)+ out: *mut $T, n: usize) {
            chunked!($T, $L, partial::whole_alone::<$T, $L>, partial::masked::$load, partial::masked::$store, $f, n, out, $($x),+)
        }
        #[cfg(target_arch = "x86_64")]
        let levels = $crate::tensor::loops::Loop { baseline: baseline as unsafe fn($(vector_loop!(@ptr $T, $x),)+ *mut $T, usize), avx2, avx512 };
        #[cfg(not(target_arch = "x86_64"))]
        let levels = $crate::tensor::loops::Loop { baseline: baseline as unsafe fn($(vector_loop!(@ptr $T, $x),)+ *mut $T, usize), avx2: baseline, avx512: baseline };
        levels
    }};
    (@ptr $T:ty, $x:ident) => { *const $T };
}
pub(super) use vector_loop;

/// A [`Loop`] over a function that has no vector form: the same code for each level.
macro_rules! scalar_loop {
    ($T:ty, $f:expr, $($x:ident),+) => {{
        unsafe fn each($($x: *const $T,)+ out: *mut $T, n: usize) {
            for at in 0..n {
                // SAFETY: the caller promises n numbers behind each pointer.
                unsafe { *out.add(at) = $f($(*$x.add(at)),+) }
            }
        }
        $crate::tensor::loops::Loop {
            baseline: each as unsafe fn($($crate::tensor::loops::vector_loop!(@ptr $T, $x),)+ *mut $T, usize),
            avx2: each,
            avx512: each,
        }
    }};
}
pub(super) use scalar_loop;

/// Moves of chunks, whole and partial.
pub(super) mod partial {
    #[inline(always)]
    pub unsafe fn whole<T: Copy, const L: usize>(from: *const T) -> [T; L] {
        // SAFETY: the caller promises L numbers behind `from`.
        unsafe { from.cast::<[T; L]>().read_unaligned() }
    }

    /// The same; the empty line of assembly keeps the compiler from taking several chunks together, which it does
    /// with gathers where a chunk already fills the widest vector.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub unsafe fn whole_alone<T: Copy, const L: usize>(from: *const T) -> [T; L] {
        // SAFETY: no instruction is there; the caller promises L numbers behind `from`.
        unsafe {
            std::arch::asm!("", options(nomem, nostack, preserves_flags));
            whole(from)
        }
    }

    #[inline(always)]
    pub unsafe fn load<T: Copy + Default, const L: usize>(from: *const T, n: usize) -> [T; L] {
        let mut chunk = [T::default(); L];
        // SAFETY: the caller promises n <= L numbers behind `from`.
        unsafe { std::ptr::copy_nonoverlapping(from, chunk.as_mut_ptr(), n) };
        chunk
    }

    #[inline(always)]
    pub unsafe fn store<T: Copy, const L: usize>(to: *mut T, n: usize, chunk: [T; L]) {
        // SAFETY: the caller promises room for n <= L numbers behind `to`.
        unsafe { std::ptr::copy_nonoverlapping(chunk.as_ptr(), to, n) };
    }

    /// The same with AVX-512 masks: no branches, no detour through memory.
    #[cfg(target_arch = "x86_64")]
    pub mod masked {
        use std::arch::x86_64::*;

        #[inline]
        #[target_feature(enable = "avx512f")]
        pub unsafe fn f32_load(from: *const f32, n: usize) -> [f32; 16] {
            // SAFETY: the mask keeps to the n numbers that the caller promises; both types are 64 plain bytes.
            unsafe { std::mem::transmute(_mm512_maskz_loadu_ps(((1u32 << n) - 1) as u16, from)) }
        }

        #[inline]
        #[target_feature(enable = "avx512f")]
        pub unsafe fn f32_store(to: *mut f32, n: usize, chunk: [f32; 16]) {
            // SAFETY: as above.
            unsafe {
                _mm512_mask_storeu_ps(
                    to,
                    ((1u32 << n) - 1) as u16,
                    std::mem::transmute::<[f32; 16], __m512>(chunk),
                )
            }
        }

        #[inline]
        #[target_feature(enable = "avx512f")]
        pub unsafe fn f64_load(from: *const f64, n: usize) -> [f64; 8] {
            // SAFETY: as above.
            unsafe { std::mem::transmute(_mm512_maskz_loadu_pd(((1u32 << n) - 1) as u8, from)) }
        }

        /// Two vectors.
        #[inline]
        #[target_feature(enable = "avx512f")]
        pub unsafe fn f64_pair_load(from: *const f64, n: usize) -> [f64; 16] {
            let low = n.min(8);
            // SAFETY: as above; an address past the numbers is not read.
            unsafe { std::mem::transmute([f64_load(from, low), f64_load(from.wrapping_add(low), n - low)]) }
        }

        #[inline]
        #[target_feature(enable = "avx512f")]
        pub unsafe fn f64_pair_store(to: *mut f64, n: usize, chunk: [f64; 16]) {
            let low = n.min(8);
            // SAFETY: as above.
            unsafe {
                let [first, second] = std::mem::transmute::<[f64; 16], [[f64; 8]; 2]>(chunk);
                f64_store(to, low, first);
                f64_store(to.wrapping_add(low), n - low, second);
            }
        }

        #[inline]
        #[target_feature(enable = "avx512f")]
        pub unsafe fn f64_store(to: *mut f64, n: usize, chunk: [f64; 8]) {
            // SAFETY: as above.
            unsafe {
                _mm512_mask_storeu_pd(
                    to,
                    ((1u32 << n) - 1) as u8,
                    std::mem::transmute::<[f64; 8], __m512d>(chunk),
                )
            }
        }
    }
}
