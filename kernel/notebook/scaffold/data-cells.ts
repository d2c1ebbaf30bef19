// The cells of a model notebook that make its data set and show it.
import type { DataId, DataSet } from './choices.ts';
import { code, md, type Draft } from './cells.ts';

/** For each data set, a description and the code that makes it. */
const TEXTS: Record<DataId, { about: string; make: string }> = {
  blobs: {
    about: 'Two round clouds of points, one for each class, far enough apart for a straight line between them.',
    make: 'data.blobs({ n: examples, seed })',
  },
  moons: {
    about: 'Two half circles that interlock. No straight line separates them.',
    make: 'data.moons({ n: examples, seed, noise: 0.12 })',
  },
  spirals: {
    about:
      'Two arms that wind around one center. Neighboring points are often of different classes, so the boundary has to wind along with the arms.',
    make: 'data.spirals({ n: examples, seed, turns: 1.2 })',
  },
  xor: {
    about:
      'Points around four corners. The class says whether the signs of the two coordinates differ. No straight line separates the classes.',
    make: 'data.xor({ n: examples, seed })',
  },
  digits: {
    about:
      '`data.digits` draws digits stroke by stroke, in several styles, with random slant, size and pen width. An image has 28 × 28 pixels and one channel, as in MNIST.',
    make: 'data.digits({ n: examples, seed })',
  },
  shapes: {
    about:
      '`data.shapes` draws ten kinds of shapes in random colors, rotated, shifted and noisy: only the outline distinguishes the classes. An image has 32 × 32 pixels and three channels, as in CIFAR-10.',
    make: 'data.shapes({ n: examples, seed })',
  },
  mnist: {
    about:
      'MNIST: handwritten digits, 28 × 28 pixels with one channel. **Running the next cell downloads 12 MB** into the cache folder, once. `data.digits` generates digits without a download.',
    make: 'await data.mnist({ train: examples, test: Math.ceil(examples / 5) })',
  },
  cifar10: {
    about:
      'CIFAR-10: photographs in ten classes, 32 × 32 pixels with three channels. **Running the next cell downloads 170 MB** into the cache folder, once. `data.shapes` generates images without a download.',
    make: 'await data.cifar10({ train: examples, test: Math.ceil(examples / 5) })',
  },
};

/** Defines `learn`, `validation` and `test`: data sets without common examples. */
export function dataCells({ id, kind, download }: DataSet): Draft[] {
  const { about, make } = TEXTS[id];
  const parts = download
    ? 'One tenth of the training images is held back to monitor the training (**validation**). The test images are a separate set (**test**).'
    : 'Eight tenths are for learning, one tenth is for monitoring the training (**validation**), and one tenth is kept for the end (**test**).';
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
      \`\${learn.size} points for learning, \${validation.size} for validation, \${test.size} for the test\`,
    );
  `);

const POINT_PICTURE = `
  viz.scatter(learn.tensors().xs, {
    labels: learn.labels,
    xLabel: 'x₁',
    yLabel: 'x₂',
    title: 'The points for learning',
  });
`;

const sizes = `
    console.log(
      \`\${learn.size} images for learning, \${validation.size} for validation, \${test.size} for the test\`,
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
