//! Which argument goes to which parameter, for every kind of callee.

use super::value::Value;
use super::{Elaborator, problem};
use crate::base::Span;
use crate::diagnostics::{Candidate, Diagnostic, Piece};
use crate::syntax::tree::{Argument, Function, FunctionKind};

/// An argument with its value.
#[derive(Clone, Debug)]
pub struct Given {
    pub name: Option<(String, Span)>,
    pub value: Value,
    pub span: Span,
}

/// Arguments without the way they were made, for callees that want what is known.
pub fn known(given: &[Given]) -> Vec<Given> {
    given.iter().map(|argument| Given { value: argument.value.known().clone(), ..argument.clone() }).collect()
}

/// One entry for each parameter; `None` where the default applies.
pub(super) type Bound = Vec<Option<(Value, Span)>>;

/// What a call gives: a full set of arguments, or a function with some options set.
pub(super) enum Binding {
    Full(Bound),
    Options(Vec<(String, Value, Span)>),
}

/// Names that an initializer knows without being given them.
pub(super) const INIT_NAMES: [&str; 3] = ["shape", "fan_in", "fan_out"];

/// How many leading parameters of a declaration are its subject: what it is applied to, not how.
pub(super) fn subject_count(function: &Function) -> usize {
    let required = function.params.iter().take_while(|param| param.default.is_none()).count();
    match function.kind {
        FunctionKind::Activation | FunctionKind::Layer | FunctionKind::Schedule => 1,
        FunctionKind::Loss | FunctionKind::Metric => 2,
        FunctionKind::Optimizer => 0,
        FunctionKind::Init => {
            function.params.iter().take_while(|param| INIT_NAMES.contains(&param.name.name.as_str())).count()
        }
        FunctionKind::Fn | FunctionKind::Model => required,
    }
}

impl Elaborator {
    pub fn given(&mut self, piped: Option<(Value, Span)>, args: &[Argument]) -> Vec<Given> {
        let piped = piped.map(|(value, span)| Given { name: None, value, span });
        let rest = args.iter().map(|argument| Given {
            name: argument.name.as_ref().map(|name| (name.name.clone(), name.span)),
            value: self.expr(&argument.value),
            span: argument.value.span,
        });
        piped.into_iter().chain(rest.collect::<Vec<_>>()).collect()
    }

    /// Binds the arguments of a call to a declared function. Options that are set already fill their parameters
    /// first. If required arguments are missing and what is given are options only, the call makes a function.
    pub(super) fn bind(
        &mut self,
        function: &Function,
        preset: &[(String, Value, Span)],
        given: &[Given],
        is_piped: bool,
        span: Span,
    ) -> Option<Binding> {
        let makes_function = matches!(function.kind, FunctionKind::Optimizer | FunctionKind::Init);
        let full = self.place(function, preset, given, 0, span)?;
        let missing = missing(function, &full);
        let subject = subject_count(function);
        if missing.is_none() && !makes_function {
            return Some(Binding::Full(full));
        }
        let plain = function.kind == FunctionKind::Fn && given.iter().any(|argument| argument.name.is_none());
        if !is_piped && !plain && !given.is_empty() || makes_function {
            let options = self.place(function, preset, given, subject, span)?;
            let lacking = missing_from(function, &options, subject);
            if lacking.is_none() {
                return Some(Binding::Options(named(function, options)));
            }
            if let Some(param) = lacking {
                self.report_missing(function, &param, given, span);
                return None;
            }
        }
        if let Some(param) = missing {
            self.report_missing(function, &param, given, span);
        }
        None
    }

    fn report_missing(&mut self, function: &Function, param: &str, given: &[Given], span: Span) {
        let declared = function.params.iter().find(|p| p.name.name == param).map(|p| p.name.span);
        let mut found = problem::missing_argument(&function.name.name, param, span, declared);
        if given.is_empty() && subject_count(function) > 0 {
            // `loss = mse()`: the function itself is meant.
            let name = vec![Piece::Text(function.name.name.clone())];
            found = found.try_fix(Candidate::replace("give the function itself", span, name));
        }
        self.report(found);
    }

    /// Puts arguments into places, positional ones from parameter `first` on.
    fn place(
        &mut self,
        function: &Function,
        preset: &[(String, Value, Span)],
        given: &[Given],
        first: usize,
        span: Span,
    ) -> Option<Bound> {
        let mut bound: Bound = vec![None; function.params.len()];
        let position = |name: &str| function.params.iter().position(|param| param.name.name == name);
        for (name, value, at) in preset {
            if let Some(slot) = position(name).and_then(|at| bound.get_mut(at)) {
                *slot = Some((value.clone(), *at));
            }
        }
        let mut named_here = vec![false; bound.len()];
        for argument in given.iter().filter(|argument| argument.name.is_some()) {
            let Some((name, name_span)) = &argument.name else { continue };
            let Some(at) = position(name) else {
                let known: Vec<String> =
                    function.params.iter().map(|param| param.name.name.clone()).collect();
                self.report(problem::unknown_argument(&function.name.name, name, *name_span, &known));
                return None;
            };
            if std::mem::replace(&mut named_here[at], true) {
                let first = bound[at].as_ref().map_or(span, |(_, span)| *span);
                self.report(problem::argument_twice(&function.name.name, name, *name_span, first));
                return None;
            }
            bound[at] = Some((argument.value.clone(), argument.span));
        }
        let mut next = first;
        for argument in given.iter().filter(|argument| argument.name.is_none()) {
            while bound.get(next).is_some_and(Option::is_some) {
                next += 1;
            }
            let Some(slot) = bound.get_mut(next) else {
                let limit = function.params.len();
                let found = given.len() + preset.len();
                if found <= limit {
                    let options = function.params.iter().skip(first).map(|param| param.name.name.clone());
                    let options: Vec<String> = options.collect();
                    self.report(problem::too_many_options(&function.name.name, &options, argument.span));
                    return None;
                }
                let found = problem::too_many_arguments(&function.name.name, limit, found, argument.span);
                self.report(listed(found, given, limit));
                return None;
            };
            *slot = Some((argument.value.clone(), argument.span));
        }
        self.within_bounds(function, &bound, span)?;
        Some(bound)
    }
}

fn missing(function: &Function, bound: &Bound) -> Option<String> {
    missing_from(function, bound, 0)
}

/// The first required parameter from `first` on that nothing was given for.
fn missing_from(function: &Function, bound: &Bound, first: usize) -> Option<String> {
    let open = function.params.iter().zip(bound).skip(first);
    open.filter(|(param, value)| param.default.is_none() && value.is_none())
        .map(|(param, _)| param.name.name.clone())
        .next()
}

fn named(function: &Function, bound: Bound) -> Vec<(String, Value, Span)> {
    let params = function.params.iter().zip(bound);
    params
        .filter_map(|(param, value)| value.map(|(value, span)| (param.name.name.clone(), value, span)))
        .collect()
}

/// `net(1, 2)` for `net([1, 2])`: what is given one by one where one value is taken.
fn listed(found: Diagnostic, given: &[Given], limit: usize) -> Diagnostic {
    let ends =
        given.first().zip(given.last()).filter(|_| limit == 1 && given.iter().all(|one| one.name.is_none()));
    let Some((first, last)) = ends else { return found };
    let all = first.span.to(last.span);
    let pieces = vec![Piece::Text("[".to_string()), Piece::Source(all), Piece::Text("]".to_string())];
    found.try_fix(Candidate::replace("one vector of all", all, pieces))
}
