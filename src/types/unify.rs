//! Matching the sizes a function declares against the sizes it is given.

use indexmap::IndexMap;

use super::{Shape, Size, SizeVar};

/// What the named sizes of a declaration stand for at one use.
#[derive(Clone, Debug, Default)]
pub struct Bindings {
    known: IndexMap<SizeVar, Size>,
}

/// Why a declared shape and a given one do not agree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnifyError {
    /// A different number of axes.
    Rank { declared: usize, given: usize },
    /// This axis must have the first size and has the second.
    Dim { axis: usize, expected: Size, found: Size },
}

impl Bindings {
    /// The size a name stands for, if it is bound.
    pub fn get(&self, var: &SizeVar) -> Option<&Size> {
        self.known.get(var)
    }

    pub fn bind(&mut self, var: SizeVar, size: Size) {
        self.known.insert(var, size);
    }

    /// `size` with all bound names replaced.
    pub fn apply(&self, size: &Size) -> Option<Size> {
        size.substitute(&|var| self.known.get(var).cloned())
    }

    pub fn apply_shape(&self, shape: &Shape) -> Option<Shape> {
        shape.substitute(&|var| self.known.get(var).cloned())
    }

    /// Makes `declared` equal to `given` by binding names of `flexible`; first mention binds, later ones must agree.
    pub fn unify(&mut self, declared: &Shape, given: &Shape, flexible: &[SizeVar]) -> Result<(), UnifyError> {
        if declared.rank() != given.rank() {
            return Err(UnifyError::Rank { declared: declared.rank(), given: given.rank() });
        }
        for (axis, (expected, found)) in declared.0.iter().zip(&given.0).enumerate() {
            self.unify_size(expected, found, flexible).map_err(|expected| UnifyError::Dim {
                axis,
                expected,
                found: found.clone(),
            })?;
        }
        Ok(())
    }

    /// One size; the error is what was expected, with the names known so far put in.
    pub fn unify_size(&mut self, declared: &Size, given: &Size, flexible: &[SizeVar]) -> Result<(), Size> {
        let expected = self.apply(declared).unwrap_or_else(|| declared.clone());
        if expected == *given {
            return Ok(());
        }
        let open: Vec<SizeVar> = expected
            .vars()
            .into_iter()
            .filter(|v| flexible.contains(v) && !self.known.contains_key(v))
            .collect();
        let solved = match open.as_slice() {
            [var] => solve(&expected, var, given).map(|size| (var.clone(), size)),
            _ => None,
        };
        let (var, size) = solved.ok_or(expected)?;
        self.known.insert(var, size);
        Ok(())
    }
}

/// The value of `var` that makes `expected` equal to `given`, where `expected` is linear in it.
fn solve(expected: &Size, var: &SizeVar, given: &Size) -> Option<Size> {
    let (coefficient, rest) = expected.linear_in(var)?;
    let value = given.sub(&rest)?.div(&Size::Known(coefficient))?;
    (value.known().is_none_or(|n| n >= 0) && !value.vars().contains(var)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_mention_binds_and_a_second_must_agree() {
        let n = SizeVar { id: 0, name: "n".into() };
        let mut bindings = Bindings::default();
        let declared = Shape(vec![Size::var(n.clone()), Size::var(n.clone())]);
        assert_eq!(bindings.unify(&declared, &Shape::known(&[3, 3]), std::slice::from_ref(&n)), Ok(()));
        assert_eq!(bindings.get(&n), Some(&Size::Known(3)));
        assert_eq!(
            Bindings::default().unify(&declared, &Shape::known(&[3, 4]), &[n]),
            Err(UnifyError::Dim { axis: 1, expected: Size::Known(3), found: Size::Known(4) })
        );
    }

    #[test]
    fn a_linear_size_is_solved() {
        let n = SizeVar { id: 0, name: "n".into() };
        let twice = Size::Known(2).mul(&Size::var(n.clone())).unwrap();
        let mut bindings = Bindings::default();
        assert_eq!(bindings.unify_size(&twice, &Size::Known(10), std::slice::from_ref(&n)), Ok(()));
        assert_eq!(bindings.get(&n), Some(&Size::Known(5)));
        assert!(Bindings::default().unify_size(&twice, &Size::Known(9), &[n]).is_err());
    }
}
