// Live values: which name a place of a cell means, and the words about its value.
import { describe, expect, it } from 'vitest';
import { readCell } from '../../../../kernel/language/cell.ts';
import { liveKeys, liveNameAt, liveText, liveValueBefore } from '../../../../kernel/language/live.ts';
import type { Inspected } from '../../../../kernel/wire/inspect.ts';

/** The cell without `|`, and where that stood. */
function at(marked: string) {
  const offset = marked.indexOf('|');
  const text = marked.replace('|', '');
  return { text, facts: readCell(text, 'typescript'), offset };
}
const nameAt = (marked: string) => {
  const { text, facts, offset } = at(marked);
  return liveNameAt(text, facts, offset);
};
const before = (marked: string) => {
  const { text, offset } = at(marked);
  return liveValueBefore(text, 'typescript', offset)?.name;
};

describe('the name at a place', () => {
  it.each<[string, ReturnType<typeof nameAt>]>([
    ['his|tory.history', { name: 'history' }],
    ['history.his|tory.loss', { name: 'history', path: ['history'] }],
    ["rows[12]?.['a b'].lo|ss", { name: 'rows', path: ['12', 'a b', 'loss'] }],
    ['const w|rong = 1', { name: 'wrong' }],
    ['f(x|)', { name: 'x' }],
    // No names of the notebook
    ['function f(inner: number) { return inn|er; }', undefined],
    ['for (const ro|w of rows) row.x', undefined],
    ['f(x).lo|ss', undefined],
    ['({ ke|y: 1 })', undefined],
    ["'hist|ory'", undefined],
    ["import { vi|z } from 'dlnb'", undefined],
  ])('%s', (marked, name) => expect(nameAt(marked)).toEqual(name));
});

describe('the value in front of a dot', () => {
  it.each<[string, ReturnType<typeof before>]>([
    ['history.history.|', { name: 'history', path: ['history'] }],
    ['history.history.lo|', { name: 'history', path: ['history'] }],
    ['const a = 1;\nrows[0]?.|\na;', { name: 'rows', path: ['0'] }],
    ['f(history.|)', { name: 'history' }],
    ["history['lo|", { name: 'history' }],
    ["const a = history?.['lo|'];\na;", { name: 'history' }],
    ['f(rows[0]["|"])', { name: 'rows', path: ['0'] }],
    ["f(x)['|']", undefined],
    ["['|']", undefined],
    ['f(x).|', undefined],
    ['function f(inner: any) { inner.| }', undefined],
    ['history|', undefined],
  ])('%s', (marked, name) => expect(before(marked)).toEqual(name));
});

describe('the words', () => {
  it('are about tensors', () => {
    const tensor: Inspected = { kind: 'tensor', type: 'Tensor', dtype: 'float32', shape: [2, 3], device: 'cpu' };
    expect(liveText(tensor)).toBe('Now: Tensor `float32` `[2, 3]`, on cpu');
    const statistics = { min: -1, max: 1 / 3, mean: 0.125, nan: 1200, infinite: 1 };
    expect(liveText({ ...tensor, statistics, sample: 1000 })).toBe(
      'Now: Tensor `float32` `[2, 3]`, on cpu, -1 … 0.33333, mean 0.125, 1,200 NaN, 1 infinite (of 1,000 values)',
    );
    expect(liveText({ ...tensor, disposed: true })).toContain('disposed');
  });

  it('are about models and values', () => {
    const layer = { name: 'dense', type: 'Dense', shape: [null, 3], parameters: 1500 };
    const model: Inspected = {
      ...{ kind: 'model', type: 'Sequential', name: 'm', parameters: 21_000, trainable: 20_000 },
      layers: Array.from({ length: 14 }, () => layer),
    };
    const text = liveText(model);
    expect(text).toContain('Now: Sequential `m`, 21,000 parameters, 20,000 of them trainable');
    expect(text).toContain('- `dense` Dense `[null, 3]` 1,500');
    expect(text).toMatch(/- 2 more$/);
    expect(liveText({ kind: 'value', text: '{ a: 1 }' })).toBe('Now:\n```javascript\n{ a: 1 }\n```');
  });

  it('say nothing of functions and classes, whose type says all', () => {
    for (const text of ['function area', 'async function f', 'class Point'])
      expect(liveText({ kind: 'value', text })).toBeUndefined();
    expect(liveText({ kind: 'value', text: "'function'" })).toContain("'function'");
  });

  it('leave out keys that are offered already, and indices', () => {
    const keys = ['loss', 'val loss', '0', 'length'].map((key) => ({ key, kind: 'value' as const, text: '' }));
    const found = liveKeys({ kind: 'value', text: '', keys: { list: keys } }, new Set(['length']));
    expect(found.map(({ key, written }) => [key, written])).toEqual([
      ['loss', '.loss'],
      ['val loss', '["val loss"]'],
    ]);
  });

  it('are the columns of a table and the entries of a map, too', () => {
    const [name, size] = ['name', 'size in m'].map((key) => ({ key, kind: 'value' as const, text: '' }));
    const table = liveKeys({ kind: 'value', text: '', keys: { list: [], columns: [name!, size!] } }, new Set());
    expect(table.map(({ key, kind, written }) => [key, kind, written])).toEqual([
      ['name', 'column', '.map((row) => row.name)'],
      ['size in m', 'column', '.map((row) => row["size in m"])'],
    ]);
    const map = liveKeys({ kind: 'value', text: '', keys: { list: [], entries: [size!] } }, new Set());
    expect(map.map(({ kind, written }) => [kind, written])).toEqual([['entry', '.get("size in m")']]);
  });
});
