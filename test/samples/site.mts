// `npm run site [-- --only perceptron,mlp]`: runs the samples whose executed copies are older than they are or than the
// build, and writes all of them, or those named, as web pages to out/site/. `-- --pictures` also takes the pictures of
// the course in README.md from the pages.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { courseReadme } from '../../kernel/notebook/scaffold/course.ts';
import { outDir, root } from '../vscode/server.mts';
import { readIndex, samplesFolder } from './index.mts';
import { takePictures } from './pictures.mts';
import { executedSample } from './sample.mts';

const { values } = parseArgs({ options: { only: { type: 'string' }, pictures: { type: 'boolean' } } });
const index = readIndex();
const only = values.only?.split(',').filter(Boolean);
const unknown = (only ?? []).filter((id) => !index.some((s) => s.id === id));
if (unknown.length > 0) {
  console.error(`no sample "${unknown.join('", "')}"; the samples are: ${index.map(({ id }) => id).join(', ')}`);
  process.exit(2);
}
const samples = index.filter(({ id }) => !only || only.includes(id));
const missing = samples.filter(({ file }) => !existsSync(path.join(samplesFolder, file)));
if (missing.length > 0) {
  console.error(`samples/index.json names samples that do not exist: ${missing.map(({ id }) => id).join(', ')}`);
  process.exit(1);
}

/** The executed notebooks of the site, and what `dlnb site` reads beside them. */
const folder = path.join(outDir, 'site-notebooks');
const site = path.join(outDir, 'site');
for (const dir of [folder, site]) rmSync(dir, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const sample of samples) {
  console.log(sample.id);
  copyFileSync(await executedSample(sample), path.join(folder, sample.file));
}
writeFileSync(path.join(folder, 'index.json'), JSON.stringify(samples));
writeFileSync(path.join(folder, 'README.md'), courseReadme(samples));
const { status } = spawnSync(process.execPath, ['dist/cli.js', 'site', folder, '--out', site], {
  cwd: root,
  stdio: 'inherit',
});
if (status === 0 && values.pictures) await takePictures(site);
process.exit(status ?? 1);
