// The data that one call of a step's function makes, and the data that its ops read.
import type * as tf from '@tensorflow/tfjs-core';
import type { OpOutput, WebGpuBackend } from '../backend.ts';
import type { GpuData } from '../data.ts';
import type { Origin } from './plan.ts';

export class StepData {
  private readonly origins = new Map<GpuData, Origin>();
  /** Data made within the op kernel that runs, or ran last. */
  private made: GpuData[] = [];
  private isInOp = false;
  private written = 0;

  constructor(private readonly backend: WebGpuBackend) {}

  /** There is new data: an op kernel has made it, or the step's function has written it. */
  born(data: GpuData): void {
    if (this.isInOp) this.made.push(data);
    else this.origins.set(data, `w${this.written++}`);
  }

  beginOp(): void {
    this.isInOp = true;
    this.made = [];
  }

  endOp(): void {
    this.isInOp = false;
  }

  /** Whether the op kernel that runs has made it. */
  isMade(data: GpuData): boolean {
    return this.made.includes(data);
  }

  /** Whether this call has made it. */
  isOwn(data: GpuData): boolean {
    return this.origins.has(data) || this.made.includes(data);
  }

  /** Undefined for data from outside. */
  originOf(data: GpuData): Origin | undefined {
    return this.origins.get(data);
  }

  setOrigin(data: GpuData, origin: Origin): void {
    this.origins.set(data, origin);
  }

  /** Names the outputs of op number `at` that the running op kernel has made. */
  nameOutputs(out: OpOutput, at: number): void {
    const outputs = Array.isArray(out) ? out : [out];
    for (let i = 0; i < outputs.length; i++) {
      const data = this.backend.dataOf(outputs[i]!.dataId);
      if (!this.origins.has(data) && this.isMade(data)) this.origins.set(data, `o${at}.${i}`);
    }
  }

  /** Counts what the running op kernel has made as data of the call, whether or not the op returns it. */
  adoptMade(): void {
    for (const data of this.made) if (!this.origins.has(data)) this.origins.set(data, `w${this.written++}`);
  }

  /** Data of this call that is still in use. */
  living(): GpuData[] {
    return [...this.origins.keys()].filter(({ refCount }) => refCount > 0);
  }

  /** Goes through the tensors that an op reads. */
  eachInput(inputs: Record<string, unknown>, f: (key: string, info: tf.TensorInfo, data: GpuData) => void): void {
    for (const key in inputs) {
      const input = inputs[key] as tf.TensorInfo | tf.TensorInfo[] | undefined;
      if (!input) continue;
      for (const info of Array.isArray(input) ? input : [input])
        // Pixels have no data
        if (info.dataId) f(key, info, this.backend.dataOf(info.dataId));
    }
  }
}
