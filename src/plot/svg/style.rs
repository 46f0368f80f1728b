//! Colours and lines. The palette is that of Okabe and Ito, which readers who see few colours can tell apart; it is
//! lighter on dark ground.

/// How many colours there are; more series begin again.
pub const PALETTE: usize = 7;

/// The stylesheet of every drawing. Names are short and begin with the class of the drawing, so that a page may
/// have its own.
pub const STYLE: &str = "\
.nn{--ink:#1b1f24;--soft:#5b6570;--line:#d6dbe1;--ground:#ffffff;--on:#ffffff;\
--c0:#0a6ebd;--c1:#d55e00;--c2:#00805f;--c3:#a8458a;--c4:#b07c00;--c5:#2f9fd8;--c6:#6b6f76;\
font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',sans-serif;font-size:12px;\
max-width:100%;height:auto}\
@media(prefers-color-scheme:dark){.nn{--ink:#e8ebef;--soft:#9aa5b1;--line:#3a424c;--ground:#14181d;--on:#10141a;\
--c0:#5cb3f5;--c1:#ff9350;--c2:#3ecfa0;--c3:#e79ccb;--c4:#f0c04a;--c5:#8fd3f7;--c6:#a9b0b8}}\
@media print{.nn{--ink:#000;--soft:#444;--line:#ccc;--ground:#fff;--on:#fff;\
--c0:#0a6ebd;--c1:#d55e00;--c2:#00805f;--c3:#a8458a;--c4:#b07c00;--c5:#2f9fd8;--c6:#6b6f76}}\
.nn text{fill:var(--ink)}.nn .soft{fill:var(--soft)}.nn .title{font-size:14px;font-weight:600}\
.nn .small{font-size:10.5px}.nn .on{fill:var(--on)}\
.nn .line{stroke:var(--line);stroke-width:1;fill:none}.nn .axis{stroke:var(--soft);stroke-width:1;fill:none}\
.nn .curve{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}.nn .dash{stroke-dasharray:5 5}\
.nn .dot{stroke:var(--ground);stroke-width:.8}.nn .ground{fill:var(--ground)}\
.nn .s0{stroke:var(--c0)}.nn .s1{stroke:var(--c1)}.nn .s2{stroke:var(--c2)}.nn .s3{stroke:var(--c3)}\
.nn .s4{stroke:var(--c4)}.nn .s5{stroke:var(--c5)}.nn .s6{stroke:var(--c6)}\
.nn .f0{fill:var(--c0)}.nn .f1{fill:var(--c1)}.nn .f2{fill:var(--c2)}.nn .f3{fill:var(--c3)}\
.nn .f4{fill:var(--c4)}.nn .f5{fill:var(--c5)}.nn .f6{fill:var(--c6)}";

/// Text inside an element or an attribute. Control characters have no place in XML.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            letter if letter.is_control() || letter == '\u{fffe}' || letter == '\u{ffff}' => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}
