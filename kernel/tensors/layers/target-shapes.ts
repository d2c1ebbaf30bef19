// Losses whose targets have another shape than the model's output, such as likelihoods, of which the output has the
// parameters: a loss says which targets it takes.
import * as tfl from '@tensorflow/tfjs-layers';
import { replaceMethod } from './extend.ts';
import type { LossOrMetric, Model } from './types.ts';

type Shape = (number | null)[];
/** A loss that says which targets an output takes; null for those that it checks itself. */
type ShapedLoss = LossOrMetric & { targetShape?: (output: Shape) => Shape | null };

/** Makes models check targets against what their losses take, instead of the shapes of their outputs. */
export function checkTargetShapes(): void {
  replaceMethod<Model, 'standardizeUserDataXY'>(
    tfl.LayersModel as never,
    'standardizeUserDataXY',
    (stock) =>
      function (this: Model, ...args) {
        const outputs = this.feedOutputShapes;
        // Before `compile` there are none, which the method says itself
        if (!outputs?.some((_, i) => typeof (this.lossFunctions?.[i] as ShapedLoss | null)?.targetShape === 'function'))
          return stock.call(this, ...args);
        this.feedOutputShapes = outputs.map((shape, i) => {
          const loss = this.lossFunctions[i] as ShapedLoss | null | undefined;
          // tfjs-layers does not check a target whose shape is null
          return loss?.targetShape ? (loss.targetShape(shape) as Shape) : shape;
        });
        try {
          return stock.call(this, ...args);
        } finally {
          this.feedOutputShapes = outputs;
        }
      },
  );
}
