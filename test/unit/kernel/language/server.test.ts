// TypeScript's native server: nothing is downloaded, settings reach it, and questions outlive its death.
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Hover, InlayHint } from 'vscode-languageserver-protocol';
import { LanguageServer } from '../../../../kernel/language/server.ts';

const require = createRequire(import.meta.url);
const name = process.platform === 'win32' ? 'tsc.exe' : 'tsc';
const folderOf = path.dirname(
  require.resolve(`@typescript/typescript-${process.platform}-${process.arch}/package.json`),
);
const program = path.join(folderOf, 'lib', name);

const open: { server?: LanguageServer; folder?: string } = {};
afterEach(async () => {
  await open.server?.dispose();
  if (open.folder) rmSync(open.folder, { recursive: true, force: true });
});

const TEXT = 'function area(radius: number) {\n  return radius;\n}\narea(1);\n';

/** A server with one open document. */
function started(
  options: {
    settings?: (section: string) => unknown;
    log?: (line: string) => void;
    gaveUp?: (reason: string) => void;
    file?: string;
  } = {},
) {
  const folder = (open.folder ??= mkdtempSync(path.join(os.tmpdir(), 'dlnb-server-')));
  const server = (open.server = new LanguageServer({ program, folder, ...options }));
  const uri = pathToFileURL(path.join(folder, options.file ?? 'a.ts')).href;
  server.open(uri, options.file?.endsWith('.js') ? 'javascript' : 'typescript', () => TEXT);
  const textDocument = { uri };
  const position = { line: 3, character: 1 };
  return {
    server,
    hover: () => server.request<Hover | null>('textDocument/hover', { textDocument, position }),
    hints: () => {
      const range = { start: { line: 0, character: 0 }, end: { line: 4, character: 0 } };
      return server.request<InlayHint[] | null>('textDocument/inlayHint', { textDocument, range });
    },
  };
}

describe('the server', () => {
  it.runIf(process.platform !== 'win32')(
    'starts no npm, also for JavaScript with packages that have no types',
    async () => {
      const folder = (open.folder = mkdtempSync(path.join(os.tmpdir(), 'dlnb-server-')));
      const called = path.join(folder, 'called');
      const npm = path.join(folder, 'npm');
      writeFileSync(npm, `#!/bin/sh\necho "$@" >> ${called}\n`);
      chmodSync(npm, 0o755);
      writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ dependencies: { lodash: '4' } }));
      const before = process.env['PATH'];
      process.env['PATH'] = `${folder}:${before}`;
      try {
        const { hover } = started({ file: 'a.js', settings: () => ({ disableAutomaticTypeAcquisition: false }) });
        expect(await hover()).toBeTruthy();
        await new Promise((done) => setTimeout(done, 1500));
      } finally {
        process.env['PATH'] = before;
      }
      expect(existsSync(called)).toBe(false);
    },
  );

  it('takes settings when they change', async () => {
    let enabled = 'none';
    const settings = (section: string) => (section === 'js/ts' ? { inlayHints: { parameterNames: { enabled } } } : {});
    const { server, hints } = started({ settings });
    expect(await hints()).toBeNull();
    enabled = 'all';
    server.settingsChanged();
    expect((await hints())?.map(({ position }) => position)).toEqual([{ line: 3, character: 5 }]);
  });

  it('answers when it is killed at any moment, and says so once each', async () => {
    const said: string[] = [];
    const { server, hover } = started({ log: (line) => said.push(line) });
    expect(JSON.stringify(await hover())).toContain('area(radius: number)');
    const waits = [0, 1, 3];
    for (const wait of waits) {
      const pid = (await server.pid())!;
      const asked = Array.from({ length: 20 }, () => hover());
      setTimeout(() => process.kill(pid, 'SIGKILL'), wait);
      const late = new Promise<Hover | null>((done) => setTimeout(() => done(hover()), wait + 1));
      for (const answer of await Promise.all([...asked, late])) expect(JSON.stringify(answer)).toContain('area(radius');
      await vi.waitFor(async () => expect(await server.pid()).not.toBe(pid), 30_000);
    }
    expect(said).toEqual(waits.map(() => 'TypeScript has ended (SIGKILL) and is started again.'));
  });

  it('is not started again when it dies all the time, until it is asked to', async () => {
    const said: string[] = [];
    const reasons: string[] = [];
    const { server, hover } = started({ log: (line) => said.push(line), gaveUp: (reason) => reasons.push(reason) });
    for (let i = 1; i <= 5; i++) {
      process.kill((await server.pid())!, 'SIGKILL');
      await vi.waitFor(() => expect(said).toHaveLength(i), 30_000);
    }
    await expect(server.pid()).rejects.toThrow(/5 times in a minute/);
    expect(said).toHaveLength(5);
    expect(reasons).toEqual([said.at(-1)]);
    server.again();
    expect(JSON.stringify(await hover())).toContain('area(radius');
    await server.dispose();
    server.again();
    await expect(server.pid()).rejects.toThrow('has been ended');
  });
});
