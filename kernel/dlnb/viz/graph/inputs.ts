// The inputs of a function whose graph is drawn: from numbers, arrays and tensors to named tensors.
import * as acorn from 'acorn';
import { types } from 'node:util';
import type { TensorLibrary } from '../../library.ts';
import type { Tensor } from '@tensorflow/tfjs-core';

type NumberArray = Float32Array | Float64Array | Int32Array | Int16Array | Int8Array | Uint8Array | Uint16Array;

/** One input: a number, a list of numbers (nested: rows), a typed array, or a tensor of TensorFlow.js. */
export type GraphInput = number | NestedNumbers | NumberArray | Tensor;
export type NestedNumbers = (number | NestedNumbers)[];

/** One input, a list with one for each parameter, or an object of inputs by name. */
export type GraphInputs = GraphInput | readonly GraphInput[] | { readonly [name: string]: GraphInput };

export interface Arguments {
  names: string[];
  tensors: Tensor[];
  call(): unknown;
}

type Callable = { f(...inputs: never[]): unknown }['f'];

/**
 * The arguments of the call. A list has one entry for each parameter; for a function of one parameter, a list of
 * several numbers, or of rows, is one vector or matrix. An object of inputs is passed as one object of tensors.
 * @throws TypeError that says which input is wrong
 */
export function argumentsOf(tf: TensorLibrary, f: Callable, inputs: GraphInputs | undefined): Arguments {
  const call = f as (...inputs: unknown[]) => unknown;
  if (isRecord(inputs)) {
    const names = Object.keys(inputs);
    const tensors = names.map((name) => tensorOf(tf, inputs[name]!, name));
    const named = Object.fromEntries(names.map((name, i) => [name, tensors[i]!]));
    return { names, tensors, call: () => call(named) };
  }
  const list = inputs === undefined ? [] : asList(inputs, f);
  const parameters = parametersOf(f);
  const names = list.map((_, i) => parameters[i] ?? (list.length === 1 ? 'x' : `x${i + 1}`));
  const tensors = list.map((input, i) => tensorOf(tf, input, names[i]!));
  return { names, tensors, call: () => call(...tensors) };
}

function asList(inputs: GraphInput | readonly GraphInput[], f: Callable): readonly GraphInput[] {
  if (!Array.isArray(inputs)) return [inputs as GraphInput];
  const isOne = f.length === 1 && inputs.length > 1 && inputs.every((x) => typeof x === 'number' || Array.isArray(x));
  return isOne ? [inputs as NestedNumbers] : (inputs as GraphInput[]);
}

function isRecord(inputs: unknown): inputs is { readonly [name: string]: GraphInput } {
  return (
    typeof inputs === 'object' &&
    inputs !== null &&
    !Array.isArray(inputs) &&
    !types.isTypedArray(inputs) &&
    !('dataId' in inputs)
  );
}

function tensorOf(tf: TensorLibrary, input: GraphInput, name: string): Tensor {
  if (input instanceof tf.Tensor) {
    if (input.isDisposed) throw new Error(`viz.graph: the tensor "${name}" has been disposed of`);
    return input;
  }
  if (typeof input === 'number') return tf.scalar(input);
  const isFloat = Object.prototype.toString.call(input) === '[object Float64Array]';
  if (types.isTypedArray(input))
    return tf.tensor1d(isFloat ? Float32Array.from(input as Float64Array) : toTf(input as NumberArray));
  if (Array.isArray(input)) {
    try {
      return tf.tensor(input as number[]);
    } catch (e) {
      throw new TypeError(`viz.graph: the input "${name}" is not a list of numbers: ${(e as Error).message}`);
    }
  }
  throw new TypeError(
    `viz.graph: the input "${name}" must be a number, a list of numbers, a typed array or a tensor, not ${input === null ? 'null' : typeof input}`,
  );
}

/** The array types that TensorFlow.js accepts; small integers become int32. */
function toTf(values: NumberArray): Float32Array | Int32Array | Uint8Array {
  if (values instanceof Float32Array || values instanceof Int32Array) return values;
  return Int32Array.from(values);
}

/** The names of a function's parameters that are plain identifiers. */
function parametersOf(f: Callable): (string | undefined)[] {
  try {
    const node = acorn.parseExpressionAt(Function.prototype.toString.call(f), 0, { ecmaVersion: 'latest' });
    if (node.type !== 'ArrowFunctionExpression' && node.type !== 'FunctionExpression') return [];
    return node.params.map((p) => {
      const target = p.type === 'AssignmentPattern' ? p.left : p;
      return target.type === 'Identifier' ? target.name : undefined;
    });
  } catch {
    return []; // a method, or native code
  }
}
