// All examples, or those selected, in the order of a column or value.

import { make, options, said } from "./dom.js";
import { brief } from "./example.js";
import { names, read, titleOf } from "./values.js";

const SHOWN = 60;

/** Rows in the order of values, those without one last. */
export const sorted = (values, rows, up) => {
  const missing = (value) => Number.isNaN(value) || value === undefined;
  return Array.from(rows).sort((one, two) => {
    const a = values[one],
      b = values[two];
    if (missing(a) || missing(b)) return missing(a) - missing(b) || one - two;
    return (up ? a - b : b - a) || one - two;
  });
};

export const panel = async (app, shown = SHOWN) => {
  const { data, state } = app,
    { sort, up, a, b, two } = state.now;
  const every = names(data.meta);
  const select = make("select", { "aria-label": "Sort by", onchange: (event) => state.set({ sort: event.target.value }) });
  options(
    select,
    [["", "as they came"], { label: "Columns", options: every.columns }, { label: "In this layer", options: every.values }],
    sort,
  );
  const turn = make(
    "button",
    { type: "button", "aria-label": up ? "Smallest first" : "Largest first", onclick: () => state.set({ up: !up }) },
    up ? "↑ smallest first" : "↓ largest first",
  );
  const rows = app.mask ? app.rows() : Uint32Array.from({ length: data.n }, (_, row) => row);
  const held = sort ? await read(data, sort, a, two ? b : null) : null;
  const order = held ? sorted(held.values, rows, up) : up ? Array.from(rows).reverse() : Array.from(rows);
  const top = order.slice(0, shown),
    known = await data.rows(top),
    hex = app.hex("a");
  const value = (row) => (held && held.kind === "number" ? held.values[row] : undefined);
  const more =
    order.length > shown
      ? make(
          "button",
          { type: "button", class: "more", onclick: () => app.table(shown + 200) },
          `Show more of ${said(order.length)}`,
        )
      : null;
  return [
    make("div", { class: "tools" }, make("label", {}, "Sort by ", select), turn),
    make(
      "p",
      { class: "note" },
      `${said(order.length)} ${app.mask ? "selected " : ""}examples`,
      sort.startsWith("value:") ? ` in ${data.name(a)}` : "",
      held?.note ? `. ${held.note}` : "",
    ),
    make(
      "ol",
      { class: "list" },
      ...top.map((row, place) =>
        make(
          "li",
          { class: row === state.now.row ? "chosen" : "" },
          brief(data, row, known[place], {
            colour: hex(row),
            value: value(row),
            onchoose: app.choose,
            onhover: (one) => app.hover(one),
          }),
        ),
      ),
    ),
    more,
    sort
      ? make(
          "button",
          { type: "button", class: "more", onclick: () => app.state.set({ colour: sort }) },
          `Colour by ${titleOf(data.meta, sort)}`,
        )
      : null,
  ];
};
