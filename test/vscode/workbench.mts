// What a user does in VS Code's workbench, as functions over a Playwright page: open, run, type, look at outputs.
import type { FrameLocator, Locator, Page } from 'playwright-core';

/** Waits until the workbench is painted and the contributions of all extensions are known. */
export async function workbenchReady(page: Page, timeout = 60_000): Promise<void> {
  await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout });
  // Before this mark a notebook file would be opened as text
  const loaded = () => performance.getEntriesByName('code/didLoadExtensions').length > 0;
  await page.waitForFunction(loaded, null, { timeout });
}

/**
 * Opens a file of the workspace's root as a user does: a double click in the Explorer. On a busy machine VS Code's
 * watcher may miss a file that was just written; then the Explorer is refreshed.
 */
export async function openFromExplorer(page: Page, name: string): Promise<void> {
  const row = page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).first();
  const listed = await row.waitFor({ timeout: 5_000 }).then(
    () => true,
    () => false,
  );
  if (!listed) await palette(page, 'Refresh Explorer');
  await row.waitFor();
  await row.dblclick();
}

/** Opens a notebook from the Explorer and waits for its first cell. */
export async function openNotebook(page: Page, name: string): Promise<void> {
  await openFromExplorer(page, name);
  // Another notebook may be in sight until then
  await page.locator('.editor-group-container.active .tab.active', { hasText: name }).waitFor({ timeout: 60_000 });
  await notebookShown(page);
}

/**
 * Waits until a notebook editor shows cells. (The row of a Markdown cell is hidden: it is drawn in the output webview.)
 */
export async function notebookShown(page: Page, timeout = 60_000): Promise<void> {
  await page
    .locator('.notebookOverlay:visible .cell-list-container .monaco-list-row')
    .first()
    .waitFor({ state: 'attached', timeout });
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

/** The document inside the output webview of the notebook that is shown; others stay in the page, hidden. */
export const outputsFrame = (page: Page): FrameLocator =>
  page.frameLocator('.notebookOverlay:visible iframe.webview.ready').frameLocator('#active-frame');

/**
 * The row of the notebook's i-th cell, all kinds counted from 0. The list is virtual: the order in the DOM means
 * nothing.
 */
export const cellRow = (page: Page, i: number): Locator =>
  page.locator(`.notebookOverlay:visible .cell-list-container .monaco-list-row[data-index="${i}"]`);

const cellState = (page: Page, state: string): Locator =>
  page.locator(`.notebookOverlay:visible .cell-list-container .codicon-notebook-state-${state}`);

/**
 * Waits until all code cells that are in sight have run well.
 * @throws Error when one has failed, or after the time.
 */
export async function allCellsSucceed(page: Page, timeoutMs = 60_000): Promise<void> {
  const rows = page.locator('.notebookOverlay:visible .cell-list-container .code-cell-row');
  const end = Date.now() + timeoutMs;
  for (;;) {
    const [all, good, bad] = await Promise.all([
      rows.count(),
      // A cell whose input is collapsed shows its state twice
      rows.filter({ has: page.locator('.codicon-notebook-state-success') }).count(),
      cellState(page, 'error').count(),
    ]);
    if (bad > 0) throw new Error(`${bad} of ${all} cells ended with an error`);
    if (all > 0 && good === all) return;
    if (Date.now() > end) throw new Error(`after ${timeoutMs / 1000} s, ${good} of ${all} cells have run`);
    await page.waitForTimeout(100);
  }
}

/** An action of the toolbar over the notebook, by its label, for example "Run All". */
export const toolbarAction = (page: Page, label: string | RegExp): Locator =>
  page.locator('.notebookOverlay:visible .notebook-toolbar-container .action-item').filter({ hasText: label }).first();

/** A notification toast with that text. */
export const notification = (page: Page, text: string | RegExp): Locator =>
  page.locator('.notification-toast', { hasText: text }).first();

/** An item of the status bar with that text. */
export const statusItem = (page: Page, text: string | RegExp): Locator =>
  page.locator('.part.statusbar .statusbar-item', { hasText: text }).first();

/**
 * VS Code asks every 250 ms whether the output webview has the focus. Keys that follow a click in an output at once
 * would go to the output; no person types that fast, so wait as long as a person would.
 */
async function humanPause(page: Page): Promise<void> {
  if (await page.evaluate(() => document.activeElement?.tagName === 'IFRAME')) await page.waitForTimeout(700);
}

/** Pixels that one turn of the wheel scrolls; the profiles of e2e/session.ts multiply VS Code's distance by ten. */
const TURN = 500;

/**
 * Scrolls the list of cells by a number of pixels, or up to one turn of the wheel more.
 * @param share the part of a turn to make instead of each full one
 */
export async function scrollBy(page: Page, pixels: number, share = 1): Promise<void> {
  const view = (await page.locator('.notebookOverlay:visible .cell-list-container').boundingBox())!;
  // At the edge, beside the outputs: a 3-d plot would handle the wheel
  await page.mouse.move(view.x + 4, view.y + view.height / 2);
  for (let turns = Math.ceil(Math.abs(pixels) / TURN); turns > 0; turns--)
    await page.mouse.wheel(0, Math.sign(pixels) * 120 * share);
  await page.waitForTimeout(150);
}

/** Scrolls until the i-th cell begins in the upper half, or to the end: cells out of sight are not in the page. */
export async function scrollToCell(page: Page, i: number): Promise<void> {
  const list = page.locator('.notebookOverlay:visible .cell-list-container');
  let before: number | undefined;
  let upwards: boolean | undefined;
  let share = 1;
  for (let turns = 0; turns < 60; turns++) {
    const view = (await list.boundingBox())!;
    const box = await cellRow(page, i)
      .boundingBox({ timeout: 100 })
      .catch(() => null);
    const shown = await list
      .locator('.monaco-list-row')
      .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-index'))));
    const above = box ? box.y < view.y : i < Math.min(...shown);
    const below = box ? box.y > view.y + view.height / 2 : !above;
    if (!above && !below) return;
    const inSight = box !== null && box.y >= view.y && box.y < view.y + view.height - 60;
    if (inSight && box.y === before) return;
    before = box?.y;
    // After passing it, go back by half a turn, and so on
    if (upwards !== undefined && upwards !== above) share /= 2;
    upwards = above;
    await scrollBy(page, above ? -TURN : TURN, share);
  }
  throw new Error(`cell ${i} does not come into sight`);
}

/** Puts the cursor into the i-th cell, which is a code cell, and selects its whole text. */
export async function focusCell(page: Page, i: number): Promise<void> {
  await humanPause(page);
  await scrollToCell(page, i);
  const editor = cellRow(page, i).locator('.cell-editor-container .monaco-editor').first();
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
export async function until<T>(check: () => Promise<T> | T, what: string, timeoutMs = 60_000): Promise<NonNullable<T>> {
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
