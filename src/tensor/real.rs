//! The two precisions, and the kernels of each.

use super::fold::{self, RunFold, RunStrided};
use super::isa::Level;
use super::kernel::{Fold, Map1, Map2, Map3, Map4};
use super::loops::{Run1, Run2, Run3, Run4};
use super::product::{self, RunTiles, View};
use super::random::Stream;
use super::strided;
use super::value::{Buffer, Precision};

/// A number as programs compute with it.
pub trait Real: faer::traits::ComplexField + Copy + Default + PartialOrd + Send + Sync + 'static {
    const PRECISION: Precision;
    /// Numbers of a tile: two kilobytes, so that the tiles of a long chain stay in the first-level cache.
    const TILE: usize;

    fn of(value: f64) -> Self;
    fn widen(self) -> f64;
    fn map1(map: &Map1, level: Level) -> Run1<Self>;
    fn map2(map: &Map2, level: Level) -> Run2<Self>;
    fn map3(map: &Map3, level: Level) -> Run3<Self>;
    fn map4(map: &Map4, level: Level) -> Run4<Self>;
    fn fold(fold: Fold, level: Level) -> RunFold<Self>;
    fn strided(fold: Fold, level: Level) -> RunStrided<Self>;
    /// What makes a product like this one, or a share of it, unless it is one of the very large.
    fn product(level: Level, view: &View<Self>) -> Option<RunTiles<Self>>;
    /// Random numbers in `[0, 1)` from `first` on, a multiple of four.
    fn uniforms(stream: &Stream, step: u64, first: u64, out: &mut [Self]);
    fn buffer(values: Vec<Self>) -> Buffer;
    /// The numbers, if they have this precision.
    fn slice(buffer: &Buffer) -> Option<&[Self]>;
}

macro_rules! real {
    ($T:ident, $precision:ident, $tile:literal, $fold:ident, $strided:ident, $product:ident, $uniform:ident) => {
        impl Real for $T {
            const PRECISION: Precision = Precision::$precision;
            const TILE: usize = $tile;

            fn of(value: f64) -> $T {
                value as $T
            }
            fn widen(self) -> f64 {
                f64::from(self)
            }
            fn map1(map: &Map1, level: Level) -> Run1<$T> {
                map.$T.at(level)
            }
            fn map2(map: &Map2, level: Level) -> Run2<$T> {
                map.$T.at(level)
            }
            fn map3(map: &Map3, level: Level) -> Run3<$T> {
                map.$T.at(level)
            }
            fn map4(map: &Map4, level: Level) -> Run4<$T> {
                map.$T.at(level)
            }
            fn fold(fold: Fold, level: Level) -> RunFold<$T> {
                fold::$fold(fold, level)
            }
            fn strided(fold: Fold, level: Level) -> RunStrided<$T> {
                strided::$strided(fold, level)
            }
            fn product(level: Level, view: &View<$T>) -> Option<RunTiles<$T>> {
                product::goes_by_tiles(view.m, view.n, view.k).then(|| product::$product(level, view))
            }
            fn uniforms(stream: &Stream, step: u64, first: u64, out: &mut [$T]) {
                stream.$uniform(step, first, out);
            }
            fn buffer(values: Vec<$T>) -> Buffer {
                Buffer::$precision(values)
            }
            fn slice(buffer: &Buffer) -> Option<&[$T]> {
                match buffer {
                    Buffer::$precision(values) => Some(values),
                    #[expect(unreachable_patterns, reason = "the other precision")]
                    Buffer::F32(_) | Buffer::F64(_) => None,
                }
            }
        }
    };
}

real!(f32, F32, 512, f32_fold, f32_strided, f32_way, uniforms_f32);
real!(f64, F64, 256, f64_fold, f64_strided, f64_way, uniforms);
