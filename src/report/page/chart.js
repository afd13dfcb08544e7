// What all charts share: colours of the theme, marks and dashes that say the same without colour, bars of
// intervals.

Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.font.family = "system-ui, sans-serif";
Chart.defaults.plugins.legend.display = false;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const marks = ["circle", "rect", "triangle", "rectRot", "star", "crossRot"];
const markText = ["●", "■", "▲", "◆", "✱", "✕"];
const mostChosen = marks.length;

function transparent(hex, alpha) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${r}, ${g}, ${b}, ${alpha})`;
}

function scale(title, more = {}) {
  return {
    title: { display: true, text: title, color: colour("ink") },
    grid: { color: colour("grid"), borderColor: colour("soft") },
    ...more,
    ticks: { color: colour("soft"), ...more.ticks },
  };
}

// A range of an axis that holds these numbers, from one round number to another; null for none.
function roundRange(numbers) {
  let low = Infinity, high = -Infinity;
  for (const number of numbers) {
    if (number === null) continue;
    low = Math.min(low, number);
    high = Math.max(high, number);
  }
  if (low > high) return null;
  const width = Math.max(high - low, Math.abs(high) * 1e-3, 1e-6);
  const power = 10 ** Math.floor(Math.log10(width / 6));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= width / 6);
  return { min: Math.floor((low - width * 0.03) / step) * step, max: Math.ceil((high + width * 0.03) / step) * step, step };
}

// The ends of the bar of an estimate.
const ends = (mean, half) => (mean === null ? [] : [mean - (half ?? 0), mean + (half ?? 0)]);

const accuracyLimits = [0, 1], lossLimits = [0, Infinity], noLimits = [-Infinity, Infinity];

// The range of numbers that cannot lie beyond limits, though their intervals may.
function rangeWithin([least, most], numbers) {
  const range = roundRange(numbers.map((number) => (number === null ? null : Math.min(Math.max(number, least), most))));
  return range && { ...range, min: Math.max(range.min, least), max: Math.min(range.max, most) };
}

// An axis over numbers.
function rangeScale(title, limits, numbers) {
  const range = rangeWithin(limits, numbers);
  if (range === null) return scale(title, { type: "linear" });
  return scale(title, { type: "linear", min: range.min, max: range.max, ticks: { stepSize: range.step,
                        callback: (value) => String(Number((Math.abs(value) < range.step * 1e-6 ? 0 : value).toPrecision(10))) } });
}

// Marks of an axis at these places alone.
const ticksAt = (places, text, more = {}) => ({
  afterBuildTicks: (axis) => { axis.ticks = places.map((value) => ({ value })); },
  ticks: { autoSkip: false, callback: text, ...more },
});

// "0.001", "1e-7"
const shortNumber = (number) => (number !== 0 && Math.abs(number) < 1e-3 ? number.toExponential().replace(/(\.\d{3})\d+/, "$1") : String(Number(number.toPrecision(6))));

// Round numbers between two numbers above 0: powers of ten; where these are few, 2 and 5 times them, too.
function logarithmicMarks(least, most) {
  const first = Math.floor(Math.log10(least)), count = Math.floor(Math.log10(most)) - first + 1;
  const times = most / least < 100 ? [1, 2, 5] : [1];
  return Array.from({ length: count }, (_, k) => times.map((factor) => Number(`${factor}e${first + k}`))).flat()
    .filter((mark) => mark >= least * (1 - 1e-9) && mark <= most * (1 + 1e-9));
}

// Bars for points that have xHalf or yHalf.
const intervals = {
  id: "intervals",
  beforeDatasetsDraw(chart) {
    const { ctx, chartArea: area, scales } = chart;
    ctx.save();
    ctx.beginPath();
    ctx.rect(area.left, area.top, area.width, area.height);
    ctx.clip();
    ctx.lineWidth = 1;
    for (const set of chart.data.datasets) {
      ctx.strokeStyle = set.barColor ?? set.borderColor;
      ctx.beginPath();
      const active = chart.getActiveElements().filter((item) => chart.data.datasets[item.datasetIndex] === set);
      for (const [k, point] of set.data.entries()) {
        if (set.barsOnHover && !active.some((item) => item.index === k)) continue;
        const x = scales.x.getPixelForValue(point.x), y = scales.y.getPixelForValue(point.y);
        if (point.yHalf) {
          ctx.moveTo(x, scales.y.getPixelForValue(point.y - point.yHalf));
          ctx.lineTo(x, scales.y.getPixelForValue(point.y + point.yHalf));
        }
        if (point.xHalf) {
          ctx.moveTo(scales.x.getPixelForValue(point.x - point.xHalf), y);
          ctx.lineTo(scales.x.getPixelForValue(point.x + point.xHalf), y);
        }
      }
      ctx.stroke();
    }
    ctx.restore();
  },
};

// Hands a file to the reader: the link lives as long as its click.
function save(name, href) {
  make("a", { href, download: `${page.name.replace(/[^\w.-]+/g, "_")}-${name}` }).click();
}

// A plot on the colour of the page: a canvas is transparent.
function savePlot(id) {
  const plot = element(id), copy = make("canvas", { width: plot.width, height: plot.height }), ctx = copy.getContext("2d");
  ctx.fillStyle = colour("paper");
  ctx.fillRect(0, 0, copy.width, copy.height);
  ctx.drawImage(plot, 0, 0);
  save(`${id}.png`, copy.toDataURL("image/png"));
}

// The colour of the k-th of n things in an order; the end of the map that the paper would swallow is left out.
function orderColour(k, n) {
  const dark = colour("paper") !== "#ffffff", t = n > 1 ? k / (n - 1) : 0.5;
  return page.colours[Math.round((dark ? 0.35 + 0.65 * t : 0.85 * t) * (page.colours.length - 1))][0];
}

function addSaveButton(id) {
  element(id).after(make("button", { type: "button", class: "save", "aria-label": `Save the plot ${id} as PNG`, onclick: () => savePlot(id) }, "PNG"));
}

// A chart that can be drawn anew: `describe` gives its configuration. While it is not in sight it is not drawn.
const drawn = [];
function chartOn(id, describe, isShown = () => true) {
  let chart = null;
  const draw = () => {
    if (!isShown()) return;
    chart?.destroy();
    chart = new Chart(element(id), describe());
  };
  addSaveButton(id);
  drawn.push(draw);
  return draw;
}

// Not within a chart's own event, which would go on with what has been destroyed.
const soon = (action) => setTimeout(action, 0);
