// The storage buffers of the device `webgpu`. A released buffer is kept for the next tensor of about its size, up to a
// limit.

import type { Commands } from './commands.ts';
import type { Buffer } from './data.ts';

const MEGABYTE = 2 ** 20;
const GIGABYTE = 2 ** 30;
/** Bytes that released buffers may take in any case. */
const KEPT = 256 * MEGABYTE;
/** Part of the bytes in use that released buffers may take, if that is more than `KEPT`. */
const KEPT_PART = 1 / 4;
/** The size of the smallest buffer, in bytes. */
const LEAST = 256;

/** Rounds a size in bytes up to a quarter of a power of two, so that buffers fit many tensors. */
export function roundUp(bytes: number): number {
  if (bytes <= LEAST) return LEAST;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

export class Buffers {
  /** Bytes of the buffers in use. */
  used = 0;
  /** Bytes of the released buffers that are kept. */
  free = 0;
  private readonly kept = new Map<number, Buffer[]>();
  private made = 0;

  constructor(
    private readonly device: GPUDevice,
    private readonly commands: Commands,
  ) {}

  /**
   * A buffer of at least `bytes` bytes, with arbitrary content.
   * @param written whether the queue will write to it. That happens before the commands that are being encoded, so none
   * of them may use it
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
    if (this.free > Math.max(KEPT, this.used * KEPT_PART)) this.trim();
  }

  /** Destroys released buffers, largest first, until at most `to` bytes are kept. */
  trim(to = this.free / 2): void {
    // Commands that are yet to be submitted must not use a destroyed buffer
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
      const text = (bytes: number) => `${(bytes / GIGABYTE).toFixed(2)} GiB`;
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
    buffer.plan = undefined;
    buffer.isConstant = false;
    buffer.owner = undefined;
    return buffer;
  }
}
