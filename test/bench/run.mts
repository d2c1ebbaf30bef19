// `npm run bench`: measures, asserts nothing, and prints a table; `npm run bench -- --help` says what and how. Each benchmark
// of the packaged build is a module of this folder that exports `measure`.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { outDir, root } from '../vscode/server.mts';
import type { Row } from './contest.mts';
import { buildLibrary, buildScripts } from './build.mts';
import { makeBundle } from './bundle.mts';
import { compare, impls, table, type Impl } from './cpu.mts';
import { compareModels, modelTable } from './models.mts';
import { compareGpu, gpuAdapters, gpuImpls, gpuScripts, gpuTable, hostImpls, type GpuReport } from './gpu.mts';
import type { GpuAdapter } from './gpu/steps.ts';
import type { Measurement } from './measure.mts';
import { compareOps, opsTable, type OpsRow } from './ops.mts';

const benchmarks: Record<string, () => Promise<{ measure: (before?: string) => Promise<Measurement[]> }>> = {
  editor: () => import('./editor.mts'),
  kernel: () => import('./kernel.mts'),
  language: () => import('./language.mts'),
  memory: () => import('./memory.mts'),
  renderers: () => import('./renderers.mts'),
  train: () => import('./train.mts'),
};

const usage = `npm run bench -- NAME… [options]

Benchmarks of the packaged build; --before DIR measures another build too (kernel, language):
  ${Object.keys(benchmarks).join(', ')}
  train: train.fit in turns with a loop that is written out; --before DIR measures that build instead
  language: types in cells, in turns with VS Code's own TypeScript in a file; about three minutes
Comparisons, each with a table of its own:
  cpu         training steps on the device cpu, TensorFlow.js's backends, jax-js and PyTorch
  gpu         training steps on a graphics card
  models      packages that bring TensorFlow.js, and graph models
  ops         each op kernel of the device cpu, and the JavaScript backend's
  bundle DIR  makes a folder with everything that gpu needs, for a machine with a graphics card

Options:
  --only 'TEXT|TEXT'  only works whose names contain a text (cpu, gpu, ops); a regular expression (models)
  --impl A,B          only these implementations (cpu: ${impls.join(', ')};
                      gpu: ${[...new Set([...gpuImpls, ...hostImpls])].join(', ')})
  --rounds N          turns of each implementation (cpu, gpu, ops)
  --threads N         threads of each implementation (cpu, models, ops)
  --dist DIR          an existing build of the library instead of a new one (cpu, gpu, models, ops)
  --before DIR        another build, in turns with this one (cpu)
  --adapter NAME      ${gpuAdapters.join(', ')}; null measures the host's part alone (gpu)
  --folder DIR        the folder with tfjs-node-gpu (gpu)
  --json FILE         writes what was measured
  --help              this text`;

const { values, positionals } = readArguments();
if (values.help) {
  console.log(usage);
  process.exit();
}
if (positionals[0] === 'bundle') {
  if (positionals.length !== 2) refuse('bundle needs the name of a folder');
  await makeBundle(positionals[1]!);
  process.exit();
}
if (positionals[0] === 'models') {
  const { dist, json } = values;
  if (dist === undefined)
    execFileSync(process.execPath, ['esbuild.config.js', '--production'], { cwd: root, stdio: 'pipe' });
  const rows = compareModels(values);
  console.log(modelTable(rows));
  for (const { name, errors } of rows)
    for (const [impl, error] of Object.entries(errors)) console.log(`${name} on ${impl}: ${error}`);
  if (json !== undefined) writeFileSync(json, JSON.stringify(rows, null, 2));
  process.exit();
}
const names = [...Object.keys(benchmarks), 'cpu', 'gpu', 'ops'];
const unknown = positionals.filter((name) => !names.includes(name));
if (positionals.length === 0 || unknown.length > 0) {
  const fault = unknown.length > 0 ? `there is no benchmark "${unknown.join('", "')}".` : 'which benchmark?';
  refuse(`${fault} There are: ${names.join(', ')}, models, bundle`);
}
const known = [
  ...(positionals.includes('cpu') ? impls : []),
  ...(positionals.includes('gpu') ? [...gpuImpls, ...hostImpls] : []),
] as readonly string[];
const chosen = values.impl?.split(',');
const strangers = chosen?.filter((impl) => !known.includes(impl)) ?? [];
if (strangers.length > 0)
  refuse(`there is no implementation "${strangers.join('", "')}". There are: ${known.join(', ')}`);
const adapter = values.adapter as GpuAdapter | undefined;
if (adapter !== undefined && !gpuAdapters.includes(adapter)) refuse(`--adapter is one of: ${gpuAdapters.join(', ')}`);

const report = {
  machine: {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
  },
  measurements: [] as Measurement[],
  rows: [] as Row[],
  ops: [] as OpsRow[],
  gpu: undefined as Omit<GpuReport, 'rows'> | undefined,
};
console.log(
  `${report.machine.cpu}, ${report.machine.cores} cores, ${report.machine.platform}, Node ${process.version}\n`,
);
for (const name of positionals)
  if (name in benchmarks) report.measurements.push(...(await (await benchmarks[name]!()).measure(values.before)));
if (positionals.includes('cpu')) {
  const { only, dist, before } = values;
  const [rounds, threads] = [number('rounds'), number('threads')];
  report.rows.push(...(await compare({ only, impl: chosen as Impl[] | undefined, rounds, threads, dist, before })));
  console.log(`\n${table(report.rows)}`);
}
if (positionals.includes('ops')) {
  const { only, dist } = values;
  const rows = await compareOps({ only, dist, rounds: number('rounds'), threads: number('threads') });
  report.ops.push(...rows);
  console.log(`\n${opsTable(rows)}`);
}
if (positionals.includes('gpu')) {
  const { only, folder, dist = buildLibrary() } = values;
  const scripts = join(outDir, 'bench/gpu');
  await buildScripts('gpu', gpuScripts, scripts);
  const python = join(root, 'test/bench/cpu/pytorch.py');
  const options = { only, folder, adapter, impl: chosen, rounds: number('rounds') };
  const gpu = await compareGpu({ ...options, scripts, python, dist: resolve(dist) });
  console.log(`\n${gpuTable(gpu)}`);
  const { rows, ...rest } = gpu;
  report.rows.push(...rows);
  report.gpu = rest;
}
if (report.measurements.length > 0)
  console.table(
    Object.fromEntries(
      report.measurements.map(({ name, unit, median, p95, samples, ...rest }) => [
        name,
        { median: round(median), p95: p95 === undefined ? '' : round(p95), unit, samples, aim: rest.aim ?? '' },
      ]),
    ),
  );
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);

function readArguments() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        ...{ json: text, only: text, impl: text, rounds: text, threads: text, dist: text, before: text },
        ...{ adapter: text, folder: text, help: { type: 'boolean', short: 'h' } as const },
      },
    });
  } catch (e) {
    return refuse((e as Error).message.split('. ')[0]!);
  }
}

function refuse(fault: string): never {
  console.error(`npm run bench: ${fault} (npm run bench -- --help)`);
  process.exit(2);
}

/** The numeric value of an option, 1 or more. */
function number(option: 'rounds' | 'threads'): number | undefined {
  const value = values[option];
  if (value === undefined || /^[1-9]\d*$/.test(value)) return value === undefined ? undefined : Number(value);
  return refuse(`--${option} takes a number, 1 or more`);
}

function round(x: number): number {
  return Number(x.toPrecision(4));
}
