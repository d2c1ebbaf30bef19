// Convolutional networks of model notebooks.
import { code, md, type Draft } from '../cells.ts';

/** Height and width of the images. */
type Side = 28 | 32;
/** Gray images of 28 × 28 pixels, or images in color of 32 × 32. */
const shapeOf = (side: Side) => `[${side}, ${side}, ${side === 28 ? 1 : 3}]`;
const grouped = (n: number) => n.toLocaleString('en');

export function cnn(side: Side): Draft[] {
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

export function lenet5(side: Side): Draft[] {
  const small = side === 28;
  return [
    md(String.raw`
      ## The network

      LeNet-5 by LeCun, Bottou, Bengio and Haffner (1998): two rounds of *convolution 5 × 5, tanh, average pooling*, then dense layers of 120 and 84 units. ${
        small
          ? 'The original takes digits of 32 × 32 pixels. With `same` padding in the first convolution, images of 28 × 28 pixels give the same sizes from there on.'
          : 'The original takes gray images of 32 × 32 pixels; these have three channels.'
      } Three details follow today's practice: the network ends in a softmax where the original compares with drawn templates, every filter of the second convolution sees all six maps of the first, and pooling has no weights to train. The original has 60,000 parameters.
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

/** AlexNet's layers, much narrower, for small images. */
export function alexnet(side: Side): Draft[] {
  const channels = side === 28 ? 1 : 3;
  const last = side === 28 ? 2 : 3;
  return [
    md(String.raw`
      ## The network

      AlexNet by Krizhevsky, Sutskever and Hinton (2012) won ImageNet with five convolutions and three dense layers, and made three things usual: **ReLU**, which trains several times faster than tanh; **dropout** of half of the dense units; and **augmentation**. Its windows of pooling overlap: 3 × 3 pixels, two apart. The original has 61 million parameters for images of 227 × 227 pixels (${'`nn.alexnet`'} builds it). This one has as many layers of each kind, but they are much narrower, and the first convolution is smaller, for images of ${side} × ${side}.
    `),
    code(`
      const initial = (k: number) => tf.initializers.heNormal({ seed: 10 * seed + k });
      const conv = (k: number, filters: number) =>
        tf.layers.conv2d({
          filters,
          kernelSize: k === 1 ? 5 : 3,
          padding: 'same',
          activation: 'relu',
          kernelInitializer: initial(k),
          name: \`conv\${k}\`,
        });
      const pool = (k: number) =>
        tf.layers.maxPooling2d({ poolSize: 3, strides: 2, name: \`pool\${k}\` });
      const dense = (k: number) =>
        tf.layers.dense({ units: 128, activation: 'relu', kernelInitializer: initial(k) });
      const drop = (k: number) => tf.layers.dropout({ rate: 0.5, seed: 10 * seed + k });

      const model = tf.sequential({
        layers: [
          tf.layers.inputLayer({ inputShape: learn.shape }),
          ...[conv(1, 24), pool(1), conv(2, 48), pool(2)],
          ...[conv(3, 64), conv(4, 64), conv(5, 48), pool(5), tf.layers.flatten()],
          ...[dense(6), drop(6), dense(7), drop(7)],
          tf.layers.dense({ units: 10, activation: 'softmax', kernelInitializer: initial(8) }),
        ],
      });
      const convolutions =
        (5 * 5 * ${channels} + 1) * 24 +
        (9 * 24 + 1) * 48 +
        (9 * 48 + 1) * 64 +
        (9 * 64 + 1) * 64 +
        (9 * 64 + 1) * 48;
      const denseLayers = (${last} * ${last} * 48 + 1) * 128 + (128 + 1) * 128 + (128 + 1) * 10;
      check(
        model.countParams() === convolutions + denseLayers,
        'five convolutions and three dense layers',
      );
      model;
    `),
  ];
}

/** ResNet-20 or ResNet-56. */
export function resnet(side: Side, depth: 20 | 56): Draft[] {
  const blocks = (depth - 2) / 6;
  const parameters = { 20: { 28: 272_186, 32: 272_474 }, 56: { 28: 855_482, 32: 855_770 } }[depth][side];
  const number = String(parameters).replace(/(\d{3})$/, '_$1');
  return [
    md(String.raw`
      ## The network

      A **residual block** computes $\operatorname{ReLU}(\mathbf x + F(\mathbf x))$ with two convolutions in $F$. It only has to learn the change of $\mathbf x$, and the gradient passes through the shortcut unchanged. ResNet-${depth} is a convolution, ${blocks === 3 ? 'three' : 'nine'} such blocks each with 16, 32 and 64 channels, the mean over all places, and a dense layer (He, Zhang, Ren & Sun 2015). The first blocks with 32 and with 64 channels halve height and width.
    `),
    code(`
      const model = nn.resnet({ depth: ${depth}, inputShape: ${shapeOf(side)}, classes: 10, seed });
      const { trainable, other } = nn.countParameters(model);
      console.log(\`\${trainable} parameters, and \${other} running means and variances\`);
      check(trainable === ${number}, 'ResNet-${depth} has ${grouped(parameters)} parameters');
      display(viz.graph(model));
      model;
    `),
  ];
}

/** A small DenseNet-BC: three dense blocks of three layers. */
export function densenet(side: Side): Draft[] {
  return [
    md(String.raw`
      ## The network

      In a **dense block** each layer sees the maps of all layers before it, $\mathbf x_l = H_l([\mathbf x_0, \mathbf x_1, \dots, \mathbf x_{l-1}])$, and adds $k = 12$ maps of its own, the **growth**. What was found once need not be found again, so few maps are enough (Huang, Liu, van der Maaten & Weinberger 2017). $H$ normalizes, narrows by a convolution 1 × 1 to $4k$ maps, and convolves 3 × 3. Between blocks a convolution 1 × 1 halves the number of maps, and mean pooling halves height and width.
    `),
    code(`
      const model = nn.densenet({
        depth: 22,
        growth: 12,
        inputShape: ${shapeOf(side)},
        classes: 10,
        seed,
      });
      const { trainable, other } = nn.countParameters(model);
      console.log(\`\${trainable} parameters, and \${other} running means and variances\`);
      // 2k = 24 maps at first; three layers add 3k; half is kept
      const maps = [24, 24 + 36, 30 + 36, 33 + 36];
      const last = model.layers.at(-1)!.getWeights()[0];
      check.close(last.shape, [maps[3], 10], 'the last layer sees 33 + 3 · 12 = 69 maps');
      display(viz.graph(model));
      model;
    `),
  ];
}

/** A small U-Net for four classes of pixels. */
export const unet = (): Draft[] => [
  md(String.raw`
    ## The network

    **U-Net** (Ronneberger, Fischer & Brox 2015) goes down and up again. On the way down, blocks of two convolutions and max pooling find what is on the image, ever coarser. On the way up, transposed convolutions double the size, and **skip connections** bring back the maps of the same size from the way down: what it is comes from below, where it is from the side.
  `),
  code(`
    const model = nn.unet({
      inputShape: [32, 32, 3],
      classes: SHAPES.length + 1,
      filters: 12,
      depth: 2,
      batchNorm: true,
      seed,
    });
    const { trainable } = nn.countParameters(model);
    console.log(\`\${trainable} parameters\`);
    check(String(model.outputShape) === ',32,32,4', 'four classes for each pixel');
    display(viz.graph(model));
    model;
  `),
];
