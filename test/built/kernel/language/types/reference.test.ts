// The API reference: every function has an example that the compiler accepts in a cell, the pages of docs/api/ are those
// of the declarations, and the index by task names all that is there and nothing else.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import type { Reference } from '../../../../../kernel/dlnb/help/reference.ts';
import { Language } from '../../../../../kernel/language/notebook.ts';
import { findProgram } from '../../../../../kernel/language/server.ts';
import { dist, root } from '../../../../paths.ts';
import { examplesOf } from '../../../../reference/examples.mts';
import { apiPages, functionsOf, namesInIndex, withLinks } from '../../../../reference/pages.mts';

const types = path.join(dist, 'types');
const reference = JSON.parse(readFileSync(path.join(types, 'help/reference.json'), 'utf8')) as Reference;
const examples = examplesOf(reference);
const docs = path.join(root, 'docs/api');
const read = (name: string) => readFileSync(path.join(docs, name), 'utf8');

/** Functions that need no example of their own. It shall stay empty. */
const WITHOUT_EXAMPLE: readonly string[] = [];

describe('the reference', () => {
  it('has all functions of the module, with a description and an example', () => {
    const functions = reference.entries.filter(({ kind }) => kind === 'function');
    expect(functions.length).toBeGreaterThan(200);
    expect(functions.filter(({ text }) => text === '').map(({ path: name }) => name)).toEqual([]);
    const bare = functions.filter(({ examples: own = [] }) => own.length === 0).map(({ path: name }) => name);
    expect(bare).toEqual(WITHOUT_EXAMPLE);
  });

  it('has an example that calls each method of what functions return', () => {
    const code = examples.map((example) => example.code).join('\n');
    const methods = reference.types.flatMap((type) => type.methods ?? []);
    expect(methods.length).toBeGreaterThan(60);
    const uncalled = methods
      .map(({ path: name }) => name)
      // What other code calls: TensorFlow.js, the compiler
      .filter((name) => !/^(Batches\.iterator|LayerWeight\.read)$/.test(name))
      .filter((name) => {
        const method = name.split('.')[1]!;
        return !new RegExp(`\\.${method}[(<]|[{,] ${method}[ ,][^]*\\b${method}\\(`).test(code);
      });
    expect(uncalled).toEqual([]);
  });

  it('has short examples, which say only at their end what comes out', () => {
    const long = examples.filter(({ code }) => code.split('\n').length > 9 || /.{121}/.test(code));
    expect(long.map(({ name }) => name)).toEqual([]);
  });

  it('knows parameters, options with their values by default, errors, and where TensorFlow.js says what', () => {
    const line = reference.entries.find(({ path: name }) => name === 'optim.sgd')!;
    expect(line.signatures).toEqual(['optim.sgd(options?: SgdOptions): Optimizer']);
    const options = reference.types.find(({ name }) => name === 'SgdOptions')!;
    expect(options.bases).toEqual(['OptimizerOptions']);
    expect(options.fields!.map(({ name, fallback }) => [name, fallback])).toEqual([
      ['learningRate', '0.01'],
      ['momentum', '0'],
      ['nesterov', 'false'],
    ]);
    const { files, names } = reference.tensors;
    for (const name of ['tf.matMul', 'tf.layers.dense', 'tf.train.adamw', 'tf.LayersModel', 'tf.Tensor', 'tf.tidy']) {
      const [file, text, textEnd, code, codeEnd] = names[name]!;
      const source = readFileSync(path.join(types, files[file]!), 'utf8');
      expect(source.slice(text, textEnd)).toMatch(/^\/\*\*[^]*\*\/$/);
      expect(source.slice(code, codeEnd)).toContain(name.split('.').at(-1));
    }
  });
});

it('every example is right for the compiler, by itself', async () => {
  const from = path.join(root, 'kernel/language/types/reference.mjs');
  const { openTypes } = (await import(from)) as {
    openTypes(folder: string): { options: ts.CompilerOptions; files: string[] };
  };
  const { options, files } = openTypes(types);
  const texts = new Map(
    examples.map(({ cell }, i) => [path.join(root, `example-${i}.ts`).replaceAll('\\', '/'), `${cell}\nexport {};\n`]),
  );
  // As cells are checked
  const settings = { ...options, noImplicitAny: false, useUnknownInCatchVariables: false };
  const host = ts.createCompilerHost(settings);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => texts.has(name) || fileExists.call(host, name);
  host.getSourceFile = (name, language, ...more) => {
    const text = texts.get(name);
    return text === undefined
      ? getSourceFile.call(host, name, language, ...more)
      : ts.createSourceFile(name, text, language, true);
  };
  const program = ts.createProgram([...files, ...texts.keys()], settings, host);
  const problems = [...texts.keys()].flatMap((name, i) => {
    const file = program.getSourceFile(name)!;
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      ({ messageText }) => `${examples[i]!.name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
  });
  expect(problems).toEqual([]);
}, 240_000);

it('a hover in a cell shows the example', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'dlnb-hover-'));
  const language = new Language({ program: findProgram(dist)!, types, folder, log: () => {} });
  try {
    for (const [name, example] of [
      ['viz.line', "yLabel: 'loss'"],
      ['nn.initializers.heNormal', 'Standard deviation √(2 / 200)'],
      ['optim.lion', 'All steps have the same size'],
    ] as const) {
      const text = `import { ${name.split('.')[0]!} } from 'dlnb';\n${name};`;
      const notebook = language.open(path.join(folder, 'hover.dlnb'), [
        { id: 'c1', kind: 'code', language: 'typescript', text },
      ]);
      const hover = await notebook.hover('c1', { line: 1, character: name.length - 1 });
      notebook.close();
      expect(JSON.stringify(hover)).toContain(example);
    }
  } finally {
    await language.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('docs/api', () => {
  const pages = apiPages(reference);

  it('has the pages that `npm run docs` makes', () => {
    expect(readdirSync(docs).sort()).toEqual([...pages.keys(), 'index.md'].sort());
    const stale = [...pages].filter(([name, text]) => read(name) !== text).map(([name]) => name);
    expect(stale, 'out of date: npm run docs').toEqual([]);
  });

  it('names every function in the index by task, and nothing that is not there', () => {
    const index = read('index.md');
    const named = namesInIndex(index, reference);
    expect(functionsOf(reference).filter((name) => !named.includes(name))).toEqual([]);
    const known = new Set(reference.entries.map(({ path: name }) => name));
    expect(named.filter((name) => !known.has(name))).toEqual([]);
    expect(withLinks(index, reference)).toBe(index);
  });

  it('has links that lead to headings', () => {
    const slug = (heading: string) => heading.toLowerCase().replace(/[^\w\- ]/g, '').replaceAll(' ', '-'); // prettier-ignore
    const anchors = new Map(
      [...pages.keys(), 'index.md'].map((name) => [
        name,
        new Set([...read(name).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => slug(heading!))),
      ]),
    );
    const dead = [...anchors.keys()].flatMap((name) =>
      [...read(name).matchAll(/\]\(([\w.-]*)(?:#([\w-]*))?\)/g)]
        .filter(([, file, anchor]) => {
          const there = anchors.get(file === '' ? name : file!);
          return !there || (anchor !== undefined && !there.has(anchor));
        })
        .map(([link]) => `${name} ${link}`),
    );
    expect(dead).toEqual([]);
  });
});
