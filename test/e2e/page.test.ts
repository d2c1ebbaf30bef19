// An exported page in a real browser, opened from the disk without a network: figures by the editor's renderers, frames
// of HTML outputs at their height, formulas in their own fonts, and no code of the notebook running in the page itself.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dlnb, Folder, notebook } from '../cli/cli.ts';
import { startBrowser, type TestBrowser } from '../vscode/browser.mts';
import { outDir } from '../vscode/server.mts';

describe('an exported page', () => {
  let folder: Folder;
  let test: TestBrowser;
  const requests: string[] = [];

  beforeAll(async () => {
    const cells = notebook(
      "import { html, svg, plot, progress, train } from 'dlnb';\ndisplay(plot([{ y: [1, 3, 2] }]));\nplot([{ type: 'surface', z: [[1, 2], [3, 4]] }])",
      'display(html.raw(\'<p style="height:300px;margin:0">tall</p><script>try { parent.document.title = "stolen"; } catch { document.body.append("kept out"); }</script>\'));\nsvg`<svg width="50" height="40"><circle r="9"/></svg>`',
      'Int32Array.of(3, -1, 2)',
      "for (const i of progress(3)) ;\nconst run = train.record('kept'); run.step({ loss: 2 }); run.step({ loss: 1 });",
      "Array.from({ length: 57 }, (_, i) => ({ run: ['adam', 'sgd'][i % 2], loss: i === 2 ? NaN : (i * 7) % 57 }))",
    );
    const nb = JSON.parse(cells) as { cells: object[] };
    nb.cells.unshift({
      id: 'm',
      kind: 'markdown',
      source: [
        '# Page <script>document.title = "run"</script>',
        '',
        '$$',
        '\\begin{cases} 1 \\\\ 0 \\end{cases}',
        '$$',
      ],
    });
    folder = new Folder({ 'n.dlnb': JSON.stringify(nb) });
    expect((await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'n.dlnb')).code).toBe(0);
    expect((await dlnb(folder.path, 'export', 'n.dlnb', '--to', 'html')).code).toBe(0);
    test = await startBrowser();
    test.page.on('request', (r) => requests.push(r.url()));
    await test.page.goto(pathToFileURL(folder.file('n.html')).href);
    await test.page.waitForSelector('html[data-drawn]', { state: 'attached' });
  });
  afterAll(async () => {
    await test?.browser.close();
    folder?.[Symbol.dispose]();
  });

  it('draws flat and spatial figures', async () => {
    expect(await test.page.locator('.figure[data-renderer="plotly.js"]').count()).toBe(2);
    expect(await test.page.locator('.figure').nth(0).locator('svg.main-svg').count()).toBeGreaterThan(0);
    expect(await test.page.locator('.figure').nth(1).locator('canvas').count()).toBeGreaterThan(0);
  });

  it('draws tensors, to be read by pointer and keyboard', async () => {
    const tensor = test.page.locator('.figure').nth(2);
    const canvas = tensor.locator('canvas.picture');
    // The frames above still change their height, which moves it
    const under = async () => {
      await canvas.hover({ position: { x: 40, y: 60 } });
      return tensor.locator('.tip').innerText();
    };
    await expect.poll(under).toBe('[1] −1');
    await canvas.focus();
    await test.page.keyboard.press('End');
    expect(await tensor.locator('.readout').innerText()).toBe('[2] 2');
    await tensor.locator('select').selectOption('table');
    expect(await tensor.locator('td').allInnerTexts()).toEqual(['3', '−1', '2']);
    await tensor.locator('select').first().selectOption('bars');
  });

  it('filters, sorts and copies tables of records', async () => {
    const table = test.page.getByRole('table', { name: 'Table of 57 records with 2 columns' });
    const foot = test.page.locator('.table-box .foot');
    const losses = () => table.locator('tbody td.number').allInnerTexts();
    const filter = test.page.getByRole('searchbox', { name: /Filter rows/ });
    expect(await foot.innerText()).toContain('1 to 20 of 57 records');
    await filter.fill('loss < 10 adam');
    const rows = Array.from({ length: 57 }, (_, i) => ({ i, loss: (i * 7) % 57 }));
    const found = rows.filter(({ i, loss }) => i % 2 === 0 && i !== 2 && loss < 10).map(({ loss }) => String(loss));
    expect(await losses()).toEqual(found);
    await table.getByRole('button', { name: 'loss' }).click();
    expect(await losses()).toEqual([...found].sort((a, b) => Number(a) - Number(b)));
    expect(await foot.innerText()).toContain(`${found.length} found in 57 records`);
    await test.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await foot.getByRole('button', { name: 'Copy CSV' }).click();
    await foot.getByText(`Copied ${found.length} rows.`).waitFor();
    const copied = await test.page.evaluate(() => navigator.clipboard.readText());
    expect(copied.split('\r\n').slice(0, 2)).toEqual(['run,loss', 'adam,0']);
    await filter.fill('nothing like it');
    expect(await table.innerText()).toContain('No row has this.');
    await filter.press('Escape');
    expect(await foot.innerText()).toContain('1 to 20 of 57 records');
  });

  it('draws progress bars and trainings, without the buttons that need an editor', async () => {
    await test.page.locator('[role=progressbar][aria-valuenow="3"]').waitFor();
    await test.page.locator('.dlnb-training-curves svg.main-svg').first().waitFor();
    await test.page.getByText('step 2', { exact: false }).waitFor();
    expect(await test.page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
  });

  it('keeps scripts of outputs in their frame, which is as high as what it shows', async () => {
    const frame = test.page.locator('iframe');
    await expect.poll(async () => (await frame.nth(0).boundingBox())!.height).toBeGreaterThan(300);
    await expect.poll(async () => (await frame.nth(1).boundingBox())!.height).toBe(40);
    await expect.poll(() => frame.nth(0).contentFrame().locator('body').innerText()).toContain('kept out');
    expect(await test.page.title()).toMatch(/^Page <script>/);
  });

  it('sets formulas in the fonts that it holds', async () => {
    expect(
      await test.page.evaluate(
        () => document.fonts.check('16px KaTeX_Size4') && document.fonts.check('16px KaTeX_Main'),
      ),
    ).toBe(true);
    expect([...new Set(await test.page.evaluate(() => [...document.fonts].map((f) => f.status)))]).toContain('loaded');
  });

  it('asks for nothing beyond itself', async () => {
    expect(requests.filter((url) => !/^(file|blob|data|about):/.test(url))).toEqual([]);
    expect(test.consoleLines.filter((line) => /error/i.test(line))).toEqual([]);
    await test.page.screenshot({ path: path.join(outDir, 'page.png'), fullPage: true });
  });

  it('follows the theme of the system and fits a narrow screen', async () => {
    const background = () => test.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await test.page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    await test.page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).not.toBe(light);
    await test.page.setViewportSize({ width: 380, height: 800 });
    expect(await test.page.evaluate(() => document.documentElement.scrollWidth)).toBe(380);
  });
});
