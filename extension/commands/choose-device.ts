// "DLNB: Choose Device…": picks the device for the notebook or for all notebooks. The status bar's item of the device
// runs it.
import * as vscode from 'vscode';
import { homedir } from 'node:os';
import type { Existing } from '../../kernel/host/client/index.ts';
import { DEVICES, DEVICE_SETTINGS, type DeviceSetting } from '../../kernel/wire/limits.ts';
import { followSetting, useDevice } from '../device/choice.ts';
import { wantedDevice } from '../device/policy.ts';
import type { NotebookSession } from '../execution/session.ts';
import { workingFolder } from '../execution/kernel-starter.ts';
import { activeNotebook } from '../execution/sessions.ts';
import { settings } from '../settings.ts';
import type { CommandContext } from './context.ts';

const details: Record<DeviceSetting, string> = {
  auto: 'The first of CUDA, WebGPU and CPU that works',
  cuda: 'An NVIDIA card, by the CUDA runtime',
  webgpu: 'The graphics card, through WebGPU',
  cpu: 'The processor',
};

interface Item extends vscode.QuickPickItem {
  run?: () => unknown;
}

/**
 * Asks for a device, unless both arguments are given.
 * @param device the device
 * @param scope for the notebook, or as the default
 */
export async function chooseDevice(
  { sessions, devices }: CommandContext,
  device?: unknown,
  scope?: unknown,
): Promise<void> {
  const notebook = activeNotebook();
  const session = sessions.get(notebook);
  if (DEVICE_SETTINGS.includes(device as DeviceSetting) && (scope === 'notebook' || scope === 'default'))
    return useDevice(device as DeviceSetting, scope, { notebook, session });
  const now = session?.wanted ?? (notebook ? wantedDevice(notebook) : { device: settings.kernel().device, own: false });
  const found = devices.find(notebook ? workingFolder(notebook) : homedir());
  await pick((existing) => listOf({ notebook, session, now }, existing), found);
}

/** What the list is about. */
interface About {
  notebook: vscode.NotebookDocument | undefined;
  session: NotebookSession | undefined;
  now: { device: DeviceSetting; own: boolean };
}

/** @param existing the devices that work; undefined while that is being found out */
function listOf({ notebook, session, now }: About, existing: Existing | undefined): Item[] {
  const items: Item[] = (['auto', ...DEVICES] as const).map((device) => ({
    label: device,
    ...describe(device, now.device, session, existing),
    run: () => chooseScope(device, notebook, session),
  }));
  if (notebook && now.own)
    items.push({
      label: `Follow the setting: ${settings.kernel().device}`,
      detail: 'Removes the device from this notebook',
      run: () => followSetting({ notebook, session }),
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
    detail: 'The package for the device cuda, with a check of driver, CUDA and cuDNN',
    run: () => vscode.commands.executeCommand('dlnb.installCuda'),
  });
  return items;
}

/** Shows the list, first without and then with the devices that exist, and runs what is chosen. */
async function pick(list: (existing: Existing | undefined) => Item[], found: Promise<Existing>): Promise<void> {
  const shown = vscode.window.createQuickPick<Item>();
  Object.assign(shown, { title: 'Device', placeholder: 'Where tensors are computed', matchOnDetail: true, busy: true });
  shown.keepScrollPosition = true;
  shown.items = list(undefined);
  let open = true;
  void found.then((existing) => {
    if (!open) return;
    const [active] = shown.activeItems;
    shown.items = list(existing);
    shown.busy = false;
    const same = shown.items.find(({ label }) => label === active?.label);
    if (same) shown.activeItems = [same];
  });
  const choice = await new Promise<Item | undefined>((resolve) => {
    shown.onDidAccept(() => resolve(shown.selectedItems[0]));
    shown.onDidHide(() => resolve(undefined));
    shown.show();
  });
  open = false;
  shown.dispose();
  await choice?.run?.();
}

function describe(
  device: DeviceSetting,
  wanted: DeviceSetting,
  session: NotebookSession | undefined,
  existing: Existing | undefined,
): { description: string; detail: string } {
  const words = device === wanted ? ['current'] : [];
  const state = session?.state.device;
  const computes = state?.device === device;
  if (computes) words.push(state.fault?.kind === 'lost' ? 'lost' : 'computes now');
  const refused = state?.refused.find((r) => r.device === device);
  const known = device === 'auto' ? undefined : existing?.[device];
  const works = computes ? { works: true, text: state.detail } : known;
  if (refused ?? works?.works === false) words.push('not available');
  else if (works && !computes) words.push('works');
  else if (!works && !existing && device !== 'auto') words.push('being looked for …');
  const detail = refused?.reason ?? works?.text;
  return { description: words.join(', '), detail: detail ? `${details[device]}: ${detail}` : details[device] };
}

async function chooseScope(
  device: DeviceSetting,
  notebook: vscode.NotebookDocument | undefined,
  session: NotebookSession | undefined,
): Promise<void> {
  if (!notebook) return useDevice(device, 'default', {});
  const choice = await vscode.window.showQuickPick(
    [
      { label: 'Use for this notebook', detail: 'Saved in its file', scope: 'notebook' as const },
      {
        label: 'Use as default',
        detail: 'For all notebooks without a device of their own; in the setting dlnb.device',
        scope: 'default' as const,
      },
    ],
    { title: `Device: ${device}` },
  );
  if (choice) await useDevice(device, choice.scope, { notebook, session });
}
