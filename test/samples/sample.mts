// Checks the samples, and runs one by the built command line, and measures it.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { decodeNotebook, printNotebook } from '../../kernel/notebook/format/index.ts';
import { checkPictures } from '../pictures.ts';
import { outDir, root } from '../vscode/server.mts';
import { samplesFolder, type Sample } from './index.mts';

/** The time limit of the standard, on two free cores; a busy machine takes longer. */
export const STANDARD_S = 30;
/** A sample that takes longer than this hangs. */
const LIMIT_S = 600;

/** Where executed samples go. */
const folder = path.join(outDir, 'samples');

export interface SampleResult {
  seconds: number;
  /** Claims that held, as the last cell counts them. */
  checks: number;
  /** Peak resident memory of the kernel, in MB, from /proc; undefined on systems without it. */
  peakMB?: number | undefined;
  /** The command line's output, if it failed or no claim was counted. */
  failure?: string;
}

/** What `dlnb check` says about all samples; undefined if they have no error. */
export function checkSamples(samples: readonly Sample[]): string | undefined {
  const args = ['dist/cli.js', 'check', ...samples.map(({ file }) => path.join(samplesFolder, file))];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? undefined : stdout + stderr;
}

/** A cell at the end of a run: the solutions of all exercises must pass. */
const SOLUTIONS = "await (await import('dlnb')).exercise.checkSolutions();";

/** A sample with a cell that tries the solutions of its exercises; its path. */
function withSolutions(file: string): string {
  const notebook = decodeNotebook(readFileSync(path.join(samplesFolder, file)));
  notebook.cells.push({ id: 'solution', kind: 'code', language: 'typescript', source: SOLUTIONS, outputs: [] });
  const copy = path.join(folder, 'with-solutions', file);
  mkdirSync(path.dirname(copy), { recursive: true });
  writeFileSync(copy, printNotebook(notebook));
  return copy;
}

/** Takes the cell of {@link withSolutions} out of an executed copy. */
function withoutSolutions(executed: string): void {
  const notebook = decodeNotebook(readFileSync(executed));
  if (notebook.cells.at(-1)?.source === SOLUTIONS) notebook.cells.pop();
  writeFileSync(executed, printNotebook(notebook));
}

/**
 * Runs a sample, and the solutions of its exercises; its executed copy goes to out/samples/. The seconds are those of
 * both.
 */
export async function runSample({ file }: Sample): Promise<SampleResult> {
  const executed = path.join(folder, file);
  const args = ['dist/cli.js', 'run', withSolutions(file), '--device', 'cpu'];
  const began = performance.now();
  const cli = spawn(process.execPath, [...args, '--timeout', String(LIMIT_S), '--out', executed], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [cli.stdout, cli.stderr]) stream.setEncoding('utf8').on('data', (d: string) => (text += d));
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, peakOfChildren(cli.pid))), 100);
  const code = await new Promise<number | null>((done, fail) => cli.once('close', done).once('error', fail));
  clearInterval(watch);
  const seconds = (performance.now() - began) / 1000;
  if (code === 0) withoutSolutions(executed);
  const plain = stripVTControlCharacters(text);
  const checks = Number(/✓ (\d+) claims? checked/.exec(plain)?.[1] ?? 0);
  const failure = code !== 0 ? plain.slice(-2000) : faultOf(checks, executed);
  return { seconds, checks, peakMB: peak > 0 ? peak : undefined, ...(failure !== undefined && { failure }) };
}

/** What is wrong with a sample that ran: no claim was counted, or an output that draws has no picture. */
function faultOf(checks: number, executed: string): string | undefined {
  if (checks === 0) return 'it counted no claim: end it with check.summary()';
  const { wrong } = checkPictures(executed);
  return wrong.length > 0 ? wrong.join('; ') : undefined;
}

/**
 * The executed copy of a sample. Runs the sample unless there is a copy newer than the sample and the build.
 * @returns its path
 * @throws Error when it fails
 */
export async function executedSample(sample: Sample): Promise<string> {
  const file = path.join(folder, sample.file);
  const changed = (name: string) => statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const made = [
    path.join(samplesFolder, sample.file),
    path.join(root, 'dist/kernel.js'),
    path.join(root, 'dist/tf.js'),
  ];
  if (changed(file) > Math.max(...made.map(changed))) return file;
  const { failure } = await runSample(sample);
  if (failure !== undefined) throw new Error(`${sample.id}: ${failure}`);
  return file;
}

/** `perceptron  2.3 s  17 checks  136 MB`. */
export function sampleLine({ id }: Pick<Sample, 'id'>, { seconds, checks, peakMB, failure }: SampleResult): string {
  const facts = [
    `${seconds.toFixed(1).padStart(5)} s`,
    `${String(checks).padStart(3)} checks`,
    peakMB === undefined ? '      –' : `${String(peakMB).padStart(5)} MB`,
  ];
  if (seconds > STANDARD_S) facts.push(`more than ${STANDARD_S} s: is the machine busy?`);
  return `${failure === undefined ? 'ok    ' : 'FAILED'} ${id.padEnd(18)} ${facts.join('  ')}`;
}

/** The largest peak of resident memory among the children of a process, in MB; 0 if it cannot be read. */
function peakOfChildren(pid: number | undefined): number {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
    return Math.max(0, ...children.map(peakOf));
  } catch {
    return 0; // not Linux, or it has just ended
  }
}

function peakOf(pid: string): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes ?? 0) / 1024);
}
