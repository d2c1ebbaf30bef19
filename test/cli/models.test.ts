// Every notebook that `dlnb new --model` writes runs to its end. In small: with few examples, two epochs and no goal,
// by an edit of the constants at its top. One of each architecture runs as it is, and so reaches its goal.
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseNotebook, printNotebook } from '../../kernel/notebook/format/index.ts';
import { ARCHITECTURES, DATA_SETS, dataOf, OPTIMIZERS } from '../../kernel/notebook/scaffold/choices.ts';
import { dlnb, Folder } from './cli.ts';

/** What stands in for a download: drawn images of the same sizes. */
const STAND_INS: Record<string, string> = { mnist: 'digits', cifar10: 'shapes' };

/** Replaces text in the code, where it has to be found. */
function edit(text: string, ...changes: [from: RegExp, to: string][]): string {
  const notebook = parseNotebook(text);
  for (const [from, to] of changes) {
    const cell = notebook.cells.find((c) => c.kind === 'code' && from.test(c.source));
    if (!cell) throw new Error(`no cell has ${String(from)}`);
    cell.source = cell.source.replace(from, to);
  }
  return printNotebook(notebook);
}

const small = (text: string, download: boolean): string =>
  edit(
    text,
    [/^const examples = .*;$/m, 'const examples = 100;'],
    [/^const epochs = .*;$/m, 'const epochs = 2;'],
    [/^const goal = [\d.]+;/m, 'const goal = -1e9;'],
    ...(download
      ? [
          [
            /await data\.(mnist|cifar10)\(\{ train: examples, test: (.*?) \}\)/,
            Object.entries(STAND_INS).reduce(
              (to, [from, drawn]) =>
                text.includes(`data.${from}(`)
                  ? `{ train: data.${drawn}({ n: examples }), test: data.${drawn}({ n: $2 }) }`
                  : to,
              '',
            ),
          ] as [RegExp, string],
        ]
      : []),
  );

/**
 * The optimizers take turns: one for each pair; with DLNB_LONG, as in CI, half of them, so that two data sets of an
 * architecture see all; with DLNB_LONG=all every one.
 */
const long = process.env['DLNB_LONG'];
const turnOf = (i: number) =>
  OPTIMIZERS.filter((_, k) =>
    long === 'all' ? true : long !== undefined ? k % 2 === i % 2 : k === i % OPTIMIZERS.length,
  );
const pairs = ARCHITECTURES.flatMap((a) => dataOf(a).map((data) => ({ architecture: a.id, data }))).map((pair, i) => ({
  ...pair,
  optimizers: turnOf(i),
}));

describe('every model notebook runs to its end', () => {
  it.each(pairs)('$architecture on $data', { timeout: 180_000 }, async ({ architecture, data, optimizers }) => {
    using folder = new Folder();
    const download = DATA_SETS.find(({ id }) => id === data)!.download !== undefined;
    const failures = await Promise.all(
      optimizers.map(async ({ id }) => {
        const made = await dlnb(folder.path, 'new', '--model', architecture, '--data', data, '--optimizer', id, id);
        const file = made.stdout.trim();
        if (made.code !== 0) return `${id}: ${made.stderr}`;
        folder.write(file, small(folder.read(file), download));
        const run = await dlnb(folder.path, 'run', file, '--device', 'cpu', '--threads', '1');
        const saved = existsSync(folder.file(`${id}/${architecture}-on-${data}-model/weights.bin`));
        return run.code === 0 && saved && /✓ \d claims checked/.test(run.stdout)
          ? []
          : `${id}: ${run.stderr}${run.stdout}`;
      }),
    );
    expect(failures.flat()).toEqual([]);
  });
});

describe('a model notebook as it is written', () => {
  it.each(ARCHITECTURES.map(({ id }) => id))('%s reaches its goal', { timeout: 180_000 }, async (architecture) => {
    using folder = new Folder();
    const { stdout } = await dlnb(folder.path, 'new', '--model', architecture);
    const run = await dlnb(folder.path, 'run', stdout.trim(), '--device', 'cpu');
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/ % of \d+ (images|points|sequences|characters) are right|R² = |union \d/);
  });

  it('gives the same numbers in every run', { timeout: 120_000 }, async () => {
    using folder = new Folder();
    await dlnb(folder.path, 'new', '--model', 'mlp', '--data', 'xor');
    const saved: string[] = [];
    for (let i = 0; i < 2; i++) {
      expect((await dlnb(folder.path, 'run', 'mlp-on-xor.dlnb', '--device', 'cpu')).code).toBe(0);
      saved.push(folder.read('mlp-on-xor-model/weights.bin'));
    }
    expect(saved[1]).toBe(saved[0]);
  });
});
