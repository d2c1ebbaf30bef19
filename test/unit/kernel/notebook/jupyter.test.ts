// Jupyter notebooks become `.dlnb` notebooks: what each kind of cell and output becomes, that nothing is lost, and what
// is said of files that are damaged.
import { describe, expect, it } from 'vitest';
import { toIpynb } from '../../../../kernel/host/export/ipynb.ts';
import { parseNotebook, printNotebook, type Notebook } from '../../../../kernel/notebook/format/index.ts';
import { importJupyter } from '../../../../kernel/notebook/jupyter/index.ts';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const file = (cells: unknown[], metadata: unknown = { kernelspec: { name: 'tslab', language: 'typescript' } }) =>
  bytes({ nbformat: 4, nbformat_minor: 5, metadata, cells });
const code = (source: unknown, outputs: unknown[] = [], more = {}) => ({
  cell_type: 'code',
  id: 'c1',
  metadata: {},
  execution_count: 3,
  source,
  outputs,
  ...more,
});
const imported = (...args: Parameters<typeof file>) => importJupyter(file(...args)).notebook;
const only = (...args: Parameters<typeof file>) => imported(...args).cells[0]!;

describe('languages', () => {
  it.each([
    [{ kernelspec: { name: 'deno', language: 'typescript' }, language_info: { name: 'typescript' } }, 'typescript'],
    [{ kernelspec: { name: 'tslab', display_name: 'TypeScript' } }, 'typescript'],
    [{ kernelspec: { name: 'jslab', language: 'javascript' } }, 'javascript'],
    [{ kernelspec: { name: 'javascript', display_name: 'Javascript (Node.js)' } }, 'javascript'],
    [{ language_info: { name: 'python', version: '3.12' } }, 'python'],
    [{ kernelspec: { name: 'python3' } }, 'python'],
    [{ language_info: { name: 'C++17' } }, 'cpp'],
    [{ language_info: { name: 'R' } }, 'r'],
    [{ kernelspec: { name: 'julia-1.10', language: 'julia' } }, 'julia'],
    [{}, 'python'],
  ])('%j has cells in %s', (metadata, language) => {
    expect(only([code('1')], metadata)).toMatchObject({ kind: 'code', language, source: '1' });
  });

  it('follow the language that VS Code notes in a cell, and keep its other notes', () => {
    const cell = only([code('x', [], { metadata: { vscode: { languageId: 'javascript', a: 1 }, tags: ['t'] } })]);
    expect(cell).toMatchObject({
      language: 'javascript',
      extra: { jupyter: { metadata: { vscode: { a: 1 }, tags: ['t'] } } },
    });
  });

  it('counts the cells that will not run', () => {
    const python = { metadata: { vscode: { languageId: 'python' } } };
    expect(importJupyter(file([code('1'), code('2', [], python), code('3', [], python)])).notRun).toEqual({
      python: 2,
    });
  });

  it.each([
    ['%%bash\nls', 'shellscript', '%%bash\nls'],
    ['%%html\n<b>x</b>', 'html', '%%html\n<b>x</b>'],
    ['%%javascript\nx', 'javascript', '// %%javascript\nx'],
    ['%%time\nx', 'time', '%%time\nx'],
  ])('takes the language of a magic: %j', (source, language, result) => {
    expect(only([code(source)])).toMatchObject({ language, source: result });
  });

  it('leaves magics of Python to Python', () => {
    const metadata = { language_info: { name: 'python' } };
    expect(only([code('%%javascript\nalert(1)')], metadata)).toMatchObject({
      language: 'python',
      source: '%%javascript\nalert(1)',
    });
  });
});

describe('cells', () => {
  it('have the text of lines or of one text, without carriage returns', () => {
    expect(only([code(['const a = 1;\r\n', 'a'])])).toMatchObject({ source: 'const a = 1;\na' });
    expect(only([code('a\nb')])).toMatchObject({ source: 'a\nb' });
  });

  it('keep their ids; a double or impossible one gets another, the same each time', () => {
    const cells = ['same', 'same', 'not an id!', undefined].map((id) => code('x', [], { id }));
    const ids = imported(cells).cells.map(({ id }) => id);
    expect(ids[0]).toBe('same');
    expect(new Set(ids).size).toBe(4);
    expect(imported(cells).cells.map(({ id }) => id)).toEqual(ids);
  });

  it('show attached pictures, and keep attachments that the text does not show', () => {
    const attachments = { 'a b.png': { 'image/png': 'QUJD' }, a: { 'image/png': ['RE\n', 'VG'] }, 'left.png': {} };
    const source = ['![one](attachment:a%20b.png)\n', '![two](attachment:a)'];
    expect(only([{ cell_type: 'markdown', id: 'm', metadata: {}, source, attachments }])).toEqual({
      id: 'm',
      kind: 'markdown',
      source: '![one](data:image/png;base64,QUJD)\n![two](data:image/png;base64,REVG)',
      extra: { jupyter: { attachments: { 'left.png': {} } } },
    });
  });

  it('that are raw, or of a kind that nobody knows, stay as plain text', () => {
    const raw = { cell_type: 'raw', id: 'r', metadata: { format: 'text/latex' }, source: '\\LaTeX' };
    expect(only([raw])).toEqual({
      id: 'r',
      kind: 'code',
      language: 'plaintext',
      source: '\\LaTeX',
      outputs: [],
      extra: { jupyter: { type: 'raw', metadata: { format: 'text/latex' } } },
    });
    expect(only([{ ...raw, cell_type: 'new' }])).toMatchObject({ extra: { jupyter: { type: 'new' } } });
  });

  it('of nbformat 3: worksheets, headings, inputs, short names of types', () => {
    const cells = [
      { cell_type: 'heading', level: 2, metadata: {}, source: ['Title'] },
      {
        cell_type: 'code',
        language: 'python',
        input: ['print(1)\n', '1'],
        prompt_number: 1,
        metadata: { collapsed: true },
        outputs: [
          { output_type: 'stream', stream: 'stderr', text: ['1\n'] },
          { output_type: 'pyout', prompt_number: 1, metadata: {}, text: ['1'], png: 'QUJD\n', json: '{"a": 1}' },
          { output_type: 'pyerr', ename: 'E', evalue: 'm', traceback: ['a', 'b'] },
        ],
      },
    ];
    const notebook = importJupyter(bytes({ nbformat: 3, metadata: { name: 'old' }, worksheets: [{ cells }] })).notebook;
    expect(notebook.metadata).toEqual({ jupyter: { name: 'old' } });
    expect(notebook.cells[0]).toMatchObject({ kind: 'markdown', source: '## Title' });
    expect(notebook.cells[1]).toMatchObject({
      language: 'python',
      source: 'print(1)\n1',
      outputs: [
        { items: [{ mime: 'application/vnd.code.notebook.stderr', text: '1\n' }] },
        {
          items: [
            { mime: 'image/png', base64: 'QUJD' },
            { mime: 'application/json', json: { a: 1 } },
            { mime: 'text/plain', text: '1' },
          ],
        },
        {
          items: [{ mime: 'application/vnd.code.notebook.error', json: { name: 'E', message: 'm', stack: 'a\nb' } }],
        },
      ],
    });
  });
});

describe('outputs', () => {
  const outputs = (...list: unknown[]) => (only([code('x', list)]) as { outputs: unknown[] }).outputs;

  it('keep every representation in its form, text last', () => {
    const data = {
      'text/plain': ['a\n', 'b'],
      'text/html': '<b>a</b>',
      'image/png': 'QU\nJD\n',
      'image/svg+xml': ['<svg>', '</svg>'],
      'application/json': [1, { a: null }],
      'application/vnd.vegalite.v5+json': { mark: 'bar' },
      'application/javascript': 'abcd',
      'application/pdf': 'QUJD',
    };
    const metadata = { 'image/png': { width: 3 } };
    expect(outputs({ output_type: 'execute_result', execution_count: 1, data, metadata })).toEqual([
      {
        items: [
          { mime: 'text/html', text: '<b>a</b>' },
          { mime: 'image/png', base64: 'QUJD' },
          { mime: 'image/svg+xml', text: '<svg></svg>' },
          { mime: 'application/json', json: [1, { a: null }] },
          { mime: 'application/vnd.vegalite.v5+json', json: { mark: 'bar' } },
          { mime: 'application/javascript', base64: 'YWJjZA==' },
          { mime: 'application/pdf', base64: 'QUJD' },
          { mime: 'text/plain', text: 'a\nb' },
        ],
        extra: { jupyter: { metadata } },
      },
    ]);
  });

  it('of unknown kinds are kept as JSON', () => {
    expect(outputs({ output_type: 'update', x: 1 }, 'text')).toEqual([
      { items: [{ mime: 'application/json', json: { output_type: 'update', x: 1 } }] },
      { items: [{ mime: 'application/json', json: 'text' }] },
    ]);
  });
});

describe('the way to Jupyter and back', () => {
  const notebook: Notebook = {
    dlnb: 1,
    metadata: {},
    cells: [
      { id: 'm1', kind: 'markdown', source: '# Title\n\nText' },
      {
        id: 'a1',
        kind: 'code',
        language: 'typescript',
        source: 'const a = 1;\na',
        outputs: [
          { items: [{ mime: 'application/vnd.code.notebook.stdout', text: 'one\ntwo\n' }] },
          {
            items: [
              { mime: 'image/png', base64: 'QUJD' },
              { mime: 'text/plain', text: 'a picture' },
            ],
          },
          { items: [{ mime: 'application/vnd.dlnb.tensor', base64: 'AAEC' }] },
          { items: [{ mime: 'application/vnd.plotly.v1+json', json: { data: [], layout: {} } }] },
        ],
      },
      { id: 'b1', kind: 'code', language: 'javascript', folded: true, source: 'a', outputs: [] },
      { id: 'x1', kind: 'code', language: 'typescriptreact', source: '<b />', outputs: [] },
    ],
  };

  it('gives the same cells and outputs', () => {
    const back = importJupyter(bytes(toIpynb(notebook))).notebook;
    const plain = back.cells;
    for (const [i, cell] of notebook.cells.entries())
      expect(plain[i]).toMatchObject({ ...cell, ...(cell.kind === 'code' && { outputs: expect.anything() }) });
    const [before, after] = [notebook, back].map(
      ({ cells }) => (cells[1] as { outputs: { items: unknown[] }[] }).outputs,
    );
    for (const [i, output] of before!.entries())
      for (const item of output.items as { mime: string }[])
        // The export leaves out what only DLNB draws, and says so
        expect(after![i]!.items).toContainEqual(
          item.mime.startsWith('application/vnd.dlnb.')
            ? { mime: 'text/plain', text: `An output of DLNB: ${item.mime}` }
            : item,
        );
  });

  it('says in both formats which inputs are folded', () => {
    const file = toIpynb(notebook);
    const { cells } = JSON.parse(file) as { cells: { metadata: unknown }[] };
    expect(cells[1]!.metadata).toEqual({});
    expect(cells[2]!.metadata).toEqual({ jupyter: { source_hidden: true }, vscode: { languageId: 'javascript' } });
    const back = importJupyter(bytes(file)).notebook.cells[2]!;
    expect(back.folded).toBe(true);
    expect(back.extra).toBeUndefined();
  });

  it('keeps what else Jupyter notes of a hidden input, and does not hide one that it shows', () => {
    const hides = (jupyter: object) =>
      only([{ ...code('1'), metadata: { jupyter } }], { language_info: { name: 'typescript' } });
    expect(hides({ source_hidden: true, outputs_hidden: true })).toMatchObject({
      folded: true,
      extra: { jupyter: { metadata: { jupyter: { outputs_hidden: true } } } },
    });
    for (const value of [false, 1, 'true']) expect(hides({ source_hidden: value })).not.toHaveProperty('folded');
  });

  it('gives a file that can be read', () => {
    const text = printNotebook(importJupyter(bytes(toIpynb(notebook))).notebook);
    expect(printNotebook(parseNotebook(text))).toBe(text);
  });
});

describe('files that are no notebooks', () => {
  it.each([
    ['', /line 1, column 1/],
    ['{"nbformat": 4, "cells": [', /line 1, column 27/],
    ['[]', /not a Jupyter notebook/],
    ['{"dlnb": 1, "cells": []}', /is a DLNB notebook already/],
    ['{"cells": []}', /no number "nbformat"/],
    ['{"nbformat": 2, "worksheets": []}', /nbformat 2 is too old/],
    ['{"nbformat": 5, "cells": []}', /nbformat 5 is too new/],
    ['{"nbformat": 4}', /no list "cells"/],
  ])('%j', (text, message) => {
    expect(() => importJupyter(bytes(text))).toThrow(message);
  });

  it('says so of another encoding', () => {
    expect(() => importJupyter(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(/not UTF-8/);
  });

  it('keeps what is odd inside one', () => {
    const notebook = imported(['text', { cell_type: 'code', source: 5, outputs: {} }, null]);
    expect(notebook.cells.map((cell) => cell.source)).toEqual(['text', '5', '']);
  });
});
