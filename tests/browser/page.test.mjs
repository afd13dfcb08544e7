// The page of `runner report` as its readers meet it: from disk, in Chromium.

import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const { PAGES, PICTURES } = process.env;
let browser;

before(async () => {
  const args = process.getuid() === 0 ? ["--no-sandbox"] : [];
  browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args, timeout: 120_000 });
  if (PICTURES) await mkdir(PICTURES, { recursive: true });
});
after(() => browser?.close());

// Opens a page, calls `look` with it, and asks that it had nothing to complain about and fetched nothing.
async function open(name, look, { width = 1280, colorScheme = "light" } = {}) {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  page.setDefaultTimeout(120_000);
  const complaints = [], requests = [];
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => requests.push(request.url()));
  const url = pathToFileURL(`${PAGES}/${name}.html`).href;
  await page.goto(url);
  try {
    await look(page);
    assert.deepEqual(complaints, []);
    assert.deepEqual(requests, [url]);
  } finally {
    await page.close();
  }
}

// How many pixels of a canvas differ from its background.
const drawnPixels = (page, id) => page.$eval(`#${id}`, (canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let drawn = 0;
  for (let at = 3; at < data.length; at += 4) drawn += data[at] > 0;
  return drawn;
});
const picture = (page, id) => page.$eval(`#${id}`, (canvas) => canvas.toDataURL());
const rows = (page) => page.locator("#table tbody tr");
const columnOf = async (page, heading) => {
  const headings = await page.locator("#table thead th").allTextContents();
  const at = headings.findIndex((text) => text.replace(/\s+/g, " ") === heading);
  assert.ok(at >= 0, `${heading} in ${headings}`);
  return page.$$eval("#table tbody tr", (trs, k) => trs.map((tr) => tr.cells[k].textContent), at);
};
const numbers = (texts) => texts.map((text) => parseFloat(text));

test("draws every chart", () => open("small", async (page) => {
  for (const id of ["against", "accuracy-curves", "loss-curves", "effect-gap", "effect-accuracy"])
    assert.ok(await drawnPixels(page, id) > 2000, id);
  assert.equal(await page.locator(".heat").count(), 2);
  assert.equal(await page.title(), "small: runner report");
}));

test("says what was found", () => open("small", async (page) => {
  assert.match(await page.textContent("#finding"), /^Of 18 configurations, by test loss: .*; the best test accuracy is/);
  assert.match(await page.textContent("#facts"), /images to train on, .* images? to test; /);
  assert.match(await page.textContent("#facts"), /18 configurations; 54 runs; 6 epochs; .* chosen by the test set; fixed: batch_size 20/);
}));

test("says how far the best can be trusted, in the words of compare, and marks what is like it", () => open("small", async (page) => {
  const text = (await readFile(`${PAGES}/small.txt`)).toString(), words = text.replace(/\s+/g, " ");
  const sentences = await page.locator("#trust p").allTextContents();
  assert.ok(sentences.length >= 2, sentences.join("\n"));
  for (const sentence of sentences) assert.ok(words.includes(sentence.replace(/\.$/, "")), `${sentence} in\n${text}`);
  assert.match(await page.textContent("#finding"), /, without the luck of being chosen 0\.\d{4}\.$/);

  const marked = page.getByRole("img", { name: /^may be as good as the best/ });
  assert.ok(await marked.count() >= 1);
  assert.equal(await marked.count(), text.match(/~0\.\d{4} /g).length);
  assert.equal(await page.locator("#table").getByRole("img", { name: "best test accuracy" }).textContent(), "+");
  assert.match(await page.textContent("#table-note"), /^\+ best test accuracy, ~ may be as good as the best \(95 %, of all configurations\)[,;] /);

  // They are said of all.
  assert.equal(await page.locator("#scope").isHidden(), true);
  await page.fill("#filter", "hidden_size >= 8");
  assert.equal(await page.locator("#scope").isVisible(), true);
  assert.deepEqual(await page.locator("#trust p").allTextContents(), sentences);
  await page.fill("#filter", "");
  assert.equal(await page.locator("#scope").isHidden(), true);
}));

test("of one seed nothing is marked, and two more are asked for", () => open("diverged", async (page) => {
  assert.match(await page.textContent("#trust"), /^With 1 seed no configuration is known to be better than another; 2 more seeds would measure the noise/);
  assert.match(await page.textContent("#trust code"), /^runner diverged\.json /);
  assert.equal(await page.getByRole("img", { name: /^may be as good/ }).count(), 0);
  assert.doesNotMatch(await page.textContent("#table-note"), /~/);
}));

test("shows the weights of the most used units before and after training", () => open("weights", async (page) => {
  const select = page.locator("#weights-run");
  assert.equal(await select.locator("option").count(), 6);
  assert.match(await select.locator("option:checked").textContent(), /^learning_rate .*, hidden_size \d+, seed 1 \(best\)/);
  assert.match(await page.textContent("#weights-left-out"), /^To keep the page small it has pictures of 6 of 8 configurations: the best, /);
  const units = page.locator("#weights-units li");
  const bySize = async (hidden) => select.selectOption(await select.locator("option", { hasText: `hidden_size ${hidden},` }).first().getAttribute("value"));
  const first = await page.locator("#weights-units").innerHTML();
  await select.focus();
  await page.keyboard.press("ArrowDown");
  assert.equal(await select.inputValue(), "1");
  assert.notEqual(await page.locator("#weights-units").innerHTML(), first);
  await bySize(30);
  assert.equal(await units.count(), 24);
  assert.match(await page.textContent("#weights-note"), /after epoch 6\..*Shown are the 24 most used of 30 units, those with the largest ‖W1/);
  const names = await page.locator("#weights-units [role=img]").evaluateAll((all) => all.map((one) => one.getAttribute("aria-label")));
  const used = names.map((name) => Number(/^Hidden unit \d+, used (\d+) % as much as the first; largest output weight to class [0-3]; /.exec(name)[1]));
  assert.equal(used[0], 100);
  assert.deepEqual(used, [...used].sort((a, b) => b - a));
  const [untrained, trained] = await units.first().locator("canvas").evaluateAll((all) => all.map((canvas) => canvas.toDataURL()));
  assert.notEqual(untrained, trained);
  assert.deepEqual(await units.first().locator("canvas").first().evaluate((canvas) => [canvas.width, canvas.height]), [6, 6]);
  await bySize(3);
  assert.equal(await units.count(), 3);
  assert.match(await page.textContent("#weights-note"), /The most used units come first, those/);
  // The colours are those of the theme.
  const shown = () => units.first().locator("canvas").nth(1).evaluate((canvas) => canvas.toDataURL()), light = await shown();
  await page.emulateMedia({ colorScheme: "dark" });
  for (let waited = 0; await shown() === light && waited < 100; ++waited) await page.waitForTimeout(100);
  assert.notEqual(await shown(), light);
}));

test("has no pictures where there are no weights", () => open("small", async (page) => {
  assert.equal(await page.locator("#weights").isHidden(), true);
}));

test("shows hostile text as text", () => open("small", async (page) => {
  assert.equal(await page.textContent("#description"), "</script><img src=x onerror=alert(1)> & \"quotes\" <b>bold</b>");
  assert.equal(await page.locator("img, b").count(), 0);
  await page.click("summary");
  assert.match(await page.textContent("#config"), /<img src=x onerror=alert\(1\)>/);
}));

test("a click on a point chooses it", () => open("small", async (page) => {
  assert.ok(await page.locator("#chosen li").count() >= 1);
  while (await page.locator("#chosen li").count() > 0) await page.locator("#chosen button").first().click();
  const before = await picture(page, "accuracy-curves");
  // Where a point is, the chart knows.
  const point = await page.evaluate(() => {
    const chart = Chart.getChart("against"), set = chart.data.datasets.findIndex(({ label }) => label === "other configurations");
    const { x, y } = chart.getDatasetMeta(set).data[0];
    return { x, y };
  });
  await page.locator("#against").click({ position: point });
  await page.waitForFunction(() => document.querySelectorAll("#chosen li").length === 1);
  assert.equal(await page.locator("#table tr.chosen").count(), 1);
  assert.notEqual(await picture(page, "accuracy-curves"), before);
  // And another takes it away again.
  const chosen = await page.evaluate(() => {
    const { x, y } = Chart.getChart("against").getDatasetMeta(0).data[0];
    return { x, y };
  });
  await page.locator("#against").click({ position: chosen });
  await page.waitForFunction(() => document.querySelectorAll("#chosen li").length === 0);
}));

test("rows are chosen by keyboard, six at most", () => open("small", async (page) => {
  const boxes = page.locator("#table input");
  for (let k = 0; k < 8; ++k) {
    if (await boxes.nth(k).isChecked()) continue;
    await boxes.nth(k).focus();
    await page.keyboard.press("Space");
  }
  assert.equal(await page.locator("#chosen li").count(), 6);
  assert.equal(await page.locator("#table tr.chosen").count(), 6);
  assert.equal(new Set(await page.locator("#chosen span").allTextContents()).size, 6, "marks of their own");
}));

test("headings sort, by keyboard too", () => open("small", async (page) => {
  const heading = page.locator("#table thead button", { hasText: /^gap$/ });
  await heading.click();
  const down = numbers(await columnOf(page, "gap"));
  assert.deepEqual(down, [...down].sort((a, b) => b - a));
  assert.equal(await page.locator("th[aria-sort=descending]").textContent(), "gap");
  await heading.focus();
  await page.keyboard.press("Enter");
  const up = numbers(await columnOf(page, "gap"));
  assert.deepEqual(up, [...down].reverse());
  assert.equal(await page.locator("th[aria-sort]").count(), 1);
}));

test("conditions filter table and points", () => open("small", async (page) => {
  const points = () => page.evaluate(() => Chart.getChart("against").data.datasets.flatMap(({ data }) => data).filter(({ i }) => i !== undefined).length);
  assert.equal(await points(), 18);
  await page.fill("#filter", "hidden_size>=8 && loss=cross_entropy");
  assert.equal(await rows(page).count(), 6);
  assert.equal(await points(), 6);
  assert.equal(await page.textContent("#shown"), "6 of 18 configurations");
  await page.fill("#filter", "hidden_size>=8, loss!=cross_entropy,learning_rate<1");
  assert.equal(await rows(page).count(), 4);
  await page.fill("#filter", "(hidden_size = 2 || hidden_size = 32) && batch_size = 20 && gap > -100");
  assert.equal(await rows(page).count(), 12);
  await page.fill("#filter", "batch_size = 21");
  assert.equal(await rows(page).count(), 0);
  await page.fill("#filter", "gap<-100");
  assert.equal(await rows(page).count(), 0);
}));

test("what is no condition is said", () => open("small", async (page) => {
  for (const [text, says] of [["hidden_size", /at the end: expected one of < <= = != >= >/], ["hiden_size=3", /did you mean "hidden_size"\?/],
                              ["loss<3", /compare them with = or !=/], ["gap>x", /at position 5: "x" is not a number/],
                              ["verdict=great", /"great" is not a value of verdict: the values are diverged, did_not_learn/]]) {
    await page.fill("#filter", "hidden_size>=8");
    assert.equal(await rows(page).count(), 12);
    await page.fill("#filter", text);
    assert.match(await page.textContent("#filter-note"), says);
    assert.match(await page.textContent("#filter-note"), /All configurations are shown/);
    assert.equal(await page.getAttribute("#filter", "aria-invalid"), "true");
    assert.equal(await rows(page).count(), 18);
  }
  await page.fill("#filter", "");
  assert.equal(await page.textContent("#filter-note"), "");
}));

test("heat maps are of the parameters that are chosen", () => open("small", async (page) => {
  await page.selectOption("#map-rows", "learning_rate");
  await page.selectOption("#map-columns", "loss");
  assert.deepEqual(await page.locator("#gap-map tbody th").allTextContents(), ["0.1", "0.5", "2"]);
  assert.deepEqual((await page.locator("#gap-map thead th").allTextContents()).slice(1), ["cross_entropy", "mean_squared_error"]);
  await page.selectOption("#map-rows", "loss");
  assert.notEqual(await page.inputValue("#map-columns"), "loss");
  await page.locator("#gap-map button").first().click();
  assert.match(await page.inputValue("#filter"), /^loss = cross_entropy && /);
  assert.ok(await rows(page).count() < 18);
}));

test("what is written on a cell can be read", async () => {
  for (const colorScheme of ["light", "dark"])
    await open("small", async (page) => {
      const worst = await page.$$eval(".heat button", (buttons) => {
        const light = (text) => {
          const [r, g, b] = text.match(/\d+/g).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        return Math.min(...buttons.map((button) => {
          const { color, backgroundColor } = getComputedStyle(button);
          const [a, b] = [light(color), light(backgroundColor)].sort((x, y) => y - x);
          return (a + 0.05) / (b + 0.05);
        }));
      });
      assert.ok(worst >= 4.5, `contrast ${worst}`);
    }, { colorScheme });
});

test("one parameter, all else the same", () => open("small", async (page) => {
  assert.equal(await page.locator("#effect-axis option:checked").textContent(), "hidden_size");
  assert.match(await page.textContent("#effect-note"), /^18 runs for each value \(6 settings of the others, 3 seeds\), which differ in hidden_size alone/);
  // Against itself the first value has changed by nothing.
  assert.deepEqual(await page.evaluate(() => Chart.getChart("effect-gap").data.datasets[0].data[0].y), 0);
  const before = await picture(page, "effect-gap");
  await page.selectOption("#effect-axis", { label: "loss" });
  assert.match(await page.textContent("#effect-note"), /^27 runs for each value \(9 settings of the others, 3 seeds\), which differ in loss alone/);
  assert.notEqual(await picture(page, "effect-gap"), before);
}));

test("verdicts are words, and filter", () => open("small", async (page) => {
  const words = new Set(await columnOf(page, "verdict"));
  for (const word of words) assert.ok(["overfits", "perhaps", "fits", "did not learn", "diverged"].includes(word), word);
  let sum = 0;
  for (const verdict of ["overfits", "perhaps", "fits", "did_not_learn", "diverged"]) {
    await page.fill("#filter", `verdict=${verdict}`);
    sum += await rows(page).count();
    for (const word of await columnOf(page, "verdict")) assert.equal(word, verdict.replaceAll("_", " "));
  }
  assert.equal(sum, 18);
}));

test("the best is on top, what did not learn is last", () => open("diverged", async (page) => {
  assert.deepEqual((await columnOf(page, "verdict")).at(-1), "diverged");
  await open("small", async (other) => {
    const verdicts = await columnOf(other, "verdict"), best = numbers(await columnOf(other, "best test accuracy"));
    const learned = best.filter((_, k) => ["overfits", "perhaps", "fits"].includes(verdicts[k]));
    assert.deepEqual(best.slice(0, learned.length), [...learned].sort((a, b) => b - a));
  });
}));

test("plots and the table are saved", () => open("small", async (page) => {
  const saved = async (selector) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
    return [download.suggestedFilename(), await readFile(await download.path())];
  };
  const [plot, png] = await saved("#against + .save");
  assert.equal(plot, "small-against.png");
  assert.equal(png.subarray(1, 4).toString(), "PNG");
  await page.fill("#filter", "hidden_size=8, loss=cross_entropy");
  await page.locator("#table thead button", { hasText: /^learning/ }).click();
  const [table, csv] = await saved("#save-table");
  assert.equal(table, "small-table.csv");
  const [head, ...lines] = csv.toString().trim().split(/\r?\n/).map((line) => line.split(","));
  const whole = (await readFile(`${PAGES}/small.csv`)).toString().trim().split(/\r?\n/).map((line) => line.split(","));
  assert.deepEqual(head, whole[0], "the columns of compare --csv");
  assert.deepEqual(lines.map((line) => line[head.indexOf("learning_rate")]), ["0.1", "0.5", "2"]);
  for (const line of lines) assert.ok(whole.some((other) => other.join() === line.join()), line.join());
}));

test("digits are those of the terminal", () => open("small", async (page) => {
  const text = (await readFile(`${PAGES}/small.txt`)).toString();
  for (const name of ["train accuracy", "test accuracy"])
    for (const shown of await columnOf(page, name)) {
      const mean = shown.replace(/±.*/, "");
      assert.ok(text.includes(` ${mean} `), `${name} ${mean} in\n${text}`);
    }
}));

test("single seeds and logarithmic loss are drawn on demand", () => open("small", async (page) => {
  const before = [await picture(page, "loss-curves"), await picture(page, "accuracy-curves")];
  await page.check("#curves-log");
  const logarithmic = await picture(page, "loss-curves");
  assert.notEqual(logarithmic, before[0]);
  assert.equal(await page.evaluate(() => Chart.getChart("loss-curves").options.scales.y.type), "logarithmic");
  assert.equal(await picture(page, "accuracy-curves"), before[1]);
  await page.check("#curves-seeds");
  assert.notEqual(await picture(page, "accuracy-curves"), before[1]);
  // Of each configuration three seeds and their mean, on two sets.
  const chosen = await page.locator("#chosen li").count();
  assert.equal(await page.evaluate(() => Chart.getChart("loss-curves").data.datasets.length), chosen * 2 * 4);
}));

test("says why single seeds are not there", () => open("large", async (page) => {
  assert.equal(await page.isDisabled("#curves-seeds"), true);
  assert.match(await page.textContent("#curves-seeds-note"), /several seeds/);
}));

test("points are coloured by a parameter, with a legend", () => open("small", async (page) => {
  const before = await picture(page, "against");
  await page.selectOption("#against-colour", "learning_rate");
  assert.notEqual(await picture(page, "against"), before);
  assert.deepEqual((await page.locator("#against-legend li").allTextContents()).map((text) => text.slice(2)), ["0.1", "0.5", "2"]);
  const colours = await page.$$eval("#against-legend span", (spans) => spans.map((span) => span.style.color));
  assert.equal(new Set(colours).size, 3);
}));

test("several files are an axis", () => open("several", async (page) => {
  assert.equal(await page.textContent("#name"), "small and validated");
  assert.equal(await rows(page).count(), 21);
  await page.fill("#filter", "file=validated");
  assert.equal(await rows(page).count(), 3);
  assert.match(await page.textContent("#facts"), /files differ in /);
}));

test("head and first columns of the table stay in sight", () => open("small", async (page) => {
  const box = page.locator(".tall"), first = page.locator("#table tbody tr:first-child td:first-child"), head = page.locator("#table thead th:first-child");
  const at = [await first.boundingBox(), await head.boundingBox()];
  await box.evaluate((element) => { element.scrollLeft = 300; });
  assert.equal((await first.boundingBox()).x, at[0].x);
  await box.evaluate((element) => { element.style.maxHeight = "200px"; element.scrollTop = 150; });
  assert.equal((await head.boundingBox()).y, at[1].y);
}, { width: 700 }));

test("a validation set is chosen by, and drawn", () => open("validated", async (page) => {
  assert.match(await page.textContent("#finding"), /by validation loss/);
  assert.match(await page.textContent("#curves-note"), /^train solid, validation dotted, test dashed/);
  assert.equal((await columnOf(page, "validation accuracy")).length, 3);
  assert.equal(await page.locator("#maps").isHidden(), true);
}));

test("one configuration has nothing to compare", () => open("one", async (page) => {
  assert.match(await page.textContent("#finding"), /^The network /);
  assert.equal(await page.locator("#maps").isHidden(), true);
  assert.equal(await page.locator("#effect").isHidden(), true);
  assert.ok(await drawnPixels(page, "accuracy-curves") > 1000);
}));

test("runs that diverged are counted", () => open("diverged", async (page) => {
  const done = await columnOf(page, "seeds done");
  assert.ok(done.some((text) => /^0\/1, 1 diverged$/.test(text)), done.join("; "));
  assert.ok(done.some((text) => text === "1/1"), done.join("; "));
  assert.ok(await page.locator("#table input:disabled").count() >= 1);
  assert.match(await page.textContent("#effect-note"), /^No setting of the other parameters has finished runs for every /);
  assert.equal(await page.locator("#effect-gap").isHidden(), true);
}));

test("10,000 configurations can be used", () => open("large", async (page) => {
  assert.equal(await rows(page).count(), 100);
  assert.equal(await page.textContent("#more"), "Show 100 more of 9,900");
  await page.click("#more");
  assert.equal(await rows(page).count(), 200);
  await page.fill("#filter", "hidden_size=50 && learning_rate<=0.5");
  assert.equal(await rows(page).count(), 50);
  await page.locator("#table thead button", { hasText: /^gap$/ }).click();
  const gaps = numbers(await columnOf(page, "gap"));
  assert.deepEqual(gaps, [...gaps].sort((a, b) => b - a));
}));

// Drags on an axis of the parallel coordinates, from one share of its height to another.
async function dragOnAxis(page, axis, from, to) {
  await page.locator("#parallel").scrollIntoViewIfNeeded();
  const { x, y, width, height } = await page.locator("#parallel").boundingBox();
  const axes = await page.locator(".handle").count() / 2;
  const at = x + 62 + (axis * (width - 124)) / (axes - 1), place = (share) => y + height - 14 - share * (height - 60);
  await page.mouse.move(at, place(from));
  await page.mouse.down();
  await page.mouse.move(at, place((from + to) / 2));
  await page.mouse.move(at, place(to));
  await page.mouse.up();
}
const shownOf = async (page) => Number(/^\d+/.exec(await page.textContent("#shown"))[0]);

test("sections of many values are folded on the page of a small grid, open where values were drawn", async () => {
  await open("small", async (page) => {
    for (const id of ["parallel-details", "parameters-details"]) assert.equal(await page.$eval(`#${id}`, (details) => details.open), false, id);
    await page.click("#parallel-details summary");
    await page.waitForFunction(() => document.getElementById("parallel").width > 300);
    assert.ok(await drawnPixels(page, "parallel") > 2000);
  });
  await open("drawn", async (page) => {
    for (const id of ["parallel", "parameter-0-accuracy", "parameter-3-gap"]) assert.ok(await drawnPixels(page, id) > 1000, id);
    assert.equal(await page.evaluate(() => Chart.getChart("parameter-0-accuracy").options.scales.x.type), "logarithmic");
    const points = () => page.evaluate(() => Chart.getChart("parameter-0-accuracy").data.datasets.filter(({ label }) => label !== "").flatMap(({ data }) => data).length);
    assert.equal(await points(), 100, "a point for each run");
    if (PICTURES) await page.screenshot({ path: `${PICTURES}/drawn.png`, fullPage: true });
  });
});

test("ranges on axes select, everywhere, and several are joined", () => open("drawn", async (page) => {
  await dragOnAxis(page, 0, -0.03, 0.5);
  const lower = await shownOf(page);
  assert.ok(lower >= 48 && lower <= 52, `${lower} of 100: half of the learning rates`);
  assert.match(await page.textContent("#parallel-selection"), /^Selected: learning_rate <= [\d.]+ \(\d+ configurations\)$/);
  assert.equal(await page.evaluate(() => Chart.getChart("against").data.datasets.flatMap(({ data }) => data).filter(({ i }) => i !== undefined).length), lower);
  const faded = await page.evaluate(() => Chart.getChart("parameter-1-gap").data.datasets.at(-1).data.length);
  assert.equal(faded, 100 - lower);
  await dragOnAxis(page, 3, 0.6, 1.1);
  assert.match(await page.textContent("#parallel-selection"), /learning_rate <= [\d.]+ && .* = /);
  assert.equal(await shownOf(page), lower / 2);
  // The condition is what compare --where takes: in the filter it selects the same.
  const condition = /^Selected: (.*) \(/.exec(await page.textContent("#parallel-selection"))[1];
  await page.keyboard.press("Escape");
  assert.equal(await shownOf(page), 100);
  assert.equal(await page.textContent("#parallel-selection"), "");
  await page.fill("#filter", condition);
  assert.equal(await shownOf(page), lower / 2);
}));

test("a double click clears a range, and the filter and ranges hold together", () => open("drawn", async (page) => {
  await page.fill("#filter", "activation = relu");
  await dragOnAxis(page, 0, -0.03, 0.5);
  const both = await shownOf(page);
  assert.ok(both >= 24 && both <= 26, `${both}`);
  const { x, y, height } = await page.locator("#parallel").boundingBox();
  await page.mouse.dblclick(x + 62, y + height / 2);
  assert.equal(await shownOf(page), 50);
  await dragOnAxis(page, 0, 0.2, 0.5);
  await page.click("#parallel-clear");
  assert.equal(await shownOf(page), 50);
}));

test("ranges are moved by keyboard", () => open("drawn", async (page) => {
  const most = page.getByRole("slider", { name: "learning_rate: most" });
  await most.focus();
  for (let k = 0; k < 5; ++k) await page.keyboard.press("PageDown");
  const shown = await shownOf(page);
  assert.ok(shown >= 48 && shown <= 52, `${shown}`);
  assert.ok(Number(await most.getAttribute("aria-valuetext")) < 0.2);
  await page.keyboard.press("Escape");
  assert.equal(await shownOf(page), 100);
}));

test("an axis that means nothing to a run has no value", () => open("grids", async (page) => {
  const dash = ["–", "–"];
  assert.deepEqual((await columnOf(page, "momentum")).sort(), ["0.7", "0.7", "0.8", "0.8", ...dash]);
  for (const values of [["0.7", "0.7", "0.8", "0.8", ...dash], ["0.8", "0.8", "0.7", "0.7", ...dash]]) {
    await page.locator("#table thead button", { hasText: /^momentum$/ }).click();
    assert.deepEqual(await columnOf(page, "momentum"), values);
  }
  for (const [condition, count] of [["momentum != 0.7", 2], ["momentum < 1", 4], ["momentum = 0.9", 0], ["momentum = 0.7 || optimizer = sgd", 4],
                                    ["weight_init_std = 0.01", 4], ["weight_init_std != 0.01", 0], ["beta1 = 0.9", 0], ["beta1 != 0.9", 0]]) {
    await page.fill("#filter", condition);
    assert.equal(await rows(page).count(), count, condition);
  }
  assert.match(await page.textContent("#facts"), /weight_init_std 0.01 where it applies/);
  await page.fill("#filter", "optimizer = sgd");
  for (const label of await page.$$eval("#table tbody input", (boxes) => boxes.map((box) => box.getAttribute("aria-label"))))
    assert.match(label, /optimizer sgd, weight_init he$/);

  await page.selectOption("#against-colour", "momentum");
  assert.deepEqual((await page.locator("#against-legend li").allTextContents()).map((text) => text.slice(2)), ["0.7", "0.8", "–"]);
  await page.selectOption("#map-rows", "learning_rate");
  await page.selectOption("#map-columns", "momentum");
  assert.match(await page.textContent("#maps-note"), /2 configurations that momentum does not apply to left out\./);
  await page.selectOption("#effect-axis", { label: "momentum" });
  assert.match(await page.textContent("#effect-note"), /^4 runs for each value .* 4 runs that momentum does not apply to left out\./);
}));

test("what an axis means nothing to is in no plot by it", () => open("grids", async (page) => {
  for (const summary of await page.locator("#parameters summary").all()) await summary.click();
  const momentum = await page.evaluate(() => {
    const { data, options } = Chart.getChart("parameter-2-accuracy");
    return { x: data.datasets.flatMap((set) => set.data.map((point) => point.x)), title: options.scales.x.title.text };
  });
  assert.deepEqual(momentum.x.sort(), [0.7, 0.7, 0.7, 0.7, 0.8, 0.8, 0.8, 0.8]);
  assert.equal(momentum.title, "momentum (4 runs that it does not apply to left out)");
  assert.equal(await page.evaluate(() => Chart.getChart("parameter-0-accuracy").data.datasets.flatMap(({ data }) => data).length), 12);

  // In the parallel coordinates lines of sgd go below the axis, and no range holds them.
  assert.match(await page.textContent("#parallel-note"), /Where a parameter does not apply, the line goes through the – below its axis\.$/);
  const drawnBelow = () => page.$eval("#parallel", (canvas) => {
    const x = 62 + 2 * (canvas.width - 124) / 5 + 4, part = new OffscreenCanvas(20, 20).getContext("2d");
    part.drawImage(canvas, x, canvas.height - 24, 20, 20, 0, 0, 20, 20);
    return part.getImageData(0, 0, 20, 20).data.filter((value, at) => at % 4 === 3 && value > 100).length;
  });
  assert.ok(await drawnBelow() > 20);
  await dragOnAxis(page, 2, -0.03, 0.6);
  assert.match(await page.textContent("#parallel-selection"), /^Selected: momentum <= 0\.7\d+ \(2 configurations\)$/);
  assert.equal(await drawnBelow(), 0);
}));

test("says which parameters matter, and how it knows", async () => {
  await open("small", async (page) => {
    assert.match(await page.textContent("#importance"), /between 18 configurations, means over 3 seeds.* Analysis of variance of the full grid.*F test over the seeds/);
    const terms = await page.locator("#importance tbody th").allTextContents();
    assert.equal(terms.length, 7);
    assert.equal(terms.slice(3, 6).filter((term) => term.includes(" × ")).length, 3);
    assert.equal(terms[6], "three or more together");
  });
  await open("drawn", async (page) => assert.match(await page.textContent("#importance"), /from bins of its values; ± 95 % interval over 25 samples/));
  await open("one", async (page) => assert.equal(await page.locator("#importance").isHidden(), true));
});

test("values that were drawn are in bins", () => open("drawn", async (page) => {
  await page.selectOption("#map-rows", "learning_rate");
  const bins = await page.locator("#gap-map tbody th").allTextContents();
  assert.equal(bins.length, 5);
  assert.match(bins[0], /^0\.01 to 0\.0/);
  await page.selectOption("#map-columns", "activation");
  await page.locator("#gap-map button").first().click();
  assert.match(await page.inputValue("#filter"), /^learning_rate >= 0\.01 && learning_rate <= [\d.]+ && activation = /);
  assert.equal(await shownOf(page), 10);
  await page.selectOption("#effect-axis", { label: "learning_rate" });
  assert.match(await page.textContent("#effect-note"), /^learning_rate in 5 bins of about 5 samples each/);
}));

const cellsOf = (page, table) => page.$$eval(`${table} tbody tr`, (trs) => trs.map((tr) => [...tr.cells].map((cell) => cell.textContent)));

test("classes are those of the terminal", () => open("small", async (page) => {
  const said = JSON.parse(await readFile(`${PAGES}/classes.json`)), text = (await readFile(`${PAGES}/classes.txt`)).toString();
  assert.match(await page.locator("#classes-configuration option:checked").textContent(), /\(best test accuracy\)$/);
  const name = said.settings.join(", ");
  assert.match(await page.textContent("#classes-matrix caption"), new RegExp(`mean over 3 seeds, after epoch 6; ${name}$`));
  const matrix = await cellsOf(page, "#classes-matrix");
  assert.deepEqual(matrix.map((row) => row[0]), ["0", "1", "2", "3"]);
  for (const [label, ...counts] of matrix) {
    assert.match(text, new RegExp(`^${label} +${counts.map((count) => count.replace(".", "\\.")).join(" +")}$`, "m"));
    said.confusion[label].forEach((mean, k) => assert.ok(Math.abs(mean - counts[k]) <= 0.05, `${mean}, ${counts[k]}`));
  }
  const figures = await cellsOf(page, "#classes-figures");
  figures.forEach((row, k) => {
    const own = said.classes[k];
    assert.deepEqual(row.slice(0, 2), [own.name, String(own.images)]);
    ["accuracy", "precision", "recall", "f1"].forEach((figure, c) => assert.ok(Math.abs(own[figure] - parseFloat(row[2 + c])) <= 5.1e-5, `${figure} ${row}`));
  });
  assert.ok(figures.some((row) => row.slice(2).some((cell) => cell.includes("±"))), "spreads");
  const worst = await page.locator("#misclassified li").allTextContents();
  const expected = said.misclassified.map((one) => `${one.class} taken for ${one.taken_for}image ${one.image}, ${one.runs} of ${said.runs}`);
  assert.deepEqual(worst, expected);
}));

test("classes of another configuration are chosen by keyboard, and by the table", () => open("small", async (page) => {
  const caption = () => page.textContent("#classes-matrix caption");
  const before = [await caption(), await page.textContent("#classes-matrix tbody")];
  await page.focus("#classes-configuration");
  await page.keyboard.press("End");
  assert.notEqual(await caption(), before[0]);
  assert.notEqual(await page.textContent("#classes-matrix tbody"), before[1]);
  const box = page.locator("#table tbody tr:nth-child(3) input");
  const name = (await box.getAttribute("aria-label")).replace("Curves of ", "");
  if (await box.isChecked()) await box.uncheck();
  await box.check();
  assert.ok((await caption()).endsWith(`; ${name}`), await caption());
  // The tables that may be wider than the window are scrolled by keyboard, too.
  for (const id of ["classes-matrix", "classes-figures"]) {
    await page.focus(`#${id}`);
    assert.equal(await page.evaluate(() => document.activeElement.id), id);
  }
  assert.equal(await page.locator("#classes-matrix th[scope=col]").count(), 5);
  assert.equal(await page.locator("#classes-matrix th[scope=row]").count(), 4);
}));

test("the hardest images are drawn from their bytes", () => open("small", async (page) => {
  const greys = await page.$$eval("#misclassified canvas", (canvases) => canvases.map((canvas) =>
    [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data].filter((_, at) => at % 4 === 0)));
  assert.ok(greys.length > 0 && greys.length <= 40);
  const said = JSON.parse(await readFile(`${PAGES}/classes.json`)), bytes = await readFile(`${PAGES}/data/t10k-images-idx3-ubyte`);
  greys.forEach((grey, k) => assert.deepEqual(grey, [...bytes.subarray(16 + 36 * said.misclassified[k].image).subarray(0, 36)]));
}));

test("where the images are gone, or predictions were not kept, the page says so", async () => {
  await open("moved", async (page) => {
    assert.match(await page.textContent("#misclassified-note"), /that the one run misclassified.* They are not drawn: the data set in .*moved cannot be read: /);
    assert.ok(await page.locator("#misclassified li").count() > 0);
    assert.equal(await page.locator("#misclassified canvas").count(), 0);
  });
  await open("bare", async (page) => {
    assert.match(await page.textContent("#classes-note"), /^The results file has no predictions .*"save_predictions": true/);
    assert.equal(await page.locator("#classes-shown").isHidden(), true);
  });
});

test("of several files each has its own images", () => open("several", async (page) => {
  const note = () => page.textContent("#misclassified-note");
  const [small, validated] = await page.$$eval("#classes-configuration option", (options) =>
    ["file small", "file validated"].map((name) => options.find((option) => option.textContent.startsWith(name)).value));
  await page.selectOption("#classes-configuration", small);
  assert.match(await note(), /that most of 54 runs misclassified in the file of this configuration/);
  await page.selectOption("#classes-configuration", validated);
  assert.match(await note(), /that most of 6 runs misclassified/);
  assert.match(await page.locator("#classes-figures tbody td:nth-child(4)").first().textContent(), / to |^[\d.]+$/, "the range of two seeds");
}));

test("what is written on a confusion can be read", async () => {
  for (const colorScheme of ["light", "dark"])
    await open("small", async (page) => {
      const [worst, colours] = await page.$$eval("#classes-matrix td", (cells) => {
        // "rgb(21, 23, 26)" or "color(srgb 0.1 0.2 0.3)"
        const parts = (text) => (text.startsWith("rgb") ? text.match(/[\d.]+/g).map((c) => c / 255) : text.match(/[\d.]+/g).map(Number)).slice(0, 3);
        const light = (text) => {
          const [r, g, b] = parts(text).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const contrasts = cells.map((cell) => {
          const { color, backgroundColor } = getComputedStyle(cell);
          const [a, b] = [light(color), light(backgroundColor)].sort((x, y) => y - x);
          return (a + 0.05) / (b + 0.05);
        });
        return [Math.min(...contrasts), new Set(cells.map((cell) => getComputedStyle(cell).backgroundColor)).size];
      });
      assert.ok(worst >= 4.5, `contrast ${worst}`);
      assert.ok(colours >= 3, `${colours} colours: right, none, and some confusions`);
      if (PICTURES) await page.locator("#classes").screenshot({ path: `${PICTURES}/classes-${colorScheme}.png` });
    }, { colorScheme });
});

test("follows the theme, and prints on white", () => open("small", async (page) => {
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.equal(await paper(), "rgb(21, 23, 26)");
  await page.emulateMedia({ colorScheme: "light" });
  await page.waitForFunction(() => getComputedStyle(document.body).backgroundColor === "rgb(255, 255, 255)");
  await page.emulateMedia({ colorScheme: "dark" });
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.equal(await paper(), "rgb(255, 255, 255)");
  await page.emulateMedia({ colorScheme: "dark", media: "print" });
  await page.setViewportSize({ width: 700, height: 900 });
  const [needed, given] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(needed <= given + 1, `${needed} of ${given} pixels of paper`);
}, { colorScheme: "dark" }));

test("is as wide as its window", async () => {
  for (const name of ["small", "large", "diverged", "drawn", "grids", "weights"])
    for (const width of [400, 1280])
      for (const colorScheme of ["light", "dark"])
        await open(name, async (page) => {
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width);
          if (PICTURES) await page.screenshot({ path: `${PICTURES}/${name}-${width}-${colorScheme}.png`, fullPage: true });
        }, { width, colorScheme });
});
