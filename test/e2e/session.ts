// One VS Code for a file of end-to-end tests: a profile with the packaged extension, a server and a browser page; if a
// test fails, a screenshot and logs are kept.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { startBrowser, type TestBrowser } from '../vscode/browser.mts';
import {
  installVsix,
  makeProfile,
  outDir,
  startServer,
  workbenchUrl,
  type Profile,
  type Server,
} from '../vscode/server.mts';
import { workbenchReady } from '../vscode/workbench.mts';
import { notebookText } from '../vscode/notebooks.mts';

export interface SessionOptions {
  /** Files of the workspace: target name to source path. */
  files?: Record<string, string>;
  /** Notebooks of the workspace, made of code cells: name to sources. */
  notebooks?: Record<string, string[]>;
  settings?: Record<string, unknown>;
  /** Other extensions: id to files by name. */
  extensions?: Record<string, Record<string, string>>;
  workspaceTrust?: boolean;
  viewport?: { width: number; height: number };
}

export interface Session {
  readonly profile: Profile;
  readonly server: Server;
  readonly page: TestBrowser['page'];
  readonly browser: TestBrowser;
  /** Reloads the workbench, as F5 does in a browser. */
  reload(): Promise<void>;
}

/** Typed text arrives unchanged, and scrolling is quick. */
const handy = {
  'workbench.list.mouseWheelScrollSensitivity': 10,
  'editor.autoIndent': 'none',
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
  'editor.autoSurround': 'never',
};

/** Opens VS Code before the tests of this file and closes it after them. The session is there when a test runs. */
export function useVSCode(name: string, options: SessionOptions = {}): Session {
  const { files, notebooks = {}, settings, extensions = {}, workspaceTrust = false, viewport } = options;
  let profile: Profile | undefined;
  let server: Server | undefined;
  let browser: TestBrowser | undefined;

  beforeAll(async () => {
    profile = makeProfile({ files, settings: { ...handy, ...settings }, workspaceTrust });
    for (const [file, cells] of Object.entries(notebooks))
      writeFileSync(join(profile.folder, file), notebookText(cells));
    for (const [id, all] of Object.entries(extensions)) {
      const folder = join(profile.extensions, `${id}-0.0.1`);
      mkdirSync(folder, { recursive: true });
      for (const [file, text] of Object.entries(all)) writeFileSync(join(folder, file), text);
    }
    installVsix(profile, inject('vsix'));
    server = await startServer({ profile, workspaceTrust });
    browser = await startBrowser(viewport);
    // "Leave site?" when an edit is not yet backed up: a user who reloads leaves
    browser.page.on('dialog', (dialog) => void dialog.accept());
    await browser.page.goto(workbenchUrl(server, profile.folder));
    await workbenchReady(browser.page);
  });

  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail') return;
    const dir = join(outDir, 'test/e2e');
    const base = join(dir, `${name}-${task.name.replace(/\W+/g, '-').slice(0, 60)}`);
    mkdirSync(dir, { recursive: true });
    await browser?.page.screenshot({ path: `${base}.png` }).catch(() => {});
    writeFileSync(`${base}.browser.log`, browser?.consoleLines.join('\n') ?? '');
    writeFileSync(`${base}.server.log`, server?.output() ?? '');
  });

  afterAll(async () => {
    await browser?.browser.close();
    await server?.stop();
    if (!process.env['KEEP']) profile?.remove();
  });

  return {
    get profile() {
      return profile!;
    },
    get server() {
      return server!;
    },
    get page() {
      return browser!.page;
    },
    get browser() {
      return browser!;
    },
    async reload() {
      await browser!.page.reload();
      await workbenchReady(browser!.page);
    },
  };
}
