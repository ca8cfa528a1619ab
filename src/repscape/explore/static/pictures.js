// The map as a picture: what is on the screen as PNG, or as SVG whose points and words stay what they are.

import { download, draw } from "./dom.js";

const FEW = 20_000; // points that an SVG can hold as points
const HEAD = 44,
  EDGE = 12,
  LINE = 18;

const legendOf = (colouring) =>
  colouring?.kind === "class" ? colouring.entries.slice(0, 14).map(({ name, colour }) => [name.slice(0, 40), colour]) : [];

/** Draw both panes side by side as they are on the screen. */
export const png = async (app) => {
  const panes = app.panes(),
    scale = panes[0].plane.ratio,
    legend = legendOf(panes[0].colouring);
  const width = panes.reduce((sum, pane) => sum + pane.plane.width + EDGE * scale, EDGE * scale);
  const height = panes[0].plane.height + (HEAD + EDGE + (legend.length ? LINE * Math.ceil(legend.length / 4) + 10 : 0)) * scale;
  const canvas = Object.assign(document.createElement("canvas"), { width, height }),
    context = canvas.getContext("2d");
  Object.assign(context, { fillStyle: app.shade("paper") });
  context.fillRect(0, 0, width, height);
  panes.forEach((pane, place) => {
    const left = EDGE * scale + place * (pane.plane.width + EDGE * scale);
    context.drawImage(pane.plane.points, left, HEAD * scale);
    context.drawImage(pane.plane.above, left, HEAD * scale);
    Object.assign(context, { fillStyle: app.shade("ink"), font: `600 ${14 * scale}px system-ui, sans-serif` });
    context.fillText(app.data.name(pane.place), left, 27 * scale);
  });
  legend.forEach(([name, colour], place) => {
    const x = EDGE * scale + ((place % 4) * (width - EDGE * scale)) / 4,
      y = (HEAD + 14 + LINE * Math.floor(place / 4)) * scale + panes[0].plane.height;
    Object.assign(context, { fillStyle: colour });
    context.fillRect(x, y - 9 * scale, 10 * scale, 10 * scale);
    Object.assign(context, { fillStyle: app.shade("ink"), font: `${12 * scale}px system-ui, sans-serif` });
    context.fillText(name, x + 15 * scale, y);
  });
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  download("map.png", blob, "image/png");
};

export const svg = (app) => {
  const panes = app.panes(),
    { clientWidth: wide, clientHeight: high } = panes[0].node,
    legend = legendOf(panes[0].colouring);
  const width = panes.length * (wide + EDGE) + EDGE,
    height = high + HEAD + EDGE + (legend.length ? LINE * Math.ceil(legend.length / 4) + 10 : 0);
  const root = draw(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, "font-family": "sans-serif" },
    draw("rect", { width, height, fill: app.shade("paper") }),
  );
  panes.forEach((pane, place) => {
    const { plane } = pane,
      left = EDGE + place * (wide + EDGE),
      group = draw("g", { transform: `translate(${left} ${HEAD})` });
    const radius = (plane.radius() / plane.ratio).toFixed(2);
    if (app.data.n <= FEW) {
      for (const row of plane.base) {
        const [x, y] = plane.pixel(row);
        if (x < 0 || y < 0 || x > wide || y > high) continue;
        const faint = app.mask && !app.mask[row];
        group.append(
          draw("circle", {
            cx: x.toFixed(1),
            cy: y.toFixed(1),
            r: radius,
            fill: faint ? app.shade("pale") : pane.colouring.hex(row),
          }),
        );
      }
    } else group.append(draw("image", { href: plane.points.toDataURL(), width: wide, height: high }));
    group.append(draw("image", { href: plane.above.toDataURL(), width: wide, height: high }));
    root.append(
      group,
      draw("text", { x: left, y: 27, "font-size": 14, "font-weight": 600, fill: app.shade("ink") }, app.data.name(pane.place)),
    );
  });
  legend.forEach(([name, colour], place) => {
    const x = EDGE + ((place % 4) * (width - EDGE)) / 4,
      y = HEAD + high + 14 + LINE * Math.floor(place / 4);
    root.append(
      draw("rect", { x, y: y - 9, width: 10, height: 10, fill: colour }),
      draw("text", { x: x + 15, y, "font-size": 12, fill: app.shade("ink") }, name),
    );
  });
  download("map.svg", new XMLSerializer().serializeToString(root), "image/svg+xml");
};
