// Plots, progress bars and a live training in VS Code: drawn, growing without flicker or jumps, stopped by their
// button, and drawn again after a reload without a kernel.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { outDir } from '../vscode/server.mts';
import {
  focusCell,
  notebookShown,
  openNotebook,
  outputsFrame,
  palette,
  scrollToCell,
  statusItem,
  until,
} from '../vscode/workbench.mts';
import { drawnColours } from './pixels.ts';
import { useVSCode } from './session.ts';

const cells = [
  `import * as tf from '@tensorflow/tfjs'; import { viz, progress, train } from 'dlnb';
display(tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [2] }), tf.layers.dense({ units: 1 })] }));
viz.decisionBoundary((p) => tf.concat([p, tf.neg(tf.sum(p, 1, true))], 1), [[1, 0], [0, 1], [-1, -1]], [0, 1, 2], { height: 260 })`,
  `for await (const i of progress(40, { label: 'batches' })) await new Promise((r) => setTimeout(r, 50));
viz.animate([1, 2, 3].map((k) => viz.line([k, 2 * k, k * k])), { height: 260 })`,
  `const run = train.record('by hand'); let weight = 5;
for await (const i of run.steps(100_000)) { weight *= 0.999; run.step({ loss: weight + Math.random(), learningRate: 1 / (i + 9) }); if (i % 200 === 199) run.epoch({ val_loss: weight }); await new Promise((r) => setTimeout(r, 2)); }
'weight kept: ' + (weight < 5)`,
  "'below'",
];

describe('what dlnb draws', () => {
  const vs = useVSCode('viz', {
    viewport: { width: 1200, height: 1400 },
    notebooks: { 'viz.dlnb': cells },
    settings: {
      'files.autoSave': 'off',
      'workbench.colorTheme': 'Default Light Modern',
      'workbench.preferredLightColorTheme': 'Default Light Modern',
      'workbench.preferredDarkColorTheme': 'Default Dark Modern',
    },
  });
  const frame = () => outputsFrame(vs.page);
  const plots = () => frame().locator('.js-plotly-plot:visible');
  const facts = async () => frame().locator('.run .facts').first().innerText();
  const stepNow = async () => Number(/step ([\d,]+)/.exec(await facts())![1]!.replaceAll(',', ''));
  const picture = (name: string) => vs.page.screenshot({ path: join(outDir, 'screenshots', `viz-${name}.png`) });

  async function run(cell: number): Promise<void> {
    await focusCell(vs.page, cell);
    await vs.page.keyboard.press('Shift+Enter');
  }

  it('draws a model and a figure', async () => {
    mkdirSync(join(outDir, 'screenshots'), { recursive: true });
    await openNotebook(vs.page, 'viz.dlnb');
    await run(0);
    await frame().getByText('13 parameters (52 B) · all trainable').waitFor({ timeout: 30_000 });
    await plots().first().waitFor();
    expect(await drawnColours(vs.browser, plots().first())).toBeGreaterThan(8);
    expect(await frame().locator('.dlnb-error-box').count()).toBe(0);
  });

  it('moves one bar to its end, and gives an animation its controls', async () => {
    await run(1);
    const bar = frame().locator('[role=progressbar]');
    const now = async () => Number(await bar.getAttribute('aria-valuenow'));
    const first = await until(now, 'a bar that has begun');
    await until(async () => (await now()) > first, 'a bar that moves');
    expect(first).toBeLessThan(40);
    await frame().locator('.bar.done').waitFor();
    expect([await now(), await bar.count()]).toEqual([40, 1]);
    await frame().locator('.slider-container:visible').waitFor();
  });

  it('draws a training while it runs, in place', async () => {
    await run(2);
    const curves = frame().locator('.dlnb-training-curves .js-plotly-plot');
    await curves.waitFor();
    // Between the first snapshots, a second apart, and the next, five seconds later, only deltas bring new steps
    await vs.page.waitForTimeout(1700);
    const mark = await curves.elementHandle();
    const list = vs.page.locator('.notebookOverlay:visible .cell-list-container .monaco-scrollable-element').first();
    const place = async () => (await list.locator('.monaco-list-row').first().boundingBox())!.y;
    const height = async () => (await curves.boundingBox())!.height;
    const before = { place: await place(), height: await height(), step: await stepNow() };
    const seen = new Set<number>();
    for (let i = 0; i < 24; i++) {
      seen.add(await stepNow());
      await vs.page.waitForTimeout(120);
    }
    expect(seen.size).toBeGreaterThan(6);
    expect(Math.max(...seen)).toBeGreaterThan(before.step);
    expect({ place: await place(), height: await height() }).toEqual({ place: before.place, height: before.height });
    expect(await curves.evaluate((now, then) => now === then, mark)).toBe(true);
    await picture('training-light');
  });

  it('ends it by its Stop button; the cell goes on with its variables', async () => {
    await frame().getByRole('button', { name: 'Stop' }).click();
    await frame().getByText("'weight kept: true'").or(frame().getByText('weight kept: true')).first().waitFor();
    await frame().locator('.state.stopped').waitFor();
    expect(await frame().getByRole('button', { name: 'Stop' }).count()).toBe(0);
    await statusItem(vs.page, /idle/).waitFor();
    await palette(vs.page, 'Preferences: Toggle between Light/Dark Themes');
    await vs.page.locator('.monaco-workbench.vs-dark').waitFor();
    await vs.page.waitForTimeout(500);
    await picture('training-dark');
  });

  it('draws it again after a reload, without a kernel', async () => {
    const steps = await stepNow();
    await palette(vs.page, 'File: Save');
    const file = join(vs.profile.folder, 'viz.dlnb');
    await until(() => readFileSync(file, 'utf8').includes('vnd.dlnb.training'), 'the training in the file');
    await vs.page.locator('.tab:not(.dirty)', { hasText: 'viz.dlnb' }).waitFor();
    await vs.reload();
    await notebookShown(vs.page);
    await scrollToCell(vs.page, 2);
    const curves = frame().locator('.dlnb-training-curves .js-plotly-plot');
    await curves.waitFor();
    expect(await stepNow()).toBe(steps);
    expect(await drawnColours(vs.browser, curves)).toBeGreaterThan(8);
    expect(await frame().getByRole('button', { name: 'Stop' }).count()).toBe(0);
    await statusItem(vs.page, /not started/).waitFor();
  });

  it('tells the values under the pointer, and moves an animation by its slider', async () => {
    const hovered = async (plot: Locator) => {
      await plot.scrollIntoViewIfNeeded();
      const box = (await plot.locator('.nsewdrag').first().boundingBox())!;
      const text = plot.locator('.hoverlayer .hovertext').first();
      await until(async () => {
        // Plotly draws the label a moment after the pointer has moved
        await vs.page.mouse.move(box.x + box.width * (0.4 + 0.2 * Math.random()), box.y + box.height / 2);
        return await text.isVisible();
      }, 'the value under the pointer');
      return (await text.textContent())!;
    };
    expect(await hovered(frame().locator('.dlnb-training-curves .js-plotly-plot'))).toMatch(/\d/);
    await scrollToCell(vs.page, 1);
    const animation = frame().locator('.js-plotly-plot', { has: frame().locator('.slider-container') });
    const curve = () => animation.locator('.scatterlayer path.js-line').first().getAttribute('d');
    // It begins with its end
    const before = await until(curve, 'the last frame');
    const rail = (await animation.locator('.slider-rail-rect').first().boundingBox())!;
    await vs.page.mouse.click(rail.x + 3, rail.y + rail.height / 2);
    await until(async () => (await curve()) !== before, 'another frame');
  });

  it.each([300, 1600])('fits an output %i pixels wide', async (width) => {
    await vs.page.setViewportSize({ width: width + 400, height: 2400 });
    await scrollToCell(vs.page, 0);
    const kinds = { model: '.summary-box', figure: '.js-plotly-plot', bar: '.bars', training: '.dlnb-training-curves' };
    for (const [kind, selector] of Object.entries(kinds)) {
      const view = frame().locator(selector).first();
      await view.waitFor();
      // Its contents are no wider than it, and it is no wider than the output
      const room = () =>
        view.evaluate((e) => {
          const host = (e.getRootNode() as ShadowRoot).host ?? e;
          const output = host.closest('.output') ?? document.body;
          // Only the texts of plotly's drawing; its areas for the pointer are larger and invisible
          const seen = [e, ...e.querySelectorAll('*:not(svg *), svg text')];
          const right = Math.max(...seen.map((x) => x.getBoundingClientRect().right));
          return Math.round(right - output.getBoundingClientRect().right);
        });
      await expect.poll(room, { message: kind, timeout: 10_000 }).toBeLessThanOrEqual(1);
    }
    await picture(`${width}-px`);
  });

  it.each(['Light High Contrast', 'Dark High Contrast', 'Light Modern'])('follows the theme %s', async (label) => {
    await vs.page.setViewportSize({ width: 1200, height: 2400 });
    await scrollToCell(vs.page, 0);
    const plot = frame().locator('.js-plotly-plot .main-svg .xtick text').first();
    const row = frame().locator('.summary-box td').first();
    const text = async () => [
      await plot.evaluate((e) => getComputedStyle(e).fill),
      await row.evaluate((e) => getComputedStyle(e).color),
    ];
    const before = await text();
    await palette(vs.page, 'Preferences: Color Theme');
    await vs.page.locator('.quick-input-widget input').first().fill(label);
    await vs.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first().click();
    await expect.poll(async () => (await text()).every((color, i) => color !== before[i])).toBe(true);
    const body = await frame()
      .locator('body')
      .evaluate((e) => getComputedStyle(e).getPropertyValue('--vscode-foreground').trim());
    expect(body).not.toBe('');
    await vs.page.waitForTimeout(300);
    await picture(label.toLowerCase().replaceAll(' ', '-'));
  });
});
