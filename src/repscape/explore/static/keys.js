// Everything by keyboard, and the page that says how.

import { make, said } from "./dom.js";

const KEYS = [
  ["← → ↑ ↓", "on a map: go to the next example in that direction"],
  ["[ ]", "layer before, next layer"],
  ["Space", "on a map: play the layers, and stop"],
  ["+ − 0", "nearer, further, the whole map"],
  ["2", "one pane or two"],
  ["x", "exchange the panes"],
  ["/", "search and query"],
  ["e t g r", "Example, Table, Groups, Results"],
  ["c", "choose the colour"],
  ["n", "names of classes on the map, or none"],
  ["l", "lasso; Shift and drag does the same"],
  ["Esc", "take back the selection, then the chosen example"],
  ["?", "this page"],
];

/** Listen to keys that hold wherever one is on the page, but where one types. */
export const keys = (app) => {
  const { state, frame } = app;
  const layer = (by) => {
    const line = app.data.line(state.now.a),
      at = line.findIndex((one) => one.number === state.now.a) + by;
    if (line[at]) app.go("a", line[at].number);
  };
  const tab = (name) => () => {
    state.set({ tab: name });
    frame.tabs.querySelector(`[data-tab=${name}]`).focus();
  };
  const does = {
    "[": () => layer(-1),
    "]": () => layer(1),
    0: () => state.set({ x: 0, y: 0, zoom: 1 }),
    2: () => state.set({ two: !state.now.two }),
    x: () => state.set({ a: state.now.b, b: state.now.a }),
    e: tab("example"),
    t: tab("table"),
    g: tab("groups"),
    r: tab("results"),
    c: () => frame.colour.focus(),
    n: () => {
      app.names = !app.names;
      for (const pane of app.panes()) pane.plane.draw();
    },
    l: () => frame.lasso.click(),
    "?": () => frame.help.showModal(),
    "/": () => {
      state.set({ tab: "groups" });
      frame.panel().then(() => app.root.querySelector("#query")?.focus());
    },
    Escape: () => state.set(state.now.pick ? { pick: null } : { row: -1 }),
  };
  (app.address ? document : app.root).addEventListener("keydown", (event) => {
    const typing = event.target.matches?.("input:not([type=range]), select, textarea, dialog *");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target.classList.contains("map"))
      app.pane[app.pane.b.node === event.target ? "b" : "a"].play();
    else if (does[event.key] && Object.hasOwn(does, event.key)) does[event.key]();
    else return;
    event.preventDefault();
  });
};

export const help = (data) => {
  const dialog = make(
    "dialog",
    { class: "help", "aria-label": "Keys and help" },
    make("h2", {}, "Keys"),
    make("dl", {}, ...KEYS.flatMap(([keys_, words]) => [make("dt", {}, keys_), make("dd", {}, words)])),
    make(
      "p",
      {},
      `Neighbours are exact: the nearest among all ${said(data.n)} examples in the layer's own space, whatever the map shows. The map is a plane, and no plane keeps all distances.`,
    ),
    make(
      "p",
      {},
      'Queries: words are found in all columns; label = animal, length > 30, text ~ "two words", turnover > 0.5, joined by and, or, not and brackets.',
    ),
    make("form", { method: "dialog" }, make("button", {}, "Close")),
  );
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  return dialog;
};
