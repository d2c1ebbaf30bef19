// Graphs in VS Code: drawn, hovered, folded, zoomed and walked through, in three themes, narrow and wide, and again
// from the saved file.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dlnb, Folder, notebook } from '../cli/cli.ts';
import { startBrowser, type TestBrowser } from '../vscode/browser.mts';
import { outDir } from '../vscode/server.mts';
import {
  allCellsSucceed,
  notebookShown,
  openNotebook,
  outputsFrame,
  palette,
  scrollToCell,
  toolbarAction,
  until,
} from '../vscode/workbench.mts';
import { drawnColours } from './pixels.ts';
import { useVSCode } from './session.ts';

const dir = join(outDir, 'screenshots');
const file = 'graph.dlnb';

describe('graphs', () => {
  const vs = useVSCode('graph', {
    viewport: { width: 1250, height: 1600 },
    settings: { 'files.autoSave': 'off', 'workbench.colorTheme': 'Default Light Modern' },
    notebooks: {
      [file]: [
        "import * as tf from '@tensorflow/tfjs';\nimport { viz } from 'dlnb';\nconst r = (t: tf.Scalar) => t.square().mul(t.mul(3).add(1));\nviz.graph(r, 2)",
        "const tower = tf.sequential({ name: 'tower', layers: [tf.layers.dense({ units: 8, inputShape: [4], name: 'one' }), tf.layers.dense({ units: 2, name: 'two' })] });\nconst input = tf.input({ shape: [4], name: 'flowers' });\nviz.graph(tf.model({ inputs: input, outputs: tf.layers.softmax({ name: 'classes' }).apply(tower.apply(input)), name: 'iris' }))",
      ],
    },
  });
  /** The graph with this title; the order in the page is the order in which outputs were drawn. */
  const output = (i: number) =>
    outputsFrame(vs.page)
      .locator('.graph', { hasText: ['Graph of r', 'Layers of iris'][i]! })
      .first();
  const nodes = (i: number) => output(i).locator('.node');
  const text = () => readFileSync(join(vs.profile.folder, file), 'utf8');
  const shot = (name: string) => vs.page.screenshot({ path: join(dir, `graph-${name}.png`) });
  const scale = async () =>
    Number(/scale\(([\d.]+)\)/.exec((await output(0).locator('svg > g').getAttribute('transform'))!)![1]);

  beforeAll(() => void mkdirSync(dir, { recursive: true }));

  it('are drawn: the value below each node, the gradient above', async () => {
    await openNotebook(vs.page, file);
    await toolbarAction(vs.page, 'Run All').click();
    await allCellsSucceed(vs.page);
    await nodes(1).first().waitFor();
    expect(await nodes(0).count()).toBe(7);
    const t = nodes(0).first();
    expect(await t.locator('text').allTextContents()).toEqual(['t', '40', '2']);
    const [title, gradient, value] = await t
      .locator('text')
      .evaluateAll((all) => all.map((e) => e.getBoundingClientRect().y));
    expect(gradient!).toBeLessThan(title!);
    expect(value!).toBeGreaterThan(title!);
    expect(await t.getAttribute('aria-label')).toBe('input t; float32 []; value 2; gradient 40; to square, mul');
    expect(await drawnColours(vs.browser, output(0))).toBeGreaterThan(30);
    await shot('light');
  });

  it('show all that is known of a node under the pointer', async () => {
    await nodes(0).last().hover();
    const tip = output(0).locator('.tip');
    await tip.waitFor();
    expect(await tip.innerText()).toMatch(/mul[\s\S]*from[\s\S]*a: square, b: add[\s\S]*value\s*28[\s\S]*gradient\s*1/);
    await shot('hover');
  });

  it('zoom by Ctrl and the wheel; the wheel alone scrolls the notebook', async () => {
    const before = await scale();
    const toStage = async () => {
      const stage = (await output(0).locator('.stage').boundingBox())!;
      await vs.page.mouse.move(stage.x + stage.width / 2, stage.y + 20);
      return stage.y;
    };
    const top = await toStage();
    await vs.page.mouse.wheel(0, 10);
    await expect.poll(async () => (await output(0).locator('.stage').boundingBox())!.y).toBeLessThan(top);
    expect(await scale()).toBe(before);
    await vs.page.mouse.wheel(0, -100);
    await scrollToCell(vs.page, 0);
    await toStage();
    await vs.page.keyboard.down('Control');
    await vs.page.mouse.wheel(0, -60);
    await vs.page.keyboard.up('Control');
    await expect.poll(scale).toBeGreaterThan(before * 1.2);
    await output(0).getByRole('button', { name: /^Fit/ }).click();
    await expect.poll(scale).toBe(before);
  });

  it('are walked by the arrow keys, along the edges', async () => {
    await nodes(0).first().click();
    const focused = () => output(0).locator('.node:focus').getAttribute('aria-label');
    await vs.page.keyboard.press('ArrowRight');
    await expect.poll(focused).toMatch(/^(square|mul)/);
    await vs.page.keyboard.press('ArrowLeft');
    await expect.poll(focused).toMatch(/^input t/);
    const before = await scale();
    await vs.page.keyboard.press('+');
    await expect.poll(scale).toBeGreaterThan(before);
    await vs.page.keyboard.press('0');
    await expect.poll(scale).toBe(before);
  });

  it('unfold and fold, and the layout follows', async () => {
    expect(await nodes(1).count()).toBe(3);
    const group = output(1).locator('.node.folded');
    expect(await group.getAttribute('aria-expanded')).toBe('false');
    await group.click();
    await expect.poll(() => nodes(1).count()).toBe(4);
    await shot('unfolded');
    await vs.page.keyboard.press('Enter');
    await expect.poll(() => nodes(1).count()).toBe(3);
    const across = async () => (await nodes(1).last().boundingBox())!.y - (await nodes(1).first().boundingBox())!.y;
    expect(Math.abs(await across())).toBeLessThan(30);
    await output(1)
      .getByRole('button', { name: /forward pass/ })
      .click();
    await expect.poll(across).toBeGreaterThan(60);
  });

  it('draw the same from the saved file, without a kernel', async () => {
    const labels = () =>
      nodes(0).evaluateAll((all) => all.map((e) => [e.getAttribute('aria-label'), e.getAttribute('transform')]));
    const before = await labels();
    await palette(vs.page, 'File: Save');
    await until(() => text().includes('application/vnd.dlnb.graph'), 'the outputs in the file');
    await vs.page.locator('.tab:not(.dirty)', { hasText: file }).waitFor();
    await vs.reload();
    await notebookShown(vs.page);
    await scrollToCell(vs.page, 0);
    await nodes(1).first().waitFor();
    expect(await labels()).toEqual(before);
  });

  it('follow the theme', async () => {
    const color = () =>
      nodes(0)
        .first()
        .locator('.box')
        .evaluate((e) => getComputedStyle(e).stroke);
    const seen = [await color()];
    for (const theme of ['Default Dark Modern', 'Default High Contrast']) {
      await chooseTheme(theme);
      await expect.poll(color).not.toBe(seen.at(-1));
      seen.push(await color());
      await vs.page.waitForTimeout(300);
      await shot(theme.includes('Dark') ? 'dark' : 'contrast');
    }
    expect(new Set(seen).size).toBe(3);
  });

  /** Chooses a theme by its name in the list of themes. */
  async function chooseTheme(name: string): Promise<void> {
    await palette(vs.page, 'Preferences: Color Theme');
    const input = vs.page.locator('.quick-input-widget input').first();
    await input.fill(name.replace('Default ', ''));
    await vs.page.locator('.quick-input-list .monaco-list-row').first().click();
  }

  it.each([
    [740, 300],
    [2000, 1600],
  ])('fit a window of %d pixels', async (width, atMost) => {
    await vs.page.setViewportSize({ width, height: 1400 });
    const box = () => output(0).locator('.stage').boundingBox();
    await expect.poll(async () => (await box())!.width).toBeLessThan(atMost + 100);
    await vs.page.waitForTimeout(500);
    const stage = (await box())!;
    for (const node of await nodes(0).all()) {
      const { x, width: w } = (await node.boundingBox())!;
      expect(x).toBeGreaterThanOrEqual(stage.x - 1);
      expect(x + w).toBeLessThanOrEqual(stage.x + stage.width + 1);
    }
    await shot(String(width));
  });
});

describe('graphs in an exported page', () => {
  let folder: Folder;
  let test: TestBrowser;
  beforeAll(async () => {
    // A later version, a graph cut off, and no graph at all
    const broken = ['RExORwIAAAAAAAAA', 'RExORwEAAACghgEA', 'AAAA'].map((base64) => ({
      items: [{ mime: 'application/vnd.dlnb.graph', base64 }],
    }));
    const cell = { id: 'broken01', kind: 'code', language: 'typescript', source: ['1'], outputs: broken };
    folder = new Folder({
      'broken.dlnb': JSON.stringify({ dlnb: 1, metadata: {}, cells: [cell] }),
      'n.dlnb': notebook(
        "import * as tf from '@tensorflow/tfjs';\nimport { viz } from 'dlnb';\nviz.graph((x) => tf.tidy('<img src=x onerror=alert(1)>', () => x.mul(2).exp()).square(), 1)",
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

  it('are drawn, fold, and take names as text', async () => {
    const nodes = test.page.locator('.graph .node');
    expect(await nodes.count()).toBe(5);
    const head = test.page.locator('.graph .head');
    expect(await head.locator('text').textContent()).toContain('<img src');
    await head.click();
    await expect.poll(() => nodes.count()).toBe(3);
    expect(await test.page.locator('.graph img').count()).toBe(0);
    expect(test.consoleLines).toEqual([]);
  });

  it('that are broken are a box that says why', async () => {
    expect((await dlnb(folder.path, 'export', 'broken.dlnb', '--to', 'html')).code).toBe(0);
    await test.page.goto(pathToFileURL(folder.file('broken.html')).href);
    await test.page.waitForSelector('html[data-drawn]', { state: 'attached' });
    const boxes = await test.page.getByRole('alert').allTextContents();
    expect(boxes.map((text) => text.replace('The graph cannot be drawn', ''))).toEqual([
      expect.stringContaining('it is of version 2'),
      expect.stringContaining('its length is not what its head says'),
      expect.stringContaining('it is not a graph'),
    ]);
    expect(await test.page.locator('.graph').count()).toBe(0);
  });
});
