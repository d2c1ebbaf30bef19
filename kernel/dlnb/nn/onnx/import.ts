// `nn.fromOnnx`: a model of an ONNX file that is computed by TensorFlow.js, node by node.
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Tensor } from '@tensorflow/tfjs-core';
import { fromBfloat, fromHalf } from '../../../formats/half.ts';
import { readModel, TYPES, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../../formats/onnx/messages.ts';
import type { TensorLibrary } from '../../library.ts';
import { shown } from '../../options.ts';
import { NodeCall, type Compute } from './execution.ts';
import { NETWORK_OPERATORS } from './network-operators.ts';
import { DTYPES, OPERATORS } from './operators.ts';

const COMPUTE: Record<string, Compute> = { ...OPERATORS, ...NETWORK_OPERATORS };

/** An input or output of a model. */
export interface OnnxEnd {
  name: string;
  /** null for an axis of any size; undefined if the file does not say. */
  shape: (number | null)[] | undefined;
  dtype: 'float32' | 'int32' | 'bool';
}

/** A model of an ONNX file. */
export interface OnnxNetwork {
  readonly inputs: readonly OnnxEnd[];
  readonly outputs: readonly OnnxEnd[];
  /**
   * Computes all outputs.
   * @param inputs tensors by the names of the inputs
   * @returns tensors by the names of the outputs
   * @throws TypeError for an input that is missing or unknown, RangeError for a shape that does not fit
   * @example
   * ```ts
   * const input = tf.input({ shape: [3], name: 'features' });
   * const output = tf.layers.dense({ units: 2 }).apply(input);
   * await nn.toOnnx(tf.model({ inputs: input, outputs: output as tf.SymbolicTensor }), './dense.onnx');
   * const network = await nn.fromOnnx('./dense.onnx');
   * const [name] = network.inputs.map((end) => end.name);
   * Object.values(network.execute({ [name!]: tf.ones([1, 3]) })).map((t) => t.shape); // → [ [ 1, 2 ] ]
   * ```
   */
  execute(inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor>;
  /** Computes the outputs of the inputs in their order: a tensor if there is one output, else a list. */
  predict(inputs: Tensor | readonly Tensor[]): Tensor | Tensor[];
  /** Frees the weights; the model cannot be used then. */
  dispose(): void;
}

/**
 * Reads a model.
 * @param at its path, beside which files with weights are looked for
 * @param where what errors begin with
 * @throws Error that names the operators that are not computed, or says what is wrong with the file
 */
export async function fromOnnx(tf: TensorLibrary, bytes: Uint8Array, at: string, where: string): Promise<OnnxNetwork> {
  let model: OnnxModel;
  try {
    model = readModel(bytes);
  } catch (e) {
    throw new Error(`${where} is not an ONNX file, or it is cut off: ${(e as Error).message}.`, { cause: e });
  }
  checkOperators(model, where);
  const constants = new Map<string, Tensor>();
  const attributes = new Map<OnnxNode, Tensor>();
  try {
    for (const tensor of model.initializers) constants.set(tensor.name, await tensorOf(tf, tensor, at));
    for (const node of model.nodes) {
      const value = node.attributes.get('value');
      if (!value || !('tensor' in value)) continue;
      const tensor = await tensorOf(tf, value.tensor, at);
      if (node.op === 'Constant') constants.set(node.outputs[0]!, tensor);
      else attributes.set(node, tensor);
    }
  } catch (e) {
    tf.dispose([...constants.values(), ...attributes.values()]);
    throw new Error(`${where}: ${(e as Error).message}.`, { cause: e });
  }
  return new Network(tf, model, constants, attributes, where);
}

/** All operators must be known before anything is computed. */
function checkOperators({ nodes }: OnnxModel, where: string): void {
  const isOwn = ({ domain }: OnnxNode) => domain === '' || domain === 'ai.onnx';
  const unknown = new Set(
    nodes.flatMap((node) => {
      const known = isOwn(node) && (node.op === 'Constant' || Object.hasOwn(COMPUTE, node.op));
      return known ? [] : [isOwn(node) ? node.op : `${node.domain}.${node.op}`];
    }),
  );
  if (unknown.size > 0)
    throw new Error(
      `${where} has ${unknown.size > 1 ? 'operators' : 'an operator'} that nn.fromOnnx does not compute: ${[...unknown].sort().join(', ')}.`,
    );
}

class Network implements OnnxNetwork {
  readonly inputs: readonly OnnxEnd[];
  readonly outputs: readonly OnnxEnd[];
  private disposed = false;

  constructor(
    private readonly tf: TensorLibrary,
    private readonly model: OnnxModel,
    private readonly constants: Map<string, Tensor>,
    private readonly attributes: Map<OnnxNode, Tensor>,
    private readonly where: string,
  ) {
    const end = ({ name, type, dims }: OnnxModel['inputs'][number]): OnnxEnd => ({
      name,
      shape: dims?.map((n) => (typeof n === 'number' ? n : null)),
      dtype: DTYPES[type] ?? 'float32',
    });
    // Old files list the weights among the inputs
    this.inputs = model.inputs.filter(({ name }) => !constants.has(name)).map(end);
    this.outputs = model.outputs.map(end);
  }

  execute(inputs: Readonly<Record<string, Tensor>>): Record<string, Tensor> {
    if (this.disposed) throw new Error(`${this.where}: the model has been disposed of`);
    this.check(inputs);
    const { tf, model } = this;
    return tf.tidy(() => {
      const values = new Map<string, Tensor>([...this.constants, ...Object.entries(inputs)]);
      for (const node of model.nodes) {
        if (node.op === 'Constant') {
          if (!values.has(node.outputs[0]!)) values.set(node.outputs[0]!, constant(tf, node));
          continue;
        }
        this.compute(node, values).forEach((tensor, i) => values.set(node.outputs[i]!, tensor));
      }
      return Object.fromEntries(this.outputs.map(({ name }) => [name, tf.clone(values.get(name)!)]));
    });
  }

  private compute(node: OnnxNode, values: ReadonlyMap<string, Tensor>): Tensor[] {
    const given = node.inputs.map((name) => (name === '' ? undefined : values.get(name)));
    const missing = node.inputs.find((name, i) => name !== '' && !given[i]);
    try {
      if (missing !== undefined) throw new Error(`its input "${missing}" is made by no node above it`);
      const call = Object.assign(new NodeCall(this.tf, node, given, this.model.opset), {
        constant: this.attributes.get(node),
      });
      return [COMPUTE[node.op]!(call)].flat();
    } catch (e) {
      const { message } = e as Error;
      throw new Error(`${this.where}: the node "${node.name}" (${node.op}) cannot be computed: ${message}`, {
        cause: e,
      });
    }
  }

  private check(inputs: Readonly<Record<string, Tensor>>): void {
    const names = this.inputs.map(({ name }) => name);
    const unknown = Object.keys(inputs).find((name) => !names.includes(name));
    if (unknown !== undefined)
      throw new TypeError(`${this.where}: there is no input "${unknown}"; there are ${names.join(', ')}`);
    for (const { name, shape } of this.inputs) {
      const x = inputs[name];
      if (!x || !Array.isArray(x.shape))
        throw new TypeError(`${this.where}: the input "${name}" is missing, or no tensor`);
      if (!shape) continue;
      const fits = x.rank === shape.length && shape.every((n, i) => n === null || n === x.shape[i]);
      if (!fits)
        throw new RangeError(
          `${this.where}: the input "${name}" must be of shape [${shape.map((n) => n ?? 'any').join(', ')}], got [${x.shape.join(', ')}]`,
        );
    }
  }

  predict(inputs: Tensor | readonly Tensor[]): Tensor | Tensor[] {
    const list = [inputs].flat() as Tensor[];
    if (list.length !== this.inputs.length)
      throw new TypeError(`${this.where}: predict takes ${this.inputs.length} tensors, ${this.inputs.map(({ name }) => name).join(', ')}, got ${shown(inputs)}`); // prettier-ignore
    const results = this.execute(Object.fromEntries(this.inputs.map(({ name }, i) => [name, list[i]!])));
    const outputs = this.outputs.map(({ name }) => results[name]!);
    return outputs.length === 1 ? outputs[0]! : outputs;
  }

  dispose(): void {
    if (!this.disposed) this.tf.dispose([...this.constants.values(), ...this.attributes.values()]);
    this.disposed = true;
  }
}

/** A constant that is an attribute of its node. */
function constant(tf: TensorLibrary, { attributes }: OnnxNode): Tensor {
  for (const value of attributes.values()) {
    if ('float' in value) return tf.scalar(value.float);
    if ('int' in value) return tf.scalar(value.int, 'int32');
    if ('floats' in value) return tf.tensor1d(value.floats);
    if ('ints' in value) return tf.tensor1d(value.ints, 'int32');
  }
  throw new Error('a constant has neither numbers nor a tensor');
}

/** The largest number of int32, at which int64 numbers end: "to the end" is written so. */
const MOST = 2 ** 31 - 1;
const whole = (value: number | bigint) => Math.min(Math.max(Number(value), -MOST - 1), MOST);

/** How raw bytes of each type become numbers. */
const RAW: Record<number, (bytes: ArrayBuffer) => ArrayLike<number>> = {
  [TYPES.float]: (b) => new Float32Array(b),
  [TYPES.double]: (b) => new Float64Array(b),
  [TYPES.float16]: (b) => Float32Array.from(new Uint16Array(b), fromHalf),
  [TYPES.bfloat16]: (b) => Float32Array.from(new Uint16Array(b), fromBfloat),
  [TYPES.int64]: (b) => Array.from(new BigInt64Array(b), whole),
  [TYPES.int32]: (b) => new Int32Array(b),
  [TYPES.int16]: (b) => new Int16Array(b),
  [TYPES.int8]: (b) => new Int8Array(b),
  [TYPES.uint8]: (b) => new Uint8Array(b),
  [TYPES.uint16]: (b) => new Uint16Array(b),
  [TYPES.uint32]: (b) => Array.from(new Uint32Array(b), whole),
  [TYPES.bool]: (b) => new Uint8Array(b),
};

async function tensorOf(tf: TensorLibrary, tensor: OnnxTensor, at: string): Promise<Tensor> {
  const { name, type, dims } = tensor;
  const [read, dtype] = [RAW[type], DTYPES[type]];
  if (!read || !dtype) throw new Error(`the constant "${name}" has the type ${type}, which is not read`);
  const size = dims.reduce((a, b) => a * b, 1);
  const raw = tensor.external ? await outside(name, tensor.external, at) : tensor.raw;
  let numbers: ArrayLike<number>;
  try {
    if (raw) numbers = read(Uint8Array.from(raw).buffer);
    else if (tensor.floats) numbers = tensor.floats;
    else {
      const ints = tensor.ints ?? [];
      const decode = type === TYPES.float16 ? fromHalf : type === TYPES.bfloat16 ? fromBfloat : whole;
      numbers = ints.map((n) => decode(n));
    }
  } catch (e) {
    throw new Error(`the constant "${name}" is damaged: ${(e as Error).message}`, { cause: e });
  }
  if (!Number.isSafeInteger(size) || size < 0 || numbers.length !== size)
    throw new Error(
      `the constant "${name}" has ${numbers.length} numbers and the shape [${dims.join(', ')}]: it is damaged`,
    );
  const values = dtype === 'float32' ? Float32Array.from(numbers) : dtype === 'int32' ? Int32Array.from(numbers) : Uint8Array.from(numbers); // prettier-ignore
  return tf.tensor(values, dims, dtype);
}

/** Bytes of a file that lies beside the model, or in a folder there; nowhere else, also not through a link. */
async function outside(name: string, external: ReadonlyMap<string, string>, at: string): Promise<Uint8Array> {
  const location = external.get('location') ?? '';
  const folder = await realpath(path.dirname(at));
  const beyond = `the numbers of "${name}" are in "${location}", which is not beside the model`;
  const isInside = (file: string) => file.startsWith(folder + path.sep);
  const file = path.resolve(folder, location);
  if (location === '' || path.isAbsolute(location) || !isInside(file)) throw new Error(beyond);
  const real = await realpath(file).catch(() => {
    throw new Error(`the numbers of "${name}" are in ${file}, which is not there. Copy it beside the model`);
  });
  if (!isInside(real)) throw new Error(beyond);
  const bytes = await readFile(real);
  const begin = Number(external.get('offset') ?? 0);
  const end = begin + Number(external.get('length') ?? bytes.length - begin);
  if (!(begin >= 0 && end >= begin && end <= bytes.length))
    throw new Error(
      `the numbers of "${name}" are at bytes ${begin} to ${end} of ${location}, which has ${bytes.length}`,
    );
  return bytes.subarray(begin, end);
}
