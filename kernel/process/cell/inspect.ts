// Names of the notebook as they are now, for the editor: what the expression of bridge.ts calls.
import { types } from 'node:util';
import { MAX_PATH, type InspectAsk, type Inspected } from '../../wire/inspect.ts';
import { follow, peek, type PeekHost } from '../../outputs/peek.ts';

/** What the expression calls. */
export type Inspect = (
  ask: string,
  now: boolean,
  values: readonly ((() => unknown) | null)[],
) => string | Promise<string>;

/** What it needs of the kernel. */
export interface InspectHost {
  /** Whether cells have declared a name. */
  isDeclared(name: string): boolean;
  tensors(now: boolean): PeekHost;
}

const { getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
const { parse, stringify } = JSON;

/** Whether the global object has a name, which may be a getter: then it is asked for nothing. */
function isGlobal(name: string): boolean {
  for (let o: object | null = globalThis; o && !types.isProxy(o); o = getPrototypeOf(o))
    if (getOwnPropertyDescriptor(o, name)) return true;
  return false;
}

/** Makes the function of the bridge. */
export function makeInspect(host: InspectHost): Inspect {
  return (text, now, values) => {
    const { names, keys = false } = parse(text) as InspectAsk;
    const tensors = host.tensors(now);
    const found = names.map(({ name, path = [] }, i): Inspected | null | Promise<Inspected> => {
      const read = values[i];
      // A variable of a cell that runs for the first time is not declared yet
      if (!read || path.length > MAX_PATH || (!host.isDeclared(name) && isGlobal(name))) return null;
      let value: unknown;
      try {
        value = read();
      } catch {
        return null;
      }
      const at = follow(value, path);
      return at ? peek(at.value, tensors, keys) : null;
    });
    if (!found.some((f) => f instanceof Promise)) return stringify({ values: found });
    return Promise.all(found.map((f) => Promise.resolve(f))).then((all) => stringify({ values: all }));
  };
}
