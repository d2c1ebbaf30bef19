// The cells of a model notebook that make its data set and look at it.
import type { DataId, DataSet } from './choices.ts';
import { code, md, type Draft } from './cells.ts';

/** What the data sets are, for the reader, and how they are made. */
const TEXTS: Record<DataId, { about: string; make: string }> = {
  blobs: {
    about: 'Two round clouds of points, one for each class, far enough apart for a straight line between them.',
    make: 'data.blobs({ n: examples, seed })',
  },
  moons: {
    about: 'Two half circles that reach into one another. No straight line separates them.',
    make: 'data.moons({ n: examples, seed, noise: 0.12 })',
  },
  spirals: {
    about:
      'Two arms that wind about one centre. What is near in the plane is often of the other class, so the boundary has to wind along.',
    make: 'data.spirals({ n: examples, seed, turns: 1.2 })',
  },
  xor: {
    about:
      'Points about four corners; the class says whether the signs of the two coordinates differ. No straight line separates the classes.',
    make: 'data.xor({ n: examples, seed })',
  },
  digits: {
    about:
      '`data.digits` draws digits stroke by stroke: several styles for each, with slant, size and pen of their own. An image is 28 × 28 pixels with one channel, as in MNIST.',
    make: 'data.digits({ n: examples, seed })',
  },
  shapes: {
    about:
      '`data.shapes` draws ten kinds of shapes in two random colours each, turned, moved and noisy: only the outline tells the classes apart. An image is 32 × 32 pixels with three channels, as in CIFAR-10.',
    make: 'data.shapes({ n: examples, seed })',
  },
  mnist: {
    about:
      'MNIST: handwritten digits, 28 × 28 pixels with one channel. **Running the next cell downloads 12 MB** into the cache folder, once. `data.digits` draws digits of its own instead.',
    make: 'await data.mnist({ train: examples, test: Math.ceil(examples / 5) })',
  },
  cifar10: {
    about:
      'CIFAR-10: photographs in ten classes, 32 × 32 pixels with three channels. **Running the next cell downloads 170 MB** into the cache folder, once. `data.shapes` draws images of its own instead.',
    make: 'await data.cifar10({ train: examples, test: Math.ceil(examples / 5) })',
  },
};

/** Leaves `learn`, `validation` and `test` behind: data sets that share no example. */
export function dataCells({ id, kind, download }: DataSet): Draft[] {
  const { about, make } = TEXTS[id];
  const parts = download
    ? 'One tenth of the training images is held back to watch the training (**validation**); the test images come in a file of their own.'
    : 'Eight tenths are to learn from, one tenth to watch the training (**validation**), and one tenth is kept for the end (**test**).';
  const intro = md(`
    ## The data

    ${about}

    ${parts}
  `);
  if (kind === 'points') return [intro, pointSplit(make), code(POINT_PICTURE)];
  return [intro, download ? downloadSplit(make) : imageSplit(make), code('learn.take(40).tensors().xs;')];
}

const pointSplit = (make: string) =>
  code(`
    const points = ${make};
    const [learn, validation, test] = data
      .dataset(points)
      .split([0.8, 0.1, 0.1], { seed, stratify: true });
    console.log(
      \`\${learn.size} points to learn from, \${validation.size} to watch, \${test.size} to test\`,
    );
  `);

const POINT_PICTURE = `
  viz.scatter(learn.tensors().xs, {
    labels: learn.labels,
    xLabel: 'x₁',
    yLabel: 'x₂',
    title: 'The points to learn from',
  });
`;

const sizes = `
    console.log(
      \`\${learn.size} images to learn from, \${validation.size} to watch, \${test.size} to test\`,
    );
    console.log(\`classes: \${learn.classNames.join(', ')}\`);`;

const imageSplit = (make: string) =>
  code(`
    const [learn, validation, test] = data
      .dataset(${make})
      .oneHot()
      .split([0.8, 0.1, 0.1], { seed, stratify: true });${sizes}
  `);

const downloadSplit = (make: string) =>
  code(`
    const sets = ${make};
    const [learn, validation] = data
      .dataset(sets.train)
      .oneHot()
      .split([0.9, 0.1], { seed, stratify: true });
    const test = data.dataset(sets.test).oneHot();${sizes}
  `);
