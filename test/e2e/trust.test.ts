// A workspace that the user does not trust can be read, and runs nothing.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openNotebook, statusItem, toolbarAction } from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

describe('an untrusted workspace', () => {
  const vs = useVSCode('trust', {
    workspaceTrust: true,
    settings: { 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' },
    notebooks: { 'foreign.dlnb': ["import fs from 'node:fs';\nfs.writeFileSync('ran.txt', 'it ran');"] },
  });

  it('shows the notebook', async () => {
    await statusItem(vs.page, 'Restricted Mode').waitFor();
    await openNotebook(vs.page, 'foreign.dlnb');
    await vs.page.locator('.notebookOverlay .view-line', { hasText: 'node:fs' }).first().waitFor();
  });

  it('runs nothing when the user is asked and declines', async () => {
    await toolbarAction(vs.page, 'Run All').click();
    const dialog = vs.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    expect(await dialog.innerText()).toMatch(/trust/i);
    await vs.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await vs.page.waitForTimeout(2000); // a kernel would have started and written the file by now
    expect(readdirSync(vs.profile.folder)).toEqual(['foreign.dlnb']);
  });

  it('runs when the user trusts it', async () => {
    await toolbarAction(vs.page, 'Run All').click();
    await vs.page.locator('.monaco-dialog-box').getByRole('button', { name: /Trust/ }).first().click();
    await expect.poll(() => existsSync(join(vs.profile.folder, 'ran.txt')), { timeout: 60_000 }).toBe(true);
  });
});
