// The runs and outputs of a notebook, replayed: kernel events in, commands for the editor out.
import { describe, expect, test } from 'vitest';
import { coalesce, type EditorCommand } from '../../../../extension/execution/editor-commands.ts';
import { OutputsModel, type RunEvent } from '../../../../extension/execution/outputs-model.ts';
import { MAX_OUTPUTS } from '../../../../kernel/wire/limits.ts';
import { ERROR, STDERR, STDOUT, SUMMARY, TRAINING } from '../../../../kernel/wire/mime.ts';
import type { MimeBundle, MimeItem, OutputEvent } from '../../../../kernel/wire/protocol.ts';

/** A model and, beside it, what an editor that obeys its commands would show. */
class Screen {
  readonly model = new OutputsModel();
  readonly cells = new Map<string, { key: string; items: MimeBundle }[]>();
  readonly commands: EditorCommand[] = [];

  apply(...events: RunEvent[]): this {
    for (const event of events) this.obey(this.model.apply(event));
    return this;
  }

  obey(commands: readonly EditorCommand[]): void {
    for (const c of commands) {
      this.commands.push(c);
      const shown = this.cells.get(c.cell) ?? [];
      this.cells.set(c.cell, shown);
      if (c.do === 'clear' || c.do === 'replaceAll') shown.length = 0;
      if (c.do === 'append' || c.do === 'replaceAll') shown.push({ key: c.key, items: [...c.items] });
      if (c.do === 'appendItems') shown.find((o) => o.key === c.key)!.items.push(...c.items);
      if (c.do === 'replaceItems') shown.find((o) => o.key === c.key)!.items = [...c.items];
    }
  }

  /** Text of each output, streams joined. */
  texts(cell: string): string[] {
    return (this.cells.get(cell) ?? []).map(({ items }) => items.map((i) => ('text' in i ? i.text : i.mime)).join(''));
  }

  ends(cell: string): (boolean | undefined)[] {
    return this.commands.flatMap((c) => (c.do === 'end' && c.cell === cell ? [c.success] : []));
  }
}

const start = (cell = 'a', order = 1): RunEvent => ({ type: 'started', cell, order, time: 0 });
const finish = (end: 'ok' | 'error' | 'interrupted' | 'canceled' = 'ok', cell = 'a'): RunEvent => ({
  type: 'finished',
  cell,
  end,
  time: 1,
});
const output = (event: OutputEvent, cell = 'a'): RunEvent => ({ type: 'output', cell, event });
const print = (text: string, name: 'stdout' | 'stderr' = 'stdout', cell = 'a') =>
  output({ kind: 'stream', name, text }, cell);
const bundle = (text: string): MimeBundle => [{ mime: 'text/plain', text }];
const display = (text: string, id?: string, cell = 'a') =>
  output({ kind: 'display', bundle: bundle(text), ...(id && { id }) }, cell);
const update = (id: string, text: string, cell = 'a') => output({ kind: 'update', id, bundle: bundle(text) }, cell);

describe('a run', () => {
  test('starts with its number and ends with success', () => {
    const screen = new Screen().apply({ type: 'queued', cell: 'a' }, start('a', 7), finish());
    expect(screen.commands[0]).toEqual({ do: 'start', cell: 'a', order: 7, time: 0 });
    expect(screen.ends('a')).toEqual([true]);
  });

  test('that was interrupted or failed ends without success, one that never ran with neither', () => {
    expect(new Screen().apply(start(), finish('interrupted')).ends('a')).toEqual([false]);
    expect(new Screen().apply(start(), finish('error')).ends('a')).toEqual([false]);
    expect(new Screen().apply({ type: 'queued', cell: 'a' }, finish('canceled')).commands).toEqual([
      { do: 'end', cell: 'a', success: undefined, time: 1 },
    ]);
  });

  test('replaces the outputs of the run before in one step when its first output comes', () => {
    const screen = new Screen().apply(start(), print('old'), finish(), start(), print('new'));
    expect(screen.commands.filter((c) => c.do === 'clear')).toEqual([]);
    expect(screen.texts('a')).toEqual(['new']);
  });

  test('removes the outputs of the run before after a moment without output', () => {
    const screen = new Screen().apply(start(), print('old'), finish(), start(), { type: 'settled', cell: 'a' });
    expect(screen.texts('a')).toEqual([]);
    expect(screen.apply(print('new')).texts('a')).toEqual(['new']);
  });

  test('without any output removes the outputs of the run before when it ends', () => {
    expect(new Screen().apply(start(), print('old'), finish(), start(), finish()).texts('a')).toEqual([]);
  });

  test('that cannot begin shows the reason, not to be saved, and ends', () => {
    const failed: RunEvent = {
      type: 'failed',
      cell: 'a',
      bundle: [{ mime: ERROR, json: {} }],
      transient: true,
      time: 2,
    };
    const screen = new Screen().apply({ type: 'queued', cell: 'a' }, failed);
    expect(screen.commands.map((c) => c.do)).toEqual(['start', 'replaceAll', 'end']);
    expect(screen.commands[1]).toMatchObject({ transient: true });
    expect(screen.ends('a')).toEqual([false]);
  });

  test('whose kernel dies keeps what it printed and adds the reason', () => {
    const failed: RunEvent = { type: 'failed', cell: 'a', bundle: bundle('killed'), time: 2 };
    expect(new Screen().apply(start(), print('one'), failed).texts('a')).toEqual(['one', 'killed']);
  });
});

describe('streams', () => {
  test('text is appended to the last output of the same stream and never sent twice', () => {
    const screen = new Screen().apply(start(), print('a'), print('b'), print('c'));
    expect(screen.texts('a')).toEqual(['abc']);
    const sent = screen.commands.flatMap((c) => ('items' in c ? c.items : [])).map((i) => ('text' in i ? i.text : ''));
    expect(sent).toEqual(['a', 'b', 'c']);
  });

  test('stdout and stderr take turns in outputs of their own', () => {
    const screen = new Screen().apply(start(), print('a'), print('b', 'stderr'), print('c'));
    expect(screen.cells.get('a')!.map((o) => o.items[0]!.mime)).toEqual([STDOUT, STDERR, STDOUT]);
  });

  test('a display between two texts keeps them apart', () => {
    expect(new Screen().apply(start(), print('a'), display('x'), print('b')).texts('a')).toEqual(['a', 'x', 'b']);
  });

  test('text that comes after the end of the run goes to its cell', () => {
    expect(new Screen().apply(start(), print('a'), finish(), print('late')).texts('a')).toEqual(['alate']);
  });
});

describe('display ids', () => {
  test('an update replaces the output in place, also in another cell whose run is over', () => {
    const screen = new Screen().apply(start('a'), display('1', 'p'), print('x'), finish('ok', 'a'));
    screen.apply(start('b', 2), update('p', '2', 'b'));
    expect(screen.texts('a')).toEqual(['2', 'x']);
    expect(screen.texts('b')).toEqual([]);
  });

  test('two outputs with one id are both replaced', () => {
    const screen = new Screen().apply(
      start('a'),
      display('1', 'p', 'a'),
      display('1', 'p', 'b'),
      update('p', '2', 'c'),
    );
    expect([screen.texts('a'), screen.texts('b'), screen.texts('c')]).toEqual([['2'], ['2'], []]);
  });

  test('an update whose output was cleared by the user shows the value in the cell that sent it', () => {
    const screen = new Screen().apply(start('a'), display('1', 'p'), finish());
    screen.apply({ type: 'removed', cell: 'a', keys: new Set(screen.model.keys('a')) });
    screen.cells.set('a', []);
    screen.apply(start('b'), update('p', '2', 'b'), update('p', '3', 'b'));
    expect([screen.texts('a'), screen.texts('b')]).toEqual([[], ['3']]);
  });

  test('an update in a new run of the cell does not write to the outputs of the run before', () => {
    const screen = new Screen().apply(start(), display('1', 'p'), finish(), start(), update('p', '2'));
    expect(screen.texts('a')).toEqual(['2']);
    expect(screen.commands.filter((c) => c.do === 'replaceItems')).toEqual([]);
  });

  test('a fresh kernel knows no ids of the one before', () => {
    const screen = new Screen().apply(
      start('a'),
      display('1', 'p'),
      finish(),
      { type: 'kernelGone' },
      start('b'),
      update('p', '2', 'b'),
    );
    expect([screen.texts('a'), screen.texts('b')]).toEqual([['1'], ['2']]);
  });
});

describe('pictures', () => {
  const drawn = (name: string): MimeBundle => [
    { mime: SUMMARY, json: name },
    { mime: 'text/plain', text: name },
  ];
  const shown = (name: string, picture: number, id?: string) =>
    output({ kind: 'display', bundle: drawn(name), picture, ...(id && { id }) });
  const png: MimeItem = { mime: 'image/png', bytes: new Uint8Array([1]) };
  const arrived = (picture: number, item: MimeItem | undefined = png) =>
    output({ kind: 'picture', picture, ...(item && { item }) });
  const mimes = (screen: Screen) => screen.cells.get('a')!.map(({ items }) => items.map(({ mime }) => mime));

  test('are put behind the item that the editor draws, in the same output', () => {
    const screen = new Screen().apply(start(), shown('t', 1), print('x'), arrived(1), finish());
    expect(mimes(screen)).toEqual([[SUMMARY, 'image/png', 'text/plain'], [STDOUT]]);
    expect(screen.commands.at(-2)).toMatchObject({ do: 'replaceItems' });
  });

  test('come after the end of a run, and after the kernel has cleared other outputs, too', () => {
    const screen = new Screen().apply(start(), shown('t', 1), shown('u', 2), finish(), arrived(2), arrived(1));
    expect(mimes(screen)).toEqual([
      [SUMMARY, 'image/png', 'text/plain'],
      [SUMMARY, 'image/png', 'text/plain'],
    ]);
  });

  test('of a state that is shown no more are left out', () => {
    const again = output({ kind: 'update', id: 'p', bundle: drawn('new'), picture: 2 });
    const screen = new Screen().apply(start(), shown('old', 1, 'p'), again, arrived(1));
    expect(mimes(screen)).toEqual([[SUMMARY, 'text/plain']]);
    expect(mimes(screen.apply(arrived(2)))).toEqual([[SUMMARY, 'image/png', 'text/plain']]);
  });

  test('that could not be made, or whose output was removed, change nothing', () => {
    const screen = new Screen().apply(start(), shown('t', 1), output({ kind: 'picture', picture: 1 }), arrived(1));
    expect(mimes(screen)).toEqual([[SUMMARY, 'text/plain']]);
    const cleared = new Screen().apply(start(), shown('t', 1), output({ kind: 'clear', wait: false }), arrived(1));
    expect(mimes(cleared)).toEqual([]);
  });
});

describe('clearing', () => {
  test('at once', () => {
    expect(new Screen().apply(start(), print('a'), output({ kind: 'clear', wait: false })).texts('a')).toEqual([]);
  });

  test('when the next output comes, in one step', () => {
    const screen = new Screen().apply(start(), print('a'), output({ kind: 'clear', wait: true }));
    expect(screen.texts('a')).toEqual(['a']);
    screen.apply(display('b'));
    expect(screen.texts('a')).toEqual(['b']);
    expect(screen.commands.at(-1)!.do).toBe('replaceAll');
  });

  test('that waits for an output which never comes leaves what is shown', () => {
    const screen = new Screen().apply(start(), print('a'), output({ kind: 'clear', wait: true }), finish());
    expect(screen.texts('a')).toEqual(['a']);
  });
});

// The kernel sends no more than MAX_OUTPUTS displays, and says so (test/kernel/output.test.ts); text it always sends
describe(`after ${MAX_OUTPUTS} outputs`, () => {
  const full = () => {
    const screen = new Screen().apply(start(), print('first'));
    for (let i = 1; i < MAX_OUTPUTS; i++) screen.apply(display(`d${i}`));
    return screen;
  };

  test('text is added to its stream, however streams alternate, and an error is shown', () => {
    const screen = full().apply(print('e1', 'stderr'), print(' second'), print(' e2', 'stderr'), print(' third'));
    screen.apply(
      output({ kind: 'error', error: { version: 1, name: '', message: '', frames: [] }, bundle: bundle('boom') }),
    );
    expect(screen.texts('a')[0]).toBe('first second third');
    expect(screen.texts('a').slice(MAX_OUTPUTS)).toEqual(['e1 e2', 'boom']);
  });

  test('a new run starts to count anew', () => {
    const screen = full().apply(display('x'), finish(), start(), display('y'));
    expect(screen.texts('a')).toEqual(['y']);
  });
});

describe('coalescing', () => {
  /** Whatever is left out, the screen is the same. */
  const same = (events: RunEvent[]) => {
    const model = new OutputsModel();
    const all = events.flatMap((e) => model.apply(e));
    const plain = new Screen();
    plain.obey(all);
    const fewer = new Screen();
    fewer.obey(coalesce(all));
    for (const cell of plain.cells.keys()) expect(fewer.texts(cell)).toEqual(plain.texts(cell));
    expect(fewer.ends('a')).toEqual(plain.ends('a'));
    return { all, fewer: fewer.commands };
  };

  test('joins text of a thousand lines into one command', () => {
    const { fewer } = same([start(), ...Array.from({ length: 1000 }, (_, i) => print(`${i}\n`)), finish()]);
    expect(fewer.map((c) => c.do)).toEqual(['start', 'replaceAll', 'end']);
  });

  test('keeps only the last state of an output that is updated many times', () => {
    const { fewer } = same([start(), display('0', 'p'), ...Array.from({ length: 100 }, (_, i) => update('p', `${i}`))]);
    expect(fewer.map((c) => c.do)).toEqual(['start', 'replaceAll']);
  });

  test('leaves out what is cleared again', () => {
    const { fewer } = same([start(), print('a'), output({ kind: 'clear', wait: false }), print('b')]);
    expect(fewer.filter((c) => 'items' in c)).toHaveLength(1);
  });

  test('random runs look the same with and without it', () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    for (let round = 0; round < 300; round++) {
      const events: RunEvent[] = [start('a'), start('b')];
      for (let i = 0; i < 40; i++) {
        const cell = random(2) ? 'a' : 'b';
        const choices: RunEvent[] = [
          print(`${i}`, random(2) ? 'stdout' : 'stderr', cell),
          display(`d${i}`, random(2) ? `id${random(3)}` : undefined, cell),
          update(`id${random(3)}`, `u${i}`, cell),
          output({ kind: 'clear', wait: random(2) === 0 }, cell),
          finish('ok', cell),
          start(cell),
          { type: 'settled', cell },
          print(`${i}`, 'stdout', cell),
        ];
        events.push(choices[random(choices.length)]!);
      }
      same(events);
    }
  });
});

describe('a training or a progress bar', () => {
  const chart = (state: string): MimeBundle => [{ mime: TRAINING, json: { runs: [{ name: 'a', state }] } }];
  const shown = (screen: Screen) => (screen.cells.get('a')![0]!.items[0] as { json: unknown }).json;
  const display = (event: OutputEvent): RunEvent => ({ type: 'output', cell: 'a', event });

  test('is interrupted when its kernel is gone, and only if it was running', () => {
    for (const [last, then] of [
      ['running', 'interrupted'],
      ['failed', 'failed'],
    ] as const) {
      const screen = new Screen().apply(
        { type: 'started', cell: 'a', order: 1, time: 0 },
        display({ kind: 'display', id: 't', bundle: chart('running') }),
        display({ kind: 'update', id: 't', bundle: chart(last) }),
      );
      expect(screen.model.hasRunning).toBe(last === 'running');
      screen.apply({ type: 'kernelGone' }, { type: 'kernelGone' });
      expect(shown(screen)).toMatchObject({ runs: [{ name: 'a', state: then }] });
      expect(screen.model.hasRunning).toBe(false);
    }
  });
});
