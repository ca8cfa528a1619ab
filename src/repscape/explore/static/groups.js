// Groups of examples: found by lasso, legend or words; named, kept, told apart from the rest, handed on.

import { differences } from "./differ.js";
import { download, make, percent, said } from "./dom.js";
import { wordsFor } from "./pick.js";

export const panel = async (app) => {
  const { data, state } = app,
    { pick } = state.now;
  const parts = [search(app, pick)];
  if (pick && app.mask) {
    const rows = app.rows();
    parts.push(
      make("h2", {}, wordsFor(pick)),
      make("p", { class: "note", id: "selected" }, `${said(rows.length)} of ${said(data.n)} examples`),
      buttons(app, pick, rows),
      rows.length ? await apart(app) : make("p", { class: "hint" }, "No example is among them."),
    );
  } else {
    parts.push(
      make(
        "p",
        { class: "hint" },
        app.wrong ||
          "Draw around points with Shift held down or the lasso, click a class in the legend, " +
            "or type words or a comparison: fur · label = animal and length > 9 · turnover > 0.5",
      ),
    );
  }
  const kept = await data.source.selections();
  if (kept.length)
    parts.push(make("h2", {}, "Kept"), make("ul", { class: "kept-list" }, ...kept.map((one) => entry(app, one))));
  return parts;
};

const search = (app, pick) => {
  const field = make("input", {
    type: "search",
    id: "query",
    placeholder: "words, or label = x and length > 30",
    "aria-label": "Select by words or columns",
    autocomplete: "off",
    spellcheck: "false",
    value: pick?.kind === "query" ? pick.text : "",
  });
  return make(
    "form",
    {
      class: "search",
      role: "search",
      onsubmit: (event) => {
        event.preventDefault();
        app.select(field.value.trim() ? { kind: "query", text: field.value.trim() } : null);
      },
    },
    field,
    make("button", { type: "submit" }, "Select"),
  );
};

const buttons = (app, pick, rows) => {
  const name = make("input", {
    type: "text",
    id: "keep-name",
    maxlength: 80,
    "aria-label": "Name of the selection",
    placeholder: "name",
    value: pick.kind === "kept" ? pick.name : wordsFor(pick).slice(0, 60),
  });
  const keep = make(
    "form",
    {
      class: "keep",
      onsubmit: (event) => {
        event.preventDefault();
        app.keep(name.value.trim(), rows, pick);
      },
    },
    name,
    make("button", { type: "submit" }, "Keep"),
  );
  return make(
    "div",
    { class: "buttons" },
    app.data.source.can.keep && rows.length ? keep : null,
    make("button", { type: "button", id: "as-csv", onclick: () => exportCsv(app, rows) }, "CSV"),
    make("button", { type: "button", id: "as-ids", onclick: () => exportIds(app, rows) }, "Ids"),
    make("button", { type: "button", id: "clear", onclick: () => app.select(null) }, "Clear"),
  );
};

const entry = (app, { name, n }) =>
  make(
    "li",
    {},
    make("button", { type: "button", class: "link", onclick: () => app.select({ kind: "kept", name }) }, name),
    make("span", { class: "count" }, said(n)),
    app.data.source.can.measure
      ? make(
          "button",
          {
            type: "button",
            class: "measure",
            title: "Measure this group and all others, each by itself",
            "aria-label": `Measure ${name} and the others`,
            onclick: () => app.measure(name),
          },
          "Measure as by=",
        )
      : null,
    app.data.source.can.keep
      ? make(
          "button",
          { type: "button", class: "forget", "aria-label": `Forget ${name}`, onclick: () => app.forget(name) },
          "×",
        )
      : null,
  );

/** What is different about the selection. */
const apart = async (app) => {
  const found = await differences(app.mask, app.data);
  const bar = (one) =>
    make(
      "span",
      { class: "bars", "aria-hidden": true },
      make("span", { class: "in", style: { width: `${100 * one.inside}%` } }),
      make("span", { class: "out", style: { width: `${100 * one.outside}%` } }),
    );
  const table = (title, rows) =>
    rows.length
      ? [
          make("h3", {}, title),
          make(
            "table",
            { class: "apart" },
            make(
              "thead",
              {},
              make("tr", {}, make("th", {}, ""), make("th", { scope: "col" }, "these"), make("th", { scope: "col" }, "others")),
            ),
            make("tbody", {}, ...rows),
          ),
        ]
      : [];
  const line = (name, inside, outside, more) =>
    make("tr", {}, make("th", { scope: "row" }, name, more), make("td", {}, inside), make("td", {}, outside));
  return make(
    "div",
    { class: "differences" },
    table(
      "Classes",
      found.classes.map((one) => line(`${one.column}: ${one.level}`, percent(one.inside), percent(one.outside), bar(one))),
    ),
    table(
      "Numbers, mean",
      found.numbers.map((one) => line(one.name, said(one.inside), said(one.outside))),
    ),
    found.words.length
      ? [
          make("h3", {}, "Words"),
          make(
            "p",
            { class: "chips" },
            ...found.words.map((one) =>
              make(
                "button",
                {
                  type: "button",
                  class: "word",
                  title: `in ${percent(one.inside)} of these, ${percent(one.outside)} of the others`,
                  onclick: () => app.select({ kind: "query", text: JSON.stringify(one.word) }),
                },
                one.word,
              ),
            ),
          ),
        ]
      : null,
    found.classes.length + found.words.length + found.numbers.length
      ? make(
          "p",
          { class: "note" },
          "Ordered by how sure the difference is; a selection was chosen by looking, so none of this is a test.",
        )
      : null,
  );
};

const FORMULA = /^[=+\-@\t\r]/;
/** A cell that no spreadsheet runs as a formula, and that reads back as it was. */
const cell = (text) => {
  const safe = FORMULA.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

const exportCsv = async (app, rows) => {
  const known = await app.data.rows(Array.from(rows)),
    columns = app.data.meta.columns.map((column) => column.name);
  const lines = known.map((held, place) =>
    [String(rows[place]), ...columns.map((name) => held[name] ?? "")].map(cell).join(","),
  );
  download("selection.csv", `${["row", ...columns].map(cell).join(",")}\r\n${lines.join("\r\n")}\r\n`, "text/csv");
};

const exportIds = async (app, rows) => {
  const ids = app.data.meta.columns.some((column) => column.name === "id");
  const known = ids ? await app.data.rows(Array.from(rows)) : [];
  download("ids.txt", `${Array.from(rows, (row, place) => (ids ? known[place].id : row)).join("\n")}\n`, "text/plain");
};
