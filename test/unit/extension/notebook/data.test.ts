// A file goes into the editor and comes back: nothing is lost, and what was not touched has the same bytes.
import { describe, expect, test } from 'vitest';
import { shownItem, toEditor, toFile, type PlainNotebook } from '../../../../extension/notebook/data.ts';
import { CELL_ERROR, STDOUT } from '../../../../kernel/wire/mime.ts';
import {
  newCellId,
  parseNotebook,
  printNotebook,
  type Json,
  type Output,
} from '../../../../kernel/notebook/format/index.ts';

/** What the editor does to a notebook on its way: metadata travel as JSON, items as bytes. */
function throughEditor(notebook: PlainNotebook): PlainNotebook {
  return {
    metadata: JSON.parse(JSON.stringify(notebook.metadata)) as PlainNotebook['metadata'],
    cells: notebook.cells.map((cell) => ({
      ...cell,
      metadata: JSON.parse(JSON.stringify(cell.metadata)) as typeof cell.metadata,
      outputs: cell.outputs.map(({ items, metadata }) => ({
        items: items.map(({ mime, data }) => ({ mime, data: new Uint8Array(data) })),
        ...(metadata && { metadata: JSON.parse(JSON.stringify(metadata)) as typeof metadata }),
      })),
    })),
  };
}

const resave = (text: string) => printNotebook(toFile(throughEditor(toEditor(parseNotebook(text))), newCellId));

function fileWith(outputs: unknown[], more: object = {}): string {
  const cell = { id: 'abcdefgh', kind: 'code', language: 'typescript', source: ['1 + 1'], outputs };
  return printNotebook(parseNotebook(JSON.stringify({ dlnb: 1, metadata: {}, cells: [cell], ...more })));
}

describe('a notebook that is saved unchanged has the same bytes', () => {
  const items: Record<string, unknown[]> = {
    'text, JSON and binary items': [
      { mime: 'text/plain', text: 'a\nb "ü" 🙂' },
      { mime: 'application/json', json: { a: [1, 2.5, null, true, 'x'] } },
      { mime: 'image/png', base64: 'iVBORw0KGgo=' },
    ],
    'unknown keys of an item': [{ mime: 'text/plain', text: 'a', future: { deep: [1] } }],
    'JSON written as text': [{ mime: 'application/json', text: '{ not json' }],
    'text written as base64': [{ mime: 'text/plain', base64: '/////w==' }],
    'an unknown type written as text': [{ mime: 'application/x-unknown', text: 'readable' }],
    'the same type twice': [
      { mime: 'text/plain', text: 'a' },
      { mime: 'text/plain', text: 'b' },
    ],
    'a type in capitals': [{ mime: 'Text/Plain', text: 'a' }],
    'no item': [],
  };
  for (const [name, list] of Object.entries(items)) {
    test(name, () => {
      const text = fileWith([{ items: list }]);
      expect(resave(text)).toBe(text);
    });
  }

  test('numbers that JSON.stringify would change', () => {
    const text = fileWith([{ items: [{ mime: 'application/json', json: 0 }] }]).replace(
      '"json": 0',
      '"json": {\n                "a": -0,\n                "b": 1e999\n              }',
    );
    const canonical = printNotebook(parseNotebook(text));
    expect(canonical).toContain('-0');
    expect(resave(canonical)).toBe(canonical);
  });

  test('unknown keys of notebook, cells and outputs', () => {
    const text = printNotebook(
      parseNotebook(
        JSON.stringify({
          dlnb: 1,
          metadata: { title: 'x', deep: { a: 1 } },
          cells: [
            { id: 'a', kind: 'markdown', source: ['# a'], tags: ['x'] },
            {
              id: 'b',
              kind: 'code',
              language: 'typescript',
              source: [],
              outputs: [{ items: [{ mime: 'text/plain', text: 'a' }], when: 1 }],
              __proto: 1,
            },
          ],
          later: ['unknown'],
        }),
      ),
    );
    expect(resave(text)).toBe(text);
  });

  test('whether a cell is folded and what it covers, also of a wrong type', () => {
    const cells = [
      { id: 'a', kind: 'code', language: 'typescript', folded: true, covers: ['0.3'], source: [], outputs: [] },
      { id: 'b', kind: 'code', language: 'typescript', folded: 'yes', covers: 3, source: [], outputs: [] },
      { id: 'c', kind: 'markdown', covers: [], source: ['# c'] },
    ];
    const text = printNotebook(parseNotebook(JSON.stringify({ dlnb: 1, metadata: {}, cells })));
    expect(toEditor(parseNotebook(text)).cells.map((cell) => cell.metadata.folded)).toEqual([
      true,
      undefined,
      undefined,
    ]);
    expect(resave(text)).toBe(text);
  });

  test('numbers beyond a double in unknown keys', () => {
    const text =
      '{\n  "dlnb": 1,\n  "metadata": {\n    "big": 12345678901234567890\n  },\n  "cells": [],\n  "x": 1.00000000000000000001\n}\n';
    expect(resave(text)).toBe(text);
  });
});

describe('what the editor adds', () => {
  const base = (): PlainNotebook => toEditor(parseNotebook(fileWith([])));
  const saved = (notebook: PlainNotebook) => toFile(notebook, newCellId).cells[0]!;
  const outputs = (notebook: PlainNotebook) => (saved(notebook) as { outputs: Output[] }).outputs;
  const bytes = (text: string) => new TextEncoder().encode(text);

  test('pieces of one stream are saved as one text', () => {
    const notebook = base();
    notebook.cells[0]!.outputs = [{ items: ['a', 'b\n', 'ü'].map((t) => ({ mime: STDOUT, data: bytes(t) })) }];
    expect(outputs(notebook)).toEqual([{ items: [{ mime: STDOUT, text: 'ab\nü' }] }]);
  });

  test('a character cut in two by the pieces is whole again', () => {
    const notebook = base();
    const [one, two, three] = bytes('€');
    notebook.cells[0]!.outputs = [
      { items: [new Uint8Array([one!]), new Uint8Array([two!, three!])].map((data) => ({ mime: STDOUT, data })) },
    ];
    expect(outputs(notebook)).toEqual([{ items: [{ mime: STDOUT, text: '€' }] }]);
  });

  test('items take the form of their type; what does not fit it is kept as it is', () => {
    const notebook = base();
    const data: [string, Uint8Array][] = [
      ['image/svg+xml', bytes('<svg/>')],
      [CELL_ERROR, bytes('{"a":1}')],
      ['application/geo+json', bytes('no json')],
      ['image/png', new Uint8Array([1, 2])],
      ['text/html', new Uint8Array([0xff])],
    ];
    notebook.cells[0]!.outputs = [{ items: data.map(([mime, d]) => ({ mime, data: d })) }];
    expect(outputs(notebook)[0]!.items).toEqual([
      { mime: 'image/svg+xml', text: '<svg/>' },
      { mime: CELL_ERROR, json: { a: 1 } },
      { mime: 'application/geo+json', text: 'no json' },
      { mime: 'image/png', base64: 'AQI=' },
      { mime: 'text/html', base64: '/w==' },
    ]);
  });

  test('an output that was read in an unusual form and then replaced is saved as the new one', () => {
    const notebook = toEditor(parseNotebook(fileWith([{ items: [{ mime: 'text/plain', base64: 'YQ==' }], kept: 1 }])));
    notebook.cells[0]!.outputs[0]!.items = [{ mime: 'text/plain', data: bytes('new') }];
    expect(outputs(notebook)).toEqual([{ items: [{ mime: 'text/plain', text: 'new' }], extra: { kept: 1 } }]);
  });

  test('a reason of this machine is not saved', () => {
    const notebook = base();
    notebook.cells[0]!.outputs = [
      { items: [{ mime: 'text/plain', data: bytes('no Node') }], metadata: { transient: true, key: 'o1' } },
    ];
    expect(outputs(notebook)).toEqual([]);
  });

  test('a new cell and a copied cell get ids of their own', () => {
    const notebook = base();
    const [cell] = notebook.cells;
    notebook.cells.push({ ...cell!, metadata: { ...cell!.metadata } }, { ...cell!, metadata: {} });
    const ids = toFile(notebook, newCellId).cells.map((c) => c.id);
    expect(ids[0]).toBe('abcdefgh');
    expect(new Set(ids).size).toBe(3);
  });

  test('lines end as in the file, whatever the machine writes', () => {
    const notebook = base();
    notebook.cells[0]!.value = 'a\r\nb\r\nc';
    expect(saved(notebook).source).toBe('a\nb\nc');
  });

  test('what the kernel sends is saved as the command line saves it', () => {
    const item = (json: Json | undefined) =>
      new TextDecoder().decode(shownItem({ mime: 'application/json', json }).data);
    expect(item({ a: [1, null] })).toBe('{"a":[1,null]}');
    expect(item(undefined)).toBe('null');
  });
});

test('a notebook of a newer version is not saved', () => {
  expect(() => toFile({ cells: [], metadata: { newer: 2 } }, newCellId)).toThrow(/version 2.*not saved/s);
});
