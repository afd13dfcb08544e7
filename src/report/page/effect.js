// The change of the gap, and of accuracy, against the first value of a parameter, all else and the seed the same.

const effectShown = () => page.effects[element("effect-axis").value];
// How many there are for each value; of bins any number.
const runsOf = (effect) => (effect.samples ? effect.values.length : effect.settings * effect.seeds);
// More than chance: the interval of the change does not hold 0.
const isSure = ([mean, half]) => half !== null && Math.abs(mean) > half;

function describeEffect(lines, title) {
  return () => {
    const effect = effectShown();
    if (!effect || runsOf(effect) === 0) return { type: "line", data: { datasets: [] } };
    const axis = { words: axisNamed(effect.axis).words || effect.samples > 0 }, ink = colour("ink");
    // Places on the axis: numbers where they are, words in a row.
    const places = effect.values.map((row, k) => (axis.words ? k : Number(row.value)));
    const ticks = axis.words
      ? { min: -0.5, max: places.length - 0.5, ...ticksAt(places, (k) => effect.values[k].value) }
      : { ticks: { maxRotation: 0, callback: (value) => String(value) },
          afterBuildTicks: places.length <= 12 ? (x) => { x.ticks = places.map((value) => ({ value })); } : undefined };
    return {
      type: "line",
      data: {
        datasets: lines.map(({ key, mark, dash }) => ({
          label: key.replace("_change", ""), data: effect.values.map((row, k) => ({ x: places[k], y: row[key][0], yHalf: row[key][1] })), borderColor: ink,
          backgroundColor: ink, pointBackgroundColor: effect.values.map((row) => (isSure(row[key]) ? ink : colour("paper"))), borderDash: dash,
          pointStyle: mark, radius: 6,
        })),
      },
      plugins: [intervals],
      options: {
        scales: {
          x: scale(effect.axis, { type: effect.logarithmic && !axis.words ? "logarithmic" : "linear", ...ticks }),
          y: rangeScale(`${title} against ${effect.axis} ${effect.values[0].value}`, noLimits, effect.values.flatMap((row) => lines.flatMap(({ key }) => ends(...row[key])))),
        },
        interaction: { mode: "nearest", intersect: false },
        plugins: {
          legend: { display: lines.length > 1, labels: { color: colour("ink"), usePointStyle: true } },
          tooltip: {
            callbacks: {
              title: (items) => items.slice(0, 1).map((item) => `${effect.axis} ${effect.values[item.dataIndex].value}`),
              label: (item) => {
                const row = effect.values[item.dataIndex], name = item.dataset.label;
                return [`${name} ${withHalf(...row[name])}`, `change ${withHalf(item.raw.y, item.raw.yHalf)}${isSure(row[`${name}_change`]) ? ": more than chance" : ""}`];
              },
            },
          },
        },
      },
    };
  };
}

const drawEffectGap = chartOn("effect-gap", describeEffect([{ key: "gap_change", mark: "rectRot", dash: [] }], "change of the gap"));
const drawEffectAccuracy = chartOn("effect-accuracy", describeEffect(
  [{ key: "train_change", mark: "circle", dash: dashes.train }, { key: "test_change", mark: "rect", dash: dashes.test }], "change of accuracy"));

const stoppedRuns = (effect) => (effect.stopped > 0 ? `${counted(effect.stopped, "run")} that ${effect.stopped === 1 ? "was" : "were"} stopped early left out. ` : "");
const stoppedInBins = (effect) => (effect.stopped > 0 ? `${counted(effect.stopped, "run")} stopped early, measured after ${effect.stopped === 1 ? "its" : "their"} last epoch. ` : "");
const notApplicable = (effect) => (effect.not_applicable > 0 ? `${counted(effect.not_applicable, "run")} that ${effect.axis} does not apply to left out. ` : "");

function binsNote(effect) {
  if (effect.values.length === 0) return `${counted(effect.samples, "sample")} done so far: too few for bins.`;
  return `${effect.axis} in ${counted(effect.values.length, "bin")} of about ${counted(Math.round(effect.samples / effect.values.length), "sample")} each. ` +
    `${notApplicable(effect)}${stoppedInBins(effect)}Its values were drawn, so no two runs differ only in it. The bins are compared as they are; the other parameters differ, too. ` +
    "Bars are 95 % intervals of the change (Welch) that hold for all bins together: a filled mark is more than chance.";
}

function drawEffect() {
  const effect = effectShown(), none = runsOf(effect) === 0;
  const known = effect.values.some((row) => row.gap_change[1] !== null);
  element("effect-note").textContent = effect.samples > 0
    ? binsNote(effect)
    : none
    ? `No setting of the other parameters has finished runs for every ${effect.axis}. ${stoppedRuns(effect)}${notApplicable(effect)}`
    : `${counted(runsOf(effect), "run")} for each value (${counted(effect.settings, "setting")} of the others, ${counted(effect.seeds, "seed")}), which ` +
      `differ in ${effect.axis} alone${effect.left_out > 0 ? `; ${counted(effect.left_out, "run")} without a matching run for every value left out` : ""}. ${stoppedRuns(effect)}${notApplicable(effect)}` +
      (known ? "Bars are 95 % intervals of the change that hold for all values together: a filled mark is more than chance."
             : "With fewer than three seeds there are no intervals.");
  for (const id of ["effect-gap", "effect-accuracy"]) element(id).parentElement.hidden = none;
  drawEffectGap();
  drawEffectAccuracy();
}

function setUpEffect() {
  if (page.effects.length === 0) {
    element("effect").hidden = true;
    return;
  }
  const select = element("effect-axis");
  select.replaceChildren(...page.effects.map((effect, k) => make("option", { value: k }, effect.file ? `${effect.axis} (${effect.file})` : effect.axis)));
  select.value = Math.max(page.effects.findIndex((effect) => effect.axis === "hidden_size"), 0);
  select.addEventListener("change", drawEffect);
  drawEffect();
}
