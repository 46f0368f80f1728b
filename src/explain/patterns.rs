//! Identities of particular functions: softmax, derivatives with a name of their own, choices.

use super::algebra::Power;
use super::term::{Id, Term, Terms};
use crate::graph::{Attribute, Real};
use crate::tensor::Axis;
use crate::types::{Shape, Size, TensorType};

impl Terms {
    /// A function of values, in normal form.
    pub fn apply(
        &mut self,
        name: &'static str,
        attributes: Vec<Attribute>,
        inputs: Vec<Id>,
        ty: &TensorType,
    ) -> Id {
        let result = match (name, inputs.as_slice()) {
            ("exp" | "sigmoid" | "softplus" | "tanh" | "erf" | "log" | "sin" | "cos", &[x]) => {
                let x = self.bare(x);
                self.function(name, x)
            }
            _ => {
                let own = self.intern(Term::Apply(name, attributes, inputs), ty.clone());
                return own;
            }
        };
        self.fill(result, ty)
    }

    fn function(&mut self, name: &'static str, x: Id) -> Id {
        let ty = self.ty(x).clone();
        if name == "softplus"
            && let Some(logarithm) = self.named_logarithm(x)
        {
            return self.scale(-1.0, logarithm);
        }
        // σ(−z) = 1 − σ(z), tanh(−z) = −tanh(z), erf(−z) = −erf(z)
        if let Some(opposite) = self.opposite(x) {
            let plain = self.intern(Term::Apply(name, Vec::new(), vec![opposite]), ty.clone());
            match name {
                "sigmoid" => {
                    let one = self.constant(1.0);
                    return self.subtract(one, plain);
                }
                "tanh" | "erf" | "sin" => return self.scale(-1.0, plain),
                "cos" => return plain,
                _ => {}
            }
        }
        if name == "exp"
            && let Some(z) = self.under(x, "log_softmax")
        {
            return self.intern(Term::Apply("softmax", Vec::new(), vec![z]), ty);
        }
        self.intern(Term::Apply(name, Vec::new(), vec![x]), ty)
    }

    /// −softplus(−z) is log(ŷ) and −softplus(z) is log(1 − ŷ) where ŷ = sigmoid(z) has a name.
    fn named_logarithm(&mut self, x: Id) -> Option<Id> {
        let ty = self.ty(x).clone();
        let opposite = self.opposite(x);
        let inside = match opposite.and_then(|z| self.find("sigmoid", z)) {
            Some(found) if self.is_name(found) => found,
            Some(_) | None => {
                let found = self.find("sigmoid", x).filter(|found| self.is_name(*found))?;
                let one = self.constant(1.0);
                self.subtract(one, found)
            }
        };
        Some(self.intern(Term::Apply("log", Vec::new(), vec![inside]), ty))
    }

    /// `a` where `x` is `-a`.
    fn opposite(&mut self, x: Id) -> Option<Id> {
        match self.term(x) {
            Term::Sum(terms) if matches!(terms.as_slice(), [(Real(f), _)] if *f < 0.0) => {
                Some(self.scale(-1.0, x))
            }
            _ => None,
        }
    }

    /// `1 − tanh²` is tanh'.
    pub(super) fn known_sum(&mut self, flat: &[(f64, Id)]) -> Option<Id> {
        let one = self.constant(1.0);
        let [(a, first), (b, second)] = flat else { return None };
        let (unit, scale, square) = match (*first == one, *second == one) {
            (true, false) => (*a, *b, *second),
            (false, true) => (*b, *a, *first),
            (true, true) | (false, false) => return None,
        };
        let Term::Product(factors) = self.term(square) else { return None };
        let &[(base, 4)] = factors.as_slice() else { return None };
        let z = self.under(base, "tanh")?;
        if unit != -scale {
            return None;
        }
        let ty = self.ty(z).clone();
        let slope = self.intern(Term::Apply("tanh'", Vec::new(), vec![z]), ty);
        Some(self.plain_sum(&[(unit, slope)]))
    }

    /// Products that are one function: `s (1 − s)` is sigmoid', `exp(z) / sum(exp(z))` softmax, `|x|² = x²`.
    pub(super) fn known_factors(&mut self, _total: &mut f64, bases: &mut Vec<(Id, i32)>) {
        while let Some((add, remove)) = self.known_pair(bases) {
            for (base, power) in remove {
                if let Some(found) = bases.iter_mut().find(|(known, _)| *known == base) {
                    found.1 -= power;
                }
            }
            bases.retain(|(_, power)| *power != 0);
            match bases.iter_mut().find(|(known, _)| *known == add.0) {
                Some(found) => found.1 += add.1,
                None => bases.push(add),
            }
            bases.retain(|(_, power)| *power != 0);
        }
    }

    /// A factor, and the factors that it replaces.
    fn known_pair(&mut self, bases: &[(Id, i32)]) -> Option<(Power, Vec<Power>)> {
        for &(base, power) in bases {
            if let Some(x) = self.under(base, "abs")
                && power >= 4
                && power % 4 == 0
            {
                return Some(((x, power), vec![(base, power)]));
            }
            if power > 0
                && power % 2 == 0
                && let Some(found) = self.known_partner(base, power, bases)
            {
                return Some(found);
            }
        }
        None
    }

    fn known_partner(&mut self, base: Id, power: i32, bases: &[(Id, i32)]) -> Option<(Power, Vec<Power>)> {
        let partner = |wanted: &mut dyn FnMut(Id, i32) -> bool| {
            bases.iter().copied().find(|&(other, other_power)| wanted(other, other_power))
        };
        if let Some(z) = self.under(base, "sigmoid") {
            let one = self.constant(1.0);
            let rest = self.subtract(one, base);
            let (_, most) = partner(&mut |other, other_power| other == rest && other_power >= 2)?;
            let shared = power.min(most - most % 2);
            let ty = self.ty(z).clone();
            let slope = self.intern(Term::Apply("sigmoid'", Vec::new(), vec![z]), ty);
            return Some(((slope, shared), vec![(base, shared), (rest, shared)]));
        }
        if let Some(u) = self.under(base, "exp") {
            let total = partner(&mut |other, p| p <= -2 && self.under(other, "sum") == Some(base))?;
            let shared = power.min(-total.1 - (-total.1) % 2);
            let z = self.unshifted(u);
            let ty = self.ty(z).clone();
            let softmax = self.intern(Term::Apply("softmax", Vec::new(), vec![z]), ty);
            return Some(((softmax, shared), vec![(base, shared), (total.0, -shared)]));
        }
        if let Some(x) = self.under(base, "relu") {
            let zero = self.constant(0.0);
            let is_same = |terms: &Terms, other: Id| terms.applied(other, "greater") == Some(&[x, zero]);
            let condition = partner(&mut |other, p| p == 2 && is_same(self, other))?;
            return Some(((base, power), vec![(base, power), condition]));
        }
        if let Some(x) = self.under(base, "sign") {
            let size = partner(&mut |other, p| p >= 2 && self.under(other, "abs") == Some(x))?;
            return Some(((x, 2), vec![(base, 2), (size.0, 2)]));
        }
        None
    }

    /// `z` of `z − max(z)`, as safe formulas have it.
    pub(super) fn unshifted(&mut self, u: Id) -> Id {
        let terms = self.linear(u);
        let largest = terms.iter().find_map(|&(factor, term)| {
            let z =
                self.under(term, "stop_gradient").and_then(|inner| self.under(self.bare(inner), "_max"))?;
            (factor == -1.0).then_some((term, z))
        });
        let Some((term, z)) = largest else { return u };
        let back = self.add(u, term);
        if self.bare(back) == self.bare(z) { z } else { u }
    }

    /// The sum of all numbers, or along an axis; numbers go in front.
    pub fn total(&mut self, axis: Axis, x: Id, ty: &TensorType) -> Id {
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
        let (_, sign) = self.signed(x);
        if monomial.factor == 1.0 && sign == 1.0 && outside.is_empty() {
            return self.intern(Term::Apply("sum", vec![Attribute::Axis(axis)], vec![x]), ty.clone());
        }
        let inside = self.product(1.0, &inside);
        let inside = self.fill(inside, &source);
        let (inside, sign) = self.signed(inside);
        let total = self.intern(Term::Apply("sum", vec![Attribute::Axis(axis)], vec![inside]), ty.clone());
        let mut factors = outside;
        factors.push((total, 2));
        let result = self.product(monomial.factor * sign, &factors);
        self.fill(result, ty)
    }

    /// The mean of everything in one example; of differences from a mean it is 0.
    pub fn mean(&mut self, axis: Axis, x: Id, ty: &TensorType) -> Id {
        let source = self.ty(x).clone();
        let terms = self.linear(x);
        let kept: Vec<(f64, Id)> =
            terms.iter().copied().filter(|(_, term)| axis != Axis::All || !self.is_centred(*term)).collect();
        let x = match kept.len() == terms.len() {
            true => x,
            false => self.sum(&kept, &source),
        };
        if self.number(x) == Some(0.0) || axis == Axis::All && self.is_centred(x) {
            let zero = self.constant(0.0);
            return self.fill(zero, ty);
        }
        self.intern(Term::Apply("mean", vec![Attribute::Axis(axis)], vec![x]), ty.clone())
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

    /// The sum over the examples of a batch; what is the same for all goes in front.
    pub fn batch_total(&mut self, x: Id, ty: &TensorType) -> Id {
        let monomial = self.monomial(x);
        let (inside, outside): (Vec<_>, Vec<_>) =
            monomial.bases.into_iter().partition(|(base, _)| self.ty(*base).batch.is_some());
        let inner = self.product(1.0, &inside);
        let (inner, sign) = self.signed(inner);
        let own = TensorType { shape: self.ty(inner).shape.clone(), batch: None };
        let total = self.intern(Term::Apply("batch_sum", Vec::new(), vec![inner]), own);
        let mut factors = outside;
        factors.push((total, 2));
        let result = self.product(monomial.factor * sign, &factors);
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
