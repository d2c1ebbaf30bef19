// The device that a notebook asks for in its metadata, or else the host's setting.
import { DEVICE_SETTINGS, type DeviceSetting } from '../../wire/limits.ts';

export interface WantedDevice {
  device: DeviceSetting;
  /** It comes from the notebook's metadata. */
  own: boolean;
  /** A mistake in the metadata, as a sentence. */
  problem?: string;
}

/**
 * @param metadata the notebook's; `device` may hold anything, since files come from anywhere
 * @param setting used where the notebook names no device
 */
export function deviceOf(metadata: Record<string, unknown> | undefined, setting: DeviceSetting): WantedDevice {
  const own = metadata?.['device'];
  if (own === undefined) return { device: setting, own: false };
  const device = DEVICE_SETTINGS.find((d) => d === own);
  if (device) return { device, own: true };
  const text = JSON.stringify(own).slice(0, 60);
  return {
    device: 'auto',
    own: true,
    problem: `The notebook's metadata name the device ${text}. There is no such device, so "auto" is used. The devices are ${DEVICE_SETTINGS.join(', ')}.`,
  };
}
