//! The page of every diagnostic: its first program raises it, its second one is mended.

use nn::diagnostics::Slug;
use nn::session::{self, Report};

use super::examples::{Disk, problems, root};

/// Found by a command that looks at a training, which has its own test, or by nobody.
const WITHOUT_PROGRAM: &[Slug] = &[Slug::NoTraining, Slug::Internal];

fn programs(page: &str) -> Vec<String> {
    page.split("```nn\n").skip(1).filter_map(|rest| rest.split("```").next()).map(str::to_string).collect()
}

fn run(name: &str, text: &str) -> Report {
    session::run_text(&mut Disk::default(), name, text, &root().join("examples"))
}

#[test]
fn every_page_raises_its_diagnostic_and_mends_it() {
    for &slug in Slug::ALL {
        let page = slug.page();
        assert!(page.starts_with(&format!("# {slug}\n")), "{slug} has another title");
        let programs = programs(page);
        if slug == Slug::Internal {
            assert!(programs.is_empty());
            continue;
        }
        let [wrong, mended] = programs.as_slice() else { panic!("{slug}: {} programs", programs.len()) };
        if !WITHOUT_PROGRAM.contains(&slug) {
            let report = run(slug.as_str(), wrong);
            assert!(
                report.diagnostics.iter().any(|diagnostic| diagnostic.slug == slug),
                "{slug} is not raised: {}",
                problems(&report)
            );
        }
        let report = run(slug.as_str(), mended);
        assert!(!report.has_errors(), "{slug} is not mended: {}", problems(&report));
    }
}
