// A new user: the walkthrough, a model notebook made from the command palette in an empty folder, Run All, and a look
// at the trained model; the course; and a sample without an open folder. Pictures go to out/screenshots/.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../kernel/notebook/scaffold/choices.ts';
import { modelNotebook } from '../../kernel/notebook/scaffold/notebook.ts';
import { outDir } from '../vscode/server.mts';
import {
  allCellsSucceed,
  cellRow,
  notebookShown,
  outputsFrame,
  palette,
  scrollBy,
  scrollToCell,
  toolbarAction,
  until,
  workbenchReady,
} from '../vscode/workbench.mts';
import { drawnColours } from './pixels.ts';
import { useVSCode } from './session.ts';

const dir = join(outDir, 'screenshots');
const { cells } = modelNotebook({ architecture: 'resnet20', data: 'shapes', optimizer: 'adam' });
/** The cell whose code contains this text. */
const cellWith = (code: string) => cells.findIndex((c) => c.kind === 'code' && c.source.includes(code));

const viewport = { width: 1280, height: 1100 };

describe('a new user', () => {
  const vs = useVSCode('scaffold', {
    viewport,
    settings: {
      'workbench.colorTheme': 'Default Light Modern',
      'workbench.preferredLightColorTheme': 'Default Light Modern',
      'workbench.preferredDarkColorTheme': 'Default Dark Modern',
    },
  });
  beforeAll(() => mkdirSync(dir, { recursive: true }));

  const picture = (name: string) => vs.page.screenshot({ path: join(dir, `scaffold-${name}.png`) });
  const row = (label: string | RegExp) =>
    vs.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first();
  const tab = (name: string) => vs.page.locator('.tab.active', { hasText: name }).first();

  async function toggleTheme(to: 'light' | 'dark'): Promise<void> {
    await palette(vs.page, 'Preferences: Toggle between Light/Dark Themes');
    await vs.page.locator(to === 'dark' ? '.monaco-workbench.vs-dark' : '.monaco-workbench.vs').waitFor();
  }

  /** Brings the output of a cell into sight: the next cell begins below it. */
  async function showOutput(cell: number): Promise<void> {
    await scrollToCell(vs.page, cell);
    const view = (await vs.page.locator('.notebookOverlay:visible .cell-list-container').boundingBox())!;
    for (let turns = 0; turns < 4; turns++) {
      await vs.page.waitForTimeout(300);
      const next = await cellRow(vs.page, cell + 1)
        .boundingBox({ timeout: 100 })
        .catch(() => null);
      if (next && next.y <= view.y + view.height) break;
      await scrollBy(vs.page, 500);
    }
    await vs.page.waitForTimeout(900); // what has come into sight draws
  }

  /** Brings a cell into sight with the beginning of its output, which is longer than the window. */
  async function showBeginning(cell: number): Promise<void> {
    await scrollToCell(vs.page, cell);
    await vs.page.waitForTimeout(1200);
  }

  it('is led from the first notebook to the course', async () => {
    // Pictures stand beside the steps if there is room
    await vs.page.setViewportSize({ width: 1640, height: 1000 });
    await palette(vs.page, 'Welcome: Open Walkthrough');
    await row('Train a Network with DLNB').click();
    const step = (title: string) => vs.page.locator('.getting-started-step', { hasText: title }).first();
    for (const [title, name] of [
      ['Open a first notebook', 'open'],
      ['Run it', 'run'],
      ['Put a network together', 'model'],
      ['Train it and look inside', 'train'],
      ['Learn the rest', 'course'],
    ] as const) {
      if (name !== 'open') await step(title).click();
      await step(title).locator('.step-description-container').waitFor();
      await vs.page.waitForTimeout(500); // the picture fades in
      await picture(`walkthrough-${name}-light`);
    }
    await toggleTheme('dark');
    await step('Train it and look inside').click();
    await vs.page.waitForTimeout(500);
    await picture('walkthrough-train-dark');
    await step('Open a first notebook').click();
    await vs.page.waitForTimeout(500);
    await picture('walkthrough-open-dark');
    await toggleTheme('light');
    await step('Put a network together').click();
    await step('Put a network together').getByRole('button', { name: 'New Model Notebook' }).click();
    await row('ResNet-20').waitFor();
    await vs.page.keyboard.press('Escape');
    await step('Put a network together').locator('[class*="step-checked"]:visible').waitFor();
    await palette(vs.page, 'View: Close All Editors');
    await vs.page.setViewportSize(viewport);
  });

  it('chooses architecture, data and optimizer, with a way back', async () => {
    expect(readdirSync(vs.profile.folder)).toEqual([]);
    await palette(vs.page, 'DLNB: New Model Notebook');
    // The list shows those in sight; typing finds the others
    const input = vs.page.locator('.quick-input-widget input[type="text"]');
    for (const { label } of ARCHITECTURES) {
      await input.fill(label);
      await row(label).waitFor();
    }
    await input.fill('');
    await row('Perceptron').waitFor();
    await picture('architecture-light');
    await row('Perceptron').click();
    await row('Two moons').waitFor();
    expect(await row('Spirals').count()).toBe(0);
    await vs.page.locator('.quick-input-titlebar .codicon-quick-input-back').click();
    await row('ResNet-20').click();
    await row('CIFAR-10').waitFor();
    await picture('data-light');
    await row('Shapes').click();
    await row('AdamW').waitFor();
    await picture('optimizer-light');
    await row(/^Adam(?!W)/).click();
    await tab('resnet20-on-shapes.dlnb').waitFor();
    await notebookShown(vs.page);
    expect(readdirSync(vs.profile.folder)).toEqual(['resnet20-on-shapes.dlnb']);
    await picture('notebook-light');
  });

  it('trains it with Run All, and sees curves, mistakes, filters and feature maps', { timeout: 240_000 }, async () => {
    await toolbarAction(vs.page, 'Run All').click();
    await scrollToCell(vs.page, cellWith('fitDataset'));
    const curves = outputsFrame(vs.page).locator('.js-plotly-plot:visible').first();
    await curves.waitFor({ timeout: 60_000 });
    await scrollToCell(vs.page, cellWith('check.summary'));
    await allCellsSucceed(vs.page, 180_000);
    expect(existsSync(join(vs.profile.folder, 'resnet20-on-shapes-model/model.json'))).toBe(true);

    // Upward, from the end where the run left us
    for (const name of ['featureMaps', 'filters'] as const) {
      await showBeginning(cellWith(`viz.${name}`));
      await outputsFrame(vs.page).locator('.filters').first().waitFor();
      await picture(`${name}-light`);
    }
    await showOutput(cellWith('fitDataset'));
    expect(await drawnColours(vs.browser, curves)).toBeGreaterThan(8);
    await picture('training-light');
    await toggleTheme('dark');
    await picture('training-dark');
    await toggleTheme('light');
  });

  it('searches the samples by what they teach', async () => {
    await palette(vs.page, 'DLNB: New Sample Notebook');
    await row('The perceptron').waitFor();
    await picture('samples-light');
    await vs.page.locator('.quick-input-widget input').first().fill('equivariance');
    await until(
      async () => (await vs.page.locator('.quick-input-list .monaco-list-row').count()) <= 2,
      'the one that fits',
    );
    await row('Convolution').waitFor();
    await vs.page.keyboard.press('Escape');
  });

  it('gets the course into a folder of its own, with a README.md that is shown', async () => {
    writeFileSync(join(vs.profile.folder, 'README.md'), 'mine');
    await palette(vs.page, 'DLNB: Create Course');
    await vs.page.locator('.quick-input-widget input').first().waitFor();
    await vs.page.locator('.quick-input-widget').getByRole('button', { name: 'Create Course Here' }).click();
    const course = join(vs.profile.folder, 'deep-learning-course');
    await until(() => existsSync(join(course, 'README.md')), 'the README.md');
    expect(readFileSync(join(vs.profile.folder, 'README.md'), 'utf8')).toBe('mine');
    await tab('README.md').waitFor();
    const preview = vs.page.frameLocator('iframe.webview.ready:not(.notebookOverlay *)').frameLocator('#active-frame');
    await preview.getByRole('link', { name: 'The perceptron', exact: true }).waitFor();
    await picture('course-light');
    await preview.getByRole('link', { name: 'The perceptron', exact: true }).click();
    await tab('perceptron.dlnb').waitFor();
    await notebookShown(vs.page);
  });

  it('opens a sample untitled where no folder is open', async () => {
    const url = new URL(vs.page.url());
    url.searchParams.delete('folder');
    url.searchParams.set('ew', 'true');
    await vs.page.goto(url.href);
    await workbenchReady(vs.page);
    await palette(vs.page, 'DLNB: New Sample Notebook');
    await row('The perceptron').click();
    await tab('Untitled').waitFor();
    await notebookShown(vs.page);
    await palette(vs.page, 'DLNB: New Model Notebook');
    await row('Perceptron').click();
    await row('Blobs').click();
    await row('SGD').click();
    // It asks for a folder, because the notebook saves its model there
    const here = vs.page.locator('.quick-input-widget').getByRole('button', { name: 'Create Notebook Here' });
    await here.waitFor();
    const path = vs.page.locator('.quick-input-widget input').first();
    // Until the dialog has listed its first folder, it adds to the typed text
    await until(async () => {
      if ((await path.inputValue()) === `${vs.profile.folder}/`) return true;
      await path.fill(`${vs.profile.folder}/`);
      await vs.page.waitForTimeout(500);
      return (await path.inputValue()) === `${vs.profile.folder}/`;
    }, 'the folder');
    // The dialog lists the typed folder before it accepts it
    await row('deep-learning-course').waitFor();
    await here.click();
    await tab('perceptron-on-blobs.dlnb').waitFor();
    expect(existsSync(join(vs.profile.folder, 'perceptron-on-blobs.dlnb'))).toBe(true);
  });
});
