// The page: from the server on this machine, or from files beside it.

import { App } from "./app.js";
import { FileSource } from "./files.js";
import { ServerSource } from "./server.js";

const root = document.getElementById("explorer");
const words = new URLSearchParams(location.search);
const set = /^\d{1,3}$/.test(words.get("set") || "") ? Number(words.get("set")) : 0;
const source = root.dataset.files ? new FileSource(root.dataset.files) : new ServerSource(set);
try {
  const app = await new App(root, source, { wish: words.get("painter") || "" }).start();
  document.title = `${app.data.meta.studies.join(", ")} · repscape`;
  window.repscape = app; // for those who look with the browser's own tools
  root.dataset.ready = "yes";
} catch (error) {
  root.replaceChildren(Object.assign(document.createElement("p"), { className: "failed", textContent: error.message }));
}
