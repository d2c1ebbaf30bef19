// Which backend runs an op kernel of the device `cpu`: TensorFlow.js's WASM one where it has it right, its JavaScript one elsewhere.
import * as tf from '@tensorflow/tfjs-core';
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

type Inputs = Parameters<tf.KernelFunc>[0]['inputs'];

/** Op kernels of the WASM backend that take every data type. The others take float32 for granted, and compute nonsense from the rest. */
const anyType = new Set(['Identity', 'Reshape', 'ExpandDims', 'Cast']);

/** Inputs that they take as what they are: indices and conditions. */
const otherInputs: Record<string, string> = {
  GatherV2: 'indices',
  GatherNd: 'indices',
  ScatterNd: 'indices',
  Select: 'condition',
};

type Case = (attrs: Record<string, unknown>, inputs: tf.NamedTensorInfoMap) => boolean;
const always: Case = () => true;
const channelsFirst: Case = ({ dataFormat }) => dataFormat === 'NCHW';
const unusualBias: Case = (_, { bias }) => bias !== undefined && bias.shape.length !== 1;
const numericPad: Case = ({ pad }) => typeof pad === 'number';

/** Cases of float32 that the WASM backend refuses, aborts at, or gets wrong. */
const exceptions: Record<string, Case> = {
  ClipByValue: always, // loses NaN
  // to bool keeps other values than 0 and 1; strings have no numbers
  Cast: ({ dtype }, { x }) => (dtype !== 'float32' && dtype !== 'int32') || !/^(float32|int32|bool)$/.test(x!.dtype),
  Fill: ({ dtype }) => dtype !== undefined && dtype !== 'float32',
  Conv2D: channelsFirst,
  Conv2DBackpropInput: channelsFirst,
  Conv2DBackpropFilter: channelsFirst,
  DepthwiseConv2dNative: channelsFirst,
  FusedConv2D: (attrs, inputs) => channelsFirst(attrs, inputs) || unusualBias(attrs, inputs),
  FusedDepthwiseConv2D: (attrs, inputs) => channelsFirst(attrs, inputs) || unusualBias(attrs, inputs),
  _FusedMatMul: unusualBias,
  // reads past the input where the padding leaves a part of a stride over
  MaxPool: numericPad,
  AvgPool: numericPad,
  // does not look whether the slice lies within the input; the JavaScript one does
  Slice: ({ begin, size }, { x }) => {
    const [from, sizes] = tf.slice_util.parseSliceParams(x!, begin as number[], size as number[]) as [
      number[],
      number[],
    ];
    return from.some((f, i) => f < 0 || f + sizes[i]! > x!.shape[i]!);
  },
};

/**
 * The op kernel to register.
 * @param wasm the WASM backend's, or ours on its memory; undefined if there is none
 * @param js the JavaScript backend's
 */
export function route(
  kernelName: string,
  wasm: tf.KernelFunc | undefined,
  js: tf.KernelFunc,
  stock: MathBackendCPU,
): tf.KernelFunc {
  const slow = throughStock(kernelName, js, stock);
  if (!wasm) return slow;
  const except = exceptions[kernelName];
  const any = anyType.has(kernelName);
  if (any && !except) return wasm;
  const other = otherInputs[kernelName];
  return (call) => {
    const inputs = call.inputs as tf.NamedTensorInfoMap;
    const float = any || tensors(inputs).every((t) => t.dtype === 'float32' || t === inputs[other!]);
    return (float && !except?.((call.attrs ?? {}) as Record<string, unknown>, inputs) ? wasm : slow)(call);
  };
}

/** All input tensors; Concat, Einsum and AddN take a list, and optional inputs may be absent. */
function tensors(inputs: Inputs): tf.TensorInfo[] {
  return Object.values(inputs as Record<string, tf.TensorInfo | tf.TensorInfo[] | null | undefined>).flatMap(
    (t) => t ?? [],
  );
}

/** Runs a kernel of the JavaScript backend on tensors of the WASM backend: copied in, copied out. */
function throughStock(kernelName: string, kernel: tf.KernelFunc, stock: MathBackendCPU): tf.KernelFunc {
  const noComplex = (t: tf.TensorInfo) => {
    if (t.dtype === 'complex64') {
      throw new Error(
        `${kernelName}: the device "cpu" has no complex64 tensors in this version; keep real and imaginary part in two tensors.`,
      );
    }
  };
  return ({ inputs, attrs, backend }) => {
    const wasm = backend as unknown as BackendWasm;
    const moved: tf.TensorInfo[] = [];
    const move = (t: tf.TensorInfo): tf.TensorInfo => {
      noComplex(t);
      const info = stock.makeTensorInfo(
        t.shape,
        t.dtype,
        wasm.readSync(t.dataId) as tf.DataTypeMap[tf.NumericDataType],
      );
      moved.push(info);
      return info;
    };
    const theirs = (Array.isArray(inputs) ? [] : {}) as tf.NamedTensorInfoMap;
    for (const [name, t] of Object.entries(inputs)) {
      if (Array.isArray(t)) (theirs as Record<string, unknown>)[name] = (t as tf.TensorInfo[]).map(move);
      else if (t) theirs[name] = move(t);
    }
    const results = kernel({ inputs: theirs, attrs: attrs as tf.NamedAttrMap, backend: stock });
    const list = Array.isArray(results) ? results : [results];
    const ours = list.map((r) => {
      noComplex(r);
      return wasm.makeOutput(r.shape, r.dtype, undefined, stock.readSync(r.dataId));
    });
    for (const t of new Set([...moved, ...list])) stock.disposeData(t.dataId, true);
    return Array.isArray(results) ? ours : ours[0]!;
  };
}
