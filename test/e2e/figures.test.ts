// All figures of viz that are drawn by plotly or as text, in an exported page: in light and dark, wide and narrow, with
// nothing, very much and NaN to show; panels that follow the width, animations that move together, linked values.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dlnb, Folder, notebook } from '../cli/cli.ts';
import { startBrowser, type TestBrowser } from '../vscode/browser.mts';
import { outDir } from '../vscode/server.mts';

/** One figure each; the last value of a cell is drawn. */
const cells = [
  `import { viz, tf, seed } from 'dlnb';
const x = Array.from({ length: 41 }, (_, i) => i / 10 - 2);
const unit = (w, b) => viz.line(x.map((v) => Math.max(0, w * v + b)), { x, title: 'w = ' + w });
viz.grid([[unit(1, 0), unit(2, 0), unit(1, 1)]], { title: 'Panels' })`,
  `const path = [[-2, 1], [-1, -0.5], [-0.4, 0.2], [0, 0]];
const bowl = viz.contour((x, y) => x * x + 4 * y * y, { xRange: [-3, 1], yRange: [-2, 2], colors: 'pale' });
viz.animate(path.map((_, i) => viz.line(path.slice(0, i + 1), { markers: true })), { background: bowl, group: 'race' })`,
  `viz.animate([4, 2, 1, 0].map((v) => viz.line([4, v])), { group: 'race', height: 240 })`,
  `viz.band({ a: [[1, NaN, 0.3], [1.2, 0.5, 0.2]] }, { start: 1, logY: true })`,
  `viz.bars({ a: [1, NaN, 3], b: [2, 1, 2] }, { errors: { a: [0.1, 0, 0.3] }, stacked: true })`,
  `viz.stem([1, NaN, -0.5])`,
  `viz.step([0.1, 0.01, 0.001], { logY: true })`,
  `viz.images([[[0, 1], [1, NaN]]], { captions: [{ text: 'wrong', right: false }], boxes: [[{ box: [0, 0, 1, 1], label: 'a', score: 0.5 }]], masks: [[[0, 1], [0, 0]]] })`,
  `viz.attention([[1, 0], [0.4, 0.6]], { keys: ['the', 'cat'], kind: 'lines' })`,
  `viz.attention([[[1, 0], [0.4, 0.6]], [[0.5, 0.5], [NaN, 1]]], { keys: ['the', 'cat'] })`,
  `viz.text('surprise\\n', [1, 2, 3, 4, 5, 6, 7, NaN, 0], { valueLabel: 'bits' })`,
  `viz.histograms({ w: [[1, 2, 2], [2, 3, 3, NaN]], v: [[0, 1], [5, 5]] })`,
  `viz.histograms({ first: [1, 2, 2, 3], second: [2, 2, 2.5] })`,
  `seed(1); viz.network(tf.sequential({ layers: [tf.layers.dense({ units: 3, activation: 'tanh', inputShape: [2] }), tf.layers.dense({ units: 1 })] }))`,
  `viz.heatmap([[0, 1], [2, NaN]], { colors: 'categorical', classNames: ['a', 'b', 'c'] })`,
  `viz.contour((x, y) => x * x + y * y, { logColors: true, levels: [0.1, 1] })`,
  `viz.surface((x, y) => x * y, { xLabel: 'x', yLabel: 'y' })`,
  `viz.grid([[viz.line([]), viz.images({ images: [], shape: [0, 2, 2, 1] }), viz.bars([])]])`,
  `viz.line(Float64Array.from({ length: 1_000_000 }, (_, i) => Math.sin(i / 1e4)))`,
  `viz.scatter(Float64Array.from({ length: 400_000 }, (_, i) => Math.sin(i * 12.9898) * 3))`,
  `viz.overlay(viz.scatter([[0, 1], [1, 2]], { equal: false }), viz.line([1, 2]), { names: ['data', 'fit'] })`,
];

describe('figures of viz', () => {
  let folder: Folder;
  let test: TestBrowser;
  const errors: string[] = [];
  const figure = (i: number) => test.page.locator('.figure').nth(i);

  async function open(width: number, colorScheme: 'light' | 'dark'): Promise<void> {
    await test.page.setViewportSize({ width, height: 900 });
    await test.page.emulateMedia({ colorScheme });
    await test.page.goto(pathToFileURL(folder.file('n.html')).href);
    await test.page.waitForSelector('html[data-drawn]', { state: 'attached' });
  }

  beforeAll(async () => {
    folder = new Folder({ 'n.dlnb': notebook(...cells) });
    const ran = await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'n.dlnb');
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect((await dlnb(folder.path, 'export', 'n.dlnb', '--to', 'html')).code).toBe(0);
    test = await startBrowser();
    test.page.on('pageerror', (error) => errors.push(error.message));
    await open(1000, 'light');
  });
  afterAll(async () => {
    await test?.browser.close();
    folder?.[Symbol.dispose]();
  });

  it.each([
    [1000, 'light'],
    [1000, 'dark'],
    [420, 'light'],
  ] as const)('are all drawn %d wide, %s, without leaving the page', async (width, scheme) => {
    await open(width, scheme);
    expect(await test.page.locator('.figure').count()).toBe(cells.length);
    expect(await test.page.locator('.dlnb-error-box').count()).toBe(0);
    await expect
      .poll(() => test.page.locator('.figure .main-svg:first-child, .figure canvas').count())
      .toBeGreaterThanOrEqual(cells.length - 1);
    expect(await test.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await test.page.screenshot({ path: path.join(outDir, `figures-${width}-${scheme}.png`), fullPage: true });
    expect(errors).toEqual([]);
  });

  it('put fewer panels in a row in a narrow page', async () => {
    const tops = () =>
      figure(0)
        .locator('.cartesianlayer .bglayer, .nsewdrag')
        .evaluateAll((all) => new Set(all.map((e) => Math.round(e.getBoundingClientRect().top))).size);
    await open(1000, 'light');
    expect(await tops()).toBe(1);
    await open(420, 'light');
    expect(await tops()).toBe(3);
  });

  it('show the values of all panels, and move animations of a group together, from their end', async () => {
    await open(1000, 'light');
    const drag = figure(0).locator('.nsewdrag').first();
    await drag.scrollIntoViewIfNeeded();
    await expect
      .poll(async () => {
        const box = (await drag.boundingBox())!;
        await test.page.mouse.move(box.x + box.width * (0.4 + 0.1 * Math.random()), box.y + box.height * 0.9);
        // Plotly draws at most every 50 ms, and the panels follow with the next drawing
        await test.page.waitForTimeout(400);
        return figure(0).locator('.hoverlayer .hovertext').count();
      })
      .toBe(3);
    const curve = () => figure(2).locator('.scatterlayer path.js-line').first().getAttribute('d');
    const atEnd = await curve();
    const rail = figure(1).locator('.slider-rail-rect').first();
    await rail.scrollIntoViewIfNeeded();
    const box = (await rail.boundingBox())!;
    await test.page.mouse.click(box.x + 3, box.y + box.height / 2);
    await expect.poll(curve).not.toBe(atEnd);
    expect(errors).toEqual([]);
  });
});
