// What is being looked at: one frozen object, and the address that says the same.

const PLAIN = {
  two: false,
  map: "pca",
  colour: "",
  row: -1,
  k: 10,
  tab: "example",
  sort: "",
  up: false,
  pick: null,
  x: 0,
  y: 0,
  zoom: 1,
};

export class State {
  constructor(first) {
    this.now = Object.freeze({ ...PLAIN, a: 0, b: 0, ...first });
    this.listeners = new Set();
  }

  /** Change some of it; `how` is "push" for what the back button undoes, "replace" for what it does not. */
  set(change, how = "push") {
    const before = this.now;
    const names = Object.keys(change).filter((name) => before[name] !== change[name]);
    if (!names.length) return;
    this.now = Object.freeze({ ...before, ...change });
    for (const tell of this.listeners) tell(this.now, new Set(names), how);
  }

  on(tell) {
    this.listeners.add(tell);
  }
}

const placeWords = (layer) => [layer.study, layer.model, layer.step ?? "", layer.key].map(encodeURIComponent).join("/");

/** Write a state as the part of an address after #; layers by their names, which stay when a study grows. */
export const toAddress = (state, layers) => {
  const words = new URLSearchParams();
  const known = (place) => layers.get(place) && placeWords(layers.get(place));
  words.set("a", known(state.a));
  if (state.two) words.set("b", known(state.b));
  for (const name of ["map", "colour", "row", "k", "tab", "sort"])
    if (state[name] !== PLAIN[name]) words.set(name, state[name]);
  if (state.up) words.set("up", "1");
  if (state.pick) words.set("pick", JSON.stringify(state.pick));
  if (state.zoom !== 1 || state.x || state.y) {
    words.set("view", [state.x, state.y, state.zoom].map((value) => Number(value.toFixed(3))).join(","));
  }
  return words.toString();
};

/** Read what `toAddress` wrote; what is not understood is as usual. */
export const fromAddress = (text, layers, usual) => {
  const words = new URLSearchParams(text.replace(/^#/, ""));
  const by = new Map([...layers.values()].map((layer) => [placeWords(layer), layer.number]));
  const found = { ...PLAIN, ...usual };
  if (by.has(words.get("a"))) found.a = by.get(words.get("a"));
  if (by.has(words.get("b"))) Object.assign(found, { b: by.get(words.get("b")), two: true });
  for (const name of ["map", "colour", "tab", "sort"]) if (words.has(name)) found[name] = words.get(name);
  for (const name of ["row", "k"]) if (/^\d{1,9}$/.test(words.get(name) || "")) found[name] = Number(words.get(name));
  found.up = words.get("up") === "1";
  const view = (words.get("view") || "").split(",").map(Number);
  if (view.length === 3 && view.every(Number.isFinite) && view[2] > 0) [found.x, found.y, found.zoom] = view;
  try {
    found.pick = words.has("pick") ? JSON.parse(words.get("pick")) : null;
  } catch {
    found.pick = null;
  }
  return found;
};
