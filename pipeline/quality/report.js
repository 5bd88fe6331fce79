"use strict";
// The page is complete without this: it adds a filter, sorting and the link between an operand and its mark.
document.documentElement.classList.remove("no-js");

const box = document.querySelector("#filter");
const told = document.querySelector("#told");
const items = [...document.querySelectorAll("[data-find]")].map((node) => [node, node.textContent.toLowerCase() + " " + node.dataset.find.toLowerCase()]);
const groups = [...document.querySelectorAll(".group")];

function filter() {
  const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const [node, text] of items) {
    node.hidden = !words.every((word) => text.includes(word));
    if (!node.hidden && node.classList.contains("finding")) shown += 1;
  }
  for (const group of groups) group.hidden = !group.querySelector("[data-find]:not([hidden])");
  told.textContent = words.length ? `${shown} finding${shown === 1 ? "" : "s"}` : "";
}

if (box) {
  box.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== box) { event.preventDefault(); box.focus(); }
    if (event.key === "Escape" && document.activeElement === box) { box.value = ""; filter(); }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-filter]");
    if (!link) return;
    event.preventDefault();
    box.value = link.dataset.filter;
    filter();
    document.querySelector(".finding:not([hidden])")?.scrollIntoView();
  });
}

for (const finding of document.querySelectorAll(".finding")) {
  const light = (on) => (event) => {
    const row = event.target.closest("[data-fact]");
    if (row) for (const twin of finding.querySelectorAll(`[data-fact="${row.dataset.fact}"]`)) twin.classList.toggle("on", on);
  };
  finding.addEventListener("mouseover", light(true));
  finding.addEventListener("mouseout", light(false));
}

for (const head of document.querySelectorAll("th[data-sort]")) {
  const button = document.createElement("button");
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener("click", () => {
    const table = head.closest("table");
    const place = [...head.parentNode.children].indexOf(head);
    const numeric = head.dataset.sort === "number";
    const down = head.getAttribute("aria-sort") === (numeric ? null : "ascending") || (numeric && head.getAttribute("aria-sort") === "ascending");
    for (const other of head.parentNode.children) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (body) => body.rows[0].cells[place].dataset.value ?? body.rows[0].cells[place].textContent;
    const order = (a, b) => (numeric ? key(a) - key(b) : key(a).localeCompare(key(b), "zh")) * (down ? -1 : 1);
    table.append(...[...table.tBodies].sort(order));
  });
}
