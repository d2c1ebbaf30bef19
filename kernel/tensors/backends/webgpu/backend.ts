// TensorFlow.js's backend behind the device `webgpu`. It offers op kernels the same methods as the backend of
// tfjs-backend-webgpu and works differently behind them: buffers and uniforms are reused, bind groups are found again,
// commands are submitted in larger batches, the host keeps values of small tensors, and a fault of the graphics card
// becomes an error that names it.
import * as tf from '@tensorflow/tfjs-core';
import { AdapterInfo } from '@tensorflow/tfjs-backend-webgpu/dist/adapter_info';
import { checkCount, sizeOf } from '../../engine/check-size.ts';
import { onDeviceError } from '../../../outputs/tensor/read.ts';
import { Buffers } from './buffers.ts';
import { Commands } from './commands.ts';
import { GpuData, type Buffer, type Dispatch, type Values, type Workgroups } from './data.ts';
import { Programs, type StockProgram } from './programs.ts';
import { Readback } from './readback.ts';
import { rowsOf, uniformParts, type Shader } from './shader.ts';
import { UniformCache, type UniformPart } from './uniforms.ts';

/** What an op kernel returns. */
export type OpOutput = tf.TensorInfo | tf.TensorInfo[];

/** A call of a step's function whose commands are recorded or replayed (replay/). The backend asks and tells it. */
export interface Step {
  /** Called instead of an op kernel; `compute` runs it. */
  op(name: string, inputs: Record<string, unknown>, attrs: unknown, compute: () => OpOutput): OpOutput;
  /** There is new data. */
  born(data: GpuData): void;
  /**
   * The buffer for data that needs one.
   * @param written whether the queue will write to it
   */
  acquire(data: GpuData, written: boolean): Buffer;
  /** Data is about to be disposed of. */
  disposing(data: GpuData): void;
  /** Data has let go of its buffer. */
  released(data: GpuData, buffer: Buffer): void;
  /** A buffer is free, except for commands that are not encoded yet. */
  release(buffer: Buffer): void;
  /** A program is to run. */
  dispatch(dispatch: Dispatch): void;
  /** Data is about to be read or copied. */
  beforeRead(): void;
}

/** A tensor of at most this many elements keeps its host values when it goes to the graphics card. */
const KEPT = 1024;
/** An op on fewer elements than this, all known to the host, is faster there than on the graphics card. */
const FAST_ON_HOST = 1000;
/** The first generation of Intel's graphics that tfjs-backend-webgpu gives twice as many workgroups. */
const INTEL_XE = 12;
/** Workgroups up to which TensorFlow.js's op kernels divide their work into more, as in tfjs-backend-webgpu. */
const FEW_WORKGROUPS = { intelXe: 16, other: 8 };

export class WebGpuBackend extends tf.KernelBackend {
  readonly commands: Commands;
  readonly buffers: Buffers;
  readonly uniforms: UniformCache;
  readonly programs: Programs;
  readonly queue: GPUQueue;
  readonly adapterInfo: AdapterInfo;
  /** Read by TensorFlow.js's op kernels. */
  readonly thresholdToIncreaseWorkgroups: number;
  /** Read by TensorFlow.js's op kernels. */
  readonly tensorMap = { get: (dataId: object) => this.dataOf(dataId), has: (dataId: object) => this.isKnown(dataId) };
  /** The step that is being recorded or replayed. */
  step: Step | undefined;
  private readonly foreign: tf.DataStorage<GpuData>;
  private readonly readback: Readback;
  private count = 0;
  /** An error that the next use of the graphics card throws: faults are reported after the op that caused them. */
  private fault: Error | undefined;
  private lost: Error | undefined;
  /** Flags of op kernels that are being read. */
  private readonly verdicts = new Set<Promise<void>>();

  constructor(
    readonly device: GPUDevice,
    info: GPUAdapterInfo,
  ) {
    super();
    this.queue = device.queue;
    this.adapterInfo = new AdapterInfo(info as never);
    this.thresholdToIncreaseWorkgroups =
      this.adapterInfo.intelGPUGeneration >= INTEL_XE ? FEW_WORKGROUPS.intelXe : FEW_WORKGROUPS.other;
    this.commands = new Commands(device);
    this.buffers = new Buffers(device, this.commands);
    this.uniforms = new UniformCache(device, this.commands);
    this.programs = new Programs(device, this.uniforms);
    this.readback = new Readback(device, this.commands);
    this.foreign = new tf.DataStorage(this, tf.engine());
  }

  /** The next use of the graphics card throws `fault`. */
  fail(fault: Error): void {
    this.fault ??= fault;
  }

  /** From now on, each use of the graphics card throws `why`. */
  lose(why: Error): void {
    this.lost = why;
  }

  /**
   * Reads flags that an op kernel has written, and disposes of them: where one is 1, the next values that are read are
   * an error. In a recorded step nothing is read.
   */
  verify({ dataId }: tf.TensorInfo, errorAt: (place: number) => Error): void {
    if (this.step) return void this.disposeData(dataId);
    const verdict = this.readback
      .read(this.dataOf(dataId))
      .then((flags) => {
        const place = new Float32Array(flags).indexOf(1);
        if (place >= 0) this.fail(errorAt(place));
      })
      // A device that is lost says so at every use
      .catch(() => {})
      .finally(() => {
        this.verdicts.delete(verdict);
        this.disposeData(dataId);
      });
    this.verdicts.add(verdict);
  }

  private check(): void {
    if (this.lost) throw this.lost;
    const { fault } = this;
    this.fault = undefined;
    if (fault) throw fault;
  }

  // — Data

  override floatPrecision(): 32 {
    return 32;
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object {
    if (dtype === 'complex64' && values !== null && values !== undefined)
      throw new Error('complex64 is not written as numbers: use tf.complex(real, imag).');
    const data = this.makeData(shape, dtype, (values ?? null) as Values | null);
    this.step?.born(data);
    return data;
  }

  /** New data that `step` is not told of. */
  makeData(shape: number[], dtype: tf.DataType, values: Values | null): GpuData {
    const data = new GpuData(shape, dtype, values);
    if (values !== null && values !== undefined) checkCount(values.length, shape, data.bytes / 4);
    this.count++;
    return data;
  }

  override move(dataId: object, values: tf.BackendValues, shape: number[], dtype: tf.DataType, refCount: number): void {
    if (dtype === 'complex64') throw new Error('complex64 is not written as numbers: use tf.complex(real, imag).');
    const data = this.makeData(shape, dtype, values as Values);
    data.refCount = refCount;
    this.foreign.set(dataId, data);
  }

  dataOf(dataId: object): GpuData {
    return dataId instanceof GpuData ? dataId : this.foreign.get(dataId);
  }

  private isKnown(dataId: object): boolean {
    return dataId instanceof GpuData ? dataId.refCount > 0 : this.foreign.has(dataId);
  }

  override refCount(dataId: object): number {
    return this.isKnown(dataId) ? this.dataOf(dataId).refCount : 0;
  }

  override incRef(dataId: object): void {
    this.dataOf(dataId).refCount++;
  }

  decRef(dataId: object): void {
    if (this.isKnown(dataId)) this.dataOf(dataId).refCount--;
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.isKnown(dataId)) return true;
    const data = this.dataOf(dataId);
    if (force) data.refCount = 0;
    else if (--data.refCount > 0) return false;
    if (data.complexTensorInfos) {
      this.disposeData(data.complexTensorInfos.real.dataId);
      this.disposeData(data.complexTensorInfos.imag.dataId);
    }
    this.step?.disposing(data);
    this.releaseBuffer(data);
    data.values = null;
    this.count--;
    if (!(dataId instanceof GpuData)) this.foreign.delete(dataId);
    return true;
  }

  releaseBuffer(data: GpuData): void {
    const { arena, resource } = data;
    if (arena) {
      if (arena.leave()) (this.step ?? this.buffers).release(arena.buffer);
    } else if (resource) {
      if (this.step) this.step.released(data, resource);
      else if (!resource.plan) this.buffers.release(resource);
    }
    data.resource = undefined;
    data.arena = undefined;
    data.offset = 0;
  }

  override numDataIds(): number {
    return this.count;
  }

  override memory() {
    const { used, free } = this.buffers;
    return { numBytesInGPU: used, numBytesAllocatedInGPU: used + free, unreliable: false };
  }

  makeTensorInfo(shape: number[], dtype: tf.DataType, values?: tf.BackendValues | string[]): tf.TensorInfo {
    const encoded =
      dtype === 'string' && typeof values?.[0] === 'string'
        ? (values as string[]).map((s) => tf.util.encodeString(s))
        : values;
    return { dataId: this.write(encoded as tf.BackendValues, shape, dtype), shape, dtype };
  }

  /** @throws Error if a tensor is larger than a buffer can be */
  checkRoom(shape: readonly number[]): void {
    this.buffers.check(4 * sizeOf(shape), shape);
  }

  /** Gives data a place on the graphics card, and copies its host values there. */
  uploadToGPU(dataId: object): void {
    const data = this.dataOf(dataId);
    if (data.resource) return;
    this.check();
    const { values, dtype, bytes, shape } = data;
    const isWritten = values !== null;
    data.resource = this.step ? this.step.acquire(data, isWritten) : this.buffers.acquire(bytes, isWritten, shape);
    if (!isWritten) return;
    this.writeBuffer(data.resource, values as tf.backend_util.TypedArray, dtype);
    if (data.resource.plan) data.uploaded = values.slice() as tf.backend_util.TypedArray;
    if (values.length > KEPT) data.values = null;
  }

  writeBuffer(buffer: GPUBuffer, values: tf.backend_util.TypedArray, dtype: tf.DataType): void {
    if (values.length === 0) return;
    const View = dtype === 'float32' ? Float32Array : Int32Array;
    const numbers = values instanceof View ? values : View.from(values as ArrayLike<number>);
    this.queue.writeBuffer(buffer, 0, numbers.buffer as ArrayBuffer, numbers.byteOffset, numbers.byteLength);
  }

  // — Reading

  /**
   * The values, if the host knows them.
   * @throws Error where they are on the graphics card only: they arrive later, and this function cannot wait
   */
  override readSync(dataId: object): tf.BackendValues {
    const data = this.dataOf(dataId);
    if (data.values) return data.values;
    if (data.complexTensorInfos) {
      const { real, imag } = data.complexTensorInfos;
      const parts = [this.readSync(real.dataId), this.readSync(imag.dataId)] as [Float32Array, Float32Array];
      return tf.backend_util.mergeRealAndImagArrays(...parts);
    }
    if (data.bytes === 0) return tf.util.getTypedArrayFromDType(data.dtype as 'float32', 0);
    throw onDeviceError(
      `The values of this tensor [${data.shape.join(', ')}] are on the graphics card, and a program cannot stop and wait for those: ` +
        'write `await x.data()` instead of `x.dataSync()`, `await x.array()` instead of `x.arraySync()`. ' +
        'On the device "cpu" both work.',
    );
  }

  override read(dataId: object): Promise<tf.BackendValues> {
    const data = this.dataOf(dataId);
    if (data.values || data.bytes === 0) return Promise.resolve(this.readSync(dataId));
    data.reading ??= (data.complexTensorInfos ? this.readComplex(data) : this.download(data)).finally(
      () => (data.reading = undefined),
    );
    return data.reading;
  }

  private async readComplex({ complexTensorInfos }: GpuData): Promise<Values> {
    const { real, imag } = complexTensorInfos!;
    const parts = await Promise.all([this.read(real.dataId), this.read(imag.dataId)]);
    return tf.backend_util.mergeRealAndImagArrays(...(parts as [Float32Array, Float32Array]));
  }

  private async download(data: GpuData): Promise<Values> {
    this.check();
    this.step?.beforeRead();
    let copy: ArrayBuffer;
    try {
      copy = await this.readback.read(data);
    } catch (e) {
      throw this.lost ?? this.fault ?? e;
    }
    while (this.verdicts.size > 0) await Promise.all(this.verdicts);
    // A fault of an op before may have been reported in the meantime
    this.check();
    const values = tf.util.convertBackendValuesAndArrayBuffer(copy, data.dtype) as Values;
    if (values.length <= KEPT && data.refCount > 0) data.values = values;
    return values;
  }

  bufferSync(t: tf.TensorInfo) {
    const values = this.readSync(t.dataId);
    const decoded = t.dtype === 'string' ? (values as Uint8Array[]).map((b) => tf.util.decodeString(b)) : values;
    return tf.buffer(t.shape as [number], t.dtype, decoded as tf.DataTypeMap['float32']);
  }

  /** Includes the time of commands that were submitted before and have not finished. */
  override async time(f: () => void): Promise<tf.BackendTimingInfo> {
    this.commands.submit();
    const begun = performance.now();
    f();
    this.commands.submit();
    const uploadWaitMs = performance.now() - begun;
    await this.queue.onSubmittedWorkDone();
    const kernelMs = performance.now() - begun;
    return { kernelMs, uploadWaitMs, downloadWaitMs: 0, getExtraProfileInfo: () => '' } as tf.BackendTimingInfo;
  }

  // — Computing

  /** Whether an op is faster on the host: it knows all values, and each input has fewer than `most` elements. */
  shouldExecuteOnCPU(inputs: tf.TensorInfo[], most = FAST_ON_HOST): boolean {
    return inputs.every(({ dataId, shape }) => {
      const { values, resource } = this.dataOf(dataId);
      return values !== null && !resource && tf.util.sizeFromShape(shape) < most;
    });
  }

  /**
   * Runs a program of TensorFlow.js. Its op kernels call this.
   * @param more uniforms of the program's own
   */
  runWebGPUProgram(
    program: StockProgram,
    inputs: tf.TensorInfo[],
    outputDtype: tf.DataType,
    more?: UniformPart[],
    output: tf.TensorInfo = this.makeTensorInfo(program.outputShape, outputDtype),
  ): tf.TensorInfo {
    if (tf.util.sizeFromShape(output.shape) === 0) {
      this.dataOf(output.dataId).values = tf.util.getTypedArrayFromDType(output.dtype as 'float32', 0);
      return output;
    }
    this.check();
    const data = [this.dataOf(output.dataId)];
    for (const { dataId, dtype } of inputs) {
      if (dtype === 'complex64')
        throw new Error('A program of the graphics card takes the parts of complex numbers one by one.');
      data.push(this.dataOf(dataId));
    }
    const { pipeline, uniforms, size } = this.programs.ofStock(program, inputs, data, output);
    if (more) uniforms.push(...more);
    this.execute({ pipeline, data, written: 1, uniforms, size });
    return output;
  }

  /**
   * Runs a program of our own.
   * @param outputs new tensors, or tensors that are changed in place
   * @param values the shader's uniforms
   * @param groups number of workgroups; 0 if the outputs have no elements
   */
  runShader(
    shader: Shader,
    outputs: tf.TensorInfo[],
    inputs: tf.TensorInfo[],
    values: Record<string, number>,
    groups: number | Workgroups,
  ): void {
    if (groups === 0) {
      for (const { dataId, dtype } of outputs)
        this.dataOf(dataId).values = tf.util.getTypedArrayFromDType(dtype as 'float32', 0);
      return;
    }
    this.check();
    const most = this.device.limits.maxComputeWorkgroupsPerDimension;
    this.execute({
      pipeline: this.programs.ofShader(shader),
      data: [...outputs, ...inputs].map(({ dataId }) => this.dataOf(dataId)),
      written: outputs.length,
      uniforms: uniformParts(shader, values),
      size: typeof groups === 'number' ? rowsOf(groups, most) : groups,
    });
  }

  /** Runs a dispatch. Its outputs may be tensors that exist already, and have no host values afterwards. */
  private execute(dispatch: Dispatch): void {
    for (let i = 0; i < dispatch.written; i++) {
      const output = dispatch.data[i]!;
      if (output.values) this.uploadToGPU(output);
      output.values = null;
    }
    if (this.step) this.step.dispatch(dispatch);
    else this.encode(dispatch);
  }

  encode({ pipeline, data, uniforms, size }: Dispatch): void {
    for (const d of data) if (!d.resource) this.uploadToGPU(d);
    const group = this.programs.groupOf(pipeline, data, uniforms);
    const { batch } = this.commands;
    for (const { resource } of data) resource!.usedIn = batch;
    this.commands.dispatch(pipeline.compiled, group, ...size);
  }

  /**
   * Destroys the buffers that are kept for later. Tensors stay, and so does the device, which may become the engine's
   * backend again.
   */
  override dispose(): void {
    this.buffers.trim(0);
  }
}
