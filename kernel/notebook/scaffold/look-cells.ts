// The cells of a model notebook after the training: the test, a look at what has been learned, and the model as files.
import type { Architecture, DataSet } from './choices.ts';
import { code, md, type Draft } from './cells.ts';

/** Checks that the share of right answers on `test` reaches `goal`, and draws where they are right. Leaves `held` behind, the test set. */
export const testCells = ({ kind }: DataSet): Draft[] => (kind === 'points' ? pointTest : imageTest);

const pointTest: Draft[] = [
  md(`
    ## The test

    How many of the points are on the right side that the network has not seen?
  `),
  code(`
    const held = test.tensors();
    const answers = model.predict(held.xs) as tf.Tensor;
    const right = answers.greater(0.5).toFloat().equal(held.ys).mean();
    const [accuracy] = await right.data();
    console.log(\`\${(100 * accuracy).toFixed(1)} % of \${test.size} points are right\`);
    check(accuracy >= goal, 'the network has learned: the test reaches the goal');
  `),
  md('What does it answer everywhere else? The **decision boundary** is where it is undecided.'),
  code(`
    viz.decisionBoundary((p) => model.predict(p) as tf.Tensor, points.points, points.labels, {
      title: 'What the network answers',
      height: 460,
    });
  `),
];

const imageTest: Draft[] = [
  md(`
    ## The test

    How many images does the network recognise that it has not seen? In the **confusion matrix** rows are what an image shows and columns what it was taken for; everything off the diagonal is a mistake.
  `),
  code(`
    const held = test.tensors();
    const probabilities = model.predict(held.xs, { batchSize: 100 }) as tf.Tensor2D;
    const matrix = viz.confusionMatrix(test.labels, probabilities, {
      classNames: test.classNames,
      height: 520,
    });
    console.log(\`\${(100 * matrix.accuracy).toFixed(1)} % of \${test.size} images are right\`);
    check(matrix.accuracy >= goal, 'the network has learned: the test reaches the goal');
    matrix;
  `),
];

/** Draws what is inside: weights as images, filters, feature maps. Nothing for a network of points, whose boundary says it all. */
export function insideCells({ id }: Architecture, { kind }: DataSet): Draft[] {
  if (kind === 'points') return [];
  switch (id) {
    case 'perceptron':
      return weightImages(
        'templates',
        10,
        'The ten templates, each laid out as an image: ink at a place of high weight speaks for the digit, at a place of low weight against it.',
      );
    case 'mlp':
      return weightImages(
        'dense1',
        64,
        'The weights of the 64 units of the first hidden layer, each laid out as an image: a unit answers to ink where its weights are high and none where they are low.',
      );
    default:
      return [
        md(`
          ## What it looks for

          The **filters** of the convolutions. Click one to see it laid over an image, place by place.
        `),
        code('viz.filters(model, { x: held.xs.slice(0, 1) });'),
        ...featureMaps(id === 'resnet20'),
      ];
  }
}

/** @param residual only up to the end of the first block: an output cannot hold the maps of seventy layers */
function featureMaps(residual: boolean): Draft[] {
  const about = 'Behind each filter stands its **feature map**: where in the image the filter found what it looks for.';
  return [
    md(`
      ## What it sees

      ${about} ${residual ? 'These are the maps up to the end of the first block: what its two convolutions make of the image, and the sum with the shortcut.' : 'The deeper, the coarser.'}
    `),
    residual
      ? code(`
          const firstBlock = tf.model({
            inputs: model.inputs,
            outputs: model.getLayer('block1_1_relu2').output as tf.SymbolicTensor,
          });
          viz.featureMaps(firstBlock, held.xs.slice(0, 1), { title: 'The first block' });
        `)
      : code('viz.featureMaps(model, held.xs.slice(0, 1));'),
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

/**
 * Saves the model beside the notebook and reads it again.
 * @param folder its name
 */
export const saveCells = (folder: string): Draft[] => [
  md(`
    ## Keep it

    \`model.json\` and \`weights.bin\` in the folder \`${folder}\`, beside this notebook. \`tf.loadLayersModel\` reads them again, here and in a web page.
  `),
  code(`
    const folder = 'file://./${folder}';
    await model.save(folder);
    const loaded = await tf.loadLayersModel(\`\${folder}/model.json\`);

    const some = held.xs.slice(0, 10);
    check.close(
      loaded.predict(some) as tf.Tensor,
      model.predict(some) as tf.Tensor,
      'the saved model gives the same answers',
    );
    check.summary();
  `),
];
