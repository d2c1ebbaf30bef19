// Checks the types of notebooks. The cells of a notebook are one module, with the types of `dlnb` and TensorFlow.js in
// the kernel.
import path from 'node:path';
import ts from 'typescript';
import type { Notebook } from '../../../../../../kernel/notebook/format/index.ts';
import { root } from '../../../../../paths.ts';

/** The errors of the TypeScript compiler, each with the name of the notebook. */
export function typeErrors(notebooks: ReadonlyMap<string, Notebook>): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    typeRoots: [path.join(root, 'node_modules/@types')],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    esModuleInterop: true,
    paths: {
      dlnb: [path.join(import.meta.dirname, 'dlnb.d.ts')],
      '@tensorflow/tfjs': [path.join(import.meta.dirname, 'tfjs.d.ts')],
    },
  };
  const sources = new Map<string, string>();
  for (const [name, { cells }] of notebooks) {
    const code = cells.filter((cell) => cell.kind === 'code').map(({ source }) => source);
    sources.set(path.join(import.meta.dirname, `${name}.ts`), code.join('\n'));
  }
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.readFile = (file) => sources.get(file) ?? readFile(file);
  host.getSourceFile = (file, language, ...rest) =>
    sources.has(file)
      ? ts.createSourceFile(file, sources.get(file)!, language)
      : getSourceFile(file, language, ...rest);
  const program = ts.createProgram([...sources.keys()], options, host);
  return [...sources.keys()].flatMap((file) => {
    const source = program.getSourceFile(file)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ start = 0, messageText }) => {
      const line = source.text.slice(0, start).split('\n').length;
      const text = source.text.split('\n')[line - 1]!.trim();
      return `${path.basename(file, '.ts')}: ${ts.flattenDiagnosticMessageText(messageText, ' ')} (${text})`;
    });
  });
}
