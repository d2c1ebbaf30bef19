// The output of `dlnb run`: text as it arrives, and on a terminal one line of progress below it.
import type { Output } from '../../notebook/format/types.ts';
import { ERROR, STDERR, STDOUT } from '../../wire/mime.ts';
import { fileProblem } from './files.ts';

type Stream = NodeJS.WriteStream & { fd: 1 | 2 };

export class Terminal {
  private readonly out: Stream;
  private readonly err = process.stderr as Stream;
  /** Whether the next character begins a line. */
  private fresh = { 1: true, 2: true };
  private shown = '';
  /** Whether nothing can be written to a stream any more. */
  private readonly broken = { 1: false, 2: false };
  /** Why a stream takes no more text, if its reader has not simply gone: a full disk. */
  problem: string | undefined;

  /** @param quiet stdout is reserved for the result: text goes to stderr */
  constructor(quiet: boolean) {
    this.out = (quiet ? process.stderr : process.stdout) as Stream;
    // `dlnb run … | head`: the reader has closed the pipe, or a disk is full, but the run continues
    for (const stream of [process.stdout, process.stderr] as Stream[]) {
      // In place of the listener that ends the program (index.ts)
      stream.removeAllListeners('error').on('error', (e: NodeJS.ErrnoException) => {
        this.broken[stream.fd] = true;
        if (e.code !== 'EPIPE') this.problem ??= fileProblem(e);
      });
    }
  }

  /** Whether {@link progress} is visible. */
  get live(): boolean {
    return !!this.err.isTTY;
  }

  /** Whether a stream is a terminal. */
  isTerminal(stream: 'stdout' | 'stderr'): boolean {
    return !!(stream === 'stdout' ? this.out : this.err).isTTY;
  }

  stdout(text: string): void {
    this.write(this.out, text);
  }

  stderr(text: string): void {
    this.write(this.err, text);
  }

  /** A text on lines of its own. */
  lines(stream: 'stdout' | 'stderr', text: string): void {
    const to = stream === 'stdout' ? this.out : this.err;
    const onScreen = to.isTTY && this.err.isTTY ? this.fresh[1] && this.fresh[2] : this.fresh[to.fd];
    this.write(to, `${onScreen ? '' : '\n'}${text}${text.endsWith('\n') ? '' : '\n'}`);
  }

  /** Shows a line below the text, on a terminal and if the text ends with a whole line; '' removes it. */
  progress(line: string): void {
    if (!this.err.isTTY || this.broken[2]) return;
    const room = (this.err.columns || 80) - 1;
    const next = this.fresh[2] && (this.fresh[1] || !this.out.isTTY) ? line.slice(0, room) : '';
    if (next === this.shown) return;
    this.err.write(`\r\x1b[K${next}`);
    this.shown = next;
  }

  private write(stream: Stream, text: string): void {
    if (text === '' || this.broken[stream.fd]) return;
    this.progress('');
    stream.write(text);
    this.fresh[stream.fd] = text.endsWith('\n');
  }
}

/** An output as plain text. */
export function outputText({ items }: Output): string {
  for (const mime of [STDOUT, STDERR, 'text/plain', ERROR, 'text/markdown']) {
    const item = items.find((i) => i.mime === mime);
    if (!item) continue;
    if ('text' in item) return item.text;
    if ('json' in item) return errorStack(item.json) ?? JSON.stringify(item.json);
  }
  return items[0] ? `[${items[0].mime}]` : '';
}

function errorStack(json: unknown): string | undefined {
  const { stack } = (json ?? {}) as { stack?: unknown };
  return typeof stack === 'string' ? stack : undefined;
}
