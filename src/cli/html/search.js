// Finds names as they are typed: `/` begins, the arrows choose, Enter goes there, Escape ends.
"use strict";
const box = document.getElementById("search");
const list = document.getElementById("found");
let chosen = 0;

function found(word) {
  const near = ([name, , , sentence, others]) =>
    name === word ? 0
    : name.startsWith(word) ? 1
    : others.split(" ").includes(word) ? 2
    : name.includes(word) ? 3
    : sentence.toLowerCase().includes(word) ? 4
    : 9;
  return NAMES.map((row) => [near(row), row])
    .filter(([rank]) => rank < 9)
    .sort((a, b) => a[0] - b[0] || a[1][0].length - b[1][0].length)
    .slice(0, 12)
    .map(([, row]) => row);
}

function show() {
  const word = box.value.trim().toLowerCase();
  list.replaceChildren();
  if (!word) return;
  const rows = found(word);
  chosen = Math.max(0, Math.min(chosen, rows.length - 1));
  rows.forEach(([name, kind, address], at) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    const what = document.createElement("small");
    link.href = address;
    link.textContent = name + " ";
    what.textContent = kind;
    link.append(what);
    if (at === chosen) link.className = "chosen";
    item.append(link);
    list.append(item);
  });
  if (rows.length === 0) {
    const item = document.createElement("li");
    item.textContent = "Nothing found";
    list.append(item);
  }
}

box.addEventListener("input", () => { chosen = 0; show(); });
box.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") { chosen += 1; show(); event.preventDefault(); }
  if (event.key === "ArrowUp") { chosen -= 1; show(); event.preventDefault(); }
  if (event.key === "Enter") list.querySelector(".chosen")?.click();
  if (event.key === "Escape") { box.value = ""; show(); box.blur(); }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== box) { box.focus(); event.preventDefault(); }
});
