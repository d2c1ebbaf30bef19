// `npm run bench -- NAME [--json FILE]`: measures, asserts nothing, prints a table. Each benchmark is a module of this folder
// that exports `measure`; what is measured is the packaged build.
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import type { Measurement } from './measure.mts';

const benchmarks: Record<string, () => Promise<{ measure: () => Promise<Measurement[]> }>> = {
  kernel: () => import('./kernel.mts'),
  train: () => import('./train.mts'),
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const unknown = positionals.filter((name) => !(name in benchmarks));
if (positionals.length === 0 || unknown.length > 0) {
  const fault = unknown.length > 0 ? `no benchmark "${unknown.join('", "')}"` : 'which benchmark?';
  console.error(`npm run bench: ${fault} There are: ${Object.keys(benchmarks).join(', ')}`);
  process.exit(2);
}

const report = {
  machine: {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
  },
  measurements: [] as Measurement[],
};
console.log(
  `${report.machine.cpu}, ${report.machine.cores} cores, ${report.machine.platform}, Node ${process.version}\n`,
);
for (const name of positionals) report.measurements.push(...(await (await benchmarks[name]!()).measure()));
console.table(
  Object.fromEntries(
    report.measurements.map(({ name, unit, median, p95, samples, ...rest }) => [
      name,
      { median: round(median), p95: p95 === undefined ? '' : round(p95), unit, samples, aim: rest.aim ?? '' },
    ]),
  ),
);
if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);

function round(x: number): number {
  return Number(x.toPrecision(4));
}
