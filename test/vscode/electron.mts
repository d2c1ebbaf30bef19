// `npm run test:electron`: the Mocha suite of test/exthost/ in desktop VS Code, which @vscode/test-electron downloads.
import { runTests, downloadAndUnzipVSCode } from '@vscode/test-electron';
import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeResults } from './exthost.mts';
import type { TestResult } from './mocha.ts';
import { makeProfile, root } from './server.mts';
import { bundleSuite, workspaceFiles } from './suite.mts';

const { values } = parseArgs({
  options: { version: { type: 'string', default: 'stable' }, grep: { type: 'string' }, vscode: { type: 'string' } },
});

process.exitCode = await main();

async function main(): Promise<number> {
  let vscodeExecutablePath = values.vscode;
  try {
    vscodeExecutablePath ??= await downloadAndUnzipVSCode({ version: values.version });
  } catch (e) {
    console.error(
      `VS Code ${values.version} cannot be downloaded here (${(e as Error).message}). ` +
        'Name an installed one with --vscode PROGRAM, or run the same suite under code-server: npm test -- exthost',
    );
    return 1;
  }
  const profile = makeProfile({ files: workspaceFiles() });
  const resultsFile = join(profile.dir, 'results.json');
  try {
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: root,
      extensionTestsPath: await bundleSuite(),
      extensionTestsEnv: { DLNB_TEST_RESULTS: resultsFile, ...(values.grep ? { DLNB_TEST_GREP: values.grep } : {}) },
      launchArgs: [
        profile.folder,
        `--user-data-dir=${profile.userData}`,
        `--extensions-dir=${profile.extensions}`,
        '--disable-workspace-trust',
      ],
    });
  } catch (e) {
    // Failed tests end here too, and their results say more
    if (!existsSync(resultsFile)) console.error(`VS Code did not run the suite: ${(e as Error).message}`);
  }
  if (!existsSync(resultsFile)) return 1;
  const { results } = JSON.parse(readFileSync(resultsFile, 'utf8')) as { results: TestResult[] };
  profile.remove();
  console.log(describeResults(results));
  const failed = results.filter((t) => t.state === 'failed').length;
  console.log(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0 && results.length > 0 ? 0 : 1;
}
