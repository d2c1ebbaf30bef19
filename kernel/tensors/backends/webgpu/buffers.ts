// The storage buffers of the device `webgpu`. A released buffer is kept for the next tensor of about its size, up to a
// limit.

import { runningOp } from '../../engine/running-op.ts';
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
   * @param shape that of the tensor it is for, if it is for one
   * @throws Error that names the running function and the shape, if no buffer can have that size
   */
  acquire(bytes: number, written = false, shape?: readonly number[]): Buffer {
    const size = roundUp(bytes);
    const list = this.kept.get(size);
    let at = list ? list.length - 1 : -1;
    if (written) while (at >= 0 && list![at]!.usedIn === this.commands.batch) at--;
    this.used += size;
    if (at < 0) return this.make(size, shape);
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

  /** @throws Error that names the running function and the shape, if no buffer can have that size */
  check(size: number, shape?: readonly number[]): void {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (size <= most) return;
    const text = (bytes: number) => `${(bytes / GIGABYTE).toFixed(2)} GiB`;
    const op = runningOp('');
    const what = `${shape ? ` [${shape.join(', ')}]` : ''}${op && ` in ${op}`}`;
    throw new Error(
      `The device "webgpu" is out of memory: ${text(size)} for a tensor${what} is wanted, and this graphics card ` +
        `takes ${text(most)} in one piece. Use smaller batches, compute it in parts, or choose the device "cpu".`,
    );
  }

  private make(size: number, shape?: readonly number[]): Buffer {
    try {
      this.check(size, shape);
    } catch (e) {
      this.used -= size;
      throw e;
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
