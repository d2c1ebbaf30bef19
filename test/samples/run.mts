// `npm run samples [-- ID…]` checks the types of the samples and runs them without an editor on the device `cpu`, one
// after another. It prints for each the time, how many of its claims held, and the peak memory of its kernel. It fails
// if a cell fails or has a wrong type. `-- --readme` writes the table in README.md and docs/course.md; `-- --times` runs
// them all, writes the measured seconds into samples/index.json, and then those texts.
import { writeFileSync, readFileSync } from 'node:fs';
import { courseFile, coursePage } from './coverage.mts';
import { indexFile, readIndex, readmeFile, withTable } from './index.mts';
import { checkSamples, runSample, sampleLine } from './sample.mts';

const writesTimes = process.argv.includes('--times');
const args = process.argv.slice(2).filter((arg) => arg !== '--times');
const samples = readIndex();
const writeTexts = () => {
  writeFileSync(readmeFile, withTable(readFileSync(readmeFile, 'utf8'), samples));
  writeFileSync(courseFile, coursePage(samples));
};
if (args.includes('--readme')) {
  writeTexts();
  process.exit(0);
}
const unknown = args.filter((id) => !samples.some((s) => s.id === id));
if (unknown.length > 0) {
  console.error(`no sample "${unknown.join('", "')}"; the samples are: ${samples.map(({ id }) => id).join(', ')}`);
  process.exit(2);
}

let failed = 0;
const chosen = samples.filter(({ id }) => args.length === 0 || args.includes(id));
const errors = checkSamples(chosen);
if (errors !== undefined) {
  failed++;
  console.log(`dlnb check:\n${errors.replace(/^/gm, '    ')}`);
}
for (const sample of chosen) {
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
  writeTexts();
}
process.exit(failed === 0 ? 0 : 1);
