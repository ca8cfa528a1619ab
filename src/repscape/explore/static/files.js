// The explorer's data from files that `repscape export-explorer` wrote: the answers of the server, read instead of asked for.

export class FileSource {
  constructor(folder) {
    this.folder = folder;
    this.set = 0;
    this.can = { keep: false, measure: false, grow: false, layout: false };
    this.read = new Map();
  }

  async #file(name) {
    if (!this.read.has(name)) {
      this.read.set(
        name,
        fetch(`${this.folder}/${name}`).then((response) => {
          if (!response.ok) throw new Error(`${name} is not among the files (${response.status}).`);
          return response;
        }),
      );
    }
    return (await this.read.get(name)).clone();
  }

  async #json(name) {
    return (await this.#file(`${name}.json`)).json();
  }
  async #numbers(name, kind) {
    return new kind(await (await this.#file(`${name}.bin`)).arrayBuffer());
  }

  async meta() {
    this.about = await this.#json("meta");
    return this.about;
  }

  async positions(method, place) {
    const [xy, shares] = await Promise.all([this.#numbers(`xy-${method}-${place}`, Float32Array), this.#json(`xy-${method}`)]);
    return { xy, shares: shares[place] || [] };
  }

  column(name, kind) {
    const place = this.about.columns.findIndex((column) => column.name === name);
    return this.#numbers(`column-${place}`, kind === "class" ? Int32Array : Float32Array);
  }

  async value(name, place, other) {
    if (name === "turnover_other") return this.#turnover(place, other);
    const offer = this.about.offers.findIndex((held) => held.name === name),
      why = this.about.files.missing[`${offer}-${place}`];
    if (why) throw new Error(why);
    return this.#numbers(`value-${offer}-${place}`, Float32Array);
  }

  /** Share of the ten nearest in one layer that are not among those in another. */
  async #turnover(place, other) {
    const { block, depth, places } = this.about.files,
      k = Math.min(10, depth),
      found = new Float32Array(this.about.n);
    const [one, two] = [place, other].map((number) => places.indexOf(number));
    for (let start = 0; start < this.about.n; start += block) {
      const near = await this.#numbers(`near-${start / block}`, Int32Array);
      for (let row = start; row < Math.min(this.about.n, start + block); row += 1) {
        const at = (row - start) * places.length,
          there = new Set(near.subarray((at + two) * depth, (at + two) * depth + k));
        let gone = 0;
        for (let rank = 0; rank < k; rank += 1) if (!there.has(near[(at + one) * depth + rank])) gone += 1;
        found[row] = gone / k;
      }
    }
    return found;
  }

  async #of(kind, type, row, place, k) {
    const { block, depth, places } = this.about.files,
      held = await this.#numbers(`${kind}-${Math.floor(row / block)}`, type);
    const at = ((row % block) * places.length + places.indexOf(place)) * depth;
    return held.subarray(at, at + k);
  }

  async neighbors(place, row, k) {
    if (k > this.about.files.depth) throw new Error(`These files hold ${this.about.files.depth} neighbours of each example.`);
    const [indices, distances] = await Promise.all([
      this.#of("near", Int32Array, row, place, k),
      this.#of("far", Float32Array, row, place, k),
    ]);
    return { indices: Array.from(indices), distances: Array.from(distances) };
  }

  async strip(row, k, places) {
    const found = new Int32Array(places.length * k).fill(-1);
    for (const [at, place] of places.entries())
      found.set(await this.#of("near", Int32Array, row, place, Math.min(k, this.about.files.depth)), at * k);
    return found;
  }

  async rows(rows) {
    const size = this.about.files.rows,
      blocks = new Map();
    for (const block of new Set(Array.from(rows, (row) => Math.floor(row / size))))
      blocks.set(block, await this.#json(`rows-${block}`));
    return Array.from(rows, (row) => blocks.get(Math.floor(row / size))[row % size]);
  }

  async search(text, column = "") {
    const wanted = text.toLowerCase(),
      found = [],
      size = this.about.files.rows;
    for (let start = 0; start < this.about.n; start += size) {
      (await this.#json(`rows-${start / size}`)).forEach((known, place) => {
        const held = column ? [known[column] ?? ""] : Object.values(known);
        if (held.some((entry) => entry.toLowerCase().includes(wanted))) found.push(start + place);
      });
    }
    return Uint32Array.from(found);
  }

  async words() {
    const [about, starts, words] = await Promise.all([
      this.#json("words"),
      this.#numbers("starts", Uint32Array),
      this.#numbers("words", Uint16Array),
    ]);
    return { ...about, starts, words };
  }
  lengths() {
    return this.#numbers("lengths", Uint32Array);
  }

  async sheet(number) {
    const [file, across] = await Promise.all([this.#file(`sheet-${number}`), this.#json("sheets")]);
    return { url: URL.createObjectURL(await file.blob()), across: across[number] };
  }

  records() {
    return this.#json("records");
  }
  selections() {
    return this.#json("selections");
  }
  async selection(name) {
    const place = (await this.selections()).findIndex((held) => held.name === name);
    if (place < 0) throw new Error(`There is no selection ${name}.`);
    return this.#numbers(`selection-${place}`, Uint32Array);
  }
}
