// The gap, and accuracy, by one parameter, over runs that differ in nothing else.

const effectShown = () => page.effects.find((effect) => effect.axis === element("effect-axis").value);

function describeEffect(lines, title, limits) {
  return () => {
    const effect = effectShown();
    if (!effect || effect.pairs === 0) return { type: "line", data: { datasets: [] } };
    const axis = axisNamed(effect.axis);
    // Places on the axis: numbers where they are, words in a row.
    const places = effect.values.map((row, k) => (axis.words ? k : Number(row.value)));
    const ticks = axis.words
      ? { min: -0.5, max: places.length - 0.5, ticks: { stepSize: 1, callback: (k) => effect.values[k]?.value ?? "" } }
      : { ticks: { maxRotation: 0, callback: (value) => String(value) },
          afterBuildTicks: places.length <= 12 ? (x) => { x.ticks = places.map((value) => ({ value })); } : undefined };
    return {
      type: "line",
      data: {
        datasets: lines.map(({ key, c, mark, dash }) => ({
          label: key, data: effect.values.map((row, k) => ({ x: places[k], y: row[key][0], yHalf: row[key][1] })), borderColor: colour(c),
          backgroundColor: colour(c), borderDash: dash, pointStyle: mark, radius: 5,
        })),
      },
      plugins: [intervals],
      options: {
        scales: {
          x: scale(effect.axis, { type: isGeometric(axis) ? "logarithmic" : "linear", ...ticks }),
          y: rangeScale(title, limits, effect.values.flatMap((row) => lines.flatMap(({ key }) => ends(...row[key])))),
        },
        interaction: { mode: "nearest", intersect: false },
        plugins: {
          legend: { display: lines.length > 1, labels: { color: colour("ink"), usePointStyle: true } },
          tooltip: {
            callbacks: {
              title: (items) => items.slice(0, 1).map((item) => `${effect.axis} ${effect.values[item.dataIndex].value}`),
              label: (item) => `${item.dataset.label} ${withHalf(item.raw.y, item.raw.yHalf)}`,
            },
          },
        },
      },
    };
  };
}

const drawEffectGap = chartOn("effect-gap", describeEffect([{ key: "gap", c: "c1", mark: "rectRot", dash: [] }], "gap: train minus test accuracy", noLimits));
const drawEffectAccuracy = chartOn("effect-accuracy", describeEffect(
  [{ key: "train", c: "c0", mark: "circle", dash: [] }, { key: "test", c: "c1", mark: "rect", dash: [7, 4] }], "accuracy", accuracyLimits));

function drawEffect() {
  const effect = effectShown();
  element("effect-note").textContent = effect.pairs === 0
    ? `No setting of the others has runs that are done for every ${effect.axis}.`
    : `${counted(effect.pairs, "run")} for each value, which differ in ${effect.axis} alone, the seed included` +
      `${effect.left_out > 0 ? `; ${counted(effect.left_out, "run")} without all partners left out` : ""}. Bars are 95 % intervals.`;
  for (const id of ["effect-gap", "effect-accuracy"]) element(id).parentElement.hidden = effect.pairs === 0;
  drawEffectGap();
  drawEffectAccuracy();
}

function setUpEffect() {
  if (page.effects.length === 0) {
    element("effect").hidden = true;
    return;
  }
  const select = element("effect-axis");
  select.replaceChildren(...page.effects.map((effect) => make("option", { value: effect.axis }, effect.axis)));
  select.value = axisNamed("hidden_size") ? "hidden_size" : page.effects[0].axis;
  select.addEventListener("change", drawEffect);
  drawEffect();
}
