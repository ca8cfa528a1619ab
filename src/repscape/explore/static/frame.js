// Everything around the maps: bar, legend, strip, tabs, messages, keys.

import { panel as results } from "./charts.js";
import { make, options, said } from "./dom.js";
import { rememberDrafts, replaceAround } from "./drafts.js";
import { panel as example } from "./example.js";
import { panel as groups } from "./groups.js";
import { help, keys } from "./keys.js";
import { legend } from "./legend.js";
import { png, svg } from "./pictures.js";
import { key, point as pointStrip, strip } from "./strip.js";
import { panel as table } from "./table.js";
import { showTip } from "./tip.js";
import { names } from "./values.js";

const TABS = { example: "Example", table: "Table", groups: "Groups", results: "Results" };

export class Frame {
  constructor(app) {
    this.app = app;
    this.jobs = make("div", { class: "jobs" });
  }

  build() {
    const { app } = this,
      { state, data } = app;
    this.title = make("h1", {}, data.meta.studies.join(", "));
    this.map = make("select", { id: "map-method", onchange: (event) => state.set({ map: event.target.value }) });
    this.colour = make("select", { id: "colour", onchange: (event) => state.set({ colour: event.target.value }) });
    const button = (id, words, label, onclick) =>
      make("button", { type: "button", id, "aria-label": label, title: label, onclick }, words);
    this.two = button("two", "Two panes", "Two panes side by side", () => state.set({ two: !state.now.two }));
    this.lasso = button("lasso", "Lasso", "Draw around points to select them", () => this.#lassoing(!app.lassoing));
    this.scheme = button("scheme", "Dark", "Dark or light", () => this.#scheme());
    this.sets = make("select", {
      id: "set",
      "aria-label": "Study",
      onchange: (event) => {
        location.assign(`?set=${event.target.value}`);
      },
    });
    options(
      this.sets,
      (data.meta.sets || []).map((name, place) => [place, name]),
      app.source.set,
    );
    this.sets.hidden = (data.meta.sets || []).length < 2;
    this.bar = make(
      "header",
      { class: "top" },
      make("p", { class: "brand" }, "repscape"),
      this.title,
      this.sets,
      make("span", { class: "count" }, `${said(data.n)} examples`),
      make("span", { class: "room" }),
      make("label", { class: "field" }, "Map ", this.map),
      this.two,
      this.lasso,
      button("home", "Whole", "Show the whole map", () => state.set({ x: 0, y: 0, zoom: 1 })),
      app.address ? button("link", "Link", "Copy the address of this view", () => this.#copy()) : null,
      button("png", "PNG", "Save the picture as PNG", () => png(app)),
      button("svg", "SVG", "Save the picture as SVG", () => svg(app)),
      this.scheme,
      button("help", "?", "Keys and help", () => this.help.showModal()),
    );
    this.panes = make("div", { class: "panes" }, app.pane.a.section, app.pane.b.section);
    this.dock = make("div", { class: "dock", hidden: true });
    this.key = make("div", { class: "legend" });
    this.tabs = make(
      "div",
      { role: "tablist", "aria-label": "Beside the map" },
      ...Object.entries(TABS).map(([name, words]) =>
        make(
          "button",
          {
            type: "button",
            role: "tab",
            id: `tab-${name}`,
            "data-tab": name,
            onclick: () => state.set({ tab: name }),
            onkeydown: (event) => this.#tabKeys(event),
          },
          words,
        ),
      ),
    );
    this.body = make("div", { class: "body", role: "tabpanel", tabindex: -1 });
    rememberDrafts(this.body);
    this.side = make(
      "aside",
      {},
      make(
        "section",
        { class: "colouring", "aria-label": "Colour" },
        make("label", { class: "field" }, "Colour ", this.colour),
        this.key,
      ),
      this.tabs,
      this.body,
    );
    this.live = make("p", { class: "live", "aria-live": "polite" });
    this.alert = make("p", { class: "alert", role: "alert", hidden: true });
    this.help = help(data);
    app.root.replaceChildren(
      make(
        "a",
        {
          class: "skip",
          href: "#",
          onclick: (event) => {
            event.preventDefault();
            app.pane.a.node.focus();
          },
        },
        "Skip to the map",
      ),
      this.bar,
      make("main", { class: "work" }, make("div", { class: "maps" }, this.panes, this.dock), this.side),
      this.jobs,
      this.alert,
      this.live,
      this.help,
    );
    keys(app);
    for (const note of data.meta.notes) this.warn(note);
    this.#saidScheme();
  }

  // ---- bar

  /** Let the controls say what the state says. */
  controls() {
    const { app } = this,
      { state, data } = app,
      { now } = state,
      every = names(data.meta);
    options(this.map, Object.entries(data.meta.methods), now.map);
    options(
      this.colour,
      [["", "one colour"], { label: "Columns", options: every.columns }, { label: "In each layer", options: every.values }],
      now.colour,
    );
    this.two.setAttribute("aria-pressed", String(now.two));
    this.lasso.setAttribute("aria-pressed", String(app.lassoing));
    for (const tab of this.tabs.children) {
      const on = tab.dataset.tab === now.tab;
      tab.setAttribute("aria-selected", String(on));
      tab.setAttribute("tabindex", on ? "0" : "-1");
    }
    this.body.setAttribute("aria-labelledby", `tab-${now.tab}`);
  }

  sides() {
    this.panes.classList.toggle("two", this.app.state.now.two);
    this.app.pane.b.section.hidden = !this.app.state.now.two;
  }

  #lassoing(on) {
    this.app.lassoing = on;
    this.app.root.classList.toggle("lassoing", on);
    this.controls();
  }

  lassoed() {
    this.#lassoing(false);
  }

  async #copy() {
    this.app.remember();
    const address = location.href.replace(/[?&]token=[^&#]*/, "");
    try {
      await navigator.clipboard.writeText(address);
      this.say("The address of this view is copied.");
    } catch {
      this.say(`The address of this view: ${address}`);
    }
  }

  #dark() {
    const { scheme } = this.app.root.dataset;
    return (scheme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  }

  #scheme() {
    this.app.root.dataset.scheme = this.#dark() ? "light" : "dark";
    this.#saidScheme();
    this.app.repaint();
  }

  #saidScheme() {
    this.scheme.textContent = this.#dark() ? "Light" : "Dark";
  }

  #tabKeys(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    const all = [...this.tabs.children],
      next = all[(all.indexOf(event.target) + by + all.length) % all.length];
    next.focus();
    next.click();
  }

  // ---- legend, strip, panel

  legend(colouring, wrong = "") {
    this.key.replaceChildren(...[legend(this.app, colouring, wrong)].flat());
  }

  strips() {
    const { app } = this,
      { row, k } = app.state.now,
      held = app.strip || [];
    this.dock.hidden = row < 0 || !held.length;
    if (this.dock.hidden) return;
    const tell = { go: (place) => app.go("a", place), choose: app.choose, hover: (other) => app.hover(other) };
    const drawn = held.map(({ place, layers, found }, side) => {
      const own = side ? { ...tell, go: (to) => app.go("b", to) } : tell,
        model = layers[0].model;
      return make(
        "div",
        { class: "one-strip" },
        held.length > 1 || model
          ? make(
              "h3",
              {},
              [model, layers[0].step === null ? "" : `step ${layers[0].step}`].filter(Boolean).join(" · ") || "Across depth",
            )
          : null,
        make(
          "div",
          { class: "scroll", tabindex: 0, role: "region", "aria-label": "Neighbours across depth" },
          strip({
            layers,
            found,
            k,
            row,
            place,
            hex: app.hex(side ? "b" : "a"),
            label: model || "The model",
            tell: own,
            width: this.dock.clientWidth / held.length - 24,
          }),
        ),
      );
    });
    this.peek = make("p", { class: "peek" });
    this.dock.replaceChildren(
      make("div", { class: "dock-head" }, make("h2", {}, `Nearest neighbours of example ${row}, layer by layer`), this.peek),
      make("div", { class: "strip-row" }, ...drawn),
      key(),
    );
  }

  async panel(...given) {
    const { app } = this,
      { tab } = app.state.now,
      last = app.turns.begin("panel");
    const makers = {
      example: () => example(app, app.near),
      table: () => table(app, ...given),
      groups: () => groups(app),
      results: () => results(app),
    };
    try {
      const parts = await (makers[tab] || makers.example)();
      if (!last()) return;
      replaceAround(this.body, parts.flat().filter(Boolean));
    } catch (error) {
      if (last()) this.body.replaceChildren(make("p", { class: "hint" }, error.message));
    }
  }

  // ---- pointing and telling

  /** Let an example stand out everywhere; beside the pointer stands what it is. */
  point(row, pane, at) {
    for (const node of this.dock.querySelectorAll("svg")) pointStrip(node, row);
    for (const one of Object.values(this.app.pane)) one.tip.hidden = true;
    if (this.peek) this.peek.textContent = "";
    if (row < 0) return;
    this.app.data.rows([row]).then(([known]) => {
      if (this.app.hovered !== row) return;
      const text = this.app.data.meta.text;
      if (this.peek)
        this.peek.textContent = [known.id ?? `example ${row}`, known[text] ?? Object.values(known)[0]]
          .filter(Boolean)
          .join(": ")
          .slice(0, 160);
      if (pane && at) showTip(this.app, row, known, pane, at);
    });
  }

  async tellExample(row) {
    const [known] = await this.app.data.rows([row]),
      text = known[this.app.data.meta.text] || "";
    this.say(`Example ${known.id ?? row}. ${text.slice(0, 120)} ${this.app.near.a.length} neighbours shown.`);
  }

  say(words) {
    this.live.textContent = words;
  }

  warn(words) {
    this.alert.replaceChildren(
      words,
      " ",
      make(
        "button",
        {
          type: "button",
          "aria-label": "Close this message",
          onclick: () => {
            this.alert.hidden = true;
          },
        },
        "×",
      ),
    );
    this.alert.hidden = false;
  }

  /** Do something that may be refused, and say so where it is. */
  async doing(work) {
    try {
      await work();
    } catch (error) {
      this.warn(error.message);
    }
  }
}
