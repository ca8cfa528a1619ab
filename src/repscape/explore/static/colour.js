// Colours of the points: classes by hue, numbers along one scale, and what the legend says of them.

export const HUES = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#8a63d2",
  "#a89400",
  "#7f5539",
  "#e5446d",
  "#5c6f82",
  "#3ddbd9",
];
const SCALE = ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"];
const STEPS = 256;

/** "#rrggbb" as the painters want it: alpha, blue, green, red. */
export const packed = (hex) => {
  const value = Number.parseInt(hex.slice(1), 16);
  return ((255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
};

const ramp = (() => {
  const stops = SCALE.map((hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)));
  return Uint32Array.from({ length: STEPS }, (_, step) => {
    const at = (step / (STEPS - 1)) * (stops.length - 1),
      low = Math.min(stops.length - 2, Math.floor(at));
    const [red, green, blue] = stops[low].map((value, side) => Math.round(value + (at - low) * (stops[low + 1][side] - value)));
    return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
  });
})();

export const gradient = `linear-gradient(90deg, ${SCALE.join(", ")})`;

/** Where on the scale a number stands, as "#rrggbb". */
export const onScale = (share) => {
  const value = ramp[Math.round(Math.min(1, Math.max(0, share)) * (STEPS - 1))];
  return `#${[value & 255, (value >> 8) & 255, (value >> 16) & 255].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
};

/** Colour classes: the twelve largest have a hue, all others are grey together. */
export const byClass = (codes, levels, grey) => {
  const sizes = new Uint32Array(levels.length);
  let missing = 0;
  for (const code of codes)
    if (code < 0) missing += 1;
    else sizes[code] += 1;
  const order = levels.map((_, code) => code);
  let hued = order;
  if (levels.length > HUES.length) {
    const large = new Set([...order].sort((one, two) => sizes[two] - sizes[one]).slice(0, HUES.length - 1));
    hued = order.filter((code) => large.has(code));
  }
  const hue = new Map(hued.map((code, place) => [code, HUES[place]]));
  const own = Uint32Array.from(order, (code) => packed(hue.get(code) || grey));
  const none = packed(grey);
  const colours = new Uint32Array(codes.length);
  for (let row = 0; row < codes.length; row += 1) colours[row] = codes[row] < 0 ? none : own[codes[row]];
  const entries = hued
    .filter((code) => sizes[code])
    .map((code) => ({ name: levels[code], codes: [code], count: sizes[code], colour: hue.get(code) }));
  const rest = order.filter((code) => !hue.has(code) && sizes[code]);
  if (rest.length) {
    const count = rest.reduce((sum, code) => sum + sizes[code], 0);
    entries.push({ name: `${rest.length} others`, codes: rest, count, colour: grey });
  }
  if (missing) entries.push({ name: "missing", codes: [-1], count: missing, colour: grey });
  return {
    kind: "class",
    colours,
    entries,
    hex: (row) => (codes[row] < 0 ? grey : hue.get(codes[row]) || grey),
    codes,
    levels,
  };
};

/** Colour numbers from the second to the ninety-eighth hundredth; beyond, the scale's ends. */
export const byNumber = (values, grey) => {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const at = (share) => known[Math.min(known.length - 1, Math.floor(share * known.length))];
  let low = known.length ? at(0.02) : 0,
    high = known.length ? at(0.98) : 1;
  if (low === high && known.length) [low, high] = [known[0], known[known.length - 1]];
  const span = high - low || 1,
    none = packed(grey);
  const colours = new Uint32Array(values.length);
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row];
    colours[row] = Number.isNaN(value)
      ? none
      : ramp[value <= low ? 0 : value >= high ? STEPS - 1 : Math.round(((value - low) / span) * (STEPS - 1))];
  }
  const missing = values.length - known.length;
  return {
    kind: "number",
    colours,
    low,
    high,
    missing,
    values,
    hex: (row) => (Number.isNaN(values[row]) ? grey : onScale((values[row] - low) / span)),
  };
};

export const byNothing = (n) => {
  const colours = new Uint32Array(n).fill(packed(HUES[0]));
  return { kind: "none", colours, entries: [], hex: () => HUES[0] };
};
