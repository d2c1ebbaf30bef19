// A workspace that the user does not trust can be read, has types in its cells, and runs nothing: no cell, and no plugin
// that its tsconfig.json names.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cellRow, openNotebook, statusItem, toolbarAction } from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

describe('an untrusted workspace', () => {
  const vs = useVSCode('trust', {
    workspaceTrust: true,
    settings: { 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' },
    notebooks: {
      'foreign.dlnb': [
        "import fs from 'node:fs';\nfs.writeFileSync('ran.txt', 'it ran');",
        "const wrong: number = 'text';",
      ],
    },
  });
  const at = (name: string) => join(vs.profile.folder, name);

  it('shows the notebook', async () => {
    const plugin = 'node_modules/foreign-plugin';
    mkdirSync(at(plugin), { recursive: true });
    writeFileSync(at(`${plugin}/package.json`), '{ "name": "foreign-plugin", "version": "1.0.0", "main": "main.js" }');
    writeFileSync(
      at(`${plugin}/main.js`),
      `require('fs').writeFileSync(${JSON.stringify(at('plugin.txt'))}, 'it ran');`,
    );
    const plugins = [{ name: 'foreign-plugin' }, { name: './node_modules/foreign-plugin/main.js' }];
    writeFileSync(at('tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true, plugins } }));
    await statusItem(vs.page, 'Restricted Mode').waitFor();
    await openNotebook(vs.page, 'foreign.dlnb');
    await vs.page.locator('.notebookOverlay .view-line', { hasText: 'node:fs' }).first().waitFor();
  });

  it('has types in its cells, and runs no plugin', async () => {
    await cellRow(vs.page, 1).locator('.squiggly-error').first().waitFor({ timeout: 60_000 });
    expect(existsSync(at('plugin.txt'))).toBe(false);
  });

  it('runs nothing when the user is asked and declines', async () => {
    await toolbarAction(vs.page, 'Run All').click();
    const dialog = vs.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    expect(await dialog.innerText()).toMatch(/trust/i);
    await vs.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await vs.page.waitForTimeout(2000); // a kernel would have started and written the file by now
    expect(readdirSync(vs.profile.folder).sort()).toEqual(['foreign.dlnb', 'node_modules', 'tsconfig.json']);
  });

  it('runs when the user trusts it', async () => {
    await toolbarAction(vs.page, 'Run All').click();
    await vs.page.locator('.monaco-dialog-box').getByRole('button', { name: /Trust/ }).first().click();
    await expect.poll(() => existsSync(at('ran.txt')), { timeout: 60_000 }).toBe(true);
  });
});
