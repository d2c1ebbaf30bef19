// What output events make of a notebook's outputs.
import { describe, expect, it } from 'vitest';
import { foldTerminalText } from '../../../../../kernel/notebook/format/terminal.ts';
import { NotebookOutputs } from '../../../../../kernel/host/client/outputs.ts';
import { CELL_ERROR, ERROR, STDERR, STDOUT, SUMMARY } from '../../../../../kernel/wire/mime.ts';
import type { MimeBundle, MimeItem, OutputEvent } from '../../../../../kernel/wire/protocol.ts';

const out = (text: string): OutputEvent => ({ kind: 'stream', name: 'stdout', text });
const err = (text: string): OutputEvent => ({ kind: 'stream', name: 'stderr', text });
const show = (text: string, id?: string): OutputEvent => ({
  kind: 'display',
  bundle: [{ mime: 'text/plain', text }],
  ...(id && { id }),
});
const update = (id: string, text: string): OutputEvent => ({
  kind: 'update',
  id,
  bundle: [{ mime: 'text/html', text }],
});

function after(...events: [cell: string, event: OutputEvent][]): NotebookOutputs {
  const outputs = new NotebookOutputs();
  for (const [cell, event] of events) outputs.apply(cell, event);
  return outputs;
}
const plain = (text: string) => ({ items: [{ mime: 'text/plain', text }] });
const stream = (mime: string, text: string) => ({ items: [{ mime, text }] });

describe('outputs of a notebook', () => {
  it('joins text of the same stream, and begins anew after anything else', () => {
    const outputs = after(
      ['a', out('1')],
      ['a', out('2\n')],
      ['a', err('3')],
      ['a', out('4')],
      ['a', show('5')],
      ['a', out('6')],
      ['b', out('7')],
      ['a', out('8')],
    );
    expect(outputs.of('a')).toEqual([
      stream(STDOUT, '12\n'),
      stream(STDERR, '3'),
      stream(STDOUT, '4'),
      plain('5'),
      stream(STDOUT, '68'),
    ]);
    expect(outputs.of('b')).toEqual([stream(STDOUT, '7')]);
  });

  it('makes no output of empty text', () => {
    expect(after(['a', out('')]).of('a')).toEqual([]);
  });

  it('updates every output with the display id, in whatever cell, where it stands', () => {
    const outputs = after(['a', show('1', 'x')], ['a', show('2')], ['b', show('3', 'x')], ['b', update('x', 'new')]);
    expect(outputs.of('a')).toEqual([{ items: [{ mime: 'text/html', text: 'new' }] }, plain('2')]);
    expect(outputs.of('b')).toEqual([{ items: [{ mime: 'text/html', text: 'new' }] }]);
  });

  it('shows an update anew in its own cell when the output it was for is gone', () => {
    const outputs = after(
      ['a', show('1', 'x')],
      ['a', { kind: 'clear', wait: false }],
      ['b', update('x', '2')],
      ['b', update('x', '3')],
    );
    expect(outputs.of('a')).toEqual([]);
    expect(outputs.of('b')).toEqual([{ items: [{ mime: 'text/html', text: '3' }] }]);
  });

  it('clears at once, or when the next output comes', () => {
    expect(after(['a', out('1')], ['a', { kind: 'clear', wait: false }]).of('a')).toEqual([]);
    const outputs = after(['a', out('1')], ['a', { kind: 'clear', wait: true }], ['b', out('2')]);
    expect(outputs.of('a')).toEqual([stream(STDOUT, '1')]);
    outputs.apply('a', out('3'));
    outputs.apply('a', show('4'));
    expect(outputs.of('a')).toEqual([stream(STDOUT, '3'), plain('4')]);
  });

  it('clears now although it was to wait', () => {
    const outputs = after(
      ['a', out('1')],
      ['a', { kind: 'clear', wait: true }],
      ['a', { kind: 'clear', wait: false }],
      ['a', out('2')],
      ['a', out('3')],
    );
    expect(outputs.of('a')).toEqual([stream(STDOUT, '23')]);
  });

  it('begins a run without the outputs of the last', () => {
    const outputs = new NotebookOutputs([
      ['a', [plain('old')]],
      ['b', [plain('kept')]],
    ]);
    outputs.start('a');
    outputs.apply('a', show('new'));
    outputs.apply('b', show('late'));
    expect(outputs.of('a')).toEqual([plain('new')]);
    expect(outputs.of('b')).toEqual([plain('kept'), plain('late')]);
  });

  it('keeps both forms of an error', () => {
    const error = { version: 1, name: 'E', message: 'm', frames: [] } as const;
    const outputs = after([
      'a',
      {
        kind: 'error',
        error: { ...error, frames: [] },
        bundle: [
          { mime: CELL_ERROR, json: error },
          { mime: ERROR, json: { name: 'E', message: 'm', stack: '' } },
        ],
      },
    ]);
    expect(outputs.of('a')).toEqual([
      {
        items: [
          { mime: CELL_ERROR, json: error },
          { mime: ERROR, json: { name: 'E', message: 'm', stack: '' } },
        ],
      },
    ]);
  });

  it('writes bytes as base64, of a part of a buffer too', () => {
    const bytes = new Uint8Array([9, 255, 0, 128, 9]).subarray(1, 4);
    expect(after(['a', { kind: 'display', bundle: [{ mime: 'image/png', bytes }] }]).of('a')).toEqual([
      { items: [{ mime: 'image/png', base64: '/wCA' }] },
    ]);
  });

  it('says so where a payload is not JSON', () => {
    const [output] = after([
      'a',
      {
        kind: 'display',
        bundle: [
          { mime: 'x/y', json: { n: 1n } },
          { mime: 'x/z', json: { d: new Date(0), u: undefined, n: NaN } },
        ],
      },
    ]).of('a');
    expect(output!.items[0]).toEqual({
      mime: 'text/plain',
      text: expect.stringMatching(/^\[x\/y: this output cannot be shown, because it is not JSON/) as string,
    });
    expect(output!.items[1]).toEqual({ mime: 'x/z', json: { d: '1970-01-01T00:00:00.000Z', n: null } });
  });
});

describe('pictures of outputs', () => {
  const table = (name: string): MimeBundle => [
    { mime: SUMMARY, json: name },
    { mime: 'text/plain', text: name },
  ];
  const png: MimeItem = { mime: 'image/png', bytes: new Uint8Array([255]) };

  it('are awaited, and go behind the item that they were made from', () => {
    const outputs = after(['a', { kind: 'display', bundle: table('t'), picture: 3 }]);
    expect(outputs.awaitedPictures).toBe(1);
    outputs.apply('a', { kind: 'picture', picture: 3, item: png });
    expect(outputs.awaitedPictures).toBe(0);
    expect(outputs.of('a')).toEqual([
      {
        items: [
          { mime: SUMMARY, json: 't' },
          { mime: 'image/png', base64: '/w==' },
          { mime: 'text/plain', text: 't' },
        ],
      },
    ]);
  });

  it('of an earlier state do not come to a later one', () => {
    const outputs = after(
      ['a', { kind: 'display', id: 'p', bundle: table('1'), picture: 1 }],
      ['a', { kind: 'update', id: 'p', bundle: table('2'), picture: 2 }],
      ['a', { kind: 'picture', picture: 1, item: png }],
    );
    expect([outputs.of('a')[0]!.items.length, outputs.awaitedPictures]).toEqual([2, 1]);
    outputs.apply('a', { kind: 'picture', picture: 2 });
    expect([outputs.of('a')[0]!.items.length, outputs.awaitedPictures]).toEqual([2, 0]);
  });
});

describe('printed text with control characters', () => {
  it.each([
    ['10 %\r50 %\r100 %\ndone', '100 %\ndone'],
    ['abcdef\rXY', 'XYcdef'],
    ['half\r', 'half\r'],
    ['line\r\nnext', 'line\nnext'],
    ['abc\b\bX', 'aX'],
    ['\n\bx', '\n\bx'],
    ['plain', 'plain'],
  ])('%j is kept as %j', (printed, kept) => {
    const outputs = new NotebookOutputs();
    for (const text of printed) outputs.apply('a', { kind: 'stream', name: 'stdout', text });
    const [output] = outputs.of('a');
    expect(output!.items[0]).toMatchObject({ text: kept });
    expect(foldTerminalText(kept)).toBe(kept);
  });
});
