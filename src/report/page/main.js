function choiceChanged() {
  listChosen();
  drawAgainst();
  drawParameters();
  drawParallel();
  drawAccuracyCurves();
  drawLossCurves();
  drawTable();
}

function drawAll() {
  listChosen();
  for (const draw of drawn) draw();
}

const trustLine = ({ text, command }) => make("p", {}, ...(command ? [`${text} `, make("code", {}, command)] : [`${text}.`]));

document.title = `${page.name}: runner report`;
element("name").textContent = page.name;
element("description").textContent = page.description;
element("finding").textContent = page.finding;
element("trust").replaceChildren(...page.trust.sentences.map(trustLine));
element("facts").textContent = [
  ...page.datasets,
  ...page.differences.map((difference) => `files differ in ${difference}`),
  counted(page.configurations, "configuration"),
  counted(page.runs, "run") + (page.ended < page.runs ? ` (${page.ended.toLocaleString("en")} have ended so far)` : ""),
  ...(page.kept > 0 ? [`${counted(page.kept, "run")} whose values have left the config left out (--all counts them)`] : []),
  counted(page.epochs, "epoch"),
  ...(page.stopped ? [page.stopped] : []),
  `best configurations and epochs are chosen by the ${page.chosen_by} set`,
  ...(page.fixed ? [`fixed: ${page.fixed}`] : []),
].join("; ") + ".";
element("curves-note").textContent = curvesNote();
element("provenance").replaceChildren(...page.provenance.flatMap(([what, which]) => [make("dt", {}, what), make("dd", {}, which)]));
element("config").textContent = page.config;

setUpAgainst();
setUpCurves();
setUpTable();
setUpClasses();
setUpMaps();
setUpEffect();
setUpImportance();
setUpWeights();
setUpParameters();
setUpParallel();
choiceChanged();

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
// Paper is white.
function theme(print) {
  document.documentElement.classList.toggle("print", print);
  drawAll();
}
addEventListener("beforeprint", () => theme(true));
addEventListener("afterprint", () => theme(false));
