// Builds the scripts of measured processes, and the library that they measure.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { outDir, root } from '../vscode/server.mts';

/** Bundles each `test/bench/GROUP/NAME.ts` as `NAME.cjs` in the folder. */
export async function buildScripts(group: string, names: readonly string[], folder: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(names.map((name) => [name, `test/bench/${group}/${name}.ts`])),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: ['util', 'string_decoder'],
    alias: { 'node-fetch': './kernel/tensors/replaced/node-fetch.ts' },
    logLevel: 'error',
  });
}

/** Makes a production build of the library outside dist/. @returns its folder */
export function buildLibrary(): string {
  const dist = join(outDir, 'bench/dist');
  const args = ['esbuild.config.js', '--production', '--only=tf', '--outdir', dist];
  execFileSync(process.execPath, args, { cwd: root, stdio: 'pipe' });
  return dist;
}
