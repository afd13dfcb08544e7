// Learning curves of the configurations that are chosen, at first the best and that with the widest gap.

const chosen = [...new Set([best, widest].filter((i) => i !== null))];
const sets = page.validated ? ["train", "validation", "test"] : ["train", "test"];
const dashes = { train: [], test: [7, 4], validation: [2, 3] };
const dashText = { train: "solid", test: "dashed", validation: "dotted" };

function bandAndLine(i, k, set, metric) {
  const curve = page.curves[i]?.[`${set}_${metric}`];
  if (!curve) return [];
  const at = (values) => values.map((y, e) => ({ x: page.curve_epochs[e], y }));
  const line = {
    label: `${nameOf(i)}: ${set}`, data: at(curve.mean), borderColor: colour(`c${k}`), backgroundColor: colour(`c${k}`), borderDash: dashes[set],
    borderWidth: 2, pointStyle: marks[k], radius: curve.mean.map((_, e) => ((e + k) % Math.ceil(curve.mean.length / 6) === 0 ? 4 : 0)),
  };
  if (!curve.half) return [line];
  const edge = (sign) => at(curve.mean.map((y, e) => (y === null ? null : y + sign * (curve.half[e] ?? 0))));
  const band = { label: "", borderWidth: 0, radius: 0, hitRadius: 0, hoverRadius: 0, backgroundColor: transparent(colour(`c${k}`), 0.15) };
  return [{ ...band, data: edge(-1), fill: false }, { ...band, data: edge(1), fill: "-1" }, line];
}

// Without the first twentieth: the untrained network, and the steep start, lie far away from all that follows.
function curveNumbers(metric) {
  const first = page.curve_epochs.findIndex((epoch) => epoch >= Math.max(page.epochs / 20, Math.min(page.epochs, 1)));
  return chosen.flatMap((i) => sets.flatMap((set) => {
    const curve = page.curves[i]?.[`${set}_${metric}`];
    return curve ? curve.mean.flatMap((mean, e) => (e < first ? [] : ends(mean, curve.half?.[e]))) : [];
  }));
}

function describeCurves(metric) {
  return () => ({
    type: "line",
    data: { datasets: chosen.flatMap((i, k) => sets.flatMap((set) => bandAndLine(i, k, set, metric))) },
    options: {
      scales: {
        x: scale("epoch", { type: "linear", min: 0, max: Math.max(page.epochs, 1), ticks: { precision: 0, maxTicksLimit: 9 } }),
        y: rangeScale(metric, metric === "loss" ? lossLimits : accuracyLimits, curveNumbers(metric)),
      },
      interaction: { mode: "nearest", axis: "x", intersect: false },
      plugins: {
        tooltip: {
          filter: (item) => item.dataset.label !== "",
          callbacks: {
            title: (items) => (items.length > 0 ? `epoch ${items[0].raw.x}` : ""),
            label: (item) => `${item.dataset.label} ${fixed(item.raw.y)}`,
          },
        },
      },
    },
  });
}

const drawAccuracyCurves = chartOn("accuracy-curves", describeCurves("accuracy"));
const drawLossCurves = chartOn("loss-curves", describeCurves("loss"));

function listChosen() {
  element("chosen").replaceChildren(...chosen.map((i, k) => {
    const mark = make("span", { "aria-hidden": "true" }, markText[k]);
    mark.style.color = colour(`c${k}`);
    const what = [i === best && `best ${page.chosen_by} accuracy`, i === widest && "widest gap"].filter(Boolean).join(", ");
    return make("li", {}, mark, `${nameOf(i)}${what ? ` (${what})` : ""}`,
                make("button", { type: "button", "aria-label": `Take away ${nameOf(i)}`, onclick: () => toggle(i) }, "✕"));
  }));
}

// Chooses a configuration, or takes it away; the one that was chosen first goes when there are too many.
function toggle(i) {
  const at = chosen.indexOf(i);
  if (at >= 0) chosen.splice(at, 1);
  else if (isDone(i)) chosen.push(i);
  if (chosen.length > mostChosen) chosen.shift();
  choiceChanged();
}

function curvesNote() {
  const parts = [sets.map((set) => `${set} ${dashText[set]}`).join(", ")];
  if (page.curves.some((curves) => curves?.test_loss?.half)) parts.push("means over the seeds; bands are 95 % intervals");
  if (page.curve_epochs.length <= page.epochs) parts.push(`${page.curve_epochs.length} of ${page.epochs + 1} epochs are drawn, to keep the page small`);
  parts.push("the first epochs may lie outside", `at most ${mostChosen} configurations at a time`);
  return `${parts.join("; ")}.`;
}
