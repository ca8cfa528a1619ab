// What tells a group of examples from all others: classes, numbers, lengths, words; and the words that name a cluster.

const MOST = 8;

/** Shares in the group and outside, with how sure the difference is. */
const shares = (inside, size, outside, rest) => {
  const one = inside / size,
    two = rest ? outside / rest : 0,
    all = (inside + outside) / (size + rest);
  const error = Math.sqrt(Math.max(1e-12, all * (1 - all)) * (1 / size + 1 / Math.max(1, rest)));
  return { inside: one, outside: two, sure: (one - two) / error };
};

/** Compare a selection with all others. */
export const differences = async (mask, data) => {
  const size = mask.reduce((sum, one) => sum + one, 0),
    rest = mask.length - size;
  if (!size) return { size, rest, classes: [], numbers: [], words: [] };
  const classes = [],
    numbers = [];
  for (const column of data.meta.columns) {
    if (column.kind === "text") continue;
    const held = await data.column(column.name);
    if (column.kind === "number") numbers.push(ofNumbers(column.name, held, mask));
    else if (column.levels.every((level) => level !== "" && !Number.isNaN(Number(level))) && column.levels.length > 2) {
      const own = column.levels.map(Number); // few whole numbers: a mean says more than a share of each
      numbers.push(
        ofNumbers(
          column.name,
          Float64Array.from(held, (code) => (code < 0 ? NaN : own[code])),
          mask,
        ),
      );
    } else classes.push(...ofClasses(column, held, mask, size, rest));
  }
  if (data.meta.text) {
    const unit = data.meta.sequence ? "residues" : "words";
    numbers.push(ofNumbers(`${unit} of ${data.meta.text}`, await data.lengths(), mask));
  }
  const words = data.meta.text ? ofWords(await data.words(), mask, size, rest) : [];
  const bySure = (one, two) => Math.abs(two.sure) - Math.abs(one.sure);
  return {
    size,
    rest,
    classes: classes
      .filter((one) => Math.abs(one.sure) > 2)
      .sort(bySure)
      .slice(0, MOST),
    numbers: numbers
      .filter((one) => Number.isFinite(one.sure))
      .sort(bySure)
      .slice(0, MOST),
    words,
  };
};

const ofClasses = (column, codes, mask, size, rest) => {
  const inside = new Uint32Array(column.levels.length),
    outside = new Uint32Array(column.levels.length);
  for (let row = 0; row < codes.length; row += 1) if (codes[row] >= 0) (mask[row] ? inside : outside)[codes[row]] += 1;
  return column.levels.map((level, code) => ({
    column: column.name,
    level,
    ...shares(inside[code], size, outside[code], rest),
  }));
};

const ofNumbers = (name, values, mask) => {
  const sums = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row],
      held = sums[mask[row]];
    if (Number.isNaN(value)) continue;
    held[0] += 1;
    held[1] += value;
    held[2] += value * value;
  }
  const [outside, inside] = sums.map(([count, sum, squares]) => {
    const mean = sum / count;
    return { count, mean, variance: Math.max(0, squares / count - mean * mean) };
  });
  const error = Math.sqrt(inside.variance / inside.count + outside.variance / outside.count);
  return { name, inside: inside.mean, outside: outside.mean, sure: (inside.mean - outside.mean) / error };
};

/** Words that stand in more of the group's texts than chance and the others' texts explain. */
const ofWords = ({ vocabulary, starts, words }, mask, size, rest) => {
  const inside = new Uint32Array(vocabulary.length),
    outside = new Uint32Array(vocabulary.length);
  for (let row = 0; row < mask.length; row += 1) {
    const held = mask[row] ? inside : outside;
    for (let at = starts[row]; at < starts[row + 1]; at += 1) held[words[at]] += 1;
  }
  return vocabulary
    .map((word, place) => ({ word, ...shares(inside[place], size, outside[place], rest), count: inside[place] }))
    .filter((one) => one.sure > 3 && one.count > 1)
    .sort((one, two) => two.sure - one.sure)
    .slice(0, 2 * MOST);
};

/** Three words for each class: frequent in it and in few others (class-based tf-idf). */
export const names = ({ vocabulary, starts, words }, codes, count, most = 3) => {
  const table = Array.from({ length: count }, () => new Uint32Array(vocabulary.length));
  const whole = new Uint32Array(vocabulary.length),
    sizes = new Uint32Array(count);
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row];
    if (code < 0) continue;
    for (let at = starts[row]; at < starts[row + 1]; at += 1) {
      table[code][words[at]] += 1;
      whole[words[at]] += 1;
      sizes[code] += 1;
    }
  }
  const usual = sizes.reduce((sum, size) => sum + size, 0) / Math.max(1, count);
  return table.map((held, code) => {
    const best = [];
    for (let word = 0; word < held.length; word += 1) {
      if (held[word] < 2) continue;
      const weight = (held[word] / sizes[code]) * Math.log(1 + usual / whole[word]);
      if (best.length < most || weight > best[best.length - 1].weight) {
        best.push({ word: vocabulary[word], weight });
        best.sort((one, two) => two.weight - one.weight);
        best.length = Math.min(best.length, most);
      }
    }
    return best.map((one) => one.word);
  });
};
