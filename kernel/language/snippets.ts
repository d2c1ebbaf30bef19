// Snippets of cells: calls of `train`, `viz` and models with places to fill in, and the imports that they need. Pure.
import type { VirtualDocument } from './document.ts';
import { editOf, type Edit } from './features.ts';
import { readCell } from './cell.ts';

/** A snippet as it is offered at a place of a cell. */
export interface OfferedSnippet {
  /** `viz.line`, or `line(…)` behind `viz.`. */
  label: string;
  /** What is typed to find it. */
  filter: string;
  /** The text with its places to fill in, as VS Code writes them. */
  body: string;
  /** What it does, in Markdown. */
  about: string;
  /** Where the word begins that it takes the place of. */
  start: number;
  /** What it needs in front of the object, if it stands behind a dot. */
  before?: { at: number; text: string };
  /** What it needs: names of {@link IMPORTS}. */
  imports: readonly ImportName[];
  /** What the object in front of the dot has to have, by what TypeScript offers. */
  members: readonly string[];
}

/** The modules of names, and whether they are imported whole. */
const IMPORTS = {
  tf: { from: '@tensorflow/tfjs', name: '*' },
  train: { from: 'dlnb', name: 'train' },
  viz: { from: 'dlnb', name: 'viz' },
} as const;
export type ImportName = keyof typeof IMPORTS;

/** A snippet. Its body has the names of modules as they are imported without another name. */
interface Snippet {
  object: 'model' | ImportName;
  member: string;
  about: string;
  /** Whether it is more than an expression. */
  isStatement?: true;
  /** Whether it has to be waited for. */
  waits?: true;
  imports: readonly ImportName[];
  /** @param name one of the names that the notebook declares, or else the first */
  body: (name: (...names: string[]) => string) => string;
}

const XS = ['xs', 'x', 'inputs', 'images', 'features'];
const YS = ['ys', 'y', 'targets', 'labels'];
const MODEL = ['model', 'net', 'network'];
const LABELS = ['labels', 'ys', 'y', 'targets'];

const snippets: readonly Snippet[] = [
  {
    object: 'train',
    member: 'record',
    about: 'A training loop of your own with live curves and a Stop button.',
    isStatement: true,
    imports: ['train'],
    body: () =>
      [
        "const ${1:run} = train.record('${2:by hand}');",
        'for (const ${3:epoch} of ${1:run}.epochs(${4:10})) {',
        '\tfor (const ${5:[x, y]} of ${6:batches}) {',
        '\t\t${1:run}.step({ loss: ${7:step(x, y)} });',
        '\t}',
        '\t${1:run}.epoch({ val_loss: ${8:validate()} });',
        '}$0',
      ].join('\n'),
  },
  {
    object: 'model',
    member: 'fit',
    about: 'Trains the model, with live curves and a Stop button.',
    waits: true,
    imports: ['train'],
    body: (name) =>
      [
        `\${1:${name(...MODEL)}}.fit(\${2:${name(...XS)}}, \${3:${name(...YS)}}, {`,
        '\tepochs: ${4:20},',
        '\tbatchSize: ${5:32},',
        '\tvalidationSplit: ${6:0.1},',
        "\tcallbacks: train.callback('${7:first run}'),",
        '})$0',
      ].join('\n'),
  },
  {
    object: 'model',
    member: 'compile',
    about: 'Chooses the optimizer, the loss and the metrics of the model.',
    isStatement: true,
    imports: [],
    body: (name) =>
      [
        `\${1:${name(...MODEL)}}.compile({`,
        "\toptimizer: '${2|adam,sgd,rmsprop,adagrad,adadelta,adamax|}',",
        "\tloss: '${3|categoricalCrossentropy,sparseCategoricalCrossentropy,binaryCrossentropy,meanSquaredError|}',",
        "\tmetrics: ['${4|accuracy,meanAbsoluteError|}'],",
        '});$0',
      ].join('\n'),
  },
  {
    object: 'tf',
    member: 'sequential',
    about: 'A model of layers, one after the other.',
    imports: ['tf'],
    body: () =>
      [
        'tf.sequential({',
        '\tlayers: [',
        "\t\ttf.layers.dense({ units: ${1:16}, inputShape: [${2:2}], activation: '${3|relu,tanh,sigmoid|}' }),",
        "\t\ttf.layers.dense({ units: ${4:1}, activation: '${5|softmax,sigmoid,linear|}' }),",
        '\t],',
        '})$0',
      ].join('\n'),
  },
  ...viz('line', 'Curves by name.', (name) => {
    const losses = name('losses', 'loss', 'curve', 'values');
    return `viz.line({ \${1:loss}: \${2:${losses}} }, { xLabel: '\${3:step}', yLabel: '\${4:loss}' })`;
  }),
  ...viz('scatter', 'Points in the plane or in space, colored by their labels.', (name) => {
    const [points, labels] = [name('points', ...XS), name(...LABELS)];
    return `viz.scatter(\${1:${points}}, { labels: \${2:${labels}} })`;
  }),
  ...viz('heatmap', 'A matrix as colors.', (name) => {
    return `viz.heatmap(\${1:${name('matrix', 'values', 'weights')}}, { title: '\${2:Weights}' })`;
  }),
  ...viz('surface', 'A matrix as heights.', (name) => {
    return `viz.surface(\${1:${name('heights', 'matrix', 'values')}}, { zLabel: '\${2:loss}' })`;
  }),
  ...viz('histogram', 'How often values occur.', (name) => {
    return `viz.histogram(\${1:${name('values', 'weights', 'losses')}}, { bins: \${2:30} })`;
  }),
  ...viz('confusionMatrix', 'Which classes are taken for which.', (name) => {
    const [labels, found] = [name(...LABELS), name('predictions', 'predicted', 'probabilities')];
    return `viz.confusionMatrix(\${1:${labels}}, \${2:${found}}, { classNames: [\${3:'first', 'second'}] })`;
  }),
  ...viz('decisionBoundary', 'What a model says of each point of the plane.', (name) => {
    const [model, points, labels] = [name(...MODEL), name('points', ...XS), name(...LABELS)];
    return `viz.decisionBoundary((p) => \${1:${model}}.predict(p), \${2:${points}}, \${3:${labels}})`;
  }),
  ...viz('lossLandscape', 'The loss around the weights of a model.', (name) => {
    const [model, loss] = [name(...MODEL), name('lossOf', 'loss')];
    return `viz.lossLandscape(\${1:${model}}, () => \${2:${loss}(\${1:${model}})}, { resolution: \${3:21} })`;
  }),
  ...viz('filters', 'The filters of a convolutional network.', (name) => `viz.filters(\${1:${name(...MODEL)}})`),
  ...viz('featureMaps', 'What the convolutions of a network make of an input.', (name) => {
    return `viz.featureMaps(\${1:${name(...MODEL)}}, \${2:${name(...XS)}.slice(0, 4)})`;
  }),
  ...viz('graph', 'The layers of a model and their connections.', (name) => `viz.graph(\${1:${name(...MODEL)}})`),
  ...viz('animate', 'Figures one after the other, with a slider.', () => {
    return 'viz.animate([${1:1, 2, 3}].map((${2:k}) => viz.line(${3:[k, k * k]})))';
  }),
];

function viz(member: string, about: string, body: Snippet['body']): Snippet[] {
  const waits = member === 'lossLandscape' ? { waits: true as const } : {};
  return [{ object: 'viz', member, about, imports: ['viz'], body: (name) => `${body(name)}$0`, ...waits }];
}

/** Where a word is typed: the word, and the object in front of its dot. */
interface Typed {
  start: number;
  object: string | undefined;
  word: string;
  isAwaited: boolean;
  isStatement: boolean;
}

/** What is typed at a place; undefined where no value of an own or unknown name can stand. */
function typedAt(document: VirtualDocument, cell: string, offset: number): Typed | undefined {
  const { language, text } = document.cells.find(({ id }) => id === cell)!;
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const found = /(?:([\p{ID_Start}$_][\p{ID_Continue}$]*)\.)?([\p{ID_Continue}$]*)$/u.exec(line)!;
  const [typed, object, word = ''] = found;
  const before = line.slice(0, found.index);
  if (/[\p{ID_Continue}$.#@]$/u.test(before) || /^\d/.test(word)) return undefined;
  const start = offset - typed.length;
  // With a word at its place the text can be read
  const facts =
    word === '' ? readCell(`${text.slice(0, offset)}_${text.slice(offset)}`, language) : document.facts(cell)!;
  const name = object ?? (word === '' ? '_' : word);
  if (!facts.names.uses.get(name)?.some((use) => use.start === start && use.read)) return undefined;
  const isAwaited = /\bawait\s+$/.test(before);
  return { start, object, word, isAwaited, isStatement: /(^|[;{}])\s*$/.test(before) };
}

/** What a model has. */
const MODEL_MEMBERS = ['compile', 'fit', 'predict'];

/**
 * The snippets that fit a place of a cell.
 * @param isAsked whether the user asks for completion, also where no word begins
 */
export function snippetsAt(
  document: VirtualDocument,
  { cell, offset, isAsked }: { cell: string; offset: number; isAsked: boolean },
): OfferedSnippet[] {
  if (!document.facts(cell)) return [];
  const typed = typedAt(document, cell, offset);
  if (!typed || (typed.object === undefined && typed.word === '' && !isAsked)) return [];
  const local = localNames(document);
  const declared = declaredNames(document);
  const name = (...names: string[]) => names.find((n) => declared.has(n)) ?? names[0]!;
  return snippets.flatMap((snippet): OfferedSnippet[] => {
    const { object, member, about, imports } = snippet;
    if (snippet.isStatement && !typed.isStatement) return [];
    const isModel = object === 'model';
    if (typed.object !== undefined && !isModel && typed.object !== (local.get(object) ?? object)) return [];
    // A variable of that name is something else
    if (imports.some((needed) => !local.has(needed) && declared.has(needed))) return [];
    const own = (text: string) =>
      imports.reduce((t, needed) => {
        const other = local.get(needed) ?? needed;
        return other === needed ? t : t.replaceAll(new RegExp(`\\b${needed}\\.`, 'g'), `${other}.`);
      }, text);
    const body = own(snippet.body(name));
    const waits = snippet.waits === true && !typed.isAwaited;
    const needed = { about, imports: imports.filter((name) => !local.has(name)) };
    if (typed.object === undefined) {
      const label = `${isModel ? object : own(`${object}.`).slice(0, -1)}.${member}`;
      return [
        { ...needed, label, filter: label, body: waits ? `await ${body}` : body, start: typed.start, members: [] },
      ];
    }
    const { before, rest } = behindDot(body, typed.object);
    const ahead = before + (waits ? 'await ' : '');
    return [
      {
        ...needed,
        label: `${member}(…)`,
        filter: member,
        body: rest,
        start: typed.start + typed.object.length + 1,
        members: isModel ? MODEL_MEMBERS : [],
        ...(ahead !== '' && { before: { at: typed.start, text: ahead } }),
      },
    ];
  });
}

/** The body of a snippet behind an object that is typed already, and what goes in front of that. */
function behindDot(body: string, object: string): { before: string; rest: string } {
  const [head, , variable, model] = /^(const \$\{1:(\w+)\} = )?(?:\$\{1:(\w+)\}|\w+)\./.exec(body)!;
  const rest = body.slice(head.length);
  if (variable !== undefined)
    return { before: `const ${variable} = `, rest: rest.replaceAll(`\${1:${variable}}`, () => variable) };
  return { before: '', rest: model === undefined ? rest : rest.replaceAll(`\${1:${model}}`, () => object) };
}

/** The names under which cells import what snippets need. */
function localNames(document: VirtualDocument): Map<ImportName, string> {
  const names = new Map<ImportName, string>();
  for (const { id } of document.cells)
    for (const [local, from] of document.facts(id)!.imports)
      for (const name of Object.keys(IMPORTS) as ImportName[])
        if (from === `${IMPORTS[name].from}\0${IMPORTS[name].name}`) names.set(name, local);
  return names;
}

const declaredNames = (document: VirtualDocument): Set<string> =>
  new Set(document.cells.flatMap(({ id }) => [...document.facts(id)!.names.declared.keys()]));

/** The text of a snippet as it stands without anything filled in. */
export function snippetText(body: string): string {
  let text = body.replaceAll(/\$\{\d+\|([^,|]*)[^|]*\|\}/g, '$1');
  // From inside to outside
  for (let before = ''; before !== text;) {
    before = text;
    text = text.replaceAll(/\$\{\d+:([^{}$]*|\{[^{}$]*\})\}/g, '$1');
  }
  return text.replaceAll('$0', '').replaceAll('\t', '  ');
}

/** The edit that imports a name for a cell; undefined if a cell imports it already. */
export function importOfSnippet(document: VirtualDocument, cell: string, name: ImportName): Edit | undefined {
  if (localNames(document).has(name) || !document.facts(cell)) return undefined;
  const { from, name: exported } = IMPORTS[name];
  if (exported !== '*') {
    const joined = joinedImport(document, cell, from, exported);
    if (joined) return joined;
  }
  const what = exported === '*' ? `* as ${name}` : `{ ${exported} }`;
  const start = { line: 0, character: 0 };
  return editOf(document, { range: { start, end: start }, newText: `import ${what} from '${from}';\n` }, cell);
}

/** Adds a name to an import of its module: of the last cell down to this one, or else of the first below. */
function joinedImport(document: VirtualDocument, cell: string, from: string, name: string): Edit | undefined {
  const { cells } = document;
  const index = cells.findIndex(({ id }) => id === cell);
  for (const { id, text } of [...cells.slice(0, index + 1).reverse(), ...cells.slice(index + 1)])
    for (const { start, end } of [...document.facts(id)!.moved].reverse()) {
      const found = /^import\s[^{}'"]*\{([^{}]*)\}\s*from\s*(['"])(.*?)\2/.exec(text.slice(start, end));
      if (found?.[3] !== from || /^import\s+type\b/.test(found[0])) continue;
      const names = found[1]!;
      const last = names.trimEnd();
      const at = document.cellPosition(id, start + found[0].indexOf('{') + 1 + last.length);
      const space = /\r?\n[ \t]*/.exec(names)?.[0] ?? ' ';
      const isListed = last.trim() !== '';
      const newText = !isListed ? ` ${name}` : last.endsWith(',') ? `${space}${name},` : `,${space}${name}`;
      return { cell: id, range: { start: at, end: at }, newText: isListed || names !== '' ? newText : `${newText} ` };
    }
  return undefined;
}
