// Compiled programs of the device `webgpu`, found again by their keys, and the bind groups that give them their data.
import * as tf from '@tensorflow/tfjs-core';
import * as stock from '@tensorflow/tfjs-backend-webgpu/dist/webgpu_program';
import type { Binding, GpuData, Pipeline, Workgroups } from './data.ts';
import { codeOf, type Shader } from './shader.ts';
import type { UniformCache, UniformPart, Uniforms } from './uniforms.ts';

/** A program of TensorFlow.js. */
export type StockProgram = stock.WebGPUProgram;

/** Bind groups that are kept for one output buffer. */
const KEPT_GROUPS = 16;

export class Programs {
  private readonly pipelines = new Map<string, Pipeline>();

  constructor(
    private readonly device: GPUDevice,
    private readonly uniforms: UniformCache,
  ) {}

  /** The pipeline of a program of our own. */
  ofShader(shader: Shader): Pipeline {
    const { name } = shader;
    const known = this.pipelines.get(name);
    if (known) return known;
    const module = this.device.createShaderModule({ code: codeOf(shader), label: name });
    const compute = { module, entryPoint: 'start' };
    return this.add(name, this.device.createComputePipeline({ compute, layout: 'auto', label: name }));
  }

  /**
   * What a program of TensorFlow.js needs for a dispatch.
   * @param data of the output and the inputs
   * @returns also the uniforms that all these programs have
   */
  ofStock(program: StockProgram, inputs: tf.TensorInfo[], data: readonly GpuData[], output: tf.TensorInfo) {
    // It may change the program, which the pipeline depends on
    const size = this.sizeOf(program);
    const described = inputs.map(({ shape }, i) => ({
      // The type in the buffer, which can differ from the tensor's
      dtype: data[i + 1]!.dtype,
      shape,
      name: program.variableNames[i]!,
    }));
    const key = (program.shaderKey = stock.makeShaderKey(program, described, output));
    let pipeline = this.pipelines.get(key);
    if (!pipeline) {
      const compiled = stock.compileProgram(this.device as never, program, described, output as never, false);
      pipeline = this.add(key, compiled as unknown as GPUComputePipeline);
    }
    return { pipeline, size, uniforms: uniformsOf(program, inputs, output) };
  }

  private add(name: string, compiled: GPUComputePipeline): Pipeline {
    const pipeline = { compiled, layout: compiled.getBindGroupLayout(0), key: this.pipelines.size + 1 };
    this.pipelines.set(name, pipeline);
    return pipeline;
  }

  /**
   * Number of workgroups along each axis: a row that is longer than the device takes is folded into a square or a cube.
   */
  private sizeOf(program: StockProgram): Workgroups {
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

  /**
   * Binds data and uniforms; finds the group again where the same comes again.
   * @param bindings first the output
   */
  groupOf(pipeline: Pipeline, bindings: readonly Binding[], parts: readonly UniformPart[]): GPUBindGroup {
    const uniforms = this.uniforms.get(parts);
    const [output] = bindings;
    let key = `${pipeline.key} ${uniforms.key} ${output!.bytes}`;
    for (let i = 1; i < bindings.length; i++) {
      const { resource, offset, bytes } = bindings[i]!;
      key += ` ${resource!.key}:${offset}:${bytes}`;
    }
    const groups = (output!.resource!.groups ??= new Map());
    let group = groups.get(key);
    if (!group) {
      if (groups.size >= KEPT_GROUPS) groups.clear();
      groups.set(key, (group = this.makeGroup(pipeline, bindings, uniforms)));
    }
    return group;
  }

  makeGroup({ layout }: Pipeline, bindings: readonly Binding[], uniforms: Uniforms): GPUBindGroup {
    const { buffer, offset, size } = uniforms;
    const entries: GPUBindGroupEntry[] = bindings.map(({ resource, offset, bytes }, binding) => ({
      binding,
      resource: { buffer: resource!, offset, size: bytes },
    }));
    entries.push({ binding: bindings.length, resource: { buffer, offset, size } });
    return this.device.createBindGroup({ layout, entries });
  }
}

/**
 * The uniforms that all programs of TensorFlow.js have: NaN, infinity, shapes and strides, and the size if the program
 * asks for it.
 */
function uniformsOf(program: StockProgram, inputs: tf.TensorInfo[], output: tf.TensorInfo): UniformPart[] {
  const parts: UniformPart[] = [
    { type: 'float32', data: [NaN] },
    { type: 'float32', data: [Infinity] },
  ];
  const addShape = ({ shape }: tf.TensorInfo) =>
    parts.push({ type: 'int32', data: shape }, { type: 'int32', data: tf.util.computeStrides(shape) });
  inputs.forEach(addShape);
  addShape(output);
  if (program.size) {
    const size = tf.util.sizeFromShape(program.outputShape) / (program.outputComponent || 1);
    parts.push({ type: 'int32', data: [size] });
  }
  return parts;
}
