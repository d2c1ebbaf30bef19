// TensorFlow.js's backend behind the device `webgpu`. It offers the op kernels of tfjs-backend-webgpu what its own class does, and differs in
// what is behind: buffers and uniforms are reused, bind groups found again, commands submitted in larger batches, host values kept beside
// small tensors, and what goes wrong with the graphics card becomes an error that says so.
import * as tf from '@tensorflow/tfjs-core';
import { AdapterInfo } from '@tensorflow/tfjs-backend-webgpu/dist/adapter_info';
import * as shaders from '@tensorflow/tfjs-backend-webgpu/dist/webgpu_program';
import { onDeviceError } from '../../../outputs/tensor/read.ts';
import { Buffers, type Buffer } from './buffers.ts';
import { Commands } from './commands.ts';
import type { Run } from './replay.ts';
import { codeOf, rowsOf, uniformParts, type Shader } from './shader.ts';
import { UniformCache, type UniformPart, type Uniforms } from './uniforms.ts';

type Values = tf.backend_util.TypedArray | Uint8Array[];
export type Program = shaders.WebGPUProgram;

/** What the backend knows of a tensor's data. */
export class GpuData {
  refCount = 1;
  /** Where it lies on the graphics card, once an op has needed it there. */
  resource: Buffer | undefined;
  /** Its first byte there; not 0 only in an arena. */
  offset = 0;
  arena: Arena | undefined;
  /** Whether it is all of an arena. */
  isArena = false;
  /** What was written to a recording's buffer. */
  uploaded: tf.backend_util.TypedArray | undefined;
  /** Of complex numbers. */
  complexTensorInfos: { real: tf.TensorInfo; imag: tf.TensorInfo } | undefined;
  /** A read that is under way. */
  reading: Promise<Values> | undefined;

  /** On the graphics card, where every number has four. */
  readonly bytes: number;

  constructor(
    readonly shape: number[],
    readonly dtype: tf.DataType,
    /** What is known on the host; null for nothing. */
    public values: Values | null,
  ) {
    this.bytes = 4 * tf.util.sizeFromShape(shape);
  }
}

/** A buffer that many tensors share, each in a place of its own: for what one dispatch is to reach all of. */
export class Arena {
  /** All of it, as an op's output. */
  readonly info: tf.TensorInfo;
  private readonly buffer: Buffer;
  private tensors: number;

  private constructor(backend: WebGpuBackend, data: readonly GpuData[]) {
    const alignment = backend.device.limits.minStorageBufferOffsetAlignment;
    const places: number[] = [];
    let bytes = 0;
    for (const d of data) {
      places.push(bytes);
      bytes += Math.ceil(d.bytes / alignment) * alignment;
    }
    backend.run?.beforeRead();
    this.buffer = backend.buffers.acquire(bytes);
    this.tensors = data.length;
    this.buffer.usedIn = backend.commands.batch;
    data.forEach((d, i) => {
      backend.uploadToGPU(d);
      backend.commands.copy(d.resource!, d.offset, this.buffer, places[i]!, d.bytes);
      d.resource!.usedIn = backend.commands.batch;
    });
    data.forEach((d, i) => {
      backend.releaseBuffer(d);
      d.resource = this.buffer;
      d.offset = places[i]!;
      d.arena = this;
    });
    const whole = new GpuData([bytes / 4], 'float32', null);
    whole.resource = this.buffer;
    whole.isArena = true;
    this.info = { dataId: whole, shape: whole.shape, dtype: 'float32' };
  }

  /** The arena that has all of these, and is made if there is none. None of them may share its data with another tensor. */
  static of(backend: WebGpuBackend, data: readonly GpuData[]): Arena {
    const arena = data[0]!.arena;
    return arena && data.every((d) => d.arena === arena) ? arena : new Arena(backend, data);
  }

  /** One tensor less; the last takes the buffer with it. */
  leave(backend: WebGpuBackend): void {
    if (--this.tensors > 0) return;
    if (backend.run) backend.run.releaseLater(this.buffer);
    else backend.buffers.release(this.buffer);
  }
}

/** A pipeline with what is asked of it for each dispatch. */
export interface Pipeline {
  readonly compiled: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  readonly key: number;
}

/** A dispatch, before it is encoded. */
export interface Dispatch {
  pipeline: Pipeline;
  /** What is written first, so many of them. */
  data: GpuData[];
  written: number;
  /** The uniforms. */
  parts: readonly UniformPart[];
  size: [number, number, number];
}

/** Elements of a tensor whose host values are kept when it goes to the graphics card. */
const KEPT = 1024;

export class WebGpuBackend extends tf.KernelBackend {
  readonly commands: Commands;
  readonly buffers: Buffers;
  readonly uniforms: UniformCache;
  readonly queue: GPUQueue;
  readonly adapterInfo: AdapterInfo;
  readonly thresholdToIncreaseWorkgroups: number;
  /** What the op kernels find data by. */
  readonly tensorMap = { get: (dataId: object) => this.dataOf(dataId), has: (dataId: object) => this.isKnown(dataId) };
  /** The call of a step that is being recorded or replayed. */
  run: Run | undefined;
  private readonly pipelines = new Map<string, Pipeline>();
  private readonly foreign: tf.DataStorage<GpuData>;
  private readonly stagings = new Map<number, GPUBuffer[]>();
  private count = 0;
  /** What the next use of the graphics card throws: it says of its faults later than they happen. */
  private fault: Error | undefined;
  private lost: Error | undefined;

  constructor(
    readonly device: GPUDevice,
    info: GPUAdapterInfo,
  ) {
    super();
    this.queue = device.queue;
    this.adapterInfo = new AdapterInfo(info as never);
    this.thresholdToIncreaseWorkgroups = this.adapterInfo.intelGPUGeneration >= 12 ? 16 : 8;
    this.commands = new Commands(device);
    this.buffers = new Buffers(device, this.commands);
    this.uniforms = new UniformCache(device, this.commands);
    this.foreign = new tf.DataStorage(this, tf.engine());
  }

  /** The next use of the graphics card throws this. */
  fail(fault: Error): void {
    this.fault ??= fault;
  }

  /** From now on, each use of the graphics card throws this. */
  lose(why: Error): void {
    this.lost = why;
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
    this.count++;
    const data = new GpuData(shape, dtype, (values ?? null) as Values | null);
    this.run?.born(data);
    return data;
  }

  override move(dataId: object, values: tf.BackendValues, shape: number[], dtype: tf.DataType, refCount: number): void {
    if (dtype === 'complex64') throw new Error('complex64 is not written as numbers: use tf.complex(real, imag).');
    const data = new GpuData(shape, dtype, values as Values);
    data.refCount = refCount;
    this.count++;
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
    this.run?.disposing(data);
    this.releaseBuffer(data);
    data.values = null;
    this.count--;
    if (!(dataId instanceof GpuData)) this.foreign.delete(dataId);
    return true;
  }

  releaseBuffer(data: GpuData): void {
    if (data.arena) data.arena.leave(this);
    else if (data.resource && this.run) this.run.released(data, data.resource);
    else if (data.resource && !data.resource.planned) this.buffers.release(data.resource);
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

  /** Gives data a place on the graphics card, and brings there what the host knows of it. */
  uploadToGPU(dataId: object): void {
    const data = this.dataOf(dataId);
    if (data.resource) return;
    this.check();
    const { values, dtype, bytes } = data;
    const isWritten = values !== null;
    data.resource = this.run ? this.run.acquire(data, isWritten) : this.buffers.acquire(bytes, isWritten);
    if (!isWritten) return;
    this.writeBuffer(data.resource, 0, values as tf.backend_util.TypedArray, dtype);
    if (data.resource.planned) data.uploaded = values.slice() as tf.backend_util.TypedArray;
    if (values.length > KEPT) data.values = null;
  }

  writeBuffer(buffer: GPUBuffer, offset: number, values: tf.backend_util.TypedArray, dtype: tf.DataType): void {
    if (values.length === 0) return;
    const View = dtype === 'float32' ? Float32Array : Int32Array;
    const numbers = values instanceof View ? values : View.from(values as ArrayLike<number>);
    this.queue.writeBuffer(buffer, offset, numbers.buffer as ArrayBuffer, numbers.byteOffset, numbers.byteLength);
  }

  // — Reading

  /**
   * What the host knows of the data.
   * @throws Error where it lies on the graphics card only, which cannot be waited for
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
    this.run?.beforeRead();
    const { bytes, dtype } = data;
    const staging = this.staging(bytes);
    this.commands.copy(data.resource!, data.offset, staging, 0, bytes);
    this.commands.submit();
    try {
      await staging.mapAsync(GPUMapMode.READ, 0, bytes);
    } catch (e) {
      throw this.lost ?? this.fault ?? e;
    }
    const copy = staging.getMappedRange(0, bytes).slice(0);
    staging.unmap();
    const list = this.stagings.get(staging.size) ?? [];
    this.stagings.set(staging.size, list);
    if (list.length < 8) list.push(staging);
    else staging.destroy();
    // What the graphics card made of it may have been an error by now
    this.check();
    const values = tf.util.convertBackendValuesAndArrayBuffer(copy, dtype) as Values;
    if (values.length <= KEPT && data.refCount > 0) data.values = values;
    return values;
  }

  private staging(bytes: number): GPUBuffer {
    const size = 2 ** Math.ceil(Math.log2(Math.max(256, bytes)));
    const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
    return this.stagings.get(size)?.pop() ?? this.device.createBuffer({ size, usage });
  }

  bufferSync(t: tf.TensorInfo) {
    const values = this.readSync(t.dataId);
    const decoded = t.dtype === 'string' ? (values as Uint8Array[]).map((b) => tf.util.decodeString(b)) : values;
    return tf.buffer(t.shape as [number], t.dtype, decoded as tf.DataTypeMap['float32']);
  }

  /** What was submitted before counts as well, unless somebody has waited for it. */
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

  /** Whether an op on so little, known to the host, is done faster there. */
  shouldExecuteOnCPU(inputs: tf.TensorInfo[], most = 1000): boolean {
    return inputs.every(({ dataId, shape }) => {
      const { values, resource } = this.dataOf(dataId);
      return values !== null && !resource && tf.util.sizeFromShape(shape) < most;
    });
  }

  /** Runs a program of TensorFlow.js's, or one made like them. */
  runWebGPUProgram(
    program: Program,
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
    const size = this.dispatchSize(program);
    const pipeline = this.pipelineOf(program, inputs, data, output);
    const parts = this.uniformsOf(program, inputs, output, more);
    this.execute({ pipeline, data, written: 1, parts, size });
    return output;
  }

  /**
   * Runs a program of our own.
   * @param outputs new tensors, or such as are changed in place
   * @param groups number of workgroups
   */
  runShader(
    shader: Shader,
    outputs: tf.TensorInfo[],
    inputs: tf.TensorInfo[],
    values: Record<string, number>,
    groups: number | [number, number, number],
  ): void {
    this.check();
    let pipeline = this.pipelines.get(shader.name);
    if (!pipeline) {
      const module = this.device.createShaderModule({ code: codeOf(shader), label: shader.name });
      const compute = { module, entryPoint: 'start' };
      pipeline = this.addPipeline(
        shader.name,
        this.device.createComputePipeline({ compute, layout: 'auto', label: shader.name }),
      );
    }
    const most = this.device.limits.maxComputeWorkgroupsPerDimension;
    this.execute({
      pipeline,
      data: [...outputs, ...inputs].map(({ dataId }) => this.dataOf(dataId)),
      written: outputs.length,
      parts: uniformParts(shader, values),
      size: typeof groups === 'number' ? rowsOf(groups, most) : groups,
    });
  }

  /** Runs a dispatch. What it writes into may hold something already, and has no host values afterwards. */
  private execute(dispatch: Dispatch): void {
    for (let i = 0; i < dispatch.written; i++) {
      const output = dispatch.data[i]!;
      if (output.values) this.uploadToGPU(output);
      output.values = null;
    }
    if (this.run) this.run.dispatch(dispatch);
    else this.encode(dispatch);
  }

  encode(dispatch: Dispatch): void {
    for (const data of dispatch.data) if (!data.resource) this.uploadToGPU(data);
    const group = this.groupOf(dispatch);
    const { batch } = this.commands;
    for (const { resource } of dispatch.data) resource!.usedIn = batch;
    this.commands.dispatch(dispatch.pipeline.compiled, group, ...dispatch.size);
  }

  /** What binds its data and its uniforms; found again where it comes again. */
  groupOf({ pipeline, data, parts }: Dispatch): GPUBindGroup {
    const uniforms = this.uniforms.get(parts);
    const [output] = data;
    let key = `${pipeline.key} ${uniforms.key} ${output!.bytes}`;
    for (let i = 1; i < data.length; i++) {
      const { resource, offset, bytes } = data[i]!;
      key += ` ${resource!.key}:${offset}:${bytes}`;
    }
    const groups = (output!.resource!.groups ??= new Map());
    let group = groups.get(key);
    if (!group) {
      if (groups.size >= 16) groups.clear();
      groups.set(key, (group = this.makeBindGroup(pipeline, data, uniforms)));
    }
    return group;
  }

  makeBindGroup({ layout }: Pipeline, data: readonly GpuData[], { buffer, offset, size }: Uniforms): GPUBindGroup {
    const entries: GPUBindGroupEntry[] = data.map(({ resource, offset, bytes }, binding) => ({
      binding,
      resource: { buffer: resource!, offset, size: bytes },
    }));
    entries.push({ binding: data.length, resource: { buffer, offset, size } });
    return this.device.createBindGroup({ layout, entries });
  }

  private pipelineOf(program: Program, inputs: tf.TensorInfo[], data: GpuData[], output: tf.TensorInfo): Pipeline {
    const described = inputs.map(({ shape }, i) => ({
      // Of the buffer, which can differ from that of the tensor
      dtype: data[i + 1]!.dtype,
      shape,
      name: program.variableNames[i]!,
    }));
    const key = (program.shaderKey = shaders.makeShaderKey(program, described, output));
    let pipeline = this.pipelines.get(key);
    if (!pipeline) {
      const compiled = shaders.compileProgram(this.device as never, program, described, output as never, false);
      pipeline = this.addPipeline(key, compiled as unknown as GPUComputePipeline);
    }
    return pipeline;
  }

  private addPipeline(name: string, compiled: GPUComputePipeline): Pipeline {
    const pipeline = { compiled, layout: compiled.getBindGroupLayout(0), key: this.pipelines.size + 1 };
    this.pipelines.set(name, pipeline);
    return pipeline;
  }

  private uniformsOf(program: Program, inputs: tf.TensorInfo[], output: tf.TensorInfo, more?: UniformPart[]) {
    const parts: UniformPart[] = [
      { type: 'float32', data: [NaN] },
      { type: 'float32', data: [Infinity] },
    ];
    const addShape = ({ shape }: tf.TensorInfo) =>
      parts.push({ type: 'int32', data: shape }, { type: 'int32', data: tf.util.computeStrides(shape) });
    inputs.forEach(addShape);
    addShape(output);
    if (program.size)
      parts.push({
        type: 'int32',
        data: [tf.util.sizeFromShape(program.outputShape) / (program.outputComponent || 1)],
      });
    if (more) parts.push(...more);
    return parts;
  }

  /** Number of workgroups in each direction: a long row of them is folded where it is longer than the device takes. */
  private dispatchSize(program: Program): [number, number, number] {
    const { dispatch, dispatchLayout: layout } = program;
    const most = this.device.limits.maxComputeWorkgroupsPerDimension;
    if (dispatch.every((n) => n <= most)) return dispatch;
    if (!(dispatch[0] > most && layout.y === undefined && layout.z === undefined))
      throw new Error('The tensors of this op have more elements along an axis than the graphics card takes.');
    let side = Math.ceil(Math.sqrt(dispatch[0]));
    if (side <= most) return (program.dispatch = [side, side, 1]);
    side = Math.ceil(Math.cbrt(dispatch[0]));
    return (program.dispatch = [side, side, side]);
  }

  /** Gives up what is kept for later; tensors stay, and the device, which the engine may be given again. */
  override dispose(): void {
    this.buffers.trim(0);
  }
}
