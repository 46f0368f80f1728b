//! Numbers that outlive programs and are shared by several of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::memory::Memory;

/// A list of memories. Programs are bound to some of them and hold their addresses; a program only runs while it
/// is given the list itself, so that nobody reads or writes meanwhile.
#[derive(Debug)]
pub struct Slots<T> {
    id: u64,
    memories: Vec<Arc<Memory<T>>>,
}

impl<T: Copy> Default for Slots<T> {
    fn default() -> Slots<T> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Slots { id: NEXT.fetch_add(1, Ordering::Relaxed), memories: Vec::new() }
    }
}

impl<T: Copy> Slots<T> {
    pub fn len(&self) -> usize {
        self.memories.len()
    }

    pub fn is_empty(&self) -> bool {
        self.memories.is_empty()
    }

    /// A new slot of zeros, and its place in the list; `None` if the system has no room.
    pub fn push(&mut self, len: usize) -> Option<usize> {
        self.memories.push(Arc::new(Memory::zeros(len)?));
        Some(self.memories.len() - 1)
    }

    /// New memory for a slot; programs that are bound to it keep the old one. `false` if the system has no room.
    pub fn replace(&mut self, slot: usize, len: usize) -> bool {
        Memory::zeros(len).map(|memory| self.memories[slot] = Arc::new(memory)).is_some()
    }

    pub fn get(&self, slot: usize) -> &[T] {
        self.memories[slot].snapshot()
    }

    pub fn get_mut(&mut self, slot: usize) -> &mut [T] {
        // SAFETY: only programs know the address, and they run only with `&mut` of this list.
        unsafe { self.memories[slot].as_mut() }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn memory(&self, slot: usize) -> &Arc<Memory<T>> {
        &self.memories[slot]
    }
}
