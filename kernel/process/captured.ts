// process.stdout and process.stderr of cells: streams like those of a terminal, whose text goes to the cell that wrote
// it. And the environment that tells libraries to print colors.
import { Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { clearLine, clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { WriteStream } from 'node:tty';
import { SCREEN_COLUMNS as COLUMNS, SCREEN_ROWS as ROWS } from '../wire/limits.ts';

type StreamName = 'stdout' | 'stderr';

/** Where the text of a stream goes. */
export interface Printer {
  print(name: StreamName, text: string): void;
  /** The run that the executing code belongs to. */
  owner(): object;
}

type Done = (error?: Error | null) => void;

/** One standard stream. It cannot be ended: cells that come later print too. */
class CapturedStream extends Writable {
  readonly isTTY = true;
  readonly columns = COLUMNS;
  readonly rows = ROWS;
  readonly fd: 1 | 2;
  /** Decodes the bytes that each run writes; a character may come in two pieces. */
  private readonly decoders = new WeakMap<object, StringDecoder>();

  constructor(
    private readonly streamName: StreamName,
    private readonly printer: Printer,
  ) {
    super({ decodeStrings: false });
    this.fd = streamName === 'stdout' ? 1 : 2;
  }

  override _write(chunk: string | Uint8Array, encoding: BufferEncoding | 'buffer', done: Done): void {
    const owner = this.printer.owner();
    let decoder = this.decoders.get(owner);
    let text;
    if (typeof chunk === 'string' && !isBinary(encoding)) {
      text = (decoder?.end() ?? '') + chunk;
    } else {
      if (!decoder) this.decoders.set(owner, (decoder = new StringDecoder('utf8')));
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding) : chunk;
      text = decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    }
    if (text) this.printer.print(this.streamName, text);
    done();
  }

  /** As on Node's own standard streams, the last text is written, and the stream stays. */
  override end(chunk?: unknown, encoding?: unknown, done?: unknown): this {
    const callback = [chunk, encoding, done].find((a) => typeof a === 'function') as (() => void) | undefined;
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function')
      this.write(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
    if (callback) process.nextTick(callback);
    process.nextTick(() => this.emit('finish'));
    return this;
  }

  /** Destroying has no effect either. */
  override _destroy(_error: Error | null, done: Done): void {
    done();
  }
  override destroy(): this {
    return this;
  }

  clearLine(direction: -1 | 0 | 1, done?: () => void): boolean {
    return clearLine(this, direction, done);
  }
  clearScreenDown(done?: () => void): boolean {
    return clearScreenDown(this, done);
  }
  cursorTo(x: number, y?: number | (() => void), done?: () => void): boolean {
    return typeof y === 'function' ? cursorTo(this, x, undefined, y) : cursorTo(this, x, y, done);
  }
  moveCursor(dx: number, dy: number, done?: () => void): boolean {
    return moveCursor(this, dx, dy, done);
  }
  getWindowSize(): [number, number] {
    return [this.columns, this.rows];
  }
  getColorDepth(env: object = process.env): number {
    return WriteStream.prototype.getColorDepth.call(this as never, env);
  }
  hasColors(count?: number | object, env?: object): boolean {
    return WriteStream.prototype.hasColors.call(this as never, count as number, env as object);
  }
  /** For libraries that look at the handle. */
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}

/** Encodings whose strings stand for bytes, which are text in UTF-8. */
const isBinary = (encoding: string) => /^(base64|base64url|hex|latin1|binary|ucs-?2|utf-?16le)$/i.test(encoding);

/** Replaces the standard streams of this process. */
export function captureStreams(printer: Printer): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const value = new CapturedStream(name, printer);
    Object.defineProperty(process, name, { value, configurable: true, enumerable: true, writable: true });
  }
}

/**
 * Lets libraries print colors: they find `FORCE_COLOR` unless the user has set it or `NO_COLOR`. Child processes do
 * not inherit it, because their output is often read by the cell. `console.log` prints values without colors.
 */
export function offerColors(): void {
  const mode = Object.getOwnPropertySymbols(console).find(({ description }) => description === 'kColorMode');
  if (mode) Object.defineProperty(console, mode, { value: false, writable: true, configurable: true });
  const own = process.env;
  if (own['FORCE_COLOR'] !== undefined || own['NO_COLOR'] !== undefined || own['NODE_DISABLE_COLORS']) return;
  let offered = true;
  const isColor = (key: string | symbol) => offered && key === 'FORCE_COLOR';
  process.env = new Proxy(own, {
    get: (env, key) => (isColor(key) ? '1' : (Reflect.get(env, key) as unknown)),
    has: (env, key) => isColor(key) || Reflect.has(env, key),
    set: (env, key, value) => {
      if (key === 'FORCE_COLOR' || key === 'NO_COLOR') offered = false;
      env[key as string] = value as string;
      return true;
    },
    deleteProperty: (env, key) => {
      if (key === 'FORCE_COLOR') offered = false;
      return Reflect.deleteProperty(env, key);
    },
  });
}
