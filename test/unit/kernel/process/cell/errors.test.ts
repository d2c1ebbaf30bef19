// Thrown values as a reader sees them: frames of cells by number and line, frames of Node and the kernel left out.
import { describe, expect, it } from 'vitest';
import { ErrorReader, errorText, place } from '../../../../../kernel/process/cell/errors.ts';
import { SourceError } from '../../../../../kernel/process/cell/strip.ts';
import { transformCell } from '../../../../../kernel/process/cell/transform.ts';

const typed = 'const a: number = 1;\nfunction f(): never {\n  throw new Error("no");\n}\nf();';

/** A reader that knows one cell, `a`, with its script; the notebook has the cells `z` and `a`. */
async function readerOf(source: string): Promise<{ reader: ErrorReader; script: string; lines: string[] }> {
  const reader = new ErrorReader('/home/me/book', '/opt/dlnb/dist');
  const script = reader.nameScript('a');
  const { expression, map } = await transformCell(source, { language: 'typescript', script, declared: new Set() });
  reader.add(script, source, map);
  reader.setOrder(['z', 'a']);
  return { reader, script, lines: expression.split('\n') };
}

/** An error with this stack, as V8 prints it. */
function thrown(message: string, frames: string[], more: ErrorOptions = {}): Error {
  const error = new Error(message, more);
  error.stack = [`Error: ${message}`, ...frames.map((frame) => `    at ${frame}`)].join('\n');
  return error;
}

describe('frames', () => {
  it('name cell and line as typed, by the source map, with a code frame around the innermost', async () => {
    const { reader, script, lines } = await readerOf(typed);
    const line = lines.findIndex((l) => l.includes('throw new'));
    const at = `${script}:${line + 1}:${lines[line]!.indexOf('new') + 1}`;
    const error = reader.read(thrown('no', [`f (${at})`, 'node:internal/vm:1:1', '/opt/dlnb/dist/kernel.js:10:20']));
    expect(error.frames).toEqual([{ fn: 'f', cell: 'a', cellNumber: 2, line: 3, column: 9 }]);
    expect(error.codeFrame).toContain('> 3 |   throw new Error("no");');
    expect(place(error.at!)).toBe('cell 2, line 3');
  });

  it('show files relative to the notebook, packages from node_modules on, others by name', async () => {
    const { reader } = await readerOf(typed);
    const stack = [
      'g (file:///home/me/book/lib/helper.ts:4:2)',
      'h (/home/me/book/node_modules/p/index.js:1:1)',
      'file:///tmp/other.mjs:7:1',
    ];
    const { frames } = reader.read(thrown('no', stack));
    expect(frames.map(place)).toEqual([
      'lib/helper.ts, line 4',
      'node_modules/p/index.js, line 1',
      'other.mjs, line 7',
    ]);
  });

  it('of a cell that is no longer in the notebook say so', async () => {
    const { reader, script } = await readerOf(typed);
    reader.setOrder([]);
    expect(reader.read(new SourceError('bad', script, 1, 1, typed)).frames.map(place)).toEqual([
      'a deleted cell, line 1',
    ]);
  });
});

describe('what was thrown', () => {
  it('may be a syntax error, with its place in the cell', async () => {
    const { reader, script } = await readerOf(typed);
    const error = reader.read(new SourceError('Unexpected ";"', script, 2, 5, '1;\nlet ;'));
    expect(error).toMatchObject({ name: 'SyntaxError', message: 'Unexpected ";"', at: { cellNumber: 2, line: 2 } });
    expect(error.codeFrame).toContain('> 2 | let ;');
  });

  it('may be no error, or one whose parts cannot be read', async () => {
    const { reader } = await readerOf(typed);
    expect(reader.read({ a: 1 })).toMatchObject({ name: 'Thrown', message: '{ a: 1 }', frames: [] });
    const hostile = Object.defineProperty(new Error(''), 'message', {
      get: () => {
        throw new Error('from the getter');
      },
    });
    expect(reader.read(hostile).message).toBe('a value that cannot be read was thrown');
  });

  it('keeps its causes and the errors of an AggregateError, five levels deep at most', async () => {
    const { reader } = await readerOf(typed);
    const both = new AggregateError([new Error('one'), new Error('two')], 'both');
    expect(reader.read(both).causes?.map((c) => c.message)).toEqual(['one', 'two']);
    let error = new Error('0');
    for (let i = 1; i < 9; i++) error = new Error(`${i}`, { cause: error });
    let depth = 0;
    for (let read = reader.read(error).causes?.[0]; read; read = read.causes?.[0]) depth++;
    expect(depth).toBe(5);
  });

  it('gets a hint where one helps', async () => {
    const { reader } = await readerOf(typed);
    expect(reader.read(new ReferenceError('a is not defined')).hint).toMatch(/run that cell first/);
    expect(reader.read(new RangeError('Maximum call stack size exceeded')).hint).toMatch(/calls itself/);
    expect(reader.read(new Error('a is not defined')).hint).toBeUndefined();
  });
});

describe('as text', () => {
  it('has the message, the hint, the code frame, the frames and the causes', async () => {
    const { reader, script } = await readerOf(typed);
    const error = thrown('outer', [`f (${script}:1:31)`], { cause: thrown('inner', []) });
    const text = errorText(reader.read(error));
    expect(text.split('\n')[0]).toBe('Error: outer');
    expect(text).toMatch(/^cell 2, line 2:$/m);
    expect(text).toMatch(/^ {4}at f \(cell 2, line 2\)$/m);
    expect(text).toMatch(/Caused by:\n {2}Error: inner$/);
  });

  it('replaces script positions in printed text', async () => {
    const { reader, script, lines } = await readerOf(typed);
    const line = lines.findIndex((l) => l.includes('throw new'));
    expect(reader.rewrite(`see ${script}:${line + 1}:9`)).toBe('see cell 2, line 3');
    expect(reader.rewrite('see file:///home/x.ts:1:2')).toBe('see file:///home/x.ts:1:2');
  });
});
