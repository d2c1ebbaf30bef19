// "DLNB: Import Jupyter Notebook…": writes a Jupyter notebook as a `.dlnb` notebook beside it and opens that.
import * as path from 'node:path';
import * as vscode from 'vscode';
import { printNotebook } from '../../kernel/notebook/format/index.ts';
import { importJupyter, type Imported } from '../../kernel/notebook/jupyter/index.ts';
import { placeSample } from '../../kernel/notebook/scaffold/place.ts';
import { EditorFolder, openNotebook, workspaceFolder } from './files.ts';
import type { CommandContext } from './context.ts';

/**
 * @param file the Jupyter notebook, as the Explorer's menu gives it; without it the user is asked
 * @returns the editor of the new notebook, which has a number in its name if the name is taken
 */
export async function importNotebook(
  _context: CommandContext,
  file?: unknown,
): Promise<vscode.NotebookEditor | undefined> {
  const source = file instanceof vscode.Uri ? file : await ask();
  if (!source) return undefined;
  let imported: Imported;
  try {
    imported = importJupyter(await vscode.workspace.fs.readFile(source));
  } catch (e) {
    const name = path.posix.basename(source.path);
    void vscode.window.showErrorMessage(`DLNB: ${name} cannot be imported. ${(e as Error).message}`);
    return undefined;
  }
  const folder = new EditorFolder(vscode.Uri.joinPath(source, '..'));
  const name = path.posix.basename(source.path).replace(/\.ipynb$/i, '');
  const content = new TextEncoder().encode(printNotebook(imported.notebook));
  const editor = await openNotebook(await placeSample(folder, name, content));
  tell(imported);
  return editor;
}

async function ask(): Promise<vscode.Uri | undefined> {
  const folder = workspaceFolder();
  const [file] =
    (await vscode.window.showOpenDialog({
      title: 'Import Jupyter Notebook',
      openLabel: 'Import',
      canSelectMany: false,
      filters: { 'Jupyter notebook': ['ipynb'] },
      ...(folder && { defaultUri: folder }),
    })) ?? [];
  return file;
}

/** Says which cells do not run. */
function tell({ notRun }: Imported): void {
  const others = Object.entries(notRun).map(([language, cells]) => `${cells} in ${language}`);
  if (others.length === 0) return;
  void vscode.window.showInformationMessage(
    `DLNB: imported. Cells in other languages are kept as they are and do not run: ${others.join(', ')}.`,
  );
}
