// Train against test accuracy.

let filtered = all;

function pointOf(i) {
  return { x: columns.train_accuracy[i], y: columns.test_accuracy[i], xHalf: columns.train_accuracy_ci[i],
           yHalf: columns.test_accuracy_ci[i], i };
}

// Crosses of more configurations than these would hide the points.
const mostCrosses = 60;

// What points are coloured by: their order (-1 for none), and the words of the legend; null for nothing.
function colouring(id) {
  const name = element(id).value;
  if (name === "verdict") {
    const present = verdicts.filter((verdict) => columns.verdict.includes(verdict));
    return { of: (i) => present.indexOf(columns.verdict[i]), texts: present.map(verdictText) };
  }
  const axis = axisNamed(name);
  return axis ? { of: (i) => axis.at[i] ?? -1, texts: axis.values, others: meansNothingToSome(axis) } : null;
}

function drawLegend(by, id) {
  const n = by?.texts.length ?? 0;
  const shown = Array.from({ length: n }, (_, k) => k).filter((k) => n <= 12 || k === 0 || k === n - 1 || k === Math.floor(n / 2));
  const entry = (ink, text) => {
    const swatch = make("span", { "aria-hidden": "true" }, "●");
    swatch.style.color = ink;
    return make("li", {}, swatch, ` ${text}`);
  };
  element(id).replaceChildren(...shown.map((k) => entry(orderColour(k, n), by.texts[k])), ...(by?.others ? [entry(colour("point"), "–")] : []));
}

const drawAgainst = chartOn("against", () => {
  const shown = filtered.filter(isDone);
  const others = shown.filter((i) => !chosen.includes(i)), crosses = others.length <= mostCrosses;
  const numbersOf = (name) => shown.flatMap((i) => ends(columns[name][i], crosses || chosen.includes(i) ? columns[`${name}_ci`][i] : 0));
  // Each axis follows its own numbers; the diagonal is drawn where it is in sight.
  const numbers = { x: numbersOf("train_accuracy"), y: numbersOf("test_accuracy") };
  const [x, y] = [numbers.x, numbers.y].map((of) => rangeWithin(accuracyLimits, of) ?? { min: 0, max: 1 });
  const from = Math.max(x.min, y.min), to = Math.min(x.max, y.max);
  const by = colouring("against-colour");
  drawLegend(by, "against-legend");
  const colourOf = (i) => (by && by.of(i) >= 0 ? orderColour(by.of(i), by.texts.length) : colour("point"));
  const sets = chosen.map((i, k) => ({
    label: nameOf(i), data: shown.includes(i) ? [pointOf(i)] : [], pointStyle: marks[k], radius: 8, hoverRadius: 9, borderWidth: 2,
    borderColor: colour(`c${k}`), backgroundColor: transparent(colour(`c${k}`), 0.55), clip: 10,
  }));
  sets.push({
    label: "other configurations", data: others.map(pointOf), clip: 6, radius: others.length > 1000 ? 2 : 4, hoverRadius: 6,
    borderColor: others.map(colourOf), backgroundColor: others.map((i) => transparent(colourOf(i), by ? 0.9 : 0.5)),
    barColor: transparent(colour("point"), 0.6), barsOnHover: !crosses,
  });
  sets.push({
    label: "diagonal", type: "line", data: from < to ? [{ x: from, y: from }, { x: to, y: to }] : [], radius: 0, hoverRadius: 0,
    hitRadius: 0, borderColor: colour("soft"), borderDash: [6, 4], borderWidth: 1,
  });
  const ofPoint = (item) => item.raw.i;
  return {
    type: "scatter",
    data: { datasets: sets },
    plugins: [intervals],
    options: {
      scales: {
        x: rangeScale("training accuracy", accuracyLimits, numbers.x),
        y: rangeScale("test accuracy", accuracyLimits, numbers.y),
      },
      interaction: { mode: "nearest", intersect: true },
      onClick(_, items) {
        const hit = items.map((item) => this.data.datasets[item.datasetIndex].data[item.index].i).find((i) => i !== undefined);
        if (hit !== undefined) soon(() => toggle(hit));
      },
      plugins: {
        tooltip: {
          filter: (item) => ofPoint(item) !== undefined,
          callbacks: {
            title: (items) => items.slice(0, 1).flatMap((item) => nameOf(ofPoint(item)).split(", ")),
            label: (item) => {
              const i = ofPoint(item);
              return [`train ${withSpread("train_accuracy", i)}`, `test ${withSpread("test_accuracy", i)}`, `gap ${withSpread("gap", i)}`,
                      verdictText(columns.verdict[i])];
            },
          },
        },
      },
    },
  };
});

function fillColours(id) {
  const names = ["nothing", "verdict", ...axes.map((axis) => axis.name)];
  element(id).replaceChildren(...names.map((name) => make("option", { value: name }, name)));
}

function setUpAgainst() {
  fillColours("against-colour");
  element("against-colour").addEventListener("change", drawAgainst);
}
