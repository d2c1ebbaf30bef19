// Images [batch, height, width, channels] whose pixels are looked up at computed places: rotation, projective transforms
// and crops. Flipping is in move.ts.
import * as tf from '@tensorflow/tfjs-core';
import type { CpuBackend } from '../backend.ts';
import type { OpKernel } from '../op-kernel.ts';
import { bitsOf } from './move.ts';
import { sizeOf } from './size.ts';

/** The type of images that the program takes; undefined for others. */
function pixelsOf(x: tf.TensorInfo): 'float32' | 'int32' | undefined {
  const { dtype } = x;
  return x.shape.length === 4 && (dtype === 'float32' || dtype === 'int32') ? dtype : undefined;
}

/** The fourth channel of what is outside, where `fillValue` is a list. */
const OPAQUE = 255;

const rotateWithOffset: OpKernel = ({ inputs, attrs, backend }) => {
  const x = inputs['image']!;
  const { radians, fillValue, center } = attrs as unknown as tf.RotateWithOffsetAttrs;
  const dtype = pixelsOf(x);
  if (!dtype) return undefined;
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const y = backend.output(x.shape, dtype);
  if (sizeOf(x.shape) === 0) return y;
  const [centerX, centerY] = tf.backend_util.getImageCenter(center, height, width);
  return backend.withMemory(channels * 4, [y], (fill) => {
    const ints = backend.ints();
    for (let c = 0; c < channels; c++) {
      const value = typeof fillValue === 'number' ? fillValue : c === 3 ? OPAQUE : (fillValue[c] ?? NaN);
      ints[(fill >>> 2) + c] = bitsOf(value, dtype);
    }
    backend.program.exports.rotate({
      x: backend.address(x),
      y: backend.address(y),
      ...{ fill, batch, height, width, channels, centerX, centerY },
      sine: Math.sin(radians),
      cosine: Math.cos(radians),
    });
    return y;
  });
};

const modes: Record<string, number> = { constant: 0, reflect: 1, wrap: 2, nearest: 3 };

/** TensorFlow's ImageProjectiveTransformV3: one transform is for all images, several are for one each. */
const transform: OpKernel = ({ inputs, attrs, backend }) => {
  const { image: x, transforms } = inputs as { image: tf.TensorInfo; transforms: tf.TensorInfo };
  const { interpolation, fillMode, fillValue, outputShape } = attrs as unknown as tf.TransformAttrs;
  if (interpolation !== 'nearest' && interpolation !== 'bilinear')
    throw new Error(`transform: the interpolation is 'nearest' or 'bilinear', not ${JSON.stringify(interpolation)}`);
  const dtype = pixelsOf(x);
  if (!dtype || transforms.dtype !== 'float32')
    throw new Error(
      `transform: the image must be float32 or int32 and the transforms float32, and they are ${x.dtype} and ${transforms.dtype}`,
    );
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [newHeight, newWidth] = outputShape ?? [height, width];
  const y = backend.output([batch, newHeight, newWidth, channels], dtype);
  if (sizeOf(y.shape) === 0) return y;
  backend.program.exports.projectiveTransform({
    x: backend.address(x),
    y: backend.address(y),
    transforms: backend.address(transforms),
    ...{ batch, height, width, channels, newHeight, newWidth },
    step: transforms.shape[0] === 1 ? 0 : 8,
    mode: modes[fillMode] ?? 0,
    fill: fillValue,
    bilinear: interpolation === 'bilinear',
    integers: dtype === 'int32',
  });
  return y;
};

/** @throws Error if a box is of an image that there is not */
function checkImages(backend: CpuBackend, images: tf.TensorInfo, batch: number): void {
  const n = sizeOf(images.shape);
  const at = backend.address(images) >>> 2;
  const ints = backend.ints();
  for (let i = 0; i < n; i++) {
    const image = ints[at + i]!;
    if (image < 0 || image >= batch)
      throw new Error(
        `cropAndResize: boxInd[${i}] is ${image}, and there are ${batch} images: it must be from 0 to ${batch - 1}`,
      );
  }
}

const cropAndResize: OpKernel = ({ inputs, attrs, backend }) => {
  const { image: x, boxes, boxInd } = inputs as Record<'image' | 'boxes' | 'boxInd', tf.TensorInfo>;
  const { cropSize, method, extrapolationValue } = attrs as unknown as tf.CropAndResizeAttrs;
  const dtype = pixelsOf(x);
  const [cropHeight, cropWidth] = cropSize;
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  if (boxInd.dtype === 'int32') checkImages(backend, boxInd, batch);
  if (!dtype || boxes.dtype !== 'float32' || boxInd.dtype !== 'int32' || sizeOf(x.shape) === 0) return undefined;
  const count = boxes.shape[0]!;
  const y = backend.output([count, cropHeight, cropWidth, channels], 'float32');
  if (sizeOf(y.shape) === 0) return y;
  backend.program.exports.crop({
    x: backend.address(x),
    y: backend.address(y),
    boxes: backend.address(boxes),
    images: backend.address(boxInd),
    ...{ count, height, width, channels, cropHeight, cropWidth },
    fill: extrapolationValue,
    bilinear: method === 'bilinear',
    integers: dtype === 'int32',
  });
  return y;
};

export const images: Record<string, OpKernel> = {
  RotateWithOffset: rotateWithOffset,
  Transform: transform,
  CropAndResize: cropAndResize,
};
