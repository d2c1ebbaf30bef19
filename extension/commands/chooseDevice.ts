// Changes the setting that says where tensors are computed.
import * as vscode from 'vscode';
import type { DeviceSetting } from '../../kernel/protocol.ts';
import { DEVICES, setGlobally, settings } from '../settings.ts';

const details: Record<DeviceSetting, string> = {
  auto: 'The first of CUDA, WebGPU and CPU that works',
  cpu: 'WebAssembly on the processor: always there',
  webgpu: 'The graphics card, through WebGPU',
  cuda: 'An NVIDIA card, through @tensorflow/tfjs-node-gpu installed by you',
};

export async function chooseDevice(): Promise<void> {
  const now = settings.device();
  const items = DEVICES.map((device) => ({
    label: device,
    description: device === now ? 'current' : '',
    detail: details[device],
  }));
  const choice = await vscode.window.showQuickPick(items, {
    title: 'Device',
    placeHolder: 'Where tensors are computed',
  });
  if (choice && choice.label !== now) await setGlobally('device', choice.label);
}
