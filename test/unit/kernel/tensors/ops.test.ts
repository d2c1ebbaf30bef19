// The table of our own op kernels against what the devices register.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { opKernels as cpu } from '../../../../kernel/tensors/backends/cpu/ops/index.ts';
import { opKernels as webgpu } from '../../../../kernel/tensors/backends/webgpu/ops/index.ts';
import { ops, type OpDevice, type OwnOp } from '../../../../kernel/tensors/ops.ts';

/** The names that TensorFlow.js has for op kernels, among its other texts. */
const stock = new Set<unknown>(Object.values(tf).filter((value) => typeof value === 'string'));
const table = Object.values<OwnOp>(ops);

describe.each<[OpDevice, object]>([
  ['cpu', cpu],
  ['webgpu', webgpu],
])('%s', (device, opKernels) => {
  it('has the ops that the table gives it, and no others of our own', () => {
    const own = Object.keys(opKernels).filter((name) => !stock.has(name));
    expect(own.sort()).toEqual(
      table
        .filter(({ devices }) => devices.includes(device))
        .map(({ name }) => name)
        .sort(),
    );
  });
});

describe('the table', () => {
  it.each(table)('$name: differs from TensorFlow.js, names each tensor once', ({ name, inputs, outputs, devices }) => {
    expect(stock.has(name)).toBe(false);
    expect(new Set([...inputs, ...outputs]).size).toBe(inputs.length + outputs.length);
    expect(devices).not.toEqual([]);
  });
});
