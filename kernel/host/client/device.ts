// Which device a notebook asks for: its own metadata before the host's setting.
import type { DeviceSetting } from '../../wire/protocol.ts';

export const DEVICES = ['auto', 'cpu', 'webgpu', 'cuda'] as const satisfies readonly DeviceSetting[];

export interface WantedDevice {
  device: DeviceSetting;
  /** It stands in the notebook's metadata. */
  own: boolean;
  /** What is wrong with the metadata, as a sentence. */
  problem?: string;
}

/**
 * @param metadata the notebook's; `device` may hold anything, since files come from anywhere
 * @param setting what applies where the notebook asks for nothing
 */
export function deviceOf(metadata: Record<string, unknown> | undefined, setting: DeviceSetting): WantedDevice {
  const own = metadata?.['device'];
  if (own === undefined) return { device: setting, own: false };
  const device = DEVICES.find((d) => d === own);
  if (device) return { device, own: true };
  const text = JSON.stringify(own).slice(0, 60);
  return {
    device: 'auto',
    own: true,
    problem: `The notebook's metadata ask for the device ${text}, which there is not, so "auto" is used. There are ${DEVICES.join(', ')}.`,
  };
}
