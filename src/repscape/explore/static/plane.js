// One map: points that move from layout to layout, seen through a camera that all maps share; what lies over them is drawn apart.

import { packed } from "./colour.js";
import { clamp, framed, make } from "./dom.js";
import { painterFor } from "./painter.js";

const MORPH = 420; // milliseconds from one layout to another
const NEAR = 14; // pixels within which a point is meant
const ease = (share) => (share < 0.5 ? 2 * share * share : 1 - (-2 * share + 2) ** 2 / 2);

/** The same shuffle each time, so that no class lies on top of another only because it comes later. */
const shuffled = (n) => {
  const order = Uint32Array.from({ length: n }, (_, row) => row);
  let seed = 1;
  for (let i = n - 1; i > 0; i -= 1) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const j = seed % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
};

/** The middle of a layout and half the sides of what nearly all points lie in: [x, y, half width, half height]. */
const fitOf = (xy) => {
  const n = xy.length / 2,
    step = Math.max(1, Math.floor(n / 4000));
  const ends = [0, 1].map((side) => {
    const some = [];
    for (let row = 0; row < n; row += step) some.push(xy[2 * row + side]);
    some.sort((one, two) => one - two);
    return [some[Math.floor(0.004 * some.length)], some[Math.min(some.length - 1, Math.ceil(0.996 * some.length) - 1)]];
  });
  const half = ends.map(([low, high]) => Math.max(1e-6, (high - low) / 2));
  return [...ends.map(([low, high]) => (low + high) / 2), ...half];
};

export class Plane {
  constructor(n, { wish = "", over = () => {}, slow = () => false } = {}) {
    this.n = n;
    this.over = over;
    this.slow = slow;
    this.camera = { x: 0, y: 0, zoom: 1 };
    this.points = make("canvas", { class: "points" });
    this.above = make("canvas", { class: "above" });
    this.painter = painterFor(this.points, wish);
    this.base = shuffled(n);
    this.share = 1;
    this.ticket = 0;
    this.times = [];
    this.stale = true;
    this.mark = framed((now) => this.#frame(now));
    this.painter.order(this.base);
    this.painter.colours(new Uint32Array(n));
  }

  /** Draw the points, and what lies over them; `mark` draws only what lies over them. */
  draw() {
    this.stale = true;
    this.mark();
  }

  resize(width, height) {
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
    if (w === this.width && h === this.height) return;
    Object.assign(this, { ratio, width: w, height: h });
    this.painter.resize(w, h);
    Object.assign(this.above, { width: w, height: h });
    this.draw();
  }

  /** Go to a layout; at once where there was none, or where motion is not wanted. */
  go(xy, { duration = MORPH } = {}) {
    const still = !this.to || duration === 0;
    this.from = still ? xy : this.now();
    this.to = xy;
    this.fitFrom = still ? null : this.#fit();
    this.fitTo = fitOf(xy);
    this.share = still ? 1 : 0;
    this.started = null;
    this.duration = duration;
    this.painter.points(this.from, this.to);
    this.draw();
  }

  /** Where the points are at this very moment. */
  now() {
    if (!this.to || this.share >= 1) return this.to;
    const share = ease(this.share),
      found = new Float32Array(this.to.length);
    for (let i = 0; i < found.length; i += 1) found[i] = this.from[i] + share * (this.to[i] - this.from[i]);
    return found;
  }

  /** Colours of all points; with a mask, all others are faint and lie below. */
  paint(colours, mask, faint) {
    let shown = colours,
      order = this.base;
    if (mask) {
      const pale = packed(faint);
      shown = new Uint32Array(this.n);
      order = new Uint32Array(this.n);
      let low = 0,
        high = mask.reduce((sum, one) => sum + one, 0);
      high = this.n - high;
      for (const row of this.base) {
        shown[row] = mask[row] ? colours[row] : pale;
        if (mask[row]) order[high++] = row;
        else order[low++] = row;
      }
    }
    this.painter.colours(shown);
    this.painter.order(order);
    this.draw();
  }

  /** The part of the plane that fits the pane at zoom 1: its middle and half its sides. */
  #fit() {
    if (!this.fitFrom || this.share >= 1) return this.fitTo;
    const share = ease(this.share);
    return this.fitFrom.map((value, side) => value + share * (this.fitTo[side] - value));
  }

  view() {
    const [x, y, wide, high] = this.#fit() || [0, 0, 1, 1];
    const scale = Math.min(this.width / wide, this.height / high) * 0.46 * this.camera.zoom;
    return { scale, left: this.width / 2 - (x + this.camera.x) * scale, top: this.height / 2 + (y + this.camera.y) * scale };
  }

  radius() {
    const usual = Math.sqrt((this.width * this.height * 0.06) / this.n) * Math.sqrt(this.camera.zoom);
    return Math.round(2 * clamp(usual, 1, 5.5 * this.ratio)) / 2;
  }

  #frame(now) {
    if (!this.to || !this.width) return;
    if (this.share < 1) {
      this.started ??= now;
      this.share = this.duration ? clamp((now - this.started) / this.duration, 0, 1) : 1;
    }
    const begun = performance.now();
    const share = ease(this.share);
    if (this.stale) this.painter.draw({ ...this.view(), share, radius: this.radius() });
    this.stale = false;
    this.#above(share);
    this.spent = performance.now() - begun;
    this.frames = (this.frames || 0) + 1;
    this.painted ??= performance.now();
    if (this.share < 1) this.draw();
    else this.settled?.();
  }

  /** Pixels (of the screen, not of the canvas) of a point. */
  pixel(row, share = ease(this.share)) {
    const { scale, left, top } = this.view();
    const x = this.from[2 * row] + share * (this.to[2 * row] - this.from[2 * row]);
    const y = this.from[2 * row + 1] + share * (this.to[2 * row + 1] - this.from[2 * row + 1]);
    return [(left + x * scale) / this.ratio, (top - y * scale) / this.ratio];
  }

  /** Coordinates of a pixel of the screen. */
  place(px, py) {
    const { scale, left, top } = this.view();
    return [(px * this.ratio - left) / scale, (top - py * this.ratio) / scale];
  }

  /** The same from the middle of the layout, which the camera counts from. */
  offset(px, py) {
    const [x, y] = this.place(px, py),
      [mx, my] = this.#fit() || [0, 0];
    return [x - mx, y - my];
  }

  #above(share) {
    const context = this.above.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    this.over(context, (row) => this.pixel(row, share), this.share >= 1);
  }

  /** The point nearest to a pixel of the screen, or -1 where none is near. */
  nearest(px, py, mask = null, within = NEAR) {
    if (!this.to) return -1;
    const xy = this.now(),
      { scale } = this.view(),
      [x, y] = this.place(px, py);
    let best = -1,
      least = ((within * this.ratio) / scale) ** 2;
    for (let row = 0; row < this.n; row += 1) {
      const dx = xy[2 * row] - x,
        dy = xy[2 * row + 1] - y,
        far = dx * dx + dy * dy;
      if (far < least && (!mask || mask[row])) {
        least = far;
        best = row;
      }
    }
    return best;
  }

  /** The point that one comes to from another in a direction: near, and not far to the side. */
  towards(row, dx, dy) {
    const xy = this.now(),
      x = xy[2 * row],
      y = xy[2 * row + 1];
    let best = -1,
      least = Infinity;
    for (let other = 0; other < this.n; other += 1) {
      const ax = xy[2 * other] - x,
        ay = xy[2 * other + 1] - y,
        along = ax * dx + ay * dy;
      if (other === row || along <= 0) continue;
      const far = along + 3 * Math.abs(ax * dy - ay * dx);
      if (far < least) {
        least = far;
        best = other;
      }
    }
    return best;
  }

  close() {
    this.painter.close();
  }
}
