"use strict";
// What the page carries: base64 of gzip, in script elements that no browser runs.
const unpack = async (id) => {
  const bytes = Uint8Array.from(atob(document.getElementById(id).textContent), (sign) => sign.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
};
const make = (tag, className, ...children) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
};

// ---- light and dark
const root = document.documentElement;
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme || (prefersDark.matches ? "dark" : "light")) === "dark";
const colourOf = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
const repainted = [];  // called when the scheme changes
const schemeButton = document.getElementById("scheme");
const saidScheme = () => {
  schemeButton.textContent = isDark() ? "Light" : "Dark";
  schemeButton.setAttribute("aria-label", `Show the page ${isDark() ? "light" : "dark"}`);
};
const repaint = () => { saidScheme(); for (const paint of repainted) paint(); };
schemeButton.hidden = false;
schemeButton.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; repaint(); });
prefersDark.addEventListener("change", repaint);
saidScheme();

// ---- tables that sort
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  table.querySelectorAll("th").forEach((head, column) => {
    const button = make("button", "", ...head.childNodes);
    button.type = "button";
    head.append(button);
    button.addEventListener("click", () => {
      const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of table.querySelectorAll("th")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
      const rows = Array.from(body.rows, (row) => {
        const cell = row.cells[column];
        return { row, text: cell.textContent, value: cell.dataset.value === undefined ? NaN : Number(cell.dataset.value) };
      });
      rows.sort((a, b) => {
        const numbers = !Number.isNaN(a.value) && !Number.isNaN(b.value);
        const order = numbers ? a.value - b.value : a.text.localeCompare(b.text, undefined, { numeric: true });
        if (a.text === "" || b.text === "") return (a.text === "") - (b.text === "");
        return direction * order;
      });
      body.append(...rows.map((entry) => entry.row));
    });
  });
}

// ---- figures
const CONFIG = { displaylogo: false, responsive: true, toImageButtonOptions: { format: "svg" },
  modeBarButtons: [["toImage", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]] };
// Colours that follow the scheme are written by name.
const inScheme = (value) => {
  if (Array.isArray(value)) return value.map(inScheme);
  if (value === null || typeof value !== "object") return value === "ink" || value === "muted" ? colourOf(value) : value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, key === "text" ? entry : inScheme(entry)]));
};
const schemeOf = (layout) => {
  const [ink, muted, line, paper] = ["ink", "muted", "line", "paper"].map(colourOf);
  const axis = { gridcolor: line, linecolor: muted, tickcolor: muted, zeroline: false, automargin: true, ticks: "outside", ticklen: 4,
    title: { standoff: 8, font: { size: 13 } }, tickfont: { size: 12 } };
  const found = { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", colorway: [ink],
    font: { family: "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif", size: 13, color: ink },
    hoverlabel: { bgcolor: paper, bordercolor: line, align: "left", font: { color: ink } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: muted, activecolor: ink }, hovermode: "closest",
    ...inScheme(layout) };
  found.legend = { orientation: "h", yref: "container", y: 0, yanchor: "bottom", x: 0, font: { size: 12 }, ...found.legend };
  for (const key of Object.keys(found)) {
    if (/^[xy]axis/.test(key)) found[key] = { ...axis, ...found[key], title: { ...axis.title, ...found[key].title } };
  }
  return found;
};
const drawFigure = (figure, spec) => {
  const image = figure.querySelector("img");
  const plot = make("div", "plot");
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", figure.dataset.said);
  figure.prepend(plot);
  if (image) image.classList.add("for-print");
  plot.before(make("p", "figure-title", make("strong", "", spec.title), spec.details ? ` ${spec.details}` : ""));
  const fits = figure.classList.contains("fit");
  const paint = () => {
    const layout = schemeOf(spec.layout);
    const small = fits && plot.clientHeight < 260;
    if (small) layout.showlegend = false;  // colours are told at the pointer, and by the figure below
    const legend = layout.showlegend ? 14 + 20 * Math.ceil(spec.data.filter((trace) => trace.showlegend).length / 5) : 0;
    layout.margin = { l: 60, r: 16, t: layout.annotations.length ? 30 : small ? 6 : 14, b: (small ? 38 : 48) + legend };
    layout.height = fits ? plot.clientHeight : spec.layout.height + legend;
    if (layout.coloraxis) layout.coloraxis.colorbar = { ...layout.coloraxis.colorbar, outlinewidth: 0, tickcolor: colourOf("muted") };
    return Plotly.react(plot, inScheme(spec.data), layout, CONFIG);
  };
  repainted.push(paint);
  if (fits) addEventListener("resize", paint);
  return paint();
};

// ---- the first screen: beside the map stands the curve, or the example that was chosen
const sides = ["curve", "example"].map((name) => ({ name, tab: document.getElementById(`side-${name}`), shown: document.getElementById(name) }));
const showSide = (wanted) => {
  for (const { name, tab, shown } of sides) {
    if (!tab) continue;
    tab.setAttribute("aria-selected", String(name === wanted));
    shown.hidden = name !== wanted;
  }
};
for (const { name, tab } of sides) if (tab) tab.addEventListener("click", () => showSide(name));
const more = document.getElementById("more-said");
if (more) {
  const list = document.querySelector(".said ul");
  list.classList.add("short");
  more.hidden = false;
  more.addEventListener("click", () => { list.classList.remove("short"); more.hidden = true; });
}

// ---- the contents say where one is
const links = new Map(Array.from(document.querySelectorAll(".bar nav a"), (link) => [link.hash.slice(1), link]));
const inView = new Set();
const whereabouts = new IntersectionObserver((entries) => {
  for (const entry of entries) inView[entry.isIntersecting ? "add" : "delete"](entry.target.id);
  const first = [...links.keys()].find((anchor) => inView.has(anchor));
  for (const [anchor, link] of links) {
    if (anchor !== first) { link.removeAttribute("aria-current"); continue; }
    if (link.hasAttribute("aria-current")) continue;
    link.setAttribute("aria-current", "true");
    const bar = link.closest("nav");
    bar.scrollTo({ left: link.offsetLeft - bar.offsetLeft - bar.clientWidth / 2 + link.clientWidth / 2 });
  }
}, { rootMargin: "-60px 0px -55% 0px" });
for (const anchor of links.keys()) whereabouts.observe(document.getElementById(anchor));

// ---- start: nothing heavy is drawn before it comes into view
const start = async () => {
  if (!document.getElementById("library") || typeof DecompressionStream === "undefined") return;
  const script = document.createElement("script");
  script.textContent = await unpack("library");
  document.head.append(script);
  const carried = JSON.parse(await unpack("carried"));
  const waiting = new Map();
  const watch = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watch.unobserve(entry.target);
      waiting.get(entry.target)();
    }
  }, { rootMargin: "400px" });
  const later = (node, work) => { waiting.set(node, work); watch.observe(node); };
  for (const figure of document.querySelectorAll("figure[data-figure]")) {
    const spec = carried.figures[figure.dataset.figure];
    if (spec) later(figure, () => drawFigure(figure, spec));
  }
  if (carried.map) {
    document.getElementById("map").hidden = false;
    document.querySelector(".tabs").hidden = false;
    showSide("curve");
    showMap(carried.map);
  }
  root.dataset.ready = "yes";
};
for (const note of document.querySelectorAll(".no-script")) note.hidden = typeof DecompressionStream !== "undefined";
