// The gap and test accuracy over any two parameters, as tables whose cells are coloured.

const mostValues = 100;

function luminance([r, g, b]) {
  const linear = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

// Black or white, whichever stands out more (WCAG 2).
const inkOn = (rgb) => (luminance(rgb) > 0.179 ? "#000000" : "#ffffff");

// From light to dark, in one hue: the order is the same in grey.
const ramps = { gap: [[255, 247, 236], [236, 112, 20], [90, 30, 0]], test: [[247, 251, 255], [66, 133, 189], [8, 40, 95]] };

// For each cell the mean over its configurations that learned.
function cellsOf(rows, cols, column) {
  const cells = rows.values.map(() => cols.values.map(() => ({ sum: 0, done: 0, all: [] })));
  for (const i of all) {
    const cell = cells[rows.at[i]][cols.at[i]];
    cell.all.push(i);
    if (columns[column][i] === null || !learned(i)) continue;
    cell.sum += columns[column][i];
    ++cell.done;
  }
  return cells;
}

function openCell(rows, cols, r, c, members) {
  if (members.length === 1) return toggle(members[0]);
  element("filter").value = `${rows.name}=${rows.values[r]} ${cols.name}=${cols.values[c]}`;
  filterChanged();
  element("filter").scrollIntoView({ block: "center" });
  element("filter").focus();
}

function heatMap(title, rows, cols, column, ramp) {
  const cells = cellsOf(rows, cols, column);
  const means = cells.flat().filter((cell) => cell.done > 0).map((cell) => cell.sum / cell.done);
  const low = Math.min(...means), high = Math.max(...means);
  const head = make("tr", {}, make("th", { scope: "col" }, `${rows.name} ↓ ${cols.name} →`), ...cols.values.map((v) => make("th", { scope: "col" }, v)));
  const body = cells.map((line, r) => make("tr", {}, make("th", { scope: "row" }, rows.values[r]), ...line.map((cell, c) => {
    if (cell.done === 0) return make("td", {}, "–");
    const mean = cell.sum / cell.done;
    const rgb = rampAt(ramp, high > low ? (mean - low) / (high - low) : 0);
    const what = `${title} ${fixed(mean)}: ${rows.name} ${rows.values[r]}, ${cols.name} ${cols.values[c]}`;
    const button = make("button", { type: "button", title: what, "aria-label": what, onclick: () => openCell(rows, cols, r, c, cell.all) }, fixed(mean));
    button.style.backgroundColor = `rgb(${rgb.join(",")})`;
    button.style.color = inkOn(rgb);
    return make("td", {}, button);
  })));
  return make("table", { class: "heat" }, make("caption", {}, title), make("thead", {}, head), make("tbody", {}, ...body));
}

const mapAxes = axes.filter((axis) => axis.values.length <= mostValues);

// How far the mean test accuracies of an axis's values, over what learned, lie apart.
function influence(axis) {
  const sums = axis.values.map(() => ({ sum: 0, n: 0 }));
  for (const i of all.filter(learned)) {
    sums[axis.at[i]].sum += columns.test_accuracy[i];
    ++sums[axis.at[i]].n;
  }
  const means = sums.filter(({ n }) => n > 0).map(({ sum, n }) => sum / n);
  return means.length > 0 ? Math.max(...means) - Math.min(...means) : 0;
}

function drawMaps() {
  const rows = axisNamed(element("map-rows").value), cols = axisNamed(element("map-columns").value);
  element("gap-map").replaceChildren(heatMap("Gap", rows, cols, "gap", ramps.gap));
  element("test-map").replaceChildren(heatMap("Test accuracy", rows, cols, "test_accuracy", ramps.test));
  const others = axes.filter((axis) => axis !== rows && axis !== cols).map((axis) => axis.name);
  const leftOut = all.filter((i) => !learned(i)).length;
  element("maps-note").textContent = `The darker, the larger; after the last epoch${others.length > 0 ? `, mean over ${others.join(", ")}` : ""}. ` +
    `${leftOut > 0 ? `${counted(leftOut, "configuration")} that did not learn or diverged left out. ` : ""}` +
    "At first the two parameters with the largest range of mean test accuracy between their values. Click a cell to see what is in it.";
}

function setUpMaps() {
  if (mapAxes.length < 2) {
    element("maps").hidden = true;
    return;
  }
  const first = [...mapAxes].sort((a, b) => influence(b) - influence(a)).slice(0, 2);
  const selects = [element("map-rows"), element("map-columns")];
  selects.forEach((select, k) => {
    select.replaceChildren(...mapAxes.map((axis) => make("option", { value: axis.name }, axis.name)));
    select.value = first[k].name;
    select.addEventListener("change", () => {
      const other = selects[1 - k];
      if (other.value === select.value) other.value = mapAxes.find((axis) => axis.name !== select.value).name;
      drawMaps();
    });
  });
  drawMaps();
}
