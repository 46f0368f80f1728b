// Puts every formula that the tests kept through KaTeX. Anything that KaTeX would only warn of is a mistake, too.
// node tests/katex/check.mjs target/tmp/latex
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import katex from "katex";

const folder = process.argv[2];
let count = 0;
let wrong = 0;
for (const name of readdirSync(folder).sort()) {
  for (const formula of JSON.parse(readFileSync(join(folder, name), "utf8"))) {
    count += 1;
    try {
      katex.renderToString(formula, { displayMode: true, throwOnError: true, strict: "error" });
    } catch (error) {
      wrong += 1;
      console.error(`${name}: ${error.message}\n${formula}\n`);
    }
  }
}
console.log(`KaTeX: ${count} formulas, ${wrong} wrong`);
process.exit(wrong > 0 || count === 0 ? 1 : 0);
