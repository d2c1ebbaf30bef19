// `npm run conformance -- DEVICE [--threads N] [--grep TEXT] [--shards N] [--adapter hardware|software]`: builds, runs
// tfjs-core's own specs on the device and prints every failure. Exits with 1 if a spec fails. `--adapter software` runs
// WebGPU on SwiftShader, the default without a graphics card.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { adapters, type Adapter } from '../swiftshader.mts';
import { conformance, devices } from './conformance.mts';
import { root } from './runner.mts';

const text = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: text, grep: text, shards: text, adapter: text },
});
const known = await devices();
const [device] = positionals;
const isNumber = (value: string | undefined) => value === undefined || /^[1-9]\d*$/.test(value);
const { threads, grep, adapter } = values;
const shards = values.shards ?? (device?.endsWith('webgpu') ? '2' : '1');
const fault =
  positionals.length !== 1 || !known.includes(device!)
    ? `which device? There are: ${known.join(', ')}`
    : !isNumber(threads) || !isNumber(shards)
      ? '--threads and --shards take a number, 1 or more'
      : adapter !== undefined && !adapters.includes(adapter as Adapter)
        ? `--adapter is one of: ${adapters.join(', ')}`
        : undefined;
if (fault) {
  console.error(`npm run conformance: ${fault}`);
  process.exit(2);
}

execFileSync(process.execPath, ['esbuild.config.js'], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
});
const begun = Date.now();
const { passed, failed, detail } = await conformance(device!, {
  shards: Number(shards),
  ...(threads === undefined ? {} : { threads: Number(threads) }),
  ...(grep === undefined ? {} : { grep }),
  ...(adapter === undefined ? {} : { adapter: adapter as Adapter }),
});
console.log(detail);
console.log(`${passed} passed, ${failed} failed (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
process.exitCode = failed === 0 ? 0 : 1;
