// What Node.js itself does with a program: a process that imports each program, compiled by TypeScript, as a module and
// reports what it printed, the error that it threw, and the values of its names at the end.
import { inspect } from 'node:util';

/** A program in JavaScript. */
export interface Task {
  id: number;
  /** Text of an ES module. It hands its names and the values to report to `globalThis.__oracle`. */
  code: string;
}

/** What a program did. The kernel's side gives the same. */
export interface Behavior {
  stdout: string;
  stderr: string;
  /** `Name: message`. */
  error?: string;
  /** Each name and its value at the end, as `util.inspect` shows it; the shown value of a last expression. */
  values: Record<string, string>;
}

/** How values are shown: the options of `toText` in `kernel/outputs/bundle.ts`. */
export const SHOWN = { depth: 4, maxArrayLength: 100, maxStringLength: 10_000, breakLength: 100, compact: 3 };

if (process.send) {
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    process[name].write = ((text: string) => ((written[name] += String(text)), true)) as never;
  process.on('unhandledRejection', () => {});
  let reads: Record<string, () => unknown> = {};
  let shown: { value: unknown } | undefined;
  Object.assign(globalThis, {
    __oracle: { names: (r: typeof reads) => (reads = r), show: (value: unknown) => (shown = { value }) },
  });
  process.on('message', async ({ id, code }: Task) => {
    [written.stdout, written.stderr, reads, shown] = ['', '', {}, undefined];
    const behavior: Behavior = { stdout: '', stderr: '', values: {} };
    try {
      await import(`data:text/javascript;charset=utf-8,${encodeURIComponent(code)}`);
    } catch (e) {
      behavior.error =
        e instanceof Error ? `${e.name}: ${e.message}` : `Thrown: ${inspect(e, { depth: 2, breakLength: 100 })}`;
    }
    await new Promise((done) => setImmediate(done));
    for (const [name, read] of Object.entries(reads)) {
      try {
        behavior.values[name] = inspect(read());
      } catch {
        // Not yet declared: see the list of choices in `differential.mts`
        behavior.values[name] = 'undefined';
      }
    }
    const last = shown as { value: unknown } | undefined;
    if (last && last.value !== undefined) behavior.values['(shown)'] = inspect(last.value, SHOWN);
    process.send!({ id, behavior: { ...behavior, ...written } });
  });
}
