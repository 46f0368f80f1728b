//! `nn fix FILE`: applies the fixes that were tried, or shows them.

use std::path::Path;
use std::process::ExitCode;

use super::arguments::{Fix, Format};
use super::files::CommandFiles;
use super::messages;
use super::output::{Output, Screen, complain, say};
use super::world::Terminal;
use crate::session;

pub fn fix(arguments: &Fix, output: &Output, screen: Screen) -> ExitCode {
    let mut world = Terminal::new(output.clone(), screen, 1).quiet();
    let reach = if arguments.warnings { session::Reach::All } else { session::Reach::Safe };
    let (report, fixed) = session::fix_file(&mut world, &arguments.file, reach);
    let is_piped = CommandFiles::is_stdin(&arguments.file);
    let Some(fixed) = fixed else {
        if is_piped && !arguments.dry_run {
            // What goes through a pipe comes out, also where there was nothing to mend.
            let text = session::read_script(&world, &arguments.file);
            output.text(&text.unwrap_or_default());
        }
        return messages::show(&report, Format::Full, output, screen);
    };
    if arguments.dry_run {
        output.text(&diff(&arguments.file, &fixed.before, &fixed.after));
        return messages::code(&report);
    }
    if is_piped {
        output.text(&fixed.after);
    } else if let Err(error) = write(&arguments.file, &fixed.after) {
        complain(&format!("`{}` cannot be written: {error}", arguments.file.display()));
        return ExitCode::from(1);
    }
    fixed.titles.iter().for_each(|title| say(&format!("fixed: {title}")));
    messages::show(&report, Format::Full, output, screen)
}

/// Writes a file as a whole or not at all. A link stays one: the file that it leads to is written.
pub fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let path = &std::fs::canonicalize(path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    file.as_file().sync_all()?;
    file.as_file().set_permissions(std::fs::metadata(path)?.permissions())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// The lines that differ, with their numbers; fixes keep most lines, so lines are paired from both ends.
fn diff(path: &Path, before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same_at_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - same_at_start;
    let same_at_end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - same_at_end, new.len() - same_at_end);
    let mut text = format!("--- {0}\n+++ {0}\n", path.display());
    let (removed, added) = (&old[same_at_start..old_end], &new[same_at_start..new_end]);
    text.push_str(&format!(
        "@@ -{},{} +{},{} @@\n",
        same_at_start + 1,
        removed.len(),
        same_at_start + 1,
        added.len()
    ));
    removed.iter().for_each(|line| text.push_str(&format!("-{line}\n")));
    added.iter().for_each(|line| text.push_str(&format!("+{line}\n")));
    text
}
