// Names of the constants of a graph: those of the notebook's variables that a function reads. A variable is only read if
// the function, or a function of the notebook that it names, mentions it.
import * as acorn from 'acorn';
import { simple } from 'acorn-walk';
import { types } from 'node:util';
import { runInThisContext } from 'node:vm';
import { isTensor } from '../../../outputs/tensor/values.ts';

/** Reads a variable by its name; undefined if there is none. */
export type ReadVariable = (name: string) => unknown;

/** The names of values that a function reads. */
export interface ClosureNames {
  /** By the tensors' ids. */
  tensors: Map<number, string>;
  /** Lists of numbers, which become tensors when an op takes them. */
  lists: { name: string; values: readonly number[] }[];
}

/** Functions of functions are looked into so deeply, and so many variables are read. */
const [DEPTH, MOST] = [3, 200];
/** Longer lists are not compared. */
export const LONGEST_LIST = 64;

/** A variable of the cells. Properties of the global object are left alone: reading one may run code. */
export const readVariable: ReadVariable = (name) => {
  if (name in globalThis) return undefined;
  try {
    return runInThisContext(name);
  } catch {
    // Not declared, or not yet
    return undefined;
  }
};

export function closureNames(f: unknown, read: ReadVariable = readVariable): ClosureNames {
  const names: ClosureNames = { tensors: new Map(), lists: [] };
  const seen = new Set<unknown>();
  const take = (name: string, value: unknown): void => {
    if (isTensor(value)) {
      const { id } = value as unknown as { id: number };
      if (!names.tensors.has(id)) names.tensors.set(id, name);
    } else if (isList(value)) names.lists.push({ name, values: Array.from(value) });
  };
  const look = (target: unknown, depth: number): void => {
    if (typeof target !== 'function' || types.isProxy(target) || seen.has(target)) return;
    seen.add(target);
    for (const [name, keys] of mentioned(target)) {
      if (seen.size > MOST) return;
      const value = read(name);
      if (value === undefined || value === null || types.isProxy(value)) continue;
      take(name, value);
      if (typeof value === 'object' && !isTensor(value))
        for (const key of keys) take(`${name}.${key}`, Object.getOwnPropertyDescriptor(value, key)?.value);
      if (depth < DEPTH) look(value, depth + 1);
    }
  };
  look(f, 0);
  return names;
}

const isList = (value: unknown): value is ArrayLike<number> => {
  if (!Array.isArray(value) && !(types.isTypedArray(value) && !types.isBigInt64Array(value))) return false;
  const { length } = value as ArrayLike<unknown>;
  return (
    length > 1 && length <= LONGEST_LIST && Array.from(value as ArrayLike<unknown>).every((v) => typeof v === 'number')
  );
};

/** The variables that the text of a function mentions, each with the properties that it reads of it. */
function mentioned(f: object): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const keysOf = (name: string): Set<string> => {
    const keys = found.get(name) ?? new Set<string>();
    found.set(name, keys);
    return keys;
  };
  try {
    // Of identifiers, those that are values: no keys and no parameters
    simple(acorn.parseExpressionAt(Function.prototype.toString.call(f), 0, { ecmaVersion: 'latest' }), {
      Identifier: ({ name }) => void keysOf(name),
      MemberExpression({ object, property, computed }) {
        if (object.type === 'Identifier' && property.type === 'Identifier' && !computed)
          keysOf(object.name).add(property.name);
      },
    });
  } catch {
    // A method, native code, or code too deep to be walked
  }
  return found;
}
