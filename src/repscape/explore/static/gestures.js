// Pointer, wheel and keys on a map: pan, zoom, pinch, click, lasso, and steps from point to point.

import { clamp } from "./dom.js";

const STILL = 4; // pixels that a click may wander
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** The camera nearer or further, a point of the plane staying where it is; `at` counts from the middle of the layout. */
export const zoomed = (camera, factor, at = [camera.x, camera.y]) => {
  const zoom = clamp(camera.zoom * factor, 0.3, 400),
    kept = 1 - camera.zoom / zoom;
  return { zoom, x: camera.x + (at[0] - camera.x) * kept, y: camera.y + (at[1] - camera.y) * kept };
};

/** Listen on a map's node; `tell` has move(camera), hover(row), choose(row), lasso(path), step(direction). */
export const listen = (node, plane, tell) => {
  const down = new Map();
  let moved = 0,
    path = null,
    apart = 0;
  const at = (event) => {
    const box = node.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  node.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    node.setPointerCapture(event.pointerId);
    down.set(event.pointerId, at(event));
    moved = 0;
    apart = 0;
    path = down.size === 1 && (event.shiftKey || tell.lassoing()) ? [...plane.place(...at(event))] : null;
  });
  node.addEventListener("pointermove", (event) => {
    const now = at(event),
      before = down.get(event.pointerId);
    if (!before) {
      tell.hover(plane.nearest(...now), now);
      return;
    }
    moved += Math.hypot(now[0] - before[0], now[1] - before[1]);
    down.set(event.pointerId, now);
    if (path) {
      path.push(...plane.place(...now));
      tell.drawing(path);
    } else if (down.size === 2) {
      const [[ax, ay], [bx, by]] = [...down.values()],
        far = Math.hypot(ax - bx, ay - by);
      if (apart) tell.move(zoomed(plane.camera, far / apart, plane.offset((ax + bx) / 2, (ay + by) / 2)));
      apart = far;
    } else if (moved > STILL) {
      const [x0, y0] = plane.place(...before),
        [x1, y1] = plane.place(...now);
      tell.move({ ...plane.camera, x: plane.camera.x + x0 - x1, y: plane.camera.y + y0 - y1 });
    }
  });
  const up = (event) => {
    if (!down.delete(event.pointerId)) return;
    if (path && path.length > 6) tell.lasso(path);
    else if (event.type === "pointerup" && moved <= STILL && !down.size) tell.choose(plane.nearest(...at(event)));
    path = null;
    tell.drawing(null);
  };
  node.addEventListener("pointerup", up);
  node.addEventListener("pointercancel", up);
  node.addEventListener("pointerleave", () => tell.hover(-1));
  node.addEventListener("dblclick", (event) => tell.move(zoomed(plane.camera, 2, plane.offset(...at(event)))));
  node.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      tell.move(zoomed(plane.camera, Math.exp(-clamp(event.deltaY, -240, 240) / 300), plane.offset(...at(event))));
    },
    { passive: false },
  );
  node.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (KEYS[event.key]) tell.step(...KEYS[event.key]);
    else if (event.key === "+" || event.key === "=") tell.move(zoomed(plane.camera, 1.4));
    else if (event.key === "-") tell.move(zoomed(plane.camera, 1 / 1.4));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
};
