// The tfjs backend of the device `cpu`: tensors in one WebAssembly memory. It extends TensorFlow.js's own JavaScript
// backend, so that every op kernel of that one works on the same memory; faster ones are in ops/.
import * as tf from '@tensorflow/tfjs-core';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import { checkCount, sizeOf } from '../../engine/check-size.ts';
import { runningOp } from '../../engine/running-op.ts';
import { Heap, HeapFullError } from './heap.ts';
import type { Program } from './program.ts';

type Values = tf.backend_util.BackendValues;
type Numbers = Float32Array | Int32Array | Uint8Array;
type Parts = { real: tf.TensorInfo; imag: tf.TensorInfo };

const bytesPerElement: Partial<Record<tf.DataType, number>> = { float32: 4, int32: 4, bool: 1 };

/** Elements of a tensor: the loops of WebAssembly count in 32 bits. */
const MOST = 2 ** 31 - 1;

/** The bytes of the types whose values lie elsewhere. @throws Error if there is no such type */
function noBytes(dtype: tf.DataType): 0 {
  if (dtype === 'complex64' || dtype === 'string') return 0;
  throw new Error(`Unknown dtype ${String(dtype)}: there are float32, int32, bool, complex64 and string`);
}

/**
 * The data of one or more tensors; it is its own `dataId`. The device is a property of the class that each device makes
 * of this one, and views of its memory are private: what walks through the properties of a tensor does not get there.
 */
export abstract class TensorData {
  refCount = 1;
  /** For complex64: the tensors with the parts. */
  complexTensorInfos: Parts | undefined = undefined;
  /** For strings, which stay in JavaScript: UTF-8. */
  strings: Uint8Array[] | undefined = undefined;
  /** What the engine knows of the data (engine/data-table.ts). */
  engineInfo: object | undefined = undefined;
  #view: Numbers | undefined = undefined;
  #older: TensorData | undefined = undefined;
  #newer: TensorData | undefined = undefined;
  declare protected readonly backend: CpuBackend;

  /**
   * @param at address in the memory
   * @param bytes 0 where the data are not in the memory
   */
  constructor(
    readonly dtype: tf.DataType,
    readonly shape: number[],
    readonly at: number,
    readonly bytes: number,
  ) {}

  /** The elements in place, for op kernels in JavaScript: to be read at once, never written to. */
  get values(): Values | undefined {
    if (this.strings) return this.strings;
    if (this.dtype === 'complex64') return undefined;
    return (this.#view ??= viewOf(this.backend.program.memory.buffer, this.dtype, this.at, this.bytes));
  }

  /** The data that were made just before, of those in use. */
  get older(): TensorData | undefined {
    return this.#older;
  }

  /** Puts new data after the newest ones. */
  follow(newest: TensorData | undefined): void {
    this.#older = newest;
    if (newest) newest.#newer = this;
  }

  /** Takes data out of the list. @returns the newest ones of the list, of which `newest` were it */
  leave(newest: TensorData | undefined): TensorData | undefined {
    const older = this.#older;
    const newer = this.#newer;
    if (older) older.#newer = newer;
    if (newer) newer.#older = older;
    this.#older = this.#newer = undefined;
    return newest === this ? older : newest;
  }
}

/** The class of a device's data. */
function dataOf(backend: CpuBackend) {
  class DeviceData extends TensorData {}
  Object.defineProperty(DeviceData.prototype, 'backend', { value: backend });
  Object.defineProperty(DeviceData, 'name', { value: TensorData.name });
  return DeviceData;
}

function viewOf(buffer: ArrayBufferLike, dtype: tf.DataType, at: number, bytes: number): Numbers {
  if (dtype === 'float32') return new Float32Array(buffer, at, bytes >>> 2);
  if (dtype === 'int32') return new Int32Array(buffer, at, bytes >>> 2);
  return new Uint8Array(buffer, at, bytes);
}

/** The data of each data id. Data moved here from another backend keep their id. */
class Storage {
  private readonly moved = new WeakMap<object, TensorData>();
  private count = 0;

  get(id: object): TensorData {
    if (id instanceof TensorData) {
      // Its memory may be another tensor's by now
      if (id.refCount <= 0) throw new Error('Tensor is disposed.');
      return id;
    }
    let data = this.moved.get(id);
    if (!data) {
      // It is on another backend: the engine moves it here
      (tf.engine() as unknown as { moveData(backend: unknown, id: object): void }).moveData(tf.backend(), id);
      data = this.moved.get(id);
    }
    if (!data) throw new Error('The device "cpu" was given a tensor that has no data.');
    return data;
  }
  has(id: object): boolean {
    return id instanceof TensorData ? id.refCount > 0 : this.moved.has(id);
  }
  set(id: object, data: TensorData): void {
    this.moved.set(id, data);
  }
  delete(id: object): boolean {
    return this.moved.delete(id);
  }
  added(n: 1 | -1): void {
    this.count += n;
  }
  numDataIds(): number {
    return this.count;
  }
}

export class CpuBackend extends MathBackendCPU {
  readonly heap: Heap;
  private readonly storage = new Storage();
  private readonly Data = dataOf(this);
  private holding = 0;
  private readonly held: TensorData[] = [];
  /** The newest data in use; each knows the next older ones. For the message when memory runs out. */
  private newest: TensorData | undefined = undefined;
  private f32: Float32Array;
  private i32: Int32Array;
  private u8: Uint8Array;
  /** Called when the memory is full: frees tensors and returns how many. */
  whenFull: () => number = () => 0;

  constructor(
    readonly program: Program,
    limit: number,
  ) {
    super();
    this.heap = new Heap(program.memory, program.heapBase, limit);
    (this as unknown as { data: unknown }).data = this.storage;
    const { buffer } = program.memory;
    [this.f32, this.i32, this.u8] = [new Float32Array(buffer), new Int32Array(buffer), new Uint8Array(buffer)];
  }

  /** The whole memory, as numbers of a type. Valid until the next allocation. */
  floats(): Float32Array {
    if (this.f32.length * 4 !== this.heap.size) this.renew();
    return this.f32;
  }
  ints(): Int32Array {
    if (this.f32.length * 4 !== this.heap.size) this.renew();
    return this.i32;
  }
  bytes(): Uint8Array {
    if (this.f32.length * 4 !== this.heap.size) this.renew();
    return this.u8;
  }
  private renew(): void {
    const { buffer } = this.program.memory;
    [this.f32, this.i32, this.u8] = [new Float32Array(buffer), new Int32Array(buffer), new Uint8Array(buffer)];
  }

  /** The address of a tensor's elements. */
  address(tensor: tf.TensorInfo): number {
    return this.storage.get(tensor.dataId as object).at;
  }

  /** A new tensor whose elements are not set yet. */
  output(shape: number[], dtype: 'float32' | 'int32' | 'bool'): tf.TensorInfo {
    return { dataId: this.reserve(shape, dtype), shape, dtype };
  }

  /** Another tensor with the same data. Shapes of equal size. */
  share(tensor: tf.TensorInfo, shape: number[] = tensor.shape): tf.TensorInfo {
    if (tensor.dtype === 'complex64' && shape !== tensor.shape) return this.shareComplex(tensor, shape);
    this.storage.get(tensor.dataId as object).refCount++;
    return { dataId: tensor.dataId, shape, dtype: tensor.dtype };
  }

  /** Complex numbers in another shape: with parts of their own in that shape, which share the numbers. */
  private shareComplex(tensor: tf.TensorInfo, shape: number[]): tf.TensorInfo {
    const { real, imag } = this.storage.get(tensor.dataId as object).complexTensorInfos!;
    const data = this.reserve(shape, 'complex64');
    data.complexTensorInfos = { real: this.share(real, shape), imag: this.share(imag, shape) };
    return { dataId: data, shape, dtype: 'complex64' };
  }

  /**
   * Runs an op kernel of the JavaScript backend. Such a kernel may read the elements of tensors after it disposed of
   * them, since JavaScript arrays allow it: their memory is not reused before it returns.
   */
  runStock(kernel: tf.KernelFunc, call: Parameters<tf.KernelFunc>[0]): ReturnType<tf.KernelFunc> {
    this.holding++;
    try {
      return kernel(call);
    } finally {
      if (--this.holding === 0 && this.held.length > 0) {
        for (const { at, bytes } of this.held) this.heap.release(at, bytes);
        this.held.length = 0;
      }
    }
  }

  /**
   * Hands `use` working memory for as long as it runs.
   * @param results the tensors that the op has made so far: disposed of if it fails, mostly for lack of memory
   */
  withMemory<T>(bytes: number, results: readonly tf.TensorInfo[], use: (at: number) => T): T {
    try {
      const at = this.allocate(bytes, () => `${bytes} bytes of working memory`);
      try {
        return use(at);
      } finally {
        this.heap.release(at, bytes);
      }
    } catch (e) {
      for (const t of results) this.disposeIntermediateTensorInfo(t);
      throw e;
    }
  }

  /** Values are absent for complex64, whose parts are tensors themselves. */
  override write(values: Values | undefined, shape: number[], dtype: tf.DataType): object {
    if (values) checkCount(values.length, shape, sizeOf(shape));
    const data = this.reserve(shape, dtype);
    this.fill(data, values);
    return data;
  }

  override move(dataId: object, values: Values, shape: number[], dtype: tf.DataType, refCount: number): void {
    checkCount(values.length, shape, sizeOf(shape));
    const data = this.reserve(shape, dtype);
    data.refCount = refCount;
    this.fill(data, values);
    this.storage.set(dataId, data);
  }

  private reserve(shape: number[], dtype: tf.DataType): TensorData {
    const bytes = (bytesPerElement[dtype] ?? noBytes(dtype)) * sizeOf(shape);
    if (!(bytes >= 0)) throw new Error(`There is no tensor of shape [${shape.join(', ')}]`);
    if (bytes > MOST) this.checkRoom(shape, dtype);
    const at = bytes === 0 ? 0 : this.allocate(bytes, () => tensorOf(bytes, shape, dtype));
    const data = new this.Data(dtype, shape, at, bytes);
    data.follow(this.newest);
    this.newest = data;
    this.storage.added(1);
    return data;
  }

  /** @throws Error if a tensor is larger than the whole memory, or has more elements than loops can count */
  checkRoom(shape: readonly number[], dtype: tf.DataType): void {
    const size = sizeOf(shape);
    const bytes = (bytesPerElement[dtype] ?? 4) * size;
    const wanted = tensorOf(bytes, shape, dtype);
    if (bytes > this.heap.limit - this.program.heapBase) throw new Error(this.outOfMemory(bytes, wanted));
    if (size > MOST)
      throw new Error(
        `The device "cpu" cannot hold it: ${wanted} is wanted, and a tensor has at most ${MOST.toLocaleString('en')} ` +
          'elements. Compute it in parts.',
      );
  }

  private allocate(bytes: number, what: () => string): number {
    const at = this.tryToAllocate(bytes);
    if (at !== undefined) return at;
    // A running op kernel cannot use what nothing refers to
    const { holding } = this;
    this.holding = 0;
    const freed = this.whenFull();
    this.holding = holding;
    const again = freed > 0 ? this.tryToAllocate(bytes) : undefined;
    if (again === undefined) throw new Error(this.outOfMemory(bytes, what()));
    return again;
  }

  private tryToAllocate(bytes: number): number | undefined {
    try {
      return this.heap.allocate(bytes);
    } catch (e) {
      if (!(e instanceof HeapFullError)) throw e;
      return undefined;
    }
  }

  /** Why there is no memory, and what helps. */
  private outOfMemory(bytes: number, wanted: string): string {
    const { limit, used } = this.heap;
    const head = `The device "cpu" is out of memory: ${wanted} ${wanted.includes('working') ? 'are' : 'is'} wanted`;
    if (bytes > limit - this.program.heapBase)
      return `${head}, and the whole memory of the device has ${readable(limit)}: that can never fit. Compute it in parts.`;
    const groups = new Map<string, { count: number; bytes: number }>();
    let tensors = 0;
    for (let data = this.newest; data; data = data.older) {
      const { dtype, shape, bytes } = data;
      if (bytes === 0) continue;
      const name = `${dtype} [${shape.join(', ')}]`;
      const group = groups.get(name) ?? { count: 0, bytes: 0 };
      groups.set(name, { count: group.count + 1, bytes: group.bytes + bytes });
      tensors++;
    }
    const largest = [...groups].sort(([, a], [, b]) => b.bytes - a.bytes).slice(0, 5);
    const list = largest.map(([name, g]) => `${g.count} × ${name}: ${readable(g.bytes)}`).join('; ');
    const held =
      tensors === 0
        ? `no tensor holds any of the ${readable(limit)}`
        : `${readable(used)} of ${readable(limit)} are held by ${tensors} tensors (${list})`;
    const free = limit - used;
    if (free > bytes) {
      const piece = this.heap.largestPiece();
      const why =
        piece.canGrow > piece.bytes
          ? `this computer gives the program no more than the ${readable(this.heap.size)} that it has`
          : `in one piece there are at most ${readable(piece.bytes)}, between tensors that are still held`;
      return `${head}; ${held}, but ${why}. Compute it in parts, or restart the kernel: its memory is empty then.`;
    }
    return (
      `${head}, ${held}. ` +
      'Tensors that nothing refers to have been freed: these are held by variables, arrays or closures. Smaller batches need less; ' +
      'tf.tidy() frees intermediate results earlier.'
    );
  }

  private fill(data: TensorData, values: Values | undefined): void {
    if (values === undefined || values === null) return;
    if (data.dtype === 'string') {
      data.strings = values as Uint8Array[];
      return;
    }
    if (data.bytes === 0) return;
    const source = values as Float32Array;
    if (data.dtype === 'float32') this.floats().set(source, data.at >>> 2);
    else if (data.dtype === 'int32') this.ints().set(source, data.at >>> 2);
    else this.bytes().set(source, data.at);
  }

  override refCount(dataId: object): number {
    return this.storage.has(dataId) ? this.storage.get(dataId).refCount : 0;
  }
  override incRef(dataId: object): void {
    this.storage.get(dataId).refCount++;
  }
  override decRef(dataId: object): void {
    if (this.storage.has(dataId)) this.storage.get(dataId).refCount--;
  }
  override numDataIds(): number {
    return this.storage.numDataIds();
  }

  /** Copies the elements out of the memory. */
  override readSync(dataId: object): Values {
    const data = this.storage.get(dataId);
    if (data.complexTensorInfos) {
      const { real, imag } = data.complexTensorInfos;
      const [re, im] = [this.readSync(real.dataId as object), this.readSync(imag.dataId as object)];
      return tf.backend_util.mergeRealAndImagArrays(re as Float32Array, im as Float32Array);
    }
    if (data.strings) return data.strings;
    return viewOf(this.program.memory.buffer, data.dtype, data.at, data.bytes).slice();
  }
  /** The values where they are, to be read at once; undefined for complex ones and if there are none. */
  view(dataId: object): Values | undefined {
    if (!this.storage.has(dataId)) return undefined;
    const data = this.storage.get(dataId);
    if (data.complexTensorInfos) return undefined;
    return data.strings ?? viewOf(this.program.memory.buffer, data.dtype, data.at, data.bytes);
  }
  override read(dataId: object): Promise<Values> {
    return Promise.resolve(this.readSync(dataId));
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.storage.has(dataId)) return true;
    const data = this.storage.get(dataId);
    data.refCount--;
    if (!force && data.refCount > 0) return false;
    data.refCount = 0;
    if (data.complexTensorInfos) {
      // Other tensors may share the parts
      this.disposeData(data.complexTensorInfos.real.dataId as object);
      this.disposeData(data.complexTensorInfos.imag.dataId as object);
    }
    if (data.bytes > 0) {
      if (this.holding > 0) this.held.push(data);
      else this.heap.release(data.at, data.bytes);
    }
    if (dataId !== data) this.storage.delete(dataId);
    this.newest = data.leave(this.newest);
    this.storage.added(-1);
    return true;
  }

  override memory(): { unreliable: boolean; reasons: string[] } {
    return { unreliable: false, reasons: [] };
  }

  override dispose(): void {
    this.program.stop();
  }
}

/** What memory is wanted for, and by which function. */
function tensorOf(bytes: number, shape: readonly number[], dtype: tf.DataType): string {
  const op = runningOp('');
  return `${readable(bytes)} for a tensor ${dtype} [${shape.join(', ')}]${op && ` in ${op}`}`;
}

function readable(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toPrecision(3)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toPrecision(3)} MB`;
  return bytes < 1e12 ? `${(bytes / 1e9).toPrecision(3)} GB` : `${Math.round(bytes / 1e9).toLocaleString('en')} GB`;
}
