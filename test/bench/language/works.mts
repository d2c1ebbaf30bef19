// What the benchmark of types in cells types: notebooks of so many cells, and keys as a person types them. The same texts
// make a plain TypeScript file.

/** A cell of each kind; `k` is its number. */
const kinds = [
  (k: number) => `const x${k} = tf.randomNormal([32, ${k}]);\nconst mean${k} = x${k}.mean(0);\nmean${k}.print();`,
  (k: number) =>
    `/** Scales a tensor. */\nfunction scale${k}(t: tf.Tensor, by = ${k}) {\n  return t.mul(by).add(x${k - 1});\n}`,
  (k: number) =>
    `const model${k} = tf.sequential({ layers: [\n  tf.layers.dense({ units: ${k}, inputShape: [4], activation: 'relu' }),\n` +
    `  tf.layers.dense({ units: 1 }),\n] });\nmodel${k}.compile({ optimizer: 'adam', loss: 'meanSquaredError' });`,
  (k: number) =>
    `interface Row${k} {\n  id: number;\n  label: string;\n}\n` +
    `const rows${k}: Row${k}[] = Array.from({ length: ${k} }, (_, id) => ({ id, label: \`row \${id}\` }));`,
  (k: number) =>
    `const values${k} = await scale${k - 3}(x${k - 4}).data();\nviz.line(values${k}, { title: rows${k - 1}[0]!.label });`,
];

/** The cells of a notebook: the imports stand in the first, and each uses what those above it declare. */
export const cellsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, i) =>
    i === 0
      ? "import * as tf from '@tensorflow/tfjs';\nimport { train, viz } from 'dlnb';"
      : kinds[(i - 1) % kinds.length]!(i),
  );

/** The cells as one file, each below its number. */
export const fileOf = (cells: readonly string[]): string =>
  `${cells.map((cell, i) => `${heading(i)}${cell}`).join('\n\n')}\n`;

const heading = (i: number) => `// ${i + 1}\n`;

/** Where the text of a cell begins in such a file. */
export const startInFile = (text: string, cell: number): number =>
  `\n\n${text}`.indexOf(`\n\n${heading(cell)}`) + heading(cell).length;

/** Where it ends. */
export function endInFile(text: string, cell: number): number {
  const next = text.indexOf(`\n\n${heading(cell + 1)}`);
  // Behind the last cell there is one line break
  return next < 0 ? text.length - 1 : next;
}

/** The statements that are typed. `n` makes the names new. */
const statements = (n: number): string[] => [
  `const batch${n} = tf.tidy(() => x1.matMul(x1, true).relu());`,
  `const total${n}: tf.Tensor = batch${n}.sum();`,
];

/** One statement, and the cell that it is typed into, on a line of its own at the end. */
export interface Line {
  cell: number;
  text: string;
  /** Names in it that a hover is asked for: offsets of characters of them. */
  hovers: number[];
}

/** What is typed into a notebook of so many cells: in the middle and at the end. */
export const linesOf = (count: number): Line[] =>
  [Math.ceil(count / 2), count - 1].flatMap((cell, n) =>
    statements(n).map((text) => ({ cell, text, hovers: [7, text.search(/(?<=\.)\w/) + 1] })),
  );

/** A key, and what happens behind it. */
export interface Key {
  key: string;
  /** The character that asks for completion, or the first letter of a word, which asks for it too. */
  completes: 'dot' | 'word' | undefined;
  /** A person pauses here: what is wrong is shown. */
  pauses: boolean;
}

/** The keys of a statement. */
export function keysOf(text: string): Key[] {
  return [...text].map((key, i) => {
    const before = text[i - 1] ?? ' ';
    const isWord = /[a-z]/i.test(key) && !/[\w$.'"]/.test(before);
    return {
      key,
      completes: key === '.' ? 'dot' : isWord ? 'word' : undefined,
      // Behind a word that is finished, a bracket that closes, and the statement
      pauses: /[),;:]/.test(key) || (key === ' ' && /\w/.test(before)),
    };
  });
}
