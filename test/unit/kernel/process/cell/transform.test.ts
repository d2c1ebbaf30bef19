// What a cell is rewritten to, as a table: the cell as typed, and the script that V8's REPL mode evaluates.
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { describe, expect, it } from 'vitest';
import { CHECK, FLAG } from '../../../../../kernel/process/cell/instrument.ts';
import {
  transformCell,
  type TransformedCell,
  type TransformOptions,
} from '../../../../../kernel/process/cell/transform.ts';

const script = 'dlnb-cell:/a/1';
const transform = (cell: string, ...declared: string[]): Promise<TransformedCell> =>
  transformCell(cell, { language: 'typescript', script, declared: new Set(declared) });

/** What loops, functions and arrow functions begin with; the table writes `‹check›;` and `‹check›,` for it. */
const checks = { [`if(${FLAG}[0])${CHECK}();`]: '‹check›;', [`${FLAG}[0]&&${CHECK}(),`]: '‹check›,' };

/** The script without the frame that every cell has: its `let` of new names, if any, then the body on one line. */
async function rewritten(cell: string, ...declared: string[]): Promise<string> {
  const { expression } = await transform(cell, ...declared);
  const frame =
    /^"use strict";(?<lets>let [^;]*;)?try\{(?<body>[^]*)\}catch\(e\)\{__dlnb\.threw\(e\)\}void 0\n\/\/# sourceURL=.*$/;
  const { lets = '', body = '' } = frame.exec(expression)!.groups!;
  const readable = Object.entries(checks).reduce((text, [code, mark]) => text.replaceAll(code, mark), body);
  return `${lets} ${readable}`.replace(/\s+/g, ' ').trim();
}

const table: Record<string, [cell: string, script: string | RegExp][]> = {
  'the value of the last expression goes to the kernel': [
    ['1 + 2', '__dlnb.result(1 + 2);'],
    ['f(1); // why', '__dlnb.result(f(1));'],
    ['a; b', 'a; __dlnb.result(b);'],
    ['x = 5', '__dlnb.result(x = 5);'],
    ['await p', '__dlnb.result(await p);'],
    ['[1].map(f)', '__dlnb.result([1].map(f));'],
    ['({ a: 1 })', '__dlnb.result({ a: 1 });'],
  ],
  'esbuild drops no value, because it is an argument before it reads the cell': [
    ['-1', '__dlnb.result(-1);'],
    ["'a' + 'b'", '__dlnb.result("ab");'],
    ["'text'", '__dlnb.result("text");'],
    ['typeof 5;', '__dlnb.result("number");'],
    ['a; undefined', 'a; __dlnb.result(void 0);'],
    ['1;;', '__dlnb.result(1); ;'],
    ['1 // one\n;', '__dlnb.result(1);'],
    ['f = x => x', '__dlnb.result(f = (x) => (‹check›,( x)));'],
    ['f = a => b => a', '__dlnb.result(f = (a) => (‹check›,( (b) => (‹check›,( a)))));'],
    ['x as number', '__dlnb.result(x);'],
    ['using r = f(); r.n', /__dlnb\.result\(r\.n\);/],
    ['#!/usr/bin/env node\n1', '__dlnb.result(1);'],
  ],
  'a cell that could be a block or an object is an object': [
    ['{ a: 1, b: 2 }', '__dlnb.result({ a: 1, b: 2 });'],
    ['// why\n{ a }', '__dlnb.result({ a });'],
    ['{ a: x as number }', '__dlnb.result({ a: x });'],
    ['{ if (a) { b } }', '{ if (a) { b; } }'],
    ['{ f(); }', '{ f(); }'],
    ['{ a: 1 };', '{ a: 1; } ;'],
  ],
  'a cell that ends with a statement has no value': [
    ['if (a) b; else c;', 'if (a) b; else c;'],
    ['{ let inner = 1; }', '{ let inner = 1; }'],
    ['try { f() } catch {}', 'try { f(); } catch { }'],
    ['// nothing', ''],
    ['', ''],
  ],
  'declarations become assignments of session variables': [
    ['const a = 1;', 'let a; a = 1;'],
    ['let b', 'let b; b = void 0;'],
    ['const a = 1, b = 2; a + b', 'let a,b; a = 1, b = 2; __dlnb.result(a + b);'],
    // `var` without a value keeps the one that the variable has
    ['var c', 'let c; void 0;'],
    ['var a = 1; var a;', 'let a; a = 1; void 0;'],
    ['if (x) { var v = 1; }', 'let v; if (x) { v = 1; }'],
  ],
  destructuring: [
    ['const { a, b: [c = 3], ...rest } = o;', 'let a,c,rest; ({ a, b: [c = 3], ...rest } = o);'],
    ['let [x, , y] = list;', 'let x,y; ([x, , y] = list);'],
    ['for (var { w } of ws) f(w);', 'let w; for ({ w } of ws) {‹check›;f(w);}'],
  ],
  'functions are assigned before everything else, classes in their place': [
    ['function f(x) { return x; }', 'let f; f = function (x) {‹check›; return x; };'],
    ['f(); function f() {}', 'let f; f = function () {‹check›; };f();'],
    ['async function* g() {}', 'let g; g = async function* () {‹check›; };'],
    ['f(); class A { m() { return A; } }', 'let A; f(); A = class A { m() {‹check›; return A; } };'],
    ['class B extends A {}', 'let B; B = class B extends A { };'],
  ],
  'imports become calls of the kernel, before everything else': [
    ["import 'x';", 'await __dlnb.load("x");'],
    ["import * as ns from 'x';", 'let ns; ns = await __dlnb.load("x");'],
    // Which names are wanted, and which of them the cell uses as values: those must exist
    ["import d from 'x';", 'let d; ({"default": d} = await __dlnb.load("x", ["default"], []));'],
    [
      "import { a as b, c } from 'x'; b",
      'let b,c; ({"a": b, "c": c} = await __dlnb.load("x", ["a","c"], ["a"])); __dlnb.result(b);',
    ],
    [
      "import y, * as z from 'y';",
      'let y,z; ({"default": y} = await __dlnb.load("y", ["default"], []));z = await __dlnb.load("y");',
    ],
    ["f();\nimport { f } from 'x';", 'let f; ({"f": f} = await __dlnb.load("x", ["f"], ["f"]));f();'],
    ["const m = await import('x');", 'let m; m = await __dlnb.import("x");'],
    ["import('x', { with: { type: 'json' } })", '__dlnb.result(__dlnb.import("x", { with: { type: "json" } }));'],
    ['const { url } = import.meta;', 'let url; ({ url } = __dlnb.meta);'],
    // Names that the cell uses in types alone, third
    [
      "import { A, B, c } from 'x';\nlet b: A; new B<A>()",
      'let A,B,c,b; ({"A": A, "B": B, "c": c} = await __dlnb.load("x", ["A","B","c"], ["B"], ["A"])); b = void 0; __dlnb.result(new B());',
    ],
    ["import { type T } from 'x';", ''],
    ["import('x').then(f)", '__dlnb.result(__dlnb.import("x").then(f));'],
    ['import.meta.url', '__dlnb.result(__dlnb.meta.url);'],
  ],
  'export is dropped': [
    ['export const a = 1;', 'let a; a = 1;'],
    ['export default 5;', '(5);'],
    ['export default function f() {}', 'let f; f = function () {‹check›; };'],
    ['export { a };', ''],
    ["export * from 'x';", 'await __dlnb.load("x");'],
  ],
  'loops and functions test the interrupt flag': [
    ['for (let i = 0; i < 3; i++) f(i);', 'for (let i = 0; i < 3; i++) {‹check›;f(i);}'],
    ['for (var i = 0; i < 3; i++) {}', 'let i; for (i = 0; i < 3; i++) {‹check›; }'],
    ['while (true) { f(); }', 'while (true) {‹check›; f(); }'],
    ['do f(); while (x)', 'do {‹check›;f();} while (x);'],
    ['for (const x of xs) { f(x); }', 'for (const x of xs) {‹check›; f(x); }'],
    ['for await (const x of xs) f(x);', 'for await (const x of xs) {‹check›;f(x);}'],
    ['const g = (x) => x * 2;', 'let g; g = (x) => (‹check›,( x * 2));'],
    ['const c = (f) => // (x) => f\n  f;', 'let c; c = (f) => (‹check›,( ( // (x) => f f )));'],
    ['const h = (x) => ({ a: x });', 'let h; h = (x) => (‹check›,( ({ a: x })));'],
    [
      'const k = function () { "use strict"; return 1; };',
      'let k; k = function() { "use strict";‹check›; return 1; };',
    ],
  ],
  'types go': [
    ['const n: number = 1; n as unknown;', 'let n; n = 1; __dlnb.result(n);'],
    ['type T = number; interface I { a: T }', ''],
    ['declare const q: number;', ''],
    ["import type { T } from 'x';", ''],
    ["import { type T, v } from 'x'; v", 'let v; ({"v": v} = await __dlnb.load("x", ["v"], ["v"])); __dlnb.result(v);'],
    ['function id<T>(x: T): T { return x; }', 'let id; id = function (x) {‹check›; return x; };'],
    [
      'class C { private a = 1; constructor(public b: number) {} }',
      'let C; C = class C { constructor(b) {‹check›; this.b = b; } b; a = 1; };',
    ],
  ],
  'enums and namespaces start afresh in each cell, and merge within one': [
    [
      'enum E { A } enum E { B = 1 }',
      'let E; E = /* @__PURE__ */ ((E2) => {‹check›; E2[E2["A"] = 0] = "A"; return E2; })(void 0 || {}); ' +
        'E = /* @__PURE__ */ ((E2) => {‹check›; E2[E2["B"] = 1] = "B"; return E2; })(E || {});',
    ],
    // The calls of a user
    [
      'const a = f();\n((c) => c)(a || {});',
      'let a; a = f(); __dlnb.result(/* @__PURE__ */ ((c) => (‹check›,( c)))(a || {}));',
    ],
    ['var n = ((n) => n + 1)(n || {});', 'let n; n = ((n2) => (‹check›,( n2 + 1)))(n || {});'],
    // A namespace goes on with the function or the class of its name
    [
      'function f() {} namespace f { export const a = 1; }',
      'let f; f = function () {‹check›; }; ((f2) => {‹check›; f2.a = 1; })(f || (f = {}));',
    ],
    [
      'namespace N { export const a = 1; } N',
      'let N; void 0; ((N2) => {‹check›; N2.a = 1; })(void 0 || (N = {})); __dlnb.result(N);',
    ],
  ],
};

describe.each(Object.entries(table))('%s', (_what, rows) => {
  it.each(rows)('%s', async (cell, expected) => {
    const script = await rewritten(cell);
    if (typeof expected === 'string') expect(script).toBe(expected);
    else expect(script).toMatch(expected);
  });
});

describe('a cell as a whole', () => {
  it('is one script that hands over what it throws and carries its name', async () => {
    const { expression, names } = await transform('const a = 1;\na + 1');
    expect(expression).toBe(
      '"use strict";let a;try{a = 1;\n__dlnb.result(a + 1);\n}catch(e){__dlnb.threw(e)}void 0\n//# sourceURL=dlnb-cell:/a/1',
    );
    expect(names).toEqual(['a']);
  });

  it('declares no name again that an earlier cell declared: it keeps its value until it is assigned', async () => {
    expect(await rewritten('const a = f(), b = 2;', 'a')).toBe('let b; a = f(), b = 2;');
    expect((await transform('const a = f(), b = 2;', 'a')).names).toEqual(['a', 'b']);
  });

  it('keeps the helpers that esbuild adds to itself', async () => {
    const { expression, names } = await transform('using r = f();');
    expect(names).toEqual(['r']);
    expect(expression).toMatch(/^"use strict";let r;try\{let (__\w+,)+_stack,_error,_hasError;/);
  });

  it('maps positions back to the cell as typed', async () => {
    const { expression, map } = await transform('const a: number = 1;\n\nfor (const x of xs) fail(x);');
    const lines = expression.split('\n');
    const line = lines.findIndex((l) => l.includes('fail(x)'));
    const at = originalPositionFor(new TraceMap(map), { line: line + 1, column: lines[line]!.indexOf('fail(x)') });
    expect([at.line, at.column]).toEqual([3, 20]);
  });
});

describe('other languages', () => {
  const jsx = (cell: string, language: TransformOptions['language']) =>
    transformCell(cell, { language, script, declared: new Set() });
  it('JSX is compiled, with what React needs, also in a TypeScript cell that can be nothing else', async () => {
    for (const language of ['typescriptreact', 'javascriptreact', 'typescript', 'javascript'] as const) {
      const { expression, names } = await jsx('const a = <p>1</p>;', language);
      expect(expression).toMatch(/let jsx;.*await __dlnb\.load\("react\/jsx-runtime", \["jsx"\], \["jsx"\]\)/);
      expect(names).toEqual(['a']);
    }
    expect((await jsx('/** @jsx h */ <p/>', 'typescriptreact')).expression).toContain('h("p", null)');
    expect((await jsx('<any>a', 'typescript')).expression).toContain('__dlnb.result(a)');
  });
});

describe('names', () => {
  it('inside functions are those that were typed', async () => {
    const cell = 'const n = 1;\nconst f = () => { function n() { return n; } class f {} return [n, f]; };';
    expect(await rewritten(cell)).toMatch(/function n\(\) \{‹check›; return n; \} class f \{ \} return \[n, f\];/);
    expect(await rewritten('using r = 1; class A { static a = A; }')).toContain('A = class A { static a = A; }');
  });
});

describe('errors of a cell', () => {
  const refused: [cell: string, message: string, line: number, column: number][] = [
    ['1;\nconst a = ;', 'Unexpected ";"', 2, 11],
    ['const é = 1; é = 2;', 'Assignment to constant variable é', 1, 14],
    // Found by acorn in what esbuild prints, or by the parser of typed text
    ['enum E { A }\nconst re = /(/;', 'Invalid regular expression: /(/: Unterminated group', 2, 12],
    ['interface A {\n  a: 1\n}\n\nreturn 5', "'return' outside of function", 5, 1],
    ['type A = 1;\ndelete a;', 'Deleting local variable in strict mode', 2, 1],
    ['type A = 1;\nnew.target', 'Cannot use "new.target" here', 2, 1],
    ['{ a: 1,, }', 'Unexpected ","', 1, 8],
    // Behind the call around the last expression
    ['let é = 1;\n[é, #a]', 'Expected "in" but found "]"', 2, 7],
    ['let undefined = 1;', '"undefined" cannot be declared: JavaScript has a constant of this name', 1, 5],
    ['const __dlnbX = 1;', '"__dlnbX" is a reserved name: names that start with "__dlnb" belong to the kernel', 1, 7],
  ];
  it.each(refused)('%j: %s', async (cell, message, line, column) => {
    await expect(transform(cell)).rejects.toMatchObject({ name: 'SyntaxError', message, line, column, script });
  });
});
