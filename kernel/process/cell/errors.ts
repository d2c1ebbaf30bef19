// Turns thrown values into error outputs: name, message, a code frame, and stack frames with cells and lines as the
// user typed them.
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { codeFrameColumns } from '@babel/code-frame';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { CELL_ERROR, ERROR } from '../../wire/mime.ts';
import type { CellError, ErrorFrame, PlainError } from '../../wire/errors.ts';
import type { MimeBundle } from '../../wire/protocol.ts';
import { hintFor, tidyTensorMessage } from './hints.ts';
import { missingPackage } from './missing-package.ts';
import { Stacks } from './stacks.ts';
import { originalTexts } from './function-text.ts';
import { SourceError } from './strip.ts';
import { isError, nameOf, partsOf, propertiesOf, type Part } from './thrown.ts';

/** URL scheme of the script names of cells: `dlnb-cell:/<id>/<version>`. */
const SCHEME = 'dlnb-cell:';
/** The bundle of TensorFlow.js. */
const TENSORS = 'tf.js';
const MAX_FRAMES = 30;
const MAX_DEPTH = 5;
const MAX_PARTS = 8;
/** Longest line of a caller, in characters. */
const MAX_CODE = 120;

/** Names that V8 and Node give to the top level of a text and to functions without a name. */
const NO_NAME =
  /^(eval|Object\.eval|<anonymous>|Module\.<anonymous>|(Timeout|Immediate)\._on(Timeout|Immediate)|__dlnb\..*)$/;

/** A script that ran, with its source map. */
interface Script {
  source: string;
  map?: string;
  trace?: TraceMap;
}

/** A stack frame, with the source text if it is known. */
interface Located {
  frame: ErrorFrame;
  source?: string;
}

/** Remembers the scripts that ran, and turns errors into {@link CellError}s. */
export class ErrorReader {
  private readonly scripts = new Map<string, Script>();
  /** The script of the last run of each cell. */
  private readonly latest = new Map<string, string>();
  private readonly stacks = new Stacks({
    lines: (error, raw) => this.stackLines(error, raw),
    site: (site) => this.siteAsTyped(site),
  });
  private order: readonly string[] = [];
  private version = 0;

  constructor(
    /** The notebook's folder. Paths are shown relative to it. */
    private readonly dir: string,
    /** The folder of the kernel's bundles. Stack frames in it are omitted. */
    private readonly ownDir: string,
  ) {}

  /** Makes a new script name for a cell. */
  nameScript(cell: string): string {
    const script = `${SCHEME}/${encodeURIComponent(cell)}/${++this.version}`;
    this.latest.set(cell, script);
    return script;
  }

  /** Makes the stacks of all errors name cells and lines as typed, also after a cell has changed how stacks are made. */
  attach(): void {
    this.stacks.attach();
  }

  /** Remembers the text of a script as typed, and its source map, for stack frames in it. */
  add(script: string, source: string, map?: string): void {
    this.scripts.set(script, { source, ...(map ? { map } : {}) });
  }

  /** `cell 3`; undefined for a cell that is not in the notebook. */
  numberOf(cell: string | undefined): string | undefined {
    const at = cell === undefined ? -1 : this.order.indexOf(cell);
    return at < 0 ? undefined : `cell ${at + 1}`;
  }

  /** Sets the ids of the notebook's cells in order, for cell numbers. */
  setOrder(order: readonly string[]): void {
    this.order = order;
  }

  /** The cell of the innermost stack frame of an error that is in a cell. */
  cellOf(error: unknown): string | undefined {
    return this.framesOf(error).find((f) => f.frame.cell !== undefined)?.frame.cell;
  }

  /**
   * Replaces script positions in a text, such as the stack of an error of another realm, by `cell 3, line 7` or a path
   * with the line as typed, and leaves out lines of the kernel.
   */
  rewrite(text: string): string {
    if (text.includes(this.ownDir)) text = text.replace(/^ +at .*(?:\n|$)/gm, (line) => (this.isOwn(line) ? '' : line));
    text = originalTexts(text);
    if (!text.includes(SCHEME) && !text.includes('file://')) return text;
    return text.replace(/(?:dlnb-cell:\/[^\s:()]+|file:\/\/\/[^\s()]+?):(\d+):(\d+)/g, (whole) => {
      const at = /^(.*):(\d+):(\d+)$/.exec(whole)!;
      if (!at[1]!.startsWith(SCHEME) && !this.scripts.has(at[1]!)) return whole;
      const located = this.locate('', at[1]!, Number(at[2]), Number(at[3]));
      return located ? place(located.frame) : whole;
    });
  }

  /** Reads any thrown value. Never throws, even if getters or proxies do. */
  read(thrown: unknown): CellError {
    return this.readPart({ value: thrown }, 0, new Set());
  }

  /** @param above the errors that hold this one */
  private readPart({ value, label }: Part, depth: number, above: ReadonlySet<unknown>): CellError {
    const own = isError(value);
    const raw = own ? this.rawOf(value) : '';
    const first = raw.split('\n', 1)[0]!;
    const ours = this.isOwn(first);
    let name = depth === 0 ? 'Thrown' : '';
    let message = 'a value that cannot be read was thrown';
    let code: unknown;
    try {
      if (own) {
        name = 'Error';
        // Names of classes inside the kernel's bundle are not the names of their sources
        name = nameOf(value, !ours);
        code = (value as { code?: unknown }).code;
        message = String(value.message);
      } else {
        message = inspect(value, { depth: 2, breakLength: 100 }).slice(0, 2000);
      }
    } catch {
      // keeps what could be read
    }
    if (first.includes(path.join(this.ownDir, TENSORS))) message = tidyTensorMessage(message);
    const missing = missingPackage(code, message);
    if (missing !== undefined) message = message.replace(/\nRequire stack:[^]*$/, '');
    const located = own ? this.framesOf(value) : [];
    const error: CellError = { version: 1, name, message: this.rewrite(message), frames: located.map((l) => l.frame) };
    if (label !== undefined) error.label = label;
    this.addSource(error, located);
    const properties = own && missing === undefined && !(value instanceof SourceError) ? propertiesOf(value) : '';
    if (properties) error.properties = this.rewrite(properties);
    const hint = hintFor(name, message);
    if (hint) error.hint = hint;
    if (missing !== undefined) error.missingPackage = missing;
    const within = new Set([...above, value]);
    const parts = depth < MAX_DEPTH && own ? partsOf(value).filter((part) => !within.has(part.value)) : [];
    if (parts.length) error.causes = parts.slice(0, MAX_PARTS).map((part) => this.readPart(part, depth + 1, within));
    return error;
  }

  /** Adds the code frame, and the typed lines of the callers in other cells and files. */
  private addSource(error: CellError, located: Located[]): void {
    const inner = located.find((l) => l.source !== undefined);
    if (!inner) return;
    error.codeFrame = frameOf(inner.source!, inner.frame);
    error.at = inner.frame;
    const shown = new Set([where(inner.frame)]);
    for (const { frame, source } of located) {
      if (source === undefined || shown.has(where(frame))) continue;
      shown.add(where(frame));
      const line = source.split('\n')[frame.line - 1]?.trim();
      if (line) frame.code = line.length <= MAX_CODE ? line : `${line.slice(0, MAX_CODE - 1)}…`;
    }
  }

  /** The output of an error: our own representation, and VS Code's for programs that do not know ours. */
  bundle(error: CellError): MimeBundle {
    const plain: PlainError = { name: error.name, message: error.message, stack: errorText(error) };
    return [
      { mime: CELL_ERROR, json: error },
      { mime: ERROR, json: plain },
    ];
  }

  private locatedSource(e: SourceError): Located {
    return { frame: this.frameAt('', e.script, e.line, e.column), source: e.code };
  }

  /** The frames of an error, of its stack as V8 made it if no code has replaced that. */
  private framesOf(thrown: unknown): Located[] {
    if (!isError(thrown)) return [];
    const frames = this.frames(this.rawOf(thrown));
    return thrown instanceof SourceError ? [this.locatedSource(thrown), ...frames] : frames;
  }

  /** The stack with the frames of the kernel, as far as it is known. */
  private rawOf(error: Error): string {
    try {
      const stack: unknown = error.stack;
      const trace = this.stacks.traceOf(error, stack);
      if (trace) return trace.raw;
      return typeof stack === 'string' ? stack.slice(Math.max(0, stack.search(/^ +at /m))) : '';
    } catch {
      return '';
    }
  }

  /** What {@link Stacks} writes below the message. */
  private stackLines(error: object, raw: string): string[] {
    const first = error instanceof SourceError ? [this.locatedSource(error)] : [];
    return [...first, ...this.frames(raw)].map(({ frame }) => `    at ${frameText(frame)}`);
  }

  private siteAsTyped(site: NodeJS.CallSite): NodeJS.CallSite | undefined {
    const text = `    at ${String(site)}`;
    if (this.isOwn(text) || text.includes('(node:inspector:')) return undefined;
    const script = site.getScriptNameOrSourceURL() ?? '';
    if (!this.scripts.has(script)) return site;
    const located = this.frames(text)[0]?.frame;
    if (!located) return undefined;
    const name = script.startsWith(SCHEME) ? place(located).replace(/, line \d+$/, '') : script;
    const at = `${name}:${located.line}:${located.column}`;
    return asTyped(site, {
      getFileName: () => name,
      getScriptNameOrSourceURL: () => name,
      getLineNumber: () => located.line,
      getColumnNumber: () => located.column,
      toString: () => (located.fn ? `${located.fn} (${at})` : at),
    });
  }

  /** Whether a line of a stack is in the kernel's bundles. */
  private isOwn(line: string): boolean {
    return line.includes(this.ownDir + path.sep);
  }

  private frames(stack: string): Located[] {
    const located: Located[] = [];
    for (const line of stack.split('\n')) {
      const m = /^\s+at (?:(.*?) \()?(?:async )?((?:dlnb-cell:|file:|node:|\/|[A-Za-z]:\\).*?):(\d+):(\d+)\)?$/.exec(
        line,
      );
      if (!m) {
        const written = this.written(line);
        if (written) located.push(written);
        continue;
      }
      const l = this.locate((m[1] ?? '').replace(/^async /, ''), m[2]!, Number(m[3]), Number(m[4]));
      if (l) located.push(l);
      if (located.length === MAX_FRAMES) break;
    }
    return located;
  }

  /** A frame that {@link stackLines} has written: a cell put it into the stack of another error. */
  private written(line: string): Located | undefined {
    const m = /^ +at (?:(.*?) \()?(?:cell (\d+)|([^:()]+)), line (\d+)\)?$/.exec(line);
    if (!m) return undefined;
    const cell = m[2] === undefined ? undefined : this.order[Number(m[2]) - 1];
    const script = cell === undefined ? pathToFileURL(path.resolve(this.dir, m[3] ?? '')).href : this.latest.get(cell);
    const known = script === undefined ? undefined : this.scripts.get(script);
    const line0 = Number(m[4]);
    const column = (known?.source.split('\n')[line0 - 1]?.search(/\S/) ?? 0) + 1;
    const frame: ErrorFrame = {
      fn: m[1] ?? '',
      ...(cell === undefined ? { file: m[3] ?? 'a deleted cell' } : { cell, cellNumber: Number(m[2]) }),
      line: line0,
      column: Math.max(1, column),
    };
    return { frame, ...(known && { source: known.source }) };
  }

  /** The stack frame at its position as typed; undefined for frames of Node and of the kernel. */
  private locate(fn: string, script: string, line: number, column: number): Located | undefined {
    if (script.startsWith('node:')) return undefined;
    const known = this.scripts.get(script);
    if (!known) {
      const file = script.startsWith('file:') ? fileURLToPath(script) : script;
      if (file.startsWith(this.ownDir + path.sep)) return undefined;
      return { frame: this.frameAt(fn, script, line, column) };
    }
    if (known.map) {
      known.trace ??= new TraceMap(known.map);
      const at = originalPositionFor(known.trace, { line, column: column - 1 });
      if (at.line === null) return undefined; // code that the kernel inserted
      line = at.line;
      column = at.column + 1;
    }
    return { frame: this.frameAt(fn, script, line, column), source: known.source };
  }

  private frameAt(fn: string, script: string, line: number, column: number): ErrorFrame {
    const name = NO_NAME.test(fn) ? '' : fn;
    if (script.startsWith(SCHEME)) {
      const cell = decodeURIComponent(script.slice(SCHEME.length + 1).replace(/\/\d+$/, ''));
      const number = this.order.indexOf(cell) + 1;
      return { fn: name, cell, ...(number ? { cellNumber: number } : {}), line, column };
    }
    const file = script.startsWith('file:') ? fileURLToPath(script) : script;
    const relative = path.relative(this.dir, file);
    const inPackages = file.lastIndexOf(`node_modules${path.sep}`);
    const shown = inPackages >= 0 ? file.slice(inPackages) : relative.startsWith('..') ? path.basename(file) : relative;
    return { fn: name, file: shown.split(path.sep).join('/'), line, column };
  }
}

/** A call site with some of its methods replaced. Its other methods work on V8's own object only. */
function asTyped(site: NodeJS.CallSite, methods: Partial<NodeJS.CallSite> & { toString(): string }): NodeJS.CallSite {
  return new Proxy(site, {
    get: (target, key) => {
      const value: unknown = Reflect.get(Object.hasOwn(methods, key) ? methods : target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const where = ({ cell, file }: ErrorFrame) => (cell !== undefined ? `cell ${cell}` : `file ${file}`);

function frameOf(source: string, { line, column }: ErrorFrame): string {
  return codeFrameColumns(source, { start: { line, column } }, { linesAbove: 2, linesBelow: 2, highlightCode: false });
}

/** `cell 3, line 7` or `helper.ts, line 7`. */
export function place(frame: ErrorFrame): string {
  const where =
    frame.cell !== undefined ? (frame.cellNumber ? `cell ${frame.cellNumber}` : 'a deleted cell') : frame.file;
  return `${where}, line ${frame.line}`;
}

/** `cell 3, line 7, in f`, or the place alone. */
const headText = (frame: ErrorFrame) => (frame.fn ? `${place(frame)}, in ${frame.fn}` : place(frame));

/** `f (cell 3, line 7)`, or the place alone. */
const frameText = (frame: ErrorFrame) => (frame.fn ? `${frame.fn} (${place(frame)})` : place(frame));

/**
 * The error as plain text: first line, own properties, hint, code frame with its place, the other frames, causes. Each
 * place is named once.
 */
export function errorText(error: CellError, indent = ''): string {
  const lines = [error.name ? `${error.name}: ${error.message}` : error.message];
  if (error.properties) lines.push(...error.properties.split('\n'));
  if (error.hint) lines.push(error.hint);
  const { inner, callers } = split(error);
  lines.push(...inner.map((f) => `    at ${frameText(f)}`));
  if (error.codeFrame && error.at) lines.push('', `${headText(error.at)}:`, ...error.codeFrame.split('\n'), '');
  lines.push(...callers.map((f) => `    called from ${frameText(f)}${f.code === undefined ? '' : `: ${f.code}`}`));
  for (const c of error.causes ?? []) lines.push(`${c.label ?? 'Caused by'}:`, errorText(c, '  '));
  return lines.map((l) => indent + l).join('\n');
}

/** The frames inside the place of the code frame, and those that called it. */
function split({ frames, at }: CellError): { inner: ErrorFrame[]; callers: ErrorFrame[] } {
  const index = at ? frames.findIndex((f) => samePlace(f, at)) : -1;
  return index < 0
    ? { inner: frames, callers: [] }
    : { inner: frames.slice(0, index), callers: frames.slice(index + 1) };
}

const samePlace = (a: ErrorFrame, b: ErrorFrame) =>
  a.cell === b.cell && a.file === b.file && a.line === b.line && a.column === b.column;
