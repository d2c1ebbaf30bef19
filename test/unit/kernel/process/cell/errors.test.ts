// Thrown values as a reader sees them: frames of cells by number and line, frames of Node and the kernel left out.
import { describe, expect, it } from 'vitest';
import { ErrorReader, errorText, place } from '../../../../../kernel/process/cell/errors.ts';
import { missingPackage } from '../../../../../kernel/process/cell/missing-package.ts';
import { Resolver } from '../../../../../kernel/process/cell/modules/resolve.ts';
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

  it('of callers in other cells and files have their typed line', async () => {
    const { reader, script, lines } = await readerOf(typed);
    const other = reader.nameScript('z');
    reader.add(other, 'const x = 1;\n  use(x);');
    reader.add('file:///home/me/book/lib.ts', 'export const use = f;\nf();');
    const line = lines.findIndex((l) => l.includes('throw new'));
    const at = `${script}:${line + 1}:${lines[line]!.indexOf('new') + 1}`;
    const stack = [`f (${at})`, 'use (file:///home/me/book/lib.ts:2:1)', `${other}:2:3`, `${other}:1:1`];
    const { frames } = reader.read(thrown('no', stack));
    expect(frames.map((f) => f.code)).toEqual([undefined, 'f();', 'use(x);', undefined]);
  });

  it('are found in a stack that was written for another error', async () => {
    const { reader } = await readerOf(typed);
    const stack = 'Error: no\n    at f (cell 2, line 3)\n    at lib/a.ts, line 4\n    at a deleted cell, line 1';
    const frames = reader.read(Object.assign(new Error('no'), { stack })).frames;
    expect(frames).toMatchObject([
      { fn: 'f', cell: 'a', cellNumber: 2, line: 3, column: 3 },
      { file: 'lib/a.ts', line: 4 },
      { file: 'a deleted cell', line: 1 },
    ]);
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
    expect(place(reader.read(new SourceError('bad', script, 1, 1, typed)).frames[0]!)).toBe('a deleted cell, line 1');
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

  it('is shown once if it is its own cause', async () => {
    const { reader } = await readerOf(typed);
    const [a, b] = [new Error('a'), new Error('b')];
    a.cause = b;
    b.cause = a;
    expect(reader.read(a).causes).toMatchObject([{ message: 'b' }]);
    expect(reader.read(a).causes![0]!.causes).toBeUndefined();
  });

  it('shows both errors of a SuppressedError, and errors only where errors are', async () => {
    const { reader } = await readerOf(typed);
    const both = Object.assign(new Error('at disposal'), { error: new Error('new'), suppressed: new Error('old') });
    both.name = 'SuppressedError';
    expect(reader.read(both).causes?.map((c) => `${c.label}: ${c.message}`)).toEqual([
      'Error at the end of the block: new',
      'Suppressed by it: old',
    ]);
    const issues = Object.assign(new Error('invalid'), { errors: [{ path: 'a' }] });
    expect(reader.read(issues)).toMatchObject({ properties: "{ errors: [ { path: 'a' } ] }" });
    expect(reader.read(issues).causes).toBeUndefined();
  });

  it('has the name of its class and its own properties', async () => {
    const { reader } = await readerOf(typed);
    class HttpError extends TypeError {
      status = 404;
      get body(): never {
        throw new Error('from a getter');
      }
    }
    expect(reader.read(new HttpError('no'))).toMatchObject({ name: 'HttpError', properties: '{ status: 404 }' });
    class Named extends Error {
      override name = 'ByItself';
    }
    expect(reader.read(new Named('no')).name).toBe('ByItself');
    expect(reader.read(new Named('no')).properties).toBeUndefined();
    expect(reader.read(new RangeError('no')).name).toBe('RangeError');
  });

  it('may be a proxy whose traps throw', async () => {
    const { reader } = await readerOf(typed);
    const trap = (): never => {
      throw new Error('from a trap');
    };
    const handler = { get: trap, getPrototypeOf: trap, has: trap, ownKeys: trap, getOwnPropertyDescriptor: trap };
    expect(reader.read(new Proxy({ a: 1 }, handler))).toMatchObject({ name: 'Thrown', message: '{ a: 1 }' });
    expect(reader.read(new Error('outer', { cause: new Proxy({}, handler) })).causes).toMatchObject([{ name: '' }]);
    expect(reader.cellOf(new Proxy(new Error(''), handler))).toBeUndefined();
  });

  it('names the package that is missing', async () => {
    const { reader } = await readerOf(typed);
    const resolver = new Resolver('/home/me', []);
    let thrown: unknown;
    try {
      resolver.resolve('@scope/name/deep', resolver.cell);
    } catch (e) {
      thrown = e;
    }
    expect(reader.read(thrown).missingPackage).toBe('@scope/name');
    const required = Object.assign(
      new Error("Cannot find module 'lodash/fp'\nRequire stack:\n- /home/me/notebook.js"),
      {
        code: 'MODULE_NOT_FOUND',
      },
    );
    expect(reader.read(required)).toMatchObject({
      missingPackage: 'lodash',
      message: "Cannot find module 'lodash/fp'",
    });
    for (const specifier of ['./a.js', '/a/b', 'C:\\a', 'node:none', 'fs', 'a b', '-g', '..'])
      expect(missingPackage('MODULE_NOT_FOUND', `Cannot find module '${specifier}'`)).toBeUndefined();
    expect(reader.read(new Error('Cannot find package "x"')).missingPackage).toBeUndefined();
  });

  it('gets a hint where one helps', async () => {
    const { reader } = await readerOf(typed);
    expect(reader.read(new ReferenceError('a is not defined')).hint).toMatch(/run that cell first/);
    expect(reader.read(new RangeError('Maximum call stack size exceeded')).hint).toMatch(/calls itself/);
    expect(reader.read(new Error('a is not defined')).hint).toBeUndefined();
    const hint = (name: string) => reader.read(new ReferenceError(`${name} is not defined`)).hint;
    expect(hint('tf')).toContain("import * as tf from '@tensorflow/tfjs'");
    expect(hint('viz')).toContain("import { viz } from 'dlnb'");
    expect(hint('fs')).toContain("import * as fs from 'node:fs'");
    expect(hint('document')).toContain('Node, which has no page');
    expect(hint('module')).toContain('no exports');
    expect(hint('Deno')).toContain('not in Deno');
  });
});

describe('as text', () => {
  it('has the message, the hint, the code frame, the frames and the causes', async () => {
    const { reader, script } = await readerOf(typed);
    const error = thrown('outer', [`f (${script}:1:31)`], { cause: thrown('inner', []) });
    const text = errorText(reader.read(error));
    expect(text.split('\n')[0]).toBe('Error: outer');
    expect(text).toMatch(/^cell 2, line 2, in f:$/m);
    expect(text.match(/cell 2/g)).toHaveLength(1);
    expect(text).toMatch(/Caused by:\n {2}Error: inner$/);
  });

  it('leaves out lines of the kernel', async () => {
    const { reader, script } = await readerOf(typed);
    const text = `Error: x\n    at ${script}:1:31\n    at Session.run (/opt/dlnb/dist/kernel.js:3:4)\nmore`;
    expect(reader.rewrite(text)).toBe('Error: x\n    at cell 2, line 2\nmore');
  });

  it('replaces script positions in printed text', async () => {
    const { reader, script, lines } = await readerOf(typed);
    const line = lines.findIndex((l) => l.includes('throw new'));
    expect(reader.rewrite(`see ${script}:${line + 1}:9`)).toBe('see cell 2, line 3');
    expect(reader.rewrite('see file:///home/x.ts:1:2')).toBe('see file:///home/x.ts:1:2');
  });
});
