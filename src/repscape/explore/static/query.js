// What one types to select: words to be found in the texts, and comparisons of columns: label = cat and length > 30.

const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|(>=|<=|!=|=|<|>|~)|(\()|(\))|([^\s"()=<>!~]+))/gy;

const tokens = (text) => {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length && text.slice(TOKEN.lastIndex).trim()) {
    const at = TOKEN.lastIndex,
      match = TOKEN.exec(text);
    if (!match) throw new Error(`Cannot read ${JSON.stringify(text.slice(at).trim().slice(0, 20))}.`);
    const [, quoted, sign, open, close, word] = match;
    if (quoted !== undefined) found.push({ kind: "text", value: quoted.replace(/\\(.)/g, "$1") });
    else if (sign) found.push({ kind: "sign", value: sign });
    else if (open || close) found.push({ kind: open || close, value: open || close });
    else found.push({ kind: "word", value: word });
  }
  return found;
};

/** Read a query into a tree of {and | or | not | find | compare}. */
export const parse = (text) => {
  const held = tokens(text);
  let at = 0;
  const is = (word) => held[at]?.kind === "word" && held[at].value.toLowerCase() === word;
  const took = (word) => {
    const found = is(word);
    if (found) at += 1;
    return found;
  };
  const either = () => joined("or", both, () => took("or"));
  const both = () => joined("and", one, () => took("and") || (at < held.length && held[at].kind !== ")" && !is("or")));
  const joined = (kind, part, more) => {
    const parts = [part()];
    while (more()) parts.push(part());
    return parts.length === 1 ? parts[0] : { kind, parts };
  };
  const one = () => {
    const token = held[at];
    if (!token) throw new Error("Something is missing at the end.");
    if (took("not")) return { kind: "not", part: one() };
    at += 1;
    if (token.kind === "(") {
      const inner = either();
      if (held[at]?.kind !== ")") throw new Error("A bracket is not closed.");
      at += 1;
      return inner;
    }
    if (token.kind !== "word" && token.kind !== "text") throw new Error(`${token.value} needs a column before it.`);
    if (held[at]?.kind !== "sign") return { kind: "find", text: token.value };
    const sign = held[at].value,
      value = held[at + 1];
    if (!value || (value.kind !== "word" && value.kind !== "text")) throw new Error(`${sign} needs something behind it.`);
    at += 2;
    return { kind: "compare", name: token.value, sign, value: value.value };
  };
  if (!held.length) throw new Error("Type a word, or a comparison such as length > 30.");
  const tree = either();
  if (at < held.length) throw new Error(`Cannot read ${JSON.stringify(held[at].value)} here.`);
  return tree;
};

const COMPARE = {
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

/** Which examples a tree means: one byte each. `of` gives {kind, values, levels, texts} of a name, `find` rows with a text. */
export const evaluate = async (tree, n, { of, find }) => {
  const again = (part) => evaluate(part, n, { of, find });
  if (tree.kind === "and" || tree.kind === "or") {
    const parts = await Promise.all(tree.parts.map(again));
    return Uint8Array.from({ length: n }, (_, row) =>
      Number(tree.kind === "and" ? parts.every((part) => part[row]) : parts.some((part) => part[row])),
    );
  }
  if (tree.kind === "not") return (await again(tree.part)).map((inside) => 1 - inside);
  if (tree.kind === "find") return marked(await find(tree.text, ""), n);
  const held = await of(tree.name);
  if (tree.sign === "~" || held.kind === "text") {
    if (tree.sign !== "~") throw new Error(`${tree.name} is text: ask ${tree.name} ~ ${JSON.stringify(tree.value)}.`);
    if (held.kind === "number") throw new Error(`${tree.name} is a number: compare it with =, <, > instead of ~.`);
    return marked(await find(tree.value, tree.name), n);
  }
  if (held.kind === "class") {
    if (tree.sign !== "=" && tree.sign !== "!=" && held.levels.some((level) => Number.isNaN(Number(level)))) {
      throw new Error(`${tree.name} has classes that are no numbers: ask = or !=.`);
    }
    const wanted = tree.value.toLowerCase(),
      ordered = tree.sign !== "=" && tree.sign !== "!=";
    const good = held.levels.map((level) =>
      ordered ? COMPARE[tree.sign](Number(level), Number(tree.value)) : COMPARE[tree.sign](level.toLowerCase(), wanted),
    );
    if (tree.sign === "=" && !good.some(Boolean)) {
      throw new Error(`${tree.name} has no class ${tree.value}. It has ${held.levels.slice(0, 8).join(", ")}.`);
    }
    return Uint8Array.from(held.values, (code) => Number(code >= 0 && good[code]));
  }
  const number = Number(tree.value);
  if (Number.isNaN(number)) throw new Error(`${tree.name} is a number, and ${JSON.stringify(tree.value)} is none.`);
  return Uint8Array.from(held.values, (value) => Number(!Number.isNaN(value) && COMPARE[tree.sign](value, number)));
};

export const marked = (rows, n) => {
  const found = new Uint8Array(n);
  for (const row of rows) found[row] = 1;
  return found;
};
