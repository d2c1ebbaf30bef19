// Types in cells as a person sees them, from the packaged extension: a notebook of five cells whose imports stand in the
// first. Real keys and a real mouse, beside VS Code's own TypeScript and, at the end, without it.
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { outDir } from '../vscode/server.mts';
import { cellRow, openNotebook, outputsFrame, palette, statusItem, until } from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

const CELLS = [
  "import * as tf from '@tensorflow/tfjs';\nimport { data, viz } from 'dlnb';",
  '/** The area of a circle. */\nfunction area(radius: number, factor = 3) {\n  return factor * radius ** 2;\n}\ninterface Point {\n  x: number;\n}',
  "const point: Point = { x: 2 };\nconst xs = tf.tensor1d([area(1), area(point.x)]);\nconst log: any = { loss: [3, 2, 1], 'val loss': [4] };",
  'viz.line(log.loss);\nxs.square();',
  '// here',
];

/** An extension that is TypeScript 7 for VS Code by its name: the editor's own TypeScript rests where it is chosen. */
const NATIVE = {
  'package.json': JSON.stringify({
    name: 'native-preview',
    publisher: 'typescriptteam',
    version: '0.0.1',
    engines: { vscode: '^1.100.0' },
  }),
};
/** A formatter that people choose, such as Prettier. This one writes double quotes. */
const FORMATTER = {
  'package.json': JSON.stringify({
    name: 'quotes',
    publisher: 'test',
    version: '0.0.1',
    engines: { vscode: '^1.100.0' },
    main: './main.js',
    activationEvents: ['onStartupFinished'],
  }),
  'main.js': `const vscode = require('vscode');
let on;
const update = () => {
  const chosen = vscode.workspace.getConfiguration('editor', { languageId: 'typescript' }).get('defaultFormatter');
  if (chosen !== 'test.quotes') return on = on && void on.dispose();
  on ??= vscode.languages.registerDocumentFormattingEditProvider('typescript', {
    provideDocumentFormattingEdits: (document) => {
      const whole = new vscode.Range(0, 0, document.lineCount, 0);
      return [new vscode.TextEdit(whole, document.getText().replaceAll("'", '"'))];
    },
  });
};
exports.activate = () => { update(); vscode.workspace.onDidChangeConfiguration(update); };`,
};

describe('types in cells', () => {
  const vs = useVSCode('language', {
    notebooks: { 'types.dlnb': CELLS },
    // All cells are in sight, so that nothing scrolls
    viewport: { width: 1280, height: 1500 },
    extensions: { 'typescriptteam.native-preview': NATIVE, 'test.quotes': FORMATTER },
    settings: {
      'workbench.colorTheme': 'Default Light Modern',
      'files.autoSave': 'off',
      'editor.hover.delay': 100,
      // Where a new name is typed the editor offers words of the text, and Tab would choose one
      'editor.wordBasedSuggestions': 'off',
      'notebook.outline.showCodeCells': true,
    },
  });
  const picture = async (name: string) => {
    const dir = process.env['PICTURES'] ?? join(outDir, 'test/e2e');
    mkdirSync(dir, { recursive: true });
    const { width } = vs.page.viewportSize()!;
    await vs.page.screenshot({ path: join(dir, `language-${name}.png`), clip: { x: 0, y: 0, width, height: 1200 } });
  };
  const press = (...keys: string[]) =>
    keys.reduce((before, key) => before.then(() => vs.page.keyboard.press(key)), Promise.resolve());
  const type = (text: string, delay = 40) => vs.page.keyboard.type(text, { delay });
  const line = (cell: number, text: string | RegExp) => cellRow(vs.page, cell).locator('.view-line', { hasText: text });
  const word = (cell: number, text: string) =>
    cellRow(vs.page, cell).locator('.view-line span > span', { hasText: text }).last();
  const marks = (cell: number, kind: string) => cellRow(vs.page, cell).locator(`.squiggly-${kind}`);
  const row = (text: string | RegExp) => vs.page.locator('.suggest-widget.visible .monaco-list-row', { hasText: text });
  /** A row by the whole of its name. */
  const named = (name: string) =>
    row(name).filter({ has: vs.page.locator('.label-name', { hasText: new RegExp(`^${name}$`) }) });
  /** Puts the caret into a word. */
  const caret = async (cell: number, text: string) => {
    await press('Escape');
    await word(cell, text).click({ position: { x: 4, y: 8 } });
    await cellRow(vs.page, cell).locator('.monaco-editor.focused').waitFor();
  };
  /** Replaces the text of a cell by keys, as far as they write it. */
  const rewrite = async (cell: number, text = '') => {
    await press('Escape', 'Escape');
    await cellRow(vs.page, cell).locator('.cell-editor-container .view-lines').click();
    await cellRow(vs.page, cell).locator('.monaco-editor.focused').waitFor();
    await until(async () => {
      await press('Control+A', 'Delete');
      return (await cellRow(vs.page, cell).locator('.view-lines').innerText()).trim() === '';
    }, 'an empty cell');
    if (text !== '') await vs.page.keyboard.insertText(text);
  };
  /** Chooses from the menu of a word. */
  const menu = async (cell: number, text: string, entry: string) => {
    await press('Escape');
    await word(cell, text).click({ button: 'right', position: { x: 4, y: 8 } });
    const chosen = vs.page.locator('.monaco-menu .action-label', { hasText: entry }).first();
    await chosen.waitFor();
    // A click right after the menu has opened chooses nothing
    await until(async () => {
      if (await chosen.isVisible()) await chosen.click({ timeout: 2000 }).catch(() => {});
      return chosen.waitFor({ state: 'detached', timeout: 2000 }).then(
        () => true,
        () => false,
      );
    }, `the choice of ${entry}`);
  };
  /** Rests the mouse on a word of a cell until a hover says something. */
  const hover = async (cell: number, text: string, says: string | RegExp) => {
    const shown = vs.page.locator('.monaco-hover:visible', { hasText: says }).first();
    await until(async () => {
      await vs.page.mouse.move(5, 5);
      await word(cell, text).hover({ position: { x: 4, y: 8 } });
      return shown.waitFor({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
    }, `a hover on ${text}`);
    return shown;
  };
  const settings = (all: Record<string, unknown>) => {
    mkdirSync(join(vs.profile.folder, '.vscode'), { recursive: true });
    writeFileSync(join(vs.profile.folder, '.vscode/settings.json'), JSON.stringify(all));
  };
  /** Processes of this window whose command line has a text. */
  const processes = (text: string) =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => {
        try {
          const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
          return line.includes(text) && (line.includes(vs.profile.dir) || environ(pid).includes(vs.profile.dir));
        } catch {
          return false;
        }
      })
      .map(Number);
  const environ = (pid: string) => readFileSync(`/proc/${pid}/environ`, 'utf8');

  it('mark errors as one types, and fade names that no cell uses', async () => {
    await openNotebook(vs.page, 'types.dlnb');
    await cellRow(vs.page, 0).locator('.squiggly-inline-unnecessary', { hasText: 'data' }).waitFor({ timeout: 60_000 });
    expect(await vs.page.locator('.squiggly-error').count()).toBe(0);
    await rewrite(4);
    await type("const wrong: number = 'text';\nwrong + later;\n");
    await marks(4, 'error').nth(1).waitFor();
    await picture('errors-light');
    await type('data.xor();');
    await until(
      async () => (await cellRow(vs.page, 0).locator('.squiggly-inline-unnecessary').count()) === 0,
      'a name that is used',
    );
  });

  it('complete with documentation, and import into the cell with the imports', async () => {
    await rewrite(4);
    await type('viz.li');
    await named('line').first().waitFor();
    const details = vs.page.locator('.suggest-details', { hasText: 'Draws curves' });
    await until(async () => {
      if (!(await details.isVisible())) await press('Control+Space');
      return details.waitFor({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
    }, 'the documentation');
    await picture('completion-light');
    expect(await named('line').count()).toBe(1);
    await press('Enter');
    await type('([1, 2]);\nreadFileSyn');
    await row('node:fs').first().waitFor();
    expect(await named('readFileSync').count()).toBe(1);
    await press('Enter');
    await line(0, "import { readFileSync } from 'node:fs';").waitFor();
    await line(4, /readFileSync$/).waitFor();
  });

  it('have snippets with places to fill in, and their imports', async () => {
    await rewrite(4);
    await type('train');
    await row('train.record').first().waitFor();
    await press('ArrowUp', 'ArrowDown');
    await until(async () => {
      if (
        await row('train.record')
          .first()
          .evaluate((e) => e.classList.contains('focused'))
      )
        return true;
      await press('ArrowDown');
      return false;
    }, 'the snippet in the list');
    await picture('snippet-light');
    await press('Enter');
    await line(0, "import { data, train, viz } from 'dlnb';")
      .or(line(0, "import { data, viz, train } from 'dlnb';"))
      .waitFor();
    await line(4, "const run = train.record('by hand');").waitFor();
    await type('mine');
    await line(4, 'for (const epoch of mine.epochs(10)) {').waitFor();
    await press('Tab');
    await type('loop');
    await line(4, "const mine = train.record('loop');").waitFor();
    await press('Escape', 'Escape');
  });

  it('say types and documentation on hover, once', async () => {
    const found = await hover(2, 'area', /The area of a circle/);
    expect(await found.innerText()).toMatch(/function area\(radius: number, factor\?: number\): number/);
    expect(await found.locator('.hover-row').count()).toBe(1);
    await picture('hover-light');
  });

  it('highlight the uses of the name at the caret in all cells, and what writes it', async () => {
    const drawn = (cell: number, kind: string) => cellRow(vs.page, cell).locator(`.view-overlays .${kind}`);
    await caret(3, 'xs');
    await drawn(2, 'wordHighlightStrong').waitFor();
    expect(await drawn(3, 'wordHighlight').count()).toBe(1);
    await picture('highlights-light');
    // A property of the same spelling would be no use: two names of one cell, and none elsewhere
    await caret(1, 'radius');
    await until(async () => (await drawn(3, 'wordHighlight').count()) === 0, 'the end of the highlights');
    await until(async () => (await cellRow(vs.page, 1).locator('[class*=wordHighlight]').count()) === 2, 'two uses');
    expect(await vs.page.locator('.view-overlays [class*=wordHighlight]').count()).toBe(2);
  });

  it('show the parameters of the call that is typed', async () => {
    await rewrite(4);
    await type('area(1, ');
    const help = vs.page.locator('.parameter-hints-widget.visible', { hasText: 'radius: number' });
    await help.waitFor();
    expect(await help.locator('.parameter.active').innerText()).toMatch(/factor/);
    await picture('signature-light');
    await press('Escape');
  });

  it('go to definitions, which are readable', async () => {
    await caret(3, 'viz');
    await press('F12');
    await vs.page.locator('.tab.active', { hasText: 'index.d.ts' }).waitFor();
    const editor = vs.page.locator('.editor-instance .monaco-editor').first();
    await editor.locator('.view-line', { hasText: 'export declare const viz' }).waitFor();
    await vs.page.waitForTimeout(3000);
    await picture('definition-light');
    expect(await editor.locator('.squiggly-error').count()).toBe(0);
    await palette(vs.page, 'View: Close Editor');
    await caret(3, 'square');
    await press('F12');
    await vs.page.locator('.tab.active', { hasText: '.d.ts' }).waitFor();
    await palette(vs.page, 'View: Close Editor');
    await caret(2, 'area');
    await press('F12');
    await cellRow(vs.page, 1).locator('.monaco-editor.focused').waitFor();
    await menu(2, 'xs', 'Go to Type Definition');
    await vs.page.locator('.tab.active', { hasText: '.d.ts' }).waitFor();
    await palette(vs.page, 'View: Close Editor');
    await menu(2, 'point', 'Go to Type Definition');
    await cellRow(vs.page, 1).locator('.monaco-editor.focused').waitFor();
  });

  it('find references in all cells', async () => {
    await caret(3, 'xs');
    await press('Shift+F12');
    const zone = vs.page.locator('.reference-zone-widget');
    // VS Code waits for its own TypeScript, too
    await zone.locator('.monaco-list-row', { hasText: 'xs' }).first().waitFor({ timeout: 60_000 });
    await picture('references-light');
    expect(await zone.locator('.referenceMatch').count()).toBe(2);
    await press('Escape');
    await zone.waitFor({ state: 'detached' });
  });

  it('rename in all cells', async () => {
    await caret(2, 'area');
    await press('F2');
    const box = vs.page.locator('.rename-box input, .rename-box .rename-input').first();
    await box.waitFor();
    await picture('rename-light');
    await box.fill('disk');
    await press('Enter');
    await line(1, 'function disk(').waitFor();
    await line(2, '[disk(1), disk(point.x)]').waitFor();
    await caret(1, 'disk');
    await press('F2');
    await box.waitFor();
    await box.fill('area');
    await press('Enter');
    await line(2, '[area(1), area(point.x)]').waitFor();
  });

  it('are in the outline, and in the list of symbols', async () => {
    await palette(vs.page, 'Explorer: Focus on Outline View');
    const rows = vs.page.locator('.outline-pane .monaco-list-row, .outline-tree .monaco-list-row');
    await rows.filter({ hasText: 'const point' }).first().waitFor();
    await picture('outline-light');
    await caret(2, 'xs');
    await press('Control+Shift+O');
    const found = vs.page.locator('.quick-input-list .monaco-list-row');
    for (const name of ['area', 'Point', 'xs']) await found.filter({ hasText: name }).first().waitFor();
    await press('Escape');
  });

  it('fold', async () => {
    await caret(1, 'area');
    await palette(vs.page, 'Fold Recursively');
    await line(1, 'return factor').waitFor({ state: 'detached' });
    await palette(vs.page, 'Unfold All');
    await line(1, 'return factor').waitFor();
  });

  it('color names by their meaning', async () => {
    // A constant, also where it is used
    const color = () => word(3, 'xs').evaluate((e) => getComputedStyle(e).color);
    await until(async () => (await color()) === 'rgb(0, 112, 193)', 'the color of a constant');
  });

  it('have hints between the code where they are turned on', async () => {
    expect(await line(2, 'radius:').count()).toBe(0);
    settings({
      'typescript.inlayHints.parameterNames.enabled': 'all',
      'js/ts.inlayHints.parameterNames.enabled': 'all',
    });
    await line(2, /area\(radius: ?1\)/).waitFor();
    await picture('hints-light');
    settings({});
    await until(async () => (await line(2, 'radius:').count()) === 0, 'the end of the hints');
  });

  it('have quick fixes', async () => {
    await rewrite(4);
    await type("writeFileSync('a', '');");
    await marks(4, 'error').first().waitFor();
    const actions = vs.page.locator('.action-widget');
    // The list closes when the light bulb moves
    await until(async () => {
      await caret(4, 'writeFileSync');
      await press('Control+.');
      const fix = actions.getByText(/import from "node:fs"/).first();
      return fix.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
    }, 'the list of fixes');
    await picture('fixes-light');
    expect(await actions.getByText(/import from "node:fs"/).count()).toBe(1);
    await actions
      .getByText(/import from "node:fs"/)
      .first()
      .click();
    await line(0, /import\s\{.*writeFileSync.*\}\sfrom\s'node:fs';/).waitFor();
    await until(async () => (await marks(4, 'error').count()) === 0, 'no error');
  });

  it('organize imports by what all cells use', async () => {
    await caret(0, 'viz');
    await press('Shift+Alt+O');
    await line(0, "import { viz } from 'dlnb';").waitFor();
    await line(0, "import { writeFileSync } from 'node:fs';").waitFor();
  });

  it('are formatted, cell by cell and all at once', async () => {
    await rewrite(4, 'if(xs){\narea(2)\n}');
    await palette(vs.page, 'Format Cell');
    await line(4, 'if (xs) {').waitFor();
    await rewrite(4, 'if(xs){\narea(2)\n}');
    await rewrite(3, 'viz.line( log.loss );\nxs.square();');
    await palette(vs.page, 'Format Notebook');
    await line(4, 'if (xs) {').waitFor();
    await line(3, 'viz.line(log.loss);').waitFor();
    // By the formatter that the user has chosen
    settings({ '[typescript]': { 'editor.defaultFormatter': 'test.quotes' } });
    // Its extension registers it
    await vs.page.waitForTimeout(3000);
    await until(async () => {
      await palette(vs.page, 'Format Notebook');
      return line(0, 'from "dlnb";')
        .waitFor({ timeout: 2000 })
        .then(
          () => true,
          () => false,
        );
    }, 'the other formatter');
    await line(2, '"val loss"').waitFor();
    settings({});
  });

  it('say in a hint what is declared below, and follow cells that are moved', async () => {
    await rewrite(4, 'const late = area(1);\nlate;');
    await rewrite(3, 'viz.line(log.loss);\nxs.square();\nlate;');
    await marks(3, 'hint').or(marks(3, 'info')).first().waitFor();
    await hover(3, 'late', /"late" is declared in cell 5, below\./);
    await picture('below-light');
    await press('Escape', 'Escape', 'Alt+ArrowDown');
    await line(4, 'xs.square();').waitFor();
    await until(async () => (await marks(4, 'hint').count()) === 0, 'no hint behind the declaration');
    await press('Alt+ArrowUp');
    await line(3, 'xs.square();').waitFor();
  });

  it('say what names hold now, after a run, and complete the keys of real objects', async () => {
    await rewrite(4);
    await rewrite(3, 'viz.line(log.loss);\nxs.square();');
    await palette(vs.page, 'Notebook: Run All');
    const live = await hover(3, 'xs', /Now:/);
    expect((await live.innerText()).replace(/\s+/g, ' ')).toMatch(
      /Now: Tensor float32 \[2\], on cpu, 3 … 12, mean 7.5/,
    );
    await picture('live-light');
    await rewrite(4);
    await type('log.');
    await row('val loss').first().waitFor();
    expect(await named('loss').count()).toBe(1);
    await picture('keys-light');
    await type('val');
    await press('Enter');
    await line(4, 'log["val loss"]').waitFor();
  });

  it('look so in a dark theme, and in a narrow window', async () => {
    await palette(vs.page, 'Preferences: Toggle between Light/Dark Themes');
    await hover(3, 'xs', /Now:/);
    await picture('live-dark');
    await rewrite(4);
    await type('tf.tr');
    await row('train').first().waitFor();
    await picture('completion-dark');
    await press('Escape');
    await type(' later;');
    await marks(4, 'error').first().waitFor();
    await picture('errors-dark');
    await press('Control+B');
    await vs.page.setViewportSize({ width: 560, height: 1500 });
    await rewrite(4);
    await type('viz.');
    await row('confusionMatrix').first().waitFor();
    await picture('completion-narrow');
    await press('Escape');
    await hover(3, 'xs', /Now:/);
    await picture('live-narrow');
    await vs.page.setViewportSize({ width: 1280, height: 1500 });
    await press('Control+B');
  });

  it('are back within two seconds when the server is killed, and the log says so once', async () => {
    await rewrite(4, 'const wrong: number = "";');
    await marks(4, 'error').first().waitFor();
    const [pid] = processes('--lsp');
    process.kill(pid!, 'SIGKILL');
    await until(() => processes('--lsp').some((other) => other !== pid), 'another server', 2000);
    await hover(2, 'area', /The area of a circle/);
    expect(await marks(4, 'error').count()).toBe(1);
    expect(processes('--lsp')).toHaveLength(1);
    const logs = readdirSync(vs.profile.dir, { recursive: true, encoding: 'utf8' });
    const file = logs.find((name) => /dlnb\.dlnb[/\\]DLNB\.log$/.test(name));
    // Without the compiled logger of VS Code there are no files
    if (file !== undefined) {
      const text = () => readFileSync(join(vs.profile.dir, file), 'utf8');
      await until(() => text().includes('is started again'), 'a line in the log');
      expect(text().match(/TypeScript has ended/g)).toHaveLength(1);
    }
  });

  it('are the same where TypeScript 7 has taken the place of the editor’s own', async () => {
    settings({ 'js/ts.experimental.useTsgo': true, 'typescript.experimental.useTsgo': true });
    await until(() => processes('tsserver').length === 0, 'the end of the editor’s own TypeScript');
    const found = await hover(2, 'area', /The area of a circle/);
    expect(await found.locator('.hover-row').count()).toBe(1);
    expect(await vs.page.locator('.squiggly-error').count()).toBe(1);
    await rewrite(4);
    await type('viz.li');
    await named('line').first().waitFor();
    expect(await named('line').count()).toBe(1);
    await press('Escape');
    await rewrite(4, 'if(xs){\narea(2)\n}');
    await palette(vs.page, 'Format Notebook');
    await line(4, 'if (xs) {').waitFor();
    await caret(0, 'viz');
    await press('Shift+Alt+O');
    await line(0, 'writeFileSync').waitFor({ state: 'detached' });
    await statusItem(vs.page, 'DLNB').waitFor();
  });

  it('are missing where the package has no server, which the status bar says; all else works', async () => {
    const dist = join(
      vs.profile.extensions,
      readdirSync(vs.profile.extensions).find((name) => name.startsWith('dlnb.'))!,
      'dist',
    );
    settings({});
    renameSync(join(dist, 'typescript'), join(dist, 'elsewhere'));
    try {
      await palette(vs.page, 'File: Save');
      await vs.page.locator('.tab:not(.dirty)', { hasText: 'types.dlnb' }).waitFor();
      vs.page.setDefaultNavigationTimeout(60_000);
      await vs.reload();
      await statusItem(vs.page, 'No types').waitFor({ timeout: 60_000 });
      await statusItem(vs.page, 'No types').hover();
      await vs.page.locator('.monaco-hover:visible', { hasText: 'has no native TypeScript' }).waitFor();
      await picture('missing-dark');
      await rewrite(4, "'all else ' + 'works'");
      await palette(vs.page, 'Notebook: Run All');
      await outputsFrame(vs.page).getByText('all else works').first().waitFor({ timeout: 60_000 });
      expect(processes('--lsp')).toEqual([]);
      expect(await vs.page.locator('.squiggly-error').count()).toBe(0);
    } finally {
      renameSync(join(dist, 'elsewhere'), join(dist, 'typescript'));
    }
  });
});
