// The explorer's data from the server on this machine. files.js and widget.js answer the same questions.

const numbers = async (response, kind) => new kind(await response.arrayBuffer());

export class ServerSource {
  constructor(set = 0) {
    this.set = set;
    this.can = { keep: true, measure: true, grow: true, layout: true };
  }

  async ask(name, words = {}, body = null, method = body ? "POST" : "GET") {
    const query = new URLSearchParams({ set: this.set, ...words });
    const response = await fetch(
      `api/${name}?${query}`,
      body || method !== "GET"
        ? { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body || {}) }
        : {},
    );
    if (response.ok) return response;
    const said = await response.json().catch(() => ({}));
    throw new Error(
      said.error ||
        (response.status === 403
          ? "The server does not know this page any more: open the address that repscape explore printed."
          : `The server answered ${response.status}.`),
    );
  }

  async json(...given) {
    return (await this.ask(...given)).json();
  }
  meta() {
    return this.json("meta");
  }
  state() {
    return this.json("state");
  }
  records() {
    return this.json("records");
  }

  /** Coordinates of a layer, or null while they are being computed. */
  async positions(method, place) {
    const response = await this.ask("positions", { method, place });
    if (response.status === 202) {
      const { waiting, why } = await response.json();
      if (!waiting) throw new Error(why);
      return null;
    }
    const shares = (response.headers.get("x-shares") || "").split(",").filter(Boolean).map(Number);
    return { xy: await numbers(response, Float32Array), shares };
  }

  async column(name, kind) {
    return numbers(await this.ask("column", { name }), kind === "class" ? Int32Array : Float32Array);
  }
  async value(name, place, other) {
    return numbers(await this.ask("value", { name, place, ...(other === null ? {} : { other }) }), Float32Array);
  }
  neighbors(place, row, k) {
    return this.json("neighbors", { place, row, k });
  }
  async strip(row, k, places) {
    return numbers(await this.ask("strip", { row, k, places: places.join(",") }), Int32Array);
  }

  async rows(rows) {
    const found = [];
    for (let start = 0; start < rows.length; start += 2000) {
      found.push(...(await this.json("rows", {}, { rows: Array.from(rows.slice(start, start + 2000)) }, "POST")));
    }
    return found;
  }

  async search(text, column = "") {
    return numbers(await this.ask("search", { text, column }), Uint32Array);
  }
  async words() {
    const [about, starts, words] = await Promise.all([
      this.json("words"),
      this.ask("words", { part: "starts" }),
      this.ask("words", { part: "words" }),
    ]);
    return { ...about, starts: await numbers(starts, Uint32Array), words: await numbers(words, Uint16Array) };
  }
  async lengths() {
    return numbers(await this.ask("lengths"), Uint32Array);
  }

  async sheet(number) {
    const response = await this.ask("sheet", { number });
    const across = Number(response.headers.get("x-across"));
    return { url: URL.createObjectURL(await response.blob()), across };
  }

  selections() {
    return this.json("selections");
  }
  async selection(name) {
    return numbers(await this.ask("selections", { name }), Uint32Array);
  }
  keep(name, rows, recipe) {
    return this.json("selections", {}, { name, rows: Array.from(rows), recipe });
  }
  forget(name) {
    return this.json("selections", { name }, null, "DELETE");
  }
  measure(name) {
    return this.json("measure", {}, { name });
  }
  layout(method) {
    return this.json("layout", {}, { method });
  }
  build(place) {
    return this.json("build", {}, { place });
  }
  stop(job) {
    return this.json("stop", {}, { job });
  }
}
