// Before the end-to-end tests: the extension as it is shipped, VS Code, and a browser.
import type { TestProject } from 'vitest/node';
import { packageExtension } from '../package.mts';
import { ensureSystemPackages } from '../vscode/debian.mts';
import { ensureVSCode } from '../vscode/server.mts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the packaged extension. */
    vsix: string;
  }
}

export default async function setup(project: TestProject): Promise<void> {
  ensureSystemPackages();
  await ensureVSCode();
  project.provide('vsix', process.env['DLNB_VSIX'] ?? (await packageExtension()));
}
