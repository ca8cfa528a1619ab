// The explorer as a whole: what is looked at is in the state, and each change is carried to the parts that show it.

import { byClass, byNothing, byNumber } from "./colour.js";
import { Data } from "./data.js";
import { names as wordNames } from "./differ.js";
import { quiet, Turns } from "./dom.js";
import { Frame } from "./frame.js";
import { Pane } from "./pane.js";
import { examplesOf, rowsOf, simpler, wordsFor } from "./pick.js";
import { fromAddress, State, toAddress } from "./state.js";
import { read } from "./values.js";
import { Watch } from "./watch.js";

export class App {
  constructor(root, source, { wish = "", address = true } = {}) {
    Object.assign(this, {
      root,
      source,
      wish,
      address,
      near: { a: [], b: [] },
      hovered: -1,
      names: true,
      lassoing: false,
      mask: null,
      wrong: "",
    });
    this.turns = new Turns();
    this.shades = new Map();
    this.remember = quiet(() => this.#write("push"), 250);
    this.replace = quiet(() => this.#write("replace"), 120);
  }

  async start() {
    this.data = new Data(this.source, await this.source.meta());
    const { meta } = this.data,
      first = meta.first ?? 0,
      usual = { a: first, b: this.#beside(first), colour: this.#usualColour(), map: meta.map };
    this.usual = usual;
    this.state = new State(fromAddress(this.address ? location.hash : "", this.data.layers, usual));
    this.frame = new Frame(this);
    this.pane = { a: new Pane("A", this), b: new Pane("B", this) };
    this.frame.build();
    this.state.on((state, changed, how) => this.#update(state, changed, how));
    if (this.address) {
      this.#write("replace");
      window.addEventListener("hashchange", () => this.#back());
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.repaint());
    this.#update(this.state.now, new Set(Object.keys(this.state.now)), "none");
    this.watch = new Watch(this);
    this.#ahead();
    return this;
  }

  /** What stands in the second pane first: another model at the same depth, else the first layer. */
  #beside(first) {
    const own = this.data.layers.get(first);
    const other = this.data.meta.layers
      .filter((layer) => layer.model !== own?.model)
      .sort((one, two) => two.depth - one.depth)[0];
    return (other || this.data.line(first)[0])?.number ?? first;
  }

  #usualColour() {
    const classes = this.data.meta.columns.filter((column) => column.kind === "class" && column.levels.length > 1);
    const found =
      classes.find((column) => column.name === "label") || classes.find((column) => column.levels.length <= 40) || classes[0];
    return found ? `column:${found.name}` : "";
  }

  /** Read all maps ahead, so that the slider finds them. */
  async #ahead() {
    const { map, a } = this.state.now;
    for (const layer of [...this.data.line(a)].reverse().concat(this.data.meta.layers)) {
      if (this.state.now.map !== map || this.closed) return;
      await this.data.positions(map, layer.number).catch(() => null);
    }
  }

  // ---- the address

  #write(how) {
    if (!this.address) return;
    const address = `${location.pathname}${this.#query()}#${toAddress(this.state.now, this.data.layers)}`;
    if (address === `${location.pathname}${location.search}${location.hash}`) return;
    history[how === "push" ? "pushState" : "replaceState"](null, "", address);
  }

  /** The token has left its cookie and need not stand in an address that is sent around. */
  #query() {
    const words = new URLSearchParams(location.search);
    words.delete("token");
    return words.size ? `?${words}` : "";
  }

  #back() {
    this.state.set(fromAddress(location.hash, this.data.layers, this.usual), "none");
  }

  // ---- what parts of the page ask for

  panes() {
    return this.state.now.two ? [this.pane.a, this.pane.b] : [this.pane.a];
  }
  still() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** A colour of the style, by its name. */
  shade(name) {
    if (!this.shades.has(name)) this.shades.set(name, getComputedStyle(this.root).getPropertyValue(`--${name}`).trim());
    return this.shades.get(name);
  }

  rows() {
    return rowsOf(this.mask);
  }
  hex(pane) {
    return this.pane[pane].colouring?.hex || (() => "#888888");
  }
  exact(place, row, k) {
    return this.data.neighbors(place, row, k).catch(() => null);
  }

  go(pane, place, how = "push") {
    this.state.set({ [pane]: place }, how);
  }
  choose = (row) =>
    this.state.set({
      row,
      ...(this.state.now.tab === "results" ? {} : { tab: this.state.now.tab === "table" ? "table" : "example" }),
    });
  depth(k) {
    this.state.set({ k: Math.min(this.data.meta.deepest, Math.max(1, Math.round(k) || 10)) });
  }
  select(recipe) {
    this.state.set({ pick: recipe, tab: "groups" });
  }
  table(shown) {
    this.frame.panel(shown);
  }

  lasso(pane, path) {
    this.select({ kind: "lasso", map: this.state.now.map, place: pane.place, path: simpler(path) });
    this.frame.lassoed();
  }

  /** Show two layers side by side, and first those whose neighbours differ most. */
  visit(here, there) {
    if (there === null || there === here) {
      this.state.set({ a: here });
      return;
    }
    this.state.set({
      a: here,
      b: there,
      two: true,
      colour: "value:turnover_other",
      sort: "value:turnover_other",
      up: false,
      tab: "table",
      pick: null,
    });
  }

  hover(row, pane, at) {
    if (row === this.hovered) return;
    this.hovered = row;
    for (const one of this.panes()) one.plane.mark();
    this.frame.point(row, pane, at);
  }

  async keep(name, rows, recipe) {
    await this.frame.doing(async () => {
      await this.source.keep(name, rows, recipe);
      this.state.set({ pick: { kind: "kept", name } }, "replace");
      this.frame.say(`Kept ${name}.`);
      await this.frame.panel();
    });
  }

  async forget(name) {
    await this.frame.doing(async () => {
      await this.source.forget(name);
      if (this.state.now.pick?.kind === "kept" && this.state.now.pick.name === name) this.state.set({ pick: null }, "replace");
      await this.frame.panel();
    });
  }

  async measure(name) {
    await this.frame.doing(async () => {
      await this.source.measure(name);
      this.watch.soon();
    });
  }
  async build(place) {
    await this.frame.doing(async () => {
      await this.source.build(place);
      this.watch.soon();
    });
  }

  // ---- what follows from a change

  #update(state, changed, how) {
    const is = (...names) => names.some((name) => changed.has(name));
    if (is("two")) this.frame.sides();
    if (is("map") && state.map !== "pca" && this.source.can.layout) this.#lay(state.map);
    if (is("a", "map")) this.pane.a.show();
    if (state.two && is("b", "two", "map")) this.pane.b.show();
    if (is("x", "y", "zoom")) {
      for (const pane of Object.values(this.pane)) {
        pane.plane.camera = { x: state.x, y: state.y, zoom: state.zoom };
        pane.plane.draw();
      }
    }
    if (is("pick")) this.#pick();
    else if (is("colour", "a", "b", "two")) this.colour();
    if (is("row", "k", "a", "b", "two")) this.neighbours();
    this.frame.controls();
    if (is("tab", "sort", "up") || (is("a", "b", "two") && state.tab !== "groups")) this.frame.panel();
    if (how === "push") this.#write("push");
    else if (how === "replace") this.replace();
  }

  async #lay(map) {
    await this.frame.doing(async () => {
      await this.source.layout(map);
      this.watch?.soon();
      this.#ahead();
    });
  }

  async #pick() {
    const { pick, a, b, two } = this.state.now,
      last = this.turns.begin("pick");
    this.mask = null;
    this.wrong = "";
    if (pick) {
      try {
        const mask = await examplesOf(pick, this.data, { place: a, across: two ? b : null });
        if (!last()) return;
        this.mask = mask;
        this.frame.say(`${mask.reduce((sum, one) => sum + one, 0)} examples selected: ${wordsFor(pick)}.`);
      } catch (error) {
        this.wrong = error.message;
        this.frame.warn(error.message);
      }
    }
    await this.colour();
    if (["groups", "table"].includes(this.state.now.tab)) this.frame.panel();
  }

  /** Colour both panes, each by its own layer where the value is one of a layer. */
  async colour() {
    const { colour, a, b, two } = this.state.now,
      last = this.turns.begin("colour");
    try {
      const held = await Promise.all(
        this.panes().map((pane) =>
          this.#colouring(colour, pane === this.pane.a ? a : b, pane === this.pane.a ? (two ? b : null) : a),
        ),
      );
      if (!last()) return;
      for (const [place, pane] of this.panes().entries()) pane.paint(held[place], this.mask);
      this.frame.legend(held[0]);
    } catch (error) {
      if (!last()) return;
      for (const pane of this.panes()) pane.paint(byNothing(this.data.n), this.mask);
      this.frame.legend(null, error.message);
    }
    this.frame.strips();
  }

  async #colouring(name, place, across) {
    if (!name) return byNothing(this.data.n);
    const held = await read(this.data, name, place, across),
      grey = this.shade("faint");
    if (held.kind === "number") return { ...byNumber(held.values, grey), note: held.note };
    let levels = held.levels;
    if (name === "value:cluster" && this.data.meta.text) {
      const words = wordNames(await this.data.words(), held.values, levels.length);
      levels = levels.map((level, code) => (words[code].length ? words[code].join(", ") : level));
    }
    return { ...byClass(held.values, levels, grey), names: held.levels };
  }

  /** Read the neighbours of the chosen example in all layers of what is shown. */
  async neighbours({ tell = true } = {}) {
    const { row, k, a, b, two } = this.state.now,
      last = this.turns.begin("near");
    this.strip = [];
    if (row >= 0) {
      this.exact(a, row, k); // asked for at once, together with the strip, by which the panel then need not wait
      this.data.rows([row]).catch(() => null);
      try {
        const sides = two && this.data.line(a)[0] !== this.data.line(b)[0] ? [a, b] : [a];
        const strips = await Promise.all(
          sides.map(async (place) => {
            const layers = this.data.line(place),
              numbers = layers.map((layer) => layer.number);
            const found = await this.data.once(`strip ${row} ${k} ${numbers}`, () => this.source.strip(row, k, numbers));
            return { place, layers, found };
          }),
        );
        if (!last()) return;
        this.strip = strips;
      } catch (error) {
        this.frame.warn(error.message);
      }
    }
    const list = (place) => {
      const held = this.strip.find((one) => one.layers.some((layer) => layer.number === place));
      const at = held ? held.layers.findIndex((layer) => layer.number === place) : -1;
      return held && at >= 0 ? Array.from(held.found.subarray(at * k, (at + 1) * k)).filter((other) => other >= 0) : [];
    };
    this.near = { a: list(a), b: list(b) };
    const line = this.data.line(a),
      at = line.findIndex((layer) => layer.number === a);
    this.before = at > 0 ? new Set(list(line[at - 1].number)) : null;
    for (const pane of this.panes()) pane.plane.mark();
    this.frame.strips();
    if (this.state.now.tab === "example") await this.frame.panel();
    if (row >= 0 && tell) this.frame.tellExample(row);
  }

  repaint() {
    this.shades.clear();
    this.colour();
    this.frame.controls();
  }

  /** The study has grown: read what there is now, and stay where we are. */
  async grown() {
    this.data.take(await this.source.meta());
    for (const pane of this.panes()) pane.label();
    await Promise.all([this.colour(), this.neighbours({ tell: false })]);
    await this.frame.panel();
    this.frame.controls();
    this.frame.say("The study has grown.");
    this.#ahead();
  }

  close() {
    this.closed = true;
    this.watch?.close();
    for (const pane of Object.values(this.pane)) pane.plane.close();
  }
}
