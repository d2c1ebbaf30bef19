// The cells of a model notebook that make its data set and show it.
import { code, md, type Draft } from './cells.ts';
import type { Architecture, DataId, DataSet } from './choices.ts';

/** For each data set, a description and the code that makes it. */
const TEXTS: Record<DataId, { about: string; make: string }> = {
  blobs: {
    about: 'Two round clouds of points, one for each class, cut off so that a straight line fits between them.',
    make: 'data.blobs({ n: examples, cut: 3, seed })',
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
  table: {
    about:
      'A file of comma-separated values, a row for each example. Name your own file and the column to predict: texts become columns of 0 and 1, and missing numbers are replaced by the median. Where there is no such file, the next cell writes an example: houses and their prices.',
    make: '',
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
  masks: {
    about:
      '`data.masks` draws one to three shapes on an image of 32 × 32 pixels, and says for every pixel what it belongs to: a disc, a square, a triangle, or the background.',
    make: 'data.masks({ n: examples, seed, size: 32, radius: [4, 8], classes: SHAPES })',
  },
  mnist1d: {
    about:
      'MNIST-1D (Greydanus 2020): curves of 40 numbers in ten classes. Each is made from the template of a digit, which is stretched, scaled, shifted, slanted and made noisy. Its parts come in order, so a network that reads from left to right can tell the classes apart.',
    make: 'data.mnist1d({ n: examples })',
  },
  recall: {
    about:
      'Twelve symbols, each drawn at random from eight; the class of the sequence is its first symbol. All others only distract: the network must remember one symbol for eleven steps.',
    make: 'data.sequences.recall({ n: examples, steps: 12, seed })',
  },
  story: {
    about:
      'A story that was written for DLNB, in lower case. An example is a piece of the text, and its target is the same piece one character further: at every place the network predicts the next character.',
    make: '',
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
export function dataCells({ id, kind, download }: DataSet, architecture: Architecture): Draft[] {
  const { about, make } = TEXTS[id];
  const parts = download
    ? 'One tenth of the training images is held back to monitor the training (**validation**). The test images are a separate set (**test**).'
    : id === 'mnist1d'
      ? 'Seven tenths are for learning, one tenth is for monitoring the training (**validation**), and two tenths are kept for the end (**test**).'
      : 'Eight tenths are for learning, one tenth is for monitoring the training (**validation**), and one tenth is kept for the end (**test**).';
  const intro = md(`
    ## The data

    ${about}

    ${parts}${architecture.id === 'vae' ? ' The classes of the images are not used: an image is its own target.' : ''}
  `);
  switch (kind) {
    case 'points':
      return [intro, pointSplit(make), code(POINT_PICTURE)];
    case 'table':
      return [intro, EXAMPLE_TABLE, TABLE, code('table;')];
    case 'masks':
      return [intro, maskSplit(make), MASK_PICTURE];
    case 'sequences':
      return id === 'recall' ? [intro, sequenceSplit(make), SYMBOLS_PICTURE] : [intro, curveSplit(make), CURVES];
    case 'text':
      return [intro, TEXT];
    case 'images': {
      if (architecture.id === 'vae') return [intro, download ? downloadedSelves(make) : selves(make), IMAGES];
      return [intro, download ? downloadSplit(make) : imageSplit(make), IMAGES];
    }
  }
}

const IMAGES = code('learn.take(40).tensors().xs;');

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

const sizesOf = (what: string) => `
    console.log(
      \`\${learn.size} ${what} for learning, \${validation.size} for validation, \${test.size} for the test\`,
    );`;
const sizes = `${sizesOf('images')}
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

/** Images that are their own targets. */
const selves = (make: string) =>
  code(`
    const { images: x, shape } = ${make};
    const [learn, validation, test] = data
      .dataset({ x, shape, y: x, yShape: shape })
      .split([0.8, 0.1, 0.1], { seed });${sizesOf('images')}
  `);

const downloadedSelves = (make: string) =>
  code(`
    const sets = ${make};
    const { images: x, shape } = sets.train;
    const [learn, validation] = data
      .dataset({ x, shape, y: x, yShape: shape })
      .split([0.9, 0.1], { seed });
    const { images: unseen, shape: size } = sets.test;
    const test = data.dataset({ x: unseen, shape: size, y: unseen, yShape: size });${sizesOf('images')}
  `);

const maskSplit = (make: string) =>
  code(`
    const SHAPES = ['disc', 'square', 'triangle'];
    const [learn, validation, test] = data
      .dataset(${make})
      .split([0.8, 0.1, 0.1], { seed });${sizesOf('images')}
  `);

const MASK_PICTURE = code(`
  const some = learn.take(16).tensors();
  viz.images(some.xs, { masks: some.ys, classNames: SHAPES });
`);

const sequenceSplit = (make: string) =>
  code(`
    const [learn, validation, test] = data
      .dataset(${make})
      .oneHot()
      .split([0.8, 0.1, 0.1], { seed, stratify: true });${sizesOf('sequences')}
  `);

const SYMBOLS_PICTURE = code(`
  const some = learn.take(10);
  viz.images(some.tensors().xs, {
    captions: [...some.labels].map((label) => ({ text: \`class \${label}\` })),
    title: 'A row for each step, from the top; white is the symbol',
  });
`);

const curveSplit = (make: string) =>
  code(`
    const signals = ${make};
    const [learn, validation] = data
      .dataset(signals.train)
      .oneHot()
      .split([0.875, 0.125], { seed, stratify: true });
    const test = data.dataset(signals.test).oneHot();${sizesOf('curves')}
  `);

const CURVES = code(`
  const curve = (i: number) => signals.train.points.slice(40 * i, 40 * (i + 1));
  const draw = (i: number) => viz.line(curve(i), { title: \`a \${signals.train.labels[i]}\` });
  viz.grid([[0, 1, 2].map(draw), [3, 4, 5].map(draw)]);
`);

const EXAMPLE_TABLE = code(`
  import { existsSync, writeFileSync } from 'node:fs';

  const file = './houses.csv'; // your own table
  const target = 'price'; // the column to predict

  if (!existsSync(file)) {
    const random = data.random(seed);
    const districts = ['center', 'harbor', 'hill'];
    const house = () => {
      const [area, age] = [Math.round(random.uniform(40, 240)), random.int(100)];
      const [garden, where] = [random.uniform() < 0.4, random.int(3)];
      const price = 1.8 * area + (garden ? 60 : 0) + [120, 40, 80][where] - 0.9 * age;
      const ground = 0.004 * area * [90, 20, 40][where];
      const sold = Math.round(price + ground + random.normal(0, 25));
      return [area, age, garden ? 'yes' : 'no', districts[where], sold].join(',');
    };
    const rows = Array.from({ length: examples }, house);
    writeFileSync(file, ['area,age,garden,district,price', ...rows].join('\\n'));
  }
`);

const TABLE = code(`
  const raw = (await data.csv(file)).take(examples);
  const texts = raw.names.filter((name) => name !== target && raw.types[name] === 'text');
  const numbers = raw.names.filter((name) => raw.types[name] === 'number');
  const filled = numbers.reduce((table, name) => table.fillMissing(name, 'median'), raw);
  const table = texts.reduce((some, name) => some.oneHot(name), filled);

  // Inputs and the target in standard units: mean 0 and deviation 1 over the rows for learning
  const [rows, ...others] = table.dataset({ y: target }).split([0.8, 0.1, 0.1], { seed });
  const { mean, variance } = tf.moments(rows.tensors().ys);
  const [middle, deviation] = [mean.dataSync()[0], Math.sqrt(variance.dataSync()[0])];
  const [learn, validation, test] = [rows, ...others].map((set) =>
    set
      .standardize(rows)
      .map(({ x, y }) => ({ x, y: y.map((v) => (v - middle) / deviation) })),
  );
  console.log(
    \`\${learn.size} rows for learning, \${validation.size} for validation, \${test.size} for the test\`,
  );
`);

const TEXT = code(`
  const length = 40; // characters of an example
  // Your own text: import { readFileSync } from 'node:fs', and here
  // data.text({ from: readFileSync('./my-text.txt', 'utf8') })
  const story = data.text({ lowerCase: true });

  /** Pieces of a part of the text, evenly spread, with the same one character further as targets. */
  const pieces = (from: number, to: number, n: number) => {
    const first = from * story.tokens.length;
    const last = to * story.tokens.length - length - 1;
    const at = (i: number) => Math.floor(first + ((last - first) * i) / n);
    const starts = Array.from({ length: n }, (_, i) => at(i));
    const cut = (by: number) =>
      starts.flatMap((start) => [...story.tokens.slice(start + by, start + by + length)]);
    return data.dataset({ x: cut(0), shape: [n, length], y: cut(1), yShape: [n, length] });
  };
  const learn = pieces(0, 0.8, Math.ceil(0.8 * examples));
  const validation = pieces(0.8, 0.9, Math.ceil(0.1 * examples));
  const test = pieces(0.9, 1, Math.ceil(0.1 * examples));
  console.log(\`\${story.tokens.length} characters, \${story.symbols.length} different ones\`);
  console.log(story.text.slice(0, 200));
`);
