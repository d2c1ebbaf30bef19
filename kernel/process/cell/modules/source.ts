// Reads a file of the user: strips its types, finds what it imports, and gives it what a file of its kind has.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import remapping from '@jridgewell/remapping';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import * as acorn from 'acorn';
import type { Program } from 'acorn';
import MagicString from 'magic-string';
import { addScript, scriptKey } from '../function-text.ts';
import { addInterruptTests } from '../instrument.ts';
import { restoreNames } from '../names.ts';
import { SourceError, strip, stripSync, type Loader, type Stripped, type StripOptions } from '../strip.ts';
import { parse } from '../transform.ts';
import { isKey, walk } from '../walk.ts';
import type { FileTarget } from './resolve.ts';

/** The property of `import.meta` that holds the `require` of a file. */
export const REQUIRE = 'dlnb:require';

/** An import or a re-export, with its place as typed. */
export interface Import {
  specifier: string;
  /** Names that the imported module must export. */
  names: string[];
  line: number;
  /** From 1. */
  column: number;
}

/** A file of the user, transformed. */
export interface Source {
  /** Identity: the URL with the query. */
  url: string;
  file: string;
  /** The text on disk from which `code` was made. */
  text: string;
  code: string;
  imports: Import[];
  /** Names that it exports itself. */
  exports: string[];
  /** Specifiers of calls `require('…')`. */
  requires: string[];
  kind: 'module' | 'commonjs' | 'json';
  /** Whether it awaits at its top level. */
  awaits: boolean;
}

export interface SourceOptions {
  compilerOptions: Record<string, unknown>;
  /** Receives the source map of each transformed file. */
  onSource: (script: string, source: string, map: string) => void;
}

const loaders: Record<string, Loader> = { '.ts': 'ts', '.mts': 'ts', '.cts': 'ts', '.tsx': 'tsx', '.jsx': 'jsx' };

/** The identity of a file. */
export const urlOf = ({ file, query }: FileTarget): string => pathToFileURL(file).href + query;

/**
 * Transforms a file.
 * @throws SourceError with the place of a syntax error
 */
export async function readSource(target: FileTarget, text: string, options: SourceOptions): Promise<Source> {
  if (isJson(target)) return jsonSource(target, text);
  return finish(target, text, await strip(text, stripOptions(target, text, options)), options);
}

/** Like {@link readSource}, for `require`; slower. */
export function readSourceSync(target: FileTarget, text: string, options: SourceOptions): Source {
  if (isJson(target)) return jsonSource(target, text);
  return finish(target, text, stripSync(text, stripOptions(target, text, options)), options);
}

const isJson = ({ file }: FileTarget) => path.extname(file) === '.json';

const jsonSource = (target: FileTarget, text: string): Source => ({
  url: urlOf(target),
  file: target.file,
  text,
  code: text,
  imports: [],
  exports: [],
  requires: [],
  kind: 'json',
  awaits: false,
});

function stripOptions(target: FileTarget, text: string, { compilerOptions }: SourceOptions): StripOptions {
  const loader = loaders[path.extname(target.file)] ?? 'js';
  return {
    loader,
    script: urlOf(target),
    keepImports: false,
    automaticJsx: loader.endsWith('x') && compilerOptions['jsx'] === undefined && !/@jsx\s/.test(text),
    compilerOptions,
  };
}

function finish(target: FileTarget, text: string, stripped: Stripped, options: SourceOptions): Source {
  const url = urlOf(target);
  const { ast, script } = parseFile(stripped, url, text);
  const names = namesIn(ast);
  const commonjs =
    script ||
    path.extname(target.file) === '.cjs' ||
    (!names.awaits && !isModule(ast) && COMMONJS.some((n) => names.used.has(n)));
  const s = new MagicString(stripped.code);
  restoreNames(ast, s, new TraceMap(stripped.map));
  const key = scriptKey(url, text);
  addInterruptTests(ast, s, key);
  if (!commonjs) giveFileNames(s, names, target.file);
  const map = remapping(s.generateMap({ hires: 'boundary', source: 'stripped.js' }) as never, (f) =>
    f === 'stripped.js' ? (JSON.parse(stripped.map) as never) : null,
  );
  options.onSource(url, text, map.toString());
  const { compilerOptions } = options;
  addScript(url, key, { code: s.toString(), map: map.toString(), typed: text, compilerOptions });
  return {
    url,
    file: target.file,
    text,
    code: s.toString(),
    imports: commonjs ? [] : importsOf(ast, stripped.code, stripped.map),
    exports: exportsOf(ast),
    requires: [...names.required],
    kind: commonjs ? 'commonjs' : 'module',
    awaits: names.awaits,
  };
}

/** Names whose use, in a file without import and export, makes it CommonJS. */
const COMMONJS = ['module', 'exports', 'require'];

/** Parses a file as a module, or, if that is not possible, as a CommonJS file. */
function parseFile(stripped: Stripped, url: string, text: string): { ast: Program; script: boolean } {
  try {
    return { ast: parse(stripped.code, url, text, { map: stripped.map }), script: false };
  } catch (e) {
    if (!(e instanceof SourceError)) throw e;
    // A CommonJS file need not be in strict mode, and may return at its top level
    try {
      const ast = acorn.parse(stripped.code, {
        ecmaVersion: 'latest',
        sourceType: 'script',
        allowReturnOutsideFunction: true,
        allowHashBang: true,
      });
      return { ast, script: true };
    } catch {
      throw e;
    }
  }
}

interface Names {
  /** Free or not: every name that is read or written somewhere. */
  used: Set<string>;
  /** Names of CommonJS that the file declares itself at its top level. */
  declared: Set<string>;
  /** What the file requires by a literal. */
  required: Set<string>;
  awaits: boolean;
}

const isFunction = (n: acorn.AnyNode) =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(n.type);

function namesIn(ast: Program): Names {
  const names: Names = { used: new Set(), declared: new Set(), required: new Set(), awaits: false };
  walk<acorn.AnyNode>(ast, (n, parent) => {
    if (n.type === 'Identifier' && !isKey(n, parent)) names.used.add(n.name);
    if (n.type === 'CallExpression') {
      const required = requiredBy(n);
      if (required !== undefined) names.required.add(required);
    }
  });
  walk<acorn.AnyNode>(ast, (n) => {
    if (n.type === 'AwaitExpression' || (n.type === 'ForOfStatement' && n.await)) names.awaits = true;
    return !isFunction(n) && n.type !== 'PropertyDefinition' && n.type !== 'StaticBlock';
  });
  for (let node of ast.body as acorn.AnyNode[]) {
    if ((node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration') && node.declaration)
      node = node.declaration;
    if (node.type === 'ImportDeclaration') for (const i of node.specifiers) names.declared.add(i.local.name);
    else for (const name of namesDeclared(node)) names.declared.add(name);
  }
  return names;
}

/** What a call of `require` with a literal asks for. */
function requiredBy({ callee, arguments: args }: acorn.CallExpression): string | undefined {
  const [first] = args;
  if (callee.type !== 'Identifier' || callee.name !== 'require') return undefined;
  if (first?.type === 'Literal' && typeof first.value === 'string') return first.value;
  return first?.type === 'TemplateLiteral' && first.quasis.length === 1
    ? (first.quasis[0]!.value.cooked ?? undefined)
    : undefined;
}

/** What the code of a transformed cell requires by literals. */
export function requiresOf(code: string): string[] {
  if (!/\brequire\s*\(/.test(code)) return [];
  try {
    const options = { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true } as const;
    return [...namesIn(acorn.parse(code, options)).required];
  } catch {
    return []; // V8 will say what is wrong with it
  }
}

/** Declares `__dirname`, `__filename` and `require` in an ES module that uses them, as TypeScript's other runners do. */
function giveFileNames(s: MagicString, { used, declared }: Names, file: string): void {
  const values: Record<string, string> = {
    __dirname: JSON.stringify(path.dirname(file)),
    __filename: JSON.stringify(file),
    require: `import.meta[${JSON.stringify(REQUIRE)}]`,
  };
  const wanted = Object.entries(values).filter(([name]) => used.has(name) && !declared.has(name));
  if (wanted.length === 0) return;
  const text = `var ${wanted.map(([name, value]) => `${name}=${value}`).join(',')};`;
  const head = /^#!.*\n/.exec(s.original);
  if (head) s.appendLeft(head[0].length, text);
  else s.prepend(text);
}

function isModule(ast: Program): boolean {
  let meta = false;
  walk<acorn.AnyNode>(ast, (n) => {
    if (n.type === 'MetaProperty' && n.meta.name === 'import') meta = true;
  });
  return meta || ast.body.some((n) => /^(Import|Export)/.test(n.type));
}

function importsOf(ast: Program, code: string, map: string): Import[] {
  const trace = new TraceMap(map);
  return ast.body.flatMap((n) => {
    if (!('source' in n) || !n.source) return [];
    const { line, column } = originalPositionFor(trace, acorn.getLineInfo(code, n.source.start));
    return [{ specifier: String(n.source.value), names: namesOf(n), line: line ?? 1, column: (column ?? 0) + 1 }];
  });
}

/** The names that an import or a re-export asks for. */
function namesOf(node: acorn.ImportDeclaration | acorn.ExportNamedDeclaration | acorn.ExportAllDeclaration): string[] {
  if (node.type === 'ExportAllDeclaration') return [];
  return node.specifiers.flatMap((s) => {
    if (s.type === 'ImportNamespaceSpecifier') return [];
    if (s.type === 'ImportDefaultSpecifier') return ['default'];
    const name = s.type === 'ImportSpecifier' ? s.imported : s.local;
    return [name.type === 'Literal' ? String(name.value) : name.name];
  });
}

function exportsOf(ast: Program): string[] {
  return ast.body.flatMap((n) => {
    if (n.type === 'ExportDefaultDeclaration') return ['default'];
    if (n.type !== 'ExportNamedDeclaration') return [];
    return [
      ...(n.declaration ? namesDeclared(n.declaration) : []),
      ...n.specifiers.map(({ exported }) => (exported.type === 'Literal' ? String(exported.value) : exported.name)),
    ];
  });
}

/** The names that a declaration makes. */
function namesDeclared(node: acorn.AnyNode): string[] {
  if (node.type === 'FunctionDeclaration' || node.type === 'ClassDeclaration') return node.id ? [node.id.name] : [];
  if (node.type !== 'VariableDeclaration') return [];
  const names: string[] = [];
  for (const { id } of node.declarations)
    walk<acorn.AnyNode>(id, (n, parent) => {
      if (n.type === 'Identifier' && !isKey(n, parent)) names.push(n.name);
    });
  return names;
}
