//! The rules of the grammar in the words of the user, for "expected ..." messages.
//!
//! Called by [`super::parse`] when the grammar stops. A rule without a word is never worth proposing there.

use super::Rule;

/// How strongly a rule is what the reader misses: rules of a lower class hide those of a higher one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// What must come here: a sign or a word.
    Must,
    /// A value.
    Value,
    /// What could end or go on here.
    May,
}

/// The user's word for a rule, and how strongly it is meant.
pub fn word(rule: Rule) -> Option<(Class, &'static str)> {
    use Class::{May, Must, Value};
    Some(match rule {
        Rule::assign => (Must, "`=`"),
        Rule::arrow => (Must, "`->`"),
        Rule::colon => (Must, "`:`"),
        Rule::open_round | Rule::parameters => (Must, "`(`"),
        Rule::open_brace | Rule::block => (Must, "`{`"),
        Rule::open_square | Rule::shape => (Must, "`[`"),
        Rule::name => (Must, "a name"),
        Rule::kw_in => (Must, "`in`"),
        Rule::kw_on => (Must, "`on`"),
        Rule::kw_then => (Must, "`then`"),
        Rule::kw_else => (Must, "`else`"),
        Rule::r#type => (Must, "a type such as `[n]` or `real`"),
        Rule::text | Rule::quote => (Must, "a text in double quotes"),
        Rule::option => (Must, "an option `name = value`"),
        Rule::row => (Must, "a row `input -> target`"),
        Rule::entry => (Must, "an entry `name: value`"),
        Rule::expr
        | Rule::operation
        | Rule::access
        | Rule::number
        | Rule::boolean
        | Rule::group
        | Rule::list
        | Rule::entries
        | Rule::train
        | Rule::choice
        | Rule::soft_name
        | Rule::argument
        | Rule::index_item
        | Rule::minus
        | Rule::negation
        | Rule::root
        | Rule::digits => (Value, "an expression"),
        Rule::parameter | Rule::label => (Value, "a name"),
        Rule::type_name | Rule::like => (Value, "a type such as `[n]` or `real`"),
        Rule::lone_statement
        | Rule::bound
        | Rule::bare
        | Rule::bind
        | Rule::target
        | Rule::function
        | Rule::function_kind
        | Rule::data
        | Rule::statement => (Value, "a statement"),
        Rule::comma => (May, "`,`"),
        Rule::close_round => (May, "`)`"),
        Rule::close_square => (May, "`]`"),
        Rule::close_brace => (May, "`}`"),
        Rule::options => (May, "`{`"),
        Rule::EOI => (May, "the end of the line"),
        Rule::kw_as
        | Rule::kw_and
        | Rule::kw_or
        | Rule::kw_not
        | Rule::kw_if
        | Rule::kw_for
        | Rule::kw_while
        | Rule::kw_data
        | Rule::kw_examples
        | Rule::kw_import
        | Rule::kw_like
        | Rule::kw_param
        | Rule::kw_precision
        | Rule::kw_seed
        | Rule::kw_state
        | Rule::kw_total
        | Rule::kw_train
        | Rule::WHITESPACE
        | Rule::lone_option
        | Rule::lone_row
        | Rule::line_end
        | Rule::option_end
        | Rule::compound
        | Rule::update
        | Rule::for_loop
        | Rule::while_loop
        | Rule::if_else
        | Rule::import
        | Rule::seed
        | Rule::precision
        | Rule::param
        | Rule::state
        | Rule::total
        | Rule::function_head
        | Rule::setting_name
        | Rule::source
        | Rule::examples
        | Rule::part
        | Rule::operand
        | Rule::atom
        | Rule::prefix
        | Rule::postfix
        | Rule::transpose
        | Rule::square
        | Rule::cube
        | Rule::field
        | Rule::arguments
        | Rule::index
        | Rule::naming
        | Rule::infix
        | Rule::power
        | Rule::matmul
        | Rule::multiply
        | Rule::divide
        | Rule::add
        | Rule::subtract
        | Rule::range
        | Rule::equal
        | Rule::not_equal
        | Rule::less
        | Rule::less_equal
        | Rule::greater
        | Rule::greater_equal
        | Rule::and
        | Rule::or
        | Rule::symbol
        | Rule::name_start
        | Rule::name_more
        | Rule::keyword
        | Rule::literal
        | Rule::escape
        | Rule::brace_pair
        | Rule::interpolation
        | Rule::format
        | Rule::format_text
        | Rule::compound_sign
        | Rule::update_sign
        | Rule::pipe => return None,
    })
}

/// What a reader misses where the grammar stopped, given every rule that would have gone on.
pub fn wanted(positives: &[Rule]) -> Vec<&'static str> {
    let has = |rule| positives.contains(&rule);
    let after_value = after_value(positives);
    let before_value = has(Rule::number) || has(Rule::soft_name) || has(Rule::boolean);
    let mut words: Vec<(Class, &'static str)> = Vec::new();
    for &rule in positives {
        let opens = matches!(rule, Rule::open_round | Rule::open_square | Rule::parameters | Rule::shape);
        let starts = opens || matches!(rule, Rule::quote | Rule::text | Rule::name | Rule::label);
        if after_value && (opens || rule == Rule::assign) || before_value && starts {
            continue;
        }
        words.extend(word(rule).filter(|word| !words.contains(word)));
    }
    if has(Rule::function_kind) {
        return vec!["a statement"];
    }
    let best = words.iter().map(|(class, _)| *class).min();
    let ends = |class: Class| class == Class::May && best == Some(Class::Value);
    let mut chosen: Vec<_> =
        words.into_iter().filter(|(class, _)| Some(*class) == best || ends(*class)).collect();
    chosen.sort_by_key(|(class, _)| *class);
    chosen.truncate(4);
    chosen.dedup();
    chosen.into_iter().map(|(_, word)| word).collect()
}

/// Whether the grammar stopped after a value.
pub fn after_value(positives: &[Rule]) -> bool {
    let signs = [Rule::power, Rule::add, Rule::pipe, Rule::field, Rule::kw_on];
    signs.iter().any(|sign| positives.contains(sign))
}
