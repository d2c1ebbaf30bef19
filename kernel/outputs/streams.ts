// Printed text of cells: collected per run, sent in pieces at most 30 times a second, and capped. Once the cap is
// reached, the whole text goes to a log file.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { OutputEvent } from '../wire/protocol.ts';
import { OVERFLOW } from '../wire/mime.ts';
import type { OverflowNotice } from '../wire/overflow.ts';

/** A cell shows this much of its printed text; the rest is in its log. */
export const MAX_SHOWN_CHARS = 1 << 20;
export const MAX_SHOWN_LINES = 10_000;
/** Largest size of a log. */
export const MAX_LOG_BYTES = 1 << 30;

const FLUSH_MS = 33;
const FLUSH_CHARS = 1 << 16;

export interface CellStreamsOptions {
  cell: string;
  logDir: string;
  send: (event: OutputEvent) => void;
  /** Makes text readable for the user; applied to each piece before it is sent. */
  rewrite: (text: string) => string;
}

/** stdout and stderr of one run of one cell. */
export class CellStreams {
  private name: 'stdout' | 'stderr' = 'stdout';
  private waiting = '';
  private lastFlush = 0;
  private timer: NodeJS.Timeout | undefined;
  private chars = 0;
  private shownBytes = 0;
  private lines = 0;
  private bytes = 0;
  /** All shown text, kept until the log is begun. */
  private shown: string[] = [];
  private log: { fd: number; name: string; buffer: string[]; size: number; written: number } | undefined;
  private lastNotice = 0;

  constructor(private readonly options: CellStreamsOptions) {}

  write(name: 'stdout' | 'stderr', text: string): void {
    if (!text) return;
    if (name !== this.name) {
      this.flush();
      this.name = name;
    }
    this.bytes += Buffer.byteLength(text);
    let newlines = 0;
    for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) newlines++;
    if (this.log) {
      this.lines += newlines;
      return this.toLog(text);
    }
    const room = cut(text, MAX_SHOWN_CHARS - this.chars, MAX_SHOWN_LINES - this.lines);
    this.lines += newlines;
    const shown = text.slice(0, room);
    this.chars += shown.length;
    this.waiting += shown;
    this.shown.push(shown);
    if (room < text.length) {
      this.flush();
      this.beginLog();
      return this.toLog(text.slice(room));
    }
    const now = performance.now();
    if (this.waiting.length >= FLUSH_CHARS || now - this.lastFlush >= FLUSH_MS) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  /** Sends the waiting text. Call it before another output, to keep the order. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.lastFlush = performance.now();
    if (this.waiting) {
      const text = this.options.rewrite(this.waiting);
      this.waiting = '';
      this.shownBytes += Buffer.byteLength(text);
      this.options.send({ kind: 'stream', name: this.name, text });
    }
    if (this.log && this.lastFlush - this.lastNotice > 500) this.notice();
  }

  /** Sends and writes everything. The streams may be written again afterwards, by timers of the cell. */
  end(): void {
    this.flush();
    if (!this.log) return;
    this.writeLog();
    this.notice();
  }

  /** Ends for good. */
  close(): void {
    this.end();
    if (this.log) closeSync(this.log.fd);
    this.log = undefined;
    this.shown = [];
  }

  private beginLog(): void {
    mkdirSync(this.options.logDir, { recursive: true });
    const name = `${this.options.cell.replace(/[^A-Za-z0-9_-]/g, '_')}.log`;
    this.log = {
      fd: openSync(path.join(this.options.logDir, name), 'w'),
      name,
      buffer: this.shown,
      size: this.chars,
      written: 0,
    };
    this.shown = [];
    this.lastNotice = performance.now();
    this.options.send({ kind: 'display', id: this.noticeId, bundle: this.noticeBundle() });
  }

  private toLog(text: string): void {
    const log = this.log!;
    log.buffer.push(text);
    log.size += text.length;
    if (log.size < 1 << 18) {
      this.timer ??= setTimeout(() => this.end(), 200);
      return;
    }
    this.writeLog();
    if (performance.now() - this.lastNotice > 500) this.notice();
  }

  private writeLog(): void {
    const log = this.log!;
    if (log.buffer.length === 0) return;
    const text = this.options.rewrite(log.buffer.join(''));
    log.buffer = [];
    log.size = 0;
    if (log.written < MAX_LOG_BYTES) log.written += writeSync(log.fd, text);
  }

  private notice(): void {
    this.lastNotice = performance.now();
    this.options.send({ kind: 'update', id: this.noticeId, bundle: this.noticeBundle() });
  }

  private get noticeId(): string {
    return `dlnb-overflow:${this.options.cell}`;
  }

  private noticeBundle() {
    const json: OverflowNotice = {
      version: 1,
      log: this.log!.name,
      lines: this.lines,
      bytes: this.bytes,
      shown: this.shownBytes,
    };
    const full = this.bytes > MAX_LOG_BYTES ? ` The log ends at ${MAX_LOG_BYTES} bytes.` : '';
    const text = `… output is cut here: the cell printed ${this.lines} lines (${this.bytes} bytes) in all; everything is in the log ${json.log}.${full}`;
    return [
      { mime: OVERFLOW, json },
      { mime: 'text/plain', text },
    ];
  }
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
