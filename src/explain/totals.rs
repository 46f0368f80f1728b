//! Sums, means and products of matrices: what is the same for all that they run over goes in front.

use super::algebra::Monomial;
use super::term::{Id, Term, Terms};
use crate::graph::Attribute;
use crate::tensor::Axis;
use crate::types::{Shape, Size, TensorType};

impl Terms {
    /// The sum of all numbers, or along an axis; numbers go in front.
    pub fn total(&mut self, axis: Axis, x: Id, ty: &TensorType) -> Id {
        let x = self.best(x);
        let source = self.ty(x).clone();
        let monomial = self.monomial(x);
        let is_repeated = self.bare(x) != x && self.is_scalar(self.bare(x));
        if axis == Axis::All && (is_repeated || self.is_scalar(x)) {
            let len = source.shape.len().unwrap_or(Size::Known(1));
            let len = self.size(&len);
            let total = self.product(monomial.factor, &[monomial.bases, vec![(len, 2)]].concat());
            return self.fill(total, ty);
        }
        let (outside, inside): (Vec<_>, Vec<_>) =
            monomial.bases.into_iter().partition(|(base, _)| self.is_scalar(*base));
        let (_, number) = self.primitive(x);
        if monomial.factor == 1.0 && number == 1.0 && outside.is_empty() {
            return self.intern(Term::Apply("sum", vec![Attribute::Axis(axis)], vec![x]), ty.clone());
        }
        let inside = self.product(1.0, &inside);
        let (inside, number) = self.primitive(inside);
        let inside = self.fill(inside, &source);
        let total = self.intern(Term::Apply("sum", vec![Attribute::Axis(axis)], vec![inside]), ty.clone());
        let mut factors = outside;
        factors.push((total, 2));
        let result = self.product(monomial.factor * number, &factors);
        self.fill(result, ty)
    }

    /// The mean of everything in one example, numbers in front; of differences from a mean it is 0.
    pub fn mean(&mut self, axis: Axis, x: Id, ty: &TensorType) -> Id {
        let source = self.ty(x).clone();
        let terms = self.linear(x);
        let kept: Vec<(f64, Id)> =
            terms.iter().copied().filter(|(_, term)| axis != Axis::All || !self.is_centred(*term)).collect();
        let x = match kept.len() == terms.len() {
            true => x,
            false => self.sum(&kept, &source),
        };
        let x = self.best(x);
        if self.number(x) == Some(0.0) || axis == Axis::All && self.is_centred(x) {
            let zero = self.constant(0.0);
            return self.fill(zero, ty);
        }
        self.in_front("mean", vec![Attribute::Axis(axis)], x, ty)
    }

    /// The mean over the examples of a batch; of differences from that mean it is 0.
    pub fn batch_mean(&mut self, x: Id, ty: &TensorType) -> Id {
        let x = self.best(x);
        let x = self.without_batch_centred(x);
        if self.number(x) == Some(0.0) {
            return self.fill(x, ty);
        }
        let x = self.best(x);
        self.in_front("batch_mean", Vec::new(), x, ty)
    }

    /// A mean, with what is the same for all that it runs over in front of it.
    fn in_front(&mut self, name: &'static str, attributes: Vec<Attribute>, x: Id, ty: &TensorType) -> Id {
        let full = self.ty(x).clone();
        let monomial = self.monomial(x);
        if monomial.bases.is_empty() || self.is_scalar(x) && self.bare(x) != x {
            return self.intern(Term::Apply(name, attributes, vec![x]), ty.clone());
        }
        let is_fixed = |base: Id| match name {
            "mean" => self.is_scalar(base) && !self.is_scalar(x),
            _ => self.ty(base).batch.is_none(),
        };
        let (outside, inside): (Vec<_>, Vec<_>) =
            monomial.bases.into_iter().partition(|(base, _)| is_fixed(*base));
        if inside.is_empty() {
            return self.intern(Term::Apply(name, attributes, vec![x]), ty.clone());
        }
        let inner = self.product(1.0, &inside);
        let (inner, number) = self.primitive(inner);
        let own = TensorType { shape: self.ty(inner).shape.clone(), batch: None };
        let (inner, own) = match name {
            "mean" => (self.fill(inner, &full), ty.clone()),
            _ => (inner, own),
        };
        let mean = self.intern(Term::Apply(name, attributes, vec![inner]), own);
        let result = self.product(monomial.factor * number, &[outside, vec![(mean, 2)]].concat());
        self.fill(result, ty)
    }

    /// Whether a term is `u − mean(u)`, perhaps times numbers.
    fn is_centred(&mut self, id: Id) -> bool {
        let bases = self.monomial(id).bases;
        let tensors: Vec<(Id, i32)> = bases.into_iter().filter(|(base, _)| !self.is_scalar(*base)).collect();
        let &[(base, 2)] = tensors.as_slice() else { return false };
        let parts = self.linear(self.resolve(base));
        match parts.as_slice() {
            &[(f, a), (h, b)] => {
                f == -h && (self.under(b, "mean") == Some(a) || self.under(a, "mean") == Some(b))
            }
            _ => false,
        }
    }

    /// A term without the parts that have mean 0 over the batch.
    fn without_batch_centred(&mut self, x: Id) -> Id {
        if self.is_batch_centred(x) {
            return self.constant(0.0);
        }
        let Monomial { factor, bases } = self.monomial(x);
        let (mut fixed, varying): (Vec<_>, Vec<_>) =
            bases.into_iter().partition(|(base, _)| self.ty(*base).batch.is_none());
        let &[(base, 2)] = varying.as_slice() else { return x };
        let (terms, source) = (self.linear(base), self.ty(base).clone());
        let kept: Vec<(f64, Id)> =
            terms.iter().copied().filter(|(_, term)| !self.is_batch_centred(*term)).collect();
        if kept.len() == terms.len() {
            return x;
        }
        fixed.push((self.sum(&kept, &source), 2));
        let (product, ty) = (self.product(factor, &fixed), self.ty(x).clone());
        self.fill(product, &ty)
    }

    /// Whether a term is `u − batch_mean(u)`, perhaps times what is the same for all examples.
    fn is_batch_centred(&mut self, id: Id) -> bool {
        let bases = self.monomial(id).bases;
        let varying: Vec<(Id, i32)> =
            bases.into_iter().filter(|(base, _)| self.ty(*base).batch.is_some()).collect();
        let &[(base, 2)] = varying.as_slice() else { return false };
        let parts = self.linear(self.resolve(base));
        let &[(f, a), (g, b)] = parts.as_slice() else { return false };
        let is_mean = |terms: &Terms, mean: Id, of: Id| {
            terms.applied(terms.resolve(terms.bare(mean)), "batch_mean") == Some(&[of])
        };
        f == -g && (is_mean(self, b, a) || is_mean(self, a, b))
    }

    /// The sum over the examples of a batch; what is the same for all goes in front.
    pub fn batch_total(&mut self, x: Id, ty: &TensorType) -> Id {
        let x = self.best(x);
        let monomial = self.monomial(x);
        let (inside, outside): (Vec<_>, Vec<_>) =
            monomial.bases.into_iter().partition(|(base, _)| self.ty(*base).batch.is_some());
        let inner = self.product(1.0, &inside);
        let (inner, number) = self.primitive(inner);
        let own = TensorType { shape: self.ty(inner).shape.clone(), batch: None };
        let total = self.intern(Term::Apply("batch_sum", Vec::new(), vec![inner]), own);
        let mut factors = outside;
        factors.push((total, 2));
        let result = self.product(monomial.factor * number, &factors);
        self.fill(result, ty)
    }

    /// The matrix product, with numbers in front.
    pub fn matmul(&mut self, a: Id, b: Id, ty: &TensorType) -> Id {
        let mut factor = 1.0;
        let mut outside = Vec::new();
        let mut sides = Vec::new();
        for side in [a, b] {
            let full = self.ty(side).clone();
            let monomial = self.monomial(side);
            let (scalars, rest): (Vec<_>, Vec<_>) =
                monomial.bases.into_iter().partition(|(base, _)| self.is_scalar(*base));
            if rest.is_empty() || (monomial.factor == 1.0 && scalars.is_empty()) {
                sides.push(side);
                continue;
            }
            factor *= monomial.factor;
            outside.extend(scalars);
            let rest = self.product(1.0, &rest);
            sides.push(self.fill(rest, &full));
        }
        let product = self.intern(Term::Apply("matmul", Vec::new(), sides), ty.clone());
        outside.push((product, 2));
        self.product(factor, &outside)
    }

    pub fn transpose(&mut self, x: Id, ty: &TensorType) -> Id {
        if let Some(&[inner]) = self.applied(x, "transpose")
            && self.ty(inner).shape.rank() >= 2
        {
            return inner;
        }
        if self.bare(x) != x && self.is_scalar(self.bare(x)) {
            let bare = self.bare(x);
            return self.fill(bare, ty);
        }
        let monomial = self.monomial(x);
        if let [(base, 2)] = monomial.bases.as_slice()
            && monomial.factor != 1.0
            && self.ty(*base).shape.rank() > 0
        {
            let turned = self.transpose(*base, ty);
            return self.scale(monomial.factor, turned);
        }
        if let Some(&[a, b]) = self.applied(x, "matmul")
            && self.ty(a).shape.rank() == 2
            && self.ty(b).shape.rank() == 2
        {
            let turned = |terms: &mut Terms, id: Id| {
                let ty = transposed(terms.ty(id));
                terms.transpose(id, &ty)
            };
            let (right, left) = (turned(self, a), turned(self, b));
            return self.matmul(left, right, ty);
        }
        self.intern(Term::Apply("transpose", Vec::new(), vec![x]), ty.clone())
    }
}

pub(super) fn transposed(ty: &TensorType) -> TensorType {
    let mut dims: Vec<Size> = ty.shape.0.iter().rev().cloned().collect();
    if dims.len() == 1 {
        dims.insert(0, Size::Known(1));
    }
    TensorType { shape: Shape(dims), batch: ty.batch }
}
