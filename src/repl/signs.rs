//! Signs by the names that TeX gives them: `\sigma`, then Tab, writes `σ`.

/// Names and signs, in the order they are offered.
pub const SIGNS: &[(&str, &str)] = &[
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("zeta", "ζ"),
    ("eta", "η"),
    ("theta", "θ"),
    ("iota", "ι"),
    ("kappa", "κ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("nu", "ν"),
    ("xi", "ξ"),
    ("pi", "π"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("tau", "τ"),
    ("upsilon", "υ"),
    ("phi", "φ"),
    ("chi", "χ"),
    ("psi", "ψ"),
    ("omega", "ω"),
    ("Gamma", "Γ"),
    ("Delta", "Δ"),
    ("Theta", "Θ"),
    ("Lambda", "Λ"),
    ("Xi", "Ξ"),
    ("Pi", "Π"),
    ("Sigma", "Σ"),
    ("Phi", "Φ"),
    ("Psi", "Ψ"),
    ("Omega", "Ω"),
    ("sum", "Σ"),
    ("nabla", "∇"),
    ("grad", "∇"),
    ("sqrt", "√"),
    ("infty", "∞"),
    ("cdot", "·"),
    ("odot", "⊙"),
    ("hadamard", "⊙"),
    ("ne", "≠"),
    ("neq", "≠"),
    ("le", "≤"),
    ("leq", "≤"),
    ("ge", "≥"),
    ("geq", "≥"),
    ("to", "→"),
    ("rightarrow", "→"),
    ("leftarrow", "←"),
    ("squared", "²"),
    ("cubed", "³"),
    ("transpose", "ᵀ"),
    ("yhat", "ŷ"),
    ("^2", "²"),
    ("^3", "³"),
    ("^T", "ᵀ"),
    ("_0", "₀"),
    ("_1", "₁"),
    ("_2", "₂"),
    ("_3", "₃"),
    ("_4", "₄"),
    ("_5", "₅"),
    ("_6", "₆"),
    ("_7", "₇"),
    ("_8", "₈"),
    ("_9", "₉"),
];

/// The sign of a whole name.
pub fn sign(name: &str) -> Option<&'static str> {
    SIGNS.iter().find(|(known, _)| *known == name).map(|(_, sign)| *sign)
}

/// The name of a sign that is being typed at the end of a text, and where its `\` stands.
pub fn being_typed(text: &str) -> Option<(usize, &str)> {
    let start = text.rfind('\\')?;
    let name = &text[start + 1..];
    let is_name = name
        .chars()
        .enumerate()
        .all(|(at, letter)| letter.is_ascii_alphanumeric() || (at == 0 && matches!(letter, '^' | '_')));
    is_name.then_some((start, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::{TokenKind, tokens};

    #[test]
    fn every_sign_is_one_of_the_language_and_has_one_meaning() {
        for (at, (name, sign)) in SIGNS.iter().enumerate() {
            // A subscript is part of a name.
            let text = if name.starts_with('_') { format!("x{sign}") } else { (*sign).to_string() };
            let found = tokens(&text);
            assert!(
                found.len() == 1 && !matches!(found[0].kind, TokenKind::Error | TokenKind::Foreign),
                "{name}: {found:?}"
            );
            assert!(!SIGNS.iter().take(at).any(|(other, _)| other == name), "{name} is listed twice");
            assert_eq!(being_typed(&format!("x = \\{name}")), Some((4, *name)));
        }
        assert_eq!(being_typed("x = 3"), None);
        assert_eq!(being_typed("\\n is, no sign"), None);
    }
}
