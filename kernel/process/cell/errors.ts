// Turns thrown values into error outputs: name, message, a code frame, and stack frames with cells and lines as the
// user typed them.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { codeFrameColumns } from '@babel/code-frame';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { CELL_ERROR, ERROR } from '../../wire/mime.ts';
import type { CellError, ErrorFrame, PlainError } from '../../wire/errors.ts';
import type { MimeBundle } from '../../wire/protocol.ts';
import { originalTexts } from './function-text.ts';
import { SourceError } from './strip.ts';

/** URL scheme of the script names of cells: `dlnb-cell:/<id>/<version>`. */
const SCHEME = 'dlnb-cell:';
const MAX_FRAMES = 30;
const MAX_CAUSES = 5;

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
    return `${SCHEME}/${encodeURIComponent(cell)}/${++this.version}`;
  }

  /** Remembers the text of a script as typed, and its source map, for stack frames in it. */
  add(script: string, source: string, map?: string): void {
    this.scripts.set(script, { source, ...(map ? { map } : {}) });
  }

  /** Sets the ids of the notebook's cells in order, for cell numbers. */
  setOrder(order: readonly string[]): void {
    this.order = order;
  }

  /** The cell of the innermost stack frame of an error that is in a cell. */
  cellOf(error: unknown): string | undefined {
    return this.frames(stackOf(error)).find((f) => f.frame.cell !== undefined)?.frame.cell;
  }

  /**
   * Replaces script positions in a text, such as a printed stack, by `cell 3, line 7` or a path with the line as typed.
   */
  rewrite(text: string): string {
    text = originalTexts(text);
    if (!text.includes(SCHEME) && !text.includes('file://')) return text;
    return text.replace(/(?:dlnb-cell:\/[^\s:()]+|file:\/\/\/[^\s()]+?):(\d+):(\d+)/g, (whole) => {
      const at = /^(.*):(\d+):(\d+)$/.exec(whole)!;
      if (!at[1]!.startsWith(SCHEME) && !this.scripts.has(at[1]!)) return whole;
      const located = this.locate('', at[1]!, Number(at[2]), Number(at[3]));
      return located ? place(located.frame) : whole;
    });
  }

  /** Reads any thrown value. Never throws, even if getters of the value do. */
  read(thrown: unknown, depth = 0): CellError {
    let name = 'Error';
    let message: string;
    const isError =
      thrown instanceof Error ||
      (typeof thrown === 'object' && thrown !== null && 'stack' in thrown && 'message' in thrown);
    try {
      if (isError) {
        const e = thrown as Error;
        name = String(e.name || e.constructor?.name || 'Error');
        message = String(e.message);
      } else {
        name = 'Thrown';
        message = inspect(thrown, { depth: 2, breakLength: 100 }).slice(0, 2000);
      }
    } catch {
      message = 'a value that cannot be read was thrown';
    }
    const located =
      thrown instanceof SourceError ? this.locatedSource(thrown) : this.frames(isError ? stackOf(thrown) : '');
    const inner = located.find((l) => l.source !== undefined);
    const error: CellError = { version: 1, name, message: this.rewrite(message), frames: located.map((l) => l.frame) };
    if (inner) {
      error.codeFrame = frameOf(inner.source!, inner.frame);
      error.at = inner.frame;
    }
    const hint = hintFor(name, message);
    if (hint) error.hint = hint;
    const causes = depth < MAX_CAUSES && isError ? causesOf(thrown) : [];
    if (causes.length) error.causes = causes.slice(0, MAX_CAUSES).map((c) => this.read(c, depth + 1));
    return error;
  }

  /** The output of an error: our own representation, and VS Code's for programs that do not know ours. */
  bundle(error: CellError): MimeBundle {
    const plain: PlainError = { name: error.name, message: error.message, stack: errorText(error) };
    return [
      { mime: CELL_ERROR, json: error },
      { mime: ERROR, json: plain },
    ];
  }

  private locatedSource(e: SourceError): Located[] {
    const frame = this.frameAt('', e.script, e.line, e.column);
    return [{ frame, source: e.code }];
  }

  private frames(stack: string): Located[] {
    const located: Located[] = [];
    for (const line of stack.split('\n')) {
      const m = /^\s+at (?:(.*?) \()?(?:async )?((?:dlnb-cell:|file:|node:|\/|[A-Za-z]:\\).*?):(\d+):(\d+)\)?$/.exec(
        line,
      );
      if (!m) continue;
      const l = this.locate((m[1] ?? '').replace(/^async /, ''), m[2]!, Number(m[3]), Number(m[4]));
      if (l) located.push(l);
      if (located.length === MAX_FRAMES) break;
    }
    return located;
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
    const name = /^(eval|Object\.eval|<anonymous>|Module\.<anonymous>)$/.test(fn) ? '' : fn;
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

function stackOf(thrown: unknown): string {
  try {
    return String((thrown as Error)?.stack ?? '');
  } catch {
    return '';
  }
}

function causesOf(thrown: unknown): unknown[] {
  const e = thrown as { cause?: unknown; errors?: unknown };
  return [...(e.cause !== undefined ? [e.cause] : []), ...(Array.isArray(e.errors) ? e.errors : [])];
}

function frameOf(source: string, { line, column }: ErrorFrame): string {
  return codeFrameColumns(source, { start: { line, column } }, { linesAbove: 2, linesBelow: 2, highlightCode: false });
}

/** `cell 3, line 7` or `helper.ts, line 7`. */
export function place(frame: ErrorFrame): string {
  const where =
    frame.cell !== undefined ? (frame.cellNumber ? `cell ${frame.cellNumber}` : 'a deleted cell') : frame.file;
  return `${where}, line ${frame.line}`;
}

/** The error as plain text: first line, hint, code frame, frames, causes. */
export function errorText(error: CellError, indent = ''): string {
  const lines = [`${error.name}: ${error.message}`];
  if (error.hint) lines.push(error.hint);
  if (error.codeFrame) lines.push('', `${place(error.at!)}:`, ...error.codeFrame.split('\n'), '');
  for (const f of error.frames) lines.push(`    at ${f.fn ? `${f.fn} (${place(f)})` : place(f)}`);
  for (const c of error.causes ?? []) lines.push('Caused by:', errorText(c, '  '));
  return lines.map((l) => indent + l).join('\n');
}

function hintFor(name: string, message: string): string | undefined {
  if (name === 'ReferenceError' && /^(module|exports) is not defined$/.test(message))
    return 'A cell is no CommonJS module and exports nothing: its variables are known in all cells that run later.';
  if (name === 'ReferenceError' && /^(\S+) is not defined$/.test(message)) {
    return 'If another cell declares it, run that cell first.';
  }
  if (name === 'RangeError' && message.startsWith('Maximum call stack')) return 'A function calls itself endlessly.';
  return undefined;
}
