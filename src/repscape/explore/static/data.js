// What was asked for once is not asked for again: coordinates, columns, values, texts.

export class Data {
  constructor(source, meta) {
    this.source = source;
    this.held = new Map();
    this.texts = new Map();
    this.listeners = new Set();
    this.take(meta);
  }

  /** Take what the source says of itself; after the study has grown, again. */
  take(meta) {
    this.meta = meta;
    this.layers = new Map(meta.layers.map((layer) => [layer.number, layer]));
    this.n = meta.n;
    for (const key of [...this.held.keys()]) if (/^(value|records|selections)/.test(key)) this.held.delete(key);
  }

  once(key, ask) {
    if (!this.held.has(key)) {
      const entry = { value: undefined, promise: null };
      entry.promise = ask().then(
        (value) => {
          entry.value = value;
          return value;
        },
        (error) => {
          this.held.delete(key);
          throw error;
        },
      );
      this.held.set(key, entry);
    }
    return this.held.get(key).promise;
  }

  /** What is here already, or undefined. */
  here(key) {
    return this.held.get(key)?.value;
  }

  /** Coordinates of a layer; waits while they are computed. */
  positions(method, place) {
    return this.once(`xy ${method} ${place}`, async () => {
      for (let wait = 60; ; wait = Math.min(1000, wait * 1.5)) {
        const found = await this.source.positions(method, place);
        if (found) return found;
        await new Promise((done) => setTimeout(done, wait));
      }
    });
  }

  column(name) {
    const kind = this.meta.columns.find((column) => column.name === name)?.kind;
    return this.once(`column ${name}`, () => this.source.column(name, kind));
  }

  value(name, place, other) {
    return this.once(`value ${name} ${place} ${other}`, () => this.source.value(name, place, other));
  }
  neighbors(place, row, k) {
    return this.once(`near ${place} ${row} ${k}`, () => this.source.neighbors(place, row, k));
  }
  words() {
    return this.once("words", () => this.source.words());
  }
  lengths() {
    return this.once("lengths", () => this.source.lengths());
  }
  records() {
    return this.once("records", () => this.source.records());
  }
  sheet(number) {
    return this.once(`sheet ${number}`, () => this.source.sheet(number));
  }

  /** What is known of examples, one object for each. */
  async rows(rows) {
    const missing = [...new Set(rows)].filter((row) => !this.texts.has(row));
    if (missing.length) {
      const found = await this.source.rows(missing);
      if (this.texts.size > 50_000) this.texts.clear();
      for (const [place, row] of missing.entries()) this.texts.set(row, found[place]);
    }
    return rows.map((row) => this.texts.get(row) || {});
  }

  /** Layers of one model, checkpoint and site, from shallow to deep. */
  line(place) {
    const own = this.layers.get(place);
    return this.meta.layers.filter(
      (layer) => layer.model === own.model && layer.step === own.step && layer.site === own.site && layer.study === own.study,
    );
  }

  /** The next layer of the same line, or null after the last. */
  next(place) {
    const line = this.line(place);
    return line[line.findIndex((layer) => layer.number === place) + 1]?.number ?? null;
  }

  name(place) {
    const layer = this.layers.get(place);
    if (!layer) return "";
    const step = layer.step === null ? "" : `step ${layer.step}`;
    return [layer.model, step, `layer ${layer.index}: ${layer.key}`].filter(Boolean).join(" · ");
  }

  short(place) {
    const layer = this.layers.get(place);
    return layer ? `${layer.index} · ${layer.key}` : "";
  }
}
