//! Cells in a shape of any number of axes.

/// Expressions of one number each, in the order of rows.
#[derive(Clone, Debug)]
pub struct Field {
    pub shape: Vec<usize>,
    pub cells: Vec<String>,
}

/// All places of a shape, the last axis first.
pub fn places(shape: &[usize]) -> impl Iterator<Item = Vec<usize>> + use<> {
    let shape = shape.to_vec();
    (0..shape.iter().product::<usize>()).map(move |mut at| {
        let mut place = vec![0; shape.len()];
        for (slot, size) in place.iter_mut().zip(&shape).rev() {
            (*slot, at) = (at % size, at / size);
        }
        place
    })
}

/// The shape that shapes fit in, aligned at their last axes.
pub fn wide<'a>(shapes: impl Iterator<Item = &'a [usize]> + Clone) -> Vec<usize> {
    let rank = shapes.clone().map(<[usize]>::len).max().unwrap_or(0);
    let mut wide = vec![1; rank];
    for shape in shapes {
        for (slot, &size) in wide.iter_mut().rev().zip(shape.iter().rev()) {
            if *slot == 1 {
                *slot = size;
            }
        }
    }
    wide
}

impl Field {
    /// The numbers of the argument `a{at}`, which is a vector, or a number.
    pub fn named(at: usize, shape: &[usize]) -> Field {
        let count: usize = shape.iter().product();
        let cell = |index: usize| if shape.is_empty() { format!("a{at}") } else { format!("a{at}[{index}]") };
        Field { shape: shape.to_vec(), cells: (0..count).map(cell).collect() }
    }

    pub fn new(shape: &[usize], cell: impl Fn(&[usize]) -> String) -> Field {
        Field { shape: shape.to_vec(), cells: places(shape).map(|place| cell(&place)).collect() }
    }

    /// One number.
    pub fn one(cell: String) -> Field {
        Field { shape: Vec::new(), cells: vec![cell] }
    }

    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    pub fn reshaped(&self, shape: &[usize]) -> Field {
        Field { shape: shape.to_vec(), cells: self.cells.clone() }
    }

    /// The cell at a place.
    pub fn at(&self, place: &[usize]) -> &str {
        let index = place.iter().zip(&self.shape).fold(0, |index, (&at, &size)| index * size + at);
        &self.cells[index]
    }

    /// The cell at a place of a larger shape, repeated along axes of one and along those it lacks.
    pub fn spread(&self, place: &[usize]) -> &str {
        let own = &place[place.len() - self.rank()..];
        let own: Vec<usize> = own.iter().zip(&self.shape).map(|(&at, &size)| at.min(size - 1)).collect();
        self.at(&own)
    }

    /// As large as a wider shape.
    pub fn widened(&self, shape: &[usize]) -> Field {
        Field::new(shape, |place| self.spread(place).to_string())
    }

    /// The places of the other axes, and the cells along `axes` at each.
    pub fn lanes(&self, axes: &[usize]) -> (Vec<usize>, Vec<Vec<&str>>) {
        let along: Vec<usize> = axes.iter().map(|&axis| self.shape[axis]).collect();
        let rest: Vec<usize> = (0..self.rank()).filter(|axis| !axes.contains(axis)).collect();
        let shape: Vec<usize> = rest.iter().map(|&axis| self.shape[axis]).collect();
        let lane = |place: Vec<usize>| {
            let mut whole = vec![0; self.rank()];
            rest.iter().zip(place).for_each(|(&axis, at)| whole[axis] = at);
            let cells = places(&along).map(|inner| {
                axes.iter().zip(inner).for_each(|(&axis, at)| whole[axis] = at);
                self.at(&whole)
            });
            cells.collect()
        };
        let lanes = places(&shape).map(lane).collect();
        (shape, lanes)
    }

    /// Each lane along `axes` taken to as many cells, which stand where the lane's did.
    pub fn along(&self, axes: &[usize], each: impl Fn(&[&str]) -> Vec<String>) -> Field {
        let (rest, lanes) = self.lanes(axes);
        let made: Vec<Vec<String>> = lanes.iter().map(|lane| each(lane)).collect();
        let along: Vec<usize> = axes.iter().map(|&axis| self.shape[axis]).collect();
        let index = |shape: &[usize], place: &[usize]| {
            place.iter().zip(shape).fold(0, |index, (&at, &size)| index * size + at)
        };
        Field::new(&self.shape, |place| {
            let inner: Vec<usize> = axes.iter().map(|&axis| place[axis]).collect();
            let outer: Vec<usize> =
                (0..place.len()).filter(|axis| !axes.contains(axis)).map(|axis| place[axis]).collect();
            made[index(&rest, &outer)][index(&along, &inner)].clone()
        })
    }
}

/// A vector of cells.
pub fn list<T: AsRef<str>>(cells: &[T]) -> String {
    format!("[{}]", cells.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "))
}

/// Cells with a sign between them, in brackets.
pub fn joined<T: AsRef<str>>(cells: &[T], sign: &str) -> String {
    format!("({})", cells.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(sign))
}
