// Which device a notebook asks for.
import { expect, it } from 'vitest';
import { deviceOf } from '../../../../../kernel/host/client/device.ts';

it('is its own before the setting', () => {
  expect(deviceOf(undefined, 'webgpu')).toEqual({ device: 'webgpu', own: false });
  expect(deviceOf({}, 'webgpu')).toEqual({ device: 'webgpu', own: false });
  expect(deviceOf({ device: 'cpu' }, 'webgpu')).toEqual({ device: 'cpu', own: true });
  expect(deviceOf({ device: 'auto' }, 'webgpu')).toEqual({ device: 'auto', own: true });
});

it.each(['tpu', '', 'CPU', 1, null, ['cpu'], { toString: 'cpu' }, '__proto__', 'x'.repeat(500)])(
  'is auto where the file says %j, and the problem is told',
  (device) => {
    const wanted = deviceOf({ device }, 'cpu');
    expect(wanted).toMatchObject({ device: 'auto', own: true });
    expect(wanted.problem).toMatch(
      /^The notebook's metadata name the device .{1,60}\. There is no such device, so "auto" is used\./,
    );
  },
);
