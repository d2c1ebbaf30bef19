// Which Node runs the kernel: setting, PATH, editor; with real programs on a PATH of the test's own.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cleanEnv, findNode } from '../../../../../kernel/host/client/node.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'dlnb-node-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A folder with a program `node` that prints what it is told to. */
function program(name: string, prints: string, status = 0): string {
  const folder = path.join(dir, name);
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'node');
  writeFileSync(file, `#!/bin/sh\necho ${prints}\nexit ${status}\n`);
  chmodSync(file, 0o755);
  return folder;
}
const PATH = (...folders: string[]) => ({ PATH: folders.join(path.delimiter) });
const own = { path: '/editor', version: 'v22.1.0', electron: true };

it('takes the first new enough node on the PATH and says which were too old', async () => {
  const [old, fresh] = [program('old', 'v18.20.1'), program('fresh', 'v22.3.0')];
  const choice = await findNode({ env: PATH(old, fresh), own });
  expect(choice).toMatchObject({ path: path.join(fresh, 'node'), version: 'v22.3.0', source: 'path', electron: false });
  expect(choice.passedOver).toEqual([
    `${path.join(old, 'node')} is v18.20.1, too old: the kernel needs Node.js 20 or newer`,
  ]);
});

it('falls back to the editor, as Node', async () => {
  const choice = await findNode({ env: PATH(program('other', 'hello'), program('broken', 'v24.0.0', 3)), own });
  expect(choice).toMatchObject({ ...own, source: 'editor' });
  expect(choice.passedOver).toEqual([
    expect.stringContaining('is not Node.js'),
    expect.stringContaining('does not run'),
  ]);
});

it('takes the setting first, as a path or a name on the PATH', async () => {
  const folder = program('set', 'v20.0.0');
  const file = path.join(folder, 'node');
  expect(await findNode({ setting: file, env: PATH(), own })).toMatchObject({ path: file, source: 'setting' });
  expect(await findNode({ setting: 'node', env: PATH(folder), own })).toMatchObject({ path: file, source: 'setting' });
  expect(await findNode({ setting: process.execPath })).toMatchObject({ version: process.version });
});

it('never passes over a wrong setting in silence', async () => {
  const remedy = /Correct the setting "dlnb.nodePath", or clear it/;
  for (const [setting, why] of [
    ['/nowhere/node', /does not exist/],
    ['no-such-node', /no program named "no-such-node" on the PATH/],
    [path.join(program('old', 'v18.20.1'), 'node'), /too old/],
    [path.join(program('other', 'hello'), 'node'), /is not Node.js/],
  ] as const) {
    const failed = await findNode({ setting, env: PATH(), own }).catch((e: Error) => e.message);
    expect(failed).toMatch(why);
    expect(failed).toMatch(remedy);
  }
});

it('says so when there is none', async () => {
  await expect(
    findNode({ env: PATH(program('old', 'v18.20.1')), own: { ...own, version: 'v16.0.0' } }),
  ).rejects.toThrow(/no Node.js 20 or newer: .*v18.20.1.*v16.0.0.*Install Node.js/s);
});

it("keeps the editor's own variables from the kernel", () => {
  expect(
    cleanEnv({
      PATH: 'p',
      VSCODE_PID: '1',
      ELECTRON_RUN_AS_NODE: '1',
      NODE_OPTIONS: '--require js-debug/bootloader.js',
      HOME: 'h',
    }),
  ).toEqual({ PATH: 'p', HOME: 'h' });
});
