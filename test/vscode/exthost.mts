// Runs the Mocha suite of test/exthost/ in the real extension host of the real workbench, under code-server and
// Chromium. Used by test/run.mts; by hand: node test/vscode/exthost.mts [--grep TITLE]
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startBrowser, type TestBrowser } from './browser.mts';
import type { TestResult } from './mocha.ts';
import {
  makeProfile,
  outDir,
  remoteUri,
  root,
  startServer,
  SKIP_WELCOME,
  workbenchUrl,
  type Profile,
  type Server,
} from './server.mts';
import { bundleSuite, workspaceFiles } from './suite.mts';

export interface ExthostOptions {
  /** Folder of the extension under test. */
  extension?: string;
  /** Entry module of the suite. Default: the bundle of test/exthost/. */
  tests?: string;
  files?: Record<string, string>;
  settings?: Record<string, unknown>;
  grep?: string;
  /** More variables for the extension host. */
  env?: NodeJS.ProcessEnv;
  timeoutMs?: number;
  /** Where logs and a screenshot go. */
  artifacts?: string;
}

/**
 * Runs a suite and returns its results.
 * @throws Error when the suite did not run to its end; the artifacts folder has VS Code's output.
 */
export async function runInExtensionHost(options: ExthostOptions = {}): Promise<TestResult[]> {
  const { extension = root, grep, env = {}, timeoutMs = 1_800_000, artifacts = join(outDir, 'test/exthost') } = options;
  const tests = options.tests ?? (await bundleSuite());
  const profile = makeProfile({ files: options.files ?? workspaceFiles(), settings: options.settings });
  const resultsFile = join(profile.dir, 'results.json');
  const said: string[] = [];
  let server: Server | undefined;
  let browser: TestBrowser | undefined;
  try {
    const results = { DLNB_TEST_RESULTS: resultsFile, ...(grep ? { DLNB_TEST_GREP: grep } : {}) };
    server = await startServer({ profile, driver: true, env: { ...results, ...env } });
    browser = await startBrowser();
    const exited = automationExit(browser, said, timeoutMs);
    await browser.page.goto(
      workbenchUrl(server, profile.folder, [
        SKIP_WELCOME,
        ['extensionDevelopmentPath', remoteUri(server, extension)],
        ['extensionTestsPath', remoteUri(server, tests)],
        ['enableProposedApi', ''],
      ]),
    );
    await exited;
    if (!existsSync(resultsFile)) throw new Error(`the suite left no results:\n${said.join('\n')}`);
    return (JSON.parse(readFileSync(resultsFile, 'utf8')) as { results: TestResult[] }).results;
  } finally {
    await keepArtifacts(artifacts, profile, said, server, browser);
    await browser?.browser.close();
    await server?.stop();
    if (!process.env['KEEP']) profile.remove();
  }
}

/** Settles when the extension host says that its tests have ended. What it logs goes to `said`. */
async function automationExit({ page }: TestBrowser, said: string[], timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const exit = new Promise<void>((done, fail) => {
    page
      .exposeFunction('codeAutomationLog', (_: string, args: unknown[]) => void said.push(args.join(' ')))
      .catch(fail);
    page.exposeFunction('codeAutomationExit', () => done()).catch(fail);
    page.on('crash', () => fail(new Error('the browser page crashed')));
    const late = () => fail(new Error(`no result after ${timeoutMs / 1000} s; so far:\n${said.slice(-60).join('\n')}`));
    timer = setTimeout(late, timeoutMs);
  });
  return exit.finally(() => clearTimeout(timer));
}

async function keepArtifacts(dir: string, profile: Profile, said: string[], server?: Server, browser?: TestBrowser) {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  await browser?.page.screenshot({ path: join(dir, 'screen.png') }).catch(() => {});
  writeFileSync(join(dir, 'mocha.log'), said.join('\n'));
  writeFileSync(join(dir, 'browser.log'), browser?.consoleLines.join('\n') ?? '');
  writeFileSync(join(dir, 'server.log'), server?.output() ?? '');
  for (const logs of [join(profile.userData, 'logs'), join(profile.dir, 'sd/data/logs')]) {
    if (existsSync(logs)) cpSync(logs, join(dir, 'logs'), { recursive: true });
  }
}

/** One line for each test, with the error of a failed one. */
export function describeResults(results: TestResult[]): string {
  const sign = { passed: '\u2714', failed: '\u2716', pending: '-' };
  const line = (t: TestResult) =>
    `  ${sign[t.state]} ${t.title} (${t.ms} ms)${t.error ? `\n${t.error.replace(/^/gm, '      ')}` : ''}`;
  return results.map(line).join('\n');
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { grep: { type: 'string' } } });
  const results = await runInExtensionHost({ grep: values.grep });
  const failed = results.filter((t) => t.state === 'failed');
  console.log(describeResults(failed.length > 0 ? failed : results));
  const passed = results.filter((t) => t.state === 'passed').length;
  console.log(`${passed} passed, ${failed.length} failed`);
  process.exitCode = failed.length === 0 && passed > 0 ? 0 : 1;
}
