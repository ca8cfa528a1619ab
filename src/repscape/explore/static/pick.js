// A selection as a recipe that an address can hold: a lasso, a query, a kept name, classes, single examples.

import { evaluate, marked, parse } from "./query.js";
import { names, read } from "./values.js";

/** Which examples a recipe means: one byte each. */
export const examplesOf = async (recipe, data, { place, across }) => {
  const n = data.n;
  if (recipe.kind === "rows")
    return marked(
      recipe.rows.filter((row) => row >= 0 && row < n),
      n,
    );
  if (recipe.kind === "kept") return marked(await data.source.selection(recipe.name), n);
  if (recipe.kind === "query") return evaluate(parse(recipe.text), n, questions(data, place, across));
  if (recipe.kind === "class") {
    const held = await read(data, recipe.name, recipe.place ?? place, across);
    const wanted = new Set(recipe.levels.map((level) => (level === null ? -1 : held.levels.indexOf(level))));
    return Uint8Array.from(held.values, (code) => Number(wanted.has(code)));
  }
  if (recipe.kind === "lasso") {
    const { xy } = await data.positions(recipe.map, recipe.place);
    return inside(xy, recipe.path);
  }
  throw new Error("This selection cannot be read.");
};

const questions = (data, place, across) => ({
  find: (text, column) => data.source.search(text, column),
  of: async (name) => {
    const column = data.meta.columns.find((held) => held.name.toLowerCase() === name.toLowerCase());
    if (column?.kind === "text") return { kind: "text" };
    const every = names(data.meta);
    const found = column
      ? [`column:${column.name}`]
      : every.values.find(([own, title]) => own.slice(6) === name || title.toLowerCase() === name.toLowerCase());
    if (!found) {
      const known = [...data.meta.columns.map((held) => held.name), ...data.meta.offers.map((offer) => offer.name)];
      throw new Error(`There is no column ${name}. There are ${known.slice(0, 12).join(", ")}.`);
    }
    return read(data, found[0], place, across);
  },
});

/** Which points lie inside a closed path of x, y, x, y ... */
export const inside = (xy, path) => {
  const found = new Uint8Array(xy.length / 2),
    corners = path.length / 2;
  let left = Infinity,
    right = -Infinity;
  for (let at = 0; at < path.length; at += 2) {
    left = Math.min(left, path[at]);
    right = Math.max(right, path[at]);
  }
  for (let row = 0; row < found.length; row += 1) {
    const x = xy[2 * row],
      y = xy[2 * row + 1];
    if (x < left || x > right) continue;
    let odd = 0;
    for (let i = 0, j = corners - 1; i < corners; j = i, i += 1) {
      const yi = path[2 * i + 1],
        yj = path[2 * j + 1];
      if (yi > y !== yj > y && x < ((path[2 * j] - path[2 * i]) * (y - yi)) / (yj - yi) + path[2 * i]) odd ^= 1;
    }
    found[row] = odd;
  }
  return found;
};

/** Fewer corners, as many as an address has room for. */
export const simpler = (path, most = 80) => {
  const step = Math.max(1, Math.ceil(path.length / 2 / most)),
    found = [];
  for (let i = 0; i < path.length / 2; i += step)
    found.push(Number(path[2 * i].toFixed(4)), Number(path[2 * i + 1].toFixed(4)));
  return found;
};

/** What a recipe is called before it has a name. */
export const wordsFor = (recipe) => {
  if (!recipe) return "";
  if (recipe.kind === "kept") return recipe.name;
  if (recipe.kind === "query") return recipe.text;
  if (recipe.kind === "class")
    return recipe.levels
      .map((level) => level ?? "missing")
      .slice(0, 4)
      .join(" or ");
  return recipe.kind === "lasso" ? "lasso" : `${recipe.rows.length} examples`;
};

export const rowsOf = (mask) => {
  const rows = [];
  for (let row = 0; row < mask.length; row += 1) if (mask[row]) rows.push(row);
  return Uint32Array.from(rows);
};
