// Generated notebooks: model notebooks of every choice, the course, and the names of new files. Their types are checked in
// test/built/kernel/language/types.test.ts.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import prettier from 'prettier';
import { describe, expect, it } from 'vitest';
import { parseNotebook, printNotebook } from '../../../../kernel/notebook/format/index.ts';
import {
  ARCHITECTURES,
  dataOf,
  everyChoice,
  OPTIMIZERS,
  type ModelChoice,
} from '../../../../kernel/notebook/scaffold/choices.ts';
import { courseReadme } from '../../../../kernel/notebook/scaffold/course.ts';
import { modelNotebook } from '../../../../kernel/notebook/scaffold/notebook.ts';
import { placeCourse, placeModel, placeSample, type TargetFolder } from '../../../../kernel/notebook/scaffold/place.ts';
import { tasksOf } from '../../../../kernel/notebook/scaffold/try-cells.ts';
import { readChoice } from '../../../../kernel/notebook/scaffold/read.ts';
import { readIndex, samplesFolder } from '../../../samples/index.mts';

const nameOf = ({ architecture, data, optimizer }: ModelChoice) => `${architecture}-${data}-${optimizer}`;
const choices = everyChoice().map((choice) => [nameOf(choice), choice] as const);
const usual = readChoice({ architecture: 'lenet5' });

describe('the choices', () => {
  it('are all data sets that fit, each with every optimizer', () => {
    const pairs = ARCHITECTURES.reduce((n, a) => n + dataOf(a).length, 0);
    expect(choices).toHaveLength(pairs * OPTIMIZERS.length);
    expect(new Set(choices.map(([name]) => name)).size).toBe(choices.length);
  });

  it('are read as people write them, with default data set and optimizer', () => {
    expect(readChoice({ architecture: 'LeNet-5' })).toEqual({
      architecture: 'lenet5',
      data: 'digits',
      optimizer: 'adam',
    });
    expect(readChoice({ architecture: 'ResNet-20', data: 'CIFAR-10', optimizer: 'RMSProp' })).toEqual({
      architecture: 'resnet20',
      data: 'cifar10',
      optimizer: 'rmsprop',
    });
  });

  it('are found by what else they are called', () => {
    const found = (word: string) =>
      ARCHITECTURES.filter((a) => `${a.label} ${a.alias ?? ''} ${a.detail}`.includes(word)).map(({ id }) => id);
    expect(found('CNN')).toEqual(['cnn', 'lenet5', 'alexnet', 'resnet20', 'resnet56', 'densenet', 'unet']);
    expect(found('RNN')).toEqual(['rnn', 'lstm', 'gru', 'charlm']);
    expect(found('CSV')).toEqual(['regression']);
    expect(found('VAE')).toEqual(['vae']);
  });

  it.each([
    [
      { architecture: 'resnet' },
      /no architecture "resnet" \(did you mean "(resnet|densenet)\w*"\?\)\. There are: perceptron, mlp/,
    ],
    [{ architecture: 'boltzmann machine' }, /no architecture "boltzmann machine"\. There are: /],
    [{ architecture: 'mlp', data: 'spiral' }, /no data set "spiral" \(did you mean "spirals"\?\)/],
    [{ architecture: 'mlp', optimizer: 'adma' }, /no optimizer "adma" \(did you mean "adam"\?\)\. There are: adam, /],
    [{ architecture: 'perceptron', data: 'spirals' }, /Spirals does not fit .*: blobs, moons, digits, mnist$/],
  ])('that are impossible list the possible ones: %j', (typed, message) => {
    expect(() => readChoice(typed)).toThrow(message);
  });
});

describe.each(choices)('the model notebook %s', (_name, choice) => {
  const notebook = modelNotebook(choice);
  const text = printNotebook(notebook);
  const code = notebook.cells.filter((cell) => cell.kind === 'code');

  it('is valid, printed as it is read, and the same every time', () => {
    expect(parseNotebook(text)).toEqual(notebook);
    expect(printNotebook(parseNotebook(text))).toBe(text);
    expect(printNotebook(modelNotebook(choice))).toBe(text);
    expect(new Set(notebook.cells.map(({ id }) => id)).size).toBe(notebook.cells.length);
    for (const { id } of notebook.cells) expect(id).toMatch(/^[a-z0-9]{8}$/);
  });

  it('goes from data to a saved model, and checks that it has learned', () => {
    const heads = notebook.cells.flatMap(({ source }) => /^## (.*)/.exec(source)?.[1] ?? []);
    const inside = /^What it|^The mistakes$|^The plane of codes$/;
    expect(heads.filter((head) => !inside.test(head))).toEqual([
      'The data',
      'The network',
      'The training',
      'The test',
      'Keep it',
      'Three things to try',
    ]);
    const source = code.map((cell) => cell.source).join('\n');
    expect(source).toMatch(/check\([^;]* >= goal/);
    expect(source).toContain('validationData: validation');
    expect(source).toContain('train.record(');
    expect(source.includes('viz.featureMaps(')).toBe(/conv2d|nn\.(resnet|densenet|unet)/.test(source));
    // Mistakes are shown: beside the boundary, or in a section of their own
    expect(/viz\.decisionBoundary|R²/.test(source) || heads.includes('The mistakes')).toBe(true);
    expect(source).not.toMatch(/Math\.random|\bDate\b|performance\b/);
    // Every layer initializes its weights from the seed
    const built = /\bnn\.(resnet|densenet|unet|vae|charLM|transformer)\(\{[^}]*\bseed\b/.test(source);
    const recurrent = ['rnn', 'lstm', 'gru'].includes(choice.architecture);
    expect(source.match(/tf\.initializers\.\w+\(/g)?.length ?? 0).toBe(built ? 0 : recurrent ? 3 : 1);
  });

  it('ends with three things to try that are about its architecture', () => {
    const tasks = notebook.cells.at(-1)!.source;
    expect(tasks.match(/^\d\. /gm)).toHaveLength(3);
    const others = ARCHITECTURES.filter(({ id }) => id !== choice.architecture).map(({ id }) => tasksOf(id).join());
    expect(others).not.toContain(tasksOf(choice.architecture).join());
  });

  it('is formatted as code of a sample', async () => {
    for (const { source } of code) {
      const formatted = await prettier.format(source, { parser: 'typescript', singleQuote: true, printWidth: 90 });
      expect(source).toBe(formatted.trimEnd());
    }
  });
});

/** Folders in memory: paths with their content. */
class MemoryFolder implements TargetFolder<string> {
  constructor(
    readonly files: Map<string, string>,
    private readonly dir = '',
  ) {}

  async names(): Promise<string[]> {
    const inside = [...this.files.keys()].filter((file) => file.startsWith(this.dir));
    return [...new Set(inside.map((file) => file.slice(this.dir.length).split('/')[0]!))];
  }

  async create(name: string, content: Uint8Array): Promise<string | undefined> {
    const file = this.dir + name;
    if (this.files.has(file)) return undefined;
    this.files.set(file, new TextDecoder().decode(content));
    return file;
  }

  inside(name: string): MemoryFolder {
    return new MemoryFolder(this.files, `${this.dir}${name}/`);
  }
}
const content = new TextEncoder().encode('new');

describe('a new notebook', () => {
  it('of a sample gets a number where its name is taken', async () => {
    const folder = new MemoryFolder(new Map([['a.dlnb', 'mine']]));
    expect(await placeSample(folder, 'a', content)).toBe('a-2.dlnb');
    expect(await placeSample(folder, 'a', content)).toBe('a-3.dlnb');
    expect(folder.files.get('a.dlnb')).toBe('mine');
  });

  it('of a model saves to a folder of the same name, and never over a saved model', async () => {
    const folder = new MemoryFolder(
      new Map([
        ['lenet5-on-digits.dlnb', 'mine'],
        ['lenet5-on-digits-2-model/model.json', 'mine'],
      ]),
    );
    expect(await placeModel(folder, usual)).toBe('lenet5-on-digits-3.dlnb');
    expect(folder.files.get('lenet5-on-digits-3.dlnb')).toContain("'file://./lenet5-on-digits-3-model'");
  });
});

describe('the course', () => {
  const index = readIndex();
  const read = async (file: string) => new TextEncoder().encode(file);

  it('holds every sample and a README.md that links to each', async () => {
    const folder = new MemoryFolder(new Map([['.git/config', '']]));
    expect(await placeCourse(folder, index, read)).toBe('README.md');
    const readme = folder.files.get('README.md')!;
    expect(readme).toBe(courseReadme(index));
    const links = [...readme.matchAll(/\]\((.*?)\)/g)].map(([, link]) => link!);
    expect(links.sort()).toEqual(readdirSync(samplesFolder).filter((name) => name.endsWith('.dlnb')));
    for (const link of links) expect(folder.files.has(link)).toBe(true);
    for (const { teaches, prerequisites, title } of index)
      for (const text of [teaches, prerequisites, title]) expect(readme).toContain(text);
  });

  it('goes to a subfolder if the given folder is not empty', async () => {
    const folder = new MemoryFolder(new Map([['README.md', 'mine']]));
    expect(await placeCourse(folder, index, read)).toBe(path.posix.join('deep-learning-course', 'README.md'));
    expect(await placeCourse(folder, index, read)).toBe(path.posix.join('deep-learning-course-2', 'README.md'));
    expect(folder.files.get('README.md')).toBe('mine');
  });
});
