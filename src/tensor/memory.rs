//! Numbers at an address that never moves.
//!
//! The arena of a program and the slots of a store are made of these. They are zero at first, begin at a cache
//! line, and may be shared: whoever runs a program sees to it that nobody else touches them meanwhile.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

/// Two cache lines: some processors fetch them in pairs.
const ALIGN: usize = 128;

/// Pieces of memory from this size on go back to the system as soon as they are freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: i32 = 1 << 20;

/// Has the allocator give large pieces back once they are free. Left to itself, the one of GNU takes them for the size
/// that is common, keeps them, and a training takes the room of the values it started from beside its own.
pub fn return_large_pieces() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: it only sets numbers of the allocator, before other threads start.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, 4 * LARGE);
    }
}

#[derive(Debug)]
pub struct Memory<T> {
    start: NonNull<T>,
    len: usize,
    layout: Layout,
}

// SAFETY: it is plain numbers; access goes through `&mut` or through a running program, which excludes others.
unsafe impl<T: Send> Send for Memory<T> {}
// SAFETY: shared access only gives the address.
unsafe impl<T: Sync> Sync for Memory<T> {}

impl<T: Copy> Memory<T> {
    /// `len` zeros; `None` if the system has no room for them.
    pub(super) fn zeros(len: usize) -> Option<Memory<T>> {
        let bytes = len.checked_mul(size_of::<T>())?.max(1).checked_next_multiple_of(ALIGN)?;
        let layout = Layout::from_size_align(bytes, ALIGN).ok()?;
        // SAFETY: the layout has a size above 0, and all bits 0 is a number.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) })?.cast();
        Some(Memory { start, len, layout })
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn start(&self) -> *mut T {
        self.start.as_ptr()
    }

    /// The numbers, for a reader that knows that no program writes them now.
    pub(super) fn snapshot(&self) -> &[T] {
        // SAFETY: `len` numbers were allocated and set; callers hold whatever runs programs over it.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len) }
    }

    /// # Safety
    /// Nobody else may touch the numbers while the slice lives.
    #[expect(clippy::mut_from_ref, reason = "the memory is shared by address with programs")]
    pub(super) unsafe fn as_mut(&self) -> &mut [T] {
        // SAFETY: `len` numbers were allocated and set, and the caller promises to be alone.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.len) }
    }
}

impl<T> Drop for Memory<T> {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.start.as_ptr().cast(), self.layout) };
    }
}
