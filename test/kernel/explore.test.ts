// Controls in a real kernel process: live values, latest wins, errors, interrupts, grids, and requests that no kernel
// must follow.
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  combinationAt,
  combinations,
  readControls,
  readGridFrames,
  type ControlsFrame,
  type ControlsNews,
  type ControlsPayload,
  type ControlValues,
  type GridFrames,
  type Part,
} from '../../kernel/wire/controls.ts';
import { CELL_ERROR, CONTROLS, PLOTLY, STDOUT, TENSOR } from '../../kernel/wire/mime.ts';
import type { OutputEvent } from '../../kernel/wire/protocol.ts';
import { TestKernel, type Ran } from './kernel.ts';

let k: TestKernel;
beforeAll(async () => {
  k = new TestKernel();
  expect((await k.run("import { explore, button, viz, display, seed, tf } from 'dlnb'")).status).toBe('ok');
}, 60_000);
afterAll(() => k.stop());

const payloadsOf = (events: readonly OutputEvent[]): ControlsPayload[] =>
  events.flatMap((event) =>
    event.kind === 'display' || event.kind === 'update'
      ? event.bundle.flatMap((item) => (item.mime === CONTROLS && 'json' in item ? [readControls(item.json)] : []))
      : [],
  );
const outputs = () => payloadsOf(k.messages.flatMap((m) => (m.type === 'output' ? [m.event] : [])));
/** The panel that the run has shown; the output of an earlier one may be updated meanwhile. */
const panelOf = (ran: Ran) => payloadsOf(ran.events.filter(({ kind }) => kind === 'display'))[0]!;
const news = (panel: number): ControlsNews[] =>
  k.messages.flatMap((m) => (m.type === 'controls' && m.news.panel === panel ? [m.news] : []));
const frames = (panel: number) => news(panel).filter((n): n is ControlsFrame => n.type === 'frame');
let seq = 0;
const set = (panel: number, values: ControlValues) => {
  k.process.controls({ type: 'set', panel, view: 7, seq: ++seq, values });
  return seq;
};
async function until<T>(find: () => T | undefined | false, ms = 10_000): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    const found = find();
    if (found) return found;
    if (performance.now() > end) throw new Error('it did not come in time');
    await new Promise((r) => setTimeout(r, 5));
  }
}
const answerTo = (panel: number, n: number) => until(() => frames(panel).find((f) => f.seq === n));
const textOf = (part: Part | undefined) => {
  const item = part?.items[0];
  return item && 'text' in item ? item.text : undefined;
};
const framesOf = ({ grid }: ControlsPayload): GridFrames =>
  readGridFrames(JSON.parse(gunzipSync(Buffer.from(grid!.frames, 'base64')).toString()), grid!.samples);

describe('explore', () => {
  it('shows its controls and what the function draws first, once', async () => {
    const ran = await k.run(
      "explore({ w: [-2, 2], kind: ['relu', 'tanh'], on: true, go: button('New data'), n: { from: 1, to: 100, step: 1, log: true, value: 10, label: 'examples' } }, (v) => [JSON.stringify(v), viz.line([v.w, v.n])], { title: 'Unit' })",
    );
    expect(ran.status).toBe('ok');
    const [panel, ...others] = payloadsOf(ran.events);
    expect(others).toEqual([]);
    expect(panel).toMatchObject({ of: 'explore', title: 'Unit' });
    expect(panel!.controls).toEqual([
      { kind: 'range', name: 'w', from: -2, to: 2, value: 0 },
      { kind: 'choice', name: 'kind', options: ['relu', 'tanh'], value: 0 },
      { kind: 'check', name: 'on', value: true },
      { kind: 'button', name: 'go', label: 'New data', value: 0 },
      { kind: 'range', name: 'n', label: 'examples', from: 1, to: 100, step: 1, log: true, value: 10 },
    ]);
    expect(textOf(panel!.shown[0])).toContain('{"w":0,"kind":"relu","on":true,"go":0,"n":10}');
    expect(panel!.shown[1]!.items[0]!.mime).toBe(PLOTLY);
    expect(ran.text).toMatch(/^Unit: w = 0, kind = relu, on = on, examples = 10\n/);
  });

  it('draws for the value that a view sends, in under 100 ms, and keeps it in its output', async () => {
    const { panel } = panelOf(
      await k.run(
        'const seen = explore({ w: [-2, 2], b: [0, 1] }, ({ w, b }) => [viz.line([w, b, w * b]), tf.tensor1d([w, b, 1]), w])',
      ),
    );
    await answerTo(panel, set(panel, { w: 1 }));
    const times: number[] = [];
    for (let i = 1; i <= 10; i++) {
      const begun = performance.now();
      const { shown, values } = await answerTo(panel, set(panel, { w: i / 10 }));
      times.push(performance.now() - begun);
      expect(values).toEqual({ w: i / 10, b: 0.5 });
      expect(shown!.map(({ items }) => items[0]!.mime)).toEqual([PLOTLY, TENSOR, 'text/plain']);
      expect(textOf(shown![2])).toBe(String(i / 10));
    }
    expect(times.sort((a, b) => a - b)[5]).toBeLessThan(100);
    expect((await k.run('seen.values')).text).toBe('{ w: 1, b: 0.5 }');
    const kept = await until(() => outputs().find((p) => p.panel === panel && p.controls[0]!.value === 1));
    expect(textOf(kept.shown[2])).toBe('1');
  });

  it('calls a slow function for the newest value only, and never twice at a time', async () => {
    const { panel } = panelOf(
      await k.run(
        'let calls = 0, open = 0, most = 0; explore({ w: [0, 100] }, async ({ w }) => { calls++; most = Math.max(most, ++open); await new Promise((r) => setTimeout(r, 60)); open--; return w; })',
      ),
    );
    let last = 0;
    for (let i = 1; i <= 40; i++) {
      last = set(panel, { w: i });
      await new Promise((r) => setTimeout(r, 5));
    }
    expect(textOf((await answerTo(panel, last)).shown![0])).toBe('40');
    expect(frames(panel).length).toBeLessThan(12);
    expect((await k.run('most')).text).toBe('1');
    // Also where the function computes and the requests queue up
    const busy = panelOf(
      await k.run(
        'explore({ w: [0, 100] }, ({ w }) => { const end = Date.now() + 60; while (Date.now() < end); return w; })',
      ),
    ).panel;
    for (let i = 1; i <= 40; i++) last = set(busy, { w: i });
    expect(textOf((await answerTo(busy, last)).shown![0])).toBe('40');
    expect(frames(busy).length).toBeLessThan(5);
  });

  it('draws while another cell waits', async () => {
    const { panel } = panelOf(await k.run('explore({ w: [0, 10] }, ({ w }) => w * 2)'));
    const running = k.run('await new Promise((r) => setTimeout(r, 600)); "waited"');
    await new Promise((r) => setTimeout(r, 100));
    const begun = performance.now();
    expect(textOf((await answerTo(panel, set(panel, { w: 4 }))).shown![0])).toBe('8');
    expect(performance.now() - begun).toBeLessThan(400);
    expect((await running).text).toBe("'waited'");
  });

  it('shows an error of the function with its line, and goes on with the next value', async () => {
    const { panel } = panelOf(
      await k.run(
        'explore({ w: [0, 10] }, ({ w }) => {\n  if (w > 5.5)\n    throw new RangeError(`too large: ${w}`);\n  return w;\n})',
      ),
    );
    const failed = await answerTo(panel, set(panel, { w: 7 }));
    expect(failed.shown).toBeUndefined();
    const item = failed.error!.items[0]!;
    expect(item.mime).toBe(CELL_ERROR);
    expect((item as { json: object }).json).toMatchObject({
      name: 'RangeError',
      message: 'too large: 7',
      at: { line: 3 },
    });
    const again = await answerTo(panel, set(panel, { w: 2 }));
    expect(textOf(again.shown![0])).toBe('2');
    expect(again.error).toBeUndefined();
  });

  it('is the error of the cell when the first call fails', async () => {
    const ran = await k.run('explore({ w: [0, 10] }, () => { throw new Error("at once"); })');
    expect(ran).toMatchObject({ status: 'error', error: { message: 'at once' } });
  });

  it('ends a function that never ends by an interrupt, and goes on', async () => {
    for (const body of [
      'for (;;) Math.sqrt(2);',
      'await new Promise(() => {});',
      "/^(a+)+$/.test('a'.repeat(40) + 'b');",
    ]) {
      const { panel } = panelOf(
        await k.run(`explore({ w: [0, 10] }, async ({ w }) => { if (w === 7.3) { ${body} } return w; })`),
      );
      const n = set(panel, { w: 7.3 });
      await new Promise((r) => setTimeout(r, 300));
      k.process.interrupt();
      const { error } = await answerTo(panel, n);
      expect((error!.items[0] as { json: object }).json).toMatchObject({ name: 'InterruptError' });
      expect(textOf((await answerTo(panel, set(panel, { w: 3 }))).shown![0])).toBe('3');
      expect((await k.run('1 + 1')).text).toBe('2');
    }
  }, 30_000);

  it('shows in the panel what the function prints and displays', async () => {
    const ran = await k.run(
      'explore({ w: [0, 10] }, ({ w }) => { console.log("w is", w); display(w + 1); return w; })',
    );
    expect(ran.stdout).toBe('w is 5\n');
    const { panel } = panelOf(ran);
    const from = k.messages.length;
    const { shown } = await answerTo(panel, set(panel, { w: 2 }));
    expect(shown!.map(({ items }) => items[0])).toMatchObject([
      { mime: STDOUT, text: 'w is 2\n' },
      { mime: 'text/plain', text: '3' },
      { mime: 'text/plain', text: '2' },
    ]);
    expect(k.since(from).stdout).toBe('');
  });

  it('takes only declared controls, and values that they can have', async () => {
    const { panel } = panelOf(
      await k.run(
        "const tried: unknown[] = []; const safe = explore({ w: [0, 1], kind: ['a', 'b'], on: false }, (v) => { tried.push(v); return 1; })",
      ),
    );
    const hostile = [
      { w: 2 }, { w: -0.1 }, { w: NaN }, { w: '1; process.exit()' }, { w: { valueOf: 1 } }, { kind: 2 }, { kind: -1 },
      { kind: 0.5 }, { kind: '__proto__' }, { on: 1 }, { on: 'true' }, { other: 1 }, { constructor: 1 }, { toString: 1 },
      JSON.parse('{ "__proto__": { "w": 1 } }'),
    ]; // prettier-ignore
    let last = 0;
    for (const values of hostile) last = set(panel, values as ControlValues);
    expect((await answerTo(panel, last)).values).toEqual({ w: 0.5, kind: 0, on: false });
    expect((await k.run('safe.values')).text).toBe("{ w: 0.5, kind: 'a', on: false }");
    expect((await k.run('Object.keys(tried.at(-1))')).text).toBe("[ 'w', 'kind', 'on' ]");
  });

  it('says that a panel is gone when its cell has run again', async () => {
    const code = 'explore({ w: [0, 1] }, ({ w }) => w)';
    const old = panelOf(await k.run(`${code}; ${code}`, { cell: 'again' })).panel;
    const second = payloadsOf(k.messages.flatMap((m) => (m.type === 'output' ? [m.event] : []))).at(-1)!.panel;
    expect(second).not.toBe(old);
    const now = panelOf(await k.run(code, { cell: 'again' })).panel;
    // The same place in the same cell has the same number, so that the file stays the same
    expect(now).toBe(old);
    k.process.controls({ type: 'hello', panel: second, view: 1 });
    k.process.controls({ type: 'hello', panel: now, view: 2 });
    expect(await until(() => news(second)[0])).toEqual({ type: 'gone', panel: second });
    expect(await until(() => news(now)[0])).toEqual({ type: 'live', panel: now, view: 2 });
  });

  it('does not fill the memory with the tensors that the function makes', async () => {
    const { panel } = panelOf(
      await k.run('explore({ w: [0, 1] }, ({ w }) => tf.fill([10], w).add(tf.ones([10])).mul(2))'),
    );
    await answerTo(panel, set(panel, { w: 0.9 }));
    await k.process.ask('settle', {});
    const before = (await k.run('tf.memory().numTensors')).text;
    for (let i = 0; i < 20; i++) await answerTo(panel, set(panel, { w: i / 20 }));
    expect((await k.run('tf.memory().numTensors')).text).toBe(before);
  });
});

describe('random numbers', () => {
  const explore =
    "explore({ w: [0, 1], again: button('New data') }, () => String(tf.randomNormal([1]).dataSync()[0]));";
  /** A seed, controls, and what a cell draws after it; between them `meanwhile`. */
  async function drawnAfter(meanwhile: (panel: number) => Promise<unknown>): Promise<string> {
    await k.run('seed(1)');
    const { panel } = panelOf(await k.run(explore));
    await meanwhile(panel);
    return (await k.run('String(tf.randomNormal([3]).dataSync())')).text!;
  }

  it('of cells are the same, whether and when the function is called again', async () => {
    const alone = await drawnAfter(() => Promise.resolve());
    expect(await drawnAfter(() => k.process.ask('settle', {}))).toBe(alone);
    expect(await drawnAfter((panel) => answerTo(panel, set(panel, { w: 0.25 })))).toBe(alone);
    expect(await drawnAfter((panel) => answerTo(panel, set(panel, { again: 1 })))).toBe(alone);
  });

  it('of the function are the same for all values of a slider, also in the grid, and others after a button', async () => {
    await drawnAfter(async (panel) => {
      const first = textOf(outputs().findLast((p) => p.panel === panel)!.shown[0]);
      expect(textOf((await answerTo(panel, set(panel, { w: 0.25 }))).shown![0])).toBe(first);
      await k.process.ask('settle', {});
      const { parts } = framesOf(outputs().findLast((p) => p.panel === panel && p.grid)!);
      expect(parts.map(textOf)).toEqual([first]);
      const other = textOf((await answerTo(panel, set(panel, { again: 1 }))).shown![0]);
      expect(other).not.toBe(first);
      expect(textOf((await answerTo(panel, set(panel, { w: 0.5 }))).shown![0])).toBe(other);
    });
  });
});

describe('the grid of explore', () => {
  it('has a frame for each combination of samples, made after the run', async () => {
    const { panel, grid } = panelOf(
      await k.run(
        "explore({ w: [-1, 1], kind: ['a', 'b'], on: true }, ({ w, kind, on }) => [`${kind} ${on}`, w].join(' '))",
      ),
    );
    expect(grid).toBeUndefined();
    const made = await until(() => outputs().find((p) => p.panel === panel && p.grid));
    const { samples } = made.grid!;
    expect(samples.map((s) => s!.length)).toEqual([21, 2, 2]);
    const { frames: all, parts } = framesOf(made);
    expect(all.length).toBe(84);
    const at = all[combinationAt(samples, [0, 1, 0])]!;
    expect(at.map((i) => textOf(parts[i]))).toEqual(["'b false -1'"]);
    // Without a change, the function is not called for it again
    expect(made.shown.length).toBe(1);
  });

  it('is bounded where controls are many, and keeps parts that do not change once', async () => {
    const ran = await k.run(
      'explore({ a: [0, 1], b: [0, 1], c: [0, 1], d: [0, 1] }, ({ a }) => [viz.line([1, 2, 3]), viz.line([a, 1])])',
    );
    expect(await k.process.ask('settle', {})).toEqual({});
    const made = outputs().findLast((p) => p.panel === panelOf(ran).panel)!;
    expect(combinations(made.grid!.samples)).toBeLessThanOrEqual(200);
    const { parts, frames: all } = framesOf(made);
    expect(all.every((f) => f?.length === 2)).toBe(true);
    expect(parts.length).toBe(1 + made.grid!.samples[0]!.length);
  });

  it('is given up where the function does not end, and the kernel is free again', async () => {
    for (const body of ['for (;;) ;', 'await new Promise(() => {});']) {
      await k.run(`explore({ w: [0, 10] }, async ({ w }) => { if (w > 9) { ${body} } return w; })`);
      expect(await k.process.ask('settle', {})).toEqual({});
      expect((await k.run('3 + 3')).text).toBe('6');
    }
  }, 40_000);

  it('does not let a slow function keep the kernel: a cell runs between two samples', async () => {
    await k.run(
      'explore({ w: [0, 1] }, ({ w }) => { const end = Date.now() + 100; while (Date.now() < end); return w; })',
    );
    await new Promise((r) => setTimeout(r, 600));
    const begun = performance.now();
    expect((await k.run('2 + 2')).text).toBe('4');
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
