// The texts of functions, as found again in compiled code by its labels.
import { describe, expect, it } from 'vitest';
import { addScript, newKey, originalTexts } from '../../../../../kernel/process/cell/function-text.ts';
import { transformCell } from '../../../../../kernel/process/cell/transform.ts';

/** The compiled text between two texts of a cell, read back. */
async function readBack(typed: string, pick: RegExp): Promise<string> {
  const key = newKey();
  const script = `dlnb-cell:/a/${key}`;
  const { expression, map } = await transformCell(typed, { language: 'typescript', script, declared: new Set(), key });
  addScript(key, { code: expression, map, typed });
  const [compiled = ''] = pick.exec(expression) ?? [];
  expect(compiled).toContain('/*__dlnb:');
  return originalTexts(`<${compiled}>`);
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
