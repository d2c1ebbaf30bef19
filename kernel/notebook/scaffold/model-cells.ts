// The cells of a model notebook that build the network and check its number of parameters.
import type { Architecture, DataSet } from './choices.ts';
import { code, md, type Draft } from './cells.ts';

/** Defines `model`, not compiled yet. */
export function modelCells({ id }: Architecture, data: DataSet): Draft[] {
  const side = data.id === 'shapes' || data.id === 'cifar10' ? 32 : 28;
  switch (id) {
    case 'perceptron':
      return perceptron(data);
    case 'mlp':
      return mlp(data);
    case 'cnn':
      return cnn(side);
    case 'lenet5':
      return lenet5(side);
    case 'resnet20':
      return resnet20(side);
  }
}

function perceptron({ kind }: DataSet): Draft[] {
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

function mlp({ kind }: DataSet): Draft[] {
  const points = kind === 'points';
  return [
    md(String.raw`
      ## The network

      Two hidden layers of ${points ? '32 and 32' : '64 and 32'} units. Each unit has a weight for every value of the previous layer, and its negative outputs become zero (**ReLU**). So the network is made of linear pieces, and its boundary bends where they meet. ${points ? 'The last unit gives the probability of class 1.' : 'The last layer gives ten probabilities that add up to 1.'}
    `),
    points ? mlpOfPoints : mlpOfImages,
  ];
}

const mlpOfPoints = code(`
  const dense = (units: number, activation: 'relu' | 'sigmoid', k: number) =>
    tf.layers.dense({
      units,
      activation,
      kernelInitializer: tf.initializers.heNormal({ seed: 10 * seed + k }),
      name: \`dense\${k}\`,
    });
  const model = tf.sequential({
    layers: [
      tf.layers.inputLayer({ inputShape: learn.shape }),
      dense(32, 'relu', 1),
      dense(32, 'relu', 2),
      dense(1, 'sigmoid', 3),
    ],
  });
  check(
    model.countParams() === (2 + 1) * 32 + (32 + 1) * 32 + (32 + 1),
    'each unit has a weight for every input, and a bias',
  );
  model;
`);

const mlpOfImages = code(`
  const dense = (units: number, activation: 'relu' | 'softmax', k: number) =>
    tf.layers.dense({
      units,
      activation,
      kernelInitializer: tf.initializers.heNormal({ seed: 10 * seed + k }),
      name: \`dense\${k}\`,
    });
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: learn.shape }),
      dense(64, 'relu', 1),
      dense(32, 'relu', 2),
      dense(10, 'softmax', 3),
    ],
  });
  check(
    model.countParams() === (784 + 1) * 64 + (64 + 1) * 32 + (32 + 1) * 10,
    'each unit has a weight for every input, and a bias',
  );
  model;
`);

function cnn(side: 28 | 32): Draft[] {
  const channels = side === 28 ? 1 : 3;
  const last = side === 28 ? 5 : 6;
  return [
    md(String.raw`
      ## The network

      Two rounds of *convolution, ReLU, max-pooling*. A convolution slides its filters over the image: a few weights, the same at every place. Pooling keeps the largest of four neighboring values, which halves width and height. The dense layer computes the classes from the result.
    `),
    code(`
      const initial = (k: number) => tf.initializers.heNormal({ seed: 10 * seed + k });
      const model = tf.sequential({
        layers: [
          tf.layers.conv2d({
            inputShape: learn.shape,
            filters: 16,
            kernelSize: 3,
            activation: 'relu',
            kernelInitializer: initial(1),
            name: 'conv1',
          }),
          tf.layers.maxPooling2d({ poolSize: 2, name: 'pool1' }),
          tf.layers.conv2d({
            filters: 32,
            kernelSize: 3,
            activation: 'relu',
            kernelInitializer: initial(2),
            name: 'conv2',
          }),
          tf.layers.maxPooling2d({ poolSize: 2, name: 'pool2' }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: initial(3) }),
        ],
      });
      const parameters = {
        conv1: (3 * 3 * ${channels} + 1) * 16,
        conv2: (3 * 3 * 16 + 1) * 32,
        dense: (${last} * ${last} * 32 + 1) * 10,
      };
      check(
        model.countParams() === parameters.conv1 + parameters.conv2 + parameters.dense,
        'a filter has one weight for each number that it sees, and a bias',
      );
      model;
    `),
  ];
}

function lenet5(side: 28 | 32): Draft[] {
  const small = side === 28;
  return [
    md(String.raw`
      ## The network

      LeNet-5 by LeCun, Bottou, Bengio and Haffner (1998): two rounds of *convolution 5 × 5, tanh, average pooling*, then dense layers of 120 and 84 units. ${
        small
          ? 'The original takes digits of 32 × 32 pixels. With `same` padding in the first convolution, images of 28 × 28 pixels give the same sizes from there on.'
          : 'The original takes gray images of 32 × 32 pixels; these have three channels.'
      } Two details follow today's practice: the network ends in a softmax instead of a comparison with drawn templates, and every filter of the second convolution sees all six maps of the first.
    `),
    code(`
      const initial = (k: number) => tf.initializers.glorotUniform({ seed: 10 * seed + k });
      const model = tf.sequential({
        layers: [
          tf.layers.conv2d({
            inputShape: learn.shape,
            filters: 6,
            kernelSize: 5,${small ? "\n            padding: 'same'," : ''}
            activation: 'tanh',
            kernelInitializer: initial(1),
            name: 'conv1',
          }),
          tf.layers.averagePooling2d({ poolSize: 2, name: 'pool1' }),
          tf.layers.conv2d({
            filters: 16,
            kernelSize: 5,
            activation: 'tanh',
            kernelInitializer: initial(2),
            name: 'conv2',
          }),
          tf.layers.averagePooling2d({ poolSize: 2, name: 'pool2' }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 120, activation: 'tanh', kernelInitializer: initial(3) }),
          tf.layers.dense({ units: 84, activation: 'tanh', kernelInitializer: initial(4) }),
          tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: initial(5) }),
        ],
      });
      check(model.countParams() === ${small ? '61_706' : '62_006'}, 'LeNet-5 has ${small ? '61,706' : '62,006'} parameters');
      model;
    `),
  ];
}

function resnet20(side: 28 | 32): Draft[] {
  const small = side === 28;
  const shape = [side, side, small ? 1 : 3];
  return [
    md(String.raw`
      ## The network

      A **residual block** computes $\operatorname{ReLU}(\mathbf x + F(\mathbf x))$ with two convolutions in $F$. It only has to learn the change of $\mathbf x$, and the gradient passes through the shortcut unchanged. ResNet-20 is a convolution, three such blocks each with 16, 32 and 64 channels, the mean over all places, and a dense layer (He, Zhang, Ren & Sun 2015). The first blocks with 32 and with 64 channels halve height and width.
    `),
    code(`
      const model = nn.resnet({ depth: 20, inputShape: [${shape.join(', ')}], classes: 10, seed });
      const { trainable, other } = nn.countParameters(model);
      console.log(\`\${trainable} parameters, and \${other} running means and variances\`);
      check(trainable === ${small ? '272_186' : '272_474'}, 'ResNet-20 has ${small ? '272,186' : '272,474'} parameters');
      display(viz.graph(model));
      model;
    `),
  ];
}
