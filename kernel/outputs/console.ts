// Lets `console` print tensors whose values must be awaited: the line appears when they have arrived, at its place
// among the outputs.
import { format, inspect } from 'node:util';
import { read, valuesNow, withValues } from './tensor/read.ts';
import { isTensor, MAX_PRINTED, type TensorLike } from './tensor/values.ts';

const METHODS = { log: 'stdout', info: 'stdout', debug: 'stdout', warn: 'stderr', error: 'stderr' } as const;

/**
 * Makes the methods of a console await the tensors among their arguments. Tensors inside other values are printed at
 * once, without values.
 * @param print reserves the place of a text that comes later
 */
export function waitForTensors(
  console: Console,
  print: (name: 'stdout' | 'stderr', text: Promise<string>) => void,
): void {
  for (const [method, name] of Object.entries(METHODS) as [keyof typeof METHODS, 'stdout' | 'stderr'][]) {
    const stock = console[method].bind(console);
    console[method] = (...args: unknown[]) => (args.some(mustBeAwaited) ? print(name, textOf(args)) : stock(...args));
  }
}

const mustBeAwaited = (value: unknown): value is TensorLike =>
  isTensor(value) && !value.isDisposed && value.size <= MAX_PRINTED && !valuesNow(value);

/** The line of these arguments in their current state. */
async function textOf(args: readonly unknown[]): Promise<string> {
  const texts: Promise<string>[] = [];
  const line = format(...args.map((arg) => (mustBeAwaited(arg) ? new Place(texts.push(tensorText(arg)) - 1) : arg)));
  const arrived = await Promise.all(texts);
  return `${line.replace(PLACE, (_, n: string) => arrived[Number(n)]!)}\n`;
}

const PLACE = /\0tensor (\d+)\0/g;

/** The place of a tensor's text in a formatted line. */
class Place {
  constructor(private readonly n: number) {}

  toString(): string {
    return `\0tensor ${this.n}\0`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

function tensorText(tensor: TensorLike): Promise<string> {
  return read(tensor).then(
    (data) => inspect(withValues(tensor, data)),
    (e: Error) => `${inspect(tensor)}: ${e.message}`,
  );
}
