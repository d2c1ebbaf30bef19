// Targets of the commands that create notebooks: a folder of the editor's file system, or an untitled notebook if no
// folder is open.
import * as vscode from 'vscode';
import { decodeNotebook } from '../../kernel/notebook/format/index.ts';
import type { Sample } from '../../kernel/notebook/scaffold/course.ts';
import type { TargetFolder } from '../../kernel/notebook/scaffold/place.ts';
import { NOTEBOOK_TYPE, toNotebookData } from '../notebook/serializer.ts';

/** A folder of the editor's file system. Creating a file can be undone, like every edit. */
export class EditorFolder implements TargetFolder<vscode.Uri> {
  constructor(private readonly uri: vscode.Uri) {}

  async names(): Promise<string[]> {
    if (!(await exists(this.uri))) return [];
    return (await vscode.workspace.fs.readDirectory(this.uri)).map(([name]) => name);
  }

  async create(name: string, content: Uint8Array): Promise<vscode.Uri | undefined> {
    const file = this.inside(name).uri;
    if (await exists(file)) return undefined;
    const edit = new vscode.WorkspaceEdit();
    edit.createFile(file, { overwrite: false, contents: content });
    if (await vscode.workspace.applyEdit(edit)) return file;
    if (await exists(file)) return undefined;
    throw new Error(`${file.fsPath} could not be written. Is the folder read-only?`);
  }

  inside(name: string): EditorFolder {
    return new EditorFolder(vscode.Uri.joinPath(this.uri, name));
  }
}

const exists = async (uri: vscode.Uri) =>
  vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );

/** The folder of new notebooks: the first of the workspace. */
export const workspaceFolder = (): vscode.Uri | undefined => vscode.workspace.workspaceFolders?.[0]?.uri;

/** Asks for a folder. @param label of the button */
export async function askForFolder(title: string, label: string): Promise<vscode.Uri | undefined> {
  const home = workspaceFolder();
  const [folder] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel: label,
      canSelectFiles: false,
      canSelectFolders: true,
      canSelectMany: false,
      ...(home && { defaultUri: home }),
    })) ?? [];
  return folder;
}

/** Opens a notebook from its file. */
export async function openNotebook(file: vscode.Uri): Promise<vscode.NotebookEditor> {
  return vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(file));
}

/** Opens a notebook that has no file yet. */
export async function openUntitled(content: Uint8Array): Promise<vscode.NotebookEditor> {
  const data = toNotebookData(decodeNotebook(content));
  return vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(NOTEBOOK_TYPE, data));
}

/** The samples of the extension. */
export class Samples {
  private readonly folder: vscode.Uri;

  constructor(extension: vscode.ExtensionContext) {
    this.folder = vscode.Uri.joinPath(extension.extensionUri, 'samples');
  }

  async index(): Promise<Sample[]> {
    return JSON.parse(new TextDecoder().decode(await this.read('index.json'))) as Sample[];
  }

  /** The content of a file in the samples' folder. */
  async read(file: string): Promise<Uint8Array> {
    return vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.folder, file));
  }
}
