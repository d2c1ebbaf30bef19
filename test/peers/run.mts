// `npm run peers -- [PACKAGE…] [--stock] [--threads N] [--grep TEXT]`: builds, runs the own specs of tfjs-layers,
// tfjs-data and tfjs-converter (`layers`, `data`, `converter`; all by default) on the device `cpu`, and prints every
// failure. Exits with 1 if a spec fails. `--stock` runs them on TensorFlow.js without our library: every exception of
// the kind `changed` must fail there.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { root } from '../conformance/runner.mts';
import type { Peer } from './bundle.mts';
import { peers, peerSpecs } from './peers.mts';

const text = { type: 'string' } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { stock: { type: 'boolean', default: false }, threads: text, grep: text },
});
const { stock, threads, grep } = values;
const unknown = positionals.filter((name) => !peers.includes(name as Peer));
const fault =
  unknown.length > 0
    ? `no package "${unknown.join('", "')}"; there are: ${peers.join(', ')}`
    : threads !== undefined && !/^[1-9]\d*$/.test(threads)
      ? '--threads takes a number, 1 or more'
      : undefined;
if (fault) {
  console.error(`npm run peers: ${fault}`);
  process.exit(2);
}

execFileSync(process.execPath, ['esbuild.config.js'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
const begun = Date.now();
const { passed, failed, detail } = await peerSpecs(positionals.length > 0 ? (positionals as Peer[]) : peers, {
  device: stock ? 'stock-cpu' : 'cpu',
  ...(threads === undefined ? {} : { threads: Number(threads) }),
  ...(grep === undefined ? {} : { grep }),
});
console.log(detail);
console.log(`${passed} passed, ${failed} failed (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
process.exitCode = failed === 0 ? 0 : 1;
