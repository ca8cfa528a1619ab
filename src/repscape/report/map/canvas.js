// ---- points on a canvas: they move from layer to layer, are pointed at and clicked, and are drawn in a frame by tens of thousands
const VIRIDIS = ["#440154", "#482878", "#3e4a89", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];
const SHADES = 64;
const MOVING = 420;  // milliseconds from one layer to the next
const REACH = 14;  // pixels from the pointer within which a point is meant

const shadeOf = (share) => {
  const at = Math.min(0.9999, Math.max(0, share)) * (VIRIDIS.length - 1), low = Math.floor(at);
  const parts = (text) => [1, 3, 5].map((from) => parseInt(text.slice(from, from + 2), 16));
  const [a, b] = [parts(VIRIDIS[low]), parts(VIRIDIS[low + 1])];
  return `rgb(${a.map((one, i) => Math.round(one + (b[i] - one) * (at - low))).join(",")})`;
};

const pointCanvas = (canvas, n, { hover, pick }) => {
  const context = canvas.getContext("2d");
  const view = { scale: 1, x: 0, y: 0 };
  let from = new Float32Array(2 * n), to = from, moved = 1, began = 0, planned = false;
  let order = [], marks = [], wide = 0, high = 0;
  const sprites = new Map();
  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const radius = () => Math.max(1.6, Math.min(n < 100 ? 6 : 4.2, 110 / Math.sqrt(n))) * Math.min(1.6, Math.sqrt(view.scale));

  // One picture of a point for each colour: copying it is many times quicker than drawing a disc.
  const sprite = (colour) => {
    const size = radius(), dense = devicePixelRatio || 1, key = `${colour} ${size.toFixed(2)} ${dense}`;
    if (!sprites.has(key)) {
      if (sprites.size > 400) sprites.clear();
      const stamp = document.createElement("canvas");
      const side = Math.ceil(2 * size + 2);
      stamp.width = stamp.height = side * dense;
      const brush = stamp.getContext("2d");
      brush.scale(dense, dense);
      brush.fillStyle = colour;
      brush.globalAlpha = 0.85;
      brush.beginPath();
      brush.arc(side / 2, side / 2, size, 0, 7);
      brush.fill();
      sprites.set(key, { stamp, side });
    }
    return sprites.get(key);
  };

  const unit = () => Math.min(wide, high) / 2.12;
  const share = () => { const t = moved; return t < 0.5 ? 2 * t * t : 1 - 2 * (1 - t) * (1 - t); };
  const placed = (row) => {
    const t = share(), one = unit() * view.scale;
    const x = from[2 * row] + (to[2 * row] - from[2 * row]) * t, y = from[2 * row + 1] + (to[2 * row + 1] - from[2 * row + 1]) * t;
    return [wide / 2 + (x - view.x) * one, high / 2 - (y - view.y) * one];
  };
  const draw = (now) => {
    planned = false;
    moved = Math.min(1, moved < 1 ? (now - began) / MOVING : 1);
    context.clearRect(0, 0, wide, high);
    for (const { rows, colour, shades } of order) {
      const plain = shades ? null : sprite(colour);
      for (const row of rows) {
        const [x, y] = placed(row);
        if (x < -9 || y < -9 || x > wide + 9 || y > high + 9) continue;
        const { stamp, side } = plain || sprite(shades[row]);
        context.drawImage(stamp, x - side / 2, y - side / 2, side, side);
      }
    }
    for (const mark of marks) mark(context, placed);
    if (moved < 1) plan();
  };
  const plan = () => { if (!planned) { planned = true; requestAnimationFrame(draw); } };
  const fit = () => {
    const dense = devicePixelRatio || 1, box = canvas.getBoundingClientRect();
    [wide, high] = [box.width, box.height];
    canvas.width = Math.round(wide * dense);
    canvas.height = Math.round(high * dense);
    context.setTransform(dense, 0, 0, dense, 0, 0);
    plan();
  };
  new ResizeObserver(fit).observe(canvas);

  const nearest = (x, y) => {
    let best = -1, least = REACH * REACH;
    for (const { rows } of order) {
      for (const row of rows) {
        const [px, py] = placed(row), away = (px - x) ** 2 + (py - y) ** 2;
        if (away < least) { least = away; best = row; }
      }
    }
    return best < 0 ? null : best;
  };
  const spot = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
  const zoom = (by, [x, y] = [wide / 2, high / 2]) => {
    const scale = Math.min(60, Math.max(0.6, view.scale * by)), one = unit();
    view.x += (x - wide / 2) / one * (1 / view.scale - 1 / scale);
    view.y -= (y - high / 2) / one * (1 / view.scale - 1 / scale);
    view.scale = scale;
    plan();
  };
  const reset = () => { Object.assign(view, { scale: 1, x: 0, y: 0 }); plan(); };
  let held = null;
  canvas.addEventListener("pointerdown", (event) => { held = { at: spot(event), went: 0, touch: event.pointerType === "touch" }; });
  canvas.addEventListener("pointermove", (event) => {
    const at = spot(event);
    if (held === null) { hover(nearest(...at), at); return; }
    const by = [at[0] - held.at[0], at[1] - held.at[1]];
    held.went += Math.hypot(...by);
    held.at = at;
    if (held.went < 5 || held.touch) return;
    view.x -= by[0] / (unit() * view.scale);
    view.y += by[1] / (unit() * view.scale);
    hover(null, at);
    plan();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (held !== null && held.went < 5) { const row = nearest(...spot(event)); if (row !== null) pick(row); }
    held = null;
  });
  for (const gone of ["pointerleave", "pointercancel"]) canvas.addEventListener(gone, () => { held = null; hover(null, [0, 0]); });
  canvas.addEventListener("wheel", (event) => { event.preventDefault(); zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, spot(event)); }, { passive: false });
  canvas.addEventListener("dblclick", reset);

  return {
    zoom, reset,
    // xy: (n, 2) in -1 to 1; the points go there from wherever they are
    go: (xy, jump) => {
      const t = share();
      from = Float32Array.from(xy, (_, i) => from[i] + (to[i] - from[i]) * t);
      to = xy;
      [moved, began] = jump || still() ? [1, 0] : [0, performance.now()];
      plan();
    },
    // groups: {rows, colour} or {rows, shades}, drawn one after the other
    paint: (groups) => { order = groups; plan(); },
    // what is drawn over the points: functions of the context and of where a row lies
    mark: (drawn) => { marks = drawn; plan(); },
    positions: () => Array.from({ length: n }, (_, row) => placed(row)),
    colours: () => { const found = Array(n).fill(null); for (const { rows, colour, shades } of order) for (const row of rows) found[row] = shades ? shades[row] : colour; return found; },
    settled: () => moved >= 1 && !planned,
  };
};
