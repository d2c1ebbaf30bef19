// Lists of the commands, and outputs in the themes of high contrast: what is there, and pictures for people to look at
// in out/screenshots/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { outDir } from '../vscode/server.mts';
import { openNotebook, outputsFrame, palette, statusItem, toolbarAction } from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

const dir = join(outDir, 'screenshots');

const values = [
  "({ name: 'net', layers: [64, 10], options: { rate: 0.1, on: true }, f: (x: number) => x, none: null, map: new Map([['a', 1n]]) })",
  "Array.from({ length: 30 }, (_, i) => ({ epoch: i, loss: 1 / (i + 1), note: i % 2 ? 'odd' : 'even', ok: i > 3 }))",
  "function inner(x: number) { throw new RangeError('out of range: ' + x, { cause: new Error('the first cause') }); }\ntry { inner(7); } catch (e) { display(e); }",
];
const trained = [
  "import * as tf from '@tensorflow/tfjs';\nimport { train } from 'dlnb';\nconst run = train.record('by hand');\nfor (let i = 0; i < 60; i++) { run.step({ loss: 2 / (i + 2) }); await new Promise((r) => setTimeout(r, 5)); }\nrun.end();",
  'tf.sin(tf.range(0, 96)).reshape([8, 12])',
  "throw new TypeError('the shapes do not fit')",
];
const jsx = {
  id: 'jsx00001',
  kind: 'code',
  language: 'typescriptreact',
  source: [
    'const n = 3;',
    '<div>',
    '  <h3>A card from JSX</h3>',
    "  <ul>{[1, 2, 3].map((i) => <li style={{ color: i === n ? 'tomato' : undefined }}>item {i}</li>)}</ul>",
    '  <table><thead><tr><th>layer</th><th>units</th></tr></thead><tbody><tr><td>dense</td><td>64</td></tr></tbody></table>',
    '</div>',
  ],
  outputs: [],
};

describe('what the extension shows', () => {
  const vs = useVSCode('looks', {
    viewport: { width: 1200, height: 1300 },
    notebooks: { 'values.dlnb': values, 'trained.dlnb': trained, 'ask.dlnb': ["confirm('Train again?')"] },
    settings: { 'workbench.colorTheme': 'Default Light Modern' },
  });
  beforeAll(() => {
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(vs.profile.folder, 'jsx.dlnb'), JSON.stringify({ dlnb: 1, metadata: {}, cells: [jsx] }));
  });

  const picture = (name: string) => vs.page.screenshot({ path: join(dir, `looks-${name}.png`) });
  const box = () => vs.page.locator('.quick-input-widget');
  const row = (label: string | RegExp) => box().locator('.monaco-list-row', { hasText: label }).first();
  const frame = () => outputsFrame(vs.page);

  const themes = {
    dark: ['Dark Modern', '.vs-dark'],
    'hc-dark': ['Dark High Contrast', '.hc-black'],
    'hc-light': ['Light High Contrast', '.hc-light'],
    light: ['Light Modern', '.vs'],
  } as const;
  async function theme(name: keyof typeof themes): Promise<void> {
    const [label, selector] = themes[name];
    await palette(vs.page, 'Preferences: Color Theme');
    await box().locator('input').first().fill(label);
    await row(label).click();
    await vs.page.locator(`.monaco-workbench${selector}`).waitFor();
    await vs.page.waitForTimeout(500); // outputs follow
  }
  /** Takes a picture in each theme; the last one is light. */
  async function inThemes(name: string, open?: () => Promise<void>): Promise<void> {
    for (const of of open ? (['hc-dark', 'light'] as const) : (['dark', 'hc-dark', 'hc-light', 'light'] as const)) {
      await theme(of);
      await open?.();
      await picture(`${name}-${of}`);
      if (open) await vs.page.keyboard.press('Escape');
    }
  }
  async function runAll(name: string): Promise<void> {
    await openNotebook(vs.page, name);
    await toolbarAction(vs.page, 'Run All').click();
    await statusItem(vs.page, /idle/).waitFor({ timeout: 60_000 });
  }

  it('lists the devices with those that exist, before the first run', async () => {
    await openNotebook(vs.page, 'values.dlnb');
    await inThemes('devices', async () => {
      await palette(vs.page, 'DLNB: Choose Device');
      await row(/^cpu.*works/).waitFor({ timeout: 60_000 });
      expect(await row(/^cuda/).innerText()).toMatch(/not available[^]*tfjs-node-gpu/);
      expect(await row(/^webgpu/).innerText()).toMatch(/works|not available/);
    });
  });

  it('lists samples and architectures', async () => {
    await inThemes('samples', async () => {
      await palette(vs.page, 'DLNB: New Sample Notebook');
      await row('The perceptron').waitFor();
    });
    await inThemes('models', async () => {
      await palette(vs.page, 'DLNB: New Model Notebook');
      await row('ResNet-20').waitFor();
    });
  });

  it('asks by confirm with two answers', async () => {
    await openNotebook(vs.page, 'ask.dlnb');
    await toolbarAction(vs.page, 'Run All').click();
    await box().locator('input[placeholder*="Train again?"]').waitFor({ timeout: 60_000 });
    await picture('confirm-light');
    await vs.page.keyboard.press('Enter');
    await frame().getByText('true', { exact: true }).first().waitFor();
  });

  it('draws trees, tables and errors', async () => {
    await runAll('values.dlnb');
    await frame().locator('[role="treeitem"]').first().click();
    await frame().locator('.table-box').first().waitFor();
    await inThemes('values');
  });

  it('draws trainings, tensors and uncaught errors', async () => {
    await runAll('trained.dlnb');
    await frame().locator('.js-plotly-plot').first().waitFor();
    await inThemes('trained');
  });

  it('draws what JSX makes', async () => {
    await runAll('jsx.dlnb');
    await frame().getByText('A card from JSX').first().waitFor();
    await inThemes('jsx');
  });
});
