"use strict";
(() => {
  const table = document.querySelector("table.figures");
  if (!table) return;
  const bodies = [...table.tBodies];
  const heads = [...table.tHead.rows[0].cells];
  const words = (verdict) => verdict.replace("_", " ");

  // --- sorting: a click on a heading sorts by it, a second one turns the order round
  const key = (body, column) => body.rows[0].cells[column].dataset.key ?? "";
  const order = (one, other, textual) => {
    const difference = Number(one) - Number(other);
    if (textual || Number.isNaN(difference)) return one.localeCompare(other, undefined, { numeric: true });
    return difference;
  };
  const sort = (column) => {
    const direction = heads[column].getAttribute("aria-sort") === "ascending" ? -1 : 1;
    heads.forEach((head) => head.setAttribute("aria-sort", "none"));
    heads[column].setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
    const textual = heads[column].dataset.sort === "text";
    const keyed = bodies.map((body) => [key(body, column), body]);
    keyed.sort(([one], [other]) =>
      one === "" || other === "" ? (one === "") - (other === "") : direction * order(one, other, textual));
    table.append(...keyed.map(([, body]) => body));
  };
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sort(column));
    head.replaceChildren(button);
    head.setAttribute("aria-sort", "none");
  });
  table.classList.add("sortable");

  // --- filtering by verdict, and all details at once
  const controls = document.createElement("div");
  controls.className = "controls";
  controls.setAttribute("role", "group");
  controls.setAttribute("aria-label", "Show rows by verdict");
  const shown = document.createElement("span");
  shown.className = "shown";
  shown.setAttribute("aria-live", "polite");
  const filters = [];
  const filter = (wanted) => {
    for (const body of bodies) body.hidden = wanted !== null && body.dataset.verdict !== wanted;
    for (const [verdict, button] of filters) button.setAttribute("aria-pressed", String(verdict === wanted));
    shown.textContent = `${bodies.filter((body) => !body.hidden).length} of ${bodies.length} rows shown`;
  };
  const control = (label, action) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.addEventListener("click", action);
    controls.append(button);
    return button;
  };
  const counts = new Map();
  for (const body of bodies) counts.set(body.dataset.verdict, (counts.get(body.dataset.verdict) ?? 0) + 1);
  filters.push([null, control(`all ${bodies.length}`, () => filter(null))]);
  for (const [verdict, count] of counts) {
    filters.push([verdict, control(`${words(verdict)} ${count}`, () => filter(verdict))]);
  }
  const all = [...table.querySelectorAll("details")];
  const toggle = control("open all details", () => {
    const open = all.some((each) => !each.open);
    for (const each of all) each.open = open;
    toggle.textContent = open ? "close all details" : "open all details";
  });
  controls.append(shown);
  table.before(controls);
  filter(null);

  // --- a link to a row that is filtered away shows it again; paper shows every detail
  addEventListener("hashchange", () => {
    const row = document.getElementById(location.hash.slice(1));
    if (row && row.hidden) { filter(null); row.scrollIntoView(); }
  });
  addEventListener("beforeprint", () => { for (const each of all) each.open = true; });
})();
