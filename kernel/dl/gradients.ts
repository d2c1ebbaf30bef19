// Gradients that TensorFlow.js 4.22 has wrong or lacks, for every device: registered over its own, or new.
// Each is held against finite differences in test/kernel/gradients.test.ts.
import * as tf from '@tensorflow/tfjs-core';

type Grad = (dy: tf.Tensor, saved: tf.Tensor[], attrs: tf.NamedAttrMap) => Record<string, () => tf.Tensor>;
type Config = Omit<tf.GradConfig, 'kernelName' | 'gradFunc'>;

const attr = <T>(attrs: tf.NamedAttrMap) => attrs as unknown as T;
const zeros = (t: tf.Tensor) => tf.zeros(t.shape);

function gradient(kernelName: string, config: Config, gradFunc: Grad): void {
  if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
  tf.registerGradient({ kernelName, ...config, gradFunc: gradFunc as tf.GradFunc });
}

/** Registers all of them. Call it once, after tfjs has registered its own. */
export function correctGradients(): void {
  comparisons();
  scans();
  indexing();
  padding();
  dilatedConvolutions();
  pooling();
  resizing();
  batchNormWithoutScale();
  gradient('Einsum', { saveAllInputs: true }, einsumGrad);
}

/** Functions that are constant almost everywhere: their gradient is zero, so that `tf.where(x.greater(0), …)` has one. */
function comparisons(): void {
  for (const name of ['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal', 'NotEqual', 'LogicalAnd', 'LogicalOr']) {
    gradient(name, { inputsToSave: ['a', 'b'] }, (_, [a, b]) => ({ a: () => zeros(a!), b: () => zeros(b!) }));
  }
  gradient('LogicalNot', { inputsToSave: ['x'] }, (_, [x]) => ({ x: () => zeros(x!) }));
}

/** Cumulative sum and product along an axis. */
function scans(): void {
  interface ScanAttrs {
    axis: number;
    exclusive: boolean;
    reverse: boolean;
  }
  gradient('Cumsum', {}, (dy, _, attrs) => {
    const { axis, exclusive, reverse } = attr<ScanAttrs>(attrs);
    return { x: () => tf.cumsum(dy, axis, exclusive, !reverse) };
  });
  // dL/dx_k = (Π_{j<k} x_j) · S_k with S_k = dy_k + x_{k+1} S_{k+1}; no division, so that zeros in x are no exception
  gradient('Cumprod', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { axis, exclusive, reverse } = attr<ScanAttrs>(attrs);
    const grad = () => {
      const order = <T>(list: T[]) => (reverse ? list.reverse() : list);
      const xs = order(tf.unstack(x!, axis));
      const dys = order(tf.unstack(dy, axis));
      const suffix: tf.Tensor[] = [];
      let s: tf.Tensor = tf.zerosLike(dys[0]!);
      for (let k = xs.length - 1; k >= 0; k--) {
        const next = k + 1 < xs.length;
        // inclusive: S_k as above; exclusive: y_i lacks x_i, so that the sum begins one later
        if (exclusive) s = next ? tf.add(dys[k + 1]!, tf.mul(xs[k + 1]!, s)) : s;
        else s = next ? tf.add(dys[k]!, tf.mul(xs[k + 1]!, s)) : dys[k]!;
        suffix[k] = s;
      }
      let before: tf.Tensor = tf.onesLike(xs[0]!);
      const grads = xs.map((v, k) => {
        const g = tf.mul(before, suffix[k]!);
        before = tf.mul(before, v);
        return g;
      });
      return tf.stack(order(grads), axis);
    };
    return { x: grad };
  });
}

/** Ops that pick elements: the gradient puts dy back where it came from. */
function indexing(): void {
  gradient('GatherNd', { inputsToSave: ['params', 'indices'] }, (dy, [params, indices]) => ({
    params: () => tf.scatterND(indices!.cast('int32'), dy, params!.shape),
    indices: () => zeros(indices!),
  }));
  gradient('ScatterNd', { inputsToSave: ['indices'] }, (dy, [indices]) => ({
    updates: () => tf.gatherND(dy, indices!.cast('int32')),
    indices: () => zeros(indices!),
  }));
  gradient('StridedSlice', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { begin, end, strides, beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } =
      attr<tf.StridedSliceAttrs>(attrs);
    return {
      // The same slice of the elements' numbers says where each came from
      x: () => {
        const size = x!.size;
        // float32 counts exactly to 2²⁴, and its op kernels are the better ones
        const from = tf.range(0, size, 1, size < 1 << 24 ? 'float32' : 'int32').reshape(x!.shape);
        const at = tf.stridedSlice(
          from,
          begin,
          end,
          strides,
          beginMask,
          endMask,
          ellipsisMask,
          newAxisMask,
          shrinkAxisMask,
        );
        return tf.scatterND(at.reshape([-1, 1]).cast('int32'), dy.reshape([-1]), [size]).reshape(x!.shape);
      },
    };
  });
  gradient('TopK', { inputsToSave: ['x'], outputsToSave: [false, true] }, ((
    dys: tf.Tensor[],
    [x, indices]: tf.Tensor[],
  ) => ({
    x: () => {
      const depth = x!.shape.at(-1)!;
      const rows = x!.size / depth;
      const k = indices!.shape.at(-1)!;
      const base = tf.range(0, rows, 1, 'int32').mul(tf.scalar(depth, 'int32')).reshape([rows, 1]);
      const at = indices!.reshape([rows, k]).add(base).reshape([-1, 1]).cast('int32');
      return tf.scatterND(at, dys[0]!.reshape([-1]), [x!.size]).reshape(x!.shape);
    },
  })) as unknown as Grad);
  // Of one slice the engine gives the gradient itself, not a list of one
  gradient('Unpack', {}, ((dys: tf.Tensor | tf.Tensor[], _: tf.Tensor[], attrs: tf.NamedAttrMap) => ({
    value: () => tf.stack(Array.isArray(dys) ? dys : [dys], attr<tf.UnpackAttrs>(attrs).axis),
  })) as unknown as Grad);
  gradient('Diag', { inputsToSave: ['x'] }, (dy, [x]) => ({
    x: () => {
      const n = x!.size;
      return tf
        .mul(dy.reshape([n, n]), tf.eye(n))
        .sum(1)
        .reshape(x!.shape);
    },
  }));
  gradient('DepthToSpace', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { blockSize: b, dataFormat } = attr<tf.DepthToSpaceAttrs>(attrs);
    return {
      x: () => {
        const nhwc = dataFormat === 'NHWC';
        const [batch, h, w, c] = nhwc ? x!.shape : [x!.shape[0], x!.shape[2], x!.shape[3], x!.shape[1]];
        const d = nhwc ? dy : tf.transpose(dy, [0, 2, 3, 1]);
        // [batch, h, b, w, b, depth] → [batch, h, w, b, b, depth]
        const moved = tf
          .transpose(d.reshape([batch!, h!, b, w!, b, c! / (b * b)]), [0, 1, 3, 2, 4, 5])
          .reshape([batch!, h!, w!, c!]);
        return nhwc ? moved : tf.transpose(moved, [0, 3, 1, 2]);
      },
    };
  });
}

/** Mirrored borders add their gradient to the elements that they are copies of. */
function padding(): void {
  gradient('MirrorPad', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { paddings, mode } = attr<tf.MirrorPadAttrs>(attrs);
    const skip = mode === 'reflect' ? 1 : 0; // the border element itself is not repeated
    const fold = (d: tf.Tensor, axis: number): tf.Tensor => {
      const [before, after] = paddings[axis]!;
      const n = x!.shape[axis]!;
      const part = (begin: number, size: number) => {
        const b = d.shape.map((_, i) => (i === axis ? begin : 0));
        return tf.slice(
          d,
          b,
          d.shape.map((s, i) => (i === axis ? size : s)),
        );
      };
      const place = (t: tf.Tensor, at: number) => {
        const size = t.shape[axis]!;
        return tf.pad(
          tf.reverse(t, axis),
          t.shape.map((_, i) => (i === axis ? [at, n - at - size] : [0, 0])) as [number, number][],
        );
      };
      let sum = part(before, n);
      if (before) sum = sum.add(place(part(0, before), skip));
      if (after) sum = sum.add(place(part(before + n, after), n - skip - after));
      return sum;
    };
    return { x: () => paddings.reduce((d, _, axis) => fold(d, axis), dy) };
  });
}

/** A filter with d − 1 zeros between its elements convolves as the filter does with dilation d. filter [h, w, …] */
function spread(filter: tf.Tensor4D, [dh, dw]: [number, number]): tf.Tensor4D {
  const [h, w, ...depths] = filter.shape;
  const c = depths[0]! * depths[1]!;
  const wide =
    dw === 1
      ? filter.reshape([h, w, c])
      : tf
          .stack([filter.reshape([h, w, c]), ...Array.from({ length: dw - 1 }, () => tf.zeros([h, w, c]))], 2)
          .reshape([h, w * dw, c]);
  const w2 = (w - 1) * dw + 1;
  const cut = tf.slice(wide, [0, 0, 0], [h, w2, c]);
  const tall =
    dh === 1
      ? cut
      : tf.stack([cut, ...Array.from({ length: dh - 1 }, () => tf.zeros([h, w2, c]))], 1).reshape([h * dh, w2, c]);
  const h2 = (h - 1) * dh + 1;
  return tf.slice(tall, [0, 0, 0], [h2, w2, c]).reshape([h2, w2, depths[0]!, depths[1]!]);
}

/** Every d-th row and column of a gradient with respect to a spread filter. */
const gather = (dw: tf.Tensor, [h, w]: [number, number]) => tf.stridedSlice(dw, [0, 0, 0, 0], dw.shape, [h, w, 1, 1]);

const pair = (d: number | number[] | undefined): [number, number] =>
  Array.isArray(d) ? [d[0]!, d[1] ?? d[0]!] : [d ?? 1, d ?? 1];

/** Convolutions with dilation: the gradients of the same convolution with a spread filter. */
function dilatedConvolutions(): void {
  for (const [kernelName, derInput, derFilter] of [
    ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'],
    ['DepthwiseConv2dNative', 'DepthwiseConv2dNativeBackpropInput', 'DepthwiseConv2dNativeBackpropFilter'],
  ] as const) {
    gradient(kernelName, { inputsToSave: ['x', 'filter'] }, (dy, saved, attrs) => {
      const { dilations, ...rest } = attrs;
      const d = pair(dilations as number | number[]);
      const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
      const dilated = d[0] > 1 || d[1] > 1;
      const wide = dilated ? spread(filter, d) : filter;
      const run = (name: string, inputs: tf.NamedTensorMap, more: tf.NamedAttrMap) =>
        tf.engine().runKernel(name, inputs as never, { ...rest, dilations: [1, 1], ...more }) as tf.Tensor;
      return {
        x: () => run(derInput, { dy, filter: wide }, { inputShape: x.shape }),
        filter: () => {
          const dw = run(derFilter, { x, dy }, { filterShape: wide.shape });
          return dilated ? gather(dw, d) : dw;
        },
      };
    });
  }
}

/** Average pooling divides by the number of elements that a window really covers; so does its gradient. */
function pooling(): void {
  secondOrderMaxPool();
  gradient('AvgPool', { inputsToSave: ['x'] }, (dy, [x], attrs) => {
    const { filterSize, strides, pad, dimRoundingMode } = attr<tf.AvgPoolAttrs>(attrs);
    const info = tf.backend_util.computePool2DInfo(
      x!.shape as [number, number, number, number],
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    );
    const run = (d: tf.Tensor) =>
      tf
        .engine()
        .runKernel('AvgPoolGrad', { dy: d, input: x! } as never, { filterSize, strides, pad } as never) as tf.Tensor;
    return {
      // The stock op kernel divides by the window's size: multiply that back in, divide by what the window covers
      x: () => {
        const {
          outHeight,
          outWidth,
          filterHeight,
          filterWidth,
          inHeight,
          inWidth,
          strideHeight,
          strideWidth,
          padInfo,
        } = info;
        const cover = (out: number, size: number, stride: number, before: number, n: number) =>
          Array.from(
            { length: out },
            (_, i) => Math.min(n, i * stride - before + size) - Math.max(0, i * stride - before),
          );
        const rows = cover(outHeight, filterHeight, strideHeight, padInfo.top, inHeight);
        const columns = cover(outWidth, filterWidth, strideWidth, padInfo.left, inWidth);
        const area = rows.map((r) => columns.map((c) => (filterHeight * filterWidth) / (r * c)));
        return run(dy.mul(tf.tensor(area.flat(), [1, outHeight, outWidth, 1])));
      },
    };
  });
}

/** The largest element of each window passes its gradient on; the second derivative goes the same ways. */
function secondOrderMaxPool(): void {
  gradient('MaxPoolGrad', { inputsToSave: ['input', 'output'] }, (ddx, [input, output], attrs) => {
    const { filterSize, strides, pad } = attr<tf.MaxPoolGradAttrs>(attrs);
    return {
      dy: () => {
        if (typeof pad !== 'string')
          throw new Error('maxPool: the second derivative is available for the padding "valid" and "same" only.');
        const { indexes } = tf.maxPoolWithArgmax(input as tf.Tensor4D, filterSize, strides, pad, true);
        return tf.gather(ddx.reshape([-1]), indexes!.reshape([-1]).cast('int32')).reshape(output!.shape);
      },
      input: () => zeros(input!),
      output: () => zeros(output!),
    };
  });
}

/** Nearest-neighbour resizing copies elements; the gradient sums over the copies. The stock op kernel mixes up batches. */
function resizing(): void {
  gradient('ResizeNearestNeighbor', { inputsToSave: ['images'] }, (dy, [images], attrs) => {
    const { alignCorners, halfPixelCenters } = attr<tf.ResizeNearestNeighborAttrs>(attrs);
    const [batch, h, w, c] = images!.shape as [number, number, number, number];
    const [, newH, newW] = dy.shape as [number, number, number, number];
    /** [n, newN]: 1 where new row j is a copy of row i. */
    const copies = (n: number, newN: number) => {
      const scale = alignCorners && newN > 1 ? (n - 1) / (newN - 1) : n / newN;
      const m = new Float32Array(n * newN);
      for (let j = 0; j < newN; j++) {
        const at = scale * (halfPixelCenters ? j + 0.5 : j);
        m[Math.max(0, Math.min(n - 1, alignCorners ? Math.round(at) : Math.floor(at))) * newN + j] = 1;
      }
      return tf.tensor3d(m, [1, n, newN]);
    };
    return {
      images: () => {
        const rows = tf.matMul(copies(h, newH), dy.reshape([batch, newH, newW * c]));
        return tf.matMul(copies(w, newW), rows.reshape([batch * h, newW, c])).reshape(images!.shape);
      },
    };
  });
}

/** Batch normalisation without scale or offset is that with 1 and 0; the stock gradient takes them for given. */
function batchNormWithoutScale(): void {
  const engine = tf.engine();
  const run = engine.runKernel.bind(engine);
  engine.runKernel = ((name: string, inputs: tf.NamedTensorMap, attrs?: tf.NamedAttrMap) => {
    if (name !== 'FusedBatchNorm' || (inputs['scale'] && inputs['offset'])) return run(name, inputs as never, attrs);
    const { mean } = inputs;
    const full = {
      ...inputs,
      scale: inputs['scale'] ?? tf.ones(mean!.shape),
      offset: inputs['offset'] ?? tf.zeros(mean!.shape),
    };
    return run(name, full as never, attrs);
  }) as typeof engine.runKernel;
}

/** d of an einsum with respect to one operand is the einsum of dy with the others; summed-out letters of that operand alone are broadcast. */
const einsumGrad: Grad = (dy, saved, attrs) => {
  const { equation } = attr<{ equation: string }>(attrs);
  const [left = '', out = ''] = equation.replace(/\s/g, '').split('->');
  const terms = left.split(',');
  const size = new Map(terms.flatMap((t, i) => [...t].map((letter, k) => [letter, saved[i]!.shape[k]!] as const)));
  return Object.fromEntries(
    saved.map((x, i) => [
      i,
      () => {
        const mine = terms[i]!;
        const others = saved.flatMap((t, j) => (j === i ? [] : [{ t, letters: terms[j]! }]));
        const known = new Set([...out, ...others.flatMap((o) => [...o.letters])]);
        const kept = [...mine].filter((l) => known.has(l)).join('');
        const inputs = [{ t: dy, letters: out }, ...others];
        const reduced =
          others.length > 0 || kept !== out
            ? tf.einsum(`${inputs.map((o) => o.letters).join(',')}->${kept}`, ...inputs.map((o) => o.t))
            : dy;
        if (kept === mine) return reduced;
        const shape = [...mine].map((l) => (known.has(l) ? size.get(l)! : 1));
        return tf.broadcastTo(reduced.reshape(shape), x.shape);
      },
    ]),
  );
};
