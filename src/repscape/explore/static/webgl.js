// The same points by WebGL2, for machines that have the hardware: one draw call, the way between two layouts on the card.

const VERTEX = `#version 300 es
layout(location = 0) in vec2 before;
layout(location = 1) in vec2 after;
layout(location = 2) in vec4 colour;
uniform float share, size;
uniform vec2 scale, shift;
out vec4 tint;
void main() {
  gl_Position = vec4(mix(before, after, share) * scale + shift, 0.0, 1.0);
  gl_PointSize = size;
  tint = colour;
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 tint;
uniform float size;
out vec4 found;
void main() {
  float inside = (0.5 - length(gl_PointCoord - 0.5)) * size;
  if (inside <= 0.0 && size > 2.5) discard;
  float cover = size > 2.5 ? min(1.0, inside) : 1.0;
  found = vec4(tint.rgb * cover, cover);
}`;

export class WebGL {
  constructor(canvas) {
    this.canvas = canvas;
    this.kind = "webgl";
    const gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true, preserveDrawingBuffer: true });
    if (!gl) throw new Error("WebGL2 is not available");
    this.gl = gl;
    this.program = linked(gl);
    gl.useProgram(this.program);
    this.place = Object.fromEntries(
      ["share", "size", "scale", "shift"].map((n) => [n, gl.getUniformLocation(this.program, n)]),
    );
    this.buffers = [0, 1, 2].map((slot) => {
      const buffer = gl.createBuffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.enableVertexAttribArray(slot);
      if (slot < 2) gl.vertexAttribPointer(slot, 2, gl.FLOAT, false, 0, 0);
      else gl.vertexAttribPointer(slot, 4, gl.UNSIGNED_BYTE, true, 0, 0);
      return buffer;
    });
    this.index = gl.createBuffer();
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  resize(width, height) {
    this.canvas.width = width;
    this.canvas.height = height;
    this.gl.viewport(0, 0, width, height);
  }

  #fill(slot, array) {
    this.gl.bindBuffer(this.gl.ARRAY_BUFFER, this.buffers[slot]);
    this.gl.bufferData(this.gl.ARRAY_BUFFER, array, this.gl.DYNAMIC_DRAW);
  }

  points(from, to) {
    this.#fill(0, from);
    this.#fill(1, to);
  }
  colours(colours) {
    this.#fill(2, new Uint8Array(colours.buffer, colours.byteOffset, colours.byteLength));
  }

  order(order) {
    this.count = order.length;
    this.gl.bindBuffer(this.gl.ELEMENT_ARRAY_BUFFER, this.index);
    this.gl.bufferData(this.gl.ELEMENT_ARRAY_BUFFER, order, this.gl.DYNAMIC_DRAW);
  }

  draw({ share, scale, left, top, radius }) {
    const { gl, canvas, place } = this;
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniform1f(place.share, share);
    gl.uniform1f(place.size, Math.max(2, 2 * radius + 1));
    gl.uniform2f(place.scale, (2 * scale) / canvas.width, (2 * scale) / canvas.height);
    gl.uniform2f(place.shift, (2 * left) / canvas.width - 1, 1 - (2 * top) / canvas.height);
    gl.drawElements(gl.POINTS, this.count, gl.UNSIGNED_INT, 0);
  }

  close() {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext();
  }
}

const linked = (gl) => {
  const program = gl.createProgram();
  for (const [kind, text] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
  return program;
};
