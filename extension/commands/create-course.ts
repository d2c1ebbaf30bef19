// "DLNB: Create Course…": copies all samples into a folder that the user chooses, with a README.md as table of
// contents.
import * as vscode from 'vscode';
import { placeCourse } from '../../kernel/notebook/scaffold/place.ts';
import { askForFolder, EditorFolder, Samples } from './files.ts';
import type { CommandContext } from './context.ts';

/**
 * @param folder the target; without it the user is asked. In a folder with other files, the course gets a folder of its
 * own.
 * @returns the README.md, which is opened
 */
export async function createCourse({ extension }: CommandContext, folder?: unknown): Promise<vscode.Uri | undefined> {
  const target =
    folder instanceof vscode.Uri ? folder : await askForFolder('Folder of the Course', 'Create Course Here');
  if (!target) return undefined;
  const samples = new Samples(extension);
  const readme = await placeCourse(new EditorFolder(target), await samples.index(), (file) => samples.read(file));
  await vscode.commands.executeCommand('markdown.showPreview', readme);
  // The Explorer shows no folder outside the workspace
  if (!vscode.workspace.getWorkspaceFolder(readme)) void offerFolder(vscode.Uri.joinPath(readme, '..'));
  return readme;
}

async function offerFolder(folder: vscode.Uri): Promise<void> {
  const open = 'Open Folder';
  const choice = await vscode.window.showInformationMessage(`DLNB: the course is in ${folder.fsPath}`, open);
  if (choice === open) await vscode.commands.executeCommand('vscode.openFolder', folder, { forceNewWindow: true });
}
