// The first layer as pictures: what the most used hidden units are tuned to, before and after training.

// As src/report/page_weights.hpp defines it.
const shareOf = (pixels, k) => (pixels.charCodeAt(k) - 80) / 45;

// The colour of the page at 0, that of positive or negative numbers at ±1.
function weightColours() {
  const [zero, negative, positive] = ["paper", "c0", "c1"].map((name) => [1, 3, 5].map((at) => parseInt(colour(name).slice(at, at + 2), 16)));
  return (share) => zero.map((from, k) => from + Math.abs(share) * ((share < 0 ? negative : positive)[k] - from));
}

function weightPicture({ rows, columns: width }, pixels, colourOf) {
  const canvas = make("canvas", { width, height: rows }), ctx = canvas.getContext("2d");
  const image = ctx.createImageData(width, rows);
  for (let k = 0; k < pixels.length; ++k) image.data.set([...colourOf(shareOf(pixels, k)), 255], 4 * k);
  ctx.putImageData(image, 0, 0);
  return canvas;
}

// "±0.030", "±120"
const weightScale = (most) => `±${most >= 1e-3 && most < 99.5 ? most.toPrecision(2) : shortNumber(Number(most.toPrecision(2)))}`;

function unitPictures(run, { unit, use, class: its, before, after }, colourOf) {
  const name = run.classes[its] === String(its) ? `class ${its}` : run.classes[its];
  const what = `Hidden unit ${unit}, used ${(100 * use).toFixed(0)} % as much as the first; largest output weight to ${name}; ` +
    `weights before training ${weightScale(before[0])}, after ${weightScale(after[0])}`;
  const picture = ([most, pixels]) => make("span", {}, weightPicture(run, pixels, colourOf), make("span", { class: "half" }, weightScale(most)));
  return make("li", {}, make("span", {}, `unit ${unit}`, make("span", { class: "half" }, ` ${name}`)),
              make("span", { class: "weights", role: "img", "aria-label": what, title: what }, picture(before), picture(after)));
}

function drawWeights() {
  const run = page.weights.runs[element("weights-run").value];
  if (!run) return;
  const colourOf = weightColours();
  element("weights-note").textContent = "The weights of a hidden unit, one for each pixel: left before training, right " +
    `after epoch ${run.epoch}. Each picture has a scale of its own, the number below it: blue is negative, the colour of the page 0, orange positive. ` +
    (run.units.length < run.hidden ? `Shown are the ${run.units.length} most used of ${run.hidden} units, ` : "The most used units come first, ") +
    "those with the largest ‖W1[:, unit]‖·‖W2[unit, :]‖. The class is that of the unit's largest output weight. " +
    "The weight of a pixel that is 0 in all images changes only by weight decay.";
  element("weights-units").replaceChildren(...run.units.map((unit) => unitPictures(run, unit, colourOf)));
}

function setUpWeights() {
  const { runs, configurations, why_not: whyNot } = page.weights;
  element("weights").hidden = runs.length === 0 && whyNot === "";
  element("weights-shown").hidden = runs.length === 0;
  const leftOut = configurations > runs.length
    ? `To keep the page small it has pictures of ${runs.length} of ${counted(configurations, "configuration")}: the best, the one with the widest gap, the next best; one seed each.`
    : "One seed of each configuration.";
  element("weights-left-out").textContent = whyNot ? `No pictures: ${whyNot}.` : leftOut;
  if (runs.length === 0) return;
  const marked = (i) => [i === best && "best", i === widest && "widest gap"].filter(Boolean).map((what) => ` (${what})`).join("");
  const select = element("weights-run");
  select.replaceChildren(...runs.map((run, k) => make("option", { value: k }, `${nameOf(run.configuration)}, seed ${run.seed}${marked(run.configuration)}`)));
  select.addEventListener("change", drawWeights);
  drawn.push(drawWeights);
  drawWeights();
}
