// The program that run.sh starts on a machine with a graphics card: conformance, then the benchmark, from the files
// that run.sh has unpacked. Its arguments are the folder for the results, and options.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { conformance } from '../../conformance/conformance.mts';
import { compareGpu, gpuTable, type GpuReport } from '../gpu.mts';
import type { GpuAdapter } from './steps.ts';

const here = dirname(fileURLToPath(import.meta.url));
const text = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ...{ adapter: text, grep: text, only: text, impl: text, rounds: text, folder: text },
    'no-conformance': { type: 'boolean' },
  },
});
const out = resolve(positionals[0] ?? '.');
const adapter = values.adapter as GpuAdapter | undefined;
const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  platform: `${process.platform}-${process.arch}`,
  node: process.version,
};
console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}\n`);
let failed = 0;

if (!values['no-conformance'] && adapter !== 'null') {
  const { grep } = values;
  const outcome = await conformance('webgpu', {
    ...{ dist: join(here, 'dist'), script: join(here, 'conformance.cjs'), shards: 2, adapter: adapter ?? 'hardware' },
    ...(grep === undefined ? {} : { grep }),
  });
  failed = outcome.failed;
  const total = `conformance: ${outcome.passed} passed, ${outcome.failed} failed`;
  writeFileSync(join(out, 'conformance.txt'), `${outcome.detail}\n${total}\n`);
  const failures = outcome.detail.split('\n').filter((line) => line.startsWith('FAILED: '));
  console.log([...failures.slice(0, 20), total, ''].join('\n'));
}

const { only, impl, rounds, folder } = values;
// After each work, in case the machine is taken away before the end
const write = ({ rows, ...rest }: GpuReport) => {
  writeFileSync(join(out, 'gpu.txt'), `${gpuTable({ rows, ...rest })}\n`);
  writeFileSync(join(out, 'gpu.json'), `${JSON.stringify({ machine, measurements: [], rows, gpu: rest }, null, 2)}\n`);
};
const gpu = await compareGpu({
  ...{ scripts: join(here, 'scripts'), dist: join(here, 'dist'), python: join(here, 'scripts/pytorch.py') },
  ...{ only, folder, adapter, impl: impl?.split(','), rounds: rounds === undefined ? undefined : Number(rounds) },
  install: false,
  progress: write,
});
console.log(`\n${gpuTable(gpu)}`);
process.exitCode = failed === 0 ? 0 : 1;
