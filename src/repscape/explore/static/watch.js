// Work in the background and a study that grows: asked after now and then, often while something is being done.

import { make } from "./dom.js";

const BUSY = 600,
  IDLE = 4000;

export class Watch {
  constructor(app) {
    this.app = app;
    this.node = app.frame.jobs;
    this.seen = new Set();
    if (app.source.can.grow) this.soon();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), 150);
  }

  async #ask() {
    let wait = IDLE;
    if (!document.hidden) {
      try {
        wait = (await this.#look()) ? BUSY : IDLE;
        this.lost = false;
      } catch (error) {
        if (!this.lost) this.app.frame.warn(`The explorer has ended, or cannot be reached: ${error.message}`);
        this.lost = true;
      }
    }
    if (!this.app.closed) this.timer = setTimeout(() => this.#ask(), wait);
  }

  /** Show what is being done; say whether anything is. */
  async #look() {
    const { version, kept, jobs } = await this.app.source.state();
    const busy = jobs.filter((job) => job.state === "working" || job.state === "waiting");
    for (const job of jobs.filter((one) => ["done", "failed"].includes(one.state) && !this.seen.has(one.number))) {
      this.seen.add(job.number);
      if (job.state === "failed") this.app.frame.warn(`${job.what}: ${job.why}`);
      else if (/^(build|by):/.test(job.name)) this.app.grown();
    }
    this.node.replaceChildren(...busy.filter((job) => job.state === "working").map((job) => this.#shown(job)));
    if (this.version !== undefined && version !== this.version) this.app.grown();
    if (
      this.kept !== undefined &&
      kept !== this.kept &&
      this.app.state.now.tab === "groups" &&
      !this.app.root.contains(this.#typing())
    )
      this.app.frame.panel();
    Object.assign(this, { version, kept });
    return busy.length > 0;
  }

  #typing() {
    return document.activeElement?.matches?.("input") ? document.activeElement : null;
  }

  #shown(job) {
    return make(
      "div",
      { class: "job", role: "status" },
      make("span", {}, job.what),
      make("progress", { max: 1, value: job.share, "aria-label": job.what }),
      make(
        "button",
        { type: "button", "aria-label": `Stop: ${job.what}`, onclick: () => this.app.source.stop(job.number) },
        "Stop",
      ),
    );
  }

  close() {
    clearTimeout(this.timer);
  }
}
