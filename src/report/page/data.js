// The data of the page, and words for it. `i` is the index of a configuration throughout.

const page = JSON.parse(document.getElementById("data").textContent);
const { axes, columns, best, widest } = page;
const all = Array.from({ length: page.configurations }, (_, i) => i);
const element = (id) => document.getElementById(id);

// An element with attributes and children; text stays text.
function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

const counted = (n, noun) => `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
// Four decimals as in the terminal: an exact half (only odd multiples of 1/32 are one) goes to the even digit.
function fourDecimals(number) {
  const half = Number.isInteger(number * 32) && !Number.isInteger(number * 16) && Math.abs(number) < 1e9;
  if (!half) return number.toFixed(4);
  const below = Math.floor(number * 10000);
  return ((below % 2 === 0 ? below : below + 1) / 10000).toFixed(4);
}
const fixed = (number) => (number === null || number === undefined ? "–" : fourDecimals(number));
const halfWidth = (half) => (half === null || half === undefined ? "" : `±${(Math.ceil(half * 1000) / 1000).toFixed(3).replace(/^0/, "")}`);
// Of two seeds there is a range in place of an interval.
const spreadOf = (name, i) => {
  const range = page.ranges[name]?.[i];
  return range ? ` (${fixed(range[0])} to ${fixed(range[1])})` : halfWidth(columns[`${name}_ci`][i]);
};
const withSpread = (name, i) => `${fixed(columns[name][i])}${spreadOf(name, i)}`;
const withHalf = (mean, half) => `${fixed(mean)}${halfWidth(half)}`;

// Null on an axis that means nothing to the configuration, such as momentum to sgd.
const valueOf = (axis, i) => (axis.at[i] === null ? null : axis.values[axis.at[i]]);
const meansNothingToSome = (axis) => axis.at.includes(null);
const axisNamed = (name) => axes.find((axis) => axis.name === name);
const nameOf = (i) => axes.filter((axis) => axis.at[i] !== null).map((axis) => `${axis.name} ${valueOf(axis, i)}`).join(", ") || "the configuration";
const isDone = (i) => columns.measured[i] > 0;
const verdicts = ["overfits", "perhaps", "fits", "did_not_learn", "diverged"];
const verdictText = (verdict) => verdict.replaceAll("_", " ") || "–";
// The verdict is one on overfitting.
const learned = (i) => ["overfits", "perhaps", "fits"].includes(columns.verdict[i]);
