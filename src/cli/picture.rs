//! `nn draw` and `nn report`: the network of a script as a picture, its first training as a page.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::arguments::{Format, Settings, Threads};
use super::output::{Output, Screen, complain};
use super::world::Terminal;
use super::{WRONG_USAGE, messages};
use crate::plot::{png, svg};
use crate::report::{self, Document};
use crate::session;

#[derive(Args)]
pub struct Draw {
    /// The script, or `-`
    pub file: PathBuf,
    /// Where the picture goes, `NAME.svg` or `NAME.png`; as SVG to standard output without it
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Which model, if not the one that is trained first
    #[arg(short, long, value_name = "NAME")]
    pub model: Option<String>,
    #[command(flatten)]
    pub settings: Settings,
}

#[derive(Args)]
pub struct Report {
    /// The script, or `-`
    pub file: PathBuf,
    /// Where the report goes: `NAME.html`, or `NAME.md` with pictures beside it
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
    /// What it is written as; the name of the file says it otherwise
    #[arg(long, value_enum)]
    pub format: Option<Page>,
    #[command(flatten)]
    pub settings: Settings,
    #[command(flatten)]
    pub threads: Threads,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Page {
    /// One page that needs nothing else
    Html,
    /// Markdown, with pictures as SVG files beside it
    Md,
}

pub fn draw(arguments: &Draw, output: &Output, screen: Screen) -> ExitCode {
    if let Some(path) = &arguments.output
        && !is_written_as(path, "a picture", &["svg", "png"])
    {
        return ExitCode::from(WRONG_USAGE);
    }
    let mut world =
        Terminal::new(output.clone(), screen, 1).quiet().with_settings(&arguments.settings.values);
    let (report, network) = session::draw_file(&mut world, &arguments.file, arguments.model.as_deref());
    if let Some(network) = network {
        let label = format!("the network of {}", arguments.file.display());
        let text = svg::network_document(&network, &label);
        match &arguments.output {
            Some(path) => {
                let is_png = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("png"));
                let bytes = if is_png { png::from_svg(&text) } else { None };
                if !wrote(path, &bytes.unwrap_or_else(|| text.into_bytes())) {
                    return ExitCode::from(1);
                }
            }
            None => output.text(&text),
        }
    }
    messages::show(&report, Format::Full, output, screen)
}

pub fn report(arguments: &Report, output: &Output, screen: Screen) -> ExitCode {
    let is_markdown = arguments.output.extension().is_some_and(|end| end.eq_ignore_ascii_case("md"));
    if arguments.format.is_none() && !is_written_as(&arguments.output, "a report", &["html", "htm", "md"]) {
        return ExitCode::from(WRONG_USAGE);
    }
    let page = arguments.format.unwrap_or(if is_markdown { Page::Md } else { Page::Html });
    let mut world = Terminal::new(output.clone(), screen, arguments.threads.count())
        .quiet()
        .with_settings(&arguments.settings.values);
    let (report, document) = session::report_file(&mut world, &arguments.file);
    if let Some(document) = document
        && !write(&document, page, &arguments.output)
    {
        return ExitCode::from(1);
    }
    messages::show(&report, Format::Full, output, screen)
}

/// Whether a file's name ends as one of its kind, or has no ending; says so where it does not.
fn is_written_as(path: &Path, what: &str, endings: &[&str]) -> bool {
    let Some(found) = path.extension() else { return true };
    if endings.iter().any(|ending| found.eq_ignore_ascii_case(ending)) {
        return true;
    }
    let known: Vec<String> = endings.iter().map(|ending| format!("`.{ending}`")).collect();
    let known = match known.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _single => known.concat(),
    };
    let stem = path.with_extension(endings.first().copied().unwrap_or_default());
    complain(&format!(
        "{what} is written as {known}, found `.{}`: `-o {}`",
        found.to_string_lossy(),
        stem.display()
    ));
    false
}

fn write(document: &Document, page: Page, path: &Path) -> bool {
    match page {
        Page::Html => wrote(path, report::html(document).as_bytes()),
        Page::Md => {
            let stem = path.file_stem().map_or("report".into(), |stem| stem.to_string_lossy());
            let found = report::markdown(document, &stem);
            let pictures = found.pictures.iter();
            wrote(path, found.text.as_bytes())
                && pictures
                    .fold(true, |all, (name, text)| all && wrote(&path.with_file_name(name), text.as_bytes()))
        }
    }
}

fn wrote(path: &Path, bytes: &[u8]) -> bool {
    let result = std::fs::write(path, bytes);
    if let Err(error) = &result {
        complain(&format!("`{}` cannot be written: {error}", path.display()));
    }
    result.is_ok()
}
