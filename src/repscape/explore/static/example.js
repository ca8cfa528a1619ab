// One example: what is known of it, and its neighbours in the layer that is shown.

import { make, said } from "./dom.js";

/** The picture of an example, cut out of its sheet; null where the examples are no images. */
export const picture = (data, row, side) => {
  const tiles = data.meta.pictures?.tiles;
  if (!tiles) return null;
  const node = make("span", {
    class: "picture",
    role: "img",
    "aria-label": `picture of example ${row}`,
    style: { width: `${side}px`, height: `${side}px` },
  });
  data
    .sheet(Math.floor(row / tiles))
    .then(({ url, across }) => {
      const place = row % tiles,
        down = Math.ceil(Math.min(tiles, data.n - (row - place)) / across);
      node.style.backgroundImage = `url("${url}")`;
      node.style.backgroundSize = `${across * side}px ${down * side}px`;
      node.style.backgroundPosition = `-${(place % across) * side}px -${Math.floor(place / across) * side}px`;
    })
    .catch(() => node.remove());
  return node;
};

/** A text as it reads best: sequences in tens. */
const written = (data, name, text) =>
  name === data.meta.text && data.meta.sequence
    ? make("code", { class: "sequence" }, text.replace(/(.{10})/g, "$1 ").trim())
    : text;

export const card = (data, row, known) => {
  const list = make("dl");
  for (const [name, text] of Object.entries(known)) {
    if (text !== "")
      list.append(
        make("dt", {}, name),
        make("dd", { class: name === data.meta.text ? "text" : "" }, written(data, name, text)),
      );
  }
  return make("div", { class: "card" }, picture(data, row, 112), list);
};

/** An example in a line: picture, number, class, the start of its text. */
export const brief = (data, row, known, { colour, value, badges = [], onchoose, onhover = () => {} }) =>
  make(
    "button",
    {
      type: "button",
      class: "brief",
      "data-row": row,
      onclick: () => onchoose(row),
      onpointerenter: () => onhover(row),
      onpointerleave: () => onhover(-1),
    },
    make("span", { class: "dot", style: { background: colour } }),
    picture(data, row, 36),
    make(
      "span",
      { class: "what" },
      make(
        "span",
        { class: "line" },
        make("span", { class: "id" }, known.id ?? String(row)),
        ...labels(data, known),
        ...badges.map(([text, kind]) => make("span", { class: `badge ${kind}` }, text)),
      ),
      data.meta.text && known[data.meta.text] ? make("span", { class: "words" }, known[data.meta.text].slice(0, 160)) : null,
    ),
    value === undefined ? null : make("span", { class: "value" }, said(value)),
  );

const labels = (data, known) =>
  data.meta.columns
    .filter((column) => column.kind === "class" && known[column.name])
    .slice(0, 2)
    .map((column) => make("span", { class: "class" }, known[column.name].slice(0, 40)));

/** The panel of the chosen example. */
export const panel = async (app, near) => {
  const { data, state } = app,
    { row, a, b, two, k } = state.now;
  if (row < 0) {
    return [
      make(
        "p",
        { class: "hint" },
        "Click a point, or press an arrow key on the map. ",
        "Its neighbours stand below the map, layer by layer, among all ",
        said(data.n),
        " examples.",
      ),
    ];
  }
  const [known] = await data.rows([row]);
  const parts = [make("h2", {}, `Example ${known.id ?? row}`), stepper(app), card(data, row, known)];
  if (!near.a.length) {
    parts.push(
      make(
        "p",
        { class: "hint" },
        `The study keeps no neighbours of ${data.short(a)}. `,
        data.source.can.layout ? make("button", { type: "button", onclick: () => app.build(a) }, "Build neighbours") : "",
      ),
    );
    return parts;
  }
  const [exact, knowns] = await Promise.all([app.exact(a, row, k), data.rows(near.a)]);
  const before = app.before,
    elsewhere = new Set(two ? near.b : []),
    hex = app.hex("a");
  parts.push(make("h3", {}, `Nearest in ${data.name(a)}`));
  if (two && b !== a) {
    const shared = near.a.filter((other) => elsewhere.has(other)).length;
    parts.push(make("p", { class: "shared" }, `${shared} of the ${near.a.length} are also nearest in ${data.name(b)}.`));
  }
  parts.push(
    make(
      "ol",
      { class: "list" },
      ...near.a.map((other, place) => {
        const badges = [];
        if (two && elsewhere.has(other)) badges.push(["in both", "both"]);
        else if (!two && before && !before.has(other)) badges.push(["new here", "new"]);
        return make(
          "li",
          {},
          brief(data, other, knowns[place], {
            colour: hex(other),
            value: exact?.distances[place],
            badges,
            onchoose: app.choose,
            onhover: (one) => app.hover(one),
          }),
        );
      }),
    ),
  );
  return parts;
};

const stepper = (app) => {
  const { row } = app.state.now,
    n = app.data.n;
  const go = (event) => {
    const wanted = Number(event.target.value);
    if (Number.isInteger(wanted) && wanted >= 0 && wanted < n) app.choose(wanted);
  };
  return make(
    "div",
    { class: "stepper" },
    make("button", { type: "button", "aria-label": "Example before", onclick: () => app.choose((row - 1 + n) % n) }, "‹"),
    make("label", {}, "Number ", make("input", { type: "number", min: 0, max: n - 1, value: row, onchange: go })),
    make("button", { type: "button", "aria-label": "Next example", onclick: () => app.choose((row + 1) % n) }, "›"),
    make(
      "label",
      {},
      "Neighbours ",
      make("input", {
        type: "number",
        id: "how-many",
        min: 1,
        max: app.data.meta.deepest,
        value: app.state.now.k,
        onchange: (event) => app.depth(Number(event.target.value)),
      }),
    ),
  );
};
