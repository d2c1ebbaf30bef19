// `dlnb run`: runs a notebook without an editor.
import os from 'node:os';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { deviceOf, type WantedDevice } from '../client/index.ts';
import { printNotebook } from '../../notebook/format/index.ts';
import type { KernelSettings } from '../../wire/options.ts';
import { NotebookRun, type CellResult } from './execute.ts';
import { InputLines } from './input.ts';
import { EventPrinter } from './events.ts';
import { LiveOutputs } from './live.ts';
import { readNotebook, sameFile } from './files.ts';
import { bytesOf, STDOUT_NAME, Target } from './target.ts';
import { startKernel, temporaryLogs } from './start.ts';
import { outputText, Terminal } from './terminal.ts';
import { UsageError } from './usage.ts';

/** Seconds. */
const DEFAULT_WAIT = 10;

/** A device here replaces the notebook's own. */
export interface RunOptions extends Partial<KernelSettings> {
  out?: string;
  /** Seconds. */
  timeout?: number;
  json?: boolean;
  keepGoing?: boolean;
  /** Seconds to wait at the end for what still runs. */
  wait?: number;
  /** false: cells that ask for input fail. */
  input?: boolean;
}

/**
 * Runs all code cells in order, in the notebook's folder.
 * @returns the exit code: 0; 1 after a failed cell or a timeout; 128 + the number of the signal that ended the run
 * @throws UsageError when the run cannot begin
 */
export async function runCommand(file: string, options: RunOptions): Promise<number> {
  const { out, timeout, json, keepGoing, input, wait = DEFAULT_WAIT, ...settings } = options;
  if (out === STDOUT_NAME && json) throw new UsageError('--out - and --json both write to the standard output.');
  const typed = await bytesOf(file);
  const notebook = await readNotebook(file);
  const target = out === undefined ? undefined : await Target.open(out);
  const terminal = new Terminal(!!json || out === STDOUT_NAME);
  const wanted: Pick<WantedDevice, 'device' | 'problem'> = settings.device
    ? { device: settings.device }
    : deviceOf(notebook.metadata, 'auto');
  if (wanted.problem) terminal.lines('stderr', `dlnb: ${wanted.problem}`);
  const cwd = path.dirname(path.resolve(file));
  const logDir = out === undefined || out === STDOUT_NAME ? temporaryLogs() : `${path.resolve(out)}.logs`;
  const progress = new Progress(terminal);
  const live = new LiveOutputs({
    live: terminal.live,
    status: (text) => progress.detail(text),
    print: (text) => terminal.lines('stdout', text),
    clock: () => performance.now(),
  });
  const lines = new InputLines(input !== false, terminal.isTerminal('stdout'));
  const printer = new EventPrinter(terminal, logDir);
  const run = new NotebookRun(notebook, {
    start: () =>
      startKernel({ ...settings, device: wanted.device, cwd, notebook: path.resolve(file), logDir, input: lines.kind }),
    keepGoing: !!keepGoing,
    ...(timeout !== undefined && { timeoutMs: timeout * 1000 }),
    onCell: (result, i, total) => progress.begin(result, i, total),
    onOutput: (event, cell) => void (live.take(event) || printer.take(event, cell.id)),
    waitMs: wait * 1000,
    onWait: (names, end) => {
      const what = names.length > 0 ? names.join(', ') : 'code that computes';
      printer.settle();
      terminal.lines(
        'stderr',
        end === 'waits'
          ? `dlnb: all cells have run; waiting for ${what}, ${wait} s at most (--wait).`
          : `dlnb: after ${wait} s (--wait), ended without waiting for ${what} any longer.`,
      );
    },
    onInput: (question) => lines.answer(question),
    onTraining: (text) => live.status(text),
    onCellEnd: ({ cell }) => {
      progress.end();
      printer.cellEnds(cell.id);
    },
  });
  for (const { cell, number, status } of run.results) {
    if (status === 'skipped')
      terminal.lines(
        'stderr',
        `dlnb: cell ${number} is not run: its language is ${cell.language}, not typescript or javascript.`,
      );
  }

  const started = performance.now();
  const signals = hearSignals(run);
  let startError: Error | undefined;
  try {
    await run.run();
  } catch (e) {
    startError = e as Error;
    terminal.lines('stderr', `dlnb: ${startError.message}`);
  } finally {
    progress.end();
    printer.settle();
    lines.close();
    signals.ignore();
  }
  let code = signals.caught ? 128 + os.constants.signals[signals.caught] : run.failed || startError ? 1 : 0;
  printEnd(terminal, run, options, signals.caught);
  if (terminal.problem) {
    terminal.lines('stderr', `dlnb: what cells print was cut: the output cannot be written: ${terminal.problem}`);
    code ||= 1;
  }
  if (target && !(await save(terminal, run, { file, typed, target }))) code ||= 1;
  if (json)
    process.stdout.write(`${JSON.stringify(report(run, file, performance.now() - started, startError), null, 2)}\n`);
  return code;
}

/** The notebook as it was read, and where its executed copy goes. */
interface Saved {
  file: string;
  typed: Buffer | undefined;
  target: Target;
}

/** Writes the executed copy, also of a run that failed. @returns whether it was written where it should be */
async function save(terminal: Terminal, run: NotebookRun, { file, typed, target }: Saved): Promise<boolean> {
  const isSame = target.name !== STDOUT_NAME && (await sameFile(file, target.name));
  // No cell ran: writing over the notebook would only remove its outputs
  if (run.failed && !run.began && isSame) return true;
  const text = printNotebook(run.executed());
  try {
    const now = isSame ? await bytesOf(file) : undefined;
    if (now && typed && !now.equals(typed)) {
      const beside = await target.writeBeside(text);
      terminal.lines(
        'stderr',
        `dlnb: ${file} was changed while it ran, and is left as it is. Its executed copy is ${beside}`,
      );
      return false;
    }
    await target.write(text);
    return true;
  } catch (e) {
    terminal.lines('stderr', `dlnb: ${(e as Error).message}`);
    return false;
  }
}

/** The first Ctrl+C interrupts the cell; the second, or any other signal, kills the kernel. */
function hearSignals(run: NotebookRun): { caught: NodeJS.Signals | undefined; ignore: () => void } {
  const heard: ReturnType<typeof hearSignals> = { caught: undefined, ignore: () => off() };
  const listeners = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal) => {
    const listener = () => {
      heard.caught ??= signal;
      if (signal === 'SIGINT') run.stop('signal');
      else run.kill();
    };
    process.on(signal, listener);
    return [signal, listener] as const;
  });
  const off = () => listeners.forEach(([signal, listener]) => process.off(signal, listener));
  return heard;
}

function printEnd(
  terminal: Terminal,
  run: NotebookRun,
  { timeout, keepGoing }: RunOptions,
  signal: NodeJS.Signals | undefined,
): void {
  const notRun = run.results.filter(({ status }) => status === 'not run').length;
  const rest = notRun ? ` ${notRun} ${notRun === 1 ? 'cell was' : 'cells were'} not run.` : '';
  const failed = run.results.filter(({ status }) => status !== 'ok' && status !== 'not run' && status !== 'skipped');
  const where = failed.length ? `cell ${failed.map(({ number }) => number).join(', ')}` : undefined;
  if (signal) terminal.lines('stderr', `dlnb: ended by ${signal}${where ? ` in ${where}` : ''}.${rest}`);
  else if (run.stopped === 'timeout')
    terminal.lines(
      'stderr',
      `dlnb: the time of ${timeout} s (--timeout) is over${where ? ` in ${where}` : ''}.${rest}`,
    );
  else if (where)
    terminal.lines(
      'stderr',
      `dlnb: ${where} failed.${rest}${notRun && !keepGoing ? ' (--keep-going runs them.)' : ''}`,
    );
}

function report(run: NotebookRun, file: string, ms: number, startError: Error | undefined) {
  const status =
    run.stopped === 'timeout' ? 'timeout' : run.stopped ? 'interrupted' : run.failed || startError ? 'error' : 'ok';
  return {
    file,
    status,
    ...(startError && { error: startError.message }),
    ms: Math.round(ms),
    node: run.node ?? null,
    device: run.device ?? null,
    cells: run.results.map(({ cell, number, status, ms }) => ({
      id: cell.id,
      number,
      status,
      ms: Math.round(ms * 1000) / 1000,
      outputs: run.outputs.of(cell.id).map((output) => ({
        mimes: output.items.map(({ mime }) => mime),
        text: stripVTControlCharacters(outputText(output)),
      })),
    })),
  };
}

/** `[3/10] cell 5, 2.1 s: const model = …`, ten times a second; with the cell's progress bar in place of its code. */
class Progress {
  private timer: NodeJS.Timeout | undefined;
  private bar: string | undefined;
  private readonly terminal: Terminal;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  begin({ cell, number }: CellResult, index: number, total: number): void {
    if (!process.stderr.isTTY) return;
    const started = performance.now();
    const first = cell.source.split('\n').find((line) => line.trim() !== '') ?? '';
    const draw = () => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      this.terminal.progress(`[${index + 1}/${total}] cell ${number}, ${seconds} s: ${this.bar ?? first.trim()}`);
    };
    this.timer = setInterval(draw, 100);
  }

  detail(text: string | undefined): void {
    this.bar = text;
  }

  end(): void {
    clearInterval(this.timer);
    this.bar = undefined;
    this.terminal.progress('');
  }
}
