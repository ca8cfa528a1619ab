// ---- the map of examples: layers by slider, neighbours by click
const CLASS_COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a63d2", "#a89400", "#7f5539", "#e5446d", "#5c6f82", "#3ddbd9"];
const METHODS = { pca: "PCA", tsne: "t-SNE", umap: "UMAP", mds: "MDS" };
const NOWHERE = 65535;  // of a number by layer: there is none
const bytesOf = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer;
const byId = (id) => document.getElementById(id);
const optionsOf = (select, entries) => select.replaceChildren(...entries.map(([value, text]) => new Option(text, value)));
const short = (number) => (number === null ? "" : Number(number.toPrecision(3)).toString());

const showMap = (map) => {
  const m = map.rows.length, k = map.k;
  const near = map.wide ? new Uint32Array(bytesOf(map.neighbors)) : new Uint16Array(bytesOf(map.neighbors));
  const coordinates = Object.fromEntries(Object.entries(map.methods).map(([name, text]) => [name, new Int16Array(bytesOf(text))]));
  const byLayer = map.measures.map((one) => ({ ...one, codes: new Uint16Array(bytesOf(one.values)) }));
  const [modelField, siteField, methodField, colour, stepSlide, layerSlide, other] =
    ["map-model", "map-site", "map-method", "map-colour", "map-step", "map-layer", "map-other"].map(byId);
  const said = (column, row) => {
    const value = column.values[row];
    if (column.kind === "class") return value < 0 ? "" : column.levels[value];
    return value === null ? "" : String(value);
  };
  // What an example is, in words: the column of a usual name, else the one with the most letters.
  const texts = map.columns.filter((column) => column.kind === "text");
  const letters = (column) => column.values.reduce((sum, text) => sum + (text || "").length, 0);
  const longest = texts.find((column) => ["text", "sequence", "word"].includes(column.name)) || [...texts].sort((a, b) => letters(b) - letters(a))[0];
  const state = { chosen: null, alone: null };
  const nearOf = (layer, row) => Array.from(near.subarray((layer * m + row) * k, (layer * m + row + 1) * k));

  // ---- which layer
  const placeName = (place) => [place.model, place.step === null ? "" : `step ${place.step}`, `layer ${place.index}: ${place.key}`].filter(Boolean).join(" · ");
  const distinct = (read) => [...new Set(map.places.map(read))];
  const of = (place) => place.model === modelField.value && place.site === siteField.value;
  const steps = () => [...new Set(map.places.filter(of).map((place) => place.step))];
  const stack = () => {
    const step = steps()[Number(stepSlide.value)];
    return map.places.map((place, at) => ({ place, at })).filter(({ place }) => of(place) && place.step === step);
  };
  const current = () => { const all = stack(); return all[Math.min(Number(layerSlide.value), all.length - 1)]; };
  const fieldShown = (id, shown) => { byId(id).hidden = !shown; };
  const settleSites = () => {
    const sites = [...new Set(map.places.filter((place) => place.model === modelField.value).map((place) => place.site))];
    const before = siteField.value;
    optionsOf(siteField, sites.map((site) => [site, site || "layer"]));
    siteField.value = sites.includes(before) ? before : sites.includes("residual") ? "residual" : sites[0];
    fieldShown("map-site-field", sites.length > 1);
    stepSlide.max = steps().length - 1;
    fieldShown("map-step-field", steps().length > 1);
    layerSlide.max = stack().length - 1;
    fieldShown("map-layer-field", stack().length > 1);
  };

  // ---- the points
  const tip = byId("map-tip");
  const hover = (row, [x, y]) => {
    tip.hidden = row === null;
    if (row === null) return;
    const shown = map.columns.filter((column) => column.kind !== "text").slice(0, 3).map((column) => make("div", "", `${column.name}: ${said(column, row)}`));
    const number = byLayer.length && numberAt(row);
    tip.replaceChildren(make("strong", "", `example ${map.rows[row]}`), ...shown, ...(number ? [make("div", "", number)] : []),
      ...(map.pictures ? [picture(row, scaleTo(56))] : []), ...(longest ? [make("div", "words", said(longest, row))] : []));
    const box = byId("map-plot").getBoundingClientRect();
    tip.style.left = `${Math.min(x + 14, Math.max(0, box.width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${Math.max(0, Math.min(y + 14, box.height - tip.offsetHeight - 4))}px`;
  };
  const canvas = byId("map-canvas");
  const points = pointCanvas(canvas, m, { hover, pick: (row) => choose(row) });
  byId("map-plot").points = points;  // for whoever tests the page

  // ---- their colours
  const classes = (column) => {
    const held = column.levels.map(() => []), none = [];
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
  const everyone = Array.from({ length: m }, (_, row) => row);
  const measured = () => (colour.value.startsWith("by:") ? byLayer[Number(colour.value.slice(3))] : null);
  const column = () => (colour.value.startsWith("of:") ? map.columns[Number(colour.value.slice(3))] : null);
  const numbers = () => {  // {name, low, high, values} of what colours the points by a scale, or null
    const one = measured();
    if (one) {
      const codes = one.codes.subarray(current().at * m, (current().at + 1) * m);
      return { ...one, values: Array.from(codes, (code) => (code === NOWHERE ? null : one.low + (one.high - one.low) * code / (NOWHERE - 1))) };
    }
    const held = column();
    if (!held || held.kind !== "number") return null;
    const known = held.values.filter((value) => value !== null);
    return { name: held.name, low: known.reduce((a, b) => Math.min(a, b), Infinity), high: known.reduce((a, b) => Math.max(a, b), -Infinity), values: held.values };
  };
  const numberAt = (row) => { const found = measured() && numbers(); return found && found.values[row] !== null ? `${found.name}: ${short(found.values[row])}` : ""; };
  const legend = byId("map-legend");
  const scaleBar = ({ name, low, high }) => {
    const bar = make("span", "scale");
    bar.style.background = `linear-gradient(to right, ${VIRIDIS.join(",")})`;
    return make("div", "", `${name}: ${short(low)} `, bar, ` ${short(high)}`);
  };
  const classChip = (one) => {
    const spot = make("span", "spot"), chip = make("button", "chip", spot, one.name);
    spot.style.background = one.colour;
    chip.type = "button";
    chip.setAttribute("aria-pressed", String(state.alone === one.name));
    chip.addEventListener("click", () => { state.alone = state.alone === one.name ? null : one.name; paint(); });
    return chip;
  };
  const paint = () => {
    const scale = numbers(), held = column();
    if (scale) {
      const span = scale.high - scale.low || 1;
      const shades = scale.values.map((value) => (value === null ? colourOf("faint") : shadeOf(Math.round(SHADES * (value - scale.low) / span) / SHADES)));
      points.paint([{ rows: everyone, shades }]);
      legend.replaceChildren(...(scale.values.some((value) => value !== null) ? [scaleBar(scale)] : [`${scale.name}: not measured in this layer`]));
    } else if (held) {
      const found = classes(held);
      const lit = found.filter((one) => state.alone === null || one.name === state.alone);
      points.paint([...found.filter((one) => !lit.includes(one)).map((one) => ({ rows: one.rows, colour: colourOf("line") })), ...lit]);
      legend.replaceChildren(...found.map(classChip));
    } else {
      points.paint([{ rows: everyone, colour: CLASS_COLOURS[0] }]);
      legend.replaceChildren();
    }
  };

  // ---- marks around the chosen one
  const ringed = (rows, colour_, corners) => (context, placed) => {
    context.strokeStyle = colour_;
    context.lineWidth = 2.2;
    for (const row of rows) {
      const [x, y] = placed(row);
      context.beginPath();
      if (corners) { context.moveTo(x, y - 9); context.lineTo(x + 9, y); context.lineTo(x, y + 9); context.lineTo(x - 9, y); context.closePath(); } else context.arc(x, y, 7, 0, 7);
      context.stroke();
    }
  };
  const rays = (row, rows) => (context, placed) => {
    context.strokeStyle = colourOf("one");
    context.globalAlpha = 0.45;
    context.lineWidth = 1;
    for (const end of rows) { context.beginPath(); context.moveTo(...placed(row)); context.lineTo(...placed(end)); context.stroke(); }
    context.globalAlpha = 1;
  };
  const star = (row) => (context, placed) => {
    const [x, y] = placed(row);
    context.beginPath();
    for (let i = 0; i < 10; i += 1) context.lineTo(x + (i % 2 ? 4 : 10) * Math.sin(i * Math.PI / 5), y - (i % 2 ? 4 : 10) * Math.cos(i * Math.PI / 5));
    context.closePath();
    context.fillStyle = colourOf("ink");
    context.strokeStyle = colourOf("paper");
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  };
  const lettered = longest && m <= 80 && letters(longest) / m <= 16;  // few words: written beside their points
  const words = (context, placed) => {
    context.fillStyle = colourOf("ink");
    context.font = `12px ${getComputedStyle(document.body).fontFamily}`;
    for (const row of everyone) { const [x, y] = placed(row); context.fillText(said(longest, row), x + 9, y + 4); }
  };
  const mark = () => {
    const first = lettered ? [words] : [];
    if (state.chosen === null) { points.mark(first); return; }
    const here = nearOf(current().at, state.chosen), there = nearOf(Number(other.value), state.chosen);
    points.mark([...first, rays(state.chosen, here), ringed(there, colourOf("two"), true), ringed(here, colourOf("one"), false), star(state.chosen)]);
  };
  const axisWords = (place) => {
    if (methodField.value !== "pca") return `${METHODS[methodField.value] || methodField.value}: near points are near; distances between groups, and their sizes, mean nothing.`;
    const [one, two] = place.share;
    return one === null ? "Two principal components." : `Two principal components: ${(100 * (one + two)).toFixed(one + two < 0.1 ? 1 : 0)} % of the variance.`;
  };
  const draw = (jump = false) => {
    const { place, at } = current();
    byId("map-layer-name").textContent = `${place.index} · ${place.key}`;
    byId("map-step-name").textContent = place.step === null ? "" : String(place.step);
    layerSlide.setAttribute("aria-valuetext", placeName(place));
    canvas.setAttribute("aria-label", `Map of ${m} examples in ${placeName(place)}`);
    byId("map-axes").textContent = axisWords(place);
    const xy = coordinates[methodField.value].subarray(at * 2 * m, (at + 1) * 2 * m);
    points.go(Float32Array.from(xy, (code) => code / 32767), jump);
    paint();
    mark();
  };

  // ---- one example and its neighbours
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
  const rowsOf = (row) => {
    const list = map.columns.filter((one) => one !== longest).map((one) => [one.name, said(one, row)]);
    for (const one of byLayer) {
      const code = one.codes[current().at * m + row];
      if (code !== NOWHERE) list.push([one.name, short(one.low + (one.high - one.low) * code / (NOWHERE - 1))]);
    }
    return list.filter(([, text]) => text !== "").flatMap(([name, text]) => [make("dt", "", name), make("dd", "", text)]);
  };
  const card = (row) => {
    const chosen = column(), words = [...(chosen ? [make("strong", "", `${chosen.name}: ${said(chosen, row)}`)] : []), ...(longest ? [make("p", "text", said(longest, row))] : [])];
    return make("div", "card", ...(map.pictures ? [picture(row, scaleTo(84))] : []), make("div", "", ...words));
  };
  const neighbour = (row, both) => {
    const button = make("button", `near${both ? " both" : ""}${map.pictures ? " tile" : ""}`);
    button.type = "button";
    const coloured = column();
    button.append(...(map.pictures ? [picture(row, scaleTo(46))] : []), make("span", "number", String(map.rows[row])));
    if (coloured) button.append(make("span", "class", said(coloured, row)));
    if (longest && !map.pictures) button.append(make("span", "words", said(longest, row)));
    if (both) button.append(make("span", "badge", "in both"));
    button.addEventListener("click", () => choose(row));
    return make("li", "", button);
  };
  const tell = () => {
    if (state.chosen === null) return;
    const { place, at } = current();
    const one = nearOf(at, state.chosen), two = nearOf(Number(other.value), state.chosen);
    const both = new Set(one.filter((row) => two.includes(row)));
    byId("map-hint").hidden = true;
    byId("map-neighbours").hidden = false;
    byId("map-example").value = map.rows[state.chosen];
    byId("map-card").replaceChildren(card(state.chosen));
    byId("map-columns").replaceChildren(...rowsOf(state.chosen));
    byId("map-details").hidden = false;
    byId("map-one-name").textContent = placeName(place);
    byId("map-one").replaceChildren(...one.map((row) => neighbour(row, both.has(row))));
    byId("map-two").replaceChildren(...two.map((row) => neighbour(row, both.has(row))));
    byId("map-shared").textContent = `${both.size} of the ${k} nearest neighbours of example ${map.rows[state.chosen]} are the same in both layers.`;
  };
  const choose = (row) => { state.chosen = row; showSide("example"); tell(); mark(); };
  const letGo = () => { state.chosen = null; showSide("curve"); mark(); };

  // ---- controls
  let planned = false;
  const redraw = () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => { planned = false; tell(); draw(); });
  };
  optionsOf(modelField, distinct((place) => place.model).map((name) => [name, name || "model"]));
  fieldShown("map-model-field", distinct((place) => place.model).length > 1);
  optionsOf(methodField, Object.keys(map.methods).map((name) => [name, METHODS[name] || name]));
  fieldShown("map-method-field", Object.keys(map.methods).length > 1);
  methodField.value = map.opens;
  const coloured = map.columns.map((one, at) => [`of:${at}`, one.name, one]).filter(([, , one]) => one.kind !== "text");
  optionsOf(colour, [...coloured.map(([value, name]) => [value, name]), ...byLayer.map((one, at) => [`by:${at}`, one.name]), ["", "one colour"]]);
  const asked = coloured.find(([, name]) => name === map.colour) || coloured.find(([, , one]) => one.kind === "class" && one.levels.length > 1) || coloured[0];
  colour.value = asked ? asked[0] : "";
  settleSites();
  byId("example").classList.toggle("single", map.places.length === 1);
  stepSlide.value = stepSlide.max;
  layerSlide.max = stack().length - 1;
  const advised = stack().findIndex(({ place }) => place.key === map.layer);
  layerSlide.value = advised < 0 ? layerSlide.max : advised;
  optionsOf(other, map.places.map((place, at) => [at, placeName(place)]));
  // Beside a model's layer stands its first; where it has but one, that of another model.
  const elsewhere = map.places.findIndex((place) => place.model !== modelField.value);
  other.value = stack().length > 1 || elsewhere < 0 ? stack()[0].at : elsewhere;
  for (const field of [modelField, siteField]) field.addEventListener("change", () => { settleSites(); redraw(); });
  for (const field of [methodField, other]) field.addEventListener("change", redraw);
  colour.addEventListener("change", () => { state.alone = null; redraw(); });
  for (const slide of [stepSlide, layerSlide]) slide.addEventListener("input", redraw);
  if (map.pictures) for (const list of ["map-one", "map-two"]) byId(list).classList.add("tiles");
  const step = (by) => choose(((state.chosen === null ? (by > 0 ? -1 : 0) : state.chosen) + by + m) % m);
  byId("map-back").addEventListener("click", () => step(-1));
  byId("map-next").addEventListener("click", () => step(1));
  byId("map-close").addEventListener("click", letGo);
  byId("map-in").addEventListener("click", () => points.zoom(1.4));
  byId("map-out").addEventListener("click", () => points.zoom(1 / 1.4));
  byId("map-reset").addEventListener("click", points.reset);
  canvas.addEventListener("keydown", (event) => {
    const does = { ArrowRight: () => step(1), ArrowDown: () => step(1), ArrowLeft: () => step(-1), ArrowUp: () => step(-1), Escape: letGo,
      "+": () => points.zoom(1.4), "=": () => points.zoom(1.4), "-": () => points.zoom(1 / 1.4), 0: points.reset }[event.key];
    if (does) { event.preventDefault(); does(); }
  });
  byId("map-example").addEventListener("change", (event) => {
    const wanted = Number(event.target.value);
    choose(map.rows.reduce((best, row, place) => (Math.abs(row - wanted) < Math.abs(map.rows[best] - wanted) ? place : best), 0));
  });
  byId("map-find").addEventListener("change", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    if (!wanted) return;
    const from = state.chosen === null ? 0 : state.chosen + 1;
    for (let i = 0; i < m; i += 1) {
      const row = (from + i) % m;
      if (map.columns.some((one) => said(one, row).toLowerCase().includes(wanted))) { choose(row); return; }
    }
    byId("map-hint").hidden = false;
    byId("map-hint").textContent = "No example that is shown here holds that.";
  });
  repainted.push(() => { paint(); mark(); });
  draw(true);
};
start();
