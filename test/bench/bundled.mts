// Loads modules of the kernel in a benchmark.
import { build } from 'esbuild';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { outDir, root } from '../vscode/server.mts';

/**
 * Bundles and loads a module. Node alone can only strip types from simple syntax.
 * @param entry path of the module, from the root
 * @param name path of the bundle, below out/bench
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
