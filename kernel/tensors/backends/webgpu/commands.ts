// The commands of the device `webgpu`. They are gathered into batches; a batch is submitted when it is full, when
// somebody wants to read data, or when the running job has ended.

/**
 * Dispatches of a full batch: a submission costs as much as several dispatches, but the graphics card should not wait
 * long for work.
 */
const BATCH = 64;

export interface Copy {
  from: GPUBuffer;
  /** The first byte in `from`. */
  offset: number;
  to: GPUBuffer;
  toOffset: number;
  /** A multiple of 4. */
  bytes: number;
}

export class Commands {
  /** The number of the batch that is being encoded. */
  batch = 1;
  /** Dispatches so far, for the benchmark. */
  dispatches = 0;
  /** Submissions so far, for the benchmark. */
  submissions = 0;
  private encoder: GPUCommandEncoder | undefined;
  private pass: GPUComputePassEncoder | undefined;
  private pipeline: GPUComputePipeline | undefined;
  private size = 0;
  private scheduled = false;

  constructor(private readonly device: GPUDevice) {}

  dispatch(pipeline: GPUComputePipeline, group: GPUBindGroup, x: number, y: number, z: number): void {
    const pass = (this.pass ??= this.begin().beginComputePass());
    if (this.pipeline !== pipeline) pass.setPipeline((this.pipeline = pipeline));
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(x, y, z);
    this.dispatches++;
    if (++this.size >= BATCH) this.submit();
  }

  copy({ from, offset, to, toOffset, bytes }: Copy): void {
    const encoder = this.begin();
    this.endPass();
    encoder.copyBufferToBuffer(from, offset, to, toOffset, bytes);
  }

  /** Hands what has been encoded to the graphics card. */
  submit(): void {
    if (!this.encoder) return;
    this.endPass();
    this.device.queue.submit([this.encoder.finish()]);
    this.encoder = undefined;
    this.size = 0;
    this.batch++;
    this.submissions++;
  }

  private begin(): GPUCommandEncoder {
    if (!this.scheduled) {
      this.scheduled = true;
      setImmediate(() => {
        this.scheduled = false;
        this.submit();
      });
    }
    return (this.encoder ??= this.device.createCommandEncoder());
  }

  private endPass(): void {
    this.pass?.end();
    this.pass = undefined;
    this.pipeline = undefined;
  }
}
