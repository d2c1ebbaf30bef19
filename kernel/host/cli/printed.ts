// Printed text of cells on the command line's own streams. A terminal gets it as the cell wrote it. A file or a pipe
// gets it without colors, and lines that are drawn anew when they are final.
import { stripVTControlCharacters } from 'node:util';
import { SCREEN_ROWS } from '../../wire/limits.ts';
import type { StreamEvent } from '../../wire/protocol.ts';

export interface PrintedTarget {
  /** A terminal, which moves its cursor by itself. */
  tty: boolean;
  /** Whether colors are kept where it is no terminal. */
  colors: boolean;
  write(text: string): void;
}

/** One stream. */
export class PrintedText {
  private cell = '';
  /** Text that may still change, not written yet. */
  private held = '';
  /** The end of the written text. */
  private written = '';
  /** Whether the cell draws lines anew. */
  private drawing = false;

  constructor(private readonly target: PrintedTarget) {}

  take(cell: string, event: StreamEvent): void {
    const { text, raw, back = 0, native } = event;
    if (this.target.tty) return this.target.write(raw ?? text);
    if (cell !== this.cell || native) this.settle();
    this.cell = cell;
    if (back > 0) this.takeBack(back);
    this.held += text;
    this.release();
    if (native) this.settle();
  }

  /** Writes what is held: the cell has ended, or something else follows. */
  settle(): void {
    this.drawing = false;
    this.release();
    this.written = '';
  }

  private takeBack(back: number): void {
    this.drawing = true;
    if (back <= this.held.length) {
      this.held = this.held.slice(0, this.held.length - back);
      return;
    }
    const gone = this.written.slice(Math.max(0, this.written.length - back + this.held.length));
    const kept = this.written.slice(0, this.written.length - gone.length);
    const line = kept.slice(kept.lastIndexOf('\n') + 1);
    this.written = kept.slice(0, kept.length - line.length);
    // What was written cannot be taken back: the line is written again
    if (gone !== '') this.target.write(gone.endsWith('\n') ? '' : gone.includes('\n') ? '\n' : '\r');
    this.held = line;
  }

  private release(): void {
    let end = this.held.length;
    // On a screen, lines further up do not change any more
    if (this.drawing) for (let i = 0; i < SCREEN_ROWS && end > 0; i++) end = this.held.lastIndexOf('\n', end - 1);
    if (this.drawing) end++;
    if (end <= 0) return;
    const text = this.held.slice(0, end);
    this.held = this.held.slice(end);
    this.written = (this.written + text).slice(-(1 << 16));
    this.target.write(this.target.colors ? text : stripVTControlCharacters(text));
  }
}
