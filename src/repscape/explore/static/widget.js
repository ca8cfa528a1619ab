// The explorer in a notebook: the same page, its questions asked through the kernel.

import { App } from "./app.js";
import { ServerSource } from "./server.js";

class KernelSource extends ServerSource {
  constructor(model) {
    super(0);
    this.model = model;
    this.asked = new Map();
    this.last = 0;
    this.heard = (message, buffers) => this.#hear(message, buffers);
    model.on("msg:custom", this.heard);
  }

  async ask(name, words = {}, body = null, method = body ? "POST" : "GET") {
    this.last += 1;
    const number = this.last;
    const answer = new Promise((done) => this.asked.set(number, done));
    this.model.send({
      number,
      name,
      words: { set: "0", ...Object.fromEntries(Object.entries(words).map(([key, value]) => [key, String(value)])) },
      body: body || {},
      method,
    });
    const { status, headers, content } = await answer;
    const response = new Response(content, { status, headers });
    if (response.ok) return response;
    throw new Error((await response.json()).error || `The kernel answered ${status}.`);
  }

  #hear(message, buffers) {
    const done = this.asked.get(message.number);
    if (!done) return;
    this.asked.delete(message.number);
    const view = buffers[0],
      content = view.buffer ? view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength) : view;
    done({ ...message, content });
  }

  close() {
    this.model.off("msg:custom", this.heard);
  }
}

const render = ({ model, el }) => {
  const root = document.createElement("div"),
    source = new KernelSource(model);
  root.className = "rsx notebook";
  root.tabIndex = -1;
  root.textContent = "The explorer is being opened …";
  el.append(root);
  const app = new App(root, source, { address: false });
  app.start().then(
    () => {
      root.dataset.ready = "yes";
    },
    (error) => {
      root.textContent = error.message;
    },
  );
  // A notebook has keys of its own for letters; what is typed here is meant for the explorer.
  root.addEventListener("keydown", (event) => event.stopPropagation());
  root.setAttribute("data-lm-suppress-shortcuts", "true");
  return () => {
    source.close();
    app.close();
  };
};

export const default_ = { render };
