// `npm run conformance -- DEVICE [--threads N] [--grep TEXT]`: builds, runs tfjs-core's own specs on the device and prints every
// failure. Exits with 1 if there is one.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { conformance, devices, dist } from './conformance.mts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { threads: { type: 'string' }, grep: { type: 'string' } },
});
const known = await devices();
const [device] = positionals;
const threads = values.threads === undefined ? undefined : Number(values.threads);
const fault =
  positionals.length !== 1 || !known.includes(device!)
    ? `which device? There are: ${known.join(', ')}`
    : threads !== undefined && !(Number.isInteger(threads) && threads > 0)
      ? '--threads takes a number, 1 or more'
      : undefined;
if (fault) {
  console.error(`npm run conformance: ${fault}`);
  process.exit(2);
}

execFileSync(process.execPath, ['esbuild.config.js'], {
  cwd: join(dist, '..'),
  stdio: ['ignore', 'ignore', 'inherit'],
});
const begun = Date.now();
const { passed, failed, detail } = await conformance(device!, {
  ...(threads === undefined ? {} : { threads }),
  ...(values.grep === undefined ? {} : { grep: values.grep }),
});
console.log(detail);
console.log(`${passed} passed, ${failed} failed (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
process.exitCode = failed === 0 ? 0 : 1;
