// The ops as cells call them: arguments are checked, and an error says which op was called, and with what.
import { Tensor } from '@tensorflow/tfjs-core';
import { faultOf, parameterNames, wanted } from './check.ts';
import { type Call, type Parts, quickCall } from './quick.ts';
import { rules, type Rule } from './rules.ts';
import { shown } from './shown.ts';
import { unpacked, type LateParameters, type Packed, type Parameter } from './signature.ts';
import json from './signatures.json' with { type: 'json' };

const signatures = json as Packed;

/** The ops without checks, by those with. */
const stock = new WeakMap<object, unknown>();

/** The function of TensorFlow.js behind an op that checks its arguments; any other value itself. */
export const unchecked = <T extends object>(op: T): T => (stock.get(op) as T | undefined) ?? op;

/** What a device says that is full or lost: no matter of the op that met it. */
const OF_DEVICE = /^The (device|graphics card) /;
/** Names of errors that do not come from the arguments of a call. */
const NOT_OF_CALL = new Set(['InterruptError', 'AnomalyError']);

/** Errors that say already where they come from. */
const complete = new WeakSet<Error>();

/**
 * Replaces the ops of a library by ones that check their arguments. Everything else stays.
 * @returns a copy of the library
 */
export function withCheckedCalls<T extends object>(library: T): T {
  const copy: Record<string, unknown> = { ...(library as Record<string, unknown>) };
  for (const [path, { length: count }] of Object.entries(signatures.functions)) {
    const parameters: LateParameters = { count, make: () => unpacked(signatures, path)! };
    const [name, member] = path.split('.') as [string, string?];
    const holder = copy[name];
    if (member === undefined) {
      if (typeof holder === 'function') copy[name] = checked(`tf.${path}`, holder as Call, parameters, rules[path]);
    } else if (typeof holder === 'object' && holder !== null) {
      const op = (holder as Record<string, unknown>)[member];
      if (typeof op !== 'function') continue;
      // A namespace is copied once, and its other members stay
      const own = holder === (library as Record<string, unknown>)[name] ? { ...holder } : holder;
      (own as Record<string, unknown>)[member] = checked(`tf.${path}`, op as Call, parameters, rules[path]);
      copy[name] = own;
    }
  }
  return copy as T;
}

const isList = (x: readonly Parameter[] | LateParameters): x is readonly Parameter[] => Array.isArray(x);

/**
 * An op that checks its arguments. Further ones are allowed, as `[1, 2].map(tf.relu)` gives them.
 * @param title its name in messages, such as `tf.add`
 */
export function checked(title: string, op: Call, parameters: readonly Parameter[] | LateParameters, rule?: Rule): Call {
  let list = isList(parameters) ? parameters : undefined;
  const { length: count } = isList(parameters) ? parameters : { length: parameters.count };
  const call = quickCall({
    title,
    op,
    count,
    get parameters() {
      return (list ??= (parameters as LateParameters).make());
    },
    rule,
    careful,
    told,
  });
  for (const key of ['name', 'length'] as const)
    Object.defineProperty(call, key, { value: op[key], configurable: true });
  stock.set(call, op);
  return call;
}

const told = (e: unknown, { title, parameters }: Parts, self: unknown, args: readonly unknown[]): unknown =>
  e instanceof Error && !NOT_OF_CALL.has(e.name) && !OF_DEVICE.test(e.message)
    ? tell(e, { title, parameters, args, self })
    : e;

/** Calls an op with every check: for what the quick tests do not know, and for wrong arguments. */
function careful(parts: Parts, self: unknown, args: readonly unknown[]): unknown {
  const { title, op, parameters, rule } = parts;
  const fault = faultOf(parameters, args) ?? rule?.apply(self, args as [unknown, unknown]);
  if (fault !== undefined) throw tell(new TypeError(`${title}: ${fault}`), { title, parameters, args, self });
  const takesFunction = parameters.some(({ kinds }) => kinds.includes('function'));
  let result: unknown;
  try {
    result = op.apply(self, takesFunction ? args.map(keepErrors) : [...args]);
  } catch (e) {
    throw told(e, parts, self, args);
  }
  if (!(result instanceof Promise)) return result;
  return result.catch((e: unknown) => {
    throw told(e, parts, self, args);
  });
}

/** What a function of the user throws is the user's. Any other value stays as it is. */
function keepErrors(value: unknown): unknown {
  if (typeof value !== 'function') return value;
  return function (this: unknown, ...args: unknown[]): unknown {
    try {
      return (value as Call).apply(this, args);
    } catch (e) {
      if (e instanceof Error) {
        complete.add(e);
        beforeMethod.delete(e);
      }
      throw e;
    }
  };
}

/** A call: its function's name and parameters, what it was given, and what it is a method of. */
interface Called {
  title: string;
  parameters: readonly Parameter[];
  args: readonly unknown[];
  self: unknown;
}

/** What errors said before a method of tensors was named: an op that calls it within is named instead. */
const beforeMethod = new WeakMap<Error, string>();

/** Texts of the JavaScript engine about the inside of an op. */
const OF_ENGINE =
  /^(Cannot (read|set|destructure|convert|use)|undefined is not|null is not|Invalid array length)|is not iterable|is not a (function|constructor)$/;

/** What to say instead: the first argument that is missing, or what all must be. */
function unfit(parameters: readonly Parameter[], args: readonly unknown[]): string {
  const at = parameters.findIndex(({ optional }, i) => !optional && args[i] == null);
  if (at >= 0) return `${parameters[at]!.name} is ${String(args[at])}; it must be ${wanted(parameters[at]!)}`;
  const each = parameters.map((p) => `${p.name} must be ${wanted(p)}`);
  return `the arguments do not fit: ${each.join('; ')}`;
}

/** Adds to an error which op was called with what. Its stack is made when it is first read, with the new message. */
function tell<E extends Error>(error: E, { title, parameters, args, self }: Called): E {
  const original = beforeMethod.get(error);
  if (complete.has(error) && original === undefined) return error;
  complete.add(error);
  const said = original ?? error.message;
  const before = OF_ENGINE.test(said) ? unfit(parameters, args) : said;
  if (before !== said) error.cause ??= said;
  const isMethod = self instanceof Tensor;
  if (isMethod) beforeMethod.set(error, before);
  else beforeMethod.delete(error);
  const own = title.split('.').at(-1)!;
  const subject = before === said && before.includes(own) ? '' : `${title}: `;
  const given = parameters.flatMap((p, i) => (i < args.length ? [`${p.name}: ${shown(args[i])}`] : []));
  const on = isMethod ? ` of ${shown(self)}` : '';
  error.message = `${subject}${before}\nCalled as ${title}(${given.join(', ')})${on}; it takes (${parameterNames(parameters)})`;
  return error;
}
