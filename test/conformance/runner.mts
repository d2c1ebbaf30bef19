// Runs the specs of TensorFlow.js's packages: bundles them, runs them in child processes and reports.
import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';
import type { Result, Task } from './specs.ts';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const dist = join(root, 'dist');

/** Seconds that the specs may take. */
const LIMIT = 900;
/** Seconds in which the process must end after the specs. */
const LIMIT_END = 15;

export interface Conformance {
  passed: number;
  failed: number;
  /** The report: what ran on which device, what did not run and why, and each failure. */
  detail: string;
}

export interface SpecsRun {
  /** What the report calls the run. */
  label: string;
  /** Least number of specs: if fewer run, some have been left out by mistake. */
  least: number;
  task: Task;
  /** Number of processes that share the specs. */
  shards: number;
  env?: NodeJS.ProcessEnv;
}

/** Runs a script that `bundleSpecs` has made. */
export async function runScript(script: string, { label, least, task, shards, env = {} }: SpecsRun) {
  const runs = await Promise.all(
    Array.from({ length: shards }, (_, index) => runSpecs(script, { ...task, shard: { index, of: shards } }, env)),
  );
  const faults = runs.flatMap((run) => run.faults);
  const results = runs.flatMap(({ result }) => result ?? []);
  if (results.length < shards) {
    const detail = `${label}: ${faults.join('; ')}\n${runs.map((r) => r.text).join('\n')}`;
    return { passed: 0, failed: 1, detail };
  }
  return report({ label, least, grep: task.grep, faults }, addUp(results));
}

/** The result of all shards. Every shard lists the same suites that are left out. */
function addUp(results: Result[]): Result {
  const [first] = results;
  const all = <K extends 'failures' | 'pending' | 'exceptions'>(key: K) => results.flatMap((r) => r[key] as unknown[]);
  return {
    ...first!,
    passed: results.reduce((sum, r) => sum + r.passed, 0),
    excluded: results.reduce((sum, r) => sum + r.excluded, 0),
    failures: all('failures') as Result['failures'],
    pending: all('pending') as Result['pending'],
    exceptions: all('exceptions') as Result['exceptions'],
  };
}

interface Reported {
  label: string;
  least: number;
  grep: string | undefined;
  faults: string[];
}

function report({ label, least, grep, faults }: Reported, result: Result): Conformance {
  const { passed, failures, pending, excluded, leftOut, exceptions, detail } = result;
  const ran = passed + failures.length;
  if (grep === undefined && ran < least) faults.push(`only ${ran} specs ran, of at least ${least}`);
  const seen = new Set([...exceptions, ...failures].map(({ name }) => name));
  for (const name of result.listed)
    if (grep === undefined && !seen.has(name))
      faults.push(`no spec is called "${name}", which is listed as an exception`);
  if (ran === 0) faults.push(`no spec's name contains ${JSON.stringify(grep)}`);
  for (const { suite, reason } of leftOut)
    if (!expectedReasons.has(reason)) faults.push(`"${suite}" was left out: ${reason}`);
  const lines = [
    `${label}: ${detail}`,
    `${ran} specs run: ${passed} passed, ${failures.length} failed`,
    ...(excluded > 0 ? [`${excluded} excluded by --grep`] : []),
    `${pending.length} pending (xit in TensorFlow.js): ${pending.join('; ')}`,
    ...[...expectedReasons].flatMap((reason) => {
      const suites = leftOut.filter((l) => l.reason === reason).map((l) => l.suite);
      return suites.length > 0 ? `${suites.length} suites not defined, ${reason}: ${suites.join('; ')}` : [];
    }),
    ...exceptions.map(({ name, reason }) => `cannot pass: ${name}: ${reason}`),
    ...faults.map((f) => `FAILED: ${f}`),
    ...failures.map(({ name, message }) => `FAILED: ${name}\n  ${message.replaceAll('\n', '\n  ')}`),
  ];
  return { passed, failed: failures.length + faults.length, detail: lines.join('\n') };
}

/** The reasons for which a suite may be left out in Node; any other reason is a fault. */
const expectedReasons = new Set(['needs a browser', 'needs Chrome', 'needs dataSync', 'for another backend']);

export interface SpecsBundle {
  /** The file in out/conformance/, without its extension. */
  name: string;
  /** The main program, in TypeScript; it imports relative to this folder. */
  main: string;
  /** Whether TensorFlow.js stays as it is, without our modules. */
  isStock: boolean;
  plugins?: Plugin[];
}

/** @returns the script that runs specs */
export async function bundleSpecs({ name, main, isStock, plugins = [] }: SpecsBundle): Promise<string> {
  // A machine that runs a carried script has no esbuild
  const { build } = await import('esbuild');
  const outfile = join(root, `out/conformance/${name}.cjs`);
  await build({
    absWorkingDir: root,
    stdin: {
      contents: main,
      resolveDir: join(root, 'test/conformance'),
      sourcefile: 'main.ts',
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    mainFields: ['module', 'main'],
    // tfjs declares that its modules have no side effects, so esbuild would drop every spec
    ignoreAnnotations: true,
    alias: { 'node-fetch': './kernel/tensors/replaced/node-fetch.ts' },
    external: ['jasmine-core', 'util', 'string_decoder'],
    define: { 'import.meta.url': '""' },
    plugins: [announceLeftOut, ...(isStock ? [] : [replacedModules]), ...plugins],
    logLevel: 'error',
  });
  return outfile;
}

/** Puts our modules in the place of TensorFlow.js's, as the build does. */
const replacedModules: Plugin = {
  name: 'replaced-modules',
  setup(build) {
    const folder = join(root, 'kernel/tensors/replaced');
    const list = createRequire(import.meta.url)(join(folder, 'modules.js')) as Replaced[];
    for (const { module: filter, importer, by } of list)
      build.onResolve({ filter }, (args) =>
        importer.test(args.importer.replaceAll('\\', '/')) ? { path: join(folder, by) } : undefined,
      );
  },
};

interface Replaced {
  module: RegExp;
  importer: RegExp;
  by: string;
}

/** Makes jasmine_util list the suites whose constraints the environment does not satisfy; it drops them silently. */
const announceLeftOut: Plugin = {
  name: 'announce-left-out',
  setup({ onLoad }) {
    onLoad({ filter: /tfjs-core[\\/]dist[\\/]jasmine_util\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const call = 'executeTests(testName, tests, testEnv);\n        }';
      if (text.split(call).length !== 2)
        throw new Error(`${relative(root, path)} is not as expected: where does it leave suites out?`);
      const reason = `constraints === BROWSER_ENVS ? 'needs a browser' : constraints === CHROME_ENVS ? 'needs Chrome' :
          /isDataSync === true/.test(constraints.predicate) && !testEnv.isDataSync ? 'needs dataSync' :
          /backendName === ['\"]cpu/.test(constraints.predicate) && testEnv.backendName !== 'cpu' ? 'for another backend' :
          constraints.predicate ? String(constraints.predicate) : JSON.stringify(constraints.flags)`;
      const contents = text.replace(
        call,
        () => `${call} else { globalThis.suitesLeftOut.push({ suite: name, reason: ${reason} }); }`,
      );
      return { contents, loader: 'js' };
    });
  },
};

interface Run {
  result: Result | undefined;
  /** Faults of the process. */
  faults: string[];
  /** The output of the process. */
  text: string;
}

async function runSpecs(script: string, task: Task, env: NodeJS.ProcessEnv): Promise<Run> {
  if (!existsSync(task.dist)) return { result: undefined, faults: ['there is no build: npm run build'], text: '' };
  const child = fork(script, [JSON.stringify(task)], {
    // Specs write files beside themselves
    cwd: dirname(script),
    silent: true,
    execArgv: [],
    env: { ...process.env, ...env },
  });
  let text = '';
  for (const stream of [child.stdout!, child.stderr!])
    stream.setEncoding('utf8').on('data', (d: string) => (text += d));
  const faults: string[] = [];
  const endWithin = (seconds: number, fault: string) =>
    setTimeout(() => {
      faults.push(fault);
      child.kill('SIGKILL');
    }, seconds * 1000);
  let timer = endWithin(LIMIT, `the specs were not done after ${LIMIT} s`);
  let result: Result | undefined;
  child.once('message', (message) => {
    result = message as Result;
    clearTimeout(timer);
    timer = endWithin(LIMIT_END, `the specs were done, but the process did not end within ${LIMIT_END} s`);
  });
  const end = await new Promise<string | undefined>((done, fail) =>
    child
      .once('error', fail)
      .once('close', (code, signal) => done(code === 0 ? undefined : `the process ended with ${signal ?? code}`)),
  );
  clearTimeout(timer);
  if (faults.length === 0 && end) faults.push(end);
  if (faults.length === 0 && !result) faults.push('the process ended before the specs were done');
  return { result, faults, text };
}
