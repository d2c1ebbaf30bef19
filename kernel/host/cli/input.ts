// Answers to the questions of cells, from the command line's own input: a person at a terminal, or a pipe with a line
// for each answer. Nothing is read before a cell asks.
import { createInterface, type Interface } from 'node:readline';
import type { InputQuestion } from '../../wire/protocol.ts';
import type { GivenAnswer } from './execute.ts';

const REMEDY = 'run the notebook in the editor, or pipe the answers, one in each line.';

export class InputLines {
  private reader: Interface | undefined;
  private readonly lines: string[] = [];
  private ended = false;
  private waiting: (() => void) | undefined;
  private taken = 0;

  /** @param shown whether a terminal that shows what is typed also shows what cells print */
  constructor(
    private readonly allowed: boolean,
    private readonly shown: boolean,
  ) {}

  /** What cells are told about their input. */
  get kind(): 'person' | 'pipe' {
    return this.allowed && process.stdin.isTTY ? 'person' : 'pipe';
  }

  async answer({ kind }: InputQuestion): Promise<GivenAnswer> {
    if (!this.allowed) return { text: null, problem: `--no-input is set. Without it, ${REMEDY}` };
    const person = this.kind === 'person';
    const echoed = person && this.shown;
    // Nobody reads a message in a pipe
    if (kind === 'alert' && !person) return { text: '', echoed };
    const line = await this.next();
    if (line !== undefined) return { text: line, echoed };
    if (person) return { text: null, echoed };
    const ended =
      this.taken === 0
        ? 'there is no input'
        : `the input has ended after ${this.taken} ${this.taken === 1 ? 'line' : 'lines'}`;
    return { text: null, echoed, problem: `${ended}; ${REMEDY}` };
  }

  /** Reads no more; the program can end. */
  close(): void {
    if (!this.reader) return;
    this.reader.close();
    process.stdin.destroy();
  }

  private async next(): Promise<string | undefined> {
    this.reader ??= this.open();
    while (this.lines.length === 0 && !this.ended) await new Promise<void>((resolve) => (this.waiting = resolve));
    const line = this.lines.shift();
    if (line !== undefined) this.taken++;
    return line;
  }

  private open(): Interface {
    const reader = createInterface({ input: process.stdin, terminal: false, crlfDelay: Infinity });
    const arrived = () => {
      this.waiting?.();
      this.waiting = undefined;
    };
    reader.on('line', (line) => {
      this.lines.push(line);
      arrived();
    });
    const end = () => {
      this.ended = true;
      arrived();
    };
    reader.on('close', end);
    process.stdin.on('error', end);
    return reader;
  }
}
