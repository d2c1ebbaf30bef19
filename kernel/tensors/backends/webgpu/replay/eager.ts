// The rest of a call that differs from its recording: it is computed as without one.
import type { OpOutput, Step, WebGpuBackend } from '../backend.ts';
import type { Buffer, Dispatch, GpuData } from '../data.ts';

export class Eager implements Step {
  constructor(private readonly backend: WebGpuBackend) {}

  op(_name: string, _inputs: Record<string, unknown>, _attrs: unknown, compute: () => OpOutput): OpOutput {
    return compute();
  }

  dispatch(dispatch: Dispatch): void {
    this.backend.encode(dispatch);
  }

  born(): void {}

  acquire({ bytes, shape }: GpuData, written: boolean): Buffer {
    return this.backend.buffers.acquire(bytes, written, shape);
  }

  disposing(): void {}

  released(data: GpuData, buffer: Buffer): void {
    if (!buffer.plan) this.release(buffer);
    else if (buffer.owner === data) buffer.owner = undefined;
  }

  release(buffer: Buffer): void {
    this.backend.buffers.release(buffer);
  }

  beforeRead(): void {}
}
