// The cells of a model notebook that train the network, with live curves.
import type { Architecture, DataSet, Optimizer, OptimizerId } from './choices.ts';
import { code, md, type Draft } from './cells.ts';

/**
 * For each optimizer, the code that makes it and the formula of its step, with the gradient g and the learning rate η.
 */
const TEXTS: Record<OptimizerId, { make: string; step: string }> = {
  sgd: {
    make: 'tf.train.sgd(learningRate)',
    step: String.raw`**Stochastic gradient descent** steps against the gradient of each batch, $\theta \leftarrow \theta - \eta g$.`,
  },
  momentum: {
    make: 'tf.train.momentum(learningRate, 0.9)',
    step: String.raw`**Momentum** sums up the gradients, which fade by a tenth at each step, $m \leftarrow 0.9\,m + g$ and $\theta \leftarrow \theta - \eta m$: gradients that keep their direction add up to ten times their size, gradients that alternate cancel out.`,
  },
  rmsprop: {
    make: 'tf.train.rmsprop(learningRate, 0.9)',
    step: String.raw`**RMSProp** divides each gradient by its recent size, $v \leftarrow 0.9\,v + 0.1\,g^2$ and $\theta \leftarrow \theta - \eta\,g / \sqrt v$, so that parameters with small gradients also move.`,
  },
  adam: {
    make: 'tf.train.adam(learningRate)',
    step: String.raw`**Adam** divides a mean of the gradients by their recent size, $\theta \leftarrow \theta - \eta\,\hat m / \sqrt{\hat v}$: at first steps of $\eta$ for each parameter, however large its gradient is, and smaller ones where the gradient changes its sign.`,
  },
  adamw: {
    make: 'tf.train.adamw(learningRate)',
    step: String.raw`**AdamW** takes Adam's steps and also shrinks every parameter a little, $\theta \leftarrow (1 - \eta\lambda)\,\theta - \eta\,\hat m / \sqrt{\hat v}$, with weight decay $\lambda = 0.01$.`,
  },
  lion: {
    make: 'tf.train.lion(learningRate)',
    step: String.raw`**Lion** steps by $\eta$ in the direction of the momentum's sign, $\theta \leftarrow \theta - \eta \operatorname{sign}(0.9\,m + 0.1\,g)$: all parameters move equally far, so the learning rate must be small.`,
  },
};

/** What the loss of an architecture on a kind of data is: its name for `compile`, the metric beside it, and a text. */
function lossOf({ id }: Architecture, { id: data, kind }: DataSet): { loss: string; metric?: string; about: string } {
  if (id === 'vae')
    return {
      loss: 'binaryCrossentropy',
      about:
        'The loss is the cross-entropy, summed over the pixels, plus the divergence of the codes, which the layer `latent` adds; both are divided by the number of pixels.',
    };
  switch (kind) {
    case 'points':
      return {
        loss: 'binaryCrossentropy',
        metric: "'accuracy'",
        about: String.raw`The loss is the cross-entropy $-\log p$, where $p$ is the predicted probability of the right class.`,
      };
    case 'table':
      return {
        loss: 'meanSquaredError',
        metric: 'metrics.r2Score()',
        about: String.raw`The loss is the mean squared error, in standard units: a network that always predicts the mean has a loss of 1. Beside it stands $R^2$, the share of the variance that is explained.`,
      };
    case 'masks':
      return {
        loss: 'sparseCategoricalCrossentropy',
        metric: 'metrics.iou()',
        about: String.raw`The loss is the cross-entropy $-\log p_y$ of each pixel. Most pixels are background, so the share of right pixels says little; beside the loss stands the mean **intersection over union** of the classes.`,
      };
    case 'text':
      return {
        loss: 'sparseCategoricalCrossentropy',
        metric: "'accuracy'",
        about: String.raw`The loss is the cross-entropy $-\log p_y$ of the next character; $e^{\text{loss}}$ is the **perplexity**: the network is as unsure as if it chose among that many equally likely characters.`,
      };
    default: {
      const guessing =
        data === 'recall'
          ? String.raw`eight classes costs $\log 8 \approx 2.08$`
          : String.raw`ten classes costs $\log 10 \approx 2.30$`;
      return {
        loss: 'categoricalCrossentropy',
        metric: "'accuracy'",
        about: String.raw`The loss is the cross-entropy $-\log p_y$, where $p_y$ is the predicted probability of the right class. Random guessing among ${guessing}.`,
      };
    }
  }
}

/** Trains `model` on `learn`, and monitors `validation`. */
export function trainingCells(architecture: Architecture, data: DataSet, optimizer: Optimizer): Draft[] {
  const { make, step } = TEXTS[optimizer.id];
  const what = lossOf(architecture, data);
  const residual = ['resnet20', 'resnet56', 'densenet'].includes(architecture.id);
  const flips = data.id === 'shapes' || data.id === 'cifar10';
  const recurrent = ['rnn', 'lstm', 'gru', 'charlm', 'transformer'].includes(architecture.id);
  const recipe = residual
    ? `\n\nThe usual recipe for deep networks has three more parts: images are ${flips ? 'flipped' : 'shifted by up to a pixel'} at random, gradients are clipped to norm 5, and the learning rate warms up and then follows half a cosine wave down to zero.`
    : recurrent
      ? '\n\nNow and then a gradient is very large, so gradients are clipped to norm 1.'
      : '';
  const cell = residual
    ? residualTraining(make, what.loss, flips, optimizer.label)
    : training(recurrent ? `nn.clipping(${make}, { norm: 1 })` : make, what, optimizer.label);
  return [
    md(`
      ## The training

      ${what.about} ${step}${recipe}

      The curves grow while the network learns. *Stop* ends the training and keeps what has been learned.
    `),
    cell,
  ];
}

const training = (make: string, { loss, metric }: { loss: string; metric?: string }, name: string) =>
  code(`
    model.compile({
      optimizer: ${make},
      loss: '${loss}',${metric === undefined ? '' : `\n      metrics: [${metric}],`}
    });
    const { history } = await model.fitDataset(learn.shuffle(seed).batch(batchSize), {
      epochs,
      validationData: validation.batch(100),
      callbacks: train.record('${name}').callback(),
    });
    ${validatedOf(metric)}
  `);

const validatedOf = (metric: string | undefined) =>
  metric === "'accuracy'"
    ? 'const validated = history.val_acc.at(-1)!;\n    console.log(`${(100 * validated).toFixed(1)} % right in validation`);'
    : 'console.log(`loss in validation: ${history.val_loss.at(-1)!.toFixed(4)}`);';

const residualTraining = (make: string, loss: string, flips: boolean, name: string) =>
  code(`
    model.compile({
      optimizer: nn.clipping(${make}, { norm: 5 }),
      loss: '${loss}',
      metrics: ['accuracy'],
    });
    const steps = epochs * Math.ceil(learn.size / batchSize);
    const warmup = Math.floor(steps / 20);
    const schedule = nn.cosineDecay({ rate: learningRate, steps, warmup });
    const augmented = learn.augment({ ${flips ? 'flipX: true' : 'shift: 1'}, seed });
    const { history } = await model.fitDataset(augmented.shuffle(seed).batch(batchSize), {
      epochs,
      validationData: validation.batch(100),
      callbacks: [train.record('${name}').callback(), nn.scheduleCallback(schedule)],
    });
    const validated = history.val_acc.at(-1)!;
    console.log(\`\${(100 * validated).toFixed(1)} % right in validation\`);
  `);
