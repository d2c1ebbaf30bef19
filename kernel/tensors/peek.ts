// Values of tensors for the editor, which looks at them at any time, also in the middle of other code: nothing of the
// engine changes.
import type * as tf from '@tensorflow/tfjs-core';
import { CpuBackend } from './backends/cpu/backend.ts';
import { noteOf } from './engine/data-table.ts';

type Values = tf.BackendValues | string[];

/** A tensor with more values is not read back from a device that copies them. */
const MAX_READ = 4_000_000;

/**
 * The values of a tensor: of the device `cpu` where they are, to be read at once and not kept; of other devices a
 * promise. Undefined for what is no tensor, is disposed of, or has too many values to be read back.
 * @param now whether they are wanted in the middle of other code, where nothing can be awaited
 */
export function peekValues(tensor: object, size: number, now: boolean): Values | Promise<Values> | undefined {
  const dataId = dataOf(tensor);
  const backend = dataId && noteOf(dataId)?.backend;
  if (!backend) return undefined;
  if (backend instanceof CpuBackend) return backend.view(dataId) as Values | undefined;
  return now || size > MAX_READ ? undefined : backend.read(dataId);
}

/** Whether a tensor's values are on this backend; undefined for what is no tensor. */
export function isOn(tensor: object, backend: tf.KernelBackend): boolean | undefined {
  const dataId = dataOf(tensor);
  const note = dataId && noteOf(dataId);
  return note && note.backend === backend;
}

const dataOf = (tensor: object) => Reflect.getOwnPropertyDescriptor(tensor, 'dataId')?.value as tf.DataId | undefined;
