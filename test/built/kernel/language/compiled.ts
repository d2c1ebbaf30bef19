// Compiles code of cells with the types of dist/types/ alone, as in a folder without node_modules.
import path from 'node:path';
import ts from 'typescript';
import { dist } from '../../../paths.ts';
import { bundledTypes } from '../../../../kernel/language/bundled-types.ts';

export const types = path.join(dist, 'types');
/** A folder that does not exist has no node_modules. */
const FOLDER = path.resolve('/nowhere/notebooks');

const options = (folder: string): ts.CompilerOptions => ({
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: ['lib.esnext.d.ts'],
  types: [],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  jsx: ts.JsxEmit.ReactJSX,
  paths: bundledTypes(types, folder).paths,
  jsxImportSource: bundledTypes(types, folder).jsxImportSource,
});

/** A program of files that are not on disk, by their names. */
export function programOf(files: Record<string, string>, more: ts.CompilerOptions = {}): ts.Program {
  const settings = { ...options(FOLDER), ...more };
  const host = ts.createCompilerHost(settings);
  const { getSourceFile, fileExists, readFile } = host;
  const named = new Map(Object.entries(files).map(([name, text]) => [`${FOLDER}/${name}`, text]));
  host.fileExists = (name) => named.has(name) || fileExists.call(host, name);
  host.readFile = (name) => named.get(name) ?? readFile.call(host, name);
  host.getSourceFile = (name, language, ...rest) =>
    named.has(name)
      ? ts.createSourceFile(name, named.get(name)!, language, true)
      : getSourceFile.call(host, name, language, ...rest);
  return ts.createProgram([...named.keys(), ...bundledTypes(types, FOLDER).files], settings, host);
}

/** What the compiler says about each file: `3: message`, by the number of the line. */
export function errorsOf(program: ts.Program, name: string): string[] {
  const file = program.getSourceFile(`${FOLDER}/${name}`)!;
  return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
    ({ start, messageText }) =>
      `${file.getLineAndCharacterOfPosition(start ?? 0).line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  );
}

/** The text of a hover over the first occurrence of a name in a file: its type, and its documentation. */
export function hoverOf(program: ts.Program, name: string, at: string): { type: string; doc: string } {
  const file = program.getSourceFile(`${FOLDER}/${name}`)!;
  const checker = program.getTypeChecker();
  let found: ts.Node | undefined;
  const visit = (node: ts.Node): void => {
    if (!found && ts.isIdentifier(node) && node.text === at) found = node;
    ts.forEachChild(node, visit);
  };
  visit(file);
  if (!found) throw new Error(`${name} has no ${at}`);
  const symbol = checker.getSymbolAtLocation(found)!;
  const own = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  return {
    type: checker.typeToString(checker.getTypeAtLocation(found)),
    doc: ts.displayPartsToString(own.getDocumentationComment(checker)),
  };
}

/** The code of a notebook as one file: each cell is a block in the one before, and imports stand at the top. */
export function joined(notebook: { cells: readonly { kind: string; source: string | readonly string[] }[] }): string {
  const imports = new Set<string>();
  const bodies = notebook.cells
    .filter(({ kind }) => kind === 'code')
    .map(({ source }) =>
      [source]
        .flat()
        .join('\n')
        .replace(/^import\s[^']*'[^']+';?/gm, (line) => {
          imports.add(line);
          return '';
        }),
    );
  const blocks = bodies.map((body) => `{\n${body}\n`);
  return `${[...imports].join('\n')}\nexport {};\n${blocks.join('')}${'}'.repeat(blocks.length)}`;
}
