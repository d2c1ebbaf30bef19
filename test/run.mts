// `npm test [-- [--long] [PART…]]`: installs what the tests need, builds once and runs all suites, or only the named
// parts. With --long it also runs tests that take minutes, as CI does. The part `differential` takes `--programs N`, the
// part `fuzz` `--calls N`, and both `--seed N`. The last line is `N passed, N failed`, the sums of all suites; a suite
// that could not run counts as a failure.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { parseArgs, stripVTControlCharacters } from 'node:util';
import { bundle, conformance } from './conformance/conformance.mts';
import { differential } from './differential/differential.mts';
import { fuzz } from './fuzz/fuzz.mts';
import { peers, peerSpecs } from './peers/peers.mts';
import { readIndex } from './samples/index.mts';
import { checkSamples, runSample, sampleLine } from './samples/sample.mts';
import { adapterEnv, defaultAdapter } from './swiftshader.mts';
import { PACKAGE_IS_BUILT } from './package.mts';
import { ensureSystemPackages } from './vscode/debian.mts';
import { ensureVSCode, outDir, root } from './vscode/server.mts';

interface Outcome {
  passed: number;
  failed: number;
  /** Text to show: the failures, or why the suite could not run. */
  detail?: string;
}

const reports = join(outDir, 'test');
const bin = (name: string, file: string) => [process.execPath, join(root, 'node_modules', name, file)];
/** TypeScript's native compiler, where npm has installed it: the same errors in a quarter of the time. */
const nativeTsc = join(root, `node_modules/@typescript/typescript-${process.platform}-${process.arch}/lib/tsc`);
const tsc = existsSync(nativeTsc) ? [nativeTsc] : bin('typescript', 'bin/tsc');

/** The suites, in the order they run. */
const suites: Record<string, () => Promise<Outcome>> = {
  typecheck: () =>
    checks(['extension', 'kernel', 'kernel/pictures', 'renderers', 'test'].map((p) => [...tsc, '-p', p, '--noEmit'])),
  lint: () =>
    checks([
      [...bin('eslint', 'bin/eslint.js'), '.'],
      [...bin('prettier', 'bin/prettier.cjs'), '--check', '.'],
    ]),
  unit: () => vitest('unit'),
  built: () => vitest('built'),
  // Early: the suite e2e opens the samples as they were run
  samples: async () => {
    const errors = checkSamples(readIndex());
    const outcome: Outcome = { passed: errors ? 0 : 1, failed: errors ? 1 : 0, detail: errors ?? '' };
    for (const sample of readIndex()) {
      const result = await runSample(sample);
      log(sampleLine(sample, result));
      if (result.failure === undefined) outcome.passed++;
      else outcome.failed++;
      if (result.failure !== undefined) outcome.detail += `${sample.id}: ${result.failure}\n`;
    }
    return outcome;
  },
  gradients: () => vitest('gradients'),
  parity: async () => {
    const cpu = await vitest('parity');
    // SwiftShader takes its time: one seed
    const env = { DLNB_TEST_DEVICE: 'webgpu', DLNB_TEST_SEEDS: '1', ...adapterEnv(defaultAdapter()) };
    const gpu = await vitest('parity', env, 'gpu-parity');
    const detail = [cpu.failed > 0 ? cpu.detail : '', gpu.failed > 0 ? gpu.detail : ''].join('\n');
    return { passed: cpu.passed + gpu.passed, failed: cpu.failed + gpu.failed, detail };
  },
  fuzz: () => fuzz({ calls: Number(flags.calls), seed: Number(flags.seed) }),
  conformance: async () => {
    const script = await bundle('cpu');
    const runs = await Promise.all([1, 2].map((threads) => conformance('cpu', { threads, script })));
    const sum = (part: 'passed' | 'failed') => runs.reduce((n, run) => n + run[part], 0);
    return { passed: sum('passed'), failed: sum('failed'), detail: runs.map((r) => r.detail).join('\n') };
  },
  peers: async () => {
    const ours = await peerSpecs(peers, { threads: 2 });
    if (!long) return ours;
    // That TensorFlow.js itself fails what is listed so
    const stock = await peerSpecs(peers, { device: 'stock-cpu' });
    return { ...ours, failed: ours.failed + stock.failed, detail: `${ours.detail}\n${stock.detail}` };
  },
  gpu: async () => {
    const specs = await conformance('webgpu', { shards: 2 });
    const own = await vitest('gpu');
    const detail = [specs.failed > 0 ? specs.detail : '', own.failed > 0 ? own.detail : ''].join('\n');
    return { passed: specs.passed + own.passed, failed: specs.failed + own.failed, detail };
  },
  'gpu-gradients': () =>
    vitest('gradients', { DLNB_TEST_DEVICE: 'webgpu', ...adapterEnv(defaultAdapter()) }, 'gpu-gradients'),
  kernel: () => vitest('kernel'),
  differential: () => differential({ programs: Number(flags.programs), seed: Number(flags.seed) }),
  cli: () => vitest('cli'),
  exthost: async () => {
    const { text } = await command([process.execPath, 'test/vscode/exthost.mts'], {}, true);
    const [, passed, failed] = /^(\d+) passed, (\d+) failed$/m.exec(text) ?? [];
    if (passed === undefined || failed === undefined) return couldNotRun(new Error(text));
    return { passed: Number(passed), failed: Number(failed), detail: text };
  },
  e2e: () => vitest('e2e', {}, 'e2e', true),
};
const inVSCode = (part: string) => part === 'exthost' || part === 'e2e';
/** The parts that use Debian packages. */
const ofSystem = (part: string) => inVSCode(part) || ['gpu', 'gpu-gradients', 'parity', 'kernel', 'cli'].includes(part);
/** The parts that use dist/. */
const ofBuild = (part: string) => !['typecheck', 'lint', 'unit'].includes(part);

/** The nice value of what runs beside VS Code: a third of its share where both want the processor. */
const LATER = 5;

/** Parts that take minutes: they run with --long, or if they are named. */
const LONG = new Set(['gpu-gradients']);

const { values: flags, positionals: parts } = parseArgs({
  allowPositionals: true,
  options: {
    long: { type: 'boolean', default: false },
    // Of the part `fuzz`: how many calls
    calls: { type: 'string', default: '20000' },
    // Of the part `differential`: how many programs. The seed is for both
    programs: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
  },
});
const { long } = flags;
// Tests that can do less read it
if (long) process.env['DLNB_LONG'] = '1';
const unknown = parts.filter((p) => !(p in suites));
if (unknown.length > 0) {
  console.error(`npm test: no part "${unknown.join('", "')}"; the parts are: ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}
const chosen = Object.keys(suites).filter((name) =>
  parts.length === 0 ? long || !LONG.has(name) : parts.includes(name),
);

const started = Date.now();
const log = (line: string) =>
  console.log(`[${String(Math.round((Date.now() - started) / 1000)).padStart(3)}s] ${line}`);
mkdirSync(reports, { recursive: true });

// What suites need is made beside the first suites, which need nothing of it
const nothing = Promise.resolve(undefined);
const systemReady = chosen.some(ofSystem) ? obstacle(() => ensureSystemPackages(log)) : nothing;
// A part of VS Code is compiled, by what the system has then
const vscodeReady = chosen.some(inVSCode) ? first(systemReady, () => obstacle(() => ensureVSCode(log))) : nothing;
const built = chosen.some(ofBuild) ? build() : nothing;
// The package that the suite in VS Code installs
const packaged = chosen.includes('e2e') && !process.env['DLNB_VSIX'] ? first(built, packageForVSCode) : nothing;
const total: Outcome = { passed: 0, failed: 0 };
// VS Code leaves a part of the processor free, so its suites run beside the others. A person would notice if it were
// slow, and so do its tests: the others take what it leaves.
if (chosen.some(inVSCode) && !chosen.every(inVSCode)) setPriority(LATER);
await Promise.all([lane(chosen.filter((name) => !inVSCode(name))), lane(chosen.filter(inVSCode))]);
log(`logs and screenshots: ${outDir}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);

/** Runs suites one after another. */
async function lane(names: string[]): Promise<void> {
  for (const name of names) {
    const missing = await missingFor(name);
    const begun = Date.now();
    const outcome = missing ? { passed: 0, failed: 1, detail: missing } : await suites[name]!().catch(couldNotRun);
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    const seconds = ((Date.now() - begun) / 1000).toFixed(1);
    log(`${name}: ${outcome.passed} passed, ${outcome.failed} failed (${seconds} s)`);
    if (outcome.failed > 0 && outcome.detail) console.log(outcome.detail.replace(/^/gm, '    '));
  }
}

/** Waits for what a suite needs. @returns why it cannot run; undefined if it can */
async function missingFor(name: string): Promise<string | undefined> {
  // This suite makes packages too, in the same folder
  if (name === 'cli') await packaged;
  // It needs no build; but some tests look at what there is of one
  if (name === 'unit') await built;
  return (
    (ofBuild(name) ? await built : undefined) ??
    (ofSystem(name) ? await systemReady : undefined) ??
    (inVSCode(name) ? await vscodeReady : undefined) ??
    (name === 'e2e' ? await packaged : undefined)
  );
}

/** Does something. @returns why that failed; undefined if it did not */
async function obstacle(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (e) {
    return (e as Error).message;
  }
}

/** Does something after something else. @returns why one of them failed; undefined if none did */
async function first(before: Promise<string | undefined>, work: () => Promise<string | undefined>) {
  return (await before) ?? (await work());
}

/** Makes the package in a process of its own: it would hold up this one. */
async function packageForVSCode(): Promise<string | undefined> {
  const { code, text } = await command([process.execPath, 'test/package.mts']);
  const vsix = text.trim().split('\n').at(-1) ?? '';
  if (code !== 0 || !existsSync(vsix)) return `the package could not be made:\n${text}`;
  process.env['DLNB_VSIX'] = vsix;
  process.env[PACKAGE_IS_BUILT] = '1';
  log('packaged');
  return undefined;
}

async function build(): Promise<string | undefined> {
  const { code, text } = await command([process.execPath, 'esbuild.config.js']);
  if (code !== 0) return `the build failed:\n${text}`;
  log('built');
  return undefined;
}

/** Runs commands, two at a time because each uses one core. Each counts as one test. */
async function checks(commands: string[][]): Promise<Outcome> {
  const outcome: Outcome = { passed: 0, failed: 0, detail: '' };
  const rest = [...commands];
  const work = async () => {
    for (let args = rest.shift(); args; args = rest.shift()) {
      const { code, text } = await command(args);
      if (code === 0) outcome.passed++;
      else outcome.failed++;
      if (code !== 0) outcome.detail += text;
    }
  };
  await Promise.all([work(), work()]);
  return outcome;
}

/** Runs a vitest project and reads its counts from the JSON report. */
async function vitest(project: string, env: NodeJS.ProcessEnv = {}, name = project, isFirst = false): Promise<Outcome> {
  const report = join(reports, `${name}.json`);
  rmSync(report, { force: true });
  const args = [...bin('vitest', 'vitest.mjs'), 'run', '--project', project, '--reporter=default', '--reporter=json'];
  const { code, text } = await command([...args, `--outputFile.json=${report}`], env, isFirst);
  if (!existsSync(report)) return couldNotRun(new Error(text));
  const json = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    testResults: { status: string; assertionResults: unknown[] }[];
  };
  // A file that fails before its first test has no failed test to count
  const brokenFiles = json.testResults.filter((f) => f.status === 'failed' && f.assertionResults.length === 0).length;
  let failed = json.numFailedTests + brokenFiles;
  if (failed === 0 && (code !== 0 || json.numPassedTests === 0)) failed = 1;
  return { passed: json.numPassedTests, failed, detail: text };
}

function couldNotRun(reason: Error): Outcome {
  return { passed: 0, failed: 1, detail: reason.stack ?? reason.message };
}

/** @param isFirst whether it has the usual priority, where the system lets us raise ours */
async function command(
  [program = '', ...args]: string[],
  env: NodeJS.ProcessEnv = {},
  isFirst = false,
): Promise<{ code: number | null; text: string }> {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  if (isFirst && child.pid !== undefined) {
    try {
      setPriority(child.pid, 0);
    } catch {
      // Only root may
    }
  }
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (d: string) => (text += d));
  const code = await new Promise<number | null>((done, fail) => child.once('close', done).once('error', fail));
  return { code, text: stripVTControlCharacters(text) };
}
