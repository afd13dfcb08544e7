// Accuracy and gap of each run by each parameter.

const runsDone = page.runs_done;
const runIndices = Array.from(runsDone.configuration.keys());
const isLogarithmic = (axis) => page.logarithmic_axes.includes(axis.name);
// Where an axis has many values these sections are open; of small grids they are folded.
const manyValues = axes.some((axis) => !axis.words && axis.values.length > 10);

// Runs that the axis means nothing to are not drawn on it.
const hasPlace = (axis, run) => axis.at[runsDone.configuration[run]] !== null;

function parameterScale(axis) {
  const leftOut = runIndices.filter((run) => !hasPlace(axis, run)).length;
  const title = leftOut === 0 ? axis.name : `${axis.name} (${counted(leftOut, "run")} that it does not apply to left out)`;
  if (axis.words)
    return scale(title, { type: "linear", min: -0.5, max: axis.values.length - 0.5, ...ticksAt([...axis.values.keys()], (k) => axis.values[k]) });
  const values = axis.values.map(Number), least = values[0], most = values.at(-1);
  if (!isLogarithmic(axis)) return rangeScale(title, noLimits, values);
  const room = (most / least) ** 0.03;
  return scale(title, { type: "logarithmic", min: least / room, max: most * room,
                            ...ticksAt(logarithmicMarks(least / room, most * room), shortNumber, { maxRotation: 0 }) });
}

// Runs of one word lie side by side: the same ones always at the same place.
const placeOnAxis = (axis, i, run) => (axis.words ? axis.at[i] + 0.5 * ((run * 0.618034) % 1 - 0.5) : Number(valueOf(axis, i)));

function describeParameter(axis, measure, title, limits) {
  return () => {
    const by = colouring("parameters-colour"), inFilter = new Set(filtered);
    const pointsOf = (runs) => runs.map((run) => ({ x: placeOnAxis(axis, runsDone.configuration[run], run), y: runsDone[measure][run], run }));
    const colourOf = (run) => {
      const k = by ? by.of(runsDone.configuration[run]) : -1;
      return k >= 0 ? orderColour(k, by.texts.length) : colour("point");
    };
    const radius = runIndices.length > 1000 ? 1.5 : runIndices.length > 200 ? 2.5 : 3.5;
    const placed = runIndices.filter((run) => hasPlace(axis, run));
    const shown = placed.filter((run) => inFilter.has(runsDone.configuration[run]));
    const faded = placed.filter((run) => !inFilter.has(runsDone.configuration[run]));
    const sets = chosen.map((i, k) => ({
      label: nameOf(i), data: pointsOf(shown.filter((run) => runsDone.configuration[run] === i)), pointStyle: marks[k], radius: 7, borderWidth: 2,
      borderColor: colour(`c${k}`), backgroundColor: transparent(colour(`c${k}`), 0.55),
    }));
    const others = shown.filter((run) => !chosen.includes(runsDone.configuration[run]));
    sets.push({ label: "runs", data: pointsOf(others), radius, borderWidth: 0, backgroundColor: others.map((run) => transparent(colourOf(run), 0.8)) });
    sets.push({ label: "", data: pointsOf(faded), radius, hitRadius: 0, hoverRadius: radius, borderWidth: 0, backgroundColor: transparent(colour("point"), 0.15) });
    return {
      type: "scatter",
      data: { datasets: sets },
      options: {
        scales: { x: parameterScale(axis), y: rangeScale(title, limits, runsDone[measure]) },
        interaction: { mode: "nearest", intersect: true },
        onClick(_, items) {
          const hit = items.map((item) => this.data.datasets[item.datasetIndex].data[item.index].run)[0];
          if (hit !== undefined) soon(() => toggle(runsDone.configuration[hit]));
        },
        plugins: {
          tooltip: {
            filter: (item) => item.dataset.label !== "",
            callbacks: {
              title: (items) => items.slice(0, 1).flatMap((item) => nameOf(runsDone.configuration[item.raw.run]).split(", ")),
              label: ({ raw: { run } }) => [`seed ${runsDone.seed[run]}`, `${page.chosen_by} accuracy ${fixed(runsDone.accuracy[run])}`, `gap ${fixed(runsDone.gap[run])}`],
            },
          },
        },
      },
    };
  };
}

const parametersShown = () => element("parameters-details").open;
let parameterCharts = [];

function drawParameters() {
  drawLegend(colouring("parameters-colour"), "parameters-legend");
  if (!parametersShown()) return;
  for (const draw of parameterCharts) draw();
}

// The parameter that matters most, by which points are coloured at first.
function mostImportant() {
  const [first] = page.importance.flatMap(({ terms }) => terms).filter(({ name }) => axisNamed(name));
  return first?.name ?? "nothing";
}

function setUpParameters() {
  if (axes.length === 0 || runIndices.length === 0) {
    element("parameters").hidden = true;
    return;
  }
  fillColours("parameters-colour");
  element("parameters-colour").value = mostImportant();
  element("parameters-colour").addEventListener("change", () => {
    drawParameters();
    drawParallel();
  });
  for (const [k, axis] of axes.entries()) {
    const canvas = (measure, what) => make("div", { class: "chart small" }, make("canvas", { id: `parameter-${k}-${measure}`, role: "img",
      "aria-label": `${what} of each run by ${axis.name}; the table has the numbers of each configuration` }));
    const accuracy = `${page.chosen_by} accuracy`;
    element("parameters-charts").append(make("div", { class: "pair" }, canvas("accuracy", accuracy), canvas("gap", "Gap")));
    parameterCharts.push(chartOn(`parameter-${k}-accuracy`, describeParameter(axis, "accuracy", accuracy, accuracyLimits), parametersShown),
                         chartOn(`parameter-${k}-gap`, describeParameter(axis, "gap", "gap", noLimits), parametersShown));
  }
  element("parameters-details").open = manyValues;
  element("parameters-details").addEventListener("toggle", drawParameters);
}
