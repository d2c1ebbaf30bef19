// `npm run samples [-- ID…]` runs the samples without an editor on the device `cpu`, one after another. It prints for
// each the time, how many of its claims held, and the peak memory of its kernel. It fails if a cell fails. `--
// --readme` writes the table in README.md.
import { writeFileSync, readFileSync } from 'node:fs';
import { readIndex, readmeFile, withTable } from './index.mts';
import { runSample, sampleLine } from './sample.mts';

const args = process.argv.slice(2);
const samples = readIndex();
if (args.includes('--readme')) {
  writeFileSync(readmeFile, withTable(readFileSync(readmeFile, 'utf8'), samples));
  process.exit(0);
}
const unknown = args.filter((id) => !samples.some((s) => s.id === id));
if (unknown.length > 0) {
  console.error(`no sample "${unknown.join('", "')}"; the samples are: ${samples.map(({ id }) => id).join(', ')}`);
  process.exit(2);
}

let failed = 0;
for (const sample of samples.filter(({ id }) => args.length === 0 || args.includes(id))) {
  const result = await runSample(sample);
  console.log(sampleLine(sample, result));
  if (!result.failure) continue;
  failed++;
  console.log(result.failure.replace(/^/gm, '    '));
}
process.exit(failed === 0 ? 0 : 1);
