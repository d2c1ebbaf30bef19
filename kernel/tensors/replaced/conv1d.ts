// `tf.conv1d`, which runs `conv2d` on data of height 1. This module replaces tfjs-core's ops/conv1d (modules.js), which
// hands on a number as padding, so that rows of zeros were put above and below the one row.
import { conv1d as stockConv1d } from '@tensorflow/tfjs-core/dist/ops/conv1d';
import { op } from '@tensorflow/tfjs-core/dist/ops/operation';

type Call = typeof stockConv1d;

const conv1d_ = ((x, filter, stride, pad, ...rest) => {
  const explicit: [number, number][] = [[0, 0], [0, 0], [pad as number, pad as number], [0, 0]]; // prettier-ignore
  return stockConv1d(x, filter, stride, typeof pad === 'number' ? (explicit as never) : pad, ...rest);
}) as Call;

/**
 * `tf.conv1d`; x [batch, width, inChannels] or [width, inChannels], filter [width, inChannels, outChannels].
 * @throws Error if the kernel does not fit into the data
 */
export const conv1d: Call = op({ conv1d_ });
