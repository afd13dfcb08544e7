// Parallel coordinates: a line for each configuration through its values and what was measured. Ranges that are dragged on the axes select
// configurations, here and everywhere, by a condition that compare --where takes, too.

// Below its numbers an axis has a place for configurations that it means nothing to, where there are such.
const missingPlace = 14;
const parallelMargin = { top: 46, bottom: axes.some(meansNothingToSome) ? 44 : 14, side: 62 };
const reach = 26;  // of an axis, in pixels to both sides
const measuredAxes = () => {
  const name = all.some((i) => isDone(i) && columns.validation_accuracy?.[i] === null) || !page.validated ? "test_accuracy" : "validation_accuracy";
  return [name, "gap"];
};

// An upright axis: where each configuration lies from 0 at the bottom to 1 at the top, null where it has no value; and what a range of it is called.
function numberAxis(name, numbers, logarithmic) {
  const known = numbers.filter((number) => number !== null), to = logarithmic ? Math.log10 : (x) => x, from = logarithmic ? (x) => 10 ** x : (x) => x;
  let low = Infinity, high = -Infinity;
  for (const number of known) {
    low = Math.min(low, to(number));
    high = Math.max(high, to(number));
  }
  const span = high - low || 1, place = (number) => (high > low ? (to(number) - low) / span : 0.5);
  // Rounded outwards, so that what is at the end of a range is in it.
  const rounded = (position, round) => {
    const value = from(low + span * position);
    if (value === 0) return 0;
    const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 3);
    return Number((round(value / unit) * unit).toPrecision(6));
  };
  const linearMarks = () => {
    const { step } = roundRange(known) ?? { step: 1 }, first = Math.ceil(low / step - 1e-9);
    return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, k) => (first + k) * step);
  };
  const ticks = logarithmic ? logarithmicMarks(from(low), from(high)) : linearMarks();
  return {
    name, places: numbers.map((number) => (number === null ? null : place(number))),
    ticks: ticks.map((value) => ({ at: place(value), text: shortNumber(value) })),
    valueText: (position) => shortNumber(Number(from(low + span * position).toPrecision(4))),
    condition: ([a, b]) => [...(a > 0 ? [`${name} >= ${rounded(a, Math.floor)}`] : []), ...(b < 1 ? [`${name} <= ${rounded(b, Math.ceil)}`] : [])].join(" && "),
  };
}

function wordAxis({ name, values, at }) {
  const place = (k) => (k + 0.5) / values.length;
  const within = ([a, b]) => {
    const inside = values.filter((_, k) => place(k) >= a && place(k) <= b);
    return inside.length > 0 ? inside : [values[Math.min(Math.floor((a + b) / 2 * values.length), values.length - 1)]];
  };
  return {
    name, places: at.map((k) => (k === null ? null : place(k))), ticks: values.map((text, k) => ({ at: place(k), text })),
    valueText: (position) => values[Math.min(Math.floor(position * values.length), values.length - 1)],
    condition: (range) => {
      const words = within(range);
      if (words.length === values.length) return "";
      const text = words.map((word) => `${name} = ${quotedValue(word)}`).join(" || ");
      return words.length > 1 ? `(${text})` : text;
    },
  };
}

const parallelAxes = axes.length === 0 ? [] : [
  ...axes.map((axis) => (axis.words ? wordAxis(axis) : numberAxis(axis.name, axis.at.map((k) => (k === null ? null : Number(axis.values[k]))), isLogarithmic(axis)))),
  ...measuredAxes().map((name) => numberAxis(name, columns[name], false)),
];
const ranges = parallelAxes.map(() => null);

// What is selected, as a condition; empty for all.
const rangeCondition = () => parallelAxes.map((axis, k) => (ranges[k] ? axis.condition(ranges[k]) : "")).filter((text) => text !== "").join(" && ");

const parallelShown = () => element("parallel-details").open;
const axisX = (k, width) => parallelMargin.side + (k * (width - 2 * parallelMargin.side)) / Math.max(parallelAxes.length - 1, 1);
function placeY(position, height) {
  if (position === null) return height - missingPlace;
  return height - parallelMargin.bottom - position * (height - parallelMargin.top - parallelMargin.bottom);
}

function strokeLines(ctx, indices, width, height) {
  ctx.beginPath();
  for (const i of indices)
    for (const [k, axis] of parallelAxes.entries()) {
      const x = axisX(k, width), y = placeY(axis.places[i], height);
      if (k === 0) ctx.moveTo(x, y);
      else ctx.lineTo(x, y);
    }
  ctx.stroke();
}

// While a range is dragged, what lies within is told from places alone; then the condition says it.
const withinRanges = (i) => ranges.every((range, k) => !range || (parallelAxes[k].places[i] !== null && parallelAxes[k].places[i] >= range[0] - 1e-9 && parallelAxes[k].places[i] <= range[1] + 1e-9));

function drawAxis(ctx, k, width, height) {
  const { name, ticks } = parallelAxes[k], x = axisX(k, width);
  ctx.strokeStyle = colour("soft");
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(x, placeY(0, height));
  ctx.lineTo(x, placeY(1, height));
  ctx.stroke();
  if (ranges[k]) {
    const [low, high] = ranges[k].map((position) => placeY(position, height));
    ctx.fillStyle = transparent(colour("link"), 0.25);
    ctx.strokeStyle = colour("link");
    ctx.fillRect(x - 9, high, 18, low - high);
    ctx.strokeRect(x - 9, high, 18, low - high);
  }
  ctx.font = "12px system-ui, sans-serif";
  ctx.lineJoin = "round";
  ctx.lineWidth = 3;
  ctx.strokeStyle = colour("paper");
  const write = (text, at, y, ink) => {
    ctx.fillStyle = ink;
    ctx.strokeText(text, at, y);
    ctx.fillText(text, at, y);
  };
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  let free = Infinity;
  for (const { at, text } of ticks) {
    const y = placeY(at, height);
    if (y > free) continue;
    write(text, x - 6, y, colour("soft"));
    free = y - 14;
  }
  if (k < axes.length && meansNothingToSome(axes[k])) write("–", x - 6, placeY(null, height), colour("ink"));
  ctx.textAlign = "center";
  ctx.textBaseline = "alphabetic";
  const lines = name.replace("_", "\n").split("\n");
  lines.forEach((line, l) => write(line, x, parallelMargin.top - 14 - 14 * (lines.length - 1 - l), colour("ink")));
}

let dragging = null;

// All lines, faint: drawn once for a size and a theme, since there may be thousands.
let backdrop = null;
function allLines(canvas, whole, width, height) {
  const key = [canvas.width, canvas.height, colour("point")].join();
  if (backdrop?.key === key) return backdrop.image;
  const image = make("canvas", { width: canvas.width, height: canvas.height }), ctx = image.getContext("2d");
  ctx.scale(canvas.width / width, canvas.height / height);
  ctx.strokeStyle = transparent(colour("point"), 0.12);
  strokeLines(ctx, whole, width, height);
  backdrop = { key, image };
  return image;
}

function drawParallel() {
  if (!parallelShown() || parallelAxes.length === 0) return;
  const canvas = element("parallel"), width = canvas.parentElement.clientWidth, height = canvas.parentElement.clientHeight, ratio = devicePixelRatio || 1;
  if (width === 0 || height === 0) return;  // not laid out, as while the window is given another size
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext("2d");
  const whole = all.filter((i) => parallelAxes.slice(axes.length).every(({ places }) => places[i] !== null));
  const kept = new Set(filtered);
  const selected = whole.filter((i) => (dragging ? withinRanges(i) : kept.has(i)));
  const isSelected = new Set(selected);
  ctx.drawImage(allLines(canvas, whole, width, height), 0, 0);
  ctx.scale(ratio, ratio);
  ctx.lineWidth = 1;
  const by = colouring("parameters-colour"), groups = new Map();
  for (const i of selected) {
    const k = by ? by.of(i) : -1, ink = k >= 0 ? orderColour(k, by.texts.length) : colour("point");
    if (!groups.has(ink)) groups.set(ink, []);
    groups.get(ink).push(i);
  }
  const alpha = selected.length > 1000 ? 0.25 : selected.length > 200 ? 0.5 : 0.8;
  for (const [ink, indices] of groups) {
    ctx.strokeStyle = transparent(ink, alpha);
    strokeLines(ctx, indices, width, height);
  }
  ctx.lineWidth = 3;
  chosen.forEach((i, k) => {
    if (!isSelected.has(i)) return;
    ctx.strokeStyle = colour(`c${k}`);
    strokeLines(ctx, [i], width, height);
  });
  for (const k of parallelAxes.keys()) drawAxis(ctx, k, width, height);
  placeHandles(width, height);
  const condition = rangeCondition();
  element("parallel-selection").textContent = condition === "" ? "" : `Selected: ${condition} (${counted(filtered.length, "configuration")})`;
  element("parallel-clear").hidden = condition === "";
}

function rangesChanged() {
  for (const [k, range] of ranges.entries())
    if (range && range[0] <= 0 && range[1] >= 1) ranges[k] = null;
  filterChanged();
}

function clearRanges(k) {
  if (k === undefined) ranges.fill(null);
  else ranges[k] = null;
  rangesChanged();
}

// The ends of the ranges, for the keyboard.
let handles = [];

function placeHandles(width, height) {
  for (const { k, end, handle } of handles) {
    const position = ranges[k]?.[end] ?? end;
    handle.style.left = `${axisX(k, width) - 12}px`;
    handle.style.top = `${placeY(position, height) - (end === 0 ? 2 : 8)}px`;
    handle.setAttribute("aria-valuenow", position.toFixed(3));
    handle.setAttribute("aria-valuetext", parallelAxes[k].valueText(position));
  }
}

function moveHandle(k, end, event) {
  const steps = { ArrowUp: 0.02, ArrowRight: 0.02, ArrowDown: -0.02, ArrowLeft: -0.02, PageUp: 0.1, PageDown: -0.1, Home: -1, End: 1 };
  if (!(event.key in steps)) return;
  event.preventDefault();
  const range = ranges[k] ?? [0, 1], other = range[1 - end];
  const moved = Math.min(Math.max(range[end] + steps[event.key], 0), 1);
  range[end] = end === 0 ? Math.min(moved, other) : Math.max(moved, other);
  ranges[k] = range;
  rangesChanged();
}

function makeHandles() {
  handles = parallelAxes.flatMap((axis, k) => [0, 1].map((end) => ({
    k, end, handle: make("div", { class: "handle", role: "slider", tabindex: 0, "aria-orientation": "vertical", "aria-valuemin": 0, "aria-valuemax": 1,
                                  "aria-label": `${axis.name}: ${end === 0 ? "least" : "most"}`, onkeydown: (event) => moveHandle(k, end, event) }),
  })));
  element("parallel").parentElement.append(...handles.map(({ handle }) => handle));
}

// Where on which axis the pointer is; null beside all.
function pointed(event) {
  const box = element("parallel").getBoundingClientRect(), x = event.clientX - box.left, y = event.clientY - box.top;
  const k = parallelAxes.findIndex((_, at) => Math.abs(axisX(at, box.width) - x) <= reach);
  const position = (placeY(0, box.height) - y) / (placeY(0, box.height) - placeY(1, box.height));
  return k < 0 ? null : { k, position: Math.min(Math.max(position, 0), 1) };
}

function startDrag(event) {
  const at = pointed(event);
  if (!at || event.button !== 0) return;
  event.preventDefault();
  element("parallel").setPointerCapture(event.pointerId);
  const range = ranges[at.k], near = 0.02;
  // An end of a range is moved, or the whole of it; elsewhere a new one begins.
  if (range && Math.abs(at.position - range[0]) < near) dragging = { k: at.k, fixed: range[1] };
  else if (range && Math.abs(at.position - range[1]) < near) dragging = { k: at.k, fixed: range[0] };
  else if (range && at.position > range[0] && at.position < range[1]) dragging = { k: at.k, from: at.position, whole: [...range] };
  else dragging = { k: at.k, fixed: at.position };
  dragging.begin = at.position;
  dragging.before = range && [...range];
}

let drawPending = false;
function drag(event) {
  if (!dragging) {
    element("parallel").style.cursor = pointed(event) ? "ns-resize" : "";
    return;
  }
  const box = element("parallel").getBoundingClientRect();
  const position = Math.min(Math.max((placeY(0, box.height) - (event.clientY - box.top)) / (placeY(0, box.height) - placeY(1, box.height)), 0), 1);
  if (dragging.whole) {
    const by = Math.min(Math.max(position - dragging.from, -dragging.whole[0]), 1 - dragging.whole[1]);
    ranges[dragging.k] = dragging.whole.map((end) => end + by);
  } else {
    ranges[dragging.k] = [Math.min(dragging.fixed, position), Math.max(dragging.fixed, position)];
  }
  if (drawPending) return;
  drawPending = true;
  requestAnimationFrame(() => {
    drawPending = false;
    drawParallel();
  });
}

function endDrag() {
  if (!dragging) return;
  const { k, before } = dragging, range = ranges[k];
  dragging = null;
  // A click is no range.
  if (range && range[1] - range[0] < 0.005) ranges[k] = before;
  rangesChanged();
}

function setUpParallel() {
  if (parallelAxes.length < 3 || !all.some(isDone)) {
    element("parallel-details").hidden = true;
    return;
  }
  const canvas = element("parallel");
  if (axes.some(meansNothingToSome)) element("parallel-note").append(" Where a parameter does not apply, the line goes through the – below its axis.");
  addSaveButton("parallel");
  drawn.push(drawParallel);
  makeHandles();
  canvas.addEventListener("pointerdown", startDrag);
  canvas.addEventListener("pointermove", drag);
  canvas.addEventListener("pointerup", endDrag);
  canvas.addEventListener("pointercancel", endDrag);
  canvas.addEventListener("dblclick", (event) => clearRanges(pointed(event)?.k));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && rangeCondition() !== "" && event.target.tagName !== "INPUT") clearRanges();
  });
  addEventListener("resize", drawParallel);
  element("parallel-clear").addEventListener("click", () => clearRanges());
  element("parallel-details").open = manyValues;
  element("parallel-details").addEventListener("toggle", drawParallel);
}
