// Questions before variables are lost by another device or another Node, the hint at breakpoints, and what a screen
// reader is told at the end of a cell. Pictures go to out/screenshots/.
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { outDir } from '../vscode/server.mts';
import {
  cellRow,
  focusCell,
  notification,
  openNotebook,
  palette,
  statusItem,
  toolbarAction,
  until,
} from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

const dir = join(outDir, 'screenshots');

describe('a notebook that holds variables', () => {
  const vs = useVSCode('questions', {
    notebooks: { 'kept.dlnb': ['let kept = 40 + 2;\nkept', "throw new Error('no')"] },
    settings: {
      'workbench.colorTheme': 'Default Light Modern',
      'editor.accessibilitySupport': 'on',
      'accessibility.signals.notebookCellCompleted': { sound: 'off', announcement: 'auto' },
      'accessibility.signals.notebookCellFailed': { sound: 'off', announcement: 'auto' },
    },
  });
  beforeAll(() => mkdirSync(dir, { recursive: true }));

  const dialog = () => vs.page.locator('.monaco-dialog-box');
  const box = () => vs.page.locator('.quick-input-widget');
  const row = (label: string | RegExp) => box().locator('.monaco-list-row', { hasText: label }).first();
  const counts = (i: number) => cellRow(vs.page, i).locator('.execution-count-label');
  const count = (i: number, text: string) =>
    until(async () => (await counts(i).textContent()) === text, `the run ${text}`);
  const picture = (name: string) => vs.page.screenshot({ path: join(dir, `questions-${name}.png`) });
  async function run(i: number): Promise<void> {
    await focusCell(vs.page, i);
    await vs.page.keyboard.press('Control+Enter');
  }
  /** Changes a setting of the machine, where a window of the web has those of the kernel. */
  function set(name: string, value: unknown): void {
    const file = join(vs.profile.userData, 'Machine/settings.json');
    const settings = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : {};
    writeFileSync(file, JSON.stringify({ ...settings, [name]: value }, null, 2));
  }

  it('says by VS Code that a cell has ended, and that it has failed', async () => {
    await openNotebook(vs.page, 'kept.dlnb');
    // The words come and go
    await vs.page.evaluate(() => {
      const heard: string[] = ((window as unknown as { heard: string[] }).heard = []);
      new MutationObserver((changes) => {
        for (const { target } of changes) heard.push(target.textContent ?? '');
      }).observe(document.querySelector('.monaco-aria-container')!, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    const heard = (what: RegExp) =>
      until(
        () =>
          vs.page.evaluate(
            (text) => (window as unknown as { heard: string[] }).heard.some((h) => new RegExp(text).test(h)),
            what.source,
          ),
        String(what),
      );
    await run(0);
    await count(0, '[1]');
    await heard(/Notebook Cell Completed/);
    await run(1);
    await heard(/Notebook Cell Failed/);
  });

  it('asks by a dialog when another device is chosen for it, and keeps the kernel if that is declined', async () => {
    await palette(vs.page, 'Notifications: Toggle Do Not Disturb Mode');
    await palette(vs.page, 'DLNB: Choose Device');
    await row(/^cpu/).click();
    await row('Use for this notebook').click();
    await dialog().waitFor();
    expect(await dialog().innerText()).toMatch(
      /The device "cpu" is used when a kernel starts\.[^]*All variables are lost\./,
    );
    await picture('device');
    await dialog().getByRole('button', { name: 'Cancel' }).click();
    await run(0);
    await count(0, '[3]');
  });

  it('restarts the kernel on the device if that is accepted', async () => {
    await palette(vs.page, 'DLNB: Choose Device');
    await row(/^cpu/).click();
    await row('Use for this notebook').click();
    await dialog().getByRole('button', { name: 'Restart Kernel' }).click();
    await statusItem(vs.page, /idle/).waitFor();
    await run(0);
    await count(0, '[1]');
  });

  it('asks by a dialog when another Node is set, and not while its path is being typed', async () => {
    const other = join(vs.profile.folder, 'other-node');
    symlinkSync(process.execPath, other);
    set('dlnb.nodePath', other.slice(0, -3));
    await vs.page.waitForTimeout(2500);
    expect(await dialog().count()).toBe(0);
    set('dlnb.nodePath', other);
    await dialog().waitFor();
    expect(await dialog().innerText()).toMatch(
      /The new Node\.js is used when a kernel starts\.[^]*All variables are lost\./,
    );
    await picture('node');
    await dialog().getByRole('button', { name: 'Restart Kernel' }).click();
    await statusItem(vs.page, /idle/).waitFor();
    await run(0);
    await count(0, '[1]');
  });

  it('hints once, at a breakpoint in a cell, that cells cannot be debugged', async () => {
    await palette(vs.page, 'Notifications: Toggle Do Not Disturb Mode');
    await focusCell(vs.page, 0);
    await palette(vs.page, 'Debug: Toggle Breakpoint');
    const hint = notification(vs.page, 'cells cannot be debugged yet');
    await hint.waitFor();
    await picture('breakpoint');
    await palette(vs.page, 'Notifications: Clear All Notifications');
    await toolbarAction(vs.page, 'Run All').click();
    await count(0, '[2]');
    await vs.page.waitForTimeout(1000);
    expect(await hint.count()).toBe(0);
  });
});

describe('a window that opens with a breakpoint in a cell', () => {
  const vs = useVSCode('breakpoint', { notebooks: { 'stop.dlnb': ['let kept = 42;\nkept'] } });

  it('hints at the first run', async () => {
    await openNotebook(vs.page, 'stop.dlnb');
    await focusCell(vs.page, 0);
    await palette(vs.page, 'Debug: Toggle Breakpoint');
    const hint = notification(vs.page, 'cells cannot be debugged yet');
    await hint.waitFor();
    // The window keeps breakpoints a moment after they are set; one that is reloaded before has none
    await until(() => vs.page.evaluate(keepsBreakpoint), 'the kept breakpoint', 30_000);
    await vs.reload();
    await openNotebook(vs.page, 'stop.dlnb');
    await cellRow(vs.page, 0).locator('.codicon-debug-breakpoint').first().waitFor();
    expect(await hint.count()).toBe(0);
    await toolbarAction(vs.page, 'Run All').click();
    await hint.waitFor();
  });
});

/** Whether the window's storage has a breakpoint. Runs in the page. */
async function keepsBreakpoint(): Promise<boolean> {
  const result = <T>(request: IDBRequest<T>) =>
    new Promise<T>((done, fail) => {
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error as Error);
    });
  for (const { name } of await indexedDB.databases()) {
    if (!name?.startsWith('vscode-web-state-db-')) continue;
    const db = await result(indexedDB.open(name));
    try {
      if (!db.objectStoreNames.contains('ItemTable')) continue;
      const kept = await result(db.transaction('ItemTable').objectStore('ItemTable').get('debug.breakpoint'));
      if (String(kept).includes('stop.dlnb')) return true;
    } finally {
      db.close();
    }
  }
  return false;
}
