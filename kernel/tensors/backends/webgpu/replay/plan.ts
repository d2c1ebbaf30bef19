// What has been recorded of a step: its ops, the commands of each, and the buffers that they use.
import type * as tf from '@tensorflow/tfjs-core';
import type { WebGpuBackend } from '../backend.ts';
import { roundUp } from '../buffers.ts';
import type { Binding, Buffer, GpuData, Pipeline, Workgroups } from '../data.ts';
import type { UniformPart, Uniforms } from '../uniforms.ts';

export type Numbers = tf.backend_util.TypedArray;

/**
 * Where data comes from: the name of a place in the step that writes or computes it, or the number of a tensor from
 * outside.
 */
export type Origin = string | number;

/** An op's input as it was recorded. */
export interface RecordedInput {
  key: string;
  origin: Origin;
  shape: number[];
  dtype: tf.DataType;
}

export interface RecordedOutput {
  origin: Origin;
  shape: number[];
  dtype: tf.DataType;
  /** Undefined where the host computes the op. */
  buffer: Buffer | undefined;
}

export interface RecordedCommand {
  pipeline: Pipeline;
  /** What is bound, as it was in the dispatch. */
  bindings: Binding[];
  parts: readonly UniformPart[];
  size: Workgroups;
  group: GPUBindGroup;
  /** The uniforms that are bound. */
  uniforms: Uniforms;
  /** The content of the uniforms now. */
  content: string;
  /** Whether no other command reads the uniforms: so it is once their content has changed. */
  isOwn: boolean;
  /** Which bindings are tensors from outside, by their numbers. */
  outside: [binding: number, number: number][];
}

/** Stands for the attributes of an op whose uniforms may be those of other attributes. It equals no attributes. */
export const UNKNOWN_ATTRS = Symbol('unknown attributes');

export interface RecordedOp {
  name: string;
  attrs: unknown;
  inputs: RecordedInput[];
  outputs: RecordedOutput[];
  /** None where the host computes the op. */
  commands: RecordedCommand[];
  /** The plan's buffers that the commands write. */
  writes: Set<Buffer>;
}

/** A tensor from outside, as the recorded commands need it. */
export interface Outside {
  bytes: number;
  arena: object | undefined;
  offset: number;
}

/** A constant that the step uploads. */
export interface Constant {
  buffer: Buffer;
  values: Numbers;
}

export class Plan {
  readonly ops: RecordedOp[] = [];
  readonly outside: Outside[] = [];
  readonly constants = new Map<Origin, Constant>();
  /**
   * The batch in which it was recorded, or replayed last: its constants must not be written before that batch has been
   * submitted.
   */
  batch = 0;
  private readonly buffers = new Set<Buffer>();
  private readonly free = new Map<number, Buffer[]>();
  private isRecording = true;

  constructor(private readonly backend: WebGpuBackend) {}

  /**
   * A buffer of the plan. While recording, data whose life has ended leaves its buffer to later data of the same size.
   */
  acquire({ bytes, shape }: { bytes: number; shape?: readonly number[] }, written: boolean): Buffer {
    const kept = written ? undefined : this.free.get(roundUp(bytes))?.pop();
    if (kept) return kept;
    const buffer = this.backend.buffers.acquire(bytes, written, shape);
    buffer.plan = this;
    buffer.isConstant = written;
    this.buffers.add(buffer);
    return buffer;
  }

  release(buffer: Buffer): void {
    // A constant is written before the first command, and must stay until the last
    if (!this.isRecording || buffer.isConstant) return;
    const list = this.free.get(buffer.size);
    if (list) list.push(buffer);
    else this.free.set(buffer.size, [buffer]);
  }

  endRecording(): void {
    this.isRecording = false;
    this.batch = this.backend.commands.batch;
  }

  /** Gives a tensor that outlives the step a buffer of its own. */
  moveOut(data: GpuData): void {
    const { buffers, commands } = this.backend;
    const from = data.resource!;
    const to = buffers.acquire(data.bytes);
    to.usedIn = commands.batch;
    commands.copy({ from, offset: 0, to, toOffset: 0, bytes: data.bytes });
    from.owner = undefined;
    data.resource = to;
  }

  /** Releases the buffers, except those of `tensors`, which keep theirs. */
  dispose(tensors: Iterable<GpuData>): void {
    for (const { commands } of this.ops) for (const { uniforms } of commands) uniforms.pins--;
    this.ops.length = 0;
    for (const { resource } of tensors) if (resource && this.buffers.delete(resource)) resource.plan = undefined;
    for (const buffer of this.buffers) {
      buffer.plan = undefined;
      buffer.owner = undefined;
      this.backend.buffers.release(buffer);
    }
    this.buffers.clear();
  }
}
