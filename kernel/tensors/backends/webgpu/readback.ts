// Copies data from the graphics card to the host.
import type { Commands } from './commands.ts';
import type { GpuData } from './data.ts';

/** The size of the smallest staging buffer, in bytes. */
const LEAST = 256;
/** Staging buffers of one size that are kept for later. */
const KEPT = 8;

export class Readback {
  private readonly stagings = new Map<number, GPUBuffer[]>();

  constructor(
    private readonly device: GPUDevice,
    private readonly commands: Commands,
  ) {}

  /**
   * Submits all commands so far and reads what they have left in the data's place.
   * @throws what WebGPU says when the device is lost
   */
  async read({ resource, offset, bytes }: GpuData): Promise<ArrayBuffer> {
    const staging = this.staging(bytes);
    this.commands.copy({ from: resource!, offset, to: staging, toOffset: 0, bytes });
    this.commands.submit();
    await staging.mapAsync(GPUMapMode.READ, 0, bytes);
    const copy = staging.getMappedRange(0, bytes).slice(0);
    staging.unmap();
    const list = this.stagings.get(staging.size) ?? [];
    this.stagings.set(staging.size, list);
    if (list.length < KEPT) list.push(staging);
    else staging.destroy();
    return copy;
  }

  private staging(bytes: number): GPUBuffer {
    const size = 2 ** Math.ceil(Math.log2(Math.max(LEAST, bytes)));
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
    return this.stagings.get(size)?.pop() ?? this.device.createBuffer({ size, usage });
  }
}
