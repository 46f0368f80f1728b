//! Texts through the parser and the formatter.

use nn::base::Sources;
use nn::syntax::{self, Signs};

use super::{Target, words};
use crate::driver::{Signs as Found, sign};
use crate::mutate;

pub const TARGET: Target = Target {
    name: "parser",
    more: words::programs,
    make: |pool, dice| mutate::text(pool, words::WORDS, dice),
    run,
};

fn run(input: &[u8]) -> Result<Found, String> {
    let text = String::from_utf8_lossy(input);
    let mut sources = Sources::default();
    let id = sources.add("main.nn", text.as_ref());
    let parsed = syntax::parse(sources.get(id), 0);
    let length = text.len() as u32;
    let mut found = Vec::new();
    for problem in &parsed.problems {
        let spans = std::iter::once(problem.primary.span).chain(problem.labels.iter().map(|label| label.span));
        for span in spans {
            let fits = span.start <= span.end && span.end <= length;
            let whole = text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize);
            if !fits || !whole {
                return Err(format!("`{}` points to {span:?} of {length}", problem.headline));
            }
        }
        found.push(sign(&problem.headline));
    }
    found.extend(syntax::sexpr(&parsed.ast).split('\n').take(20).map(sign));
    if parsed.problems.iter().any(|problem| problem.is_error()) {
        return Ok(found);
    }
    let once = syntax::format(sources.get(id), &parsed, Signs::default()).ok_or("not formatted")?;
    let again = sources.add("again.nn", once.as_str());
    let reparsed = syntax::parse(sources.get(again), 0);
    if let Some(problem) = reparsed.problems.iter().find(|problem| problem.is_error()) {
        return Err(format!("formatted, it is wrong: {}\n{once}", problem.headline));
    }
    let twice = syntax::format(sources.get(again), &reparsed, Signs::default()).ok_or("not formatted twice")?;
    if once == twice { Ok(found) } else { Err(format!("formatting twice differs:\n{once}\n----\n{twice}")) }
}
