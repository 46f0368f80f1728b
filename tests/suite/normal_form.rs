//! The same mathematics prints the same, however a program writes it.

use std::path::Path;

use nn::session::{self, MemoryWorld};

use crate::examples::problems;

/// A formula of `a`, `b`, `c` and numbers.
#[derive(Clone, Debug)]
enum Formula {
    Name(char),
    Number(u32),
    Sum(Box<[Formula; 2]>),
    Difference(Box<[Formula; 2]>),
    Product(Box<[Formula; 2]>),
    Square(Box<Formula>),
    Call(&'static str, Box<Formula>),
}

use Formula::{Call, Difference, Name, Number, Product, Square, Sum};

impl Formula {
    fn text(&self) -> String {
        match self {
            Name(letter) => letter.to_string(),
            Number(number) => number.to_string(),
            Sum(two) => format!("({} + {})", two[0].text(), two[1].text()),
            Difference(two) => format!("({} - {})", two[0].text(), two[1].text()),
            Product(two) => format!("{} * {}", two[0].text(), two[1].text()),
            Square(inside) => format!("({})²", inside.text()),
            Call(name, inside) => format!("{name}({})", inside.text()),
        }
    }
}

/// Choices that look random, the same each time.
struct Dice {
    state: u64,
    /// Whether products are multiplied out, too.
    wild: bool,
}

impl Dice {
    fn pick(&mut self, count: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 20) % count
    }

    fn formula(&mut self, depth: u32) -> Formula {
        let two = |dice: &mut Dice| Box::new([dice.formula(depth - 1), dice.formula(depth - 1)]);
        match if depth == 0 { self.pick(2) } else { 2 + self.pick(8) } {
            0 => Name(['a', 'b', 'c'][self.pick(3) as usize]),
            1 => match self.pick(3) {
                0 => Number(2 + self.pick(3) as u32),
                at => Name(['a', 'b', 'c'][at as usize]),
            },
            2..=4 => Sum(two(self)),
            5 => Difference(two(self)),
            6 | 7 => Product(two(self)),
            8 => Square(Box::new(self.formula(depth - 1))),
            _ => Call(
                ["sin", "exp", "tanh", "sigmoid"][self.pick(4) as usize],
                Box::new(self.formula(depth - 1)),
            ),
        }
    }

    /// The same formula in other words.
    fn otherwise(&mut self, formula: &Formula) -> Formula {
        let both = |dice: &mut Dice, two: &[Formula; 2]| [dice.otherwise(&two[0]), dice.otherwise(&two[1])];
        match formula {
            Name(_) | Number(_) => formula.clone(),
            Call(name, inside) => Call(name, Box::new(self.otherwise(inside))),
            Square(inside) => {
                let inside = self.otherwise(inside);
                Product(Box::new([inside.clone(), inside]))
            }
            Sum(two) => {
                let [x, y] = both(self, two);
                match (self.pick(3), &x, &y) {
                    // (p + q) + y is p + (q + y)
                    (0, Sum(inner), _) => {
                        Sum(Box::new([inner[0].clone(), Sum(Box::new([inner[1].clone(), y]))]))
                    }
                    (1, ..) => Sum(Box::new([y, x])),
                    _ => Sum(Box::new([x, y])),
                }
            }
            Difference(two) => {
                let [x, y] = both(self, two);
                let minus = |y: Formula| Product(Box::new([Difference(Box::new([Number(0), Number(1)])), y]));
                match self.pick(2) {
                    0 => Sum(Box::new([minus(y), x])),
                    _ => Difference(Box::new([x, y])),
                }
            }
            Product(two) => {
                let [x, y] = both(self, two);
                let times = |a: &Formula, b: &Formula| Product(Box::new([a.clone(), b.clone()]));
                match (self.pick(3), &x, &y) {
                    // (p + q) y is p y + q y
                    (0, Sum(inner), y) | (1, y, Sum(inner)) if self.wild => {
                        Sum(Box::new([times(&inner[0], y), times(y, &inner[1])]))
                    }
                    (0, Difference(inner), y) | (1, y, Difference(inner)) if self.wild => {
                        Difference(Box::new([times(&inner[0], y), times(&inner[1], y)]))
                    }
                    (2, ..) => times(&y, &x),
                    _ => times(&x, &y),
                }
            }
        }
    }
}

/// What `derive` prints of functions of `a`, `b` and `c`, one after another.
fn derived(formulas: &[Formula]) -> Vec<String> {
    let mut program = String::new();
    for (at, formula) in formulas.iter().enumerate() {
        program.push_str(&format!(
            "fn case{at}x(a, b, c) = {}\nprint(\"---\")\nderive(case{at}x)\n",
            formula.text()
        ));
    }
    let mut world = MemoryWorld::default();
    let report = session::run_text(&mut world, "test.nn", &program, Path::new(""));
    let problems = problems(&report);
    assert!(problems.is_empty(), "{problems}\n{program}");
    let text = world.lines.join("\n");
    let parts = text.split("---\n").skip(1);
    parts.enumerate().map(|(at, part)| part.replace(&format!("case{at}x"), "f").trim().to_string()).collect()
}

/// Pairs of programs that mean the same and print differently, with both.
fn differing(wild: bool, rounds: usize) -> Vec<String> {
    let mut dice = Dice { state: 0x2545_f491_4f6c_dd1d, wild };
    let formulas: Vec<Formula> = (0..rounds).map(|_| dice.formula(3)).collect();
    let others: Vec<Formula> = formulas.iter().map(|formula| dice.otherwise(formula)).collect();
    let printed = derived(&formulas).into_iter().zip(derived(&others));
    let pairs = printed.zip(formulas.iter().zip(&others)).filter(|((first, second), _)| first != second);
    pairs
        .map(|((first, second), (one, other))| {
            format!("{}\n{}\n{first}\n\n{second}", one.text(), other.text())
        })
        .collect()
}

/// In another order, in other parentheses, with a difference as a sum and a square as a product.
#[test]
fn the_same_mathematics_prints_the_same() {
    let rounds = std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(400);
    let found = differing(false, rounds);
    let text = found.iter().take(5).cloned().collect::<Vec<_>>().join("\n\n");
    assert!(found.is_empty(), "{} of {rounds} differ:\n{text}", found.len());
}

/// Where sums are multiplied out, the factors are not always found again: those of a quadratic form need roots. What
/// is printed is the shortest that is known, and true.
#[test]
fn what_is_multiplied_out_is_mostly_put_together_again() {
    let found = differing(true, 400);
    assert!(found.len() <= 12, "{} of 400 differ:\n{}", found.len(), found.join("\n\n"));
}
