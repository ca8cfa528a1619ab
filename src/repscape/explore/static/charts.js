// Curves and matrices of the study: each point and cell leads to its layers.

import { gradient, HUES, onScale } from "./colour.js";
import { draw, make, said } from "./dom.js";

const WIDE = 350,
  HIGH = 170,
  LEFT = 42,
  BELOW = 26,
  ABOVE = 10;

const spanOf = (values, bounds) => {
  let low = Math.min(...values),
    high = Math.max(...values);
  if (bounds[0] === 0 && low > 0 && low < 0.5 * high) low = 0;
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const room = (high - low) * 0.06;
  return [
    bounds[0] === null ? low - room : Math.max(bounds[0], low - room),
    bounds[1] === null ? high + room : Math.min(bounds[1], high + room),
  ];
};

const ticksOf = (low, high, count = 4) => {
  const rough = (high - low) / count,
    power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + 1e-9; value += step) found.push(Number(value.toPrecision(12)));
  return found;
};

/** Lines over layers; `go(here, there)` is told a point that is clicked. */
export const curve = (panel, figure, app) => {
  const { data } = app,
    all = panel.lines.flatMap((line) => line.values);
  if (!all.length) return null;
  const [low, high] = spanOf(
    all.flatMap(([, , value, from, to]) => [value, from ?? value, to ?? value]),
    figure.bounds,
  );
  const last = Math.max(1, ...all.map(([here]) => data.layers.get(here)?.index ?? 0));
  const x = (here) => LEFT + ((data.layers.get(here)?.index ?? 0) / last) * (WIDE - LEFT - 12);
  const y = (value) => ABOVE + (1 - (value - low) / (high - low)) * (HIGH - ABOVE - BELOW);
  const root = draw("svg", {
    class: "curve",
    viewBox: `0 0 ${WIDE} ${HIGH}`,
    role: "group",
    "aria-label": `${figure.title} ${panel.title}`,
  });
  for (const tick of ticksOf(low, high)) {
    root.append(
      draw("line", { class: "grid", x1: LEFT, x2: WIDE - 8, y1: y(tick), y2: y(tick) }),
      draw("text", { class: "y", x: LEFT - 6, y: y(tick) + 4 }, said(tick)),
    );
  }
  for (const tick of ticksOf(0, last, 8).filter(Number.isInteger)) {
    root.append(draw("text", { class: "x", x: LEFT + (tick / last) * (WIDE - LEFT - 12), y: HIGH - 8 }, tick));
  }
  panel.lines.forEach((line, place) => {
    const colour = HUES[place % HUES.length],
      values = [...line.values].sort((one, two) => x(one[0]) - x(two[0]));
    const banded = values.filter((value) => value[3] !== null && value[4] !== null);
    if (banded.length > 1) {
      const upper = banded.map(([here, , , , to]) => `${x(here)},${y(to)}`),
        lower = banded.map(([here, , , from]) => `${x(here)},${y(from)}`).reverse();
      root.append(draw("polygon", { points: [...upper, ...lower].join(" "), fill: colour, opacity: 0.18 }));
    }
    root.append(
      draw("polyline", {
        points: values.map(([here, , value]) => `${x(here)},${y(value)}`).join(" "),
        fill: "none",
        stroke: colour,
        "stroke-width": 1.8,
      }),
    );
    for (const [here, there, value] of values)
      root.append(dot({ here, there, value, x: x(here), y: y(value), colour, line, app }));
  });
  const legend =
    panel.lines.length > 1 && panel.lines.length <= HUES.length
      ? make(
          "p",
          { class: "lines" },
          ...panel.lines.map((line, place) =>
            make("span", {}, make("span", { class: "dot", style: { background: HUES[place] } }), line.name || "–"),
          ),
        )
      : null;
  return make("div", {}, panel.title ? make("p", { class: "panel-title" }, panel.title) : null, root, legend);
};

const dot = ({ here, there, value, x, y, colour, line, app }) => {
  const words = `${line.name ? `${line.name}, ` : ""}${app.data.name(here)}${there === null ? "" : ` and ${app.data.name(there)}`}: ${said(value)}`;
  const go = () => app.visit(here, there);
  return draw(
    "circle",
    {
      class: `at${[app.state.now.a].includes(here) ? " shown" : ""}`,
      cx: x,
      cy: y,
      r: 4,
      fill: colour,
      tabindex: 0,
      role: "button",
      "aria-label": words,
      onclick: go,
      onkeydown: (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          go();
        }
      },
    },
    draw("title", {}, words),
  );
};

/** A heat map of layers against layers. */
export const matrix = (panel, figure, app) => {
  const values = panel.lines.flatMap((line) => line.values);
  if (!values.length) return null;
  const { data } = app,
    order = (numbers) => [...new Set(numbers)].sort((one, two) => one - two);
  const square =
    figure.symmetric && values.every(([here, there]) => data.layers.get(here)?.model === data.layers.get(there)?.model);
  const rows = order(values.flatMap(([here, there]) => (square ? [here, there] : [here])));
  const columns = square ? rows : order(values.map(([, there]) => there));
  const cells = new Map(
    values.flatMap(([here, there, value]) =>
      square
        ? [
            [`${here} ${there}`, value],
            [`${there} ${here}`, value],
          ]
        : [[`${here} ${there}`, value]],
    ),
  );
  const held = [...cells.values()],
    low = Math.min(...held),
    high = Math.max(...held),
    span = high - low || 1;
  const side = Math.min(26, (WIDE - LEFT - 6) / columns.length),
    tall = side * rows.length;
  const root = draw("svg", {
    class: "matrix",
    viewBox: `0 0 ${WIDE} ${tall + BELOW}`,
    role: "grid",
    "aria-label": `${figure.title} ${panel.title}`,
  });
  rows.forEach((here, i) => {
    const y = tall - side * (i + 1);
    if (rows.length < 16 || i % 4 === 0)
      root.append(draw("text", { class: "y", x: LEFT - 6, y: y + side / 2 + 4 }, data.layers.get(here)?.index ?? ""));
    columns.forEach((there, j) => {
      const value = cells.get(`${here} ${there}`);
      if (value === undefined) return;
      const words = `${data.name(here)} and ${data.name(there)}: ${said(value)}`,
        go = () => app.visit(here, there);
      root.append(
        draw(
          "rect",
          {
            class: "cell",
            "data-here": here,
            "data-there": there,
            x: LEFT + side * j,
            y,
            width: side - 0.5,
            height: side - 0.5,
            fill: onScale((value - low) / span),
            role: "button",
            tabindex: i === 0 && j === 0 ? 0 : -1,
            "data-i": i,
            "data-j": j,
            "aria-label": words,
            onclick: go,
            onkeydown: (event) => keys(event, root, i, j, go),
          },
          draw("title", {}, words),
        ),
      );
    });
  });
  columns.forEach((there, j) => {
    if (columns.length < 16 || j % 4 === 0)
      root.append(draw("text", { class: "x", x: LEFT + side * (j + 0.5), y: tall + 16 }, data.layers.get(there)?.index ?? ""));
  });
  return make(
    "div",
    {},
    panel.title ? make("p", { class: "panel-title" }, panel.title) : null,
    root,
    make("p", { class: "bar" }, said(low), make("span", { style: { background: gradient } }), said(high)),
  );
};

const keys = (event, root, i, j, go) => {
  const by = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (event.key === "Enter" || event.key === " ") go();
  else if (by) root.querySelector(`[data-i="${i + by[0]}"][data-j="${j + by[1]}"]`)?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
};

/** The panel: what may be concluded, then every figure. */
export const panel = async (app) => {
  const { figures, conclusions } = await app.data.records();
  const said_ = conclusions.map((one) =>
    make(
      "li",
      {},
      one.text,
      one.places.length
        ? make("button", { type: "button", class: "link", onclick: () => app.go("a", one.places[0]) }, "show")
        : null,
    ),
  );
  const drawn = figures.map((figure) =>
    make(
      "section",
      { class: "figure" },
      make("h3", {}, figure.title),
      make("p", { class: "note" }, figure.details),
      ...figure.panels.map((one) => (figure.kind === "matrix" ? matrix : curve)(one, figure, app)),
    ),
  );
  return [
    conclusions.length
      ? make(
          "details",
          { class: "said", open: conclusions.length < 6 },
          make("summary", {}, `What may be concluded (${conclusions.length})`),
          make("ul", {}, ...said_),
        )
      : null,
    make(
      "p",
      { class: "note" },
      "Click a point, or a cell: the map goes there. Of two layers, the examples whose neighbours differ most come first.",
    ),
    ...drawn,
  ];
};
