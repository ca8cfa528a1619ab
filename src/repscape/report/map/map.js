"use strict";
// ---- the map of examples: layers by slider, neighbours by click
const CLASS_COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a63d2", "#a89400", "#7f5539", "#e5446d", "#5c6f82", "#3ddbd9"];
const bytesOf = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer;
// Plotly reads tags and entities in text; these come out as they went in.
const literal = (text) => String(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

const showMap = (map) => {
  const m = map.rows.length, k = map.k;
  const near = map.wide ? new Uint32Array(bytesOf(map.neighbors)) : new Uint16Array(bytesOf(map.neighbors));
  const coordinates = Object.fromEntries(Object.entries(map.methods).map(([name, text]) => [name, new Int16Array(bytesOf(text))]));
  const by = (id) => document.getElementById(id);
  const plot = by("map-plot");
  const [modelField, siteField, methodField, colour, stepSlide, layerSlide, other] =
    ["map-model", "map-site", "map-method", "map-colour", "map-step", "map-layer", "map-other"].map(by);
  const cells = (name) => map.columns.find((column) => column.name === name);
  const said = (column, row) => {
    const value = column.values[row];
    if (column.kind === "class") return value < 0 ? "" : column.levels[value];
    return value === null ? "" : String(value);
  };
  const texts = map.columns.filter((column) => column.kind === "text");
  const longest = texts.map((column) => [column.values.reduce((sum, text) => sum + (text || "").length, 0), column])
    .sort((a, b) => b[0] - a[0]).map((pair) => pair[1])[0];
  const state = { chosen: null };

  // ---- which layer
  const placeName = (place) => [place.model, place.step === null ? "" : `step ${place.step}`, `layer ${place.index}: ${place.key}`].filter(Boolean).join(" · ");
  const options = (select, entries) => select.replaceChildren(...entries.map(([value, text]) => new Option(text, value)));
  const distinct = (read) => [...new Set(map.places.map(read))];
  const of = (place, model, site) => place.model === model && place.site === site;
  const steps = () => [...new Set(map.places.filter((p) => of(p, modelField.value, siteField.value)).map((p) => p.step))];
  const stack = () => {
    const step = steps()[Number(stepSlide.value)];
    return map.places.map((place, at) => ({ place, at })).filter(({ place }) => of(place, modelField.value, siteField.value) && place.step === step);
  };
  const current = () => { const all = stack(); return all[Math.min(Number(layerSlide.value), all.length - 1)]; };
  const fieldShown = (id, shown) => { by(id).hidden = !shown; };
  const settleSites = () => {
    const sites = [...new Set(map.places.filter((p) => p.model === modelField.value).map((p) => p.site))];
    const before = siteField.value;
    options(siteField, sites.map((site) => [site, site || "layer"]));
    siteField.value = sites.includes(before) ? before : sites.includes("residual") ? "residual" : sites[0];
    fieldShown("map-site-field", sites.length > 1);
    stepSlide.max = steps().length - 1;
    fieldShown("map-step-field", steps().length > 1);
    layerSlide.max = stack().length - 1;
    fieldShown("map-layer-field", stack().length > 1);
  };

  // ---- colours of the points
  const classes = (column) => {
    const held = column.levels.map(() => []);
    const none = [];
    column.values.forEach((code, row) => (code < 0 ? none : held[code]).push(row));
    let shown = column.levels.map((level, code) => ({ name: level, rows: held[code] }));
    if (shown.length > CLASS_COLOURS.length) {
      const large = new Set([...shown].sort((a, b) => b.rows.length - a.rows.length).slice(0, CLASS_COLOURS.length - 1));
      const rest = shown.filter((one) => !large.has(one));
      shown = [...shown.filter((one) => large.has(one)), { name: `${rest.length} others`, rows: rest.flatMap((one) => one.rows), grey: true }];
    }
    if (none.length) shown.push({ name: "missing", rows: none, grey: true });
    return shown.map((one, place) => ({ ...one, colour: one.grey ? colourOf("faint") : CLASS_COLOURS[place] }));
  };
  const wrapped = (text) => literal(text.slice(0, 160)).replace(/(.{48}\S*)\s/g, "$1<br>");
  const hover = Array.from({ length: m }, (_, row) => {
    const short = map.columns.filter((column) => column.kind !== "text").slice(0, 6)
      .map((column) => `${literal(column.name)}: ${literal(said(column, row)).slice(0, 80)}`);
    return [`<b>example ${map.rows[row]}</b>`, ...short, ...(longest ? [wrapped(said(longest, row))] : [])].join("<br>");
  });
  const at = (layer, rows) => {
    const xy = coordinates[methodField.value];
    const start = layer * m * 2;
    return { x: rows.map((row) => xy[start + 2 * row] / 32767), y: rows.map((row) => xy[start + 2 * row + 1] / 32767) };
  };
  const points = (layer) => {
    const column = cells(colour.value);
    const size = m > 800 ? 5 : 7;
    const base = { type: "scatter", mode: "markers", hovertemplate: "%{text}<extra></extra>" };
    const all = Array.from({ length: m }, (_, row) => row);
    if (column && column.kind === "number") {
      return [{ ...base, ...at(layer, all), customdata: all, text: hover, name: literal(column.name), showlegend: false,
        marker: { size, color: column.values, colorscale: "Viridis", opacity: 0.85, line: { width: 0 },
          colorbar: { title: { text: literal(column.name), side: "right", font: { size: 13 } }, thickness: 12, outlinewidth: 0 } } }];
    }
    const groups = column ? classes(column) : [{ name: "examples", rows: all, colour: CLASS_COLOURS[0] }];
    return groups.map((group) => ({ ...base, ...at(layer, group.rows), customdata: group.rows, text: group.rows.map((row) => hover[row]),
      name: literal(group.name), showlegend: Boolean(column), marker: { size, color: group.colour, opacity: 0.8, line: { width: 0 } } }));
  };
  const rings = (layer) => {
    if (state.chosen === null) return [];
    const ring = (rows, name, marker) => ({ type: "scatter", mode: "markers", ...at(layer, rows), customdata: rows, hovertemplate: "%{text}<extra></extra>",
      text: rows.map((row) => hover[row]), name, showlegend: false, marker });
    return [
      ring(nearOf(Number(other.value), state.chosen), "nearest there", { symbol: "diamond-open", size: 15, color: colourOf("two"), line: { width: 2 } }),
      ring(nearOf(layer, state.chosen), "nearest here", { symbol: "circle-open", size: 14, color: colourOf("one"), line: { width: 2.5 } }),
      ring([state.chosen], "chosen", { symbol: "star", size: 16, color: colourOf("ink"), line: { width: 1, color: colourOf("paper") } }),
    ];
  };
  const axisName = (place, side) => {
    if (methodField.value !== "pca") return methodField.value;
    const share = place.share[side];
    return `principal component ${side + 1}${share === null ? "" : ` (${(100 * share).toFixed(share < 0.1 ? 1 : 0)} % of the variance)`}`;
  };
  const draw = () => {
    const { place, at: layer } = current();
    by("map-layer-name").textContent = `${place.index} · ${place.key}`;
    by("map-step-name").textContent = place.step === null ? "" : String(place.step);
    layerSlide.setAttribute("aria-valuetext", placeName(place));
    plot.setAttribute("aria-label", `Map of ${m} examples in ${placeName(place)}`);
    const axis = (side) => ({ range: [-1.06, 1.06], showticklabels: false, ticks: "", showgrid: false, title: { text: axisName(place, side) } });
    const layout = { xaxis: axis(0), yaxis: { ...axis(1), scaleanchor: "x" }, height: Math.max(500, Math.min(700, innerHeight - 220)), dragmode: "pan", uirevision: "kept",
      showlegend: Boolean(cells(colour.value)) && cells(colour.value).kind === "class" };
    const whole = schemeOf(layout);
    whole.margin = { l: 30, r: 10, t: 30, b: 66 };
    whole.legend.itemsizing = "constant";
    return Plotly.react(plot, [...points(layer), ...rings(layer)], whole, { ...CONFIG, scrollZoom: true });
  };

  // ---- one example and its neighbours
  const nearOf = (layer, row) => Array.from(near.subarray((layer * m + row) * k, (layer * m + row + 1) * k));
  const picture = (row, scale) => {
    const { source, width, height, across, count } = map.pictures;
    const node = make("span", "picture");
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", `picture of example ${map.rows[row]}`);
    const down = Math.ceil(count / across);
    Object.assign(node.style, { width: `${width * scale}px`, height: `${height * scale}px`, backgroundImage: `url("${source}")`,
      backgroundSize: `${across * width * scale}px ${down * height * scale}px`,
      backgroundPosition: `-${(row % across) * width * scale}px -${Math.floor(row / across) * height * scale}px` });
    return node;
  };
  const scaleTo = (pixels) => pixels / Math.max(map.pictures.width, map.pictures.height);
  const card = (row) => {
    const list = make("dl");
    for (const column of map.columns) {
      const text = said(column, row);
      if (text !== "") list.append(make("dt", "", column.name), make("dd", column.kind === "text" ? "text" : "", text));
    }
    return make("div", "card", ...(map.pictures ? [picture(row, scaleTo(112))] : []), list);
  };
  const neighbour = (row, both) => {
    const button = make("button", `near${both ? " both" : ""}${map.pictures ? " tile" : ""}`);
    button.type = "button";
    const coloured = cells(colour.value);
    button.append(...(map.pictures ? [picture(row, scaleTo(46))] : []), make("span", "number", String(map.rows[row])));
    if (coloured) button.append(make("span", "class", said(coloured, row)));
    if (longest && !map.pictures) button.append(make("span", "words", said(longest, row)));
    if (both) button.append(make("span", "badge", "in both"));
    button.addEventListener("click", () => choose(row));
    return make("li", "", button);
  };
  const tell = () => {
    if (state.chosen === null) return;
    const { place, at: layer } = current();
    const one = nearOf(layer, state.chosen), two = nearOf(Number(other.value), state.chosen);
    const both = new Set(one.filter((row) => two.includes(row)));
    by("map-hint").hidden = true;
    by("map-neighbours").hidden = false;
    by("map-example").value = map.rows[state.chosen];
    by("map-card").replaceChildren(card(state.chosen));
    by("map-one-name").textContent = placeName(place);
    by("map-one").replaceChildren(...one.map((row) => neighbour(row, both.has(row))));
    by("map-two").replaceChildren(...two.map((row) => neighbour(row, both.has(row))));
    by("map-shared").textContent = `${both.size} of the ${k} nearest neighbours of example ${map.rows[state.chosen]} are the same in both layers.`;
  };
  const choose = (row) => { state.chosen = row; tell(); return draw(); };

  // ---- controls
  let planned = false;
  const redraw = () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => { planned = false; tell(); draw(); });
  };
  options(modelField, distinct((p) => p.model).map((name) => [name, name || "model"]));
  fieldShown("map-model-field", distinct((p) => p.model).length > 1);
  options(methodField, Object.keys(map.methods).map((name) => [name, { pca: "PCA", tsne: "t-SNE", umap: "UMAP", mds: "MDS" }[name] || name]));
  fieldShown("map-method-field", Object.keys(map.methods).length > 1);
  const colours = map.columns.filter((column) => column.kind !== "text");
  options(colour, [...colours.map((column) => [column.name, column.name]), ["", "one colour"]]);
  const first = colours.find((column) => column.kind === "class" && column.name === "label") || colours.find((column) => column.kind === "class" && column.levels.length > 1) || colours[0];
  colour.value = first ? first.name : "";
  settleSites();
  by("map").classList.toggle("single", map.places.length === 1);
  stepSlide.value = stepSlide.max;
  layerSlide.max = stack().length - 1;
  layerSlide.value = layerSlide.max;
  options(other, map.places.map((place, at_) => [at_, placeName(place)]));
  // Beside a model's last layer stands its first; where it has but one, that of another model.
  const elsewhere = map.places.findIndex((place) => place.model !== modelField.value);
  other.value = stack().length > 1 || elsewhere < 0 ? stack()[0].at : elsewhere;
  for (const field of [modelField, siteField]) field.addEventListener("change", () => { settleSites(); redraw(); });
  for (const field of [methodField, colour, other]) field.addEventListener("change", redraw);
  for (const slide of [stepSlide, layerSlide]) slide.addEventListener("input", redraw);
  if (map.pictures) for (const list of ["map-one", "map-two"]) by(list).classList.add("tiles");
  if (map.pictures) document.querySelector("#map .example").append(by("map-neighbours"));  // tiles are narrow enough
  const step = (by_) => choose(((state.chosen === null ? (by_ > 0 ? -1 : 0) : state.chosen) + by_ + m) % m);
  by("map-back").addEventListener("click", () => step(-1));
  by("map-next").addEventListener("click", () => step(1));
  by("map-example").addEventListener("change", (event) => {
    const wanted = Number(event.target.value);
    const nearestShown = map.rows.reduce((best, row, place) => (Math.abs(row - wanted) < Math.abs(map.rows[best] - wanted) ? place : best), 0);
    choose(nearestShown);
  });
  by("map-find").addEventListener("change", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    if (!wanted) return;
    const from = state.chosen === null ? 0 : state.chosen + 1;
    for (let i = 0; i < m; i += 1) {
      const row = (from + i) % m;
      if (map.columns.some((column) => said(column, row).toLowerCase().includes(wanted))) { choose(row); return; }
    }
    by("map-hint").hidden = false;
    by("map-hint").textContent = "No example that is shown here holds that.";
  });
  repainted.push(draw);
  draw().then(() => plot.on("plotly_click", (event) => choose(event.points[0].customdata)));
};
start();
