// How settings of kernels are read.
import { expect, test } from 'vitest';
import { readKernelSettings } from '../../../../kernel/wire/options.ts';

const read = (user: Record<string, unknown>) => readKernelSettings((name) => user[name]);

test('what the user has not set is the default', () => {
  expect(read({})).toEqual({ device: 'auto' });
  expect(read({ device: 'auto', threads: 0 })).toEqual({ device: 'auto' });
});

test('settings are taken as they are; the device clamps the number of threads', () => {
  expect(read({ device: 'webgpu', threads: 3 })).toEqual({ device: 'webgpu', threads: 3 });
  expect(read({ threads: '96' })).toEqual({ device: 'auto', threads: 96 });
});

test.each([-1, 1.5, NaN, '', 'many', true, null, [4], { threads: 4 }])('%j is no number of threads', (threads) => {
  expect(read({ threads })).toEqual({ device: 'auto' });
});

test.each(['tpu', '', 7, null, ['cpu']])('%j is no device', (device) => {
  expect(read({ device })).toEqual({ device: 'auto' });
});
