// Learning curves of the configurations that are chosen, at first the best and that with the widest gap.

const chosen = [...new Set([best, widest].filter((i) => i !== null))];
const sets = page.validated ? ["train", "validation", "test"] : ["train", "test"];
const dashes = { train: [], test: [7, 4], validation: [2, 3] };
const letters = { S: "stop_epoch", O: "overfits_from", B: "best_epoch" };
const dashText = { train: "solid", test: "dashed", validation: "dotted" };

// The epochs of a configuration's curves: the first of all that are drawn, or some of their own.
const epochsOf = (i) => page.curves[i]?.epochs ?? page.curve_epochs;

const showSeeds = () => page.seed_curves !== null && element("curves-seeds").checked;
const logLoss = () => element("curves-log").checked;

// Upright lines at the epochs that are said of a configuration, in its colour, with a letter at the top.
const epochMarks = (metric) => ({
  id: "epochs",
  afterDatasetsDraw({ ctx, chartArea: area, scales }) {
    ctx.save();
    ctx.font = "bold 12px system-ui, sans-serif";
    ctx.textAlign = "center";
    chosen.forEach((i, k) => {
      for (const [letter, name] of Object.entries(letters)) {
        const epoch = columns[name][i];
        if (epoch === null || (letter === "B") !== (metric === "accuracy")) continue;
        const x = scales.x.getPixelForValue(epoch), top = area.top + 13 + 14 * k;
        ctx.strokeStyle = ctx.fillStyle = colour(`c${k}`);
        ctx.setLineDash(letter === "S" ? [] : [2, 3]);
        ctx.beginPath();
        ctx.moveTo(x, top + 3);
        ctx.lineTo(x, area.bottom);
        ctx.stroke();
        ctx.fillText(letter, Math.min(x, area.right - 6), top);
      }
    });
    ctx.restore();
  },
});

function bandAndLine(i, k, set, metric) {
  const curve = page.curves[i]?.[`${set}_${metric}`];
  if (!curve) return [];
  const at = (values) => values.map((y, e) => ({ x: epochsOf(i)[e], y }));
  const line = {
    label: `${nameOf(i)}: ${set}`, data: at(curve.mean), borderColor: colour(`c${k}`), backgroundColor: colour(`c${k}`), borderDash: dashes[set],
    borderWidth: 2, pointStyle: marks[k], radius: curve.mean.map((_, e) => ((e + k) % Math.ceil(curve.mean.length / 6) === 0 ? 4 : 0)),
  };
  if (showSeeds()) {
    const thin = { ...line, label: "", borderWidth: 0.7, borderColor: transparent(colour(`c${k}`), 0.7), radius: 0, hitRadius: 0, hoverRadius: 0 };
    return [...page.seed_curves[i].map((seed) => ({ ...thin, data: at(seed[`${set}_${metric}`] ?? []) })), line];
  }
  if (!curve.half) return [line];
  const edge = (sign) => at(curve.mean.map((y, e) => (y === null ? null : y + sign * (curve.half[e] ?? 0))));
  const band = { label: "", borderWidth: 0, radius: 0, hitRadius: 0, hoverRadius: 0, backgroundColor: transparent(colour(`c${k}`), 0.15) };
  return [{ ...band, data: edge(-1), fill: false }, { ...band, data: edge(1), fill: "-1" }, line];
}

// Without the first twentieth: the untrained network, and the steep start, lie far away from all that follows.
function curveNumbers(metric) {
  const first = Math.max(page.epochs / 20, Math.min(page.epochs, 1));
  return chosen.flatMap((i) => sets.flatMap((set) => {
    const curve = page.curves[i]?.[`${set}_${metric}`];
    return curve ? curve.mean.flatMap((mean, e) => (epochsOf(i)[e] < first ? [] : ends(mean, curve.half?.[e]))) : [];
  }));
}

// From the smallest to the largest mean loss, but for the untrained network's.
function logarithmicScale() {
  const means = chosen.flatMap((i) => sets.flatMap((set) => page.curves[i]?.[`${set}_loss`]?.mean.slice(page.epochs > 1 ? 1 : 0) ?? []))
    .filter((mean) => mean > 0);
  const range = means.length > 0 ? { min: Math.min(...means) / 1.1, max: Math.max(...means) * 1.1 } : {};
  return scale("loss (logarithmic)", { type: "logarithmic", ...range });
}

function describeCurves(metric) {
  return () => ({
    type: "line",
    data: { datasets: chosen.flatMap((i, k) => sets.flatMap((set) => bandAndLine(i, k, set, metric))) },
    plugins: [epochMarks(metric)],
    options: {
      scales: {
        x: scale("epoch", { type: "linear", min: 0, max: Math.max(page.epochs, 1), ticks: { precision: 0, maxTicksLimit: 9 } }),
        y: metric === "loss" && logLoss() ? logarithmicScale()
          : rangeScale(metric, metric === "loss" ? lossLimits : accuracyLimits, curveNumbers(metric)),
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
  else if (isDone(i)) {
    chosen.push(i);
    showClasses(i);
  }
  if (chosen.length > mostChosen) chosen.shift();
  choiceChanged();
}

function curvesNote() {
  const parts = [sets.map((set) => `${set} ${dashText[set]}`).join(", ")];
  if (page.curves.some((curves) => curves?.test_loss?.half)) parts.push("means over the seeds; bands are 95 % intervals");
  parts.push(`S epoch to stop at (smallest ${page.chosen_by} loss), O overfits from, B best ${page.chosen_by} accuracy`);
  if (page.curve_epochs.length < page.recorded_epochs) parts.push(`${page.curve_epochs.length} of ${page.recorded_epochs} epochs are drawn, to keep the page small`);
  if (page.recorded_epochs <= page.epochs) parts.push(`recorded at ${page.recorded_epochs} of ${page.epochs + 1} epochs`);
  parts.push("the first epochs may lie outside", `at most ${mostChosen} configurations at a time`);
  return `${parts.join("; ")}.`;
}

function setUpCurves() {
  const some = all.some((i) => columns.measured[i] > 1), seeds = element("curves-seeds");
  element("curves-log").checked = page.logarithmic_loss;
  seeds.disabled = page.seed_curves === null || !some;
  element("curves-seeds-note").textContent = !some ? "(no configuration has several seeds that are done)"
    : page.seed_curves === null
      ? `(not in this page: they are ${counted(page.seed_numbers, "number")}, and it holds ${page.most_seed_numbers.toLocaleString("en")} at most)` : "";
  for (const id of ["curves-seeds", "curves-log"]) element(id).addEventListener("change", () => {
    drawAccuracyCurves();
    drawLossCurves();
  });
}
