// Modules of the kernel for a benchmark.
import { build } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { outDir, root } from '../vscode/server.mts';

/**
 * Loads a module. It is bundled, because Node strips types only where they can simply be left out.
 * @param entry path from the root
 * @param name of the bundle, below out/bench
 */
export async function loadBundled<T>(entry: string, name: string): Promise<T> {
  const outfile = join(outDir, 'bench', name);
  await build({
    entryPoints: [join(root, entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  return (await import(pathToFileURL(outfile).href)) as T;
}
