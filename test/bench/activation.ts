// Runs inside the extension host: measures the first loading and activation of the extension in this process.
import { writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { TestResult } from '../vscode/mocha.ts';

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension('dlnb.dlnb');
  if (!extension) throw new Error('the extension is not installed');
  if (extension.isActive) throw new Error('the extension is already active: there is nothing to measure');
  // Let the workbench finish its start, which uses the same processor
  await new Promise((done) => setTimeout(done, 3000));
  const from = performance.now();
  await extension.activate();
  const results: TestResult[] = [{ title: 'activation', state: 'passed', ms: performance.now() - from }];
  writeFileSync(process.env['DLNB_TEST_RESULTS']!, JSON.stringify({ results }));
}
