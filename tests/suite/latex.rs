//! Whether a formula in LaTeX holds together: braces, environments, `\\left` and `\\right`, only commands that KaTeX has.

/// Commands that are written; each is in KaTeX's list of supported functions.
const COMMANDS: &[&str] = &[
    "begin",
    "end",
    "frac",
    "partial",
    "left",
    "right",
    "mathit",
    "text",
    "operatorname",
    "cdot",
    "cdots",
    "odot",
    "top",
    "sqrt",
    "ln",
    "sigma",
    "hat",
    "mathbf",
    "infty",
    "pi",
    "neq",
    "leq",
    "geq",
    "land",
    "lor",
    "lnot",
    "tanh",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "max",
    "min",
    "scriptstyle",
    "times",
    "vert",
    "lVert",
    "rVert",
];

/// Keeps formulas for `tests/katex/check.mjs`, which puts them through KaTeX.
pub fn keep(name: &str, formulas: &[String]) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("latex");
    std::fs::create_dir_all(&folder).expect("a folder");
    let text = serde_json::to_string(formulas).expect("a list of texts");
    std::fs::write(folder.join(format!("{name}.json")), text).expect("a file");
}

/// # Panics
/// With the formula, where it does not hold together.
pub fn check(formula: &str) {
    let mut depth = 0i32;
    let mut open: Vec<String> = Vec::new();
    let (mut left, mut right) = (0, 0);
    let mut rest = formula;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            '\\' => {
                let command: String = rest.chars().take_while(char::is_ascii_alphabetic).collect();
                rest = &rest[command.len()..];
                if command.is_empty() {
                    let sign = rest.chars().next().unwrap_or(' ');
                    assert!(r"\,_{}|;".contains(sign), "\\{sign} in {formula}");
                    rest = &rest[sign.len_utf8()..];
                    continue;
                }
                assert!(COMMANDS.contains(&command.as_str()), "\\{command} in {formula}");
                let argument = || rest[1..].split('}').next().unwrap_or_default().to_string();
                match command.as_str() {
                    "begin" => open.push(argument()),
                    "end" => assert_eq!(open.pop(), Some(argument()), "{formula}"),
                    "left" => left += 1,
                    "right" => right += 1,
                    _ => {}
                }
            }
            _ => {}
        }
        assert!(depth >= 0, "a brace too many in {formula}");
    }
    assert_eq!(depth, 0, "a brace is left open in {formula}");
    assert!(open.is_empty(), "left open: {open:?} in {formula}");
    assert_eq!(left, right, "left and right in {formula}");
}
