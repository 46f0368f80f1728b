//! Numbers that outlive programs and are shared by several of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::machine::ALIGN;
use super::memory::Memory;

/// A list of slots. Programs are bound to some of them and hold their addresses; a program only runs while it
/// is given the list itself, so that nobody reads or writes meanwhile.
#[derive(Debug)]
pub struct Slots<T> {
    id: u64,
    slots: Vec<Slot<T>>,
}

/// Where the numbers of a slot are: a memory of its own, or a part of one that it shares.
#[derive(Clone, Debug)]
pub(super) struct Slot<T> {
    memory: Arc<Memory<T>>,
    offset: usize,
    len: usize,
}

impl<T: Copy> Slot<T> {
    fn zeros(len: usize) -> Option<Slot<T>> {
        Some(Slot { memory: Arc::new(Memory::zeros(len)?), offset: 0, len })
    }

    pub fn len(&self) -> usize {
        self.len
    }

    /// The first of `len` numbers.
    pub fn start(&self) -> *mut T {
        self.memory.start().wrapping_add(self.offset)
    }

    pub fn is(&self, other: &Slot<T>) -> bool {
        Arc::ptr_eq(&self.memory, &other.memory) && self.offset == other.offset
    }

    /// Whether nobody else holds the memory.
    fn is_alone(&self) -> bool {
        Arc::strong_count(&self.memory) == 1
    }
}

impl<T: Copy> Default for Slots<T> {
    fn default() -> Slots<T> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Slots { id: NEXT.fetch_add(1, Ordering::Relaxed), slots: Vec::new() }
    }
}

impl<T: Copy> Slots<T> {
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// A new slot of zeros, and its place in the list; `None` if the system has no room.
    pub fn push(&mut self, len: usize) -> Option<usize> {
        self.slots.push(Slot::zeros(len)?);
        Some(self.slots.len() - 1)
    }

    /// New memory for a slot; programs that are bound to it keep the old one. `false` if the system has no room.
    pub fn replace(&mut self, slot: usize, len: usize) -> bool {
        Slot::zeros(len).map(|new| self.slots[slot] = new).is_some()
    }

    /// Puts slots into one memory, one after another, each at a multiple of [`ALIGN`] numbers. Slots that a program is
    /// bound to, or that are in a row already, stay where they are, and so do all if the system has no room.
    pub fn put_in_a_row(&mut self, places: &[usize]) {
        let twice = places.iter().enumerate().any(|(at, place)| places[..at].contains(place));
        if twice || !places.iter().all(|&place| self.slots[place].is_alone()) {
            return;
        }
        let room = |place: &usize| self.slots[*place].len.next_multiple_of(ALIGN);
        let Some(row) = Memory::zeros(places.iter().map(room).sum()) else { return };
        let (row, mut offset) = (Arc::new(row), 0);
        for &place in places {
            let slot = Slot { memory: Arc::clone(&row), offset, len: self.slots[place].len };
            offset += slot.len.next_multiple_of(ALIGN);
            let old = std::mem::replace(&mut self.slots[place], slot);
            let numbers = &old.memory.snapshot()[old.offset..old.offset + old.len];
            self.get_mut(place).copy_from_slice(numbers);
        }
    }

    pub fn get(&self, slot: usize) -> &[T] {
        let Slot { memory, offset, len } = &self.slots[slot];
        &memory.snapshot()[*offset..offset + len]
    }

    pub fn get_mut(&mut self, slot: usize) -> &mut [T] {
        let Slot { memory, offset, len } = &self.slots[slot];
        // SAFETY: only programs know the address, and they run only with `&mut` of this list.
        unsafe { &mut memory.as_mut()[*offset..offset + len] }
    }

    pub(super) fn id(&self) -> u64 {
        self.id
    }

    pub(super) fn slot(&self, slot: usize) -> &Slot<T> {
        &self.slots[slot]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_in_a_row_keep_their_numbers_and_their_holders() {
        let mut slots = Slots::<f32>::default();
        for (at, len) in [3usize, 40, 1].into_iter().enumerate() {
            assert_eq!(slots.push(len), Some(at));
            slots.get_mut(at).fill(at as f32 + 1.0);
        }
        slots.put_in_a_row(&[2, 1, 0]);
        assert_eq!((slots.get(0), slots.get(1), slots.get(2)), (&[1.0; 3][..], &[2.0; 40][..], &[3.0][..]));
        let start = slots.slot(2).start();
        assert_eq!(slots.slot(1).start(), start.wrapping_add(ALIGN));
        assert_eq!(slots.slot(0).start(), start.wrapping_add(3 * ALIGN));
        let held = slots.slot(1).clone();
        slots.put_in_a_row(&[0, 1]);
        assert!(slots.slot(1).is(&held), "a program may hold it");
        assert!(slots.replace(1, 2) && !slots.slot(1).is(&held));
        assert_eq!(held.len(), 40);
    }
}
