// Which of the two painters: WebGL on hardware, pixels by hand where WebGL is software or missing.

import { Raster } from "./raster.js";
import { WebGL } from "./webgl.js";

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** The name of the graphics card as the browser tells it; "" where there is no WebGL2. */
export const renderer = () => {
  const gl = document.createElement("canvas").getContext("webgl2");
  if (!gl) return "";
  const told = gl.getExtension("WEBGL_debug_renderer_info");
  const name = told ? gl.getParameter(told.UNMASKED_RENDERER_WEBGL) : gl.getParameter(gl.RENDERER);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return String(name);
};

/** Whether a renderer is worth using. */
export const isHardware = (name) => name !== "" && !SOFTWARE.test(name);

/** Return a painter for a canvas; `wish` ("raster" or "webgl") overrules what the machine has. */
export const painterFor = (canvas, wish = "") => {
  const webgl = wish ? wish === "webgl" : isHardware(renderer());
  if (webgl) {
    try {
      return new WebGL(canvas);
    } catch {
      return new Raster(canvas);
    }
  }
  return new Raster(canvas);
};
