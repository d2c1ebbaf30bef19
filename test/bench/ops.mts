// Compares each op kernel of the device `cpu` with that of TensorFlow.js's JavaScript backend, and where there is a
// counterpart with PyTorch: each in a process of its own, in turns. The last lines list what is slower than it was there.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { outDir, root } from '../vscode/server.mts';
import { buildLibrary, buildScripts } from './build.mts';
import { align, digits } from './contest.mts';
import { Child } from './cpu/child.mts';
import { findPyTorch } from './cpu/pytorch.mts';
import { quantile } from './measure.mts';
import { cases, nameOf } from './ops/cases.mts';

/** Options of {@link compareOps}. */
export interface OpsOptions {
  /** Measure only cases whose names contain one of the texts, which are separated by `|`; ignores case. */
  only?: string | undefined;
  rounds?: number | undefined;
  threads?: number | undefined;
  /** Folder of a build of the library to measure; by default a new build. */
  dist?: string | undefined;
}

/** One case: milliseconds, and the medians over the rounds of the ratios of their turns. */
export interface OpsRow {
  op: string;
  ms: Partial<Record<Impl, number>>;
  toStock?: number;
  toPyTorch?: number;
  note?: string;
}

const impls = ['dlnb', 'stock', 'pytorch'] as const;
type Impl = (typeof impls)[number];

/** Milliseconds of a turn; the first one does not count. */
const TURN = 40;
const WARM_UP = 80;
/** Seconds after which a process is ended. */
const LIMIT = 120;

/** Measures, and prints each row when it is ready. One process of each implementation runs all cases. */
export async function compareOps({ only = '', rounds = 7, threads, dist }: OpsOptions): Promise<OpsRow[]> {
  const folder = join(outDir, 'bench/ops');
  const library = dist === undefined ? buildLibrary() : resolve(dist);
  await buildScripts('ops', ['dlnb', 'stock'], folder);
  const used = threads ?? availableParallelism();
  const python = findPyTorch(used, false);
  if ('missing' in python) console.log(`Without PyTorch: ${python.missing}.\n`);
  const script = join(root, 'test/bench/ops/pytorch.py');
  const inPython = 'missing' in python ? '' : readFileSync(script, 'utf8');
  const children: Partial<Record<Impl, Child>> = {
    dlnb: new Child(process.execPath, [join(folder, 'dlnb.cjs'), library]),
    stock: new Child(process.execPath, [join(folder, 'stock.cjs')]),
    ...('missing' in python ? {} : { pytorch: new Child(python.python, [script], python.env) }),
  };
  const parts = only.toLowerCase().split('|');
  const names = cases.map(nameOf).filter((name) => parts.some((part) => name.toLowerCase().includes(part)));
  const rows: OpsRow[] = [];
  for (const op of names) {
    const row = await measure(op, children, { rounds, threads: used, inPython: inPython.includes(`    "${op}": `) });
    console.log(describe(row));
    rows.push(row);
  }
  await Promise.all(Object.values(children).map((child) => child.stop()));
  return rows;
}

async function measure(
  op: string,
  children: Partial<Record<Impl, Child>>,
  { rounds, threads, inPython }: { rounds: number; threads: number; inPython: boolean },
): Promise<OpsRow> {
  const row: OpsRow = { op, ms: {} };
  const turns: Partial<Record<Impl, number[]>> = {};
  for (const impl of impls) {
    const child = children[impl];
    if (!child || (impl === 'pytorch' && !inPython)) continue;
    try {
      await child.prepare(op, threads, LIMIT);
      await child.run(WARM_UP, LIMIT);
      turns[impl] = [];
    } catch (e) {
      row.note = `${row.note ? `${row.note}; ` : ''}${impl}: ${(e as Error).message}`;
    }
  }
  for (let round = 0; round < rounds; round++)
    for (const impl of impls) turns[impl]?.push(quantile((await children[impl]!.run(TURN, LIMIT)).ms, 0.5));
  for (const impl of impls) if (turns[impl]) row.ms[impl] = quantile(turns[impl], 0.5);
  const ratio = (to: Impl) => {
    const [ours, theirs] = [turns.dlnb, turns[to]];
    return ours && theirs
      ? quantile(
          ours.map((ms, round) => ms / theirs[round]!),
          0.5,
        )
      : undefined;
  };
  const [toStock, toPyTorch] = [ratio('stock'), ratio('pytorch')];
  if (toStock !== undefined) row.toStock = toStock;
  if (toPyTorch !== undefined) row.toPyTorch = toPyTorch;
  return row;
}

const time = (ms: number | undefined) => (ms === undefined ? '–' : `${digits(ms)} ms`);

const describe = ({ op, ms, toStock, toPyTorch, note }: OpsRow) =>
  `${op}: ${time(ms.dlnb)}` +
  (toStock === undefined ? '' : `, ${digits(toStock)} × stock`) +
  (toPyTorch === undefined ? '' : `, ${digits(toPyTorch)} × PyTorch`) +
  (note ? ` (${note})` : '');

/** The rows as a plain-text table, and the cases that are slower than in the JavaScript backend. */
export function opsTable(rows: OpsRow[]): string {
  const number = (x: number | undefined) => (x === undefined ? '' : digits(x));
  const lines = rows.map(({ op, ms, toStock, toPyTorch, note = '' }) => [
    ...[op, number(ms.dlnb), number(ms.stock), number(toStock), number(ms.pytorch), number(toPyTorch)],
    note,
  ]);
  const head = ['op kernel', 'dlnb ms', 'stock ms', '÷ stock', 'PyTorch ms', '÷ PyTorch', 'note'];
  const slower = rows.filter(({ toStock = 0 }) => toStock > 1);
  const list = slower.map(({ op, toStock }) => `\n  ${op}: ${digits(toStock!)}`).join('');
  return (
    align([head, ...lines], (column) => column > 0 && column < 6, []) +
    `\nSlower than the JavaScript backend: ${slower.length} of ${rows.length}${list}`
  );
}
