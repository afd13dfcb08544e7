// The table: sorted by a click on a heading, filtered by a condition, a part of its rows at a time.

const rowsAtATime = 100;
const epochText = (epoch) => (epoch === null ? "–" : String(epoch));

const estimateColumn = (heading, name) => ({
  heading, name, of: (i) => columns[name][i],
  cell: (i) => [fixed(columns[name][i]), make("span", { class: "half" }, spreadOf(name, i))],
});

const tableColumns = [
  ...axes.map((axis) => ({ heading: axis.name.replace("_", "\n"), name: axis.name, of: (i) => axis.at[i], cell: (i) => [valueOf(axis, i) ?? "–"] })),
  estimateColumn("train\naccuracy", "train_accuracy"),
  ...(page.validated ? [estimateColumn("validation\naccuracy", "validation_accuracy")] : []),
  estimateColumn("test\naccuracy", "test_accuracy"),
  estimateColumn("gap", "gap"),
  estimateColumn(`best ${page.chosen_by}\naccuracy`, "best_accuracy"),
  { heading: "at\nepoch", name: "best_epoch", of: (i) => columns.best_epoch[i], cell: (i) => [epochText(columns.best_epoch[i])] },
  { heading: "verdict", name: "verdict", of: (i) => (columns.verdict[i] ? -verdicts.indexOf(columns.verdict[i]) : null),
    cell: (i) => [verdictText(columns.verdict[i])] },
  { heading: "overfits\nfrom", name: "overfits_from", of: (i) => columns.overfits_from[i], cell: (i) => [epochText(columns.overfits_from[i])] },
  { heading: "stop at\nepoch", name: "stop_epoch", of: (i) => columns.stop_epoch[i], cell: (i) => [epochText(columns.stop_epoch[i])] },
  estimateColumn("gained by\nstopping", "stopping_gain"),
  estimateColumn("train\nloss", "train_loss"),
  ...(page.validated ? [estimateColumn("validation\nloss", "validation_loss")] : []),
  estimateColumn("test\nloss", "test_loss"),
  { heading: "seeds\ndone", name: "done", of: (i) => columns.done[i],
    cell: (i) => [`${columns.done[i] + columns.stopped[i]}/${columns.seeds[i]}${columns.diverged[i] > 0 ? `, ${columns.diverged[i]} diverged` : ""}`] },
];

let sorting = { column: null, down: false };
let limit = rowsAtATime;

function sorted(indices) {
  // At first the best; behind them what has diverged seeds, what did not learn, what is not done.
  if (sorting.column === null) {
    const rank = (i) => (columns.best_accuracy[i] === null ? 3 : !learned(i) ? 2 : columns.diverged[i] > 0 ? 1 : 0);
    return [...indices].sort((a, b) => rank(a) - rank(b) || columns.best_accuracy[b] - columns.best_accuracy[a] || a - b);
  }
  const { of } = sorting.column, sign = sorting.down ? -1 : 1;
  // What has no number comes last, either way.
  return [...indices].sort((a, b) => {
    const x = of(a), y = of(b);
    if (x === null || y === null) return (x === null) - (y === null);
    return sign * (x - y);
  });
}

// The value of a name that a condition may use, of a configuration.
function valueFor({ name, words, value }, i) {
  if (value !== undefined) return value;
  const axis = axisNamed(name), own = axis ? valueOf(axis, i) : columns[name][i];
  if (own === null || own === "") return null;
  return words ? own : Number(own);
}

function filterChanged() {
  const text = element("filter").value;
  const range = rangeCondition();
  let holds = () => true, wrong = null;
  try {
    if (text.trim() !== "") holds = parseCondition(text, page.names);
  } catch (error) {
    wrong = error;
  }
  const inRange = range === "" ? () => true : parseCondition(range, page.names);
  element("filter-note").textContent = [wrong ? `${wrong.message}. ${range === "" ? "All configurations are shown." : ""}` : "",
                                        range === "" ? "" : `Only what is selected in the parallel coordinates: ${range}.`].join(" ").trim();
  element("filter").setAttribute("aria-invalid", wrong ? "true" : "false");
  filtered = all.filter((i) => [holds, inRange].every((condition) => condition((k) => valueFor(page.names[k], i))));
  element("scope").hidden = filtered.length === all.length;
  limit = rowsAtATime;
  drawTable();
  drawAgainst();
  drawParameters();
  drawParallel();
}

const alike = new Set(page.trust.like_the_best);
const tableMarks = [
  { mark: "+", what: `best ${page.chosen_by} accuracy`, has: (i) => i === best },
  { mark: "~", what: "may be as good as the best (95 %, of all configurations)", has: (i) => alike.has(i) },
  { mark: "*", what: "widest gap", has: (i) => i === widest },
];
const markOf = ({ mark, what }) => make("span", { role: "img", "aria-label": what, title: what }, mark);

function rowOf(i) {
  const box = make("input", { type: "checkbox", "aria-label": `Curves of ${nameOf(i)}`, disabled: !isDone(i), onchange: () => toggle(i) });
  box.checked = chosen.includes(i);
  return make("tr", { class: box.checked ? "chosen" : null, "data-i": i }, make("td", {}, box), make("td", {}, ...tableMarks.filter(({ has }) => has(i)).map(markOf)),
              ...tableColumns.map((column) => make("td", {}, ...column.cell(i))));
}

function drawTable() {
  const rows = sorted(filtered);
  const body = element("table").tBodies[0];
  body.replaceChildren(...rows.slice(0, limit).map(rowOf));
  element("shown").textContent = filtered.length === all.length ? counted(all.length, "configuration")
    : `${filtered.length.toLocaleString("en")} of ${counted(all.length, "configuration")}`;
  const left = rows.length - Math.min(limit, rows.length);
  fixColumns();
  element("more").hidden = left === 0;
  element("more").textContent = `Show ${Math.min(left, rowsAtATime).toLocaleString("en")} more of ${left.toLocaleString("en")}`;
}

// The first columns, which say what a row is, stay in sight while they take less than half of it.
function fixColumns() {
  const heads = [...element("table").tHead.rows[0].cells].slice(0, 2 + axes.length);
  const given = element("table").parentElement.clientWidth / 2;
  const lefts = [];
  let left = 0;
  for (const head of heads) {
    if (left + head.offsetWidth > given) break;
    lefts.push(left);
    left += head.offsetWidth;
  }
  for (const row of element("table").rows)
    for (const [k, cell] of [...row.cells].slice(0, heads.length).entries()) {
      cell.classList.toggle("fixed", k < lefts.length);
      cell.style.left = k < lefts.length ? `${lefts[k]}px` : "";
    }
}

function saveTable() {
  const url = URL.createObjectURL(new Blob([[page.csv.head, ...sorted(filtered).map((i) => page.csv.rows[i])].join("")], { type: "text/csv" }));
  save("table.csv", url);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function sortBy(column) {
  // What is the better the larger begins with the largest.
  const down = sorting.column === column ? !sorting.down : /accuracy|gap|gain|verdict/.test(column.name);
  sorting = { column, down };
  limit = rowsAtATime;
  for (const [k, head] of [...element("table").tHead.rows[0].cells].slice(2).entries()) {
    if (tableColumns[k] === column) head.setAttribute("aria-sort", down ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
  }
  drawTable();
}

function setUpTable() {
  const heads = tableColumns.map((column) =>
    make("th", { scope: "col", title: column.name }, make("button", { type: "button", onclick: () => sortBy(column) }, column.heading)));
  element("table").tHead.replaceChildren(make("tr", {}, make("th", { scope: "col" }, "curves"), make("th"), ...heads));
  element("filter").placeholder = axes.length > 0 ? `${axes.at(-1).name} = ${quotedValue(axes.at(-1).values.at(-1))} && gap > 0.01` : "gap > 0.01";
  element("filter").addEventListener("input", filterChanged);
  element("save-table").addEventListener("click", saveTable);
  addEventListener("resize", fixColumns);
  element("more").addEventListener("click", () => {
    limit += rowsAtATime;
    drawTable();
  });
  element("table-note").textContent = [tableMarks.filter(({ has }) => all.some(has)).map(({ mark, what }) => `${mark} ${what}`).join(", "), "± 95 % interval over the seeds, of two seeds their range"]
    .filter(Boolean).join("; ") + ". " +
    `At first sorted by best ${page.chosen_by} accuracy; configurations with diverged seeds, or that did not learn, come last. Stop at: the epoch of the smallest ${page.chosen_by} loss; gained by ` +
    "stopping: test accuracy there minus that at the end. A filter is a condition, as compare --where takes it: verdict = overfits && (gap > 0.02 || stop_epoch < 10). " +
    "Headings show their names under the pointer; those of all other columns of CSV are known, too.";
  drawTable();
}
