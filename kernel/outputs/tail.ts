// The last lines of a cell that printed more than is shown. They stand below the notice, as outputs that are replaced.
import { OVERFLOW_ID } from '../wire/overflow.ts';
import { STDERR, STDOUT } from '../wire/mime.ts';
import type { OutputEvent } from '../wire/protocol.ts';
import type { TextChange } from './terminal.ts';

/** So much of the end is shown. */
export const TAIL_LINES = 1000;
export const TAIL_CHARS = 1 << 17;
/** More changes between the streams, and more displays between prints, join the text of each stream. */
const MAX_SEGMENTS = 16;

type StreamName = 'stdout' | 'stderr';
interface Segment {
  id: string;
  name: StreamName;
  text: string;
  /** What the host shows; undefined before it was sent. */
  sent?: string;
}

export class Tail {
  private readonly segments: Segment[] = [];
  private chars = 0;
  private count = 0;
  /** The next text stands in an output of its own. */
  private begin = true;

  constructor(private readonly cell: string) {}

  add(name: StreamName, { back, text }: TextChange): void {
    if (back === 0 && text === '') return;
    const segment = this.segment(name);
    const kept = back === 0 ? segment.text : segment.text.slice(0, Math.max(0, segment.text.length - back));
    this.chars += kept.length - segment.text.length + text.length;
    segment.text = kept + text;
    if (this.chars > 2 * TAIL_CHARS) this.trim();
  }

  /** Another output has come: later text stands below it. */
  break(): void {
    this.begin = true;
  }

  /** Sends what has changed. @returns lines and bytes that are shown */
  send(send: (event: OutputEvent) => void): { lines: number; bytes: number } {
    const lines = this.trim();
    let bytes = 0;
    for (const segment of this.segments) {
      const { id, name, text, sent } = segment;
      bytes += Buffer.byteLength(text);
      if (text === sent) continue;
      segment.sent = text;
      const bundle = [{ mime: name === 'stdout' ? STDOUT : STDERR, text }];
      send({ kind: sent === undefined ? 'display' : 'update', id, bundle });
    }
    return { lines, bytes };
  }

  private segment(name: StreamName): Segment {
    const last = this.segments.at(-1);
    if (last?.name === name && !this.begin) return last;
    const full = this.segments.length >= MAX_SEGMENTS && this.segments.findLast((s) => s.name === name);
    if (full) return full;
    this.begin = false;
    const segment = { id: `${OVERFLOW_ID}${this.cell}:${++this.count}`, name, text: '' };
    this.segments.push(segment);
    return segment;
  }

  /** Drops the first lines. @returns the number of those that remain */
  private trim(): number {
    let lines = 0;
    let chars = 0;
    for (const segment of this.segments.toReversed()) {
      const { text } = segment;
      const from = firstShown(text, TAIL_LINES - lines, TAIL_CHARS - chars);
      if (from > 0) segment.text = text.slice(from);
      lines += linesOf(segment.text);
      chars += segment.text.length;
    }
    this.chars = chars;
    return lines;
  }
}

/** Number of line feeds, and 1 for text behind the last one. */
function linesOf(text: string): number {
  let lines = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) lines++;
  return lines;
}

/** Where the last lines begin that fit into these limits. A line that is longer is cut. */
function firstShown(text: string, lines: number, chars: number): number {
  if (lines <= 0 || chars <= 0) return text.length;
  let at = text.length;
  if (text.endsWith('\n')) at--;
  for (let n = 0; n < lines; n++) {
    const before = at === 0 ? -1 : text.lastIndexOf('\n', at - 1);
    if (text.length - before - 1 > chars) {
      if (n > 0) return at + 1;
      const from = text.length - chars;
      return /[\udc00-\udfff]/.test(text[from]!) ? from + 1 : from;
    }
    if (before < 0) return 0;
    at = before;
  }
  return at + 1;
}
