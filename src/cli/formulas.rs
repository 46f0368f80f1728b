//! `nn derive` and `nn trace`: a script's loss as formulas, and one example with all its numbers.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::arguments::{Format, Settings};
use super::messages;
use super::output::{Output, Screen};
use super::world::Terminal;
use crate::session::{self, DeriveRequest, TraceRequest};

#[derive(Args)]
pub struct Derive {
    /// The script, or `-`
    pub file: PathBuf,
    /// By which parameter or input: `net.W1`, `net.hidden`, `x`
    #[arg(long, value_name = "PATH")]
    pub wrt: Option<String>,
    /// How formulas are written
    #[arg(long, value_enum, default_value_t = Notation::Unicode)]
    pub format: Notation,
    /// How often it is differentiated: the second derivative along a direction v is the Hessian times v
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=4))]
    pub order: Option<u8>,
    /// Show the chain rule step by step
    #[arg(long)]
    pub steps: bool,
    /// Say which rules made formulas safe, and where
    #[arg(long)]
    pub explain: bool,
    #[command(flatten)]
    pub settings: Settings,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Notation {
    Unicode,
    Latex,
    Mathml,
    /// Source of the language
    Nn,
}

#[derive(Args)]
pub struct Trace {
    /// The script, or `-`
    pub file: PathBuf,
    /// Which example of the data, from 0
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub example: usize,
    /// Significant digits
    #[arg(long, default_value_t = 4, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=17))]
    pub digits: u8,
    #[command(flatten)]
    pub settings: Settings,
}

pub fn derive(arguments: &Derive, output: &Output, screen: Screen) -> ExitCode {
    let format = match arguments.format {
        Notation::Unicode => "unicode",
        Notation::Latex => "latex",
        Notation::Mathml => "mathml",
        Notation::Nn => "nn",
    };
    let request = DeriveRequest {
        wrt: arguments.wrt.clone(),
        format: Some(format.to_string()),
        explain: arguments.explain,
        steps: arguments.steps,
        order: arguments.order.map(usize::from),
    };
    let mut world =
        Terminal::new(output.clone(), screen, 1).quiet().with_settings(&arguments.settings.values);
    let (report, text) = session::derive_file(&mut world, &arguments.file, &request);
    output.text(&text.unwrap_or_default());
    messages::show(&report, Format::Full, output, screen)
}

pub fn trace(arguments: &Trace, output: &Output, screen: Screen) -> ExitCode {
    let request = TraceRequest { example: arguments.example, digits: usize::from(arguments.digits) };
    let mut world =
        Terminal::new(output.clone(), screen, 1).quiet().with_settings(&arguments.settings.values);
    let (report, text) = session::trace_file(&mut world, &arguments.file, &request);
    output.text(&text.unwrap_or_default());
    messages::show(&report, Format::Full, output, screen)
}
