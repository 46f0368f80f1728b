//! A size: a whole number, or a polynomial in named sizes, always in normal form.
//!
//! Two sizes are equal exactly if their normal forms are, so `n + n` and `2 * n` are the same size. A division
//! that does not come out even stays as an opaque quotient. All arithmetic is checked: `None` means that a
//! coefficient left the range of `i64` or a polynomial grew past [`MAX_TERMS`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// More terms than anyone writes; a bound on the work a hostile annotation can ask for.
const MAX_TERMS: usize = 256;

/// A named size. Equal by identity, shown by name.
#[derive(Clone, Debug)]
pub struct SizeVar {
    pub id: u32,
    pub name: Arc<str>,
}

/// A size in normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Size {
    /// A number; negative only on the way to something else.
    Known(i64),
    /// A polynomial with at least one name in it.
    Symbolic(Arc<Polynomial>),
}

/// Coefficients by product of atoms; no coefficient is 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Polynomial {
    terms: BTreeMap<Monomial, i64>,
}

/// Atoms with their powers; the empty product is 1.
type Monomial = BTreeMap<Atom, u32>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Atom {
    Var(SizeVar),
    Quotient(Size, Size),
}

impl Size {
    pub fn var(var: SizeVar) -> Size {
        Size::from_terms(BTreeMap::from([(BTreeMap::from([(Atom::Var(var), 1)]), 1)]))
    }

    pub fn known(&self) -> Option<i64> {
        match self {
            Size::Known(n) => Some(*n),
            Size::Symbolic(_) => None,
        }
    }

    /// The number as a count, if it is known and not negative.
    pub fn count(&self) -> Option<usize> {
        self.known().and_then(|n| usize::try_from(n).ok())
    }

    pub fn add(&self, other: &Size) -> Option<Size> {
        if let (Size::Known(a), Size::Known(b)) = (self, other) {
            return a.checked_add(*b).map(Size::Known);
        }
        let mut terms = self.terms();
        for (monomial, coefficient) in other.terms() {
            add_term(&mut terms, monomial, coefficient)?;
        }
        Size::bounded(terms)
    }

    pub fn negate(&self) -> Option<Size> {
        self.mul(&Size::Known(-1))
    }

    pub fn sub(&self, other: &Size) -> Option<Size> {
        self.add(&other.negate()?)
    }

    pub fn mul(&self, other: &Size) -> Option<Size> {
        if let (Size::Known(a), Size::Known(b)) = (self, other) {
            return a.checked_mul(*b).map(Size::Known);
        }
        let (left, right) = (self.terms(), other.terms());
        if left.len().checked_mul(right.len())? > MAX_TERMS * 4 {
            return None;
        }
        let mut terms = BTreeMap::new();
        for (m1, c1) in &left {
            for (m2, c2) in &right {
                add_term(&mut terms, multiply(m1, m2)?, c1.checked_mul(*c2)?)?;
            }
        }
        Size::bounded(terms)
    }

    /// `self / other`: exact where it comes out even, else an opaque quotient. `None` for a division by 0, and
    /// for a known division with a remainder.
    pub fn div(&self, other: &Size) -> Option<Size> {
        if *other == Size::Known(0) {
            return None;
        }
        if let (Size::Known(a), Size::Known(b)) = (self, other) {
            return (a.checked_rem(*b)? == 0).then(|| Size::Known(a / b));
        }
        if self == other {
            return Some(Size::Known(1));
        }
        self.div_exact(other).or_else(|| {
            let atom = Atom::Quotient(self.clone(), other.clone());
            Some(Size::from_terms(BTreeMap::from([(BTreeMap::from([(atom, 1)]), 1)])))
        })
    }

    /// Division by a single term, where every coefficient and power allows it.
    fn div_exact(&self, other: &Size) -> Option<Size> {
        let divisor = other.terms();
        let [(divisor_monomial, divisor_coefficient)] = Vec::from_iter(divisor).try_into().ok()?;
        let mut terms = BTreeMap::new();
        for (mut monomial, coefficient) in self.terms() {
            if coefficient.checked_rem(divisor_coefficient)? != 0 {
                return None;
            }
            for (atom, power) in &divisor_monomial {
                let left = monomial.get(atom)?.checked_sub(*power)?;
                if left == 0 {
                    monomial.remove(atom);
                } else {
                    monomial.insert(atom.clone(), left);
                }
            }
            add_term(&mut terms, monomial, coefficient / divisor_coefficient)?;
        }
        Size::bounded(terms)
    }

    /// The named sizes in it, each once.
    pub fn vars(&self) -> Vec<SizeVar> {
        let mut found = Vec::new();
        self.collect_vars(&mut found);
        found
    }

    fn collect_vars(&self, found: &mut Vec<SizeVar>) {
        for atom in self.terms().into_keys().flat_map(BTreeMap::into_keys) {
            match atom {
                Atom::Var(var) => {
                    if !found.contains(&var) {
                        found.push(var);
                    }
                }
                Atom::Quotient(a, b) => {
                    a.collect_vars(found);
                    b.collect_vars(found);
                }
            }
        }
    }

    /// The size with each name replaced by what `lookup` says of it (unchanged where it says nothing).
    pub fn substitute(&self, lookup: &dyn Fn(&SizeVar) -> Option<Size>) -> Option<Size> {
        if self.known().is_some() {
            return Some(self.clone());
        }
        let mut sum = Size::Known(0);
        for (monomial, coefficient) in self.terms() {
            let mut product = Size::Known(coefficient);
            for (atom, power) in monomial {
                let value = match &atom {
                    Atom::Var(var) => lookup(var).unwrap_or_else(|| Size::var(var.clone())),
                    Atom::Quotient(a, b) => a.substitute(lookup)?.div(&b.substitute(lookup)?)?,
                };
                for _ in 0..power {
                    product = product.mul(&value)?;
                }
            }
            sum = sum.add(&product)?;
        }
        Some(sum)
    }

    /// Writes the size as `coefficient * var + rest` if `var` occurs only to the first power and alone.
    pub fn linear_in(&self, var: &SizeVar) -> Option<(i64, Size)> {
        let alone = BTreeMap::from([(Atom::Var(var.clone()), 1)]);
        let mut terms = self.terms();
        let coefficient = terms.remove(&alone)?;
        let rest = Size::from_terms(terms);
        (!rest.vars().contains(var)).then_some((coefficient, rest))
    }

    fn terms(&self) -> BTreeMap<Monomial, i64> {
        match self {
            Size::Known(0) => BTreeMap::new(),
            Size::Known(n) => BTreeMap::from([(Monomial::new(), *n)]),
            Size::Symbolic(polynomial) => polynomial.terms.clone(),
        }
    }

    fn bounded(terms: BTreeMap<Monomial, i64>) -> Option<Size> {
        (terms.len() <= MAX_TERMS).then(|| Size::from_terms(terms))
    }

    fn from_terms(terms: BTreeMap<Monomial, i64>) -> Size {
        match terms.first_key_value() {
            None => Size::Known(0),
            Some((monomial, coefficient)) if terms.len() == 1 && monomial.is_empty() => {
                Size::Known(*coefficient)
            }
            Some(_) => Size::Symbolic(Arc::new(Polynomial { terms })),
        }
    }
}

fn add_term(terms: &mut BTreeMap<Monomial, i64>, monomial: Monomial, coefficient: i64) -> Option<()> {
    let sum = terms.get(&monomial).copied().unwrap_or(0).checked_add(coefficient)?;
    if sum == 0 {
        terms.remove(&monomial);
    } else {
        terms.insert(monomial, sum);
    }
    Some(())
}

fn multiply(a: &Monomial, b: &Monomial) -> Option<Monomial> {
    let mut product = a.clone();
    for (atom, power) in b {
        let sum = product.get(atom).copied().unwrap_or(0).checked_add(*power)?;
        if sum > 64 {
            return None;
        }
        product.insert(atom.clone(), sum);
    }
    Some(product)
}

impl From<usize> for Size {
    fn from(n: usize) -> Size {
        Size::Known(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl PartialEq for SizeVar {
    fn eq(&self, other: &SizeVar) -> bool {
        self.id == other.id
    }
}
impl Eq for SizeVar {}
impl PartialOrd for SizeVar {
    fn partial_cmp(&self, other: &SizeVar) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for SizeVar {
    fn cmp(&self, other: &SizeVar) -> std::cmp::Ordering {
        self.id.cmp(&other.id)
    }
}
impl std::hash::Hash for SizeVar {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let terms = self.terms();
        if terms.is_empty() {
            return f.write_str("0");
        }
        // The constant is the empty product and sorts first; it reads better last.
        let ordered =
            terms.iter().filter(|(m, _)| !m.is_empty()).chain(terms.iter().filter(|(m, _)| m.is_empty()));
        for (at, (monomial, coefficient)) in ordered.enumerate() {
            match (at, *coefficient < 0) {
                (0, true) => f.write_str("-")?,
                (0, false) => {}
                (_, true) => f.write_str(" - ")?,
                (_, false) => f.write_str(" + ")?,
            }
            write_term(f, monomial, coefficient.unsigned_abs())?;
        }
        Ok(())
    }
}

fn write_term(f: &mut fmt::Formatter<'_>, monomial: &Monomial, coefficient: u64) -> fmt::Result {
    let mut first = true;
    if coefficient != 1 || monomial.is_empty() {
        write!(f, "{coefficient}")?;
        first = false;
    }
    for (atom, power) in monomial {
        for _ in 0..*power {
            if !first {
                f.write_str(" * ")?;
            }
            first = false;
            match atom {
                Atom::Var(var) => f.write_str(&var.name)?,
                Atom::Quotient(a, b) => write!(f, "({a}) / ({b})")?,
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn var(id: u32, name: &str) -> Size {
        Size::var(SizeVar { id, name: name.into() })
    }

    #[test]
    fn sums_and_products_have_one_normal_form() {
        let (n, m) = (var(0, "n"), var(1, "m"));
        let twice = n.add(&n).unwrap();
        assert_eq!(twice, Size::Known(2).mul(&n).unwrap());
        assert_eq!(n.add(&m).unwrap().mul(&n).unwrap(), n.mul(&n).unwrap().add(&m.mul(&n).unwrap()).unwrap());
        assert_eq!(twice.sub(&n).unwrap().sub(&n).unwrap(), Size::Known(0));
        assert_eq!(twice.add(&Size::Known(1)).unwrap().to_string(), "2 * n + 1");
    }

    #[test]
    fn division_is_exact_or_opaque() {
        let (n, m) = (var(0, "n"), var(1, "m"));
        assert_eq!(n.mul(&m).unwrap().div(&m).unwrap(), n);
        assert_eq!(Size::Known(7).div(&Size::Known(2)), None);
        let half = n.div(&Size::Known(2)).unwrap();
        assert_eq!(half.to_string(), "(n) / (2)");
        assert_eq!(half.substitute(&|_| Some(Size::Known(10))), Some(Size::Known(5)));
    }

    #[test]
    fn overflow_is_none() {
        assert_eq!(Size::Known(i64::MAX).add(&Size::Known(1)), None);
        assert_eq!(Size::Known(i64::MAX).mul(&Size::Known(2)), None);
    }
}
