// "DLNB: Choose Device…": picks the device for the notebook or for all notebooks. The status bar's item of the device
// runs it.
import * as vscode from 'vscode';
import { DEVICES, DEVICE_SETTINGS, type DeviceSetting } from '../../kernel/wire/limits.ts';
import { followSetting, useDevice } from '../device/choice.ts';
import { wantedDevice } from '../device/policy.ts';
import type { NotebookSession } from '../execution/session.ts';
import { activeNotebook } from '../execution/sessions.ts';
import { settings } from '../settings.ts';
import type { CommandContext } from './context.ts';

const details: Record<DeviceSetting, string> = {
  auto: 'The first of CUDA, WebGPU and CPU that works',
  cuda: "An NVIDIA card, once the CUDA runtime is installed: by the entry below, or in the notebook's folder",
  webgpu: 'The graphics card, through WebGPU: tried when the kernel starts',
  cpu: 'WebAssembly on the processor: works on every machine',
};

interface Item extends vscode.QuickPickItem {
  run?: () => unknown;
}

/**
 * Asks for a device, unless both arguments are given.
 * @param device the device
 * @param scope for the notebook, or as the default
 */
export async function chooseDevice({ sessions }: CommandContext, device?: unknown, scope?: unknown): Promise<void> {
  const notebook = activeNotebook();
  const session = sessions.get(notebook);
  if (DEVICE_SETTINGS.includes(device as DeviceSetting) && (scope === 'notebook' || scope === 'default'))
    return useDevice(device as DeviceSetting, scope, { notebook, session });
  const now = session?.wanted ?? (notebook ? wantedDevice(notebook) : { device: settings.kernel().device, own: false });
  const items: Item[] = (['auto', ...DEVICES] as const).map((device) => ({
    label: device,
    description: describe(device, now.device, session),
    detail: details[device],
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
