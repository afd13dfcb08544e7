// How much of the variance between configurations is due to each parameter: a table with bars.

function shareCells([share, half, sure]) {
  if (share === null) return [make("td", {}, "–"), make("td")];
  const bar = make("span", { class: "bar", "aria-hidden": "true" });
  bar.style.width = `${(Math.min(share, 1) * 7).toFixed(2)}rem`;
  return [make("td", {}, `${(100 * share).toFixed(1)} %`, make("span", { class: "half" }, half === null ? "" : ` ±${(100 * half).toFixed(1)}`), sure ? "*" : ""),
          make("td", { class: "bars" }, bar)];
}

function importanceTable(one, several) {
  const head = make("tr", {}, make("th", { scope: "col" }, ""), make("th", { scope: "col", colspan: 2 }, `${page.chosen_by} accuracy`),
                    make("th", { scope: "col", colspan: 2 }, "gap"));
  const rows = one.terms.map(({ name, accuracy, gap }) => make("tr", {}, make("th", { scope: "row" }, name), ...shareCells(accuracy), ...shareCells(gap)));
  const table = one.terms.length > 0 ? [make("div", { class: "scroll" }, make("table", { class: "importance" }, make("thead", {}, head), make("tbody", {}, ...rows)))] : [];
  return [...(several ? [make("h3", {}, one.file)] : []), ...table, make("p", { class: "note" }, one.note)];
}

function setUpImportance() {
  const shown = page.importance.filter(({ method, why_not }) => method !== "none" || why_not.includes("sample"));
  element("importance").hidden = shown.length === 0;
  element("importance-tables").replaceChildren(...shown.flatMap((one) => importanceTable(one, page.importance.length > 1)));
}
