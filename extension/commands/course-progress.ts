// "DLNB: Course Progress": a page with the notebooks of a folder, which claims held and which exercises are solved in
// the outputs that they have kept, and the results of their models. It follows the files and writes none.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { decodeNotebook } from '../../kernel/notebook/format/index.ts';
import {
  courseOrder,
  courseTitle,
  progressOf,
  resultsByDataset,
  type NotebookProgress,
} from '../../kernel/host/client/course.ts';
import { activeNotebook } from '../execution/sessions.ts';
import { coursePage } from '../notebook/course-page.ts';
import { askForFolder, openNotebook, workspaceFolder } from './files.ts';
import type { CommandContext } from './context.ts';

/** Changes of files that come one after another are shown together. */
const GATHER_MS = 200;

/** The open pages by folder: a folder has one. */
const panels = new Map<string, vscode.WebviewPanel>();

/**
 * @param folder of the notebooks; without it that of the active notebook, or the workspace's if it has notebooks, or one
 * that the user chooses
 * @returns what the page shows
 */
export async function courseProgress(_: CommandContext, folder?: unknown): Promise<NotebookProgress[] | undefined> {
  const target = folder instanceof vscode.Uri ? folder : await findFolder();
  if (!target) return undefined;
  const course = await readCourse(target);
  const { notebooks } = course;
  if (notebooks.length === 0) {
    void vscode.window.showInformationMessage(`DLNB: there is no .dlnb notebook in ${target.fsPath}.`);
    return notebooks;
  }
  const open = panels.get(target.toString());
  if (open) open.reveal();
  else openPanel(target, course);
  return notebooks;
}

async function findFolder(): Promise<vscode.Uri | undefined> {
  const active = activeNotebook();
  if (active && !active.isUntitled) return vscode.Uri.joinPath(active.uri, '..');
  const home = workspaceFolder();
  if (home && (await namesIn(home)).some((name) => name.endsWith('.dlnb'))) return home;
  return askForFolder('Folder of the Course', 'Show Progress');
}

const namesIn = async (folder: vscode.Uri): Promise<string[]> =>
  (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);

interface Course {
  title: string;
  notebooks: NotebookProgress[];
}

async function readCourse(folder: vscode.Uri): Promise<Course> {
  const read = async (name: string) => vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, name));
  const readme = await read('README.md').then(
    (bytes) => new TextDecoder().decode(bytes),
    () => '',
  );
  const notebooks = await Promise.all(
    courseOrder(await namesIn(folder), readme).map(async (file): Promise<NotebookProgress> => {
      try {
        return progressOf(file, decodeNotebook(await read(file)));
      } catch (e) {
        const problem = (e as Error).message;
        return { file, title: file, ran: false, claims: [], exercises: [], results: [], problem };
      }
    }),
  );
  return { title: courseTitle(readme) ?? path.posix.basename(folder.path), notebooks };
}

function openPanel(folder: vscode.Uri, course: Course): void {
  const panel = vscode.window.createWebviewPanel('dlnb.courseProgress', 'Course Progress', vscode.ViewColumn.Active, {
    enableScripts: true,
    enableFindWidget: true,
    localResourceRoots: [],
  });
  const key = folder.toString();
  panels.set(key, panel);
  const show = ({ title, notebooks }: Course) =>
    (panel.webview.html = coursePage(title, notebooks, resultsByDataset(notebooks)));
  let timer: NodeJS.Timeout | undefined;
  const changed = () => {
    clearTimeout(timer);
    timer = setTimeout(() => void readCourse(folder).then(show), GATHER_MS);
  };
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '{*.dlnb,README.md}'));
  const inFolder = (uri: vscode.Uri) => vscode.Uri.joinPath(uri, '..').toString() === key;
  const disposables = [
    watcher,
    watcher.onDidChange(changed),
    watcher.onDidCreate(changed),
    watcher.onDidDelete(changed),
    // Files outside the workspace are not watched everywhere
    vscode.workspace.onDidSaveNotebookDocument(({ uri }) => inFolder(uri) && changed()),
    panel.webview.onDidReceiveMessage((file: unknown) => {
      // A file of the folder, and nothing else
      if (typeof file === 'string' && path.posix.basename(file) === file && file.endsWith('.dlnb'))
        void openNotebook(vscode.Uri.joinPath(folder, file));
    }),
  ];
  panel.onDidDispose(() => {
    panels.delete(key);
    clearTimeout(timer);
    for (const disposable of disposables) disposable.dispose();
  });
  show(course);
}
