// Bundles the differential test with the sources that it uses, and runs it on the build.
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { differential as Run, DifferentialOptions, DifferentialOutcome } from './compare.ts';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');

/** Compares programs in a kernel with Node. Needs the build, in dist/ unless DLNB_DIST names another folder. */
export async function differential(
  options: Pick<DifferentialOptions, 'programs' | 'seed' | 'describe' | 'log'>,
): Promise<DifferentialOutcome> {
  const out = join(root, 'out/differential');
  await build({
    entryPoints: { compare: join(here, 'compare.ts'), oracle: join(here, 'oracle.ts') },
    outdir: out,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'error',
  });
  const { differential: run } = (await import(pathToFileURL(join(out, 'compare.mjs')).href)) as {
    differential: typeof Run;
  };
  const dist = process.env['DLNB_DIST'] ?? join(root, 'dist');
  return run({ ...options, dist, oracle: join(out, 'oracle.mjs') });
}
