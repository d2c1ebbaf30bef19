// What the server has to know of the window: the editor's settings, and the files that cells import.
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as vscode from 'vscode';
import type { Language } from '../../kernel/language/notebook.ts';

const SECTIONS = ['js/ts', 'typescript', 'javascript', 'editor'];

/** @param refresh called when answers may be others */
export const followSettings = (language: Language, refresh: () => void): vscode.Disposable =>
  vscode.workspace.onDidChangeConfiguration((e) => {
    if (!SECTIONS.some((section) => e.affectsConfiguration(section))) return;
    language.server.settingsChanged();
    refresh();
  });

/** Files change many at a time, as with `npm install`. */
const FILES_MS = 200;
const FILES = /\.([mc]?[jt]s|[jt]sx|json)$/;

/** @param refresh called when answers may be others */
export function followFiles(language: Language, refresh: () => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher('**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs,json}');
  const changes = new Map<string, 1 | 2 | 3>();
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    const list = [...changes].map(([uri, type]) => ({ uri, type }));
    const names = list.map(({ uri }) => path.posix.basename(uri));
    changes.clear();
    language.server.filesChanged(list);
    if (names.some((name) => /^(ts|js)config.*\.json$|^package\.json$/.test(name))) language.projectsChanged();
    refresh();
  };
  const add = (type: 1 | 2 | 3) => (uri: vscode.Uri) => {
    if (uri.scheme !== 'file') return;
    changes.set(pathToFileURL(uri.fsPath).href, type);
    clearTimeout(timer);
    timer = setTimeout(tell, FILES_MS);
  };
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(add(1)),
    watcher.onDidChange(add(2)),
    watcher.onDidDelete(add(3)),
    // What lies outside the folders of the window is not watched
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      if (FILES.test(uri.path) && !vscode.workspace.getWorkspaceFolder(uri)) add(2)(uri);
    }),
    { dispose: () => clearTimeout(timer) },
  );
}
