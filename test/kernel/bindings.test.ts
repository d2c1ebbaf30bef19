// Names that cells declare: what later cells see of them, and what declaring them again does.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestKernel } from './kernel.ts';

let k: TestKernel;
beforeAll(() => void (k = new TestKernel()));
afterAll(() => k.stop());

const value = async (...cells: string[]) => {
  let last;
  for (const code of cells) {
    last = await k.run(code);
    expect(last.error?.message).toBeUndefined();
  }
  return last!.text;
};

describe('names of a cell', () => {
  it('may be declared again as any kind', async () => {
    expect(
      await value(
        'const a1 = 1',
        'let a1 = 2',
        'var a1 = 3',
        'function a1() { return 4 }',
        'class a1 {}',
        'enum a1 { X = 7 }',
        'const a1 = 5; a1',
      ),
    ).toBe('5');
  });
  it('are live in closures of earlier cells, by assignment and by declaration', async () => {
    expect(await value('let b1 = 1; const read = () => b1', 'b1 = 2; read()')).toBe('2');
    expect(await value('const b1 = 3; read()')).toBe('3');
    expect(
      await value('function b2() { return 1 }; const callsB2 = () => b2()', 'function b2() { return 2 }', 'callsB2()'),
    ).toBe('2');
  });
  it('keep their values when a cell that declares them again fails before it assigns them', async () => {
    await value('const kept = 10');
    expect((await k.run('throw new Error("x"); const kept = 11')).status).toBe('error');
    expect(await value('kept')).toBe('10');
    expect((await k.run('const kept = ;')).status).toBe('error');
    expect(await value('kept')).toBe('10');
  });
  it('can be declared again after an initializer threw', async () => {
    expect((await k.run('const poisoned: number = (() => { throw new Error("no") })()')).status).toBe('error');
    expect(await value('let poisoned = 4; poisoned')).toBe('4');
  });
  it('are bound by patterns', async () => {
    expect(
      await value(
        'const { p1, q: { r1 = 5 }, ...rest1 } = { p1: 1, q: {}, s: 2 } as any; const [x1, , ...ys1] = [1, 2, 3, 4]',
        '[p1, r1, rest1, x1, ys1]',
      ),
    ).toBe('[ 1, 5, { s: 2 }, 1, [ 3, 4 ] ]');
  });
  it('include a var of a loop or a block, and not a let of one', async () => {
    expect(
      await value(
        'for (var i1 = 0, n1 = 3; i1 < n1; i1++) { var sq1 = i1 * i1; let hidden1 = 1 }',
        '[i1, sq1, typeof hidden1]',
      ),
    ).toBe("[ 3, 4, 'undefined' ]");
    expect(await value('for (var key1 in { a: 1 }) {} for (var [e1] of [[8]]) {}', '[key1, e1]')).toBe("[ 'a', 8 ]");
  });
  it('hoist functions, also exported and async ones and generators', async () => {
    expect(
      await value(
        'const h = [f1(), [...g1()], await h1()]; export function f1() { return 1 } function* g1() { yield 2 } export async function h1() { return 3 }',
        'h',
      ),
    ).toBe('[ 1, [ 2 ], 3 ]');
  });
  it('keep function and class names', async () => {
    expect(
      await value(
        'const arrow1 = () => {}; function fn1() {} class Cls1 {} export default class Dft1 {}',
        '[arrow1.name, fn1.name, Cls1.name, Dft1.name]',
      ),
    ).toBe("[ 'arrow1', 'fn1', 'Cls1', 'Dft1' ]");
  });
  it('do not include the temporaries of decorators: two cells with decorated classes do not disturb each other', async () => {
    const deco = (name: string) =>
      `class ${name} { @tag('${name}') m() { return '${name}' } @tag('f') accessor v = '${name}' }`;
    await value(
      `const tag = (t: string) => (target: any, context: any): any => context.kind === 'method' ? function (this: any) { return t + target.call(this) } : undefined`,
      deco('D1'),
      deco('D2'),
    );
    expect(await value('[new D1().m(), new D1().v, new D2().m(), new D2().v]')).toBe("[ 'D1D1', 'D1', 'D2D2', 'D2' ]");
    expect(await value("Object.keys(globalThis).filter((n) => n.startsWith('_'))")).toBe('[]');
  });
  it('start an enum or a namespace afresh in each run, and merge two of one cell', async () => {
    expect(await value('enum E1 { A, B }', 'enum E1 { C } Object.keys(E1)')).toBe("[ '0', 'C' ]");
    expect(
      await value(
        'enum E2 { A } enum E2 { B = 5 } namespace N2 { export const x = 1 } namespace N2 { export const y = 2 }',
        '[Object.keys(E2), N2]',
      ),
    ).toBe("[ [ '0', '5', 'A', 'B' ], { x: 1, y: 2 } ]");
  });
  it('dispose what `using` holds at the end of the cell', async () => {
    expect(
      await value(
        'const log1: string[] = []; { using r = { [Symbol.dispose]() { log1.push("closed") } }; log1.push("used") }',
        'log1',
      ),
    ).toBe("[ 'used', 'closed' ]");
  });
  it('may shadow any global without hurting the kernel', async () => {
    const other = new TestKernel();
    try {
      const names =
        'console Math JSON Promise Error Map Set Array Object String Symbol process Buffer setTimeout performance globalThis Reflect RegExp Number Uint8Array';
      expect(
        (
          await other.run(
            `let ${names
              .split(' ')
              .map((n) => `${n} = 1`)
              .join(', ')}`,
          )
        ).status,
      ).toBe('ok');
      expect((await other.run('const s = 2; s + 1')).text).toBe('3');
      expect((await other.run('null.x')).error?.name).toBe('TypeError');
      expect((await other.run('const q = ;')).error?.name).toBe('SyntaxError');
    } finally {
      await other.stop();
    }
  });
  it('that belong to the kernel are refused', async () => {
    expect((await k.run('let __dlnbF = 1')).error?.message).toContain('reserved name');
  });
  it('declared const cannot be assigned in their cell', async () => {
    const { error } = await k.run('const c9 = 1;\nc9 = 2');
    expect(error).toMatchObject({
      message: expect.stringContaining('Assignment to constant variable c9'),
      at: { line: 2 },
    });
  });
});

describe('the value of a cell', () => {
  it.each([
    ['1 + 1', '2'],
    ['"text";', "'text'"],
    ['({ a: 1 })', '{ a: 1 }'],
    ['await Promise.resolve([1])', '[ 1 ]'],
    ['let v1 = 1; v1++ // comment', '1'],
    ['[1, 2].map((n) => n * 2)', '[ 2, 4 ]'],
    ['null', 'null'],
  ])('%s is shown', async (code, text) => expect(await value(code)).toBe(text));
  it.each([
    'undefined',
    'let v2 = 5',
    'function v3() {}',
    ';',
    '',
    '// nothing',
    'if (true) { 5 }',
    'interface I1 { a: string }',
    'type T1 = number',
    'import type { X } from "nowhere"',
  ])('%s shows nothing', async (code) => {
    const ran = await k.run(code);
    expect([ran.status, ran.events]).toEqual(['ok', []]);
  });
});
