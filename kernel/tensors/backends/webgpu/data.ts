// What the device `webgpu` knows of a tensor's data, and what its parts hand to each other: buffers, pipelines,
// dispatches.
import type * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../../engine/check-size.ts';
import type { UniformPart } from './uniforms.ts';

export type Values = tf.backend_util.TypedArray | Uint8Array[];

/** A storage buffer, with what the backend notes about it. */
export interface Buffer extends GPUBuffer {
  /** A unique number, for keys. */
  key: number;
  /** The last batch of commands that uses it. */
  usedIn: number;
  /** Bind groups that have it as their output, by the rest of their key. */
  groups: Map<string, GPUBindGroup> | undefined;
  /** The recorded step (replay/plan.ts) that it belongs to, which alone releases it. */
  plan: object | undefined;
  /** Whether that step writes it before its commands run. */
  isConstant: boolean;
  /** The data that a recorded step has in it now. */
  owner: GpuData | undefined;
}

/** A range of a buffer that a program reads or writes. */
export interface Binding {
  resource: Buffer | undefined;
  /** The first byte. */
  offset: number;
  readonly bytes: number;
}

/** The data of one tensor or, by reference count, of several. */
export class GpuData implements Binding {
  refCount = 1;
  /** Where it is on the graphics card, once an op has needed it there. */
  resource: Buffer | undefined;
  /** Not 0 only in an arena. */
  offset = 0;
  arena: Arena | undefined;
  /** Whether it stands for a whole arena. */
  isArena = false;
  /** The values that were written to a buffer of a recorded step. */
  uploaded: tf.backend_util.TypedArray | undefined;
  /** The two parts of complex numbers. */
  complexTensorInfos: { real: tf.TensorInfo; imag: tf.TensorInfo } | undefined;
  /** A read that has not finished. */
  reading: Promise<Values> | undefined;

  /** Size on the graphics card, where every number takes four bytes. */
  readonly bytes: number;

  constructor(
    readonly shape: number[],
    readonly dtype: tf.DataType,
    /** The values, if the host knows them. */
    public values: Values | null,
  ) {
    this.bytes = 4 * sizeOf(shape);
  }
}

/**
 * A buffer that several tensors share, each in a place of its own, so that a program reaches all of them by one
 * binding.
 */
export class Arena {
  /** The whole buffer, as an op's output. */
  readonly info: tf.TensorInfo;

  constructor(
    readonly buffer: Buffer,
    bytes: number,
    private tensors: number,
  ) {
    const whole = new GpuData([bytes / 4], 'float32', null);
    whole.resource = buffer;
    whole.isArena = true;
    this.info = { dataId: whole, shape: whole.shape, dtype: 'float32' };
  }

  /**
   * A tensor leaves.
   * @returns whether it was the last, so that the buffer can be released
   */
  leave(): boolean {
    return --this.tensors === 0;
  }
}

/** A compiled program. */
export interface Pipeline {
  readonly compiled: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** A unique number, for keys. */
  readonly key: number;
}

/** Number of workgroups along each axis. */
export type Workgroups = [x: number, y: number, z: number];

/** A dispatch, before it is encoded. */
export interface Dispatch {
  pipeline: Pipeline;
  /** What the program binds: first its outputs, then its inputs. */
  data: GpuData[];
  /** Number of outputs. */
  written: number;
  uniforms: readonly UniformPart[];
  size: Workgroups;
}
