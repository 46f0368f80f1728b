//! What `nn doc` says of statements, of their options, and of actions.

use crate::check::{DATA_OPTIONS, OptionRow, TRAIN_OPTIONS};
use crate::data::SOURCES;
use crate::session::plot::OPTIONS as PLOT_OPTIONS;

/// An action or statement: how it is called, and what it does.
pub(super) struct StatementRow {
    pub name: &'static str,
    pub usage: &'static [&'static str],
    pub sentence: &'static str,
    pub options: &'static [OptionRow],
}

const fn option_of(name: &'static str, doc: &'static str) -> OptionRow {
    OptionRow { name, required: false, doc }
}

pub(super) const ROWS: &[StatementRow] = &[
    StatementRow {
        name: "print",
        usage: &["print(x)", "print(\"loss\", l, digits = 17)", "print(W, all = true)"],
        sentence: "Writes texts and values, numbers as literals that read back. Large values are shortened unless `all = true`.",
        options: &[
            option_of("digits", "significant digits, up to 17; 6 if not given"),
            option_of("all", "`true` shows large values whole"),
        ],
    },
    StatementRow {
        name: "show",
        usage: &["show(net)", "show(iris)"],
        sentence: "Shows a model layer by layer with its parameters, or what a dataset holds.",
        options: &[],
    },
    StatementRow {
        name: "evaluate",
        usage: &["evaluate(net, iris.test, loss = cross_entropy, metrics = [accuracy])"],
        sentence: "Measures a model on a dataset: the loss and the metrics over all its examples.",
        options: &[
            option_of("loss", "what is measured as `loss`"),
            option_of("metrics", "a list of metrics, such as `[accuracy]`"),
        ],
    },
    StatementRow {
        name: "predict",
        usage: &["predict(net, iris.test)"],
        sentence: "What a model answers for each example of a dataset, in the words and units of the data.",
        options: &[],
    },
    StatementRow {
        name: "save",
        usage: &["save(net, \"net.safetensors\")"],
        sentence: "Writes the parameters of a model, with what its data has taught the encoders.",
        options: &[],
    },
    StatementRow {
        name: "batches",
        usage: &["for batch in batches(lesson, 16) { ... batch.x ... batch.y ... }"],
        sentence: "The examples of a dataset some at a time, for a loop by hand.",
        options: &[
            option_of("size", "examples of a batch; 32 if not given"),
            option_of("shuffle", "`false` keeps the examples in order"),
        ],
    },
    StatementRow {
        name: "assert",
        usage: &["assert(l < 0.1)", "assert(l < 0.1, \"it has learned\")"],
        sentence: "Stops with a message where a condition does not hold.",
        options: &[],
    },
    StatementRow {
        name: "derive",
        usage: &[
            "derive(mse, net)",
            "derive(mse, net, wrt = net.W1, steps = true, explain = true)",
            "derive(gelu, order = 2)",
            "derive(f, wrt = x, format = \"latex\")",
        ],
        sentence: "The gradient as formulas: of a loss by the parameters of a model, or of a function by its inputs. `format` is \
                   `unicode`, `latex`, `mathml` or `nn`; `steps` shows the chain rule, `explain` what made formulas safe.",
        options: &[
            option_of("wrt", "what the gradient is by: a parameter or an input"),
            option_of("format", "`unicode`, `latex`, `mathml` or `nn`"),
            option_of("explain", "`true` says what made formulas safe"),
            option_of("steps", "`true` shows the chain rule"),
            option_of("order", "how often it is derived"),
        ],
    },
    StatementRow {
        name: "trace",
        usage: &["trace(mse, net, lesson)", "trace(mse, net, lesson, example = 3, digits = 6, lr = 0.5)"],
        sentence: "One example through the network and back: every value beside its formula, the gradients, and one step of \
                   gradient descent.",
        options: &[
            option_of("example", "which example, from 0"),
            option_of("digits", "digits of the numbers; 4 if not given"),
            option_of("lr", "the rate of the step; 0.1 if not given"),
        ],
    },
    StatementRow {
        name: "check_gradients",
        usage: &["check_gradients(mse, net, lesson)"],
        sentence: "Compares the gradient by each parameter with central differences, and shows the worst entry of each.",
        options: &[],
    },
    StatementRow {
        name: "assert_gradient",
        usage: &["assert_gradient(mine, mse, net.W1)", "assert_gradient(g, l, net.b1)"],
        sentence: "Compares a gradient of your own, as a function of inputs, target and parameters by their names or as a \
                   value, with the right one; says by which factor, how transposed or where it differs.",
        options: &[],
    },
    StatementRow {
        name: "plot",
        usage: &[
            "plot(run)",
            "plot(run.loss, run.val_loss, log = true)",
            "plot(x, y, kind = \"scatter\", title = \"points\", x_label = \"x\", y_label = \"y\")",
            "plot(net.W, kind = \"histogram\")",
            "plot(net, d.test, to = \"answers.svg\")",
        ],
        sentence: "Draws histories, curves, points, matrices, parameters, datasets and what a model answers, on the \
                   terminal or, with `to`, into an SVG or PNG file.",
        options: PLOT_OPTIONS,
    },
    StatementRow {
        name: "train",
        usage: &["run = train net on iris.train { loss = cross_entropy, optimizer = adam, epochs = 10 }"],
        sentence: "Trains a model on a dataset, and gives the history: `run.loss`, `run.val_loss` and the metrics.",
        options: TRAIN_OPTIONS,
    },
    StatementRow {
        name: "data",
        usage: &[
            "data iris = csv(\"iris.csv\") { input = [a, b], target = one_hot(c), split = [train: 0.8, test: 0.2] }",
        ],
        sentence: "A dataset from a file, from examples or from a generator.",
        options: DATA_OPTIONS,
    },
];

/// Of `load`, which is a function of the language.
const LOAD_OPTIONS: &[OptionRow] = &[
    option_of("partial", "`true` takes the parameters that fit and leaves the others"),
    option_of("outputs", "the axis of the outputs in matrices of other libraries: `rows` or `columns`"),
];

/// The options of a statement or an action, below its page.
pub(super) fn options(name: &str) -> String {
    let rows = options_of(name);
    if rows.is_empty() { String::new() } else { listed(rows) }
}

/// The options of a statement or an action, each with a sentence.
pub fn options_of(name: &str) -> &'static [OptionRow] {
    match ROWS.iter().find(|row| row.name == name) {
        Some(row) => row.options,
        None if name == "load" => LOAD_OPTIONS,
        None => &[],
    }
}

fn listed(rows: &[OptionRow]) -> String {
    let rows = rows.iter().map(|row| format!("  {:11} {}\n", row.name, row.doc));
    format!("\noptions\n\n{}", rows.collect::<String>())
}

/// What an option of a statement or of a source of data is for.
pub(super) fn option(name: &str) -> Option<String> {
    let all = [("train", TRAIN_OPTIONS), ("data", DATA_OPTIONS)];
    let of_statements = all.into_iter().flat_map(|(statement, rows)| {
        let found = rows.iter().filter(move |row| row.name == name);
        found.map(move |row| format!("`{name}`, an option of `{statement}`: {}\n", row.doc))
    });
    let of_sources = SOURCES.iter().flat_map(|source| {
        let found = source.options().iter().filter(move |spec| spec.name == name);
        found.map(move |spec| format!("`{name}`, an option of `{}`: {}\n", source.name(), spec.doc))
    });
    let text: String = of_statements.chain(of_sources).collect();
    (!text.is_empty()).then_some(text)
}
