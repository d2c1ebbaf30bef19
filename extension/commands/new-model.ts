// "DLNB: New Model Notebook…": a notebook that trains a network of the architecture, the data set and the optimiser that the user picks.
import * as vscode from 'vscode';
import {
  ARCHITECTURES,
  DATA_SETS,
  dataOf,
  OPTIMIZERS,
  type Choice,
  type DataSet,
  type ModelChoice,
} from '../../kernel/notebook/scaffold/choices.ts';
import { placeModel } from '../../kernel/notebook/scaffold/place.ts';
import { readChoice } from '../../kernel/notebook/scaffold/read.ts';
import { askForFolder, EditorFolder, openNotebook, workspaceFolder } from './files.ts';
import type { CommandContext } from './context.ts';
import { askSteps } from './steps.ts';

/** @param choice what the notebook is made of; without it the user picks. */
export async function newModel(_context: CommandContext, choice?: unknown): Promise<vscode.NotebookEditor | undefined> {
  const made = isChoice(choice) ? readChoice(choice) : await pick();
  if (!made) return undefined;
  // The notebook saves its model beside itself, so it needs a folder of its own
  const folder = workspaceFolder() ?? (await askForFolder('Folder of the Notebook', 'Create Notebook Here'));
  if (!folder) return undefined;
  return openNotebook(await placeModel(new EditorFolder(folder), made));
}

const isChoice = (value: unknown): value is ModelChoice =>
  typeof value === 'object' &&
  value !== null &&
  'architecture' in value &&
  Object.values(value).every((part) => typeof part === 'string');

async function pick(): Promise<ModelChoice | undefined> {
  const title = 'New Model Notebook';
  const answers = await askSteps<string>([
    () => ({ title, placeholder: 'Which architecture?', items: ARCHITECTURES.map(item) }),
    ([architecture]) => ({ title, placeholder: 'What is it to learn?', items: dataItems(architecture!) }),
    () => ({ title, placeholder: 'How is it to learn?', items: OPTIMIZERS.map(item) }),
  ]);
  if (!answers) return undefined;
  const [architecture, data, optimizer] = answers;
  return readChoice({ architecture: architecture!, data, optimizer });
}

const item = ({ id, label, detail }: Choice<string>) => ({ label, detail, value: id });

/** The data sets that fit an architecture, those that are downloaded apart from the others. */
function dataItems(architecture: string): (vscode.QuickPickItem & { value?: string })[] {
  const fitting = dataOf(ARCHITECTURES.find(({ id }) => id === architecture)!).map((id) =>
    DATA_SETS.find((set) => set.id === id)!,
  );
  const [drawn, downloads] = [fitting.filter((set) => !set.download), fitting.filter((set) => set.download)];
  const separator = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const dataItem = (set: DataSet) => ({
    ...item(set),
    ...(set.download && { description: `$(cloud-download) ${set.download}` }),
  });
  return [
    separator('drawn by the notebook'),
    ...drawn.map(dataItem),
    ...(downloads.length > 0 ? [separator('downloaded when the cell runs'), ...downloads.map(dataItem)] : []),
  ];
}
