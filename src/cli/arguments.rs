//! The words of the command line and what they mean.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::diagnostics::Slug;
use crate::session::{Boundary, Strictness};

/// A language for neural networks: shapes checked before running, gradients as formulas.
#[derive(Parser)]
#[command(
    name = "nn",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    override_usage = "nn FILE\n       nn COMMAND ...",
    after_help = "`nn FILE` is `nn run FILE`; `-` stands for standard input.\n\n\
        Examples:\n  nn iris.nn                       check a script, then run it\n  \
        nn check iris.nn                 find what is wrong with it\n  \
        nn run iris.nn --set epochs=5    with another value for a name of the script\n  \
        nn new flowers --from csv iris.csv\n  \
        nn predict iris.nn --weights iris.safetensors --data new.csv\n  \
        nn repl                          try things out\n\n\
        Exit codes: 0 all is well, 1 a mistake in a script, its data or a file, or a test that fails,\n\
        2 a mistake on the command line, 101 a mistake of nn itself, 130 stopped by Ctrl-C.\n\n\
        Colours and redrawing are only for terminals; `NO_COLOR=1` leaves colours out there too."
)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Check a script, then run it
    #[command(
        after_help = "Ctrl-C ends a training after the present step, or a loop after the present round, keeps what it \
        has done and goes on with the script behind it; a second one ends everything.\n\n\
        Examples:\n  nn run iris.nn\n  nn run iris.nn --set epochs=5 --set lr=0.01 --quiet\n  \
        echo 'print(6 * 7)' | nn run -"
    )]
    Run(Run),
    /// Find everything that is wrong with a script without running it
    #[command(after_help = "Examples:\n  nn check iris.nn\n  nn check iris.nn --format short\n  \
        nn check iris.nn --show types")]
    Check(Check),
    /// Run the asserts and expected outputs of scripts
    #[command(after_help = TEST_HELP)]
    Test(super::test::Test),
    /// Run a script again whenever it or its data changes
    #[command(
        after_help = "All files that the script reads are watched: data, imports, weights. A change ends a run \
        under way.\n\nExamples:\n  nn watch iris.nn\n  nn watch --check iris.nn"
    )]
    Watch(super::watch::Watch),
    /// Start a project, with a first model of a table if one is given
    #[command(
        after_help = "The columns of the table are looked at: which are numbers, which are words, what is missing, \
        which is most likely to be predicted. Nothing that is there is overwritten.\n\n\
        Examples:\n  nn new flowers --from csv iris.csv\n  nn new houses --from csv houses.csv --target price\n  \
        nn new spirals"
    )]
    New(super::new::New),
    /// Let a saved model answer the rows of a file
    #[command(
        after_help = "The script says what the model is and is not run; the weights bring what it learned and how \
        its data was encoded.\n\nExample:\n  nn predict iris.nn --weights iris.safetensors --data new.csv -o answers.csv"
    )]
    Predict(Predict),
    /// Type statements and see what they give
    #[command(after_help = "Examples:\n  nn repl\n  nn repl iris.nn    after running a script")]
    Repl(Repl),
    /// Time a step of the script's first training
    #[command(
        after_help = "Examples:\n  nn bench iris.nn\n  nn bench iris.nn --json --threads 1 --seconds 5"
    )]
    Bench(Bench),
    /// The gradient of the script's loss as formulas
    #[command(
        after_help = "Examples:\n  nn derive lecture.nn\n  nn derive lecture.nn --wrt net.W1 --steps\n  \
        nn derive lecture.nn --format latex"
    )]
    Derive(super::formulas::Derive),
    /// One example through the network and back, with all its numbers
    #[command(after_help = "Examples:\n  nn trace lecture.nn\n  nn trace lecture.nn --example 3 --digits 6")]
    Trace(super::formulas::Trace),
    /// Draw the network of a script as an SVG picture
    #[command(after_help = "Example:\n  nn draw iris.nn -o iris.svg")]
    Draw(super::picture::Draw),
    /// Run a script and write a page with its network, formulas, numbers, curves and answers
    #[command(
        after_help = "Examples:\n  nn report iris.nn -o iris.html\n  nn report iris.nn -o iris.md --set epochs=5"
    )]
    Report(super::picture::Report),
    /// Apply the fixes that messages propose
    #[command(
        after_help = "Every fix was tried before it is proposed. Nothing is written with --dry-run.\n\n\
        Examples:\n  nn fix iris.nn --dry-run\n  nn fix iris.nn\n  nn fix - < iris.nn > mended.nn"
    )]
    Fix(Fix),
    /// Write scripts in the one style
    #[command(
        after_help = "A script that cannot be read is left as it is. Exit code 1 with --check: something would change.\n\n\
        Examples:\n  nn fmt iris.nn\n  nn fmt --check *.nn\n  nn fmt --annotate iris.nn\n  nn fmt - < iris.nn"
    )]
    Fmt(Fmt),
    /// What a diagnostic means, with a program that raises it and the program mended
    #[command(after_help = "Examples:\n  nn explain shape-mismatch\n  nn explain    lists them all")]
    Explain {
        /// Its name, `shape-mismatch` or `error[shape-mismatch]`
        slug: Option<String>,
    },
    /// What a name of the library means: formula, example with its result, derivative, source
    #[command(after_help = "Examples:\n  nn doc cross_entropy\n  nn doc            lists all names\n  \
        nn doc --html -o reference")]
    Doc(super::doc::Doc),
    /// Completions of words for a shell
    #[command(
        after_help = "Examples:\n  nn completions bash > ~/.local/share/bash-completion/completions/nn\n  \
        nn completions zsh > ~/.zfunc/_nn\n  nn completions fish > ~/.config/fish/completions/nn.fish"
    )]
    Completions(super::shell::Completions),
    /// Manual pages
    #[command(after_help = "Examples:\n  nn man ~/.local/share/man/man1\n  nn man | man -l -")]
    Man(super::shell::Man),
}

const TEST_HELP: &str = "\
What a statement prints is expected in `#>` comments behind it:

  print(3 / 4)
  #> 0.75
  print([1, 2] * 2)  #> [2, 4]

Every assert counts, also after one that does not hold. A script without asserts and expected outputs is
checked and not run.

Examples:
  nn test                  all scripts of this folder
  nn test iris.nn models/
  nn test iris.nn --update

Exit codes: 0 all is as said, 1 something is not.";

#[derive(Args)]
pub struct Fix {
    /// The script, or `-`: standard input to standard output
    pub file: PathBuf,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Mend warnings as well where that changes what the script computes
    #[arg(long)]
    pub warnings: bool,
}

#[derive(Args)]
pub struct Fmt {
    /// The scripts, or `-`: standard input to standard output
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Only say which are not formatted
    #[arg(long)]
    pub check: bool,
    /// Write signs that have a twin in this way; each as it stands without it
    #[arg(long, value_enum, value_name = "WHICH")]
    pub signs: Option<SignsChoice>,
    /// Write the type of each name that a model or layer binds behind it, as a comment `#: [16]`
    #[arg(long)]
    pub annotate: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SignsChoice {
    /// `@ != <= -> .T`
    Ascii,
    /// `· ≠ ≤ → ᵀ`
    Unicode,
}

#[derive(Args)]
pub struct Run {
    /// The script, or `-`
    pub file: PathBuf,
    /// Say nothing about trainings
    #[arg(short, long)]
    pub quiet: bool,
    /// Draw the curve of a training while it goes, on a terminal
    #[arg(short, long)]
    pub live: bool,
    /// How mistakes are shown; with `json` all of the output is a JSON object a line: each epoch, the end of each
    /// training, each line that is printed, and the mistakes
    #[arg(long, value_enum, default_value_t = Format::Full)]
    pub format: Format,
    #[command(flatten)]
    pub warnings: Warnings,
    #[command(flatten)]
    pub settings: Settings,
    #[command(flatten)]
    pub threads: Threads,
}

/// Values for names of the script.
#[derive(Args)]
pub struct Settings {
    /// Another value for a name that the script binds at its top level; can be given several times
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = setting)]
    pub values: Vec<String>,
}

fn setting(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => Ok(text.to_string()),
        _other => Err("expected NAME=VALUE, such as epochs=5".to_string()),
    }
}

#[derive(Args)]
pub struct Warnings {
    /// Do not give this warning
    #[arg(long, value_name = "SLUG", value_parser = slug)]
    allow: Vec<Slug>,
    /// Make an error of all `warnings`, or of this one
    #[arg(long, value_name = "SLUG", value_parser = slug_or_all)]
    deny: Vec<Option<Slug>>,
}

impl Warnings {
    pub fn strictness(&self) -> Strictness {
        Strictness {
            allowed: self.allow.clone(),
            denied: self.deny.iter().flatten().copied().collect(),
            denies_all: self.deny.contains(&None),
        }
    }
}

fn slug(text: &str) -> Result<Slug, String> {
    let names = || Slug::ALL.iter().map(|slug| slug.as_str().to_string());
    Slug::ALL.iter().find(|slug| slug.as_str() == text).copied().ok_or_else(
        || match crate::session::near_name(text, names()) {
            Some(near) => format!("there is no such diagnostic; did you mean `{near}`?"),
            None => "there is no such diagnostic".to_string(),
        },
    )
}

fn slug_or_all(text: &str) -> Result<Option<Slug>, String> {
    if text == "warnings" { Ok(None) } else { slug(text).map(Some) }
}

#[derive(Args)]
pub struct Check {
    /// The script, or `-`
    pub file: PathBuf,
    /// How mistakes are shown
    #[arg(long, value_enum, default_value_t = Format::Full)]
    pub format: Format,
    #[command(flatten)]
    pub warnings: Warnings,
    /// Print what stands at a boundary between two stages
    #[arg(long, value_enum, value_name = "WHAT")]
    pub show: Option<Show>,
    /// With `--show graph` or `grad`: after this pass
    #[arg(long, value_name = "PASS", requires = "show")]
    pub after: Option<String>,
    #[command(flatten)]
    pub settings: Settings,
}

#[derive(Args)]
pub struct Predict {
    /// The script that declares the model, or `-`
    pub file: PathBuf,
    /// What `save` wrote
    #[arg(short, long, value_name = "FILE")]
    pub weights: String,
    /// The rows to answer: a CSV or NPY file, or `-`
    #[arg(short, long, value_name = "FILE")]
    pub data: String,
    /// Write a CSV file with every number in place of a line a row
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Which model, if the script declares several
    #[arg(short, long, value_name = "NAME")]
    pub model: Option<String>,
    #[command(flatten)]
    pub settings: Settings,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Args)]
pub struct Repl {
    /// A script to run first, or `-`
    pub file: Option<PathBuf>,
    /// Say nothing about trainings
    #[arg(short, long)]
    pub quiet: bool,
    /// Draw the curve of a training while it goes
    #[arg(short, long)]
    pub live: bool,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Args)]
pub struct Bench {
    /// The script, or `-`
    pub file: PathBuf,
    /// One line of JSON
    #[arg(long)]
    pub json: bool,
    /// Also the time of each loop and product of a step, with the lines it comes from
    #[arg(long)]
    pub profile: bool,
    /// Time another build of `nn` in turns with this one; fails if this one is more than 10 % slower
    #[arg(long, value_name = "OLD")]
    pub compare: Option<PathBuf>,
    /// How long to measure
    #[arg(long, value_name = "S", default_value_t = 2.0, value_parser = seconds, allow_negative_numbers = true)]
    pub seconds: f64,
    #[command(flatten)]
    pub settings: Settings,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Args)]
pub struct Threads {
    /// How many threads to use at most; results do not depend on it
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl Threads {
    pub fn count(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        self.threads.map_or_else(all, usize::from)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A picture of the place
    Full,
    /// A line each
    Short,
    /// Data, on standard output
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Show {
    /// The tree
    Ast,
    /// Every expression with its type
    Types,
    /// Every expression of a model with its type and where its size comes from
    Shapes,
    /// The graph of model, loss and metrics
    Graph,
    /// The graph of the whole step, with gradient and optimizer
    Grad,
    /// The instructions of a step
    Plan,
}

impl Show {
    pub fn boundary(self) -> Boundary {
        match self {
            Show::Ast => Boundary::Ast,
            Show::Types => Boundary::Types,
            Show::Shapes => Boundary::Shapes,
            Show::Graph => Boundary::Graph,
            Show::Grad => Boundary::Grad,
            Show::Plan => Boundary::Plan,
        }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "expected a number of seconds".to_string())?;
    if (0.01..=3600.0).contains(&number) {
        Ok(number)
    } else {
        Err("expected 0.01 to 3600 seconds".to_string())
    }
}

/// The command of these arguments. A mistake, `--help` and `--version` end the program with clap's words and code.
pub fn read(mut words: Vec<OsString>) -> Arguments {
    let command = Arguments::command().long_version(super::version::facts());
    if words.get(1).is_some_and(|first| first == "help") {
        // `nn help run` is `nn run --help`.
        words.remove(1);
        words.push("--help".into());
    }
    if let Some(first) = words.get(1).filter(|first| !is_flag(first)).cloned() {
        let name = first.to_string_lossy();
        let is_command = command.get_subcommands().any(|known| known.get_name() == name);
        if !is_command && looks_like_a_file(Path::new(&first)) {
            words.insert(1, "run".into());
        } else if !is_command {
            unknown(&name, &command);
        }
    }
    let matches = command.get_matches_from(words);
    Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
}

fn is_flag(word: &OsString) -> bool {
    word != "-" && word.as_encoded_bytes().starts_with(b"-")
}

fn looks_like_a_file(path: &Path) -> bool {
    path == Path::new("-") || path.extension().is_some() || path.components().count() > 1 || path.exists()
}

/// A first word that is nothing: the near command or script, and code 2.
fn unknown(name: &str, command: &clap::Command) -> ! {
    let commands = command.get_subcommands().map(|known| known.get_name().to_string());
    let script = Path::new(name).with_extension("nn");
    let near = match script.exists() {
        true => Some(script.display().to_string()),
        false => crate::session::near_name(name, commands),
    };
    let hint = near.map_or(String::new(), |near| format!("; did you mean `nn {near}`?"));
    super::output::complain(&format!("`{name}` is neither a command nor a file{hint}"));
    super::output::say("`nn --help` lists the commands");
    std::process::exit(2)
}
