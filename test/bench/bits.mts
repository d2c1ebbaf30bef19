// `npm run bits -- OLD [NEW]`: whether two builds of the library compute the same, bit for bit, on the device `cpu` with one thread
// and with two. Each is a folder with `tf.js`, as `node esbuild.config.js --production --only=tf --outdir DIR` makes it; without NEW,
// one is built of this tree. What is computed is in bits/results.ts. Exits with 1 where a result differs.
import { execFileSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { outDir } from '../vscode/server.mts';
import { buildLibrary, buildScripts } from './build.mts';

type Results = Record<string, string>;

const [old, next] = process.argv.slice(2);
if (old === undefined) {
  console.error('npm run bits: which builds? npm run bits -- OLD [NEW], each a folder with tf.js');
  process.exit(2);
}
const folder = join(outDir, 'bench/bits');
await buildScripts('bits', ['results'], folder);
const builds = [resolve(old), next === undefined ? buildLibrary() : resolve(next)];
let differences = 0;
for (const threads of [1, 2]) {
  const [before, after] = builds.map((dist) => {
    const args = [join(folder, 'results.cjs'), dist, String(threads)];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 28 })) as Results;
  });
  const names = Object.keys({ ...before, ...after });
  const different = names.filter((name) => before![name] !== after![name]);
  console.log(`${threads} thread${threads > 1 ? 's' : ''}: ${names.length} results, ${different.length} different`);
  for (const name of different.slice(0, 20)) console.log(`  ${name}: ${before![name]} → ${after![name]}`);
  differences += different.length;
}
process.exit(differences > 0 ? 1 : 0);
