// The texts of functions, as found again in compiled code by its labels.
import { describe, expect, it } from 'vitest';
import {
  addScript,
  installFunctionTexts,
  keptScripts,
  MAX_REPLACED,
  originalTexts,
  scriptKey,
} from '../../../../../kernel/process/cell/function-text.ts';
import { CHECK, FLAG } from '../../../../../kernel/process/cell/instrument.ts';
import { transformCell } from '../../../../../kernel/process/cell/transform.ts';

/** The compiled text between two texts of a cell, read back. */
async function readBack(typed: string, pick: RegExp): Promise<string> {
  const expression = await compiled(typed);
  const [found = ''] = pick.exec(expression) ?? [];
  expect(found).toContain('/*__dlnb:');
  return originalTexts(`<${found}>`);
}

/** What a cell becomes when it runs. */
async function compiled(typed: string, cell = 'a'): Promise<string> {
  const key = scriptKey(cell, typed);
  const script = `dlnb-cell:/${cell}/${key}`;
  const { expression, map } = await transformCell(typed, { language: 'typescript', script, declared: new Set(), key });
  addScript(cell, key, { code: expression, map, typed });
  return expression;
}

/** A function as it is compiled in a cell; it does not run. */
async function functionOf(value: string, cell: string): Promise<unknown> {
  const expression = await compiled(`const f = ${value};\n'end of f'`, cell);
  const [, text] = /\bf = (.*?);\s*__dlnb\.result\("end of f"/s.exec(expression)!;
  return new Function(FLAG, CHECK, `return ${text!}`)([0]);
}

/** Lets a cell run with other texts until nothing is kept of its first. */
function rerun(cell: string): void {
  for (let i = 0; i < 3; i++) {
    const typed = `${'x'.repeat(MAX_REPLACED / 2)}${i}`;
    addScript(cell, scriptKey(cell, typed), { code: '', map: '', typed });
  }
}

describe('a text with compiled functions', () => {
  it('gets those that were typed', async () => {
    expect(await readBack('const f = (x: number) => x /* same */ + 1;', /\(x\).*?\)\)/s)).toBe(
      '<(x) => x /* same */ + 1>',
    );
    expect(await readBack('function f(x?: T) { return () => x }', /function.*\}/s)).toContain(
      '<function f(x) { return () => x }',
    );
    expect(await readBack('const a = x => x, b = x => x; // two', /\(x\).*?\)\)/s)).toBe('<x => x>');
  });

  it('gets the compiled one without tests where types cannot just be left out', async () => {
    const text = await readBack('const f = () => { enum E { A } for (;;) (() => E.A)(); };', /\(\) => \{.*\}(?=;)/s);
    expect(text).toMatch(/^<\(\) => \{/);
    expect(text).not.toContain('__dlnb');
  });

  it('may hold what only looks like a label', () => {
    expect(originalTexts('a /*__dlnb:zz.1*/ b /*__dlnb: c')).toBe('a /*__dlnb:zz.1*/ b /*__dlnb: c');
  });
});

describe('the scripts that are kept', () => {
  installFunctionTexts();

  it('are no more after a thousand runs of the same cell', async () => {
    const text = 'const f = (x: number) => x + 1;';
    const expression = await compiled(text, 'same');
    const before = keptScripts();
    for (let i = 0; i < 1000; i++)
      addScript('same', scriptKey('same', text), { code: expression, map: '', typed: text });
    expect(keptScripts().number).toBe(before.number);
  });

  it('are bounded when the text changes, without those of other cells', async () => {
    const kept = (await functionOf('(x: number) => x /* kept */ + 1', 'other')) as object;
    rerun('changed');
    rerun('changed');
    expect(keptScripts().characters).toBeLessThan(2 * MAX_REPLACED);
    expect(String(kept)).toBe('(x) => x /* kept */ + 1');
  });

  it('leave functions of a forgotten script a text that runs without the kernel', async () => {
    const values = {
      '(x: number) => (y: number) => x + y': (f: never) => (f as (x: number) => (y: number) => number)(1)(2),
      'function (x: number) { for (;;) return ((v: number) => v * 2)(x) }': (f: never) =>
        (f as (x: number) => number)(4),
      'class A { static n = 5; get(): number { return 6 } }': (f: never) => (f as { n: number }).n,
      '({ m(x: number) { return [x].map((v) => v + 1)[0] } }).m': (f: never) => (f as (x: number) => number)(1),
    };
    const expected = [3, 8, 5, 2];
    for (const [i, [value, use]] of Object.entries(values).entries()) {
      const f = await functionOf(value, `gone ${i}`);
      rerun(`gone ${i}`);
      const text = String(f);
      expect(text).not.toContain('__dlnb');
      const isMethod = text.startsWith('m(');
      const made = new Function(isMethod ? `return ({ ${text} }).m` : `return (${text})`)() as never;
      expect(use(made)).toBe(expected[i]);
    }
  });

  it('give a function that was read before the same text', async () => {
    const f = await functionOf('(x: number) => x /* read */ + 1', 'read');
    expect(String(f)).toBe('(x) => x /* read */ + 1');
    rerun('read');
    expect(String(f)).toBe('(x) => x /* read */ + 1');
  });
});
