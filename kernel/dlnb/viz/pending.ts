// Plots of tensors whose values must be read from the device asynchronously. Such a plot is a promise, and shows itself
// when ready.
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import { onHost, Unread } from '../../outputs/tensor/read.ts';
import { isTensor } from '../../outputs/tensor/values.ts';

/** A plot that is not ready. Reading one of its future properties throws an error that says so. */
export class Pending<T extends Displayable> implements Displayable, PromiseLike<T> {
  /**
   * @param where the function that makes it
   * @param properties names of the properties that the plot will have
   */
  constructor(
    private readonly where: string,
    private readonly made: Promise<T>,
    properties: readonly string[],
  ) {
    for (const name of properties)
      Object.defineProperty(this, name, {
        get: () => {
          throw new Error(
            `${where}: "${name}" is not known yet, since the values are on the device and are being read; write await ${where}(…)`,
          );
        },
      });
    // Not an unhandled rejection: if nobody awaits the plot, displaying it reports the error
    made.catch(() => {});
  }

  get then(): Promise<T>['then'] {
    return this.made.then.bind(this.made);
  }

  [DISPLAY](): Promise<Record<string, unknown>> {
    return this.made.then((plot) => plot[DISPLAY]());
  }

  toString(): string {
    return `${this.where}(…): its values are being read; await it`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** Properties of all figures. */
const FIGURE = ['data', 'layout', 'text', 'frames'];

/**
 * Makes a function of `viz` work with tensors on every device. If values must be awaited, the function returns a {@link
 * Pending} plot; `await` gives the plot itself: `const matrix = await viz.confusionMatrix(actual, predicted)` works on
 * every device.
 * @param make makes the plot. It throws {@link Unread} for a tensor whose values must be awaited, and is called again
 *   with the values.
 * @param properties names of the plot's properties besides those of all figures
 */
export function waiting<A extends unknown[], T extends Displayable>(
  where: string,
  make: (...args: A) => T | Promise<T>,
  properties: readonly string[] = [],
): (...args: A) => T {
  return (...args) => {
    const made = args.some(needsWait) ? read(args).then((here) => make(...here)) : makeOrWait(make, args);
    if (!(made instanceof Promise)) return made;
    const call = new Error();
    const plot = made.catch((e: unknown) => {
      throw calledFrom(e, call);
    });
    return new Pending(where, plot, [...FIGURE, ...properties]) as unknown as T;
  };
}

/** The error with the stack of the call: it occurs after the cell has continued, where no frame of the cell is left. */
function calledFrom(error: unknown, call: Error): unknown {
  if (!(error instanceof Error)) return error;
  Object.setPrototypeOf(call, Object.getPrototypeOf(error) as object);
  for (const key of Reflect.ownKeys(error))
    if (key !== 'stack') Object.defineProperty(call, key, Object.getOwnPropertyDescriptor(error, key)!);
  return call;
}

function makeOrWait<A extends unknown[], T>(make: (...args: A) => T | Promise<T>, args: A): T | Promise<T> {
  try {
    return make(...args);
  } catch (e) {
    if (!(e instanceof Unread)) throw e;
    return read(args).then((here) => make(...here));
  }
}

const isPending = (value: unknown): value is Pending<Displayable> => value instanceof Pending;

/** Lists in lists that are looked through: rows of figures, tensors of each layer and step. */
const DEPTH = 3;

/** Whether an argument contains pending plots, for example frames of an animation, its background or rows of a grid. */
const needsWait = (arg: unknown, depth = DEPTH): boolean =>
  isPending(arg) || (depth > 0 && (entriesOf(arg)?.some(([, value]) => needsWait(value, depth - 1)) ?? false));

/** Reads the tensors among the arguments, in options, in lists and in groups by name. */
async function read<A extends unknown[]>(args: A): Promise<A> {
  return (await Promise.all(args.map((arg) => readArgument(arg)))) as A;
}

/** Whether something in a value has to be read. */
const holdsUnread = (value: unknown, depth: number): boolean =>
  isTensor(value) ||
  isPending(value) ||
  (depth > 0 && (entriesOf(value)?.some(([, one]) => holdsUnread(one, depth - 1)) ?? false));

function readArgument(arg: unknown, depth = DEPTH): unknown {
  if (isTensor(arg)) return onHost(arg);
  const entries = depth > 0 && holdsUnread(arg, depth) ? entriesOf(arg) : undefined;
  if (!entries) return arg;
  const read = Promise.all(entries.map(async ([name, value]) => [name, await readArgument(value, depth - 1)] as const));
  return read.then((all) => (Array.isArray(arg) ? all.map(([, value]) => value) : Object.fromEntries(all)));
}

/** The entries of a list of objects, of options, or of groups by name. */
function entriesOf(arg: unknown): [string, unknown][] | undefined {
  if (typeof arg !== 'object' || arg === null) return undefined;
  const isList = Array.isArray(arg) && arg.some((one) => typeof one === 'object');
  const prototype: unknown = Object.getPrototypeOf(arg);
  return isList || prototype === Object.prototype || prototype === null ? Object.entries(arg) : undefined;
}
