//! The numbers that outlive a step: parameters, optimizer states, counts.
//!
//! Several executables share one store: the step for full batches, the one for the last batch, evaluation.

use indexmap::IndexMap;

use super::executable::Bound;
use crate::graph::SlotId;
use crate::tensor::machine::Program;
use crate::tensor::{Buffer, Precision, Real, Slots, Tensor};

/// Values of slots in one precision.
#[derive(Debug)]
pub struct Store {
    slots: IndexMap<SlotId, Kept>,
    numbers: Numbers,
}

/// A slot of one number in one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberPlace(usize);

/// A slot: the shape it was set with, and its place among the numbers.
#[derive(Debug)]
struct Kept {
    shape: Vec<usize>,
    place: usize,
}

#[derive(Debug)]
pub enum Numbers {
    F32(Slots<f32>),
    F64(Slots<f64>),
}

/// A precision, as stores and executables see it.
pub trait Stored: Real + private::Sides {}
impl Stored for f32 {}
impl Stored for f64 {}

pub(super) mod private {
    use super::{Bound, Numbers, Program, Slots};

    /// The side of each pair of types that has this precision.
    pub trait Sides: Sized {
        fn slots(numbers: &Numbers) -> Option<&Slots<Self>>;
        fn slots_mut(numbers: &mut Numbers) -> Option<&mut Slots<Self>>;
        fn program(bound: &Bound) -> Option<&Program<Self>>;
        fn program_mut(bound: &mut Bound) -> Option<&mut Program<Self>>;
    }

    macro_rules! sides {
        ($T:ty, $this:ident, $other:ident) => {
            impl Sides for $T {
                fn slots(numbers: &Numbers) -> Option<&Slots<$T>> {
                    match numbers {
                        Numbers::$this(slots) => Some(slots),
                        Numbers::$other(_) => None,
                    }
                }
                fn slots_mut(numbers: &mut Numbers) -> Option<&mut Slots<$T>> {
                    match numbers {
                        Numbers::$this(slots) => Some(slots),
                        Numbers::$other(_) => None,
                    }
                }
                fn program(bound: &Bound) -> Option<&Program<$T>> {
                    match bound {
                        Bound::$this(program) => Some(program),
                        Bound::$other(_) => None,
                    }
                }
                fn program_mut(bound: &mut Bound) -> Option<&mut Program<$T>> {
                    match bound {
                        Bound::$this(program) => Some(program),
                        Bound::$other(_) => None,
                    }
                }
            }
        };
    }
    sides!(f32, F32, F64);
    sides!(f64, F64, F32);
}

impl Store {
    pub fn new(precision: Precision) -> Store {
        let numbers = match precision {
            Precision::F32 => Numbers::F32(Slots::default()),
            Precision::F64 => Numbers::F64(Slots::default()),
        };
        Store { slots: IndexMap::new(), numbers }
    }

    pub fn precision(&self) -> Precision {
        match &self.numbers {
            Numbers::F32(_) => Precision::F32,
            Numbers::F64(_) => Precision::F64,
        }
    }

    pub fn contains(&self, slot: SlotId) -> bool {
        self.slots.contains_key(&slot)
    }

    pub fn slots(&self) -> impl Iterator<Item = SlotId> {
        self.slots.keys().copied()
    }

    /// Sets a slot, rounding to the precision of the store. A slot that has this size already keeps its place, so
    /// that executables bound to it see the new numbers; with another size they must be bound again. `false` if the
    /// system has no memory.
    #[must_use]
    pub fn set(&mut self, slot: SlotId, value: &Tensor) -> bool {
        match self.precision() {
            Precision::F32 => self.set_as::<f32>(slot, value).is_some(),
            Precision::F64 => self.set_as::<f64>(slot, value).is_some(),
        }
    }

    fn set_as<T: Stored>(&mut self, slot: SlotId, value: &Tensor) -> Option<()> {
        let len = value.data.len();
        let slots = T::slots_mut(&mut self.numbers)?;
        let place = match self.slots.get(&slot) {
            Some(kept) => kept.place,
            None => slots.push(len)?,
        };
        if slots.get(place).len() != len && !slots.replace(place, len) {
            return None;
        }
        self.slots.insert(slot, Kept { shape: value.shape.clone(), place });
        write_rounded(slots.get_mut(place), &value.data);
        Some(())
    }

    /// Sets a slot that is one number; cheaper than [`Store::set`]. `false` if it is no such slot.
    #[must_use]
    pub fn set_number(&mut self, slot: SlotId, value: f64) -> bool {
        let only = match self.precision() {
            Precision::F32 => {
                self.slice_mut::<f32>(slot).map(|numbers| numbers.iter_mut().for_each(|n| *n = value as f32))
            }
            Precision::F64 => {
                self.slice_mut::<f64>(slot).map(|numbers| numbers.iter_mut().for_each(|n| *n = value))
            }
        };
        only.is_some()
    }

    /// Where a slot of one number is, for [`Store::set_number_at`] in every step.
    pub fn number_place(&self, slot: SlotId) -> Option<NumberPlace> {
        self.slots.get(&slot).filter(|kept| kept.shape.is_empty()).map(|kept| NumberPlace(kept.place))
    }

    /// Sets a slot that is one number without looking for it.
    pub fn set_number_at(&mut self, place: NumberPlace, value: f64) {
        match &mut self.numbers {
            Numbers::F32(slots) => slots.get_mut(place.0).fill(value as f32),
            Numbers::F64(slots) => slots.get_mut(place.0).fill(value),
        }
    }

    pub fn get(&self, slot: SlotId) -> Option<Tensor> {
        let kept = self.slots.get(&slot)?;
        let data = match &self.numbers {
            Numbers::F32(slots) => Buffer::F32(slots.get(kept.place).to_vec()),
            Numbers::F64(slots) => Buffer::F64(slots.get(kept.place).to_vec()),
        };
        Some(Tensor { shape: kept.shape.clone(), examples: None, data })
    }

    /// The numbers of a slot into a buffer of its length; one of the other precision is left as it is.
    pub fn copy_to(&self, slot: SlotId, to: &mut Buffer) {
        let Some(kept) = self.slots.get(&slot) else { return };
        match (&self.numbers, to) {
            (Numbers::F32(slots), Buffer::F32(to)) => to.copy_from_slice(slots.get(kept.place)),
            (Numbers::F64(slots), Buffer::F64(to)) => to.copy_from_slice(slots.get(kept.place)),
            (Numbers::F32(_), Buffer::F64(_)) | (Numbers::F64(_), Buffer::F32(_)) => {}
        }
    }

    /// How many numbers a slot has.
    pub fn len_of(&self, slot: SlotId) -> Option<usize> {
        let place = self.slots.get(&slot)?.place;
        Some(match &self.numbers {
            Numbers::F32(slots) => slots.get(place).len(),
            Numbers::F64(slots) => slots.get(place).len(),
        })
    }

    /// Whether every number of a slot is finite; one that is not there has none that isn't.
    pub fn is_finite(&self, slot: SlotId) -> bool {
        let Some(kept) = self.slots.get(&slot) else { return true };
        match &self.numbers {
            Numbers::F32(slots) => slots.get(kept.place).iter().all(|number| number.is_finite()),
            Numbers::F64(slots) => slots.get(kept.place).iter().all(|number| number.is_finite()),
        }
    }

    /// The numbers of a slot, if this is the precision.
    pub fn slice<T: Stored>(&self, slot: SlotId) -> Option<&[T]> {
        Some(T::slots(&self.numbers)?.get(self.slots.get(&slot)?.place))
    }

    pub fn slice_mut<T: Stored>(&mut self, slot: SlotId) -> Option<&mut [T]> {
        Some(T::slots_mut(&mut self.numbers)?.get_mut(self.slots.get(&slot)?.place))
    }

    /// Puts slots beside each other, as far as no executable is bound to them.
    pub(super) fn put_in_a_row(&mut self, slots: &[SlotId]) {
        let places: Option<Vec<usize>> = slots.iter().map(|&slot| self.place(slot)).collect();
        match (places, &mut self.numbers) {
            (Some(places), Numbers::F32(slots)) => slots.put_in_a_row(&places),
            (Some(places), Numbers::F64(slots)) => slots.put_in_a_row(&places),
            // A slot is missing, which binding says.
            (None, _) => {}
        }
    }

    pub(super) fn place(&self, slot: SlotId) -> Option<usize> {
        self.slots.get(&slot).map(|kept| kept.place)
    }

    pub(super) fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    pub(super) fn numbers_mut(&mut self) -> &mut Numbers {
        &mut self.numbers
    }
}

/// As many numbers as both have, rounded to the precision of the target.
pub(super) fn write_rounded<T: Real>(to: &mut [T], from: &Buffer) {
    match (T::slice(from), from) {
        (Some(values), _) => to.iter_mut().zip(values).for_each(|(to, &value)| *to = value),
        (None, Buffer::F32(values)) => {
            to.iter_mut().zip(values).for_each(|(to, &v)| *to = T::of(f64::from(v)))
        }
        (None, Buffer::F64(values)) => to.iter_mut().zip(values).for_each(|(to, &v)| *to = T::of(v)),
    }
}
