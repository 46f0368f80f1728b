//! Identities of particular functions: softmax, derivatives with a name of their own, choices.

use super::algebra::Power;
use super::term::{Id, Term, Terms};
use crate::graph::{Attribute, Real};
use crate::tensor::Axis;
use crate::types::TensorType;

impl Terms {
    /// A function of values, in normal form.
    pub fn apply(
        &mut self,
        name: &'static str,
        attributes: Vec<Attribute>,
        inputs: Vec<Id>,
        ty: &TensorType,
    ) -> Id {
        let inputs: Vec<Id> = inputs.into_iter().map(|input| self.best(input)).collect();
        let result = match (name, inputs.as_slice()) {
            ("exp" | "sigmoid" | "softplus" | "tanh" | "erf" | "log" | "sin" | "cos" | "abs", &[x]) => {
                let x = self.bare(x);
                self.function(name, x)
            }
            ("less" | "less_equal" | "greater" | "greater_equal" | "equal" | "not_equal", &[a, b]) => {
                return self.comparison(name, a, b, ty);
            }
            _ => {
                let own = self.intern(Term::Apply(name, attributes, inputs), ty.clone());
                return own;
            }
        };
        self.fill(result, ty)
    }

    pub(super) fn function(&mut self, name: &'static str, x: Id) -> Id {
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
                "cos" | "abs" => return plain,
                _ => {}
            }
        }
        // |b − a| = |a − b|, and likewise where the sign goes in front.
        if let ("tanh" | "erf" | "sin" | "cos" | "abs", (flipped, -1.0)) = (name, self.signed(x)) {
            let plain = self.intern(Term::Apply(name, Vec::new(), vec![flipped]), ty);
            let is_even = matches!(name, "cos" | "abs");
            return if is_even { plain } else { self.scale(-1.0, plain) };
        }
        let factor = self.monomial(x).factor.abs();
        if name == "abs" && factor != 1.0 {
            let inside = self.scale(1.0 / factor, x);
            let plain = self.function(name, inside);
            return self.scale(factor, plain);
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
    pub(super) fn opposite(&mut self, x: Id) -> Option<Id> {
        match self.term(x) {
            Term::Sum(terms) if matches!(terms.as_slice(), [(Real(f), _)] if *f < 0.0) => {
                Some(self.scale(-1.0, x))
            }
            _ => None,
        }
    }

    /// `1 − tanh²` is tanh', `2 σ(2 x) − 1` is tanh.
    pub(super) fn known_sum(&mut self, flat: &[(f64, Id)]) -> Option<Id> {
        let one = self.constant(1.0);
        let [(a, first), (b, second)] = flat else { return None };
        let (unit, scale, square) = match (*first == one, *second == one) {
            (true, false) => (*a, *b, *second),
            (false, true) => (*b, *a, *first),
            (true, true) | (false, false) => return None,
        };
        if scale == -2.0 * unit
            && let Some(double) = self.under(square, "sigmoid")
            && self.monomial(double).factor == 2.0
        {
            let half = self.scale(0.5, double);
            let tanh = self.function("tanh", half);
            return Some(self.plain_sum(&[(-unit, tanh)]));
        }
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
    pub(super) fn known_factors(&mut self, total: &mut f64, bases: &mut Vec<(Id, i32)>) {
        self.known_mean(total, bases);
        bases.retain(|(_, power)| *power != 0);
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

    /// A sum divided by how many there are is a mean; half a sum stays one, however many there are.
    fn known_mean(&mut self, total: &mut f64, bases: &mut [(Id, i32)]) {
        for at in 0..bases.len() {
            let (base, power) = bases[at];
            let Some(x) = self.under(base, "sum").filter(|_| power == 2 && !self.is_name(base)) else {
                continue;
            };
            let Some(len) = self.ty(x).shape.len() else { continue };
            let len = self.size(&len);
            let ty = self.ty(base).clone();
            let below = bases.iter().position(|(other, power)| *other == len && *power == -2);
            let is_whole = |number: f64| number.fract() == 0.0 && number.abs() < 1e6;
            let count = self.number(len).filter(|count| *count > 2.0);
            let times =
                count.map(|count| *total * count).filter(|times| is_whole(*times) && !is_whole(*total));
            if below.is_none() && times.is_none() {
                continue;
            }
            if let Some(below) = below {
                bases[below].1 = 0;
            }
            *total = times.unwrap_or(*total);
            let all = vec![Attribute::Axis(Axis::All)];
            bases[at].0 = self.intern(Term::Apply("mean", all, vec![x]), ty);
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
            let condition = partner(&mut |other, p| {
                p == 2 && self.is_condition(other) && self.compared_with_0("greater", x, other) == other
            })?;
            return Some(((base, power), vec![(base, power), condition]));
        }
        if power == 2
            && let Some(found) = self.known_cut(base, bases)
        {
            return Some(found);
        }
        if let Some(x) = self.under(base, "sign") {
            if let Some(size) = partner(&mut |other, p| p >= 2 && self.under(other, "abs") == Some(x)) {
                return Some(((x, 2), vec![(base, 2), (size.0, 2)]));
            }
            let own = partner(&mut |other, p| p >= 2 && other == x)?;
            let ty = self.ty(x).clone();
            let size = self.intern(Term::Apply("abs", Vec::new(), vec![x]), ty);
            return Some(((size, 2), vec![(base, 2), (own.0, 2)]));
        }
        None
    }

    /// `x [x > 0]` is `relu(x)`, `x [x < 0]` is `min(x, 0)`.
    fn known_cut(&mut self, x: Id, bases: &[Power]) -> Option<(Power, Vec<Power>)> {
        let conditions: Vec<Id> =
            bases.iter().filter(|(it, p)| *p == 2 && self.is_condition(*it)).map(|(it, _)| *it).collect();
        for condition in conditions.into_iter().filter(|condition| *condition != x) {
            let ty = self.wide([x, condition]);
            let cut = if self.compared_with_0("greater", x, condition) == condition {
                self.intern(Term::Apply("relu", Vec::new(), vec![x]), ty)
            } else if self.compared_with_0("less", x, condition) == condition {
                let zero = self.constant(0.0);
                self.intern(Term::Apply("min", Vec::new(), vec![x, zero]), ty)
            } else {
                continue;
            };
            return Some(((cut, 2), vec![(x, 2), (condition, 2)]));
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
}
