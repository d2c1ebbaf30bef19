// Where tensors are computed: for the notebook, in its metadata, or for all, in the settings. Opened by the item of the status bar.
import * as vscode from 'vscode';
import { DEVICES } from '../../kernel/host/client/index.ts';
import type { DeviceSetting } from '../../kernel/wire/protocol.ts';
import type { NotebookMetadata } from '../notebook/data.ts';
import { wantedDevice, type NotebookSession } from '../execution/session.ts';
import { activeNotebook } from '../execution/sessions.ts';
import { setGlobally, settings } from '../settings.ts';
import type { CommandContext } from './index.ts';

const details: Record<DeviceSetting, string> = {
  auto: 'The first of CUDA, WebGPU and CPU that works',
  cuda: 'An NVIDIA card, through @tensorflow/tfjs-node-gpu installed by you',
  webgpu: 'The graphics card, through WebGPU',
  cpu: 'WebAssembly on the processor: always there',
};
const order: readonly DeviceSetting[] = ['auto', 'cuda', 'webgpu', 'cpu'];

type Scope = 'notebook' | 'default';
interface Item extends vscode.QuickPickItem {
  run?: () => unknown;
}

/**
 * @param device chooses it without asking, together with
 * @param scope where it is noted
 */
export async function chooseDevice({ sessions }: CommandContext, device?: unknown, scope?: unknown): Promise<void> {
  const notebook = activeNotebook();
  const session = sessions.get(notebook);
  if (DEVICES.includes(device as DeviceSetting) && (scope === 'notebook' || scope === 'default'))
    return use(device as DeviceSetting, scope, notebook, session);
  const now = session?.wanted ?? (notebook ? wantedDevice(notebook) : { device: settings.device(), own: false });
  const items: Item[] = order.map((device) => ({
    label: device,
    description: describe(device, now.device, session),
    detail: details[device],
    run: () => chooseScope(device, notebook, session),
  }));
  if (notebook && now.own)
    items.push({
      label: `Follow the setting: ${settings.device()}`,
      detail: 'Removes the device from this notebook',
      run: () => follow(notebook, session),
    });
  const state = session?.state.device;
  if (session && state?.fault)
    items.unshift({
      label: '$(debug-restart) Restart on CPU',
      detail: `${state.fault.reason}: other variables are lost too`,
      run: () => vscode.commands.executeCommand('dlnb.restartOnCpu'),
    });
  items.push({ label: '', kind: vscode.QuickPickItemKind.Separator });
  items.push({
    label: '$(cloud-download) Install CUDA Runtime…',
    detail: 'What the device cuda needs, with a look at driver, CUDA and cuDNN',
    run: () => vscode.commands.executeCommand('dlnb.installCuda'),
  });
  const choice = await vscode.window.showQuickPick(items, {
    title: 'Device',
    placeHolder: 'Where tensors are computed',
    matchOnDetail: true,
  });
  await choice?.run?.();
}

function describe(device: DeviceSetting, wanted: DeviceSetting, session: NotebookSession | undefined): string {
  const words = device === wanted ? ['current'] : [];
  const state = session?.state.device;
  if (state?.device === device) words.push(state.fault?.kind === 'lost' ? 'lost' : 'computes now');
  const refused = state?.refused.find((r) => r.device === device);
  if (refused) words.push(`not taken: ${refused.reason}`);
  return words.join(', ');
}

async function chooseScope(
  device: DeviceSetting,
  notebook: vscode.NotebookDocument | undefined,
  session: NotebookSession | undefined,
): Promise<void> {
  if (!notebook) return use(device, 'default', undefined, undefined);
  const choice = await vscode.window.showQuickPick(
    [
      { label: 'Use for this notebook', detail: 'Noted in its file', scope: 'notebook' as const },
      {
        label: 'Use as default',
        detail: 'For all notebooks that ask for no device of their own; in the setting dlnb.device',
        scope: 'default' as const,
      },
    ],
    { title: `Device: ${device}` },
  );
  if (choice) await use(device, choice.scope, notebook, session);
}

async function use(
  device: DeviceSetting,
  scope: Scope,
  notebook: vscode.NotebookDocument | undefined,
  session: NotebookSession | undefined,
): Promise<void> {
  if (scope === 'notebook') {
    if (!notebook) return;
    await note(notebook, device);
  } else {
    // Else it would have no effect on the notebook that it was chosen from
    if (notebook) await note(notebook, undefined);
  }
  session?.unforce();
  // What hears of new settings offers the restart itself
  if (scope === 'default' && device !== settings.device()) await setGlobally('device', device);
  else await offerRestart(session);
}

async function follow(notebook: vscode.NotebookDocument, session: NotebookSession | undefined): Promise<void> {
  await note(notebook, undefined);
  session?.unforce();
  await offerRestart(session);
}

/** Writes the device into the notebook's metadata, or takes it out. */
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

/** A running kernel keeps the device that it has. */
async function offerRestart(session: NotebookSession | undefined): Promise<void> {
  if (!session?.hasOtherDevice) return;
  const restart = 'Restart Kernel';
  const choice = await vscode.window.showInformationMessage(
    `DLNB: the device "${session.wanted.device}" is used when the kernel is started again. A restart loses all variables.`,
    restart,
  );
  if (choice === restart) await session.restart();
}
