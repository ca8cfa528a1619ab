// One example across depth: its nearest neighbours in every layer, who stays, who comes, who leaves.

import { draw, make } from "./dom.js";

const ROW = 19,
  TOP = 34,
  CHIP = 13;

/** The strip as a drawing. `found` is (layers, k), -1 where a layer keeps no neighbours. */
export const strip = ({ layers, found, k, row, place, hex, label, tell, width }) => {
  const gap = Math.max(26, Math.min(104, (width - 20) / layers.length)),
    wide = Math.max(gap * layers.length + 12, 60);
  const x = (at) => 10 + gap * (at + 0.5),
    y = (rank) => TOP + ROW * (rank + 0.5);
  const lists = layers.map((_, at) => Array.from(found.subarray(at * k, (at + 1) * k)));
  const chip = (at, rank, other) => chipOf({ at, rank, other, lists, x, y, hex, tell });
  const root = draw("svg", {
    class: "strip",
    width: wide,
    height: TOP + ROW * k + 24,
    role: "grid",
    "aria-label": `${label}: the ${k} nearest neighbours of example ${row} in ${layers.length} layers`,
  });
  const at = layers.findIndex((layer) => layer.number === place);
  if (at >= 0)
    root.append(
      draw("rect", { class: "here", x: x(at) - gap / 2 + 1, y: 2, width: gap - 2, height: TOP + ROW * k + 18, rx: 6 }),
    );
  const links = draw("g", { class: "links" }),
    chips = draw("g"),
    heads = draw("g", { class: "heads" });
  lists.forEach((list, column) => {
    const before = new Set(lists[column - 1] || []);
    heads.append(headOf(layers[column], x(column), gap, tell));
    list.forEach((other, rank) => {
      if (other < 0) return;
      const next = column + 1 < lists.length ? lists[column + 1].indexOf(other) : -1;
      if (next >= 0) links.append(link(x(column), y(rank), x(column + 1), y(next), other));
      chips.append(chip(column, rank, other));
    });
    if (list[0] < 0) heads.append(draw("text", { class: "none", x: x(column), y: y(0) + 4 }, "–"));
    else if (column) {
      const kept = list.filter((other) => before.has(other)).length;
      heads.append(draw("text", { class: "kept", x: x(column), y: TOP + ROW * k + 14 }, `${kept}/${k}`));
    }
  });
  root.append(links, chips, heads);
  root.addEventListener("keydown", (event) => roving(event, root));
  root.querySelector(".chip")?.setAttribute("tabindex", "0");
  return root;
};

const headOf = (layer, x, gap, tell) =>
  draw(
    "g",
    {
      class: "head",
      role: "button",
      tabindex: 0,
      "aria-label": `Go to layer ${layer.index}: ${layer.key}`,
      onclick: () => tell.go(layer.number),
      onkeydown: (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          tell.go(layer.number);
        }
      },
    },
    draw("title", {}, layer.key),
    draw("rect", { x: x - gap / 2, y: 0, width: gap, height: 26 }),
    draw("text", { x, y: 19 }, layer.index),
  );

const link = (ax, ay, bx, by, other) => {
  const half = (ax + bx) / 2;
  return draw("path", {
    class: "link",
    "data-row": other,
    d: `M${ax + CHIP / 2 + 1} ${ay} C${half} ${ay} ${half} ${by} ${bx - CHIP / 2 - 1} ${by}`,
  });
};

const chipOf = ({ at, rank, other, lists, x, y, hex, tell }) => {
  const comes = at > 0 && !lists[at - 1].includes(other),
    leaves = at + 1 < lists.length && !lists[at + 1].includes(other);
  const what = [comes && "comes", leaves && "leaves", !comes && !leaves && "stays"].filter(Boolean).join(", ");
  return draw(
    "g",
    {
      class: `chip${comes ? " comes" : ""}${leaves ? " leaves" : ""}`,
      role: "button",
      tabindex: -1,
      "data-row": other,
      "data-at": at,
      "data-rank": rank,
      "aria-label": `Example ${other}, neighbour ${rank + 1} in layer ${at}, ${what}`,
      onclick: () => tell.choose(other),
      onpointerenter: (event) => tell.hover(other, event),
      onpointerleave: () => tell.hover(-1),
      onfocus: (event) => tell.hover(other, event),
      onblur: () => tell.hover(-1),
      onkeydown: (event) => {
        if (event.key === "Enter" || event.key === " ") {
          event.preventDefault();
          tell.choose(other);
        }
      },
    },
    comes && draw("circle", { class: "halo", cx: x(at), cy: y(rank), r: CHIP / 2 + 2 }),
    draw("circle", { cx: x(at), cy: y(rank), r: CHIP / 2, fill: hex(other) }),
  );
};

/** Arrow keys go from chip to chip. */
const roving = (event, root) => {
  const from = event.target.closest?.(".chip");
  const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (!from || !by) return;
  event.preventDefault();
  event.stopPropagation();
  const [at, rank] = [Number(from.dataset.at) + by[0], Number(from.dataset.rank) + by[1]];
  const to = root.querySelector(`.chip[data-at="${at}"][data-rank="${rank}"]`);
  if (!to) return;
  from.setAttribute("tabindex", "-1");
  to.setAttribute("tabindex", "0");
  to.focus();
};

/** Let all marks of one neighbour stand out. */
export const point = (root, row) => {
  root.classList.toggle("pointed", row >= 0);
  for (const node of root.querySelectorAll("[data-row]")) node.classList.toggle("on", Number(node.dataset.row) === row);
};

export const key = () =>
  make(
    "p",
    { class: "key" },
    make("span", { class: "sign stays" }),
    "stays",
    make("span", { class: "sign comes" }),
    "comes",
    make("span", { class: "sign leaves" }),
    "leaves",
    make(
      "span",
      { class: "note" },
      "Nearest on top. The colour is the map's; numbers below say how many were there in the layer before.",
    ),
  );
