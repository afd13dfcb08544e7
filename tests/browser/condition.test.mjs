// The filter's language, in the page's own script, against the cases that the program's parser is tested with.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const here = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const { parseCondition, quotedValue } = new Function(`"use strict"; ${here("../../src/report/page/condition.js")} return { parseCondition, quotedValue };`)();
const { names, values, cases } = JSON.parse(here("../sweep/condition_cases.json"));

for (const { condition, values: others, holds, error } of cases)
  test(condition, () => {
    if (error !== undefined) return assert.throws(() => parseCondition(condition, names), { message: error });
    const all = { ...values, ...others };
    assert.equal(parseCondition(condition, names)((k) => all[names[k].name]), holds);
  });

test("may be nested a hundred times", () => {
  const nested = (levels) => `${"(".repeat(levels)}gap=0.02${")".repeat(levels)}`;
  assert.equal(parseCondition(nested(100), names)((k) => values[names[k].name]), true);
  assert.throws(() => parseCondition(nested(1_000_000), names), /at position 101: parentheses are nested more than 100 levels deep$/);
});

test("values are quoted where they have to be", () => {
  for (const [value, quoted] of [["0.1", "0.1"], ["cross_entropy", "cross_entropy"], ["第四", "第四"], ["my sweep (2)", '"my sweep (2)"'],
                                 ['the "third"', '"the ""third"""'], ["", '""']])
    assert.equal(quotedValue(value), quoted);
});
