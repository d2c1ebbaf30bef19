// TypeScript in cells as a person sees it, from the packaged extension: typing opens completion, an error gets its
// squiggle, a hover says the type and, after a run, the value. The import stands in the first cell.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outDir } from '../vscode/server.mts';
import { cellRow, focusCell, openNotebook, palette, until } from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

const CELLS = [
  "import * as tf from '@tensorflow/tfjs';\nimport { viz } from 'dlnb';",
  '/** The area of a circle. */\nfunction area(radius: number) {\n  return 3 * radius ** 2;\n}',
  "const xs = tf.tensor1d([area(1), area(2)]);\nconst wrong: number = 'text';",
  'xs.shape;',
  '// here',
];

describe('types in cells', () => {
  const vs = useVSCode('language', {
    notebooks: { 'types.dlnb': CELLS },
    settings: { 'workbench.colorTheme': 'Default Light Modern', 'files.autoSave': 'off' },
  });
  const picture = async (name: string) => {
    const dir = process.env['PICTURES'] ?? join(outDir, 'test/e2e');
    mkdirSync(dir, { recursive: true });
    await vs.page.screenshot({ path: join(dir, `language-${name}.png`) });
  };
  const popup = () => vs.page.locator('.suggest-widget.visible');
  /** Rests the mouse on a word of a cell until a hover says something. */
  const hover = async (cell: number, word: string, text: string | RegExp) => {
    const target = cellRow(vs.page, cell).locator('.view-lines span', { hasText: word }).last();
    const shown = vs.page.locator('.monaco-hover:visible', { hasText: text }).first();
    await until(async () => {
      await vs.page.mouse.move(5, 5);
      await target.hover();
      return shown.waitFor({ timeout: 3000 }).then(
        () => true,
        () => false,
      );
    }, `a hover on ${word}`);
    return shown;
  };

  it('mark errors where they are', async () => {
    await openNotebook(vs.page, 'types.dlnb');
    await cellRow(vs.page, 2).locator('.squiggly-error').first().waitFor({ timeout: 60_000 });
    expect(await vs.page.locator('.squiggly-error').count()).toBe(1);
  });

  it('complete as one types, in another cell than the import, and once each', async () => {
    await focusCell(vs.page, 4);
    await vs.page.keyboard.type('viz.', { delay: 60 });
    await popup().getByText('confusionMatrix').first().waitFor();
    await vs.page.keyboard.type('li', { delay: 60 });
    const line = popup().locator('.monaco-list-row', { hasText: /^line/ });
    await line.first().waitFor();
    expect(await line.count()).toBe(1);
    await picture('completion-light');
    await vs.page.keyboard.press('Enter');
    await vs.page.keyboard.type('([1, 2]);\nreadFileSyn', { delay: 30 });
    await popup().getByText('node:fs').first().waitFor();
    await vs.page.keyboard.press('Enter');
    await until(
      async () => (await cellRow(vs.page, 0).innerText()).replace(/\s+/g, ' ').includes("from 'node:fs'"),
      'the import in the first cell',
    );
  });

  it('say the type on hover, and after a run the value', async () => {
    const found = await hover(3, 'xs', /const xs/);
    expect(await found.innerText()).toMatch(/Tensor1D/);
    await palette(vs.page, 'Notebook: Run All');
    const live = await hover(3, 'xs', /Now:/);
    expect((await live.innerText()).replace(/\s+/g, ' ')).toMatch(
      /Now: Tensor float32 \[2\], on cpu, 3 … 12, mean 7.5/,
    );
    await picture('hover-light');
  });

  it('look so in a dark theme too', async () => {
    await palette(vs.page, 'Preferences: Toggle between Light/Dark Themes');
    await hover(3, 'xs', /Now:/);
    await picture('hover-dark');
    await focusCell(vs.page, 4);
    await vs.page.keyboard.press('Control+End');
    await vs.page.keyboard.type(';\ntf.', { delay: 60 });
    await popup().getByText('AdamWOptimizer').first().waitFor();
    await picture('completion-dark');
    await vs.page.keyboard.press('Escape');
  });
});
