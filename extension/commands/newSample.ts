// "DLNB: New Sample Notebook…": copies a sample into the workspace, or opens it untitled where there is none.
import * as vscode from 'vscode';
import { decodeNotebook } from '../../kernel/format/index.ts';
import { NOTEBOOK_TYPE, toNotebookData } from '../notebook/serializer.ts';
import type { CommandContext } from './index.ts';

interface Sample {
  id: string;
  /** File name beside the index. */
  file: string;
  title: string;
  part?: string;
  minutes?: number;
  teaches?: string;
}

/** @param id the sample to take; without it the user picks one. */
export async function newSample(
  { extension }: CommandContext,
  id?: unknown,
): Promise<vscode.NotebookEditor | undefined> {
  const folder = vscode.Uri.joinPath(extension.extensionUri, 'samples');
  const samples = JSON.parse(await readText(vscode.Uri.joinPath(folder, 'index.json'))) as Sample[];
  const sample = typeof id === 'string' ? samples.find((s) => s.id === id) : await pick(samples);
  if (!sample) {
    if (typeof id === 'string')
      throw new Error(`There is no sample "${id}". The samples are: ${samples.map((s) => s.id).join(', ')}.`);
    return undefined;
  }
  const content = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, sample.file));
  const target = vscode.workspace.workspaceFolders?.[0]?.uri;
  const notebook = target
    ? await vscode.workspace.openNotebookDocument(await writeNew(target, sample.id, content))
    : await vscode.workspace.openNotebookDocument(NOTEBOOK_TYPE, toNotebookData(decodeNotebook(content)));
  return vscode.window.showNotebookDocument(notebook);
}

async function pick(samples: readonly Sample[]): Promise<Sample | undefined> {
  const items: (vscode.QuickPickItem & { sample?: Sample })[] = [];
  let part: string | undefined;
  for (const sample of samples) {
    if (sample.part !== part)
      items.push({ label: (part = sample.part) ?? '', kind: vscode.QuickPickItemKind.Separator });
    items.push({
      label: sample.title,
      description: sample.minutes ? `${sample.minutes} min` : '',
      detail: sample.teaches ?? '',
      sample,
    });
  }
  const choice = await vscode.window.showQuickPick(items, {
    title: 'New Sample Notebook',
    placeHolder: 'Choose what to learn',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return choice?.sample;
}

/** Writes a file under the first name that is free: `id.dlnb`, `id-2.dlnb`, … Nothing is overwritten. */
async function writeNew(folder: vscode.Uri, id: string, content: Uint8Array): Promise<vscode.Uri> {
  for (let n = 1; ; n++) {
    const uri = vscode.Uri.joinPath(folder, n === 1 ? `${id}.dlnb` : `${id}-${n}.dlnb`);
    const edit = new vscode.WorkspaceEdit();
    if (await exists(uri)) continue;
    edit.createFile(uri, { overwrite: false, contents: content });
    if (await vscode.workspace.applyEdit(edit)) return uri;
    if (!(await exists(uri))) throw new Error(`${uri.fsPath} could not be written. Is the folder read-only?`);
  }
}

const exists = async (uri: vscode.Uri) =>
  vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );

const readText = async (uri: vscode.Uri) => new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
