// Runs inside the extension host: all Mocha files of test/exthost/. Both @vscode/test-electron and our own runner
// (exthost.mts) load the bundle of this file and call `run`.
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** One test, as written to the results file. */
export interface TestResult {
  title: string;
  state: 'passed' | 'failed' | 'pending';
  ms: number;
  error?: string;
}

/**
 * Runs the suite. The results go to the file named in DLNB_TEST_RESULTS: an exit code does not get out of the extension
 * host of VS Code for the web. DLNB_TEST_GREP picks tests by title.
 * @throws Error when a test failed.
 */
export async function run(): Promise<void> {
  const { default: Mocha } = await import('mocha');
  const grep = process.env['DLNB_TEST_GREP'];
  const mocha = new Mocha({ ui: 'bdd', timeout: 300_000, color: false, reporter: 'spec', ...(grep ? { grep } : {}) });
  const dir = path.join(__dirname, 'suite');
  for (const file of readdirSync(dir).sort()) if (file.endsWith('.test.js')) mocha.addFile(path.join(dir, file));
  await mocha.loadFilesAsync();
  const results: TestResult[] = [];
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run(resolve);
    const add = (test: Mocha.Test | Mocha.Hook, state: TestResult['state'], error?: unknown) =>
      results.push({
        title: test.fullTitle(),
        state,
        ms: test.duration ?? 0,
        ...(error === undefined
          ? {}
          : { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      });
    runner.on('pass', (test) => add(test, 'passed'));
    runner.on('pending', (test) => add(test, 'pending'));
    runner.on('fail', (test, error) => add(test, 'failed', error));
  });
  const file = process.env['DLNB_TEST_RESULTS'];
  if (file) writeFileSync(file, JSON.stringify({ results }));
  if (failures) throw new Error(`${failures} test(s) failed`);
}
