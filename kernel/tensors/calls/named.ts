// The ops as cells call them: arguments are checked, and an error says which op was called, and with what.
import { faultOf, parameterNames } from './check.ts';
import { type Call, type Parts, quickCall } from './quick.ts';
import { rules } from './rules.ts';
import { shown } from './shown.ts';
import type { Parameter, Signatures } from './signature.ts';
import signatures from './signatures.json' with { type: 'json' };

/** The ops without checks, by those with. */
const stock = new WeakMap<object, unknown>();

/** The function of TensorFlow.js behind an op that checks its arguments; any other value itself. */
export const unchecked = <T extends object>(op: T): T => (stock.get(op) as T | undefined) ?? op;

/** What a device says that is full or lost: no matter of the op that met it. */
const OF_DEVICE = /^The (device|graphics card) /;

/** Errors that say already where they come from. */
const complete = new WeakSet<Error>();

/**
 * Replaces the ops of a library by ones that check their arguments. Everything else stays.
 * @returns a copy of the library
 */
export function withCheckedCalls<T extends object>(library: T): T {
  const copy: Record<string, unknown> = { ...(library as Record<string, unknown>) };
  for (const [path, parameters] of Object.entries(signatures as Signatures)) {
    const [name, member] = path.split('.') as [string, string?];
    const holder = copy[name];
    if (member === undefined) {
      if (typeof holder === 'function') copy[name] = checked(path, holder as Call, parameters);
    } else if (typeof holder === 'object' && holder !== null) {
      const op = (holder as Record<string, unknown>)[member];
      if (typeof op !== 'function') continue;
      // A namespace is copied once, and its other members stay
      const own = holder === (library as Record<string, unknown>)[name] ? { ...holder } : holder;
      (own as Record<string, unknown>)[member] = checked(path, op as Call, parameters);
      copy[name] = own;
    }
  }
  return copy as T;
}

/** An op that checks its arguments. Further ones are allowed, as `[1, 2].map(tf.relu)` gives them. */
function checked(name: string, op: Call, parameters: readonly Parameter[]): Call {
  const call = quickCall({ name, op, parameters, rule: rules[name], careful, told });
  for (const key of ['name', 'length'] as const)
    Object.defineProperty(call, key, { value: op[key], configurable: true });
  stock.set(call, op);
  return call;
}

const told = (e: unknown, { name, parameters }: Parts, args: readonly unknown[]): unknown =>
  e instanceof Error && e.name !== 'InterruptError' && !OF_DEVICE.test(e.message) ? tell(e, name, parameters, args) : e;

/** Calls an op with every check: for what the quick tests do not know, and for wrong arguments. */
function careful(parts: Parts, self: unknown, args: readonly unknown[]): unknown {
  const { name, op, parameters, rule } = parts;
  const fault = faultOf(parameters, args) ?? rule?.(...(args as [unknown, unknown]));
  if (fault !== undefined) throw tell(new TypeError(`tf.${name}: ${fault}`), name, parameters, args);
  const takesFunction = parameters.some(({ kinds }) => kinds.includes('function'));
  let result: unknown;
  try {
    result = op.apply(self, takesFunction ? args.map(keepErrors) : [...args]);
  } catch (e) {
    throw told(e, parts, args);
  }
  if (!(result instanceof Promise)) return result;
  return result.catch((e: unknown) => {
    throw told(e, parts, args);
  });
}

/** What a function of the user throws is the user's. Any other value stays as it is. */
function keepErrors(value: unknown): unknown {
  if (typeof value !== 'function') return value;
  return function (this: unknown, ...args: unknown[]): unknown {
    try {
      return (value as Call).apply(this, args);
    } catch (e) {
      if (e instanceof Error) complete.add(e);
      throw e;
    }
  };
}

/** Adds to an error which op was called with what. Its stack is made when it is first read, with the new message. */
function tell<E extends Error>(error: E, name: string, parameters: readonly Parameter[], args: readonly unknown[]): E {
  if (complete.has(error)) return error;
  complete.add(error);
  const before = error.message;
  const own = name.split('.').at(-1)!;
  const subject = before.includes(own) ? '' : `tf.${name}: `;
  const given = parameters.flatMap((p, i) => (i < args.length ? [`${p.name}: ${shown(args[i])}`] : []));
  const called = `Called as tf.${name}(${given.join(', ')}); it takes (${parameterNames(parameters)})`;
  error.message = `${subject}${before}\n${called}`;
  return error;
}
