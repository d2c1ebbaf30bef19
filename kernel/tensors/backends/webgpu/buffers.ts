// The storage buffers of the device `webgpu`. What is released is kept for the next tensor of about that size; how much of it, is bounded.

import type { GpuData } from './backend.ts';
import type { Commands } from './commands.ts';
import type { Plan } from './replay.ts';

/** A buffer, with what the backend notes about it. */
export interface Buffer extends GPUBuffer {
  /** A number of its own, for keys. */
  key: number;
  /** The last batch of commands that uses it. */
  usedIn: number;
  /** Bind groups that have it as their output, by the rest of their key. */
  groups: Map<string, GPUBindGroup> | undefined;
  /** The recording (replay.ts) that it belongs to, which alone releases it; */
  planned: Plan | undefined;
  /** whether that writes it before its commands; */
  constant: boolean;
  /** and the data that is in it now. */
  owner: GpuData | undefined;
}

const MEGABYTE = 2 ** 20;
/** Bytes that released buffers may take, or a quarter of those in use where that is more. */
const KEPT = 256 * MEGABYTE;

/** Sizes are rounded up to these: steps of a quarter of a power of two, at least 256 bytes. */
export function roundUp(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

export class Buffers {
  /** Bytes of the buffers in use, */
  used = 0;
  /** and of those that are kept. */
  free = 0;
  private readonly kept = new Map<number, Buffer[]>();
  private made = 0;

  constructor(
    private readonly device: GPUDevice,
    private readonly commands: Commands,
  ) {}

  /**
   * A buffer of at least so many bytes, with anything in it.
   * @param written whether the queue is to write into it: before the commands that are being encoded, which then must not use it
   */
  acquire(bytes: number, written = false): Buffer {
    const size = roundUp(bytes);
    const list = this.kept.get(size);
    let at = list ? list.length - 1 : -1;
    if (written) while (at >= 0 && list![at]!.usedIn === this.commands.batch) at--;
    this.used += size;
    if (at < 0) return this.make(size);
    this.free -= size;
    const buffer = list![at]!;
    list![at] = list![list!.length - 1]!;
    list!.length--;
    return buffer;
  }

  release(buffer: Buffer): void {
    const { size } = buffer;
    this.used -= size;
    this.free += size;
    let list = this.kept.get(size);
    if (!list) this.kept.set(size, (list = []));
    list.push(buffer);
    if (this.free > Math.max(KEPT, this.used / 4)) this.trim();
  }

  /** Gives half of what is kept back to the device, largest first. */
  trim(to = this.free / 2): void {
    // A buffer that is destroyed must not be in commands that are yet to be submitted
    this.commands.submit();
    for (const size of [...this.kept.keys()].sort((a, b) => b - a)) {
      const list = this.kept.get(size)!;
      while (list.length > 0 && this.free > to) {
        const buffer = list.pop()!;
        buffer.groups = undefined;
        this.free -= size;
        buffer.destroy();
      }
      if (list.length === 0) this.kept.delete(size);
    }
  }

  private make(size: number): Buffer {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (size > most) {
      this.used -= size;
      const text = (bytes: number) => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
      throw new Error(
        `A tensor of ${text(size)} is more than this graphics card takes in one piece (${text(most)}). ` +
          'Use smaller batches, or choose the device "cpu".',
      );
    }
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const buffer = this.device.createBuffer({ size, usage }) as Buffer;
    buffer.key = ++this.made;
    buffer.usedIn = 0;
    buffer.groups = undefined;
    buffer.planned = undefined;
    buffer.constant = false;
    buffer.owner = undefined;
    return buffer;
  }
}
