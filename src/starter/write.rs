//! The script and the page beside it.

use std::fmt::Write as _;

use super::roles::{Role, Task};
use super::survey::{Survey, SurveyColumn};
use super::words::{data_name, short};
use crate::syntax::{name_or_quoted, quoted};

/// More columns than this are written as all but some.
const MOST_NAMED: usize = 10;
/// A comment names at most so many columns that are left out.
const MOST_TOLD: usize = 6;

/// Numbers of a first try that depend on how much data there is.
struct Plan {
    batch: usize,
    epochs: usize,
    width: usize,
    is_deep: bool,
    /// Whether a part is set aside to tell when to stop.
    has_validation: bool,
}

impl Plan {
    fn new(survey: &Survey, inputs: usize) -> Plan {
        let n = survey.n_rows;
        let batch = match n {
            0..=500 => 16,
            501..=10_000 => 32,
            _many => 128,
        };
        // About three thousand steps.
        let epochs = (3000 * batch / n.max(1)).clamp(5, 100);
        let width = (2 * inputs).next_power_of_two().clamp(16, 128);
        Plan { batch, epochs, width, is_deep: n > 2000, has_validation: n >= 300 }
    }
}

/// A script that checks, trains and saves a first model of a table. `path` is where the script finds it, `name` what
/// the project is called. `is_taken` tells the names that the data cannot have.
pub fn script(survey: &Survey, name: &str, path: &str, seed: u32, is_taken: &dyn Fn(&str) -> bool) -> String {
    let stem = path.rsplit('/').next().unwrap_or(path).split('.').next().unwrap_or_default();
    let data = data_name(stem, is_taken);
    let target = survey.columns.get(survey.target);
    let (numbers, categories) = (numbers(survey), categories(survey));
    let inputs = numbers.len() + categories.iter().map(|(_, kinds)| kinds).sum::<usize>();
    let plan = Plan::new(survey, inputs);
    let mut text = String::new();
    let target_name = target.map_or("", |target| target.name.as_str());
    let what = match &survey.task {
        Task::Classes { count, .. } => format!("`{}`, one of {count} classes,", short(target_name)),
        Task::Number => format!("the number `{}`", short(target_name)),
    };
    let _ = writeln!(
        text,
        "# {name}.nn: predicts {what} from {} of {} rows.",
        columns_text(count_inputs(survey)),
        survey.n_rows
    );
    let _ = writeln!(
        text,
        "seed {seed}\n\nepochs = {}\nlr = {}\n",
        plan.epochs,
        if plan.is_deep { "0.003" } else { "0.01" }
    );
    text.push_str(&left_out(survey));
    text.push_str(&data_statement(survey, &data, path, &plan));
    text.push_str(&model(survey, &data, inputs, &plan));
    text.push_str(&training(survey, &data, name, &plan));
    text
}

fn count_inputs(survey: &Survey) -> usize {
    survey.columns.iter().filter(|column| column.role.is_input()).count()
}

fn columns_text(count: usize) -> String {
    if count == 1 { "1 column".to_string() } else { format!("{count} columns") }
}

fn numbers(survey: &Survey) -> Vec<&SurveyColumn> {
    survey.columns.iter().filter(|column| column.role == Role::Number).collect()
}

fn categories(survey: &Survey) -> Vec<(&SurveyColumn, usize)> {
    let kinds = survey.columns.iter().map(|column| match column.role {
        Role::Category(kinds) => Some((column, kinds)),
        Role::Target | Role::Number | Role::LeftOut(_) => None,
    });
    kinds.flatten().collect()
}

/// Comments on the columns that are not used.
fn left_out(survey: &Survey) -> String {
    let mut text = String::new();
    let reasons: Vec<(&str, &str)> = survey
        .columns
        .iter()
        .filter_map(|column| match &column.role {
            Role::LeftOut(reason) => Some((column.name.as_str(), reason.as_str())),
            Role::Target | Role::Number | Role::Category(_) => None,
        })
        .collect();
    for (name, reason) in reasons.iter().take(MOST_TOLD) {
        let _ = writeln!(text, "# Without `{}`: {}.", short(name), crate::diagnostics::escape_line(reason));
    }
    if reasons.len() > MOST_TOLD {
        let _ = writeln!(text, "# Without {} other columns.", reasons.len() - MOST_TOLD);
    }
    text
}

fn data_statement(survey: &Survey, data: &str, path: &str, plan: &Plan) -> String {
    let mut text = String::new();
    let options = survey.options.iter().map(|(name, value)| match *name {
        "header" => format!(", header = {value}"),
        name => format!(", {name} = {}", quoted(value)),
    });
    let _ = writeln!(text, "data {data} = csv({}{}) {{", quoted(path), options.collect::<String>());
    let _ = writeln!(text, "    input = {}", input(survey));
    let target =
        survey.columns.get(survey.target).map_or(String::new(), |target| name_or_quoted(&target.name));
    let _ = match survey.task {
        Task::Classes { .. } => writeln!(text, "    target = one_hot({target})"),
        Task::Number => writeln!(text, "    target = standardize([{target}])"),
    };
    if let Some(missing) = missing(survey) {
        let _ = writeln!(text, "    missing = {missing}");
    }
    text.push_str(match plan.has_validation {
        true => "    split = [train: 0.7, validation: 0.15, test: 0.15]\n}\n\n",
        false => "    split = [train: 0.8, test: 0.2]\n}\n\n",
    });
    text
}

/// `standardize([a, b])`, or a list of that and a `one_hot` for each column of words.
fn input(survey: &Survey) -> String {
    let (numbers, categories) = (numbers(survey), categories(survey));
    let scaled = match numbers.len() {
        0 => None,
        n if n > MOST_NAMED => {
            let except = survey.columns.iter().filter(|column| column.role != Role::Number);
            let names: Vec<String> = except.map(|one| name_or_quoted(&one.name)).collect();
            Some(match names.as_slice() {
                [one] => format!("standardize(columns(except = {one}))"),
                many => format!("standardize(columns(except = [{}]))", many.join(", ")),
            })
        }
        _few => {
            let names: Vec<String> = numbers.iter().map(|one| name_or_quoted(&one.name)).collect();
            Some(format!("standardize([{}])", names.join(", ")))
        }
    };
    let encoded = categories.iter().map(|(one, _)| format!("one_hot({})", name_or_quoted(&one.name)));
    let parts: Vec<String> = scaled.into_iter().chain(encoded).collect();
    match parts.as_slice() {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    }
}

/// What is done about missing values; nothing where there are none in what is used.
fn missing(survey: &Survey) -> Option<&'static str> {
    let lacks = |wanted: &dyn Fn(&Role) -> bool| {
        survey.columns.iter().any(|column| wanted(&column.role) && column.n_missing > 0)
    };
    if lacks(&|role| matches!(role, Role::Target | Role::Category(_))) {
        return Some("drop");
    }
    lacks(&|role| *role == Role::Number).then_some("mean")
}

fn model(survey: &Survey, data: &str, inputs: usize, plan: &Plan) -> String {
    let (width, half) = (plan.width, (plan.width / 2).max(16));
    let hidden = match plan.is_deep {
        true => format!("dense({width}, act = relu) |> dense({half}, act = relu)"),
        false => format!("dense({width}, act = relu)"),
    };
    let (outputs, last) = match survey.task {
        Task::Classes { count, .. } => (count, format!("dense({count}) |> softmax")),
        Task::Number => (1, "dense(1)".to_string()),
    };
    // How many kinds of words the data has is read off the data.
    let input =
        if categories(survey).is_empty() { format!("[{inputs}]") } else { format!("like {data}.input") };
    format!("model net(x: {input}) -> [{outputs}] {{\n    x |> {hidden} |> {last}\n}}\n\nshow(net)\n\n")
}

fn training(survey: &Survey, data: &str, name: &str, plan: &Plan) -> String {
    let (loss, metrics) = match survey.task {
        Task::Classes { .. } => ("cross_entropy", "accuracy"),
        Task::Number => ("mse", "r2"),
    };
    let validate = match plan.has_validation {
        true => format!("    validate = {data}.validation\n    patience = 10\n"),
        false => String::new(),
    };
    let baseline = match &survey.task {
        Task::Classes { most, share, .. } => {
            format!("# Always answering `{}` is right for {:.1} % of all rows.", short(most), share * 100.0)
        }
        Task::Number => "# Always answering the mean has an r2 of 0; 1 is perfect.".to_string(),
    };
    format!(
        "train net on {data}.train {{\n    loss = {loss}\n    optimizer = adam(lr = lr)\n    epochs = epochs\n    \
         batch = {batch}\n{validate}    metrics = [{metrics}]\n}}\n\n{baseline}\n\
         print(evaluate(net, {data}.test, loss = {loss}, metrics = [{metrics}]))\n\n\
         save(net, {path})\n",
        batch = plan.batch,
        path = quoted(&format!("{name}.safetensors")),
    )
}

/// What to do with the project, for people.
pub fn readme(survey: &Survey, name: &str, path: &str) -> String {
    let target = survey.columns.get(survey.target).map_or("", |target| target.name.as_str());
    let mut text = format!(
        "# {name}\n\nPredicts `{}` from {} of [`{path}`]({path}), which has {} rows.\n\n```sh\n\
         nn check {name}.nn                    # finds mistakes without running it\n\
         nn run {name}.nn                      # trains, tells how good it is, saves {name}.safetensors\n\
         nn run {name}.nn --set epochs=20      # the same with another number of epochs\n\
         nn predict {name}.nn --weights {name}.safetensors --data {path}\n```\n\n",
        crate::diagnostics::escape_line(target),
        columns_text(count_inputs(survey)),
        survey.n_rows,
    );
    text.push_str("| column | holds | missing | used as |\n|---|---|---|---|\n");
    for column in &survey.columns {
        let role = match &column.role {
            Role::Target => "target".to_string(),
            Role::Number => "number".to_string(),
            Role::Category(_) => "one of its kinds".to_string(),
            Role::LeftOut(reason) => format!("left out: {reason}"),
        };
        let cell = |text: &str| crate::diagnostics::escape_line(text).replace('|', "\\|");
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            cell(&column.name),
            cell(&column.facts),
            column.n_missing,
            cell(&role)
        );
    }
    text.push_str("\nThings to try: another width or a second `dense` in the model, `dropout(0.2)`, `l2 = 0.001` in `train`.\n");
    text
}

/// A script for a project without data of its own.
pub fn empty_script(name: &str) -> String {
    format!(
        "# {name}.nn: three spirals of points, told apart by where they lie.\nseed 1\n\nepochs = 60\nlr = 0.01\n\n\
         data points = spiral(n = 600) {{\n    split = [train: 0.8, test: 0.2]\n}}\n\n\
         model net(x: [2]) -> [3] {{\n    x |> dense(32, act = tanh) |> dense(32, act = tanh) |> dense(3) |> softmax\n}}\n\n\
         show(net)\n\n\
         train net on points.train {{\n    loss = cross_entropy\n    optimizer = adam(lr = lr)\n    epochs = epochs\n    \
         batch = 32\n    metrics = [accuracy]\n}}\n\n\
         print(evaluate(net, points.test, loss = cross_entropy, metrics = [accuracy]))\n\nsave(net, {})\n",
        quoted(&format!("{name}.safetensors"))
    )
}

pub fn empty_readme(name: &str) -> String {
    format!(
        "# {name}\n\nA first network: points on three spirals.\n\n```sh\n\
         nn check {name}.nn                    # finds mistakes without running it\n\
         nn run {name}.nn                      # trains, tells how good it is, saves {name}.safetensors\n\
         nn run {name}.nn --set epochs=20      # the same with another number of epochs\n\
         nn watch {name}.nn                    # again whenever the script changes\n```\n\n\
         To learn from a table of your own: `nn new NAME --from csv FILE`.\n"
    )
}
