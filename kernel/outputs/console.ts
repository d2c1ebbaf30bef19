// What `console` prints of tensors whose values have to be waited for: it is printed when they have arrived, in its place among the outputs.
import { format, inspect } from 'node:util';
import { read, valuesNow, withValues } from './tensor/read.ts';
import { isTensor, MAX_PRINTED, type TensorLike } from './tensor/values.ts';

const METHODS = { log: 'stdout', info: 'stdout', debug: 'stdout', warn: 'stderr', error: 'stderr' } as const;

/**
 * Has the methods of a console wait for the tensors that they are given. Of tensors inside other values, what is known without their values
 * is printed at once.
 * @param print keeps its place for a text that comes later
 */
export function waitForTensors(
  console: Console,
  print: (name: 'stdout' | 'stderr', text: Promise<string>) => void,
): void {
  for (const [method, name] of Object.entries(METHODS) as [keyof typeof METHODS, 'stdout' | 'stderr'][]) {
    const stock = console[method].bind(console);
    console[method] = (...args: unknown[]) => (args.some(hasToWait) ? print(name, textOf(args)) : stock(...args));
  }
}

const hasToWait = (value: unknown): value is TensorLike =>
  isTensor(value) && !value.isDisposed && value.size <= MAX_PRINTED && !valuesNow(value);

/** The line of these arguments as they are now. */
async function textOf(args: readonly unknown[]): Promise<string> {
  const texts: Promise<string>[] = [];
  const line = format(...args.map((arg) => (hasToWait(arg) ? new Place(texts.push(tensorText(arg)) - 1) : arg)));
  const arrived = await Promise.all(texts);
  return `${line.replace(PLACE, (_, n: string) => arrived[Number(n)]!)}\n`;
}

const PLACE = /\0tensor (\d+)\0/g;

/** Where the text of a tensor comes in a line that has been formatted. */
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
