// Before the end-to-end tests: VS Code, a browser, and the extension as it is shipped, installed once for all of them.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { packageExtension } from '../package.mts';
import { ensureSystemPackages } from '../vscode/debian.mts';
import { ensureVSCode, installVsix, makeProfile, outDir } from '../vscode/server.mts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of extensions, with the packaged extension. */
    extensions: string;
    /** The packaged extension. */
    vsix: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  await ensureSystemPackages();
  await ensureVSCode();
  const extensions = join(outDir, 'e2e-extensions');
  rmSync(extensions, { recursive: true, force: true });
  const profile = makeProfile({ extensions });
  const vsix = process.env['DLNB_VSIX'] ?? (await packageExtension());
  installVsix(profile, vsix);
  profile.remove();
  project.provide('vsix', vsix);
  project.provide('extensions', extensions);
}
