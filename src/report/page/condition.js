// The language of conditions, `hidden_size >= 100 && (gap > 0.02 || verdict = overfits)`, as include/runner/sweep/condition.hpp defines it:
// src/sweep/condition.cpp does the same, and tests/sweep/condition_cases.json tests both. Knows nothing of the page.

const mostLevels = 100;

const comparisons = {
  "<": (a, b) => a < b, "<=": (a, b) => a <= b, "=": (a, b) => a === b, "!=": (a, b) => a !== b, ">=": (a, b) => a >= b, ">": (a, b) => a > b,
};

// How many characters to insert, delete or replace to make one text of another.
function editDistance(a, b) {
  const row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; ++i) {
    let diagonal = row[0];
    row[0] = i + 1;
    for (let j = 0; j < b.length; ++j) {
      const replaced = diagonal + (a[i] === b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = Math.min(replaced, row[j] + 1, row[j + 1] + 1);
    }
  }
  return row[b.length];
}

function suggestion(unknown, known, what) {
  const every = `the ${what} are ${known.join(", ")}`;
  if (unknown.length > 100) return every;
  const distance = (text) => editDistance(unknown, text) / Math.max(unknown.length, text.length);
  const nearest = known.reduce((best, text) => (distance(text) < distance(best) ? text : best));
  return distance(nearest) <= 0.5 ? `did you mean "${nearest}"?` : every;
}

// `names` is a list of {name, words}; words are all values, of those that are words. Returns a function that takes the value of each name, by its
// index: a number, a word, or null for none. Throws an Error that says where what is wrong.
function parseCondition(text, names) {
  let at = 0, token, levels = 0;

  function wrong(place, problem) {
    const where = place === text.length ? "at the end" : `at position ${[...text.slice(0, place)].length + 1}`;
    return new Error(`"${text}" is not a valid condition: ${where}: ${problem}`);
  }
  const expected = (what) => wrong(token.begin, token.kind === "end" ? `expected ${what}` : `expected ${what}, found "${token.text}"`);

  function readQuoted(begin) {
    let value = "";
    for (++at; ; ++at) {
      const quote = text.indexOf('"', at);
      if (quote < 0) throw wrong(begin, "this quote is never closed");
      value += text.slice(at, quote);
      at = quote + 1;
      if (text[at] !== '"') return { kind: "quoted", text: value, begin };
      value += '"';
    }
  }
  function advance() {
    while (at < text.length && " \t\r\n".includes(text[at])) ++at;
    const begin = at;
    if (at === text.length) token = { kind: "end", text: "", begin };
    else if (text[at] === '"') token = readQuoted(begin);
    else {
      const [word] = /^[^ \t\r\n<>=!&|(),"]*/.exec(text.slice(at));
      const symbol = word === "" ? /^(<=|>=|!=|&&|\|\||.)/.exec(text.slice(at))[0] : "";
      token = { kind: word === "" ? "symbol" : "word", text: word + symbol, begin };
      at += token.text.length;
    }
  }
  const isSymbol = (symbol) => token.kind === "symbol" && token.text === symbol;

  // Parts with a symbol between them; `whole` says when all of them together hold.
  function joined(symbol, read, whole) {
    const parts = [read()];
    while (isSymbol(symbol)) {
      advance();
      parts.push(read());
    }
    return parts.length === 1 ? parts[0] : (valueOf) => whole(parts, (part) => part(valueOf));
  }
  const every = (parts, holds) => parts.every(holds), some = (parts, holds) => parts.some(holds);
  const list = () => joined(",", choice, every);
  const choice = () => joined("||", group, some);
  const group = () => joined("&&", part, every);

  function part() {
    if (!isSymbol("(")) return comparison();
    if (levels === mostLevels) throw wrong(token.begin, `parentheses are nested more than ${mostLevels} levels deep`);
    ++levels;
    advance();
    const inner = list();
    if (!isSymbol(")")) throw expected("&&, || or )");
    advance();
    --levels;
    return inner;
  }
  function comparison() {
    if (token.kind !== "word") throw expected("a name or (");
    const k = names.findIndex(({ name }) => name === token.text);
    if (k < 0) throw wrong(token.begin, `unknown name "${token.text}": ${suggestion(token.text, names.map(({ name }) => name), "names")}`);
    const { name, words } = names[k];
    advance();
    const sign = token.text;
    if (token.kind !== "symbol" || !(sign in comparisons)) throw expected("one of < <= = != >= >");
    if (words && sign !== "=" && sign !== "!=") throw wrong(token.begin, `the values of ${name} are words: compare them with = or !=`);
    advance();
    if (token.kind !== "word" && token.kind !== "quoted") throw expected("a value");
    const value = words ? token.text : Number(token.text);
    if (words && !words.includes(value)) throw wrong(token.begin, `"${value}" is not a value of ${name}: ${suggestion(value, words, "values")}`);
    if (!words && (!/^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(token.text) || !Number.isFinite(value)))
      throw wrong(token.begin, `"${token.text}" is not a number`);
    advance();
    return (valueOf) => {
      const own = valueOf(k);
      return own !== null && comparisons[sign](own, value);
    };
  }

  advance();
  const whole = list();
  if (token.kind !== "end") throw expected("&&, || or the end");
  return whole;
}

// A value as a condition may hold it.
const quotedValue = (value) => (/^[^ \t\r\n<>=!&|(),"]+$/.test(value) ? value : `"${value.replaceAll('"', '""')}"`);
