// Carries out the choice of a device: in the notebook's metadata or in the setting, with the offer of a restart.
import * as vscode from 'vscode';
import type { DeviceSetting } from '../../kernel/wire/limits.ts';
import { offerRestart } from '../execution/offer-restart.ts';
import type { NotebookSession } from '../execution/session.ts';
import type { NotebookMetadata } from '../notebook/data.ts';
import { setGlobally, settings } from '../settings.ts';

/** For one notebook, or for all without a device of their own. */
export type DeviceScope = 'notebook' | 'default';

/** The notebook that the device was chosen from, and its session. */
interface Target {
  notebook?: vscode.NotebookDocument | undefined;
  session?: NotebookSession | undefined;
}

/** Uses a device for the notebook, or as the default of all notebooks. */
export async function useDevice(
  device: DeviceSetting,
  scope: DeviceScope,
  { notebook, session }: Target,
): Promise<void> {
  if (scope === 'notebook') {
    if (!notebook) return;
    await note(notebook, device);
  } else if (notebook) {
    // A device in the metadata would hide the default from this notebook
    await note(notebook, undefined);
  }
  session?.unforce();
  // A change of the setting offers the restart itself
  if (scope === 'default' && device !== settings.kernel().device) await setGlobally('device', device);
  else await takeUp(session);
}

/** Removes the notebook's own device. */
export async function followSetting({
  notebook,
  session,
}: Target & { notebook: vscode.NotebookDocument }): Promise<void> {
  await note(notebook, undefined);
  session?.unforce();
  await takeUp(session);
}

/** Writes the device into the notebook's metadata, or removes it. */
async function note(notebook: vscode.NotebookDocument, device: DeviceSetting | undefined): Promise<void> {
  const { metadata = {}, ...rest } = notebook.metadata as NotebookMetadata;
  if (metadata['device'] === device) return;
  const { device: _, ...others } = metadata;
  const next = device === undefined ? others : { ...metadata, device };
  const edit = new vscode.WorkspaceEdit();
  const all: NotebookMetadata = Object.keys(next).length > 0 ? { ...rest, metadata: next } : rest;
  edit.set(notebook.uri, [vscode.NotebookEdit.updateNotebookMetadata({ ...all })]);
  await vscode.workspace.applyEdit(edit);
}

/** A running kernel keeps its device: a restart is offered. */
async function takeUp(session: NotebookSession | undefined): Promise<void> {
  if (session?.hasOtherDevice) await offerRestart([session], `device "${session.wanted.device}"`);
}
