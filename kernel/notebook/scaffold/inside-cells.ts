// The cells of a model notebook that show what is inside the network.
import { code, md, type Draft } from './cells.ts';
import type { Architecture, DataSet } from './choices.ts';
import { layerOf } from './models/sequences.ts';

/**
 * Shows what is inside the network: weights as images, filters, feature maps, states, codes. Nothing for points, whose
 * boundary shows it all.
 */
export function insideCells({ id }: Architecture, data: DataSet): Draft[] {
  if (data.kind === 'points') return [];
  switch (id) {
    case 'perceptron':
      return weightImages(
        'templates',
        10,
        'The ten templates, each as an image: ink where the weight is high speaks for the digit, ink where it is low speaks against it.',
      );
    case 'mlp':
      return weightImages(
        'dense1',
        64,
        'The weights of the 64 units of the first hidden layer, each as an image: a unit is active if there is ink where its weights are high, and none where they are low.',
      );
    case 'regression':
      return influence;
    case 'vae':
      return codes(data);
    case 'rnn':
    case 'lstm':
    case 'gru':
      return states(layerOf(id), data);
    case 'charlm':
    case 'transformer':
      return continuation;
    case 'unet':
      return [...filters, ...featureMaps('the first block on the way down', 7)];
    case 'resnet20':
    case 'resnet56':
      return [
        ...filters,
        ...featureMaps(
          'the first block: the results of its two convolutions, and the sum with the shortcut',
          'block1_1_relu2',
        ),
      ];
    case 'densenet':
      return [...filters, ...featureMaps('the first layers of the first dense block', 9)];
    default:
      return [...filters, ...featureMaps()];
  }
}

const filters = [
  md(`
    ## What it looks for

    The **filters** of the convolutions. Click one to see it on an image, place by place.
  `),
  code('viz.filters(model, { x: held.xs.slice(0, 1) });'),
];

/**
 * Feature maps of all layers, or up to one: those of seventy layers are too much for an output.
 * @param what the layers that are shown
 * @param last the name or the place of the last of them
 */
function featureMaps(what?: string, last?: string | number): Draft[] {
  const about = 'The **feature map** of a filter shows where in the image the filter found its pattern.';
  const layer = typeof last === 'string' ? `model.getLayer('${last}')` : `model.layers[${last}]`;
  return [
    md(`
      ## What it sees

      ${about} ${what === undefined ? 'Deeper layers have coarser maps.' : `These are the maps of ${what}.`}
    `),
    what === undefined
      ? code('viz.featureMaps(model, held.xs.slice(0, 1));')
      : code(`
          const firstLayers = tf.model({
            inputs: model.inputs,
            outputs: ${layer}.output,
          });
          viz.featureMaps(firstLayers, held.xs.slice(0, 1), { title: 'The first layers' });
        `),
  ];
}

const weightImages = (layer: string, units: number, about: string): Draft[] => [
  md(`
    ## What it looks for

    ${about}
  `),
  code(`
    const [weights] = model.getLayer('${layer}').getWeights(); // [784, ${units}]
    weights.transpose().reshape([${units}, 28, 28]);
  `),
];

const influence: Draft[] = [
  md(`
    ## What it looks at

    How large is the mean squared error, in standard units, when the values of one column are shuffled among the rows? A column that the network does not use changes nothing.
  `),
  code(`
    const order = [...data.random(seed).permutation(test.size)];
    const columnNames = table.names.filter((column) => column !== target);
    const errorWith = (shuffled: number) => {
      const mask = tf.oneHot(tf.scalar(shuffled, 'int32'), columnNames.length);
      const column = mask.toBool().broadcastTo(held.xs.shape);
      const mixed = tf.where(column, tf.gather(held.xs, order), held.xs);
      return model.predict(mixed).sub(held.ys).square().mean().dataSync()[0];
    };
    viz.bars(
      columnNames.map((_, j) => errorWith(j)),
      { names: columnNames, horizontal: true, xLabel: 'error with this column shuffled' },
    );
  `),
];

const states = (layer: string, { id }: DataSet): Draft[] => [
  md(`
    ## What it remembers

    The state of all units, step by step, for one sequence of the test: a column for each step. ${id === 'recall' ? 'What stays the same from the first column to the last is the memory.' : 'Do the states change where the curve does?'}
  `),
  code(`
    const watch = tf.sequential({
      layers: [
        ${id === 'recall' ? 'tf.layers.inputLayer({ inputShape: learn.shape })' : 'tf.layers.reshape({ inputShape: learn.shape, targetShape: [40, 1] })'},
        tf.layers.${layer}({
          units,${layer === 'simpleRNN' ? '' : "\n          recurrentActivation: 'sigmoid',"}
          returnSequences: true,
          name: 'watched',
        }),
      ],
    });
    watch.getLayer('watched').setWeights(model.getLayer('memory').getWeights());
    viz.heatmap(watch.predict(held.xs.slice(0, 1)).squeeze([0]).transpose(), {
      xLabel: 'step',
      yLabel: 'unit',
      valueLabel: 'state',
      equal: false,
    });
  `),
];

const continuation: Draft[] = [
  md(`
    ## What it writes

    A text is written character by character: the probabilities of the next one, a draw from them, and again. The **temperature** divides the logarithms of the probabilities: near 0 the most probable character always comes, above 1 all become alike.
  `),
  code(`
    const random = data.random(seed);
    /** Draws the number of a character by its probability, at a temperature. */
    const draw = (p: Float32Array, temperature: number) => {
      const weights = p.map((v) => v ** (1 / temperature));
      const total = weights.reduce((sum, v) => sum + v, 0);
      let left = random.uniform(0, total);
      const found = weights.findIndex((v) => (left -= v) < 0);
      return Math.max(0, found);
    };
    const write = async (start: string, characters: number, temperature: number) => {
      const tokens = [...story.encode(start)];
      for (let i = 0; i < characters; i++) {
        const context = tokens.slice(-length);
        const at = context.length - 1;
        // Behind the context stand zeros, which it does not see
        const zeros = Array<number>(length - context.length).fill(0);
        const p = tf.tidy(() => {
          const all = model.predict(tf.tensor2d([...context, ...zeros], [1, length]));
          return all.slice([0, at, 0], [1, 1, vocabulary]).flatten();
        });
        tokens.push(draw(Float32Array.from(await p.data()), temperature));
        p.dispose();
      }
      return story.decode(tokens);
    };
    for (const temperature of [0.3, 0.7, 1]) {
      const written = await write(story.text.slice(0, 20), 120, temperature);
      console.log(\`temperature \${temperature}: \${written}\`);
    }
  `),
];

/** Codes of images in the plane, and the image of each point of it. */
const codes = ({ id }: DataSet): Draft[] => [
  md(`
    ## The plane of codes

    Where the encoder puts unseen images: those of one digit lie together, though no label was ever shown.
  `),
  code(`
    ${id === 'mnist' ? 'const more = sets.test;' : 'const more = data.digits({ n: 500, seed: seed + 1 });'}
    const places = encoder.predict(tf.tensor(more.images, more.shape), { batchSize: 100 });
    viz.scatter(places, { labels: more.labels, xLabel: 'z₁', yLabel: 'z₂', equal: true });
  `),
  md('And back: move the point, and see the image that the decoder draws for it.'),
  code(`
    explore({ z1: [-2.5, 2.5], z2: [-2.5, 2.5] }, ({ z1, z2 }) =>
      viz.images(decoder.predict(tf.tensor2d([[z1, z2]])), { size: 220 }),
    );
  `),
];
