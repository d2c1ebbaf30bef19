// The `.dlnb` format: what is read, kept and refused, the places of errors, and that printing is stable.
import { describe, expect, it } from 'vitest';
import { EXACT } from '../../../../kernel/notebook/format/json.ts';
import {
  decodeNotebook,
  FormatError,
  newCellId,
  NewerVersionError,
  parseNotebook,
  printNotebook,
  type CodeCell,
  type Notebook,
} from '../../../../kernel/notebook/format/index.ts';

const file = (...cells: unknown[]) => JSON.stringify({ dlnb: 1, metadata: {}, cells });
const code = (more: object = {}) => ({
  id: 'c1',
  kind: 'code',
  language: 'typescript',
  source: ['1 + 1'],
  outputs: [],
  ...more,
});
const withItem = (item: unknown) => file(code({ outputs: [{ items: [item] }] }));
const reprint = (text: string) => printNotebook(parseNotebook(text));

function failure(text: string): FormatError {
  try {
    parseNotebook(text);
  } catch (e) {
    expect(e).toBeInstanceOf(FormatError);
    return e as FormatError;
  }
  throw new Error('the text was read');
}

/** Asserts that the error is at the first place of `mark` in the text. */
function failsAt(text: string, mark: string, message: RegExp): void {
  const e = failure(text);
  expect(e.message).toMatch(message);
  expect(text.slice(e.offset, e.offset + mark.length)).toBe(mark);
  const before = text.slice(0, e.offset).split('\n');
  expect([e.line, e.column]).toEqual([before.length, before.at(-1)!.length + 1]);
  expect(e.message).toContain(`line ${e.line}, column ${e.column}: `);
}

describe('reading', () => {
  it.each(['', ' ', '\n', '\r\n\t ', '\ufeff'])('%j is a new, empty notebook', (text) => {
    expect(parseNotebook(text)).toEqual({ dlnb: 1, metadata: {}, cells: [] });
  });

  it('joins the lines of a source', () => {
    expect(parseNotebook(file(code({ source: ['a', '', 'b', ''] }))).cells[0]!.source).toBe('a\n\nb\n');
    expect(parseNotebook(file(code({ source: [] }))).cells[0]!.source).toBe('');
  });

  it('takes a source that is one text', () => {
    expect(parseNotebook(file(code({ source: 'a\r\nb' }))).cells[0]!.source).toBe('a\nb');
  });

  it('reads a file with a byte-order mark and Windows line ends, and prints it without', () => {
    const text = '\ufeff' + JSON.stringify(JSON.parse(file(code())), null, 2).replaceAll('\n', '\r\n');
    expect(reprint(text)).toBe(reprint(file(code())));
  });

  it('gives missing keys their empty values', () => {
    const nb = parseNotebook('{"dlnb":1,"cells":[{"kind":"code"},{"kind":"markdown"}]}');
    expect(nb.metadata).toEqual({});
    expect(nb.cells[0]).toMatchObject({ kind: 'code', language: 'typescript', source: '', outputs: [] });
    expect(new Set(nb.cells.map((c) => c.id)).size).toBe(2);
    for (const { id } of nb.cells) expect(id).toMatch(/^[a-z0-9]{8}$/);
  });

  it('keeps the first of two equal ids and gives the second a fresh one, the same at every reading', () => {
    const text = file(code({ source: ['first'] }), code({ source: ['second'] }), code({ source: ['third'] }));
    const nb = parseNotebook(text);
    expect(nb.cells.map((c) => c.source)).toEqual(['first', 'second', 'third']);
    expect(nb.cells[0]!.id).toBe('c1');
    expect(new Set(nb.cells.map((c) => c.id)).size).toBe(3);
    expect(parseNotebook(text)).toEqual(nb);
  });

  it('reads UTF-8, and names the place of the first invalid byte', () => {
    expect(decodeNotebook(new TextEncoder().encode(file(code({ source: ['π'] })))).cells[0]!.source).toBe('π');
    const bytes = new TextEncoder().encode(file(code({ source: ['\ufffd', 'é'] })));
    const at = bytes.lastIndexOf(0xc3);
    const latin1 = Uint8Array.from([...bytes.slice(0, at), 0xe9, ...bytes.slice(at + 2)]);
    const e = (() => {
      try {
        return decodeNotebook(latin1) as never;
      } catch (e) {
        return e as FormatError;
      }
    })();
    expect(e).toBeInstanceOf(FormatError);
    expect(e.message).toContain('not UTF-8');
    expect(file(code({ source: ['\ufffd', 'é'] }))[e.offset]).toBe('é');
    expect(() => decodeNotebook(Uint8Array.of(0xff, 0xfe, 0x7b, 0))).toThrow(/line 1, column 1: the file is UTF-16/);
  });
});

describe('keeping', () => {
  it('writes unknown keys back at every level, in their order', () => {
    const text = JSON.stringify({
      dlnb: 1,
      metadata: { z: 1, a: { deep: [{ b: null }] } },
      cells: [
        code({ outputs: [{ items: [{ mime: 'a/b', text: 't', itemKey: 1 }], outputKey: [2] }], cellKey: { x: 3 } }),
        {
          id: 'm',
          kind: 'markdown',
          source: ['#'],
          outputs: 'kept, though a markdown cell has none',
          language: 'latex',
        },
      ],
      rootKey: 'r',
      another: false,
    });
    expect(JSON.parse(reprint(text))).toEqual(JSON.parse(text));
    expect(Object.keys(JSON.parse(reprint(text)) as object)).toEqual([
      'dlnb',
      'metadata',
      'cells',
      'rootKey',
      'another',
    ]);
  });

  it('keeps keys that are names of built-in properties', () => {
    const nature = '{"__proto__":{"x":1},"constructor":2,"toString":3,"hasOwnProperty":4}';
    const text = `{"dlnb":1,"metadata":${nature},"cells":[{"id":"a","kind":"markdown","source":[],"__proto__":[5],"valueOf":6}],"__proto__":${nature}}`;
    expect(JSON.parse(reprint(text))).toEqual(JSON.parse(text));
    expect(Object.getPrototypeOf(parseNotebook(text).metadata)).toBe(Object.prototype);
  });

  it('writes whether a cell is folded and what it covers right before its source', () => {
    const notes = { folded: true, covers: ['0.3', '2.1'] };
    const text = reprint(file({ ...code(), more: 1, ...notes }, { id: 'm', kind: 'markdown', source: [], ...notes }));
    expect(text).toContain(
      '      "language": "typescript",\n      "folded": true,\n      "covers": ["0.3", "2.1"],\n      "source": [',
    );
    expect(text).toContain(
      '"kind": "markdown",\n      "folded": true,\n      "covers": ["0.3", "2.1"],\n      "source"',
    );
    expect(parseNotebook(text).cells[0]).toMatchObject({ ...notes, extra: { more: 1 } });
    expect(reprint(text)).toBe(text);
    expect(reprint(file(code({ folded: false, covers: [] })))).toContain('"folded": false,\n      "covers": [],');
  });

  it.each([
    ['folded', 'yes'],
    ['folded', 1],
    ['folded', null],
    ['covers', '0.3'],
    ['covers', ['0.3', 2]],
    ['covers', { a: 1 }],
  ])('keeps a key "%s" of a wrong type, %j, as an unknown one', (key, value) => {
    const notebook = parseNotebook(file(code({ [key]: value })));
    expect(notebook.cells[0]).not.toHaveProperty(key);
    expect(notebook.cells[0]!.extra).toEqual({ [key]: value });
    expect(JSON.parse(printNotebook(notebook))).toEqual(JSON.parse(file(code({ [key]: value }))));
    // A right one replaces it: one key cannot stand twice
    const right = { folded: true, covers: ['1'] };
    Object.assign(notebook.cells[0]!, right);
    expect(parseNotebook(printNotebook(notebook)).cells[0]).toMatchObject(right);
  });

  it('keeps a key named extra', () => {
    expect(JSON.parse(reprint('{"dlnb":1,"extra":{"extra":1}}'))).toEqual({
      dlnb: 1,
      metadata: {},
      cells: [],
      extra: { extra: 1 },
    });
  });

  it.each([
    '1e400',
    '-1e400',
    '12345678901234567890',
    '0.1000000000000000055511151231257827',
    '-0',
    '1e-400',
    '9007199254740993',
  ])('keeps the number %s, which a double cannot hold, as it is written', (n) => {
    const printed = reprint(`{"dlnb":1,"metadata":{"n":${n}},"more":[${n}]}`);
    expect(printed.match(new RegExp(`[ ]${n.replaceAll('.', '\\.')}\\n`, 'g'))).toHaveLength(2);
    // Through any JSON channel, such as the editor's own
    expect(printNotebook(JSON.parse(JSON.stringify(parseNotebook(printed))) as Notebook)).toBe(printed);
  });

  it.each(['1.0', '1e2', '0.10', '0e7', '1E+3', '0.1', '5e-324', '1.7976931348623157e308'])(
    'keeps the value of %s as a number',
    (n) => {
      const nb = parseNotebook(`{"dlnb":1,"metadata":{"n":${n}}}`);
      expect(nb.metadata['n']).toBe(Number(n));
      expect((JSON.parse(printNotebook(nb)) as Notebook).metadata['n']).toBe(Number(n));
    },
  );

  it('is not confused by a file that contains its own notation for such numbers', () => {
    const text = JSON.stringify({
      dlnb: 1,
      metadata: { a: { [EXACT]: '1' }, b: { [`\0${EXACT}`]: '1' }, '\0': 2 },
      cells: [],
    });
    expect(JSON.parse(reprint(text))).toEqual(JSON.parse(text));
  });

  it('gives programs plain numbers and keys in the payload of an output', () => {
    const text = withItem({ mime: 'application/json', json: 'PAYLOAD' }).replace(
      '"PAYLOAD"',
      '{"x":[1e400,-0,0.12345678901234567890],"\\u0000k":1}',
    );
    const output = (parseNotebook(text).cells[0] as CodeCell).outputs[0]!;
    expect(output.items[0]).toEqual({
      mime: 'application/json',
      json: { x: [Infinity, -0, 0.12345678901234568], '\0k': 1 },
    });
    expect(parseNotebook(reprint(text))).toEqual(parseNotebook(text));
  });

  it('keeps texts with every kind of character', () => {
    const source = ['\u0000\u001f"\\/\u2028\u2029\ud800 lone 😀\r', '\t', 'a\rb'];
    const text = file(code({ source, outputs: [{ items: [{ mime: 'text/plain', text: source.join('\n') }] }] }));
    const again = JSON.parse(reprint(text)) as {
      cells: { source: string[]; outputs: { items: { text: string }[] }[] }[];
    };
    expect(again.cells[0]!.outputs[0]!.items[0]!.text).toBe(source.join('\n'));
    expect(again.cells[0]!.source).toEqual([source[0]!.replace('\r', ''), ...source.slice(1)]);
  });
});

describe('refusing', () => {
  it('names a merge conflict and its first marker', () => {
    const text = '{\n"dlnb": 1,\n<<<<<<< HEAD\n"cells": []\n=======\n"cells": [{}]\n>>>>>>> theirs\n}\n';
    failsAt(text, '<<<<<<< HEAD', /merge-conflict marker \(<<<<<<< HEAD\).*keep the lines of one side/);
    failsAt(text.replaceAll('\n', '\r\n'), '<<<<<<< HEAD', /merge-conflict/);
  });

  it('does not take text in a cell for a merge conflict', () => {
    expect(parseNotebook(file(code({ source: ['<<<<<<< HEAD', '=======', '>>>>>>> x'] }))).cells[0]!.source).toContain(
      '<<<<<<< HEAD',
    );
  });

  it.each([
    ['[]', '[]', /a notebook must be an object/],
    ['{}', '{}', /there is no key "dlnb"/],
    ['{"nbformat":4,"cells":[]}', '{', /This is a Jupyter notebook/],
    ['{"dlnb":"1"}', '"1"', /"dlnb" is the version.*must be 1, not "1"/],
    ['{"dlnb":0}', '0', /must be 1, not 0/],
    ['{"dlnb":1.5}', '1.5', /must be 1, not 1.5/],
    ['{"dlnb":1,\n  "metadata":[]}', '[]', /"metadata" must be an object/],
    ['{"dlnb":1,"metadata":null}', 'null', /"metadata" must be an object.*not null/],
    ['{"dlnb":1,"cells":{}}', '{}', /"cells" must be an array/],
    ['{"dlnb":1,"cells":[{"kind":"code"},\n 7]}', '7', /a cell must be an object/],
    ['{"dlnb":1,"cells":[{"id":"a"}]}', '{"id"', /has no "kind"/],
    ['{"dlnb":1,"cells":[{"kind":"raw"}]}', '"raw"', /"kind" must be "code" or "markdown", not "raw"/],
    ['{"dlnb":1,"cells":[{"kind":"code","id":7}]}', '7', /"id" must be/],
    ['{"dlnb":1,"cells":[{"kind":"code","id":"../x"}]}', '"../x"', /"id" must be/],
    ['{"dlnb":1,"cells":[{"kind":"code","source":["a",\n\n  null]}]}', 'null', /a line of "source" must be a text/],
    ['{"dlnb":1,"cells":[{"kind":"code","source":5}]}', '5', /"source" must be an array of lines/],
    ['{"dlnb":1,"cells":[{"kind":"code","language":false}]}', 'false', /"language" must be/],
    ['{"dlnb":1,"cells":[{"kind":"code","outputs":{}}]}', '{}', /"outputs" must be an array/],
    ['{"dlnb":1,"cells":[{"kind":"code","outputs":[3]}]}', '3', /an output must be an object/],
    ['{"dlnb":1,"cells":[{"kind":"code","outputs":[{}]}]}', '{}', /has no "items"/],
    ['{"dlnb":1,"cells":[{"kind":"code","outputs":[{"items":4}]}]}', '4', /"items" must be an array/],
    [withItem(null), 'null', /an output item must be an object/],
    [withItem({ text: 'a' }), '{"text"', /has no "mime"/],
    [withItem({ mime: '', text: 'a' }), '""', /"mime" must be a type/],
    [withItem({ mime: 'a/b' }), '{"mime"', /has no content.*exactly one of/],
    [withItem({ mime: 'a/b', text: '', base64: '' }), '{"mime"', /has "text" and "base64".*exactly one of/],
    [withItem({ mime: 'a/b', text: 9 }), '9', /"text" must be a text/],
    [withItem({ mime: 'a/b', base64: [] }), '[]}', /"base64" must be a text/],
  ])('%s', failsAt);

  it.each(['QQ', 'QQ=', 'Q===', 'Q=Q=', 'QQ==QQ==', 'Q-_=', 'QQ= =', 'QUJ\n'])('%j as base64', (base64) => {
    failsAt(withItem({ mime: 'image/png', base64 }), JSON.stringify(base64), /"base64" is not base64/);
  });

  it.each([
    ['{"dlnb":1', '', /the end of the file \(was it cut off\?\)/],
    ['{"dlnb":1,}', ',}', /"}" after a comma/],
    ['{"dlnb":1,"cells":[1,]}', ',]', /"]" after a comma/],
    ['{"dlnb":1} x', 'x', /found "x" after the end of the notebook/],
    ['{"dlnb":1 "cells":[]}', '"cells"', /expected "," or "}"/],
    ['{dlnb:1}', 'dlnb', /expected a key in double quotes/],
    ['{"dlnb" 1}', '1', /expected ":" after the key "dlnb"/],
    ['{"dlnb":1, // one\n"cells":[]}', '//', /a comment \(JSON has none/],
    ['{"dlnb":01}', '01', /"01" is not a JSON number/],
    ['{"dlnb":-}', '-', /is not a JSON number/],
    ['{"dlnb":1.}', '1.', /is not a JSON number/],
    ['{"dlnb":NaN}', 'NaN', /expected a value, found "NaN"/],
    ['{"dlnb":"a\n"}', '"a', /no closing quote on its line/],
    ['{"dlnb":"a\t"}', '\t', /a control character/],
    ['{"dlnb":"\\x"}', '\\x', /an unknown escape/],
    ['{"dlnb":"\\u12g4"}', '\\u12g4', /an unknown escape/],
    ['{"dlnb":1,"x":{"a":1,"b":2,\n"a":3}}', '"a":3', /the key "a" occurs twice/],
    ['{"dlnb":1,"__proto__":1,"__proto__":2}', '"__proto__":2', /occurs twice/],
    ['{"dlnb":1,"a":1,"\\u0061":2}', '"\\u0061"', /the key "a" occurs twice/],
  ])('%j', failsAt);

  it('counts the byte-order mark in the offset and not in the column', () => {
    expect(failure('\ufeff[]')).toMatchObject({ line: 1, column: 1, offset: 1 });
  });

  it.each(['[', '{"a":', '{"dlnb":1,"metadata":{"a":['])('100,000 times %j, without overflowing the stack', (open) => {
    expect(failure(open.repeat(100_000)).message).toMatch(/more than 1000 levels of nesting|occurs twice|cut off/);
  });

  it('recognizes a newer version and shows the part that it understands', () => {
    const text = '{"dlnb":2,"cells":[{"kind":"markdown","source":["# Hi"]},{"kind":"widget","x":1}],"new":[1]}';
    const e = failure(text);
    expect(e).toBeInstanceOf(NewerVersionError);
    const { version, notebook, message } = e as NewerVersionError;
    expect(version).toBe(2);
    expect(message).toMatch(/line 1, column 9: .*version 2.*update DLNB/);
    expect(notebook.cells.map((c) => c.source.split('\n')[0])).toEqual([
      '# Hi',
      '*This cell needs a newer version of DLNB.*',
    ]);
    expect(notebook.extra).toEqual({ new: [1] });
    expect(() => printNotebook(notebook)).toThrow(/version 2; this program writes version 1/);
  });
});

describe('printing', () => {
  it('writes the keys in the order of the format, one line of source per line, and one newline at the end', () => {
    const nb: Notebook = {
      cells: [
        { source: '# T\n', kind: 'markdown', id: 'm1' },
        {
          outputs: [
            {
              items: [
                { json: { b: [1, 2.5, null], a: ['x'] }, mime: 'application/json' },
                { text: '2', mime: 'text/plain' },
              ],
            },
          ],
          source: 'const a = 1;\na + 1',
          language: 'typescript',
          kind: 'code',
          id: 'c1',
        },
      ],
      metadata: { title: 'T' },
      dlnb: 1,
    };
    expect(printNotebook(nb)).toMatchInlineSnapshot(`
      "{
        "dlnb": 1,
        "metadata": {
          "title": "T"
        },
        "cells": [
          {
            "id": "m1",
            "kind": "markdown",
            "source": [
              "# T",
              ""
            ]
          },
          {
            "id": "c1",
            "kind": "code",
            "language": "typescript",
            "source": [
              "const a = 1;",
              "a + 1"
            ],
            "outputs": [
              {
                "items": [
                  {
                    "mime": "application/json",
                    "json": {
                      "b": [1, 2.5, null],
                      "a": [
                        "x"
                      ]
                    }
                  },
                  {
                    "mime": "text/plain",
                    "text": "2"
                  }
                ]
              }
            ]
          }
        ]
      }
      "
    `);
  });

  it('writes an infinite number so that it is read back, and NaN as null', () => {
    const nb = parseNotebook(withItem({ mime: 'application/json', json: 0 }));
    (nb.cells[0] as CodeCell).outputs[0]!.items = [{ mime: 'application/json', json: [Infinity, -Infinity, NaN] }];
    expect((parseNotebook(printNotebook(nb)).cells[0] as CodeCell).outputs[0]!.items[0]).toMatchObject({
      json: [Infinity, -Infinity, null],
    });
  });

  it('writes a note for an output that nests too deep to be read again', () => {
    let json: Notebook['metadata'] | number = 1;
    for (let i = 0; i < 5000; i++) json = { a: json };
    const nb: Notebook = {
      dlnb: 1,
      metadata: {},
      cells: [
        { id: 'a', kind: 'code', language: 'typescript', source: '', outputs: [{ items: [{ mime: 'x/y', json }] }] },
      ],
    };
    expect((parseNotebook(printNotebook(nb)).cells[0] as CodeCell).outputs[0]!.items[0]).toEqual({
      mime: 'text/plain',
      text: '[x/y: this output was not saved, because it nests deeper than 980 levels]',
    });
  });

  it('writes notes for the largest outputs, but not for sources or unknown keys, if the file would be too long to be read', () => {
    const source = 's'.repeat(3000);
    const item = (mime: string, length: number) => ({ items: [{ mime, text: 't'.repeat(length), kept: mime }] });
    const nb = parseNotebook(
      file(
        code({
          source: [source],
          outputs: [item('a/small', 500), item('b/large', 5000), item('c/medium', 1000)],
          more: 'm'.repeat(500),
        }),
      ),
    );
    const text = printNotebook(nb, { maxLength: 8000 });
    expect(text.length).toBeLessThanOrEqual(8000);
    const again = parseNotebook(text).cells[0] as CodeCell;
    expect(again.source).toBe(source);
    expect(again.extra).toEqual({ more: 'm'.repeat(500) });
    expect(again.outputs.map((o) => o.items[0]!.mime)).toEqual(['a/small', 'text/plain', 'c/medium']);
    expect(again.outputs[1]!.items[0]).toMatchObject({
      text: expect.stringMatching(/^\[b\/large: this output was not saved/) as string,
      extra: { kept: 'b/large' },
    });
    expect(printNotebook(nb, { maxLength: 12_000 })).toBe(printNotebook(nb));
  });

  it('makes ids that are not taken', () => {
    const taken = new Set(['aaaaaaaa']);
    const draws = [...Array<number>(8).fill(0), ...Array<number>(8).fill(0.999)];
    expect(newCellId(taken, () => draws.shift()!)).toBe('99999999');
    expect(newCellId(taken)).toMatch(/^[a-z0-9]{8}$/);
  });
});

describe('10,000 mutations of valid files', () => {
  it('are read with every key kept, or refused with a place, in bounded time', () => {
    const random = seeded(20261121);
    let read = 0;
    let slowest = 0;
    const started = performance.now();
    for (let i = 0; i < 10_000; i++) {
      let text = valid[i % valid.length]!;
      for (let n = random() < 0.8 ? 1 : 3; n > 0; n--) text = mutate(text, random);
      const before = performance.now();
      let notebook: Notebook | undefined;
      try {
        notebook = parseNotebook(text);
      } catch (e) {
        if (!(e instanceof FormatError)) throw new Error(`mutation ${i}: ${String(e)}\n${text}`, { cause: e });
        expect(e.offset).toBeLessThanOrEqual(text.length);
        expect(text.slice(0, e.offset).split(/\r\n|\n|\r/).length).toBe(e.line);
      }
      slowest = Math.max(slowest, performance.now() - before);
      if (!notebook) continue;
      read++;
      const printed = printNotebook(notebook);
      if (/^\s*$/.test(text)) continue;
      const kept = expect(normal(JSON.parse(printed)), `mutation ${i}: ${text}`);
      kept.toEqual(normal(JSON.parse(text.replace(/^\ufeff/, ''))));
      expect(printNotebook(parseNotebook(printed))).toBe(printed);
    }
    expect(read).toBeGreaterThan(1000);
    expect(read).toBeLessThan(9000);
    expect(slowest).toBeLessThan(500);
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), seed | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const valid = [
  file(
    { id: 'k3v9q2ab', kind: 'markdown', source: ['# Title', 'text', ''] },
    code({
      outputs: [
        { items: [{ mime: 'text/plain', text: '2' }] },
        {
          items: [
            { mime: 'image/png', base64: 'iVBORw0KGgo=' },
            { mime: 'text/plain', text: '[image]' },
          ],
        },
      ],
    }),
  ),
  JSON.stringify(
    {
      dlnb: 1,
      metadata: { a: [1, -2.5e3, true, null, 'x'], __b: {} },
      cells: [code({ tags: ['t'], collapsed: false, folded: true, covers: ['0.3'] })],
      generator: { name: 'other', version: 3 },
    },
    null,
    2,
  ),
  `{"dlnb":1,"metadata":{"n":12345678901234567890,"__proto__":{"e":1e400}},"cells":[{"id":"z","kind":"code","language":"javascript","source":"a\\nb","outputs":[{"items":[{"mime":"application/json","json":{"data":[[1,2],[3,4.0]],"s":"\\u00e9\\ud83d\\ude00"}}],"id":"loss"}]}],"z":-0}`,
  '\ufeff' +
    JSON.stringify(
      {
        cells: [
          { source: ['x'], kind: 'markdown', id: 'a' },
          { source: [], kind: 'code', id: 'b' },
        ],
        x: 1,
        dlnb: 1,
      },
      null,
      2,
    ).replaceAll('\n', '\r\n'),
];

const tokens = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[[\]{}:,]/g;
const fresh = [
  '"x"',
  '0',
  '-0',
  '1e400',
  '1.0',
  'null',
  'true',
  '[]',
  '{}',
  '{"q":1}',
  '["a"]',
  '"__proto__"',
  '"dlnb"',
  '"id":"k3v9q2ab"',
  ',',
  ':',
  '[',
  '}',
  '"\\u0000number"',
];
const keys = [
  'dlnb',
  'cells',
  'kind',
  'id',
  'source',
  'outputs',
  'items',
  'text',
  'json',
  'base64',
  'mime',
  'metadata',
  'language',
  'extra',
  '__proto__',
  'constructor',
  'new',
  'folded',
  'covers',
];

/** One change to a text: of a character, of a stretch, of a JSON token, of a key, or of the order. */
function mutate(text: string, random: () => number): string {
  const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
  const at = Math.floor(random() * text.length);
  const spans = [...text.matchAll(tokens)].map((m) => [m.index, m.index + m[0].length] as const);
  const replace = ([start, end]: readonly [number, number], by: string) => text.slice(0, start) + by + text.slice(end);
  if (spans.length < 4) return text + pick(fresh);
  switch (Math.floor(random() * 9)) {
    case 0:
      return replace([at, at + 1], String.fromCharCode(text.charCodeAt(at) ^ (1 << Math.floor(random() * 8))));
    case 1:
      return replace([at, at + 1 + Math.floor(random() * 8)], '');
    case 2:
      return replace(
        [at, at],
        pick([...fresh, '\n', ' ', '\0', '\\', '"', '\ufeff', '\n<<<<<<< HEAD\n', '//', '\ud800']),
      );
    case 3:
      return replace(pick(spans), pick(fresh));
    case 4:
      return replace(pick(spans), text.slice(...pick(spans)));
    case 5: {
      const named = [...text.matchAll(/"((?:[^"\\]|\\.)*)"(?=\s*:)/g)].map(
        (m) => [m.index, m.index + m[0].length] as const,
      );
      return named.length ? replace(pick(named), JSON.stringify(pick(keys))) : text;
    }
    case 6: {
      const [a, b] = [pick(spans), pick(spans)].sort((x, y) => x[0] - y[0]);
      if (a![1] > b![0]) return text;
      return (
        text.slice(0, a![0]) + text.slice(...b!) + text.slice(a![1], b![0]) + text.slice(...a!) + text.slice(b![1])
      );
    }
    case 7: {
      const [a, b] = [pick(spans), pick(spans)].sort((x, y) => x[0] - y[0]);
      return replace([b![1], b![1]], text.slice(a![0], b![1]));
    }
    default:
      return text.slice(0, at);
  }
}

/** The content of a file without permitted differences: split sources, values of missing keys, new and repaired ids. */
function normal(value: unknown): unknown {
  const root = value as { metadata?: unknown; cells?: Record<string, unknown>[] };
  const seen = new Set<unknown>();
  const cells = (root.cells ?? []).map((cell) => {
    const { id, source, ...others } = cell;
    const repaired = id === undefined || id === '' || seen.has(id);
    seen.add(id);
    const text = Array.isArray(source) ? source.join('\n') : ((source as string | undefined) ?? '');
    return {
      ...(cell['kind'] === 'code' && { language: 'typescript', outputs: [] }),
      ...others,
      // A repaired id of the printed file is an ordinary id of eight characters
      id: repaired || /^[a-z0-9]{8}$/.test(id as string) ? 'any' : id,
      source: text.replaceAll('\r\n', '\n'),
    };
  });
  return { metadata: {}, ...root, cells };
}
