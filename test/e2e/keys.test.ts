// Jupyter's keys in DLNB notebooks, in command mode and in a cell's editor, and the question before variables are lost.
// Pictures go to out/screenshots/.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { outDir } from '../vscode/server.mts';
import { cellRow, focusCell, openNotebook, palette, statusItem, until } from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

const dir = join(outDir, 'screenshots');

describe('a notebook', () => {
  const vs = useVSCode('keys', {
    notebooks: {
      'keys.dlnb': ['let first = 1;', 'let second = 2;', 'let third = 3;'],
      'undo.dlnb': ['let first = 1;', 'let second = 2;', 'let third = 3;'],
      'run.dlnb': ['let first = 1;', 'let second = 2;', 'let third = 3;'],
      'split.dlnb': ['let first = 1;', 'let second = 2;', 'let third = 3;'],
      'running.dlnb': ['for (;;) await new Promise((r) => setTimeout(r, 50));', 'let next = 2;'],
      'loss.dlnb': ['let kept = 40 + 2;\nkept'],
    },
    settings: {
      'workbench.colorTheme': 'Default Light Modern',
      'workbench.preferredLightColorTheme': 'Default Light Modern',
      'workbench.preferredDarkColorTheme': 'Default Dark Modern',
      'notebook.undoRedoPerCell': false,
    },
  });
  beforeAll(() => mkdirSync(dir, { recursive: true }));

  const press = async (...keys: string[]) => {
    for (const key of keys) await vs.page.keyboard.press(key);
    await vs.page.waitForTimeout(300);
  };
  /** Selects a cell in command mode. The first Escape would only undo a selection of text. */
  const select = async (i: number) => {
    await focusCell(vs.page, i);
    await press('ArrowRight');
    await press('Escape');
  };
  const rows = () => vs.page.locator('.notebookOverlay:visible .cell-list-container .monaco-list-row');
  /** The code of all cells, which are all in sight. */
  const codes = async (): Promise<string[]> => {
    const found: [number, string][] = [];
    for (const row of await rows().all()) {
      const index = Number(await row.getAttribute('data-index'));
      const lines = await row.locator('.view-line').allTextContents();
      found.push([index, lines.join('\n').replaceAll('\u00a0', ' ')]);
    }
    return found.sort(([a], [b]) => a - b).map(([, code]) => code);
  };
  const shows = (expected: string[]) =>
    until(
      async () => JSON.stringify(await codes()) === JSON.stringify(expected),
      `the cells ${expected.join(' | ')}`,
    ).catch(async () => expect(await codes()).toEqual(expected));
  const counts = (i: number) => cellRow(vs.page, i).locator('.execution-count-label');
  const [first, second, third] = ['let first = 1;', 'let second = 2;', 'let third = 3;'];
  const dialog = () => vs.page.locator('.monaco-dialog-box');
  const status = (text: string) => statusItem(vs.page, text).first().waitFor();

  it('has the keys of Jupyter in command mode', async () => {
    await openNotebook(vs.page, 'keys.dlnb');
    await select(0);
    await press('b');
    await shows([first, '', second, third]);
    await press('d', 'd');
    await shows([first, second, third]);
    await select(0);
    await press('a');
    await shows(['', first, second, third]);
    await press('d', 'd');
    await shows([first, second, third]);
    await select(0);
    await press('x');
    await shows([second, third]);
    await press('v');
    await shows([second, first, third]);
    await select(0);
    await press('c');
    await press('j', 'Shift+V');
    await shows([second, second, first, third]);
    await select(0);
    await press('Shift+J', 'Shift+M');
    await shows([`${second}\n${second}`, first, third]);
  });

  it('undoes by Z and redoes by Shift+Z', async () => {
    await openNotebook(vs.page, 'undo.dlnb');
    await select(0);
    await press('b');
    await shows([first, '', second, third]);
    await press('z');
    await shows([first, second, third]);
    await press('Shift+Z');
    await shows([first, '', second, third]);
  });

  it('runs the cell by Ctrl+Enter, in command mode and in its editor, and adds nothing to it', async () => {
    await openNotebook(vs.page, 'run.dlnb');
    await focusCell(vs.page, 1);
    await press('Control+Enter');
    await until(async () => (await counts(1).textContent()) === '[1]', 'the first run');
    await select(1);
    await press('Control+Enter');
    await until(async () => (await counts(1).textContent()) === '[2]', 'the second run');
    await shows([first, second, third]);
  });

  it('splits a cell at the cursor by Ctrl+Shift+-, and letters stay text in an editor', async () => {
    await openNotebook(vs.page, 'split.dlnb');
    await focusCell(vs.page, 2);
    await press('Control+Home');
    await vs.page.keyboard.type('abdd');
    await press('Control+Shift+Minus');
    const cells = await until(async () => (await codes()).includes('abdd') && codes(), 'the split');
    expect(cells).toContain(third);
  });

  it('leaves the code of a running cell as it is: Shift+Enter goes to the next', async () => {
    await openNotebook(vs.page, 'running.dlnb');
    const before = await until(async () => {
      const cells = await codes();
      return cells.length === 2 && cells[0] !== '' && cells;
    }, 'the cells');
    await focusCell(vs.page, 0);
    await press('Control+Enter');
    await status('DLNB: busy');
    await focusCell(vs.page, 0);
    await press('Control+Enter');
    await press('Shift+Enter');
    expect(await codes()).toEqual(before);
    await vs.page.locator('.notebookOverlay:visible .monaco-list-row.focused[data-index="1"]').first().waitFor();
    await press('Escape');
    await press('i', 'i');
    await status('DLNB: idle');
  });

  it('asks before variables are lost, with notifications off too, and not when there are none', async () => {
    await palette(vs.page, 'Notifications: Toggle Do Not Disturb Mode');
    await openNotebook(vs.page, 'loss.dlnb');
    await select(0);
    await press('0', '0');
    await status('DLNB: idle');
    expect(await dialog().count()).toBe(0);
    await press('Control+Enter');
    await until(async () => (await counts(0).textContent()) === '[1]', 'the run');
    await status('DLNB: idle');
    for (const [theme, name] of [
      ['light', ''],
      ['dark', '-dark'],
    ] as const) {
      await press('0', '0');
      await dialog().waitFor();
      expect(await dialog().innerText()).toMatch(/Do you want to restart the kernel\?\s+All variables are lost\./);
      await vs.page.screenshot({ path: join(dir, `keys-restart${name}.png`) });
      await dialog().getByRole('button', { name: 'Cancel' }).click();
      expect(await counts(0).textContent()).toBe('[1]');
      if (theme === 'light') {
        await palette(vs.page, 'Preferences: Toggle between Light/Dark Themes');
        await select(0);
      }
    }
    await palette(vs.page, 'DLNB: Shut Down Kernel');
    await dialog().getByRole('button', { name: 'Shut Down', exact: true }).click();
    await status('DLNB: not started');
  });
});
