// Points drawn by hand into an array of pixels: where WebGL is software, this is many times quicker (docs/explorer.md).

/** Pixels of a disc around its middle, each with how much of it is covered, 1 to 255. */
const stampOf = (radius, width) => {
  const found = [];
  if (radius < 1.15) {
    for (const [dx, dy] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ])
      found.push([dx, dy, 255]);
  } else {
    const reach = Math.ceil(radius + 0.5);
    for (let dy = -reach; dy <= reach; dy += 1) {
      for (let dx = -reach; dx <= reach; dx += 1) {
        const inside = radius + 0.5 - Math.hypot(dx, dy);
        if (inside > 0.08) found.push([dx, dy, Math.min(255, Math.round(255 * Math.min(1, inside)))]);
      }
    }
  }
  return {
    shift: Int32Array.from(found, ([dx, dy]) => dy * width + dx),
    cover: Uint8Array.from(found, (entry) => entry[2]),
    reach: Math.ceil(radius + 1) + 1,
  };
};

export class Raster {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.kind = "raster";
  }

  resize(width, height) {
    this.canvas.width = width;
    this.canvas.height = height;
    this.image = this.context.createImageData(width, height);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.stamp = null;
  }

  points(from, to) {
    this.from = from;
    this.to = to;
  }
  colours(colours) {
    this.colour = colours;
  }
  order(order) {
    this.sequence = order;
  }

  /** Draw the map `share` of the way between both layouts; `view` turns coordinates into pixels. */
  draw({ share, scale, left, top, radius }) {
    const { pixels, from, to, colour, sequence } = this;
    const width = this.canvas.width,
      height = this.canvas.height;
    if (!this.stamp || this.radius !== radius) {
      this.stamp = stampOf(radius, width);
      this.radius = radius;
    }
    pixels.fill(0);
    const { shift, cover, reach } = this.stamp;
    const count = shift.length,
      right = width - reach,
      bottom = height - reach;
    const whole = cover.every((entry) => entry === 255);
    for (let i = 0; i < sequence.length; i += 1) {
      const row = sequence[i],
        at = 2 * row;
      const x = (left + scale * (from[at] + share * (to[at] - from[at]))) | 0;
      const y = (top - scale * (from[at + 1] + share * (to[at + 1] - from[at + 1]))) | 0;
      if (x < reach || y < reach || x >= right || y >= bottom) continue;
      const base = y * width + x,
        own = colour[row];
      if (whole) {
        for (let j = 0; j < count; j += 1) pixels[base + shift[j]] = own;
      } else {
        for (let j = 0; j < count; j += 1) {
          const place = base + shift[j],
            covered = cover[j];
          pixels[place] = covered === 255 ? own : mixed(pixels[place], own, covered);
        }
      }
    }
    this.context.putImageData(this.image, 0, 0);
  }

  close() {}
}

/** Lay a colour over another, covering so much of it; over nothing, it is seen through. */
const mixed = (below, own, covered) => {
  if (below >>> 24 === 0) return ((own & 0xffffff) | (covered << 24)) >>> 0;
  const rest = 255 - covered;
  const red = ((own & 255) * covered + (below & 255) * rest + 127) >> 8;
  const green = (((own >>> 8) & 255) * covered + ((below >>> 8) & 255) * rest + 127) >> 8;
  const blue = (((own >>> 16) & 255) * covered + ((below >>> 16) & 255) * rest + 127) >> 8;
  const alpha = Math.max(below >>> 24, covered);
  return ((alpha << 24) | (blue << 16) | (green << 8) | red) >>> 0;
};
