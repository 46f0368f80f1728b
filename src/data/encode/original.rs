//! From encoded numbers back to those of the columns: a prediction in the units of the data.

use super::{Encoder, Encoding};
use crate::data::expr::ArithOp;

impl Encoding {
    /// The numbers of the columns that encode to these, one for each; `None` where there is no way back, as from
    /// a class or from the product of two columns.
    pub fn original(&self, encoded: &[f64]) -> Option<Vec<f64>> {
        (encoded.len() == self.encoder.width()).then(|| self.encoder.original(encoded))?
    }
}

impl Encoder {
    fn original(&self, encoded: &[f64]) -> Option<Vec<f64>> {
        match self {
            Encoder::Column { .. } => Some(encoded.to_vec()),
            Encoder::Flatten(of) => of.original(encoded),
            Encoder::Scale { of, offset, scale } => {
                let unscaled = encoded.iter().zip(offset).zip(scale);
                of.original(&unscaled.map(|((v, offset), scale)| v * scale + offset).collect::<Vec<_>>())
            }
            Encoder::Concat(items) => {
                let (mut all, mut rest) = (Vec::new(), encoded);
                for item in items {
                    let (own, others) = rest.split_at_checked(item.width())?;
                    all.extend(item.original(own)?);
                    rest = others;
                }
                Some(all)
            }
            Encoder::Arith { op, lhs, rhs } => match (&**lhs, &**rhs) {
                (of, Encoder::Constant(b)) => {
                    of.original(&encoded.iter().map(|v| from_left(*op, *v, *b)).collect::<Vec<_>>())
                }
                (Encoder::Constant(a), of) => {
                    of.original(&encoded.iter().map(|v| from_right(*op, *v, *a)).collect::<Vec<_>>())
                }
                (_, _) => None,
            },
            Encoder::Constant(_) | Encoder::OneHot(_) | Encoder::Label(_) => None,
        }
    }
}

/// The `x` of `x op b = v`.
fn from_left(op: ArithOp, v: f64, b: f64) -> f64 {
    match op {
        ArithOp::Add => v - b,
        ArithOp::Sub => v + b,
        ArithOp::Mul => v / b,
        ArithOp::Div => v * b,
    }
}

/// The `x` of `a op x = v`.
fn from_right(op: ArithOp, v: f64, a: f64) -> f64 {
    match op {
        ArithOp::Add => v - a,
        ArithOp::Sub => a - v,
        ArithOp::Mul => v / a,
        ArithOp::Div => a / v,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str) -> Box<Encoder> {
        Box::new(Encoder::Column { name: name.to_owned(), shape: Vec::new(), fill: None })
    }

    #[test]
    fn what_was_scaled_is_scaled_back() {
        let scaled = Encoder::Scale { of: column("price"), offset: vec![100.0], scale: vec![25.0] };
        assert_eq!(scaled.original(&[2.0]), Some(vec![150.0]));
        let of = |op| Encoder::Arith { op, lhs: column("x"), rhs: Box::new(Encoder::Constant(4.0)) };
        assert_eq!(of(ArithOp::Div).original(&[0.5]), Some(vec![2.0]));
        assert_eq!(of(ArithOp::Sub).original(&[0.5]), Some(vec![4.5]));
        let both = Encoder::Concat(vec![scaled, *column("y")]);
        assert_eq!(both.original(&[0.0, 7.0]), Some(vec![100.0, 7.0]));
        let product = Encoder::Arith { op: ArithOp::Mul, lhs: column("x"), rhs: column("y") };
        assert_eq!(product.original(&[6.0]), None);
    }
}
