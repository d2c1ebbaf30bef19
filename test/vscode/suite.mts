// Bundles the Mocha files of test/exthost/ for the extension host, and prepares the workspace that they run in. They
// are the same for code-server (exthost.mts) and for desktop VS Code (electron.mts).
import { build } from 'esbuild';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { outDir, root } from './server.mts';

/** Bundles the suite and returns the path of its entry, a CommonJS module with a `run` function. */
export async function bundleSuite(): Promise<string> {
  const outdir = join(outDir, 'exthost');
  rmSync(outdir, { recursive: true, force: true });
  const files = readdirSync(join(root, 'test/exthost')).filter((f) => f.endsWith('.test.ts'));
  if (files.length === 0) throw new Error('test/exthost/ holds no *.test.ts');
  const entries = files.map((f) => ({ in: join(root, 'test/exthost', f), out: `suite/${f.slice(0, -'.ts'.length)}` }));
  await build({
    absWorkingDir: root,
    entryPoints: [{ in: join(root, 'test/vscode/mocha.ts'), out: 'index' }, ...entries],
    outdir,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'linked',
    packages: 'external',
    external: ['vscode'],
    logLevel: 'warning',
  });
  return join(outdir, 'index.js');
}

/** The files of a test workspace: the samples, and what test/exthost/workspace/ adds. For {@link makeProfile}. */
export function workspaceFiles(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const dir of ['samples', 'test/exthost/workspace']) {
    const from = join(root, dir);
    if (existsSync(from)) for (const name of readdirSync(from)) files[name] = join(from, name);
  }
  return files;
}

// By hand: only the bundle, for a debugger that starts the suite itself (.vscode/launch.json)
if (import.meta.main) console.log(await bundleSuite());
