// Filters and feature maps in VS Code: drawn, opened, read by pointer and keyboard, through epochs and examples, in all
// themes and widths, and again from the saved file.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FILTERS } from '../../kernel/wire/mime.ts';
import { dlnb, Folder, notebook } from '../cli/cli.ts';
import { startBrowser, type TestBrowser } from '../vscode/browser.mts';
import { outDir } from '../vscode/server.mts';
import {
  allCellsSucceed,
  openNotebook,
  outputsFrame,
  palette,
  scrollToCell,
  toolbarAction,
} from '../vscode/workbench.mts';
import { drawnColours } from './pixels.ts';
import { notebookText } from '../vscode/notebooks.mts';
import { useVSCode } from './session.ts';

const dir = join(outDir, 'screenshots');
const file = 'filters.dlnb';
const poll = <T>(look: () => T) => expect.poll(look, { timeout: 15_000 });

/** A small network whose weights are the same each time, and a picture with edges. */
const setup = `import * as tf from '@tensorflow/tfjs';
import { viz } from 'dlnb';
const init = (seed: number) => tf.initializers.glorotUniform({ seed });
const model = tf.sequential({ name: 'net', layers: [
  tf.layers.conv2d({ name: 'edges', filters: 6, kernelSize: 3, padding: 'same', activation: 'relu', kernelInitializer: init(1), biasInitializer: 'ones', inputShape: [20, 20, 3] }),
  tf.layers.maxPooling2d({ name: 'pool', poolSize: 2 }),
  tf.layers.conv2d({ name: 'parts', filters: 8, kernelSize: 3, strides: 2, activation: 'tanh', kernelInitializer: init(2) }),
] });
const x = tf.tidy(() => tf.stack([0, 1].map((k) => tf.stack([tf.range(0, 400).mul(0.2 + k).sin().add(1).div(2), tf.range(0, 400).div(400), tf.range(0, 400).mod(20).div(20)], 1).reshape([20, 20, 3]))));`;

describe('filters and feature maps', () => {
  const vs = useVSCode('filters', {
    viewport: { width: 1280, height: 2400 },
    settings: { 'files.autoSave': 'off', 'workbench.colorTheme': 'Default Light Modern' },
    notebooks: {
      [file]: [
        `${setup}\nviz.featureMaps(model, x)`,
        'const dead = tf.tidy(() => tf.tensor4d([1, 0, NaN, 2, 0, 1, -1, 0, Infinity], [3, 1, 1, 3]));\nviz.filters(dead, { title: "odd ones" })',
        'const recording = viz.recordFilters(model);\nfor (const epoch of [0, 1, 2]) {\n  recording.snapshot(`epoch ${epoch}`);\n  model.setWeights(model.getWeights().map((w) => w.mul(-0.5)));\n}\nrecording',
      ],
    },
  });
  /** The output with this title. */
  const output = (title: string): Locator => outputsFrame(vs.page).locator('.filters', { hasText: title }).first();
  const maps = () => output('Feature maps of net');
  const recorded = () => output('3 snapshots');
  const section = (name: string, of = maps()) =>
    of.locator('.section').filter({ has: outputsFrame(vs.page).getByText(name, { exact: true }) });
  const grid = (name: string, of = maps()) => section(name, of).locator('.stage canvas.picture');
  const pixels = (of: Locator) => of.evaluate((c) => (c as HTMLCanvasElement).toDataURL());
  const detail = () => maps().locator('.detail');
  const shoot = (name: string) => vs.page.screenshot({ path: join(dir, `filters-${name}.png`) });

  beforeAll(() => void mkdirSync(dir, { recursive: true }));

  it('are drawn under their cells, layer by layer', async () => {
    await openNotebook(vs.page, file);
    await toolbarAction(vs.page, 'Run All').click();
    await allCellsSucceed(vs.page);
    await recorded().waitFor();
    expect(await maps().locator('summary').allInnerTexts()).toEqual([
      expect.stringMatching(/input\s*20 × 20 × 3/),
      expect.stringMatching(/edges\s*Conv2D · 6 filters of 3 × 3 × 3 · padding same · relu · maps 20 × 20 × 6/),
      expect.stringMatching(/pool\s*MaxPooling2D · maps 10 × 10 × 6/),
      expect.stringMatching(/parts\s*Conv2D · 8 filters of 3 × 3 × 6 · stride 2/),
    ]);
    for (const name of ['input', 'edges', 'pool', 'parts'])
      expect(await drawnColours(vs.browser, grid(name))).toBeGreaterThan(20);
    await shoot('light');
  });

  it('flag dead filters, and mark NaN and infinities', async () => {
    const odd = output('odd ones');
    expect(await odd.locator('summary').innerText()).toContain('1 of 3 dead');
    expect((await odd.locator('.legend').innerText()).replace(/\s+/g, ' ')).toMatch(/\+∞ NaN dead/);
  });

  it('tell value and index under the pointer', async () => {
    await grid('edges').hover({ position: { x: 5, y: 5 } });
    const tip = section('edges').locator('.stage .tip');
    expect(await tip.innerText()).toMatch(/^map 0 \[\d, \d\] [\d.]+ · norm /);
    await section('input')
      .locator('canvas.picture')
      .hover({ position: { x: 5, y: 5 } });
    expect(await section('input').locator('.tip').innerText()).toMatch(/^input \[0, 0\] \(.*, .*, .*\)/);
  });

  /** The numbers in the tables of the open map: for each channel the products, and the sum beside them. */
  const products = () =>
    detail()
      .locator('.product')
      .evaluateAll((rows) =>
        rows.map((row) => {
          const tables = [...row.querySelectorAll('table')].map((t) =>
            [...t.querySelectorAll('td')].map((td) =>
              td.classList.contains('outside') ? 0 : Number(td.title.replaceAll('\u2212', '-')),
            ),
          );
          return { patch: tables[0]!, kernel: tables[1]!, products: tables[2]! };
        }),
      );
  const sumLine = async () => (await detail().locator('.sum').innerText()).replace(/\s+/g, ' ');

  it('open: the response beside the input, and for each place a product whose numbers add up', async () => {
    await grid('edges').click({ position: { x: 5, y: 5 } });
    await detail().locator('.plates .input canvas.picture').waitFor();
    expect(await detail().locator('figcaption').allInnerTexts()).toEqual(['input', 'response: map 0 of edges']);
    const response = detail().locator('.response canvas.picture');
    const { width, height } = (await response.boundingBox())!;
    const seen = new Set<string>();
    for (const [x, y] of [
      [0.01, 0.01],
      [0.5, 0.5],
      [0.99, 0.4],
    ] as const) {
      await response.hover({ position: { x: x * width, y: y * height } });
      const rows = await products();
      expect(rows).toHaveLength(3);
      let total = 1; // the bias
      for (const { patch, kernel, products: made } of rows) {
        expect(made).toHaveLength(9);
        made.forEach((p, i) => expect(p).toBeCloseTo(patch[i]! * kernel[i]!, 5));
        total += made.reduce((a, b) => a + b, 0);
      }
      const value = Number(await detail().locator('.sum').getAttribute('data-value'));
      expect(value).toBeCloseTo(Math.max(0, total), 4);
      expect(await sumLine()).toMatch(/^\[\d+, \d+\] Σ channel 0 .* \+ bias 1 = .* → relu → /);
      expect(await detail().locator('.warning').count()).toBe(0);
      seen.add(await sumLine());
    }
    expect(seen.size).toBe(3);
    // In the corner the kernel reaches beyond the picture
    await response.hover({ position: { x: 2, y: 2 } });
    expect(await detail().locator('.product').first().locator('table').first().locator('.outside').count()).toBe(5);
    await shoot('product');
  });

  it('are found from the input too, and walked by the keyboard', async () => {
    const input = detail().locator('.input canvas.picture');
    const { width, height } = (await input.boundingBox())!;
    await input.hover({ position: { x: (10.5 / 20) * width, y: (4.5 / 20) * height } });
    expect(await sumLine()).toMatch(/^\[4, 10\]/);
    await input.click({ position: { x: (10.5 / 20) * width, y: (4.5 / 20) * height } });
    await vs.page.keyboard.press('ArrowRight');
    await vs.page.keyboard.press('ArrowDown');
    expect(await sumLine()).toMatch(/^\[5, 11\]/);
    expect(await detail().locator('.spoken').textContent()).toMatch(/^\[5, 11\]/);
    await vs.page.keyboard.press('Escape');
    await poll(() => detail().count()).toBe(0);
    await vs.page.keyboard.press('ArrowRight');
    await poll(() => section('edges').locator('.stage .spoken').textContent()).toMatch(/^map 1 · norm/);
    await vs.page.keyboard.press('Enter');
    await poll(() => detail().locator('.detail-head strong').innerText()).toBe('map 1 of edges');
    await vs.page.keyboard.press('Enter');
    await poll(() => detail().count()).toBe(0);
  });

  it('of a deeper layer take the maps before it, one channel at a time', async () => {
    await grid('parts').click({ position: { x: 5, y: 5 } });
    expect(await detail().locator('figcaption').first().innerText()).toBe('input: pool, channel 0');
    const before = await sumLine();
    expect(before).toMatch(/Σ channel 0 .* \+ 5 other channels .* \+ bias 0 = .* → tanh → /);
    const slider = detail().locator('input[type=range]');
    await slider.focus();
    await slider.press('ArrowRight');
    expect(await detail().locator('figcaption').first().innerText()).toBe('input: pool, channel 1');
    // The same sum, split differently
    expect((await sumLine()).split(' = ')[1]).toBe(before.split(' = ')[1]);
    await detail().getByRole('button', { name: 'Close' }).click();
    await poll(() => detail().count()).toBe(0);
  });

  it('have a slider over examples', async () => {
    const before = await pixels(grid('edges'));
    const slider = maps().locator('.sliders input[type=range]');
    await slider.focus();
    await slider.press('ArrowRight');
    await poll(() => pixels(grid('edges'))).not.toBe(before);
    await slider.press('ArrowLeft');
    await poll(() => pixels(grid('edges'))).toBe(before);
  });

  it('have a slider over epochs', async () => {
    const tiles = () => pixels(grid('edges', recorded()));
    const slider = recorded().locator('.sliders input[type=range]');
    expect(await recorded().locator('.sliders output').innerText()).toBe('epoch 2');
    const seen = [await tiles()];
    await slider.focus();
    for (const label of ['epoch 1', 'epoch 0']) {
      await slider.press('ArrowLeft');
      await poll(() => recorded().locator('.sliders output').innerText()).toBe(label);
      seen.push(await tiles());
    }
    expect(new Set(seen).size).toBe(3);
  });

  it('change what is shown: filters, channels, colors, ranges, order', async () => {
    const shot = async () => pixels(grid('parts', recorded()));
    const choose = (name: string, value: string, of = recorded()) =>
      of.locator(`select[aria-label="${name}"]`).selectOption(value);
    const seen = [await shot()];
    for (const [name, value] of [
      ['Input channels', 'mean'],
      ['Input channels', 'one'],
      ['Range of the colors', 'own'],
      ['Colors', 'sequential'],
      ['Order', 'norm'],
    ] as const) {
      await choose(name, value);
      seen.push(await shot());
    }
    expect(new Set(seen).size).toBe(seen.length);
    for (const [name, value] of [
      ['Input channels', 'auto'],
      ['Range of the colors', 'shared'],
      ['Colors', 'auto'],
      ['Order', 'index'],
    ] as const)
      await choose(name, value);
    expect(await shot()).toBe(seen[0]);
    await choose('What is shown', 'filters', maps());
    await grid('parts').click({ position: { x: 5, y: 5 } });
    expect(await detail().locator('.detail-head strong').innerText()).toBe('filter 0 of parts');
    expect(await detail().locator('figcaption').count()).toBe(2);
    await choose('What is shown', 'maps', maps());
    await poll(() => detail().count()).toBe(0);
  });

  it.each([300, 1600])('fit an output %i pixels wide', async (width) => {
    await vs.page.setViewportSize({ width: width + (width < 1000 ? 420 : 400), height: 3200 });
    await scrollToCell(vs.page, 0);
    await grid('edges').click({ position: { x: 5, y: 5 } });
    await poll(async () => {
      const all = await outputsFrame(vs.page)
        .locator('.filters')
        .evaluateAll((views) => views.map((v) => [v.clientWidth, v.scrollWidth] as const));
      return all.length > 0 && all.every(([shown, needed]) => needed <= shown)
        ? Math.abs(all[0]![0] - width) < 60
        : all;
    }).toBe(true);
    await shoot(`${width}-px`);
    await vs.page.keyboard.press('Enter');
    await poll(() => detail().count()).toBe(0);
  });

  it('follow dark and high-contrast themes', async () => {
    await vs.page.setViewportSize({ width: 1280, height: 2400 });
    await scrollToCell(vs.page, 0);
    await grid('edges').click({ position: { x: 5, y: 5 } });
    const seen = new Set([await pixels(grid('pool'))]);
    for (const [label, kind] of [
      ['Dark Modern', 'vscode-dark'],
      ['Dark High Contrast', 'vscode-high-contrast'],
      ['Light High Contrast', 'vscode-high-contrast-light'],
      ['Light Modern', 'vscode-light'],
    ] as const) {
      await palette(vs.page, 'Preferences: Color Theme');
      await vs.page.locator('.quick-input-widget input').first().fill(label);
      await vs.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first().click();
      await outputsFrame(vs.page).locator(`body.${kind}`).waitFor({ state: 'attached' });
      await vs.page.waitForTimeout(300); // the picture follows a frame later
      seen.add(await pixels(grid('pool')));
      await shoot(kind);
    }
    expect(seen.size).toBeGreaterThanOrEqual(3);
    await detail().getByRole('button', { name: 'Close' }).click();
  });

  it('are drawn the same from the file, without a kernel', async () => {
    await scrollToCell(vs.page, 0);
    const before = await pixels(grid('parts'));
    await palette(vs.page, 'File: Save');
    await poll(() => readFileSync(join(vs.profile.folder, file), 'utf8')).toContain(FILTERS);
    await vs.page.locator('.tab:not(.dirty)', { hasText: file }).waitFor();
    await vs.reload();
    await openNotebook(vs.page, file);
    await grid('parts').waitFor({ timeout: 30_000 });
    await poll(() => pixels(grid('parts'))).toBe(before);
    await grid('edges').click({ position: { x: 5, y: 5 } });
    expect(await sumLine()).toMatch(/→ relu → /);
  });

  it('that are hostile get a box, and run nothing', async () => {
    const name = '<img src=x onerror="document.title=1">';
    const head = {
      title: name,
      view: 'filters',
      snapshots: [name],
      stages: [{ name, type: name, kernel: { op: name } }],
    };
    const text = Buffer.from(JSON.stringify(head));
    const payload = Buffer.concat([
      Buffer.from('DLNF\x01\0\0\0', 'latin1'),
      Buffer.from(Uint32Array.of(text.length).buffer),
      text,
    ]);
    const hostile = JSON.parse(notebookText(['1'])) as { cells: { outputs: unknown[] }[] };
    hostile.cells[0]!.outputs = [{ items: [{ mime: FILTERS, base64: payload.toString('base64') }] }];
    writeFileSync(join(vs.profile.folder, 'hostile.dlnb'), JSON.stringify(hostile));
    await openNotebook(vs.page, 'hostile.dlnb');
    await outputsFrame(vs.page)
      .getByText('the op of the kernel of stage 1 is not one of conv')
      .waitFor({ timeout: 30_000 });
    expect(await outputsFrame(vs.page).locator('img').count()).toBe(0);
  });
});

describe('filters in an exported page', () => {
  let folder: Folder;
  let test: TestBrowser;
  beforeAll(async () => {
    folder = new Folder({
      'n.dlnb': notebook(
        `${setup}\nviz.featureMaps(model, x, { title: '<img src=x onerror=alert(1)>' })`,
        'viz.filters(tf.randomNormal([3, 3, 512, 512], 0, 1, "float32", 1))',
      ),
    });
    expect((await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'n.dlnb')).code).toBe(0);
    expect((await dlnb(folder.path, 'export', 'n.dlnb', '--to', 'html')).code).toBe(0);
    test = await startBrowser();
    await test.page.goto(pathToFileURL(folder.file('n.html')).href);
    await test.page.waitForSelector('html[data-drawn]', { state: 'attached' });
  });
  afterAll(async () => {
    await test?.browser.close();
    folder?.[Symbol.dispose]();
  });

  it('are drawn, open, and take names as text', async () => {
    const view = test.page.locator('.filters').first();
    expect(await view.locator('.title').innerText()).toContain('<img src');
    await view
      .locator('.section')
      .nth(1)
      .locator('canvas.picture')
      .click({ position: { x: 5, y: 5 } });
    expect(await view.locator('.sum').innerText()).toContain('relu');
    expect(await test.page.locator('.filters img').count()).toBe(0);
    expect(test.consoleLines).toEqual([]);
  });

  it('that are too large say what is left out', async () => {
    const view = test.page.locator('.filters').nth(1);
    expect(await view.locator('summary').innerText()).toContain('mean over 512 input channels');
    await view.locator('select[aria-label="Input channels"]').selectOption('one');
    expect(await view.locator('.section .note').innerText()).toMatch(
      /Holds the first \d+ filters with all weights of 512: an output holds at most 1 MB\./,
    );
  });
});
