// Dense networks of model notebooks: the perceptron, the multi-layer perceptron, and the regression of a table.
import type { DataSet } from '../choices.ts';
import { code, md, type Draft } from '../cells.ts';

export function perceptron({ kind }: DataSet): Draft[] {
  if (kind === 'points')
    return [
      md(String.raw`
        ## The network

        A single unit: it multiplies the two coordinates by weights and adds a bias. The sigmoid turns the sum into the probability of class 1,

        $$p = \sigma(w_1 x_1 + w_2 x_2 + b).$$

        Both classes are equally likely, $p = \tfrac12$, on a straight line. Rosenblatt's perceptron of 1958 has a step instead of the sigmoid; gradient descent needs the slope of the sigmoid.
      `),
      code(`
        const model = tf.sequential({
          layers: [
            tf.layers.dense({
              inputShape: learn.shape,
              units: 1,
              activation: 'sigmoid',
              kernelInitializer: tf.initializers.glorotUniform({ seed }),
              name: 'unit',
            }),
          ],
        });
        check(model.countParams() === 3, 'two weights and a bias');
        model;
      `),
    ];
  return [
    md(String.raw`
      ## The network

      One layer of ten units, one for each digit. A unit has a weight for each of the 784 pixels: the weights are a template of its digit. Softmax turns the ten weighted sums into probabilities that add up to 1.
    `),
    code(`
      const model = tf.sequential({
        layers: [
          tf.layers.flatten({ inputShape: learn.shape }),
          tf.layers.dense({
            units: 10,
            activation: 'softmax',
            kernelInitializer: tf.initializers.glorotUniform({ seed }),
            name: 'templates',
          }),
        ],
      });
      check(model.countParams() === (784 + 1) * 10, 'ten templates of 784 weights and a bias');
      model;
    `),
  ];
}

export function mlp({ kind }: DataSet): Draft[] {
  const points = kind === 'points';
  return [
    md(String.raw`
      ## The network

      Two hidden layers of ${points ? '32 and 32' : '64 and 32'} units. Each unit has a weight for every value of the previous layer, and its negative outputs become zero (**ReLU**). So the network is made of linear pieces, and its boundary bends where they meet. ${points ? 'The last unit gives the probability of class 1.' : 'The last layer gives ten probabilities that add up to 1.'}
    `),
    points ? mlpCell('inputLayer', 2, 32, 1, 'sigmoid') : mlpCell('flatten', 784, 64, 10, 'softmax'),
  ];
}

/** @param inputs the number of values of an example */
const mlpCell = (first: string, inputs: number, hidden: number, outputs: number, activation: 'sigmoid' | 'softmax') =>
  code(`
    const dense = (units: number, activation: 'relu' | '${activation}', k: number) =>
      tf.layers.dense({
        units,
        activation,
        kernelInitializer: tf.initializers.heNormal({ seed: 10 * seed + k }),
        name: \`dense\${k}\`,
      });
    const model = tf.sequential({
      layers: [
        tf.layers.${first}({ inputShape: learn.shape }),
        dense(${hidden}, 'relu', 1),
        dense(32, 'relu', 2),
        dense(${outputs}, '${activation}', 3),
      ],
    });
    check(
      model.countParams() === (${inputs} + 1) * ${hidden} + (${hidden} + 1) * 32 + (32 + 1)${outputs === 1 ? '' : ` * ${outputs}`},
      'each unit has a weight for every input, and a bias',
    );
    model;
  `);

/** Two hidden layers and one output without a bound. */
export const regression = (): Draft[] => [
  md(String.raw`
    ## The network

    Two hidden layers of 64 and 32 units with ReLU, and one output that can be any number. It predicts the target in standard units: how many standard deviations it lies above the mean.
  `),
  code(`
    const dense = (units: number, activation: 'relu' | 'linear', k: number) =>
      tf.layers.dense({
        units,
        activation,
        kernelInitializer: tf.initializers.heNormal({ seed: 10 * seed + k }),
        name: \`dense\${k}\`,
      });
    const columns = learn.shape[0];
    const model = tf.sequential({
      layers: [
        tf.layers.inputLayer({ inputShape: learn.shape }),
        dense(64, 'relu', 1),
        dense(32, 'relu', 2),
        dense(1, 'linear', 3),
      ],
    });
    check(
      model.countParams() === (columns + 1) * 64 + (64 + 1) * 32 + (32 + 1),
      'each unit has a weight for every input, and a bias',
    );
    model;
  `),
];
