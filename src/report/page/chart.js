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
      for (const point of set.data) {
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

// A chart that can be drawn anew: `describe` gives its configuration.
const drawn = [];
function chartOn(id, describe) {
  let chart = null;
  const draw = () => {
    chart?.destroy();
    chart = new Chart(element(id), describe());
  };
  drawn.push(draw);
  return draw;
}

// Not within a chart's own event, which would go on with what has been destroyed.
const soon = (action) => setTimeout(action, 0);
