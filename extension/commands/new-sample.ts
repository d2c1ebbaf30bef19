// "DLNB: New Sample Notebook…": copies a sample into the workspace, or opens it untitled without a workspace.
import * as vscode from 'vscode';
import { runningTime, type Sample } from '../../kernel/notebook/scaffold/course.ts';
import { placeSample } from '../../kernel/notebook/scaffold/place.ts';
import { EditorFolder, openNotebook, openUntitled, Samples, workspaceFolder } from './files.ts';
import type { CommandContext } from './context.ts';

/** @param id the sample; without it the user picks one. */
export async function newSample(
  { extension }: CommandContext,
  id?: unknown,
): Promise<vscode.NotebookEditor | undefined> {
  const samples = new Samples(extension);
  const index = await samples.index();
  const sample = typeof id === 'string' ? index.find((s) => s.id === id) : await pick(index);
  if (!sample) {
    if (typeof id === 'string')
      throw new Error(`There is no sample "${id}". The samples are: ${index.map((s) => s.id).join(', ')}.`);
    return undefined;
  }
  const content = await samples.read(sample.file);
  const target = workspaceFolder();
  if (!target) return openUntitled(content);
  return openNotebook(await placeSample(new EditorFolder(target), sample.id, content));
}

async function pick(samples: readonly Sample[]): Promise<Sample | undefined> {
  const items: (vscode.QuickPickItem & { sample?: Sample })[] = [];
  let part: string | undefined;
  for (const sample of samples) {
    if (sample.part !== part) items.push({ label: (part = sample.part), kind: vscode.QuickPickItemKind.Separator });
    items.push({
      label: sample.title,
      // With its file name, which the documentation calls it by
      description: `${sample.id} · ${runningTime(sample)}`,
      detail: sample.teaches,
      sample,
    });
  }
  const choice = await vscode.window.showQuickPick(items, {
    title: 'New Sample Notebook',
    placeHolder: 'Choose what to learn; search in titles, file names and contents',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return choice?.sample;
}
