// "DLNB: Create Course…": all samples in a folder that the user chooses, with a README.md that leads through them.
import * as vscode from 'vscode';
import { placeCourse } from '../../kernel/notebook/scaffold/place.ts';
import { askForFolder, EditorFolder, Samples } from './files.ts';
import type { CommandContext } from './context.ts';

/**
 * @param folder where to; without it the user is asked. One that holds other things gets the course in a folder inside.
 * @returns the README.md, which is shown
 */
export async function createCourse({ extension }: CommandContext, folder?: unknown): Promise<vscode.Uri | undefined> {
  const target =
    folder instanceof vscode.Uri ? folder : await askForFolder('Folder of the Course', 'Create Course Here');
  if (!target) return undefined;
  const samples = new Samples(extension);
  const readme = await placeCourse(new EditorFolder(target), await samples.index(), (file) => samples.read(file));
  await vscode.commands.executeCommand('markdown.showPreview', readme);
  // In another folder the notebooks would not be seen in the Explorer
  if (!vscode.workspace.getWorkspaceFolder(readme)) void offerFolder(vscode.Uri.joinPath(readme, '..'));
  return readme;
}

async function offerFolder(folder: vscode.Uri): Promise<void> {
  const open = 'Open Folder';
  const choice = await vscode.window.showInformationMessage(`DLNB: the course is in ${folder.fsPath}`, open);
  if (choice === open) await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: true });
}
