//! The look of a page: one column, light or dark as the reader's screen is, good on paper and on a phone.

pub const PAGE: &str = "\
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5b6570;--line:#dfe3e8;--ground:#ffffff;--card:#f6f8fa;--link:#0a6ebd}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebef;--soft:#9aa5b1;--line:#313944;--ground:#14181d;--card:#1b2129;--link:#5cb3f5}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.6 system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',sans-serif}
main{max-width:60rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:2rem;line-height:1.2;margin:0 0 .25rem}
h2{font-size:1.35rem;margin:3rem 0 .75rem;padding-top:.75rem;border-top:1px solid var(--line)}
p{margin:.6rem 0;max-width:46rem}
.subtitle{color:var(--soft);margin:0 0 1.25rem}
nav{display:flex;flex-wrap:wrap;gap:.4rem 1.1rem;font-size:.92rem;margin:1rem 0 0}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
figure{margin:1.25rem 0;text-align:center;overflow-x:auto}
figure svg{max-width:100%;height:auto}
figcaption{color:var(--soft);font-size:.9rem;margin-top:.3rem}
.formula{overflow-x:auto;padding:.9rem 1rem;margin:1rem 0;background:var(--card);border-radius:10px}
.formula math{font-size:1.12rem;margin:0;width:fit-content}
.plots{display:flex;flex-wrap:wrap;justify-content:center;gap:.5rem 1rem}
math{font-family:'Latin Modern Math','STIX Two Math','Cambria Math',math}
mtd{padding:.28em .35em}.shape{color:var(--soft);font-size:.85em}
.wide{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;font-size:.95rem;min-width:18rem}
th{text-align:left;color:var(--soft);font-weight:500}
th,td{padding:.4rem .9rem .4rem 0;border-bottom:1px solid var(--line);vertical-align:middle}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums}
pre{overflow-x:auto;background:var(--card);border-radius:10px;padding:.9rem 1rem;font:13.5px/1.5 ui-monospace,'SF Mono',Menlo,Consolas,monospace}
details{margin:1rem 0}summary{cursor:pointer;color:var(--link)}
@media(max-width:640px){main{padding:1.25rem 1rem 3rem}h1{font-size:1.6rem}h2{margin-top:2.2rem}.formula math{font-size:1rem}}
@media print{:root{--ink:#000;--soft:#444;--line:#ccc;--ground:#fff;--card:#fff;--link:#000}main{max-width:none;padding:0}
nav{display:none}p{break-inside:avoid}h2,summary{break-after:avoid}p:has(+.formula),p:has(+figure){break-after:avoid}figure,tr,.formula{break-inside:avoid}
.formula,pre,.wide,figure{overflow:visible}summary{list-style:none;color:var(--soft)}details::details-content{content-visibility:visible;block-size:auto}
pre{white-space:pre-wrap}.formula,pre{border:1px solid var(--line)}}
";
