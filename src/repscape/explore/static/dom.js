// Elements made without a word of HTML, so that no text from a study is ever read as markup.

/** Make an element: properties are attributes, listeners ("onclick") or plain properties. */
export const make = (tag, properties = {}, ...children) => fill(document.createElement(tag), properties, children);

/** Make an element of a drawing. */
export const draw = (tag, properties = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), properties, children);

const fill = (node, properties, children) => {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, held] of Object.entries(value)) node.style.setProperty(key, held);
    else if (name === "value" || name === "checked" || name === "selected") node[name] = value;
    else node.setAttribute(name === "class" ? "class" : name, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};

/** Put options into a select: pairs of value and text, or {label, options} for a group. */
export const options = (select, entries, chosen) => {
  const one = ([value, text]) => new Option(text, value, false, String(value) === String(chosen));
  select.replaceChildren(
    ...entries.map((entry) =>
      entry.label ? Object.assign(make("optgroup", { label: entry.label }, ...entry.options.map(one))) : one(entry),
    ),
  );
  if (chosen !== undefined) select.value = String(chosen);
};

export const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** Write a number for people. */
export const said = (value, digits = 3) => {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (Number.isInteger(value)) return value.toLocaleString("en");
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(digits)));
};

export const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

/** Call once things have been quiet for a while. */
export const quiet = (call, wait) => {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...given), wait);
  };
};

/** Call at most once a frame. */
export const framed = (call) => {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame((now) => {
      asked = false;
      call(now);
    });
  };
};

/** Answers that come late: each turn of a name ends the turns before it. */
export class Turns {
  constructor() {
    this.last = new Map();
  }

  /** Begin a turn; what comes back says whether it is still the last. */
  begin(name) {
    const own = (this.last.get(name) ?? 0) + 1;
    this.last.set(name, own);
    return () => this.last.get(name) === own;
  }
}

/** Hand a file to whoever reads the page. */
export const download = (name, content, type) => {
  const blob = content instanceof Blob ? content : new Blob([content], { type });
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};
