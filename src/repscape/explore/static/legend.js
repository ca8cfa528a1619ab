// What the colours mean: a bar for numbers, a button for each class.

import { gradient } from "./colour.js";
import { make, said } from "./dom.js";
import { titleOf } from "./values.js";

/** The key of a colouring; a click on a class selects it. */
export const legend = (app, colouring, wrong = "") => {
  if (!colouring) return make("p", { class: "note" }, wrong);
  return colouring.kind === "number" ? bar(app, colouring) : classes(app, colouring);
};

const bar = (app, colouring) => {
  const { colour } = app.state.now,
    about = app.data.meta.offers.find((offer) => `value:${offer.name}` === colour)?.about;
  return [
    make("p", { class: "bar" }, said(colouring.low), make("span", { style: { background: gradient } }), said(colouring.high)),
    make(
      "p",
      { class: "note" },
      colouring.note || about || "",
      colouring.missing && !colouring.note ? ` ${said(colouring.missing)} have none (grey).` : "",
    ),
  ];
};

const classes = (app, colouring) =>
  make(
    "ul",
    { "aria-label": titleOf(app.data.meta, app.state.now.colour) },
    ...(colouring.entries || []).map((entry) => make("li", {}, button(app, colouring, entry))),
  );

const button = (app, colouring, entry) => {
  const { colour, pick, a } = app.state.now;
  const own = entry.codes.map((code) => (code < 0 ? null : colouring.names[code]));
  const chosen = pick?.kind === "class" && pick.name === colour ? pick.levels : [];
  const on = own.every((level) => chosen.includes(level));
  const toggle = (event) => {
    const more = event.shiftKey || event.ctrlKey || event.metaKey;
    const levels = on ? (more ? chosen.filter((level) => !own.includes(level)) : []) : [...(more ? chosen : []), ...own];
    app.select(
      levels.length ? { kind: "class", name: colour, place: colour.startsWith("value:") ? a : undefined, levels } : null,
    );
  };
  return make(
    "button",
    {
      type: "button",
      class: "entry",
      "aria-pressed": String(on),
      onclick: toggle,
      title: "Select; with Shift, more of them",
    },
    make("span", { class: "dot", style: { background: entry.colour } }),
    make("span", { class: "name" }, entry.name || "(empty)"),
    make("span", { class: "count" }, said(entry.count)),
  );
};
