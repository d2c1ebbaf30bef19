// The commands of the device `webgpu`: gathered into batches, and submitted when there are enough, when somebody wants to read, or when the
// running job has ended.

/** Dispatches of a batch: a submission costs as much as several of them, and the graphics card should not wait for long. */
const BATCH = 64;

export class Commands {
  /** The number of the batch that is being encoded. */
  batch = 1;
  /** How many there have been, for the benchmark. */
  dispatches = 0;
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

  /** @param bytes a multiple of 4 */
  copy(from: GPUBuffer, offset: number, to: GPUBuffer, offsetTo: number, bytes: number): void {
    const encoder = this.begin();
    this.endPass();
    encoder.copyBufferToBuffer(from, offset, to, offsetTo, bytes);
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
