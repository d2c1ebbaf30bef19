// `node test/fuzz/run.mts [--calls N] [--seed N] [--from N] [--threads N] [--dist DIR]`: random calls of the ops of `tf`
// on the build in dist/, compared with stock TensorFlow.js. `--from N --calls 1` repeats one call. Exits with 1 if one
// is wrong.
import { parseArgs } from 'node:util';
import { fuzz } from './fuzz.mts';

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    calls: { ...text, default: '20000' },
    seed: { ...text, default: '1' },
    from: { ...text, default: '0' },
    threads: { ...text, default: '2' },
    dist: text,
  },
});
const [calls, seed, from, threads] = [values.calls, values.seed, values.from, values.threads].map(Number);
const begun = Date.now();
const { passed, failed, detail } = await fuzz({
  calls: calls!,
  seed: seed!,
  from: from!,
  threads: threads!,
  ...(values.dist === undefined ? {} : { dist: values.dist }),
});
console.log(detail);
console.log(`${passed} passed, ${failed} failed (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
process.exitCode = failed === 0 ? 0 : 1;
