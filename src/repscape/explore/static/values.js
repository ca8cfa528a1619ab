// What examples are coloured, sorted and asked by: columns of the study and values of a layer, under one kind of name.

/** Every name there is: ["column:label", "label"], and values by the layer that is shown. */
export const names = (meta) => ({
  columns: meta.columns.filter((column) => column.kind !== "text").map((column) => [`column:${column.name}`, column.name]),
  values: meta.offers.map((offer) => [`value:${offer.name}`, offer.title]),
});

export const titleOf = (meta, name) => {
  const every = names(meta);
  return [...every.columns, ...every.values].find(([own]) => own === name)?.[1] ?? name;
};

export const offerOf = (meta, name) =>
  name.startsWith("value:") ? meta.offers.find((offer) => offer.name === name.slice(6)) : undefined;

/** The second layer that a value compares with: the next one, or that of the other pane; null where there is none. */
export const otherOf = (data, name, place, across) => {
  if (name === "value:turnover") return data.next(place);
  return name === "value:turnover_other" ? across : null;
};

/** Read a name for a layer: {kind, values, levels}. */
export const read = async (data, name, place, across) => {
  if (name.startsWith("column:")) {
    const column = data.meta.columns.find((held) => held.name === name.slice(7));
    if (!column || column.kind === "text") throw new Error(`There is no column ${name.slice(7)} to colour by.`);
    return { kind: column.kind, levels: column.levels, values: await data.column(column.name) };
  }
  const offer = offerOf(data.meta, name);
  if (!offer) throw new Error(`There is no value ${name.slice(6)}.`);
  const other = otherOf(data, name, place, across);
  if (offer.pair && other === null) {
    return { kind: "number", values: new Float32Array(data.n).fill(NaN), note: "After the last layer there is no next one." };
  }
  if (offer.places && !offer.places.includes(place)) {
    return { kind: "number", values: new Float32Array(data.n).fill(NaN), note: "The study has no such value of this layer." };
  }
  const values = await data.value(offer.name, place, offer.pair ? other : null);
  if (offer.kind !== "class") return { kind: "number", values };
  const codes = Int32Array.from(values);
  const count = codes.reduce((most, code) => Math.max(most, code), -1) + 1;
  return { kind: "class", values: codes, levels: Array.from({ length: count }, (_, code) => `cluster ${code + 1}`) };
};
