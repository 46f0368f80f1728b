//! The code of a worker, and the loop that runs it.

use std::sync::Arc;

use super::Region;
use super::fused::{FusedCode, Tiles};
use super::instruction::{Draw, FoldWork, Gather, Instruction, LineWork, RunContext, Strided, Supply};
use super::products::{BlocksCode, bind_blocks, bind_product, repeated};
use crate::tensor::fold::{RunFold, RunStrided};
use crate::tensor::isa::Level;
use crate::tensor::kernel::Fold;
use crate::tensor::pool::Barrier;
use crate::tensor::product::{self, RunTiles, View};
use crate::tensor::rank::ranks;
use crate::tensor::real::Real;

/// One instruction, or a worker's share of it, with addresses.
pub(super) enum Code<T> {
    Gather {
        input: usize,
        to: *mut T,
        first: usize,
        len: usize,
    },
    Fused(Box<FusedCode<T>>),
    Tiles {
        run: RunTiles<T>,
        view: View<T>,
        repeat: usize,
        steps: [usize; 3],
    },
    Large {
        view: View<T>,
        repeat: usize,
        steps: [usize; 3],
    },
    /// A product block by block, each taken up by a loop.
    Blocks(Box<BlocksCode<T>>),
    FoldRows {
        run: RunFold<T>,
        from: *const T,
        to: *mut T,
        len: usize,
        outer: usize,
    },
    FoldStrided {
        run: RunStrided<T>,
        from: *const T,
        to: *mut T,
        inner: usize,
        len: usize,
        outer: usize,
        stride: usize,
        empty: T,
    },
    ArgMax {
        from: *const T,
        to: *mut T,
        inner: usize,
        len: usize,
        outer: usize,
    },
    Rank {
        from: *const T,
        to: *mut T,
        inner: usize,
        len: usize,
        outer: usize,
    },
    Copy(Box<Walk<T>>),
    Fill {
        to: *mut T,
        len: usize,
        value: T,
    },
    OneHot {
        from: *const T,
        to: *mut T,
        classes: usize,
        count: usize,
    },
    Random {
        to: *mut T,
        first: usize,
        len: usize,
        name: Arc<str>,
        draw: Draw,
    },
    /// Wait for the other workers.
    Meet,
}

/// A strided copy: the innermost axis apart from the others.
pub(super) struct Walk<T> {
    from: *const T,
    to: *mut T,
    len: usize,
    from_step: usize,
    to_step: usize,
    /// Size, source stride and target stride of the other axes; the position is kept here between steps, at 0.
    axes: Vec<(usize, usize, usize)>,
}

/// Code for the units `from..to` of an instruction.
pub(super) fn bind<T: Real>(
    instruction: &Instruction,
    (from, to): (usize, usize),
    level: Level,
    address: &dyn Fn(Region) -> *mut T,
    tiles: &Tiles<'_, T>,
    code: &mut Vec<Code<T>>,
) {
    // Every region is looked at whole, so that an address is never past its memory.
    for region in instruction.touches(from, to).reads.into_iter().chain(instruction.touches(from, to).writes)
    {
        address(region);
    }
    code.push(match instruction {
        Instruction::Gather(Gather { input, to: region, each, count }) => {
            assert_eq!(region.len, each * count, "a batch of the wrong length");
            let len = (to - from) * each;
            Code::Gather { input: *input, to: address(*region).wrapping_add(from * each), first: from, len }
        }
        Instruction::Fused(fused) => FusedCode::bind(fused, from, to, level, address, tiles).boxed(),
        Instruction::Product(product) => bind_product(product, from, to, level, address),
        Instruction::Blocks(blocks) => bind_blocks(blocks, from, to, level, address, tiles),
        Instruction::Fold(work) => bind_fold(work, from, to, level, address),
        Instruction::ArgMax(LineWork { from: source, to: result, inner, len, outer, count }) => {
            assert_eq!(source.len, inner * len * outer);
            assert_eq!(result.len, inner * outer);
            let each = outer / count;
            Code::ArgMax {
                from: address(*source).wrapping_add(from * each * inner * len),
                to: address(*result).wrapping_add(from * each * inner),
                inner: *inner,
                len: *len,
                outer: (to - from) * each,
            }
        }
        Instruction::Rank(LineWork { from: source, to: result, inner, len, outer, count }) => {
            assert_eq!(source.len, inner * len * outer);
            assert_eq!(result.len, source.len);
            let each = outer / count;
            Code::Rank {
                from: address(*source).wrapping_add(from * each * inner * len),
                to: address(*result).wrapping_add(from * each * inner * len),
                inner: *inner,
                len: *len,
                outer: (to - from) * each,
            }
        }
        Instruction::Copy(copy) => bind_copy(copy, from, to, address),
        Instruction::Fill { to: region, value } => {
            Code::Fill { to: address(*region), len: region.len, value: T::of(*value) }
        }
        Instruction::OneHot { from: labels, to: result, classes } => {
            assert_eq!(result.len, labels.len * classes);
            Code::OneHot {
                from: address(*labels).wrapping_add(from),
                to: address(*result).wrapping_add(from * classes),
                classes: *classes,
                count: to - from,
            }
        }
        Instruction::Random { to: region, name, draw } => {
            let (first, end) = (from * 4, region.len.min(to * 4));
            Code::Random {
                to: address(*region).wrapping_add(first),
                first,
                len: end - first,
                name: name.clone(),
                draw: *draw,
            }
        }
    });
}

fn bind_fold<T: Real>(
    work: &FoldWork,
    from: usize,
    to: usize,
    level: Level,
    address: &dyn Fn(Region) -> *mut T,
) -> Code<T> {
    let FoldWork { fold, from: source, to: result, inner, len, outer, count } = *work;
    assert_eq!(source.len, inner * len * outer, "a fold of the wrong length");
    assert_eq!(result.len, inner * outer, "a fold to the wrong length");
    let (x, y) = (address(source).cast_const(), address(result));
    let empty = T::of(match fold {
        Fold::Sum => 0.0,
        Fold::Max => f64::NEG_INFINITY,
        Fold::Min => f64::INFINITY,
    });
    let run = T::strided(fold, level);
    if outer == 1 && inner > 1 {
        let (from_at, inner_here) = (from, to - from);
        return Code::FoldStrided {
            run,
            from: x.wrapping_add(from_at),
            to: y.wrapping_add(from_at),
            inner: inner_here,
            len,
            outer: 1,
            stride: inner,
            empty,
        };
    }
    let each = if outer == 1 { 1 } else { outer / count };
    let (from, outer) = if outer == 1 { (0, 1) } else { (from * each, (to - from) * each) };
    let (x, y) = (x.wrapping_add(from * inner * len), y.wrapping_add(from * inner));
    if inner == 1 {
        Code::FoldRows { run: T::fold(fold, level), from: x, to: y, len, outer }
    } else {
        Code::FoldStrided { run, from: x, to: y, inner, len, outer, stride: inner, empty }
    }
}

fn bind_copy<T: Real>(copy: &Strided, from: usize, to: usize, address: &dyn Fn(Region) -> *mut T) -> Code<T> {
    let rank = copy.sizes.len();
    let mut axes: Vec<(usize, usize, usize)> =
        (0..rank).map(|axis| (copy.sizes[axis], copy.from_strides[axis], copy.to_strides[axis])).collect();
    let mut x = address(copy.from).wrapping_add(copy.from_offset).cast_const();
    let mut y = address(copy.to).wrapping_add(copy.to_offset);
    if let Some((size, from_stride, to_stride)) = axes.last_mut() {
        x = x.wrapping_add(from * *from_stride);
        y = y.wrapping_add(from * *to_stride);
        *size = to - from;
    }
    // Neighbouring axes that are one walk in both layouts become one axis.
    axes.retain(|&(size, _, _)| size != 1);
    let mut joined: Vec<(usize, usize, usize)> = Vec::new();
    for (size, from_stride, to_stride) in axes {
        match joined.last_mut() {
            Some(last) if last.0 * last.1 == from_stride && last.0 * last.2 == to_stride => last.0 *= size,
            Some(_) | None => joined.push((size, from_stride, to_stride)),
        }
    }
    let (len, from_step, to_step) = if joined.is_empty() { (1, 1, 1) } else { joined.remove(0) };
    Code::Copy(Box::new(Walk { from: x, to: y, len, from_step, to_step, axes: joined }))
}

/// Makes one loop of the last two, where the second goes on where the first ends.
pub(super) fn join_last<T: Real>(code: &mut Vec<Code<T>>) {
    if let [.., Code::Fused(first), Code::Fused(second)] = code.as_mut_slice()
        && first.goes_on_with(second)
    {
        code.pop();
    }
}

/// What code is run with.
#[derive(Clone, Copy)]
pub(super) struct Setting<'a, T> {
    pub barrier: &'a Barrier,
    pub context: RunContext,
    pub supply: &'a dyn Supply<T>,
}

/// # Safety
/// The memory the code was bound to is alive and nobody but the other workers of this step touches it.
pub(super) unsafe fn run<T: Real>(code: &[Code<T>], setting: Setting<'_, T>) {
    for instruction in code {
        // SAFETY: the caller's promise.
        unsafe { one(instruction, setting) };
    }
}

/// # Safety
/// As of [`run`].
#[inline(always)]
pub(super) unsafe fn one<T: Real>(instruction: &Code<T>, setting: Setting<'_, T>) {
    // SAFETY: `bind` checked that all counts stay inside their regions; the caller keeps others away.
    unsafe {
        match instruction {
            &Code::Gather { input, to, first, len } => {
                setting.supply.write(input, first, std::slice::from_raw_parts_mut(to, len));
            }
            Code::Fused(fused) => fused.run(),
            Code::Tiles { run, view, repeat, steps } => {
                repeated(view, *repeat, steps, |view| run(view));
            }
            Code::Large { view, repeat, steps } => {
                repeated(view, *repeat, steps, |view| product::large(view, T::of(1.0)));
            }
            Code::Blocks(blocks) => blocks.run(),
            Code::FoldRows { run, from, to, len, outer } => {
                run(*from, *len, *to, *outer);
            }
            &Code::FoldStrided { run, from, to, inner, len, outer, stride, empty } => {
                for row in 0..outer {
                    let (x, y) = (from.add(row * stride * len), to.add(row * stride));
                    if len == 0 {
                        std::slice::from_raw_parts_mut(y, inner).fill(empty);
                        continue;
                    }
                    run(x, len, stride, y, inner);
                }
            }
            Code::ArgMax { from, to, inner, len, outer } => arg_max(*from, *to, *inner, *len, *outer),
            Code::Rank { from, to, inner, len, outer } => rank(*from, *to, (*inner, *len, *outer)),
            Code::Copy(walk) => walk.run(),
            Code::Fill { to, len, value } => std::slice::from_raw_parts_mut(*to, *len).fill(*value),
            Code::OneHot { from, to, classes, count } => one_hot(*from, *to, *classes, *count),
            Code::Random { to, first, len, name, draw } => {
                random(*to, *first, *len, name, *draw, setting.context)
            }
            Code::Meet => setting.barrier.wait(),
        }
    }
}

unsafe fn arg_max<T: Real>(from: *const T, to: *mut T, inner: usize, len: usize, outer: usize) {
    for row in 0..outer {
        for at in 0..inner {
            // SAFETY: the caller promises `inner * len * outer` numbers to read and `inner * outer` to write.
            unsafe {
                let x = |place: usize| *from.add((row * len + place) * inner + at);
                let mut best = 0;
                for place in 1..len {
                    let (number, largest) = (x(place).widen(), x(best).widen());
                    if !largest.is_nan() && (number > largest || number.is_nan()) {
                        best = place;
                    }
                }
                *to.add(row * inner + at) = T::of(best as f64);
            }
        }
    }
}

unsafe fn rank<T: Real>(from: *const T, to: *mut T, (inner, len, outer): (usize, usize, usize)) {
    let mut order = Vec::with_capacity(len);
    for row in 0..outer {
        for at in 0..inner {
            let place = |place: usize| (row * len + place) * inner + at;
            // SAFETY: the caller promises `inner * len * outer` numbers to read and as many to write.
            let number = |which: usize| unsafe { (*from.add(place(which))).widen() };
            ranks(len, &mut order, number, |which, rank| unsafe { *to.add(place(which)) = T::of(rank) });
        }
    }
}

unsafe fn one_hot<T: Real>(from: *const T, to: *mut T, classes: usize, count: usize) {
    for at in 0..count {
        // SAFETY: the caller promises `count` labels and as many columns.
        unsafe {
            let column = std::slice::from_raw_parts_mut(to.add(at * classes), classes);
            column.fill(T::of(0.0));
            let label = (*from.add(at)).widen();
            if label >= 0.0 && label < classes as f64 && label.fract() == 0.0 {
                column[label as usize] = T::of(1.0);
            }
        }
    }
}

unsafe fn random<T: Real>(to: *mut T, first: usize, len: usize, name: &str, draw: Draw, context: RunContext) {
    let stream = context.stream(name);
    // SAFETY: the caller promises room for `len` numbers.
    let out = unsafe { std::slice::from_raw_parts_mut(to, len) };
    match draw {
        Draw::Uniform => T::uniforms(&stream, context.step, first as u64, out),
        Draw::Normal => {
            for (index, number) in (first as u64..).zip(out) {
                *number = T::of(stream.normal(context.step, index));
            }
        }
    }
}

impl<T: Copy> Walk<T> {
    unsafe fn run(&self) {
        // SAFETY: `bind` checked the span of both walks.
        unsafe { self.axes_from(self.axes.len(), self.from, self.to) };
    }

    /// The axes below `depth`, outermost first.
    unsafe fn axes_from(&self, depth: usize, from: *const T, to: *mut T) {
        // SAFETY: as in `run`.
        unsafe {
            if depth == 0 {
                if self.from_step == 1 && self.to_step == 1 {
                    to.copy_from_nonoverlapping(from, self.len);
                } else {
                    for at in 0..self.len {
                        *to.add(at * self.to_step) = *from.add(at * self.from_step);
                    }
                }
                return;
            }
            let (size, from_stride, to_stride) = self.axes[depth - 1];
            for at in 0..size {
                self.axes_from(depth - 1, from.add(at * from_stride), to.add(at * to_stride));
            }
        }
    }
}
