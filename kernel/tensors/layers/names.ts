// Names as users write them: of losses and metrics, in any of Keras's spellings, and of options, with a guess at what
// was meant.

/** `mean_squared_error`, `MeanSquaredError` and `meanSquaredError` are one name. */
const plain = (name: string) => name.replace(/[_\-\s]/g, '').toLowerCase();

/** What a table has under a name in any spelling. */
export function lookUp<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  if (Object.hasOwn(table, name)) return table[name];
  const key = Object.keys(table).find((key) => plain(key) === plain(name));
  return key === undefined ? undefined : table[key];
}

/** Of `names`, the one that looks most like `name`; undefined if none does. */
export function closest(name: string, names: readonly string[]): string | undefined {
  const rated = names.map((other) => ({ other, edits: distance(plain(name), plain(other)) }));
  const best = rated.sort((a, b) => a.edits - b.edits)[0];
  return best && best.edits <= Math.max(2, Math.floor(name.length / 4)) ? best.other : undefined;
}

/** The number of letters to insert, leave out or replace (Levenshtein 1966). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, change));
    }
    row = next;
  }
  return row[b.length]!;
}

/**
 * @param where the function that takes the options
 * @param names the options that it knows
 * @throws TypeError if the options are no object, or for an option that is not known: it would have no effect
 */
export function checkOptions(where: string, options: unknown, names: readonly string[]): void {
  if (options == null) return;
  if (typeof options !== 'object' || Array.isArray(options))
    throw new TypeError(
      `${where}: the options must be an object, and are ${Array.isArray(options) ? 'an array' : String(options)}`,
    );
  for (const name of Object.keys(options)) {
    if (names.includes(name) || (options as Record<string, unknown>)[name] === undefined) continue;
    const meant = closest(name, names);
    throw new TypeError(
      `${where}: there is no option "${name}"${meant ? `; did you mean "${meant}"?` : '.'} There are: ${names.join(', ')}.`,
    );
  }
}
