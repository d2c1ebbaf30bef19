// What a user does in VS Code's workbench, as functions over a Playwright page: open, run, type, look at outputs.
import type { FrameLocator, Locator, Page } from 'playwright-core';

/** Waits until the workbench is painted and the contributions of all extensions are known. */
export async function workbenchReady(page: Page, timeout = 60_000): Promise<void> {
  await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout });
  // Before this mark a notebook file would be opened as text
  const loaded = () => performance.getEntriesByName('code/didLoadExtensions').length > 0;
  await page.waitForFunction(loaded, null, { timeout });
}

/** Opens a file of the workspace's root as a user does: a double click in the Explorer. */
export async function openFromExplorer(page: Page, name: string): Promise<void> {
  const row = page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first();
  await row.waitFor();
  await row.dblclick();
}

/** Opens a notebook from the Explorer and waits for its first cell. */
export async function openNotebook(page: Page, name: string): Promise<void> {
  await openFromExplorer(page, name);
  await notebookShown(page);
}

/** Waits until a notebook editor shows a cell. */
export async function notebookShown(page: Page, timeout = 60_000): Promise<void> {
  await page.locator('.notebookOverlay .cell-list-container .monaco-list-row').first().waitFor({ timeout });
}

/** Runs a command by its title in the command palette. */
export async function palette(page: Page, title: string): Promise<void> {
  await humanPause(page);
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input').first();
  await input.waitFor();
  await input.fill(`>${title}`);
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
  await row.waitFor();
  await row.click();
}

/** The document inside the notebook's output webview. */
export const outputsFrame = (page: Page): FrameLocator =>
  page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');

/** The row of the notebook's i-th cell, all kinds counted from 0. The list is virtual: the order in the DOM means nothing. */
export const cellRow = (page: Page, i: number): Locator =>
  page.locator(`.notebookOverlay .cell-list-container .monaco-list-row[data-index="${i}"]`);

/** An action of the toolbar over the notebook, by its label, for example "Run All". */
export const toolbarAction = (page: Page, label: string | RegExp): Locator =>
  page.locator('.notebook-toolbar-container .action-item').filter({ hasText: label }).first();

/** A notification toast with that text. */
export const notification = (page: Page, text: string | RegExp): Locator =>
  page.locator('.notification-toast', { hasText: text }).first();

/** An item of the status bar with that text. */
export const statusItem = (page: Page, text: string | RegExp): Locator =>
  page.locator('.part.statusbar .statusbar-item', { hasText: text }).first();

/**
 * VS Code asks every 250 ms whether the output webview has the focus. Keys that follow a click in an output at once would
 * go to the output; no person is that fast, so wait as long as a person would.
 */
async function humanPause(page: Page): Promise<void> {
  if (await page.evaluate(() => document.activeElement?.tagName === 'IFRAME')) await page.waitForTimeout(700);
}

/** Puts the cursor into the i-th cell, which is a code cell, and selects its whole text. */
export async function focusCell(page: Page, i: number): Promise<void> {
  await humanPause(page);
  const editor = cellRow(page, i).locator('.cell-editor-container .monaco-editor').first();
  await editor.scrollIntoViewIfNeeded();
  await editor.locator('.view-lines').click();
  const handle = await editor.elementHandle();
  await page.waitForFunction((e) => !!e && (e as Element).classList.contains('focused'), handle);
  if (!(await editor.locator('.view-lines').innerText()).trim()) return;
  const selected = editor.locator('.selected-text').first();
  for (let tries = 10; ; tries--) {
    await page.keyboard.press('Control+A');
    try {
      await selected.waitFor({ state: 'attached', timeout: 500 });
      break;
    } catch (e) {
      if (tries === 0) throw e;
    }
  }
  // Monaco hands its selection to the browser a frame later; an insertion before that would append
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Replaces the text of the i-th cell by real key input. */
export async function typeInCell(page: Page, i: number, text: string): Promise<void> {
  await focusCell(page, i);
  await page.keyboard.insertText(text); // one insertion: no brackets closed, no suggestions
}

/** Polls until `check` gives a truthy value, and returns it. */
export async function until<T>(check: () => Promise<T> | T, what: string, timeoutMs = 20_000): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await check();
      if (value) return value as NonNullable<T>;
      last = value;
    } catch (e) {
      last = e;
    }
    if (Date.now() > end) throw new Error(`waited ${timeoutMs / 1000} s in vain for ${what} (last: ${String(last)})`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
