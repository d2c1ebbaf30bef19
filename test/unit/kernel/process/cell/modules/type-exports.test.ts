// Which exports of packages are types: compared with what the TypeScript compiler says of packages that are installed,
// and of small packages whose declarations are found in the less usual ways.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Resolver } from '../../../../../../kernel/process/cell/modules/resolve.ts';
import { TypeExports } from '../../../../../../kernel/process/cell/modules/type-exports.ts';
import { root } from '../../../../../paths.ts';

/** Names that the compiler takes for types, and names that it takes for values. */
function byCompiler(packages: string[]): Map<string, { types: string[]; values: string[] }> {
  const entry = path.join(root, 'kernel/entry.ts');
  const text = packages.map((p, i) => `import * as p${i} from '${p}';`).join('\n');
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    target: ts.ScriptTarget.ESNext,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, language, ...more) =>
    name === entry ? ts.createSourceFile(name, text, language) : getSourceFile.call(host, name, language, ...more);
  const program = ts.createProgram([entry], options, host);
  const checker = program.getTypeChecker();
  return new Map(
    program.getSourceFile(entry)!.statements.map((statement) => {
      const specifier = (statement as ts.ImportDeclaration).moduleSpecifier as ts.StringLiteral;
      const names = { types: [] as string[], values: [] as string[] };
      for (const s of checker.getExportsOfModule(checker.getSymbolAtLocation(specifier)!)) {
        const target = s.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(s) : s;
        const typeOnly = (s.declarations ?? []).some(
          (d) => ts.isExportSpecifier(d) && (d.isTypeOnly || d.parent.parent.isTypeOnly),
        );
        if (!/^[\w$]+$/.test(s.name) || s.name === 'default') continue;
        (target.flags & ts.SymbolFlags.Value && !typeOnly ? names.values : names.types).push(s.name);
      }
      return [specifier.text, names];
    }),
  );
}

const packages = [
  ...['acorn', 'esbuild', 'commander', 'get-tsconfig', 'magic-string', 'markdown-it', 'd3-scale-chromatic'],
  ...['@babel/parser', '@jridgewell/trace-mapping', 'playwright-core', 'plotly.js', 'vitest/config', 'prettier'],
  ...['typescript', 'd3-color', 'import-meta-resolve', 'mocha', '@tensorflow/tfjs-core', 'jsonc-parser', 'estree'],
];

describe('types of packages are those that the compiler finds', () => {
  let found: ReturnType<typeof byCompiler>;
  beforeAll(() => (found = byCompiler(packages)), 60_000);
  const reader = new TypeExports();
  const from = path.join(root, 'cell.mjs');
  const target = (specifier: string) => {
    try {
      return new Resolver(root, []).resolve(specifier, from);
    } catch {
      return undefined; // it has declarations alone
    }
  };
  it.each(packages)('%s', (specifier) => {
    const { types, values } = found.get(specifier)!;
    const has = (name: string) => reader.has(name, specifier, from, target(specifier));
    expect(types.length + values.length).toBeGreaterThan(0);
    expect({ types: types.filter((n) => !has(n)), values: values.filter(has) }).toEqual({ types: [], values: [] });
    expect(has('noSuchName')).toBe(false);
  });
});

describe('declarations are found', () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(path.join(tmpdir(), 'dlnb-types-'));
    const files: Record<string, string> = {
      'node_modules/conditions/package.json':
        '{ "exports": { ".": { "types": "./t/main.d.ts", "default": "./main.js" }, "./sub": "./sub.mjs" } }',
      'node_modules/conditions/main.js': '',
      'node_modules/conditions/t/main.d.ts': "export * from './more.js'; export declare const value: Shape;",
      'node_modules/conditions/t/more.d.ts': 'interface Shape { x: 1 } export { type Shape, Shape as Form };',
      'node_modules/conditions/sub.mjs': '',
      'node_modules/conditions/sub.d.mts': 'export type Sub = string; export enum Real { A }',
      'node_modules/versions/package.json':
        '{ "main": "m.js", "types": "old.d.ts", "typesVersions": { "<=4.0": { "*": ["older/*"] }, ">=4.2": { "*": ["new/*"] } } }',
      'node_modules/versions/m.js': '',
      'node_modules/versions/new/old.d.ts':
        'declare namespace whole { type Inner = 1 } declare function whole(): void; export = whole;',
      'node_modules/@types/scope__only/index.d.ts':
        "import { Far } from './far'; export { Far }; export as namespace only;",
      'node_modules/@types/scope__only/far.d.ts': 'export interface Far {}',
      'node_modules/ambient/package.json': '{ "types": "a.d.ts" }',
      'node_modules/ambient/a.d.ts': "declare module 'ambient' { interface Free {} const real: Free; }",
      'node_modules/cycle/index.d.ts': "export * from './other'; export type A = 1;",
      'node_modules/cycle/other.d.ts': "export * from './index'; export type B = 1;",
      'helper.ts':
        "export interface Mine { } export type { Own } from './own'; export * from './own'; export const v = /[`'{]/; export class C {}",
      'own.ts': 'type Own = `a${string}`; export type { Own }; export type Alias<T> = T; export default interface D {}',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(dir, name)), { recursive: true });
      writeFileSync(path.join(dir, name), text);
    }
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it.each([
    ['conditions', 'Shape Form', 'value none'],
    ['conditions/sub', 'Sub', 'Real none'],
    ['versions', 'Inner', 'whole none'],
    ['@scope/only', 'Far', 'none'],
    ['ambient', 'Free', 'real none'],
    ['cycle', 'A B', 'none'],
    ['./helper', 'Mine Own Alias', 'v C none'],
    ['./own', 'Own Alias default', 'none'],
    ['node:fs', 'BigIntStats PathLike', 'readFileSync none'],
    ['fs/promises', 'FileHandle', 'readFile'],
    ['nowhere', '', 'none'],
  ])('%s', (specifier, types, others) => {
    const reader = new TypeExports();
    const from = path.join(dir, 'cell.mjs');
    const target = ['@scope/only', 'ambient', 'nowhere', 'cycle'].includes(specifier)
      ? undefined
      : new Resolver(dir, []).resolve(specifier, from);
    const has = (name: string) => reader.has(name, specifier, from, target);
    for (const name of types.split(' ').filter(Boolean)) expect([name, has(name)]).toEqual([name, true]);
    for (const name of others.split(' ')) expect([name, has(name)]).toEqual([name, false]);
  });
});
