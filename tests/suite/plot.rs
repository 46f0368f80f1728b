//! Pictures: well-formed and within their bounds, whatever the numbers.

use std::path::Path;

use nn::data::Files;
use std::io::Read;

use nn::plot::{self, Axis, Figure, Mark, Plot, Series, png, svg, terminal};
use nn::session::{self, MemoryWorld};

use crate::examples::problems;
use crate::xml;

/// Draws in every way: the texts of the SVG and the lines of the terminal.
fn check_draws(figure: &Figure) -> (String, Vec<String>) {
    let picture = svg::document(figure, svg::Size::default());
    xml::elements(&picture);
    for words in ["NaN", "inf"] {
        assert!(!picture.contains(words), "{words} in {picture}");
    }
    let mut plain = Vec::new();
    for (width, color) in [(24, false), (120, true), (80, false)] {
        let text = terminal::draw(figure, terminal::Screen { width, height: 12, color });
        if !color {
            assert!(!text.contains('\u{1b}'));
            for line in text.lines() {
                assert!(line.chars().count() <= width.max(40), "{} wide: {line}", line.chars().count());
            }
        }
        plain = text.lines().map(str::to_string).collect();
    }
    (picture, plain)
}

fn curve(values: &[f64]) -> Figure {
    plot::curves(&[("loss".to_string(), values.to_vec())], "epoch").alone()
}

#[test]
fn every_curve_can_be_drawn() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let cases: &[&[f64]] = &[
        &[],
        &[1.0],
        &[nan],
        &[0.0, 0.0],
        &[inf, -inf],
        &[1.0, nan, 2.0, inf, 3.0],
        &[f64::MAX, f64::MIN],
        &[1e-320, 2e-320],
        &[5.0, 5.0 + 1e-12],
        &[-1e9, 1e9, 0.5],
    ];
    for values in cases {
        check_draws(&curve(values));
        let mut figure = curve(values);
        figure.plots[0].y.log = true;
        check_draws(&figure);
        check_draws(&plot::histogram("value", values).alone());
        check_draws(&plot::heat_map(1, values.len(), values.to_vec()).alone());
        let points = values.iter().map(|value| (*value, -value)).collect();
        check_draws(&plot::scatter(vec![("a".to_string(), points)], "x", "y").alone());
    }
    check_draws(&Figure::default());
}

#[test]
fn axes_have_round_numbers() {
    let texts = |values: &[f64]| -> Vec<String> {
        let picture = svg::document(&curve(values), svg::Size::default());
        let texts = picture.split("text-anchor=\"end\">").skip(1);
        texts.map(|rest| rest.split('<').next().unwrap_or_default().to_string()).collect()
    };
    assert_eq!(texts(&[0.0, 1.0]), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
    assert_eq!(texts(&[-3.0, 7.0]), ["−2", "0", "2", "4", "6"]);
    assert_eq!(texts(&[2e-7, 9e-7]), ["2e-7", "4e-7", "6e-7", "8e-7"]);
    assert_eq!(texts(&[0.0, 1e12]), ["0", "2e11", "4e11", "6e11", "8e11", "1e12"]);
}

#[test]
fn a_curve_goes_from_corner_to_corner() {
    let (picture, lines) = check_draws(&curve(&[0.0, 1.0, 2.0, 3.0]));
    let path = picture.split("class=\"curve s0\" d=\"").nth(2).and_then(|rest| rest.split('"').next());
    let numbers: Vec<f64> =
        path.expect("a curve").split(['M', 'L', ' ']).filter_map(|text| text.parse().ok()).collect();
    assert_eq!(numbers.len(), 8);
    assert!(numbers.chunks(2).map(|pair| pair[0]).is_sorted());
    assert!(numbers.chunks(2).rev().map(|pair| pair[1]).is_sorted(), "up is up");
    assert!((numbers[2] - numbers[0] - (numbers[6] - numbers[4])).abs() < 0.02, "evenly spaced");
    assert!(lines[0].trim_end().ends_with("loss"), "the name stands where the curve ends: {}", lines[0]);
}

#[test]
fn a_validation_curve_is_dashed_in_the_same_colour() {
    let series = [("loss".to_string(), vec![2.0, 1.0]), ("val_loss".to_string(), vec![2.0, 1.5])];
    let (picture, _) = check_draws(&plot::curves(&series, "epoch").alone());
    assert!(picture.contains("class=\"curve s0\"") && picture.contains("class=\"curve s0 dash\""));
}

#[test]
fn a_histogram_counts_every_value() {
    let values: Vec<f64> = (0..500).map(|k| ((k * 37) % 101) as f64).collect();
    let plot = plot::histogram("value", &values);
    let Some(Mark::Bars(Series { points, .. })) = plot.marks.first() else { panic!("no bars") };
    assert_eq!(points.iter().map(|(_, count)| *count).sum::<f64>(), 500.0);
}

#[test]
fn many_points_make_no_large_file() {
    let values: Vec<f64> = (0..200_000).map(|k| (k as f64 * 0.01).sin()).collect();
    let (picture, _) = check_draws(&curve(&values));
    assert!(picture.len() < 60_000, "{} bytes", picture.len());
    let (picture, _) = check_draws(&plot::heat_map(500, 400, values).alone());
    assert!(picture.len() < 400_000, "{} bytes", picture.len());
}

#[test]
fn names_are_escaped() {
    let name = "a<b>&\"c\"\u{7}".to_string();
    let plot =
        Plot { x: Axis::named(name.clone()), title: name.clone(), ..plot::curves(&[(name, vec![1.0])], "") };
    check_draws(&plot.alone());
}

#[test]
fn a_confusion_matrix_has_its_counts() {
    let names = ["cat".to_string(), "dog".to_string()];
    let (picture, lines) = check_draws(&plot::confusion(&names, &[vec![31, 4], vec![2, 63]]).alone());
    for count in ["31", "4", "2", "63"] {
        assert!(picture.contains(&format!(">{count}</text>")), "{count}");
    }
    assert_eq!(lines[2].split_whitespace().collect::<Vec<_>>(), ["cat", "31", "4"]);
}

/// What a script draws, as files.
#[test]
fn a_script_writes_pictures() {
    let program = r#"
seed 2
data points = moons(n = 40, noise = 0.1) {
    input  = x
    target = one_hot(label)
}
model net(x: [2]) -> [2] { x |> dense(4, act = tanh) |> dense(2) |> softmax }
run = train net on points { loss = cross_entropy, optimizer = adam(lr = 0.05), epochs = 5, metrics = [accuracy] }
plot(run, to = "run.svg")
plot(run.loss, to = "loss.svg", log = true, title = "the loss")
plot(net, points, to = "boundary.svg")
plot(net, points, kind = "confusion", to = "confusion.svg")
plot(net, kind = "heat_map", to = "weights.svg")
plot(net, to = "histograms.svg")
plot(points, to = "points.svg")
"#;
    let mut world = MemoryWorld::default();
    let report = session::run_text(&mut world, "test.nn", program, Path::new(""));
    assert_eq!(problems(&report), "");
    let names = ["run", "loss", "boundary", "confusion", "weights", "histograms", "points"];
    for name in names {
        let bytes = world.files.read(Path::new(&format!("{name}.svg"))).expect(name);
        xml::elements(&String::from_utf8(bytes).expect("text"));
    }
}

/// The pixels of a PNG file, row by row: red, green, blue.
fn pixels(file: &[u8]) -> (usize, usize, Vec<[u8; 3]>) {
    assert_eq!(&file[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(file[at..at + 4].try_into().expect("four bytes")) as usize;
    let (width, height) = (number(16), number(20));
    let start = file.windows(4).position(|name| name == b"IDAT").expect("pixels");
    let packed = &file[start + 4..start + 4 + number(start - 4)];
    let mut rows = Vec::new();
    flate2::read::ZlibDecoder::new(packed).read_to_end(&mut rows).expect("whole pixels");
    assert_eq!(rows.len(), height * (width * 3 + 1));
    let mut found = Vec::new();
    for row in rows.chunks(width * 3 + 1) {
        assert_eq!(row[0], 1, "each pixel is a difference to the one before");
        let mut color = [0u8; 3];
        for part in row[1..].chunks(3) {
            for (now, step) in color.iter_mut().zip(part) {
                *now = now.wrapping_add(*step);
            }
            found.push(color);
        }
    }
    (width, height, found)
}

/// What `svg` draws is painted: nothing that `png` does not know.
fn check_painted(drawing: &str) -> (usize, usize, Vec<[u8; 3]>) {
    const KNOWN: [&str; 10] =
        ["svg", "style", "g", "rect", "circle", "path", "text", "title", "defs", "marker"];
    for name in xml::elements(drawing) {
        assert!(KNOWN.contains(&name.as_str()), "a {name} is drawn, and png does not paint it");
    }
    let (width, height, found) = pixels(&png::from_svg(drawing).expect("a picture"));
    let white = found.iter().filter(|pixel| **pixel == [255, 255, 255]).count();
    assert!(white > 0 && white < found.len(), "{white} of {} are white", found.len());
    (width, height, found)
}

#[test]
fn every_kind_of_picture_can_be_painted() {
    let wave: Vec<f64> = (0..40).map(|at| (f64::from(at) * 0.3).sin()).collect();
    let named = |name: &str, values: &[f64]| (name.to_string(), values.to_vec());
    let names = ["one", "two"].map(str::to_string);
    let figures = [
        plot::history(&[named("loss", &wave), named("val_loss", &wave), named("accuracy", &wave)]),
        plot::scatter(vec![("a".to_string(), vec![(0.0, 1.0), (2.0, 3.0)])], "x", "ŷ = σ(z₁)").alone(),
        plot::histogram("value", &wave).alone(),
        plot::heat_map(5, 8, wave.clone()).alone(),
        plot::confusion(&names, &[vec![3, 1], vec![0, 9]]).alone(),
    ];
    for figure in figures {
        let drawing = svg::document(&figure, svg::Size::default());
        let (width, height, _) = check_painted(&drawing);
        assert!(width >= 1280 && height > 100, "{width} by {height}");
    }
}

/// A colour stands where the drawing puts it.
#[test]
fn pixels_have_the_colours_of_the_drawing() {
    let drawing = "<svg width=\"20\" height=\"10\"><g transform=\"translate(10 0)\">\
                   <rect class=\"f1\" x=\"0\" y=\"0\" width=\"10\" height=\"10\"/></g>\
                   <path class=\"f0\" d=\"M0 0h5v10h-5z\"/></svg>";
    let (width, height, found) = check_painted(drawing);
    assert_eq!((width, height), (40, 20));
    let at = |x: usize, y: usize| found[y * width + x];
    assert_eq!((at(2, 2), at(14, 10), at(30, 19)), ([0x0a, 0x6e, 0xbd], [255, 255, 255], [0xd5, 0x5e, 0x00]));
    assert_eq!(png::from_svg("no drawing"), None);
}

#[test]
fn a_script_and_a_network_are_written_as_png() {
    let mut world = MemoryWorld::default();
    let program = "plot([1, 4, 2], to = \"curve.PNG\")\n";
    let report = session::run_text(&mut world, "test.nn", program, Path::new(""));
    assert_eq!(problems(&report), "");
    let file = world.files.read(Path::new("curve.PNG")).expect("a picture");
    assert_eq!(pixels(&file).0, 1280);
    for model in ["x |> dense(6, act = tanh) |> dense(2)", "x + (x |> dense(3) |> layer_norm |> dense(3))"] {
        world.files.insert("net.nn", format!("model net(x: [3]) {{ {model} }}\n"));
        let (report, network) = session::draw_file(&mut world, Path::new("net.nn"), None);
        assert_eq!(problems(&report), "");
        check_painted(&svg::network_document(&network.expect("a network"), "the network"));
    }
}

/// Numbers that a run works out are drawn all the same, and the axis that is not as asked for is told.
#[test]
fn an_axis_that_cannot_be_logarithmic_is_told() {
    let place = super::cli::Place::with(&[(
        "a.nn",
        "seed 1\nv = random_normal(20)\nplot(v, log = true, to = \"v.svg\")\nplot(v * v + 1, log = true, to = \"w.svg\")\n",
    )]);
    let done = place.nn(&["run", "a.nn"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(done.stdout.matches("the vertical axis is not logarithmic: ").count(), 1, "{}", done.stdout);
    assert!(done.stdout.contains(" is not above 0\n"), "{}", done.stdout);
}
