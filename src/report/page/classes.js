// What the networks see, class by class: of one configuration the confusion matrix and the figures of each class; of its file the test images that
// most runs misclassified.

const { of: classesOf, files: classFiles } = page.classes;
const classFigures = [["accuracy", "accuracy"], ["precision", "precision"], ["recall", "recall"], ["f1", "F1"]];

// A mean number of images, as in the terminal: whole, or with a decimal where it is below a hundred.
const imageCount = (mean) => (Number.isInteger(mean) || mean >= 99.95 ? String(Math.round(mean)) : (Math.round(mean * 10) / 10).toFixed(1));

const overRuns = ({ runs, epochs: [least, most] }) =>
  `${runs === 1 ? "of one seed" : `mean over ${runs} seeds`}, after epoch ${least === most ? most : `${least} to ${most}`}`;

// The more of a class's images are taken for another class, the stronger the colour; the largest of these shares has the full one.
function confusionMatrix({ runs, confusion }, { names, images }, title) {
  const n = names.length;
  const share = (r, c) => (r === c || images[r] === 0 ? 0 : confusion[r * n + c] / runs / images[r]);
  const most = Math.max(...confusion.map((_, at) => share(Math.floor(at / n), at % n)));
  const cell = (r, c) => {
    const count = imageCount(confusion[r * n + c] / runs);
    if (r === c) return make("td", { class: "right", title: `${names[r]}: ${count} of ${counted(images[r], "image")} classified right` }, count);
    const shown = make("td", { title: `${names[r]} taken for ${names[c]}: ${count} of ${counted(images[r], "image")}` }, count);
    shown.style.setProperty("--share", most > 0 ? share(r, c) / most : 0);
    return shown;
  };
  return make("table", { class: "confusion" }, make("caption", {}, title),
              make("thead", {}, make("tr", {}, make("th", { scope: "col" }, "class ↓ taken for →"), ...names.map((name) => make("th", { scope: "col" }, name)))),
              make("tbody", {}, ...names.map((name, r) => make("tr", {}, make("th", { scope: "row" }, name), ...names.map((_, c) => cell(r, c))))));
}

// Of two seeds there is a range in place of an interval.
const figureSpread = ([, half, least, most]) => (least === undefined ? halfWidth(half) : ` (${fixed(least)} to ${fixed(most)})`);

function figuresTable(its, { names, images }, title) {
  const cell = (figure) => make("td", {}, fixed(figure[0]), make("span", { class: "half" }, figureSpread(figure)));
  return make("table", {}, make("caption", {}, title),
              make("thead", {}, make("tr", {}, ...["class", "images", ...classFigures.map(([, heading]) => heading)].map((heading) => make("th", { scope: "col" }, heading)))),
              make("tbody", {}, ...names.map((name, k) => make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, images[k].toLocaleString("en")),
                                                               ...classFigures.map(([figure]) => cell(its[figure][k]))))));
}

// An image as its bytes are: 0 is black.
function imageCanvas(bytes, rows, cols, label) {
  const canvas = make("canvas", { width: cols, height: rows, role: "img", "aria-label": label }), ctx = canvas.getContext("2d");
  const data = ctx.createImageData(cols, rows);
  for (let at = 0; at < rows * cols; ++at) data.data.set([bytes.charCodeAt(at), bytes.charCodeAt(at), bytes.charCodeAt(at), 255], 4 * at);
  ctx.putImageData(data, 0, 0);
  return canvas;
}

function misclassifiedImages({ names, misclassified, rows, columns: cols, pixels, runs }) {
  const bytes = atob(pixels), size = rows * cols;
  return misclassified.map(([image, label, predicted, wrong], k) => {
    const drawn = size > 0 && bytes.length >= (k + 1) * size;
    const picture = drawn ? [imageCanvas(bytes.slice(k * size, (k + 1) * size), rows, cols, `Test image ${image}`)] : [];
    return make("li", {}, ...picture, make("span", {}, `${names[label]} taken for ${names[predicted]}`),
                make("span", { class: "note number" }, `image ${image}, ${wrong} of ${runs}`));
  });
}

function drawClasses() {
  const i = Number(element("classes-configuration").value), its = classesOf[i], file = classFiles[its.file];
  element("classes-matrix").replaceChildren(confusionMatrix(its, file, `Confusion matrix: test images, ${overRuns(its)}; ${nameOf(i)}`));
  element("classes-figures").replaceChildren(figuresTable(its, file, "Figures of each class"));
  element("misclassified").replaceChildren(...misclassifiedImages(file));
  element("misclassified-note").textContent = file.misclassified.length === 0 ? "No run misclassified a test image."
    : `The ${counted(file.misclassified.length, "test image")} that ${file.runs === 1 ? "the one run" : `most of ${file.runs.toLocaleString("en")} runs`} misclassified` +
      `${classFiles.length > 1 ? " in the file of this configuration" : ""}, each with its number (the first is 0), the class that most of these runs took it for, and how many runs misclassified it. ` +
      `${file.pixels === "" && file.no_pixels ? `They are not drawn: ${file.no_pixels}.` : ""}`;
}

// Shows a configuration, if there are predictions of it.
function showClasses(i) {
  if (!classesOf[i]) return;
  element("classes-configuration").value = i;
  drawClasses();
}

function setUpClasses() {
  const shown = sorted(all.filter((i) => classesOf[i]));
  element("classes-shown").hidden = shown.length === 0;
  element("classes-note").textContent = shown.length === 0
    ? 'The results file has no predictions for the test images: "save_predictions": true in the config keeps them when the sweep is trained.'
    : "Rows are the classes that the test images belong to, columns those that were predicted; colour marks confusions, by their share of the row. Accuracy is that of the " +
      "answer to “is it this class?”; precision is the share of the images predicted as the class that belong to it; recall is the share of the images of the class that were " +
      `predicted as it; F1 is their harmonic mean. ± 95 % interval over the seeds, of two seeds their range.${page.classes.left_out > 0
        ? ` The ${counted(page.classes.left_out, "configuration")} with the lowest accuracy left out, to keep the page small.` : ""} ` +
      "A configuration that is ticked in the table is shown here, too.";
  if (shown.length === 0) return;
  const select = element("classes-configuration");
  select.replaceChildren(...shown.map((i) => make("option", { value: i }, `${nameOf(i)}${i === best ? ` (best ${page.chosen_by} accuracy)` : ""}`)));
  select.addEventListener("change", drawClasses);
  showClasses(classesOf[best] ? best : shown[0]);
}
