// What to say about a name that a module does not export.
import { didYouMean } from '../../../wire/closest.ts';

/** Says that a module does not export a name, and what was meant or what to write instead. */
export function missingName(specifier: string, name: string, names: readonly string[]): string {
  const some = names.filter((n) => n !== 'default' && /^[\w$]+$/.test(n)).sort();
  if (name !== 'default') {
    const near = didYouMean(name, some);
    const all = specifier.startsWith('@tensorflow/')
      ? `${near ? ' Or' : '; better'} import all: import * as tf from '${specifier}'`
      : '';
    return `the module "${specifier}" does not export "${name}"${near}${all}`;
  }
  if (some.length === 0) return `the module "${specifier}" exports nothing`;
  return `the module "${specifier}" has no default export; import names from it: import { ${some.slice(0, 3).join(', ')} } from '${specifier}'`;
}
