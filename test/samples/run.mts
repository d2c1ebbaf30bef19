// `npm run samples [-- ID…]` runs the samples without an editor on the device `cpu`, one after another. It prints for
// each the time, how many of its claims held, and the peak memory of its kernel. It fails if a cell fails. `--
// --readme` writes the table in README.md; `-- --times` runs them all, writes the measured seconds into
// samples/index.json, and then that table.
import { writeFileSync, readFileSync } from 'node:fs';
import { indexFile, readIndex, readmeFile, withTable } from './index.mts';
import { runSample, sampleLine } from './sample.mts';

const writesTimes = process.argv.includes('--times');
const args = process.argv.slice(2).filter((arg) => arg !== '--times');
const samples = readIndex();
const writeReadme = () => writeFileSync(readmeFile, withTable(readFileSync(readmeFile, 'utf8'), samples));
if (args.includes('--readme')) {
  writeReadme();
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
  // A failed run ends early: its time says nothing
  if (!result.failure) {
    sample.seconds = Math.ceil(result.seconds);
    continue;
  }
  failed++;
  console.log(result.failure.replace(/^/gm, '    '));
}
if (writesTimes && failed === 0) {
  writeFileSync(indexFile, `${JSON.stringify(samples, null, 2)}\n`);
  writeReadme();
}
process.exit(failed === 0 ? 0 : 1);
