// One pane: which model, checkpoint and layer, and the map of it with neighbours, names and what is pointed at.

import { make, options, said } from "./dom.js";
import { listen } from "./gestures.js";
import { Plane } from "./plane.js";

const PAUSE = 1150; // milliseconds of a layer while it plays
const NAMED = 16; // classes with a name on the map

export class Pane {
  constructor(letter, app) {
    this.letter = letter;
    this.app = app;
    this.name = letter.toLowerCase();
    this.plane = new Plane(app.data.n, { wish: app.wish, over: (...given) => this.#over(...given) });
    this.plane.settled = () => app.settled?.(this);
    this.#build();
    listen(this.node, this.plane, {
      move: (camera) => app.state.set({ x: camera.x, y: camera.y, zoom: camera.zoom }, "replace"),
      hover: (row, at) => app.hover(row, this, at),
      choose: (row) => row >= 0 && app.choose(row),
      lasso: (path) => app.lasso(this, path),
      drawing: (path) => {
        this.path = path;
        this.plane.draw();
      },
      lassoing: () => app.lassoing,
      step: (dx, dy) => this.#step(dx, dy),
    });
    new ResizeObserver(() => this.plane.resize(this.node.clientWidth, this.node.clientHeight)).observe(this.node);
  }

  get place() {
    return this.app.state.now[this.name];
  }

  #build() {
    const change = (find) => (event) => this.app.go(this.name, find(event.target.value));
    this.model = make("select", {
      "aria-label": `Model of pane ${this.letter}`,
      onchange: change((value) => this.#like({ model: value })),
    });
    this.site = make("select", { "aria-label": "Site", onchange: change((value) => this.#like({ site: value })) });
    this.step = make("input", {
      type: "range",
      min: 0,
      step: 1,
      "aria-label": "Checkpoint",
      oninput: change((value) => this.#like({ step: this.#steps()[Number(value)] })),
    });
    this.stepName = make("output");
    this.layer = make("input", {
      type: "range",
      min: 0,
      step: 1,
      class: "layer",
      "aria-label": `Layer of pane ${this.letter}`,
      oninput: (event) => this.app.go(this.name, this.app.data.line(this.place)[Number(event.target.value)].number, "replace"),
      onchange: () => this.app.remember(),
    });
    this.layerName = make("output", { class: "layer-name" });
    this.player = make("button", { type: "button", class: "play", onclick: () => this.play() }, "▶");
    this.waiting = make("p", { class: "waiting", hidden: true, role: "status" });
    this.tip = make("div", { class: "tip", hidden: true });
    this.share = make("p", { class: "share" });
    this.node = make(
      "div",
      { class: "map", tabindex: 0, role: "application", "aria-roledescription": "map of examples" },
      this.plane.points,
      this.plane.above,
      this.waiting,
      this.tip,
      this.share,
    );
    const letter = make("span", { class: `letter ${this.name}`, "aria-hidden": true }, this.letter);
    this.steps = make("label", { class: "slide" }, "Checkpoint", this.step, this.stepName);
    this.layers = make("label", { class: "slide" }, make("span", {}, "Layer"), this.layer, this.layerName);
    this.head = make("div", { class: "head" }, letter, this.model, this.site, this.steps, this.player, this.layers);
    this.section = make("section", { class: "pane", "aria-label": `Pane ${this.letter}` }, this.head, this.node);
    this.#playing(false);
  }

  #layers(filter) {
    return this.app.data.meta.layers.filter(filter);
  }
  #steps() {
    const own = this.app.data.layers.get(this.place);
    return [
      ...new Set(this.#layers((layer) => layer.model === own.model && layer.site === own.site).map((layer) => layer.step)),
    ];
  }

  /** The layer that is most like the present one, but for what is given. */
  #like(wanted) {
    const own = this.app.data.layers.get(this.place),
      whole = { ...own, ...wanted };
    const far = (layer) =>
      8 * (layer.model !== whole.model) +
      4 * (layer.site !== whole.site) +
      2 * (layer.step !== whole.step) +
      Math.abs(layer.depth - whole.depth);
    return this.#layers(() => true).reduce((best, layer) => (far(layer) < far(best) ? layer : best)).number;
  }

  /** Let the head say which layer is shown. */
  label() {
    const { data } = this.app,
      own = data.layers.get(this.place),
      line = data.line(this.place);
    const models = [...new Set(data.meta.layers.map((layer) => layer.model))];
    const sites = [...new Set(this.#layers((layer) => layer.model === own.model).map((layer) => layer.site))];
    options(
      this.model,
      models.map((name) => [name, name || "model"]),
      own.model,
    );
    options(
      this.site,
      sites.map((name) => [name, name || "layer"]),
      own.site,
    );
    this.model.hidden = models.length < 2;
    this.site.hidden = sites.length < 2;
    const steps = this.#steps();
    this.steps.hidden = steps.length < 2;
    Object.assign(this.step, { max: steps.length - 1, value: steps.indexOf(own.step) });
    this.stepName.textContent = own.step === null ? "" : said(own.step);
    this.layers.hidden = this.player.hidden = line.length < 2;
    Object.assign(this.layer, { max: line.length - 1, value: line.findIndex((layer) => layer.number === this.place) });
    this.layerName.textContent = data.short(this.place);
    this.layer.setAttribute("aria-valuetext", data.name(this.place));
    this.node.setAttribute(
      "aria-label",
      `Pane ${this.letter}: map of ${said(data.n)} examples in ${data.name(this.place)}. ` +
        "Arrow keys go from example to example.",
    );
  }

  /** Show the layer that the state names; the points move there. */
  async show() {
    const { app } = this,
      last = app.turns.begin(`pane ${this.letter}`),
      { map } = app.state.now,
      { place } = this;
    this.label();
    const key = `xy ${map} ${place}`;
    if (!app.data.here(key)) this.#wait(`${app.data.meta.methods[map]}: being computed …`);
    try {
      const found = await app.data.positions(map, place);
      if (!last()) return;
      this.#wait("");
      this.plane.go(found.xy, { duration: app.still() ? 0 : undefined });
      this.centres = null;
      const [one, two] = found.shares;
      this.share.textContent = map === "pca" && one !== undefined ? `${(100 * (one + two)).toFixed(0)} % of the variance` : "";
    } catch (error) {
      if (last()) this.#wait(error.message);
    }
  }

  #wait(text) {
    this.waiting.textContent = text;
    this.waiting.hidden = !text;
  }

  /** Colour the points; with a mask the others are faint. */
  paint(colouring, mask) {
    this.colouring = colouring;
    this.centres = null;
    this.plane.paint(colouring.colours, mask, this.app.shade("pale"));
  }

  play() {
    if (this.timer) {
      clearInterval(this.timer);
      this.timer = null;
      this.app.remember();
    } else {
      const next = () => {
        const line = this.app.data.line(this.place),
          at = line.findIndex((layer) => layer.number === this.place);
        this.app.go(this.name, line[(at + 1) % line.length].number, "replace");
      };
      next();
      this.timer = setInterval(next, PAUSE);
    }
    this.#playing(Boolean(this.timer));
  }

  #playing(on) {
    this.player.textContent = on ? "❚❚" : "▶";
    this.player.setAttribute("aria-label", on ? `Stop playing pane ${this.letter}` : `Play the layers of pane ${this.letter}`);
    this.player.setAttribute("aria-pressed", String(on));
  }

  #step(dx, dy) {
    const { row } = this.app.state.now,
      { plane } = this;
    const { clientWidth: w, clientHeight: h } = this.node;
    const next = row < 0 ? plane.nearest(w / 2, h / 2, null, Infinity) : plane.towards(row, dx, dy);
    if (next >= 0) this.app.choose(next);
  }

  // ---- what lies over the points

  #over(context, pixel, still) {
    const { app } = this,
      { row } = app.state.now,
      near = app.near?.[this.name] || [];
    if (row >= 0 && row < app.data.n) {
      const [x, y] = pixel(row);
      context.lineWidth = 1.2;
      context.strokeStyle = app.shade("one");
      context.globalAlpha = 0.75;
      for (const other of near) line(context, x, y, ...pixel(other));
      context.globalAlpha = 1;
      for (const other of near) ring(context, ...pixel(other), 4.5, app.shade("one"), app.shade("paper"));
      ring(context, x, y, 7, app.shade("ink"), app.shade("paper"), 3);
    }
    if (still && app.names) this.#names(context, pixel);
    if (app.hovered >= 0) ring(context, ...pixel(app.hovered), 7, app.shade("ink"), app.shade("paper"));
    if (this.path) this.#lasso(context);
  }

  #lasso(context) {
    const { scale, left, top } = this.plane.view(),
      { ratio } = this.plane;
    context.beginPath();
    for (let i = 0; i < this.path.length; i += 2) {
      context.lineTo((left + this.path[i] * scale) / ratio, (top - this.path[i + 1] * scale) / ratio);
    }
    context.closePath();
    Object.assign(context, { fillStyle: this.app.shade("one"), globalAlpha: 0.12 });
    context.fill();
    Object.assign(context, { strokeStyle: this.app.shade("one"), globalAlpha: 1, lineWidth: 1.5 });
    context.stroke();
  }

  /** Names of classes where most of their points lie. */
  #names(context, pixel) {
    if (this.colouring?.kind !== "class") return;
    this.centres ??= centresOf(this.colouring, this.plane.to);
    context.font = "600 12px system-ui, sans-serif";
    context.textAlign = "center";
    context.lineJoin = "round";
    const taken = [];
    for (const { name, row } of this.centres) {
      const [x, y] = pixel(row),
        text = name.length > 28 ? `${name.slice(0, 27)}…` : name,
        width = context.measureText(text).width / 2;
      if (taken.some(([ox, oy, ow]) => Math.abs(ox - x) < ow + width && Math.abs(oy - y) < 14)) continue;
      taken.push([x, y, width]);
      Object.assign(context, {
        strokeStyle: this.app.shade("paper"),
        lineWidth: 4,
        globalAlpha: 0.9,
        fillStyle: this.app.shade("ink"),
      });
      context.strokeText(text, x, y + 4);
      context.globalAlpha = 1;
      context.fillText(text, x, y + 4);
    }
  }
}

const line = (context, ax, ay, bx, by) => {
  context.beginPath();
  context.moveTo(ax, ay);
  context.lineTo(bx, by);
  context.stroke();
};

const ring = (context, x, y, radius, colour, edge, width = 2) => {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  Object.assign(context, { lineWidth: width + 2, strokeStyle: edge });
  context.stroke();
  Object.assign(context, { lineWidth: width, strokeStyle: colour });
  context.stroke();
};

/** For each class the example that lies nearest to the median of some of its points. */
const centresOf = ({ codes, entries }, xy) => {
  const own = entries
    .filter((entry) => entry.codes.length === 1 && entry.codes[0] >= 0)
    .sort((one, two) => two.count - one.count)
    .slice(0, NAMED);
  const rows = new Map(own.map((entry) => [entry.codes[0], []]));
  for (let row = 0; row < codes.length; row += 1) {
    const held = rows.get(codes[row]);
    if (held && held.length < 2000) held.push(row);
  }
  return own.map((entry) => {
    const held = rows.get(entry.codes[0]);
    const middle = [0, 1].map((side) => held.map((row) => xy[2 * row + side]).sort((a, b) => a - b)[held.length >> 1]);
    const far = (row) => Math.hypot(xy[2 * row] - middle[0], xy[2 * row + 1] - middle[1]);
    return { name: entry.name, row: held.reduce((best, row) => (far(row) < far(best) ? row : best)) };
  });
};
