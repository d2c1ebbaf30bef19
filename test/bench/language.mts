// Measures types in cells: notebooks of 5, 50 and 500 cells, into which a person types, by the language service of the
// package without an editor; the same keys in a TypeScript file that VS Code's own TypeScript knows; and in the real
// VS Code.
import { build } from 'esbuild';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { hostTarget, packageExtension } from '../package.mts';
import { ensureSystemPackages } from '../vscode/debian.mts';
import { runInExtensionHost } from '../vscode/exthost.mts';
import { notebookText } from '../vscode/notebooks.mts';
import { ensureVSCode, outDir, root } from '../vscode/server.mts';
import { megabytesOf, startCells, startFile, type Service } from './language/services.mts';
import { cellsOf, keysOf, linesOf } from './language/works.mts';
import { summarize, type Measurement } from './measure.mts';

/** The numbers of cells. The goals are those of the largest. */
const SIZES = [5, 50, 500];
/** Cold starts of each size. VS Code's own TypeScript takes part in the first and in the last. */
const STARTS = 5;
/** Milliseconds between two keys. */
const KEY_MS = 40;

/** What takes part: a name, which is empty for ours, and how it is started. */
interface Rival {
  name: string;
  start: (texts: readonly string[]) => Service;
  starts: (turn: number) => boolean;
}

/** What was measured: samples by name. */
type Samples = Record<'first' | 'key' | 'wait' | 'completion' | 'hover' | 'diagnostics' | 'memory', number[]>;

const ROWS: Record<keyof Samples, [name: string, unit: Measurement['unit'], aim?: string]> = {
  first: ['start to the first completion', 'ms', '< 1000 ms'],
  key: ['a key, our own code', 'ms'],
  wait: ['longest wait of a key for our own code', 'ms'],
  completion: ['completion', 'ms', '< 50 ms, p95 < 120 ms'],
  hover: ['hover', 'ms'],
  // The editor asks 120 ms after the last key
  diagnostics: ['diagnostics', 'ms', '< 130 ms'],
  memory: ['memory of the server', 'MB', '< 200 MB'],
};

/** @param before the folder of another build (its dist/), in turns with this one: its rows are named "before" */
export async function measure(before?: string): Promise<Measurement[]> {
  await ensureSystemPackages();
  await ensureVSCode();
  await packageExtension();
  const dist = join(outDir, 'package', hostTarget(), 'dist');
  const dir = mkdtempSync(join(tmpdir(), 'dlnb-bench-'));
  try {
    return [...(await measureIn(dir, dist, before)), ...(await inEditor(dir))];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const AIMS: Record<string, string> = {
  'the first completion after that': '< 1000 ms',
  completion: '< 50 ms, p95 < 120 ms',
  'errors shown after the last key': '< 250 ms',
  'memory of the server': '< 200 MB',
};

/** The largest notebook in the real VS Code. @param dir a folder for files */
async function inEditor(dir: string): Promise<Measurement[]> {
  const tests = join(outDir, 'bench/language-host.js');
  await build({
    entryPoints: [join(root, 'test/bench/language/host.ts')],
    outfile: tests,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
  const count = SIZES.at(-1)!;
  const opened = join(dir, 'opened');
  mkdirSync(opened);
  writeFileSync(join(opened, 'steps.dlnb'), notebookText(cellsOf(count)));
  const results = await runInExtensionHost({
    extension: join(outDir, 'package', hostTarget()),
    tests,
    files: { 'steps.dlnb': join(opened, 'steps.dlnb') },
    // What is measured asks
    settings: { 'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' } },
    artifacts: join(outDir, 'bench/exthost'),
  });
  return [...new Set(results.map(({ title }) => title))].map((title) =>
    summarize(
      `VS Code, ${count} cells: ${title}`,
      title.startsWith('memory') ? 'MB' : 'ms',
      results.filter((r) => r.title === title).map(({ ms }) => ms),
      AIMS[title],
    ),
  );
}

/** @param dir an empty folder @param dist of the build to measure */
export async function measureIn(dir: string, dist: string, before?: string): Promise<Measurement[]> {
  const always = () => true;
  const rivals: Rival[] = [{ name: '', start: (texts) => startCells(dist, dir, texts), starts: always }];
  if (before !== undefined)
    rivals.push({ name: ', before', start: (texts) => startCells(resolve(before), dir, texts), starts: always });
  rivals.push({
    name: ", a .ts file in VS Code's own",
    start: (texts) => startFile(dist, dir, texts),
    starts: (turn) => turn === 0 || turn === STARTS - 1,
  });
  const rows: Measurement[] = [];
  for (const count of SIZES) rows.push(...(await compare(rivals, count)));
  return rows;
}

/** Measures all with so many cells. */
async function compare(rivals: readonly Rival[], count: number): Promise<Measurement[]> {
  const texts = cellsOf(count);
  const all = rivals.map((): Samples => ({
    first: [],
    key: [],
    wait: [],
    completion: [],
    hover: [],
    diagnostics: [],
    memory: [],
  }));
  for (let turn = 0; turn < STARTS; turn++)
    for (const [i, { start, starts }] of rivals.entries()) {
      if (!starts(turn)) continue;
      const from = performance.now();
      const service = start(texts);
      try {
        const character = texts[1]!.indexOf('tf.') + 3;
        await complete(service, { cell: 1, line: 0, character }, 'matMul');
        all[i]!.first.push(performance.now() - from);
        if (turn === STARTS - 1) await typeAll(service, texts, all[i]!);
      } finally {
        await service.stop();
      }
    }
  return Object.entries(ROWS).flatMap(([key, [name, unit, aim]]) =>
    rivals.flatMap((rival, i) => {
      // The other one's code is in its server
      if (i === rivals.length - 1 && (key === 'key' || key === 'wait')) return [];
      const goal = i === 0 && count === SIZES.at(-1) ? aim : undefined;
      return summarize(`${count} cells: ${name}${rival.name}`, unit, all[i]![key as keyof Samples], goal);
    }),
  );
}

type At = Parameters<Service['complete']>[0];

/** @param expected what must be among the names behind a dot */
async function complete(service: Service, place: At, expected?: string): Promise<void> {
  const names = await service.complete(place, expected !== undefined);
  if (expected !== undefined && !names.includes(expected)) throw new Error(`completion lacks ${expected}`);
}

/** Types all lines, each into a new line at the end of its cell, and asks what an editor asks. */
async function typeAll(service: Service, texts: readonly string[], samples: Samples): Promise<void> {
  const time = async (name: keyof Samples, task: () => Promise<unknown>) => {
    const from = performance.now();
    await task();
    samples[name].push(performance.now() - from);
  };
  const delays = monitorEventLoopDelay({ resolution: 1 });
  const lines = texts.map((text) => text.split('\n').length);
  for (const { cell, text, hovers } of linesOf(texts.length)) {
    const line = lines[cell]!++;
    service.add(cell, '\n');
    await service.errors();
    delays.reset();
    delays.enable();
    for (const [i, { key, completes, pauses }] of keysOf(text).entries()) {
      const from = performance.now();
      service.add(cell, key);
      samples.key.push(performance.now() - from);
      const expected = completes === 'dot' ? /^\w+/.exec(text.slice(i + 1))![0] : undefined;
      if (completes) await time('completion', () => complete(service, { cell, line, character: i + 1 }, expected));
      if (pauses) {
        await time('diagnostics', () => service.errors());
        for (const character of hovers)
          if (character <= i) await time('hover', () => service.hover({ cell, line, character }));
      }
      await sleep(from + KEY_MS - performance.now());
    }
    delays.disable();
    samples.wait.push(delays.max / 1e6);
  }
  const [error] = await service.errors();
  if (error !== undefined) throw new Error(`an error where there is none: ${error}`);
  samples.memory.push(megabytesOf(await service.pid()));
}

const sleep = (ms: number) => new Promise((done) => setTimeout(done, Math.max(0, ms)));
