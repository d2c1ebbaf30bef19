// Names as users write them: of losses and metrics, in any of Keras's spellings, and of options, with a guess at what
// was meant.
import { closest } from '../../wire/closest.ts';

/** `mean_squared_error`, `MeanSquaredError` and `meanSquaredError` are one name. */
const plain = (name: string) => name.replace(/[_\-\s]/g, '').toLowerCase();

/** What a table has under a name in any spelling. */
export function lookUp<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  if (Object.hasOwn(table, name)) return table[name];
  const key = Object.keys(table).find((key) => plain(key) === plain(name));
  return key === undefined ? undefined : table[key];
}

/** Of `names`, the one that was meant: in another spelling, or misspelt; undefined if none was. */
const meantBy = (name: string, names: readonly string[]): string | undefined =>
  names.find((other) => plain(other) === plain(name)) ?? closest(name, names);

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
    const meant = meantBy(name, names);
    throw new TypeError(
      `${where}: there is no option "${name}"${meant ? `; did you mean "${meant}"?` : '.'} There are: ${names.join(', ')}.`,
    );
  }
}
