//! Bad files: IDX, npy and safetensors, with the verdicts of other readers where the collection is present.

use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use nn::data::OptionValue;
use nn::data::{npy, weights};
use serde_json::Value;

use super::*;

/// The files of a tar archive: name without ending, and bytes.
fn archive(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).expect("the archive is there");
    GzDecoder::new(file).read_to_end(&mut bytes).expect("it is gzip");
    let mut files = Vec::new();
    let mut at = 0;
    while bytes.get(at).is_some_and(|byte| *byte != 0) {
        let header = &bytes[at..at + 512];
        let word = |range: std::ops::Range<usize>| {
            String::from_utf8_lossy(&header[range]).trim_matches(|c| c == '\0' || c == ' ').to_owned()
        };
        let size = usize::from_str_radix(&word(124..136), 8).expect("an octal size");
        let name = word(0..100);
        let stem = Path::new(&name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
        if header[156] == b'0' || header[156] == 0 {
            files.push((stem.unwrap_or_default(), bytes[at + 512..at + 512 + size].to_vec()));
        }
        at += 512 + size.next_multiple_of(512);
    }
    files
}

/// Compares what a reader says of each file with the expected verdict. `exceptions` are meant to differ.
fn check_verdicts(kind: &str, exceptions: &[&str], accepts: impl Fn(&[u8]) -> bool) {
    let Some(folder) = shared("hostile") else { return };
    let verdicts = std::fs::read_to_string(folder.join(format!("{kind}_verdicts.json"))).expect("verdicts");
    let verdicts: Value = serde_json::from_str(&verdicts).expect("they are JSON");
    let files = archive(&folder.join(format!("{kind}.tar.gz")));
    assert!(files.len() > 10, "{} files", files.len());
    let mut wrong = Vec::new();
    for (name, bytes) in files {
        let verdict = &verdicts["files"][&name];
        let expected = verdict["verdict"].as_str().or(verdict["expected"].as_str()).unwrap_or("ok-or-error");
        let found = if accepts(&bytes) { "ok" } else { "error" };
        let agrees = expected == "ok-or-error" || expected.starts_with(found);
        if agrees == exceptions.contains(&name.as_str()) {
            wrong.push(format!("{name}: expected {expected}, found {found}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn reads_idx(bytes: &[u8]) -> bool {
    let mut declared =
        Declared::new("data \"f\" values", "idx", vec![("values", text("f"))]).input(column("values"));
    declared.files = Box::new(MemoryFiles::new().with("f", bytes));
    let inspected = declared.inspect().diagnostics.is_empty();
    let loaded = declared.load_with(Precision::F32, None).is_ok();
    assert_eq!(inspected, loaded, "the check and the run agree");
    loaded
}

#[test]
fn idx_files_get_their_verdicts() {
    check_verdicts("idx", &[], reads_idx);
}

#[test]
fn npy_files_get_their_verdicts() {
    // NumPy reads these, but they aren't real numbers of up to 64 bits.
    let exceptions = ["longdouble", "structured", "descr_S0"];
    check_verdicts("npy", &exceptions, |bytes| npy::parse(bytes).is_ok());
}

#[test]
fn safetensors_files_get_their_verdicts() {
    // NumPy has no bfloat16, which stopped the other reader; we widen it.
    check_verdicts("safetensors", &["dtype_bf16"], |bytes| weights::from_bytes(bytes).is_ok());
}

#[test]
fn small_bad_idx_files_are_refused() {
    assert!(reads_idx(&[0, 0, 8, 1, 0, 0, 0, 2, 5, 6]));
    assert!(reads_idx(&[0, 0, 9, 2, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 6]));
    let bad: [&[u8]; 8] = [
        &[],
        &[0, 0],
        &[0, 0, 8, 1, 0, 0, 0],
        &[0, 0, 8, 1, 0, 0, 0, 2, 5],
        &[0, 0, 8, 1, 0, 0, 0, 2, 5, 6, 7],
        &[0, 0, 8, 0, 5],
        &[1, 8, 0, 0, 2, 0, 0, 0, 5, 6],
        &[0, 0, 8, 3, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
    ];
    for bytes in bad {
        assert!(!reads_idx(bytes), "{bytes:?}");
    }
}

#[test]
fn images_and_labels_must_be_as_many() {
    let arguments = vec![("images", text("i")), ("labels", text("l"))];
    let mut declared = Declared::new("data \"i\" \"l\" images", "idx", arguments).input(column("images"));
    let images: Vec<u8> = [&[0u8, 0, 8, 2, 0, 0, 0, 3, 0, 0, 0, 1][..], &[1, 2, 3]].concat();
    let labels: Vec<u8> = vec![0, 0, 8, 1, 0, 0, 0, 2, 1, 2];
    declared.files = Box::new(MemoryFiles::new().with("i", images).with("l", labels));
    let shown = declared.mistake();
    assert_eq!(shown.head, "data-file script.nn:1:10 `images` has 3 examples, `labels` has 2 examples");
}

#[test]
fn a_gzip_file_that_promises_too_much_is_refused_before_it_is_unpacked() {
    use std::io::Write;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&[0, 0, 8, 2, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0x7F, 0xFF]).expect("memory");
    gzip.write_all(&[0; 1000]).expect("memory");
    assert!(!reads_idx(&gzip.finish().expect("memory")));
}

#[test]
fn options_are_never_trusted() {
    for (source, option, value) in [
        ("spiral", "n", 0.0),
        ("spiral", "classes", 0.5),
        ("moons", "noise", -1.0),
        ("sine", "n", f64::NAN),
        ("xor", "n", 1e30),
    ] {
        let source = find_source(source).expect("the source exists");
        let span = Span::new(Sources::default().add("s", ""), 0, 0);
        let named =
            vec![(Spanned::new(option.to_owned(), span), Spanned::new(OptionValue::Number(value), span))];
        assert!(Options::bind(source, span, 7, vec![], named).is_err(), "{option} = {value}");
    }
}

#[test]
fn a_label_that_means_unknown_can_be_left_out() {
    let bytes: Vec<u8> = [&[0u8, 0, 8, 1, 0, 0, 0, 5][..], &[0, 1, 255, 2, 255]].concat();
    let make = |script, arguments: Vec<(&str, OptionValue)>| {
        let files = MemoryFiles::new().with("l", bytes.clone());
        let declared = Declared::new(script, "idx", [vec![("labels", text("l"))], arguments].concat());
        Declared { files: Box::new(files), ..declared }.input(one_hot(column("labels"), None))
    };
    let shown = make("idx(labels = \"l\") one_hot(labels)", vec![]).mistake();
    assert_eq!(shown.head, "data-value script.nn:1:5 label 255 looks like \"unknown\": 2 rows of 5");
    assert_eq!(shown.fixed, ["idx(labels = \"l\", missing = 255) one_hot(labels)\n    missing = drop"]);
    let missing = vec![("missing", OptionValue::Number(255.0))];
    let mut mended =
        make("idx(labels = \"l\", missing = 255) one_hot(labels)", missing).missing(Missing::Drop);
    assert_eq!(mended.load().parts["all"].input.labels(), Some(&[0, 1, 2][..]));
}
