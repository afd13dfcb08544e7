// The gap and test accuracy over any two parameters, as tables whose cells are coloured.

// The means of two axes' cells and the shades of their colours, as [row][column]. The program has worked them out, of each two axes once.
// An axis in bins where its values were drawn.
const sideOf = (axis) => ({ ...axis, ...page.bins[axis.name] });

// Not where one of the two means nothing to the configuration.
const isInMap = (rows, cols, i) => rows.at[i] !== null && cols.at[i] !== null;

function cellsOf(rows, cols, column) {
  const map = page.maps.find((one) => one.rows === rows.name && one.columns === cols.name);
  const turned = map ?? page.maps.find((one) => one.rows === cols.name && one.columns === rows.name);
  const { means, shades } = turned[column];
  const at = (r, c) => (map ? r * cols.values.length + c : c * rows.values.length + r);
  const cells = rows.values.map((_, r) => cols.values.map((__, c) => ({ mean: means[at(r, c)], shade: shades[at(r, c)], members: [] })));
  for (const i of all.filter((k) => isInMap(rows, cols, k))) cells[rows.at[i]][cols.at[i]].members.push(i);
  return cells;
}

const conditionOf = (side, k) => (side.least ? `${side.name} >= ${side.least[k]} && ${side.name} <= ${side.most[k]}` : `${side.name} = ${quotedValue(side.values[k])}`);

function openCell(rows, cols, r, c, members) {
  if (members.length === 1) return toggle(members[0]);
  element("filter").value = `${conditionOf(rows, r)} && ${conditionOf(cols, c)}`;
  filterChanged();
  element("filter").scrollIntoView({ block: "center" });
  element("filter").focus();
}

function heatMap(title, rows, cols, column) {
  const head = make("tr", {}, make("th", { scope: "col" }, `${rows.name} ↓ ${cols.name} →`), ...cols.values.map((v) => make("th", { scope: "col" }, v)));
  const body = cellsOf(rows, cols, column).map((line, r) => make("tr", {}, make("th", { scope: "row" }, rows.values[r]), ...line.map(({ mean, shade, members }, c) => {
    if (mean === null) return make("td", {}, "–");
    const what = `${title} ${fixed(mean)}: ${rows.name} ${rows.values[r]}, ${cols.name} ${cols.values[c]}`;
    const button = make("button", { type: "button", title: what, "aria-label": what, onclick: () => openCell(rows, cols, r, c, members) }, fixed(mean));
    [button.style.backgroundColor, button.style.color] = page.colours[shade];
    return make("td", {}, button);
  })));
  return make("table", { class: "heat" }, make("caption", {}, title), make("thead", {}, head), make("tbody", {}, ...body));
}

const mapAxes = axes.map(sideOf).filter((axis) => axis.values.length <= page.most_map_values);
const mapAxisNamed = (name) => mapAxes.find((axis) => axis.name === name);

// How far the mean test accuracies of an axis's values, over what learned, lie apart.
function influence(axis) {
  const sums = axis.values.map(() => ({ sum: 0, n: 0 }));
  for (const i of all.filter((k) => learned(k) && axis.at[k] !== null)) {
    sums[axis.at[i]].sum += columns.test_accuracy[i];
    ++sums[axis.at[i]].n;
  }
  const means = sums.filter(({ n }) => n > 0).map(({ sum, n }) => sum / n);
  return means.length > 0 ? Math.max(...means) - Math.min(...means) : 0;
}

function drawMaps() {
  const rows = mapAxisNamed(element("map-rows").value), cols = mapAxisNamed(element("map-columns").value);
  element("gap-map").replaceChildren(heatMap("Gap", rows, cols, "gap"));
  element("test-map").replaceChildren(heatMap("Test accuracy", rows, cols, "test_accuracy"));
  const others = axes.filter(({ name }) => name !== rows.name && name !== cols.name).map((axis) => axis.name);
  const leftOut = all.filter((i) => !learned(i)).length, outside = all.filter((i) => !isInMap(rows, cols, i)).length;
  element("maps-note").textContent = `Lighter is larger, from the smallest mean to the largest; after the last epoch${others.length > 0 ? `, mean over ${others.join(", ")}` : ""}. ` +
    `${leftOut > 0 ? `${counted(leftOut, "configuration")} that did not learn or diverged left out. ` : ""}` +
    `${outside > 0 ? `${counted(outside, "configuration")} that ${[rows, cols].filter(meansNothingToSome).map(({ name }) => name).join(" or ")} does not apply to left out. ` : ""}` +
    `${rows.least || cols.least ? "Values that were drawn are in bins. " : ""}` +
    "The page begins with the two parameters whose values differ most in mean test accuracy, preferring those that apply to all configurations. Click a cell to see what is in it.";
}

function setUpMaps() {
  if (mapAxes.length < 2) {
    element("maps").hidden = true;
    return;
  }
  const first = [...mapAxes].sort((a, b) => meansNothingToSome(a) - meansNothingToSome(b) || influence(b) - influence(a)).slice(0, 2);
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
