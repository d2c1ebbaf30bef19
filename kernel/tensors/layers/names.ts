// Names as users write them, of losses and metrics, in any of Keras's spellings; and the options of models' methods.
import { faultOfOptions, plain } from '../calls/check.ts';
import { optionsOf } from '../calls/library.ts';
import { shown } from '../calls/shown.ts';

/** What a table has under a name in any spelling. */
export function lookUp<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  if (Object.hasOwn(table, name)) return table[name];
  const key = Object.keys(table).find((key) => plain(key) === plain(name));
  return key === undefined ? undefined : table[key];
}

/**
 * @param where the function that takes the options, as it is called in messages
 * @param names the options that it knows
 * @param declaration the function in TensorFlow.js's declarations that has the options' types
 * @throws TypeError if the options are no object, or for an option that is not known: it would have no effect; or whose
 * value is not what it must be
 */
export function checkOptions(where: string, options: unknown, names: readonly string[], declaration = where): void {
  if (options == null) return;
  if (typeof options !== 'object' || Array.isArray(options))
    throw new TypeError(`${where}: the options must be an object, and are ${shown(options)}`);
  const fault = faultOfOptions(optionsOf(declaration, names), options);
  if (fault !== undefined) throw new TypeError(`${where}: ${fault}`);
}
