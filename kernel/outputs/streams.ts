// Printed text of cells: collected per run, folded as a terminal does, sent in pieces at most 30 times a second, and
// capped. Once the cap is reached, the whole text goes to a log file, and its end is shown below the beginning.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { OutputEvent } from '../wire/protocol.ts';
import { OVERFLOW } from '../wire/mime.ts';
import { OVERFLOW_ID, type OverflowNotice } from '../wire/overflow.ts';
import { TAIL_CHARS, TAIL_LINES, Tail } from './tail.ts';
import { TerminalText, type TextChange } from './terminal.ts';

/** A cell shows this much of its printed text, beginning and end; the rest is in its log. */
export const MAX_SHOWN_CHARS = 1 << 20;
export const MAX_SHOWN_LINES = 10_000;
/** So much of the beginning is shown. */
const HEAD_CHARS = MAX_SHOWN_CHARS - TAIL_CHARS;
const HEAD_LINES = MAX_SHOWN_LINES - TAIL_LINES;
/** Largest size of a log. */
export const MAX_LOG_BYTES = 1 << 30;

const FLUSH_MS = 33;
const FLUSH_CHARS = 1 << 16;
/** Time between two pictures of the end while the cell prints. */
const TAIL_MS = 500;

type StreamName = 'stdout' | 'stderr';

export interface CellStreamsOptions {
  cell: string;
  logDir: string;
  send: (event: OutputEvent) => void;
  /** Makes text readable for the user; applied to each piece before it is sent. */
  rewrite: (text: string) => string;
}

/** stdout and stderr of one run of one cell. */
export class CellStreams {
  private name: StreamName = 'stdout';
  private waiting = '';
  private lastFlush = 0;
  private timer: NodeJS.Timeout | undefined;
  private lines = 0;
  private bytes = 0;
  private readonly terminals = { stdout: new TerminalText(), stderr: new TerminalText() };
  /** All shown text, kept until the log is begun. */
  private shown = '';
  private shownLines = 0;
  private shownBytes = 0;
  /** `problem`: why nothing more is written to it. */
  private log:
    | {
        fd: number | undefined;
        name: string;
        buffer: string[];
        size: number;
        written: number;
        problem?: string | undefined;
      }
    | undefined;
  private readonly tail: Tail;
  private lastNotice = 0;

  constructor(private readonly options: CellStreamsOptions) {
    this.tail = new Tail(options.cell);
  }

  write(name: StreamName, text: string): void {
    if (!text) return;
    if (name !== this.name) {
      this.flush();
      this.name = name;
    }
    this.waiting += text;
    if (this.waiting.length >= FLUSH_CHARS || performance.now() - this.lastFlush >= FLUSH_MS) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
  }

  /** Sends the waiting text and begins a new output for later text. Call it before another output. */
  break(): void {
    this.flush();
    this.terminals.stdout.seal();
    this.terminals.stderr.seal();
    this.tail.break();
  }

  /** The unfinished last line of stdout, without colors. */
  get lastLine(): string {
    this.flush();
    return stripVTControlCharacters(this.terminals.stdout.lastLine);
  }

  /** Sends the waiting text. @param raw what terminals get instead of it */
  flush(raw?: string): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.lastFlush = performance.now();
    if (this.waiting) {
      const text = this.options.rewrite(this.waiting);
      this.bytes += Buffer.byteLength(this.waiting);
      this.lines += newlines(this.waiting);
      this.waiting = '';
      this.show(text, raw);
    }
    if (!this.log) return;
    if (this.lastFlush - this.lastNotice > TAIL_MS) this.notice();
    else this.timer ??= setTimeout(() => this.end(), TAIL_MS).unref();
  }

  /** Sends and writes everything. The streams may be written again afterwards, by timers of the cell. */
  end(): void {
    this.flush();
    if (!this.log) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.writeLog();
    this.notice();
  }

  /** Ends for good. */
  close(): void {
    this.end();
    clearTimeout(this.timer);
    if (this.log?.fd !== undefined) closeSync(this.log.fd);
    this.log = undefined;
    this.shown = '';
  }

  private show(text: string, raw = text): void {
    const { name, terminals } = this;
    const change = terminals[name].write(text);
    // The text of the other stream stands above now. A hidden cursor shows nothing
    if (change.back > 0 || change.text) terminals[name === 'stdout' ? 'stderr' : 'stdout'].seal();
    if (!this.log) return this.toHead(change, raw);
    this.toLog(text);
    this.tail.add(name, change);
  }

  /** Shows text until the cap is reached; what is beyond it is the begin of the end. */
  private toHead({ back, text }: TextChange, raw: string): void {
    const kept = this.shown.length - back;
    const lines = back === 0 ? this.shownLines : this.shownLines - newlines(this.shown.slice(kept));
    const room = cut(text, HEAD_CHARS - kept, HEAD_LINES - lines);
    const shown = room < text.length ? text.slice(0, room) : text;
    this.shown = back === 0 ? this.shown + shown : this.shown.slice(0, kept) + shown;
    this.shownLines = lines + newlines(shown);
    const { name } = this;
    const folded = room === text.length && raw !== text;
    // A sequence that shows nothing is for terminals
    if (shown || back > 0 || folded)
      this.options.send({ kind: 'stream', name, text: shown, ...(back > 0 && { back }), ...(folded && { raw }) });
    if (room === text.length) return;
    const rest = text.slice(room);
    this.beginLog();
    this.toLog(rest);
    this.terminals[name].seal(rest.length);
    this.tail.add(name, { back: 0, text: rest });
  }

  private beginLog(): void {
    const name = `${this.options.cell.replace(/[^A-Za-z0-9_-]/g, '_')}.log`;
    this.log = { fd: undefined, name, buffer: [this.shown], size: this.shown.length, written: 0 };
    try {
      // What cells print may be secret: for the user alone
      mkdirSync(this.options.logDir, { recursive: true, mode: 0o700 });
      const file = path.join(this.options.logDir, name);
      this.log.fd = openSync(file, 'w', 0o600);
    } catch (e) {
      this.log.problem = problemOf(e);
    }
    this.shownBytes = Buffer.byteLength(this.shown);
    this.shown = '';
    this.lastNotice = performance.now();
    this.options.send({ kind: 'display', id: this.noticeId, bundle: this.noticeBundle({ lines: 0, bytes: 0 }) });
  }

  private toLog(text: string): void {
    const log = this.log!;
    log.buffer.push(text);
    log.size += text.length;
    if (log.size >= 1 << 18) this.writeLog();
  }

  private writeLog(): void {
    const log = this.log!;
    if (log.buffer.length === 0) return;
    const bytes = Buffer.from(log.buffer.join(''));
    log.buffer = [];
    log.size = 0;
    if (log.fd === undefined || log.problem !== undefined) return;
    try {
      for (let at = 0; at < bytes.length && log.written < MAX_LOG_BYTES;) {
        const count = writeSync(log.fd, bytes, at);
        at += count;
        log.written += count;
      }
    } catch (e) {
      log.problem = problemOf(e);
    }
    if (log.written >= MAX_LOG_BYTES) log.problem = `a log has at most ${MAX_LOG_BYTES} bytes`;
  }

  private notice(): void {
    this.lastNotice = performance.now();
    const end = this.tail.send(this.options.send);
    this.options.send({ kind: 'update', id: this.noticeId, bundle: this.noticeBundle(end) });
  }

  private get noticeId(): string {
    return `${OVERFLOW_ID}${this.options.cell}`;
  }

  private noticeBundle(end: { lines: number; bytes: number }) {
    const { problem, written } = this.log!;
    const omitted = Math.max(0, this.lines - this.shownLines - end.lines);
    const json: OverflowNotice = {
      version: 1,
      log: this.log!.name,
      lines: this.lines,
      bytes: this.bytes,
      shown: this.shownBytes + end.bytes,
      omitted,
      ...(problem !== undefined && { problem: `${written} bytes are kept: ${problem}` }),
    };
    const where =
      problem === undefined ? `everything is in the log ${json.log}.` : `the log ${json.log} is cut, ${json.problem}.`;
    const text = `… ${omitted} of the ${this.lines} lines that the cell printed (${this.bytes} bytes) are left out here; ${where}`;
    return [
      { mime: OVERFLOW, json },
      { mime: 'text/plain', text },
    ];
  }
}

function problemOf(e: unknown): string {
  const { code, message } = e as NodeJS.ErrnoException;
  return code === 'ENOSPC' ? 'no space is left on the disk' : message;
}

function newlines(text: string): number {
  let count = 0;
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) count++;
  return count;
}

/** How much of `text` fits into this many characters and lines; never splits a surrogate pair. */
function cut(text: string, chars: number, lines: number): number {
  let end = Math.min(text.length, chars);
  let at = -1;
  for (let n = 0; n < lines; n++) {
    const next = text.indexOf('\n', at + 1);
    if (next < 0 || next >= end) return surrogateSafe(text, end);
    at = next;
  }
  end = Math.min(end, at + 1);
  return surrogateSafe(text, Math.max(end, 0));
}

function surrogateSafe(text: string, end: number): number {
  return end > 0 && end < text.length && /[\ud800-\udbff]/.test(text[end - 1]!) ? end - 1 : end;
}
