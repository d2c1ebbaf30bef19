// Prints what cells show on the command line's streams: text as it comes, values and errors on lines of their own, and
// the end of a cell that printed more than is shown.
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { fileItem } from '../client/outputs.ts';
import { OVERFLOW, STDERR, STDOUT } from '../../wire/mime.ts';
import { OVERFLOW_ID, type OverflowNotice } from '../../wire/overflow.ts';
import type { MimeBundle, OutputEvent } from '../../wire/protocol.ts';
import { PrintedText } from './printed.ts';
import { outputText, type Terminal } from './terminal.ts';

export class EventPrinter {
  private readonly streams: Record<'stdout' | 'stderr', PrintedText>;
  /** The notice and the end of each cell that printed more than is shown, by display id. */
  private readonly ends = new Map<string, Map<string, MimeBundle>>();

  /** @param logDir folder of the logs, for the notice */
  constructor(
    private readonly terminal: Terminal,
    private readonly logDir: string,
  ) {
    const colors = !['0', 'false', undefined].includes(process.env['FORCE_COLOR']);
    const stream = (name: 'stdout' | 'stderr') =>
      new PrintedText({ tty: terminal.isTerminal(name), colors, write: (text) => terminal[name](text) });
    this.streams = { stdout: stream('stdout'), stderr: stream('stderr') };
  }

  take(event: OutputEvent, cell: string): void {
    if (event.kind === 'stream') {
      if (event.text || event.back) this.streams[event.name === 'stdout' ? 'stderr' : 'stdout'].settle();
      return this.streams[event.name].take(cell, event);
    }
    if ('id' in event && event.id?.startsWith(OVERFLOW_ID)) {
      const end = this.ends.get(cell) ?? new Map<string, MimeBundle>();
      this.ends.set(cell, end.set(event.id, event.bundle));
      return;
    }
    if (event.kind !== 'error' && event.kind !== 'display') return;
    this.settle();
    const text = outputText({ items: event.bundle.map(fileItem) });
    const name = event.kind === 'error' ? 'stderr' : 'stdout';
    if (text) this.terminal.lines(name, this.terminal.isTerminal(name) ? text : stripVTControlCharacters(text));
  }

  /** Writes what is held. */
  settle(): void {
    this.streams.stdout.settle();
    this.streams.stderr.settle();
  }

  /** Prints the end of a long text, and where all of it is: only now are the numbers final. */
  cellEnds(cell: string): void {
    this.settle();
    const end = this.ends.get(cell);
    this.ends.delete(cell);
    for (const bundle of end?.values() ?? []) this.printEnd(bundle);
  }

  private printEnd([item]: MimeBundle): void {
    if (!item) return;
    if (item.mime === OVERFLOW && 'json' in item) {
      const { lines, bytes, log, omitted = 0, problem } = item.json as OverflowNotice;
      const file = path.join(this.logDir, path.basename(log));
      const left = omitted === 0 ? 'a part is' : omitted === 1 ? '1 line is' : `${omitted} lines are`;
      const all = lines > 1 ? `all ${lines} lines are` : `all ${bytes} bytes are`;
      const where = problem === undefined ? `${all} in ${file}` : `the log ${file} is cut, ${problem}`;
      this.terminal.lines('stderr', `dlnb: ${left} left out here; ${where}`);
    } else if ('text' in item) {
      const name = item.mime === STDERR ? 'stderr' : 'stdout';
      if (item.mime !== STDOUT && item.mime !== STDERR) return;
      this.terminal[name](this.terminal.isTerminal(name) ? item.text : stripVTControlCharacters(item.text));
    }
  }
}
