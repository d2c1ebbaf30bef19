// The cells of a model notebook that test the network, and show its mistakes.
import { code, md, type Draft } from './cells.ts';
import type { Architecture, DataSet } from './choices.ts';

/**
 * Checks that the test reaches `goal`, and shows the predictions and the mistakes. Defines `held`, the test set as
 * tensors.
 */
export function testCells({ id }: Architecture, data: DataSet): Draft[] {
  if (id === 'vae') return reconstructionTest;
  switch (data.kind) {
    case 'points':
      return pointTest;
    case 'table':
      return tableTest;
    case 'masks':
      return maskTest;
    case 'text':
      return textTest;
    case 'sequences':
      return [...classTest('sequences'), ...(data.id === 'recall' ? pictureMistakes('said') : curveMistakes)];
    case 'images':
      return [...classTest('images'), ...pictureMistakes('taken for')];
  }
}

const pointTest: Draft[] = [
  md(`
    ## The test

    How many of the unseen points does it get right? The number after ± makes an interval around the share: if the test were repeated with other points, about nineteen of twenty such intervals would hold the share of all possible points that it gets right.
  `),
  code(`
    const held = test.tensors();
    const answers = model.predict(held.xs);
    const right = answers.greater(0.5).toFloat().equal(held.ys).mean();
    const [accuracy] = await right.data();
    const error = 1.96 * Math.sqrt((accuracy * (1 - accuracy)) / test.size);
    console.log(
      \`\${(100 * accuracy).toFixed(1)} % of \${test.size} points are right, ± \${(100 * error).toFixed(1)} %\`,
    );
    check(accuracy >= goal, 'the network has learned: the test reaches the goal');
  `),
  md(
    'What does the network predict everywhere else? On the **decision boundary** it is undecided. Points on the wrong side of it are its mistakes.',
  ),
  code(`
    viz.decisionBoundary((p) => model.predict(p), points.points, points.labels, {
      title: 'Predictions of the network',
      height: 460,
    });
  `),
];

const classTest = (what: 'images' | 'sequences'): Draft[] => [
  md(`
    ## The test

    How many of the unseen ${what} does it get right? The number after ± makes an interval around the share: if the test were repeated with other ${what}, about nineteen of twenty such intervals would hold the share of all possible ${what} that it gets right. In the **confusion matrix**, rows are the actual classes and columns the predicted ones; everything off the diagonal is a mistake.
  `),
  code(`
    const held = test.tensors();
    const probabilities = model.predict(held.xs, { batchSize: 100 });
    const matrix = viz.confusionMatrix(test.labels, probabilities, {
      classNames: test.classNames,
      height: 520,
    });
    const error = 1.96 * Math.sqrt((matrix.accuracy * (1 - matrix.accuracy)) / test.size);
    console.log(
      \`\${(100 * matrix.accuracy).toFixed(1)} % of \${test.size} ${what} are right, ± \${(100 * error).toFixed(1)} %\`,
    );
    check(matrix.accuracy >= goal, 'the network has learned: the test reaches the goal');
    matrix;
  `),
];

/** Defines `wrong`, the places of the first mistakes, and `said`, the predicted classes. */
const FIND_MISTAKES = `
    const said = await probabilities.argMax(1).data();
    const wrong = [...test.labels.keys()]
      .filter((i) => said[i] !== test.labels[i])
      .slice(0, 20);
    const name = (label: number) => test.classNames[label];`;

const mistakes = md(`
  ## The mistakes

  What did it get wrong, and what did it take it for? Would you have been right?
`);

/** @param took how a caption says what the network took an example for */
const pictureMistakes = (took: string): Draft[] => [
  mistakes,
  code(`
    ${FIND_MISTAKES.trim()}
    const captions = wrong.map((i) => ({
      text: \`\${name(test.labels[i])}, ${took} \${name(said[i])}\`,
      right: false,
    }));
    wrong.length === 0 ? 'none' : viz.images(tf.gather(held.xs, wrong), { captions });
  `),
];

const curveMistakes: Draft[] = [
  mistakes,
  code(`
    ${FIND_MISTAKES.trim()}
    const mistake = (i: number) =>
      viz.line(held.xs.slice([i, 0], [1, 40]).flatten(), {
        title: \`\${name(test.labels[i])}, taken for \${name(said[i])}\`,
      });
    const rows = [wrong.slice(0, 3), wrong.slice(3, 6)].filter((row) => row.length > 0);
    rows.length === 0 ? 'none' : viz.grid(rows.map((row) => row.map(mistake)));
  `),
];

const tableTest: Draft[] = [
  md(String.raw`
    ## The test

    How near to the truth are the predictions of unseen rows? With targets $y$, predictions $\hat y$ and the mean $\bar y$ of the targets, $R^2 = 1 - \sum (y - \hat y)^2 / \sum (y - \bar y)^2$ is 1 if all are right, and 0 if every prediction is the mean. Points on the diagonal are right.
  `),
  code(`
    const held = test.tensors();
    const inUnits = (standard: tf.Tensor) => standard.mul(deviation).add(middle).flatten();
    const predicted = [...(await inUnits(model.predict(held.xs)).data())];
    const actual = [...(await inUnits(held.ys).data())];
    const off = actual.map((y, i) => predicted[i] - y);
    const mean0 = actual.reduce((sum, y) => sum + y, 0) / actual.length;
    const squares = (values: number[]) => values.reduce((sum, v) => sum + v * v, 0);
    const r2 = 1 - squares(off) / squares(actual.map((y) => y - mean0));
    const typical = Math.sqrt(squares(off) / off.length);
    console.log(
      \`R² = \${r2.toFixed(3)}; off by \${typical.toFixed(1)} (root of the mean square)\`,
    );
    check(r2 >= goal, 'the network has learned: the test reaches the goal');
    viz.scatter(
      actual.map((y, i) => [y, predicted[i]]),
      { equal: true, xLabel: \`\${target}\`, yLabel: 'prediction', title: 'Unseen rows' },
    );
  `),
  md(`
    ## The mistakes

    The ten rows that it got most wrong: the inputs in standard units, then the target and the prediction. What have they in common?
  `),
  code(`
    const names = table.names.filter((column) => column !== target);
    const worst = [...off.keys()]
      .sort((i, j) => Math.abs(off[j]) - Math.abs(off[i]))
      .slice(0, 10);
    const inputs = tf.gather(held.xs, worst).arraySync();
    display(
      worst.map((row, k) => ({
        ...Object.fromEntries(
          names.map((column, j) => [column, Number([inputs[k]].flat(3)[j].toFixed(2))]),
        ),
        [target]: Math.round(actual[row]),
        prediction: Math.round(predicted[row]),
      })),
    );
  `),
];

const maskTest: Draft[] = [
  md(`
    ## The test

    How well do the predicted masks of unseen images cover the actual ones? For each class, **intersection over union** is the number of pixels that both masks have, divided by the number that at least one of them has; the mean is over the classes, background included.
  `),
  code(`
    const held = test.tensors();
    const probabilities = model.predict(held.xs, { batchSize: 20 });
    const overlap = metrics.iou();
    overlap.update(held.ys, probabilities);
    const [iou] = await overlap.result().data();
    console.log(\`intersection over union \${iou.toFixed(3)} on \${test.size} images\`);
    check(iou >= goal, 'the network has learned: the test reaches the goal');
    const said = probabilities.argMax(-1); // [n, 32, 32]
    const shown = Math.min(12, test.size);
    const pictures = held.xs.slice(0, shown);
    viz.images(pictures, { masks: said.slice(0, shown), classNames: SHAPES });
  `),
  md(`
    ## The mistakes

    The pixels that it got wrong. Do they lie at the borders, or is a whole shape taken for another?
  `),
  code(`
    const missed = said.notEqual(held.ys.squeeze([3])).toInt();
    viz.images(pictures, { masks: missed.slice(0, shown), classNames: ['wrong'] });
  `),
];

const textTest: Draft[] = [
  md(`
    ## The test

    How well does it predict a part of the text that it has never seen? In the story, one who always says the most frequent character, the space, is right about once in six.
  `),
  code(`
    const held = test.tensors();
    const probabilities = model.predict(held.xs, { batchSize: 20 }); // [n, length, vocabulary]
    const right = probabilities.argMax(-1).equal(held.ys.toInt()).toFloat().mean();
    const [accuracy] = await right.data();
    const hesitation = metrics.perplexity({ fromLogits: false });
    hesitation.update(held.ys, probabilities);
    const [perplexity] = await hesitation.result().data();
    console.log(
      \`\${(100 * accuracy).toFixed(1)} % of \${test.size * length} characters are right, \` +
        \`perplexity \${perplexity.toFixed(1)} of \${vocabulary}\`,
    );
    check(accuracy >= goal, 'the network has learned: the test reaches the goal');
  `),
  md(`
    ## The mistakes

    The first unseen pieces, colored by the **surprise** at each character, $-\\log_2 p$ bits. Do the first letters of words surprise it more than the last?
  `),
  code(`
    const pieces3 = probabilities.slice([0, 0, 0], [3, length, vocabulary]);
    const truth = held.ys.slice([0, 0], [3, length]).toInt();
    const chosen = pieces3.mul(tf.oneHot(truth, vocabulary)).sum(-1).flatten();
    const surprise = chosen.log().div(-Math.LN2);
    const written = story.decode(await truth.flatten().data());
    viz.text(written, surprise, { valueLabel: 'surprise, bits' });
  `),
];

const reconstructionTest: Draft[] = [
  md(String.raw`
    ## The test

    How much of an unseen image comes back? $R^2$ is the share of the variance of its pixels that the two numbers of its code explain; an image that has the mean gray everywhere has about 0. Above are the images, below what came back. The mistakes of an autoencoder look blurred: it draws a mean of all images that have nearly the same code.
  `),
  code(`
    const held = test.tensors();
    const drawn = model.predict(held.xs, { batchSize: 100 });
    const explained = metrics.r2Score();
    explained.update(held.xs, drawn);
    const [r2] = await explained.result().data();
    console.log(\`R² = \${r2.toFixed(3)} on \${test.size} images\`);
    check(r2 >= goal, 'the network has learned: the test reaches the goal');
    const shown = Math.min(10, test.size);
    const rows = [held.xs.slice(0, shown), drawn.slice(0, shown)];
    viz.images(tf.concat(rows), { columns: shown });
  `),
];
