// Labels of sparse losses without a last axis of size 1, for outputs of any number of axes.
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { replaceMethod } from './extend.ts';
import type { Data, LossOrMetric, Model } from './types.ts';

/**
 * Makes models take labels of sparse losses without a last axis of size 1, as Keras does: [batch, ...] for outputs
 * [batch, ..., classes]. TensorFlow.js does so for outputs of two axes alone.
 * @param sparse the loss whose labels are numbers of classes
 */
export function takePlainLabels(sparse: () => LossOrMetric): void {
  replaceMethod<Model, 'standardizeUserDataXY'>(
    tfl.LayersModel as never,
    'standardizeUserDataXY',
    (stock) =>
      function (this: Model, x, y, ...more) {
        const made: tf.Tensor[] = [];
        const withAxis = (labels: tf.Tensor | undefined, i: number): tf.Tensor | undefined => {
          // Before `compile` there is neither, which the method says itself
          const shape = this.feedOutputShapes?.[i];
          const isPlain = labels instanceof tf.Tensor && labels.rank > 1 && shape?.length === labels.rank + 1;
          if (!isPlain || this.lossFunctions?.[i] !== sparse()) return labels;
          made.push(tf.expandDims(labels, -1));
          return made.at(-1);
        };
        const named = () => {
          const entries = Object.entries(y as Record<string, tf.Tensor>);
          return entries.map(([name, labels]) => [name, withAxis(labels, this.feedOutputNames.indexOf(name))]);
        };
        let all: unknown = y;
        if (y instanceof tf.Tensor) all = withAxis(y, 0);
        else if (Array.isArray(y)) all = y.map(withAxis);
        else if (typeof y === 'object' && y !== null) all = Object.fromEntries(named());
        try {
          return stock.call(this, x, all as Data, ...more);
        } catch (e) {
          tf.dispose(made);
          throw e;
        }
      },
  );
}
