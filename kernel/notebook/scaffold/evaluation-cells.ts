// The cells of a model notebook after the training: they test the network, show what it has learned, and save it.
import type { Architecture, DataSet } from './choices.ts';
import { code, md, type Draft } from './cells.ts';

/**
 * Checks that the accuracy on `test` reaches `goal`, and shows the predictions. Defines `held`, the test set as
 * tensors.
 */
export const testCells = ({ kind }: DataSet): Draft[] => (kind === 'points' ? pointTest : imageTest);

const pointTest: Draft[] = [
  md(`
    ## The test

    How many of the points that the network has not seen does it classify correctly?
  `),
  code(`
    const held = test.tensors();
    const answers = model.predict(held.xs);
    const right = answers.greater(0.5).toFloat().equal(held.ys).mean();
    const [accuracy] = await right.data();
    console.log(\`\${(100 * accuracy).toFixed(1)} % of \${test.size} points are right\`);
    check(accuracy >= goal, 'the network has learned: the test reaches the goal');
  `),
  md('What does the network predict everywhere else? On the **decision boundary** it is undecided.'),
  code(`
    viz.decisionBoundary((p) => model.predict(p), points.points, points.labels, {
      title: 'Predictions of the network',
      height: 460,
    });
  `),
];

const imageTest: Draft[] = [
  md(`
    ## The test

    How many of the images that the network has not seen does it recognize? In the **confusion matrix**, rows are the actual classes and columns the predicted ones; everything off the diagonal is a mistake.
  `),
  code(`
    const held = test.tensors();
    const probabilities = model.predict(held.xs, { batchSize: 100 });
    const matrix = viz.confusionMatrix(test.labels, probabilities, {
      classNames: test.classNames,
      height: 520,
    });
    console.log(\`\${(100 * matrix.accuracy).toFixed(1)} % of \${test.size} images are right\`);
    check(matrix.accuracy >= goal, 'the network has learned: the test reaches the goal');
    matrix;
  `),
];

/**
 * Shows what is inside the network: weights as images, filters, feature maps. Nothing for points, whose boundary shows
 * it all.
 */
export function insideCells({ id }: Architecture, { kind }: DataSet): Draft[] {
  if (kind === 'points') return [];
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
    default:
      return [
        md(`
          ## What it looks for

          The **filters** of the convolutions. Click one to see it on an image, place by place.
        `),
        code('viz.filters(model, { x: held.xs.slice(0, 1) });'),
        ...featureMaps(id === 'resnet20'),
      ];
  }
}

/** @param residual show only the first block: the maps of seventy layers are too much for an output */
function featureMaps(residual: boolean): Draft[] {
  const about = 'The **feature map** of a filter shows where in the image the filter found its pattern.';
  return [
    md(`
      ## What it sees

      ${about} ${residual ? 'These are the maps up to the end of the first block: the results of its two convolutions, and the sum with the shortcut.' : 'Deeper layers have coarser maps.'}
    `),
    residual
      ? code(`
          const firstBlock = tf.model({
            inputs: model.inputs,
            outputs: model.getLayer('block1_1_relu2').output,
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
 * Saves the model beside the notebook and loads it again.
 * @param folder name of the folder to save into
 */
export const saveCells = (folder: string): Draft[] => [
  md(`
    ## Keep it

    The model becomes two files, \`model.json\` and \`weights.bin\`, in the folder \`${folder}\` beside this notebook. \`tf.loadLayersModel\` loads them, here and in a web page.
  `),
  code(`
    const folder = 'file://./${folder}';
    await model.save(folder);
    const loaded = await tf.loadLayersModel(\`\${folder}/model.json\`);

    const some = held.xs.slice(0, 10);
    check.close(
      loaded.predict(some),
      model.predict(some),
      'the saved model makes the same predictions',
    );
    check.summary();
  `),
];
