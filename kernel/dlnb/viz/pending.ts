// Plots of tensors whose values have to be waited for: each is a promise of the plot, and shows itself when it is there.
import { DISPLAY, type Displayable } from '../../wire/displayable.ts';
import { onHost, Unread } from '../../outputs/tensor/read.ts';
import { isTensor } from '../../outputs/tensor/values.ts';

/** A plot on its way. Its own properties say so when they are asked for. */
export class Pending<T extends Displayable> implements Displayable, PromiseLike<T> {
  /**
   * @param where the function that makes it
   * @param properties that it will have
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
    // Where nobody waits for it, showing it says what went wrong
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
 * A function of `viz` for tensors of all devices. Where values have to be waited for, it gives a {@link Pending} plot, which `await` makes the
 * plot: `const matrix = await viz.confusionMatrix(actual, predicted)` is right on every device.
 * @param make makes the plot; it throws {@link Unread} where it needs a tensor that has to be waited for, and is called again with its values
 * @param properties of the plot besides those of all figures
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

/** Adds the frames of the cell, which has called and gone on. */
function calledFrom(error: unknown, { stack = '' }: Error): unknown {
  if (error instanceof Error && error.stack !== undefined) error.stack += stack.slice(stack.indexOf('\n'));
  return error;
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

/** Plots that are not there yet are among the frames, or behind them. */
const needsWait = (arg: unknown): boolean => entriesOf(arg)?.some(([, value]) => isPending(value)) ?? false;

/** The arguments with the values of their tensors, also of those in options and in groups by name. */
async function read<A extends unknown[]>(args: A): Promise<A> {
  return (await Promise.all(args.map(readArgument))) as A;
}

function readArgument(arg: unknown): unknown {
  const entries = entriesOf(arg);
  if (!entries?.some(([, value]) => isTensor(value) || isPending(value))) return readOne(arg);
  const read = Promise.all(entries.map(async ([name, value]) => [name, await readOne(value)] as const));
  return read.then((all) => (Array.isArray(arg) ? all.map(([, value]) => value) : Object.fromEntries(all)));
}

const readOne = (value: unknown): unknown => (isTensor(value) ? onHost(value) : value);

/** What is in a list of objects, in options or in groups by name. */
function entriesOf(arg: unknown): [string, unknown][] | undefined {
  if (typeof arg !== 'object' || arg === null) return undefined;
  const listed = Array.isArray(arg) && typeof arg[0] === 'object';
  const prototype: unknown = Object.getPrototypeOf(arg);
  return listed || prototype === Object.prototype || prototype === null ? Object.entries(arg) : undefined;
}
