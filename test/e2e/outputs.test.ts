// Many outputs in one notebook: all are drawn in their places, scrolling and live updates move nothing, cleared outputs
// free their memory, and malicious files do no harm.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CDPSession, Frame } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { GRAPH, PLOTLY, PROGRESS, SUMMARY, TENSOR, TRAINING } from '../../kernel/wire/mime.ts';
import { outDir } from '../vscode/server.mts';
import {
  allCellsSucceed,
  focusCell,
  openNotebook,
  outputsFrame,
  palette,
  scrollBy,
  statusItem,
  toolbarAction,
} from '../vscode/workbench.mts';
import { head, manyOutputs, notebookText } from '../vscode/notebooks.mts';
import { useVSCode } from './session.ts';

const live = [
  `${head}const xs = tf.randomUniform([512, 8]), ys = xs.sum(1, true);
const model = tf.sequential({ layers: [tf.layers.dense({ units: 16, activation: 'relu', inputShape: [8] }), tf.layers.dense({ units: 1 })] });
model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
const pause = { onEpochEnd: () => new Promise<void>((r) => setTimeout(r, 200)) };
void (await model.fit(xs, ys, { epochs: 50, validationSplit: 0.2, verbose: 0, callbacks: [train.record('fit').callback(), new tf.CustomCallback(pause)] }));`,
  ...Array.from({ length: 12 }, (_, i) => `// a cell of\n// three lines\n${i}`),
];

const attack = '<img src=x onerror="document.title=1">';

/** Wrong or malicious payloads, and the text of the box; none if the payload is drawn. */
const hostile: [mime: string, item: object, says: string][] = [
  [TENSOR, { base64: tensorPayload({ shape: [2 ** 31, 2 ** 31] }) }, 'The tensor cannot be drawn'],
  [TENSOR, { base64: Buffer.from('DLNT\x09\0\0\0', 'latin1').toString('base64') }, 'The tensor cannot be drawn'],
  [GRAPH, { base64: Buffer.from('{"version":99}').toString('base64') }, 'The graph cannot be drawn'],
  [TRAINING, { json: { version: 99 } }, 'The training chart cannot be drawn'],
  [TRAINING, { json: { version: 1, title: attack, runs: [{ curves: 'x' }] } }, 'The training chart cannot be drawn'],
  [PROGRESS, { json: { version: 1, bars: [{ label: attack, done: 'x', total: -1 }] } }, 'cannot be drawn'],
  [SUMMARY, { json: { name: attack, layers: 7 } }, 'cannot be drawn'],
  [PLOTLY, { json: { data: attack, layout: 3 } }, 'The figure cannot be drawn'],
  [PLOTLY, { json: { data: [{ y: [1, 2], name: attack }], layout: { title: { text: attack } } } }, ''],
];

function tensorPayload(change: object): string {
  const text = Buffer.from(JSON.stringify({ kind: 'tensor', dtype: 'float32', bytes: 4, axes: [], ...change }));
  return Buffer.concat([
    Buffer.from('DLNT\x01\0\0\0', 'latin1'),
    Buffer.from(Uint32Array.of(text.length).buffer),
    text,
  ]).toString('base64');
}

/** The DevTools session of a frame, which may be that of a frame around it. */
async function debuggerOf(frame: Frame): Promise<CDPSession> {
  const context = frame.page().context();
  for (let at: Frame | null = frame; at; at = at.parentFrame()) {
    const session = await context.newCDPSession(at).catch(() => undefined);
    if (session) return session;
  }
  return context.newCDPSession(frame.page());
}

type Watched = Window & typeof globalThis & { watched: WeakRef<Element>[] };

describe('many outputs', () => {
  const vs = useVSCode('outputs', {
    viewport: { width: 1200, height: 1400 },
    notebooks: { 'many.dlnb': manyOutputs, 'live.dlnb': live },
    settings: { 'workbench.colorTheme': 'Default Light Modern', 'files.autoSave': 'off' },
  });
  const picture = (name: string) => vs.page.screenshot({ path: join(outDir, 'screenshots', `outputs-${name}.png`) });
  const list = () => vs.page.locator('.notebookOverlay:visible .cell-list-container');
  /** The positions of the cells in sight, by their numbers. */
  const places = () =>
    list()
      .locator('.monaco-list-row')
      .evaluateAll((rows) =>
        Object.fromEntries(rows.map((r) => [r.getAttribute('data-index'), r.getBoundingClientRect().top] as const)),
      );
  /** The document of the outputs, to run code in. */
  async function outputs(): Promise<Frame> {
    const handle = await outputsFrame(vs.page).locator('body').elementHandle();
    return (await handle!.ownerFrame())!;
  }

  beforeAll(() => void mkdirSync(join(outDir, 'screenshots'), { recursive: true }));

  it('are all drawn, and stand still when the reader scrolls down and up again', async () => {
    await openNotebook(vs.page, 'many.dlnb');
    await toolbarAction(vs.page, 'Run All').click();
    await statusItem(vs.page, /idle/).waitFor({ timeout: 120_000 });
    await allCellsSucceed(vs.page);
    const lastInSight = async () => '59' in (await places());
    for (let turns = 0; turns < 120 && !(await lastInSight()); turns++) await scrollBy(vs.page, 1);
    const frame = await outputs();
    const count = (selector: string) => frame.locator(selector).count();
    const drawn = async () => ({
      tensors: await count('.tensor canvas.picture'),
      graphs: await count('.graph svg'),
      plots: await count('.js-plotly-plot'),
      models: await count('.summary-box'),
      errors: await count('.dlnb-error-box'),
    });
    expect(await drawn()).toEqual({ tensors: 20, graphs: 10, plots: 20, models: 10, errors: 0 });
    await scrollBy(vs.page, -5000);
    const before = await places();
    await scrollBy(vs.page, 3000);
    expect(await places()).not.toEqual(before);
    await scrollBy(vs.page, -3000);
    await expect.poll(places).toEqual(before);
    await picture('many');
  });

  it('are given back when they are cleared', async () => {
    const frame = await outputs();
    await frame.evaluate(() => void ((window as Watched).watched = []));
    const seen = ['.tensor', '.graph', '.js-plotly-plot', '.summary-box', '.dlnb-training-curves'];
    for (const selector of seen)
      await frame
        .locator(selector)
        .evaluateAll((all) => void (window as Watched).watched.push(...all.map((one) => new WeakRef(one))));
    const alive = () =>
      frame.evaluate(() => (window as Watched).watched.map((one) => one.deref()?.className).filter(Boolean));
    expect((await alive()).length).toBeGreaterThan(60);
    await toolbarAction(vs.page, 'Clear All Outputs').click();
    await expect.poll(() => frame.locator('.tensor').count()).toBe(0);
    const debug = await debuggerOf(frame);
    await expect
      .poll(
        async () => {
          await debug.send('HeapProfiler.collectGarbage');
          return alive();
        },
        { timeout: 20_000 },
      )
      .toEqual([]);
  });

  it('a training of fifty epochs moves nothing on the page', async () => {
    await openNotebook(vs.page, 'live.dlnb');
    await focusCell(vs.page, 0);
    await vs.page.keyboard.press('Shift+Enter');
    const facts = outputsFrame(vs.page).locator('.run .facts').first();
    const epoch = async () => Number(/epoch (\d+)/.exec(await facts.innerText())?.[1] ?? 0);
    await expect.poll(epoch, { timeout: 30_000 }).toBeGreaterThan(2);
    for (const scroll of [0, 400]) {
      await scrollBy(vs.page, scroll);
      const [from, before] = [await epoch(), await places()];
      const seen = new Set<string>();
      expect(from).toBeLessThan(36);
      while ((await epoch()) < from + 12) seen.add(JSON.stringify(await places()));
      expect([...seen]).toEqual([JSON.stringify(before)]);
      await picture(`live-${scroll}`);
    }
    const before = await places();
    await statusItem(vs.page, /idle/).waitFor({ timeout: 60_000 });
    expect(await places()).toEqual(before);
    expect(await epoch()).toBe(50);
  });

  it.each(hostile)('that are hostile get a box and run nothing: %s %o', async (mime, item, says) => {
    const notebook = JSON.parse(notebookText(['1'])) as { cells: { outputs: unknown[] }[] };
    notebook.cells[0]!.outputs = [{ items: [{ mime, ...item }] }];
    writeFileSync(join(vs.profile.folder, 'hostile.dlnb'), JSON.stringify(notebook));
    await openNotebook(vs.page, 'hostile.dlnb');
    const frame = outputsFrame(vs.page);
    if (says) await frame.getByRole('alert').filter({ hasText: says }).waitFor({ timeout: 30_000 });
    else await frame.locator('.js-plotly-plot svg').first().waitFor({ timeout: 30_000 });
    expect(await frame.locator('img, script[src*="x"], [onerror]').count()).toBe(0);
    expect(await frame.locator('body').evaluate(() => document.title)).not.toBe('1');
    await palette(vs.page, 'View: Close Editor');
  });
});
