// `npm run test:nodes [-- --node 20 --node 22 …] [--electron PATH]`: the suites of interrupts and of what cells mean,
// with each supported version of Node.js as the kernel's. Versions that are not here come from npm, into out/node/.
// Needs the build. The last line is `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureNode } from './node.ts';

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    node: { type: 'string', multiple: true, default: ['20', '22', '24', '26'] },
    // The program of an Electron, which then runs as Node.js
    electron: { type: 'string' },
  },
});
const SUITES = [
  { project: 'kernel', files: ['test/kernel/interrupt.test.ts', 'test/kernel/bindings.test.ts'] },
  { project: 'cli', files: ['test/cli/semantics.test.ts'] },
];
const total = { passed: 0, failed: 0 };
for (const major of values.node) run(`Node ${major}`, { DLNB_TEST_NODE: ensureNode(Number(major)) });
if (values.electron) run('Electron', { DLNB_TEST_NODE: values.electron, DLNB_TEST_ELECTRON: '1' });
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

/** Runs the suites with one program and prints their counts. */
function run(name: string, env: NodeJS.ProcessEnv): void {
  for (const { project, files } of SUITES) {
    const report = join(root, 'out/nodes.json');
    rmSync(report, { force: true });
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const args = ['run', '--project', project, '--reporter=default', '--reporter=json', ...files];
    const { stdout, stderr } = spawnSync(process.execPath, [vitest, ...args, `--outputFile.json=${report}`], {
      cwd: root,
      env: { ...process.env, ...env },
      encoding: 'utf8',
    });
    let counts = { numPassedTests: 0, numFailedTests: 1 };
    try {
      counts = JSON.parse(readFileSync(report, 'utf8')) as typeof counts;
    } catch {
      // vitest itself failed; its text says why
    }
    const { numPassedTests: passed, numFailedTests: failed } = counts;
    total.passed += passed;
    total.failed += failed;
    console.log(`${name}, ${project}: ${passed} passed, ${failed} failed`);
    if (failed > 0) console.log(stdout + stderr);
  }
}
