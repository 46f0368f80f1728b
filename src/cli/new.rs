//! `nn new NAME`: a folder with a script that trains, and a page that says how to use it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::arguments::Format;
use super::output::{Output, Screen, complain, say};
use super::world::Terminal;
use super::{WRONG_USAGE, messages};
use crate::data::DiskFiles;
use crate::session::{self, Report};
use crate::starter::{self, Role, Survey, Task};
use crate::syntax::{self, Signs};

/// Larger tables are not copied into the project.
const LARGEST_COPY: u64 = 64 << 20;
/// Seeds that are tried for a script that checks.
const MOST_SEEDS: u32 = 20;

#[derive(Args)]
pub struct New {
    /// The folder to make; its last name is that of the script
    pub name: PathBuf,
    /// A table to learn from
    #[arg(long, value_names = ["csv", "FILE"], num_args = 1..=2)]
    pub from: Vec<String>,
    /// The column to predict; the most likely one without it
    #[arg(long, value_name = "COLUMN", requires = "from")]
    pub target: Option<String>,
}

/// The texts of a project.
struct Project {
    script: String,
    readme: String,
    /// A file to be copied, and where to.
    copy: Option<(PathBuf, PathBuf)>,
}

pub fn new(arguments: &New, output: &Output, screen: Screen) -> ExitCode {
    let folder = &arguments.name;
    let Some(name) = folder.file_name().and_then(|name| name.to_str()).filter(|name| is_plain(name)) else {
        complain(&format!("`{}` is no name for a project: letters, digits, `-`, `_`", folder.display()));
        return ExitCode::from(WRONG_USAGE);
    };
    if folder.exists() {
        complain(&format!("`{}` is there already and is left as it is", folder.display()));
        return ExitCode::from(1);
    }
    let found = match table(&arguments.from) {
        Err(problem) => {
            complain(&problem);
            return ExitCode::from(WRONG_USAGE);
        }
        Ok(None) => None,
        Ok(Some(file)) => match starter::survey(&DiskFiles, Path::new(file), arguments.target.as_deref()) {
            Ok(survey) => {
                tell(&survey, output);
                Some((survey, Path::new(file)))
            }
            Err((sources, diagnostics)) => {
                let report = Report { sources, diagnostics, models: Vec::new() };
                return messages::show(&report, Format::Full, output, screen);
            }
        },
    };
    let script = folder.join(name).with_extension("nn");
    let mut code = ExitCode::SUCCESS;
    for seed in 1..=MOST_SEEDS {
        let project = match &found {
            Some((survey, file)) => project_of(survey, name, file, seed),
            None => empty_project(name),
        };
        if let Err(error) = write(folder, name, &project) {
            complain(&format!("`{}` cannot be written: {error}", folder.display()));
            return ExitCode::from(1);
        }
        let mut world = Terminal::new(output.clone(), screen, 1).quiet();
        let report = session::check_file(&mut world, &script);
        // A class of few rows may be missing from the training part: other seeds cut the rows in other ways.
        if seed == MOST_SEEDS || !report.has_errors() {
            code = messages::show(&report, Format::Full, output, screen);
            break;
        }
    }
    say(&format!("made {}; now: nn run {}", folder.display(), script.display()));
    code
}

fn empty_project(name: &str) -> Project {
    Project { script: starter::empty_script(name), readme: starter::empty_readme(name), copy: None }
}

fn is_plain(name: &str) -> bool {
    let begins = name.chars().next().is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
    begins && name.chars().all(|letter| letter.is_alphanumeric() || ['-', '_'].contains(&letter))
}

/// The file behind `--from csv FILE` or `--from FILE`.
fn table(from: &[String]) -> Result<Option<&str>, String> {
    match from {
        [] => Ok(None),
        [file] if file == "csv" => Err("`--from csv` needs a file behind it: `--from csv FILE`".to_string()),
        [file] => Ok(Some(file)),
        [kind, file] if kind == "csv" => Ok(Some(file)),
        [kind, ..] => {
            Err(format!("`--from` reads tables of the kind `csv`, found `{kind}`: `--from csv FILE`"))
        }
    }
}

/// The project of a table: a copy of it is part of the project unless it is very large.
fn project_of(survey: &Survey, name: &str, file: &Path, seed: u32) -> Project {
    let file_name = file.file_name().map_or("table.csv".into(), |name| name.to_string_lossy());
    let is_small = std::fs::metadata(file).is_ok_and(|facts| facts.len() <= LARGEST_COPY);
    let inside = format!("data/{file_name}");
    let absolute = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_path_buf());
    let path = if is_small { inside.clone() } else { absolute.display().to_string() };
    let script = starter::script(survey, name, &path, seed, &|word| session::doc(word).is_ok());
    Project {
        script,
        readme: starter::readme(survey, name, &path),
        copy: is_small.then(|| (file.to_path_buf(), PathBuf::from(inside))),
    }
}

/// What the columns are and what each is used as.
fn tell(survey: &Survey, output: &Output) {
    let width = |text: &str| text.chars().count();
    let name_width = survey.columns.iter().map(|column| width(&column.name)).max().unwrap_or(0).min(28);
    let facts_width = survey.columns.iter().map(|column| width(&column.facts)).max().unwrap_or(0).min(44);
    const SHOWN: usize = 30;
    for column in survey.columns.iter().take(SHOWN) {
        let role = match &column.role {
            Role::Target => "target".to_string(),
            Role::Number | Role::Category(_) => "input".to_string(),
            Role::LeftOut(reason) => format!("left out: {reason}"),
        };
        let missing =
            if column.n_missing > 0 { format!(", {} missing", column.n_missing) } else { String::new() };
        let name: String = crate::diagnostics::escape_line(&column.name).chars().take(28).collect();
        output.line(&format!("{name:name_width$}  {:facts_width$}  {role}{missing}", column.facts));
    }
    if survey.columns.len() > SHOWN {
        output.line(&format!("... {} columns", survey.columns.len()));
    }
    let target = survey.columns.get(survey.target).map_or("", |column| column.name.as_str());
    let task = match &survey.task {
        Task::Classes { count, .. } => format!("one of {count} classes"),
        Task::Number => "a number".to_string(),
    };
    let why = survey.guessed.map_or(String::new(), |why| {
        format!("\n`{target}` was chosen {why}; `--target COLUMN` chooses another")
    });
    if let Some((class, count)) = &survey.rare {
        let rows = if *count == 1 { "row".to_string() } else { "rows".to_string() };
        output.line(&format!(
            "\n`{}` is in {count} {rows} only: a run says so if the training part has none of them",
            crate::diagnostics::escape_line(class)
        ));
    }
    output.line(&format!("\n{} rows; to predict: `{target}`, {task}{why}", survey.n_rows));
}

/// Writes the folder, the script in the one style.
fn write(folder: &Path, name: &str, project: &Project) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    if let Some((from, to)) = &project.copy {
        let to = folder.join(to);
        to.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::copy(from, to)?;
    }
    let mut sources = crate::base::Sources::default();
    let id = sources.add("new", project.script.clone());
    let parsed = syntax::parse(sources.get(id), 0);
    let script = syntax::format(sources.get(id), &parsed, Signs::Kept);
    std::fs::write(folder.join(name).with_extension("nn"), script.as_ref().unwrap_or(&project.script))?;
    std::fs::write(folder.join("README.md"), &project.readme)
}
