// Train against test accuracy.

let filtered = all;

function pointOf(i) {
  return { x: columns.train_accuracy[i], y: columns.test_accuracy[i], xHalf: columns.train_accuracy_ci[i],
           yHalf: columns.test_accuracy_ci[i], i };
}

// One range for both axes, so that the diagonal is in sight.
const accuracyNumbers = (shown) => shown.flatMap((i) =>
  ["train_accuracy", "test_accuracy"].flatMap((name) => ends(columns[name][i], columns[`${name}_ci`][i])));

const drawAgainst = chartOn("against", () => {
  const shown = filtered.filter(isDone);
  const numbers = accuracyNumbers(shown), range = rangeWithin(accuracyLimits, numbers) ?? { min: 0, max: 1 };
  const others = shown.filter((i) => !chosen.includes(i));
  const sets = chosen.map((i, k) => ({
    label: nameOf(i), data: shown.includes(i) ? [pointOf(i)] : [], pointStyle: marks[k], radius: 8, hoverRadius: 9, borderWidth: 2,
    borderColor: colour(`c${k}`), backgroundColor: transparent(colour(`c${k}`), 0.55), clip: 10,
  }));
  sets.push({
    label: "other configurations", data: others.map(pointOf), clip: 6, radius: others.length > 1000 ? 2 : 4, hoverRadius: 6,
    borderColor: colour("point"), backgroundColor: transparent(colour("point"), 0.5),
    barColor: transparent(colour("point"), others.length > 300 ? 0.15 : 0.6),
  });
  sets.push({
    label: "diagonal", type: "line", data: [{ x: range.min, y: range.min }, { x: range.max, y: range.max }], radius: 0, hoverRadius: 0,
    hitRadius: 0, borderColor: colour("soft"), borderDash: [6, 4], borderWidth: 1,
  });
  const ofPoint = (item) => item.raw.i;
  return {
    type: "scatter",
    data: { datasets: sets },
    plugins: [intervals],
    options: {
      scales: {
        x: rangeScale("training accuracy", accuracyLimits, numbers),
        y: rangeScale("test accuracy", accuracyLimits, numbers),
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
              return [`train ${withHalf(columns.train_accuracy[i], columns.train_accuracy_ci[i])}`,
                      `test ${withHalf(columns.test_accuracy[i], columns.test_accuracy_ci[i])}`,
                      `gap ${withHalf(columns.gap[i], columns.gap_ci[i])}`];
            },
          },
        },
      },
    },
  };
});
