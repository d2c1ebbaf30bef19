// Reads a cell as typed, before its types are stripped, and marks the expression whose value the cell shows: after
// esbuild, which drops statements without an effect and prints enums like calls, the two cannot be told any more.
import * as acorn from 'acorn';
import type * as Parser from '@babel/parser';
import type { Language } from '../../wire/protocol.ts';
import { loadParser } from './load-parser.ts';
import { SourceError, type Loader } from './strip.ts';
import { isKey, walk, type TreeNode } from './walk.ts';

/** A place in a text: both counted from 1. */
export interface Place {
  line: number;
  column: number;
}

/** The text that was inserted at a place of the cell as typed. It has no line breaks. */
interface Insertion {
  /** From 1. */
  line: number;
  /** From 0. */
  column: number;
  length: number;
}

/** What the typed text of a cell says. */
export interface TypedCell {
  /** The text for esbuild, line for line the typed one: the last expression is inside a call of {@link MARK}. */
  text: string;
  loader: Loader;
  /** Whether JSX needs no import of React in the cell. */
  automaticJsx: boolean;
  /** Top-level enums and namespaces that do not extend a function or a class of the cell. */
  merging: ReadonlySet<string>;
  /** Names that stand anywhere in the cell, in types too, outside the imports that declare them. */
  mentioned: ReadonlySet<string>;
  /** Whether the value of the cell is marked. False if the parser has refused the cell. */
  marked: boolean;
  /** The first rule of the language that the cell breaks, if the parser has found one and could go on or not. */
  doubt?: Place & { message: string };
  insertions: Insertion[];
}

export interface TypedOptions {
  language: Language;
  script: string;
  compilerOptions?: Record<string, unknown>;
}

/** The stack is too small to parse a text. */
export class TooDeepError extends Error {}

/** The call around the last expression of a cell. */
export const MARK = '__dlnb.result';

/** Loads the parser and runs it once, so that the first cell with types need not wait for it. */
export function startParser(): void {
  readTyped('const a: number = 1; ({ b: (c?: string) => `${a}` }); class D<T> { e = 1 } a', {
    language: 'typescript',
    script: 'start',
  });
}

type Tree = ReturnType<typeof Parser.parse>;
type Statement = Tree['program']['body'][number];
interface Parsed {
  tree: Tree | undefined;
  doubt: TypedCell['doubt'];
}

/**
 * Reads a cell. A cell that the parser refuses comes back unmarked: esbuild names the error, or knows better.
 * @throws SourceError for what a cell cannot have, with the remedy; TooDeepError
 */
export function readTyped(source: string, options: TypedOptions): TypedCell {
  // A script begins so; a comment of the same length takes its place
  const text = source.replace(/^#!/, '//');
  const typescript = options.language.startsWith('typescript');
  const jsx = options.language.endsWith('react');
  return (jsx ? undefined : readPlain(text, typescript)) ?? readFull(source, text, { typescript, jsx }, options);
}

/** What is in a cell besides JavaScript. */
interface Syntax {
  typescript: boolean;
  jsx: boolean;
}

/**
 * Reads a cell in which nothing is typed, by the parser that also reads the output of esbuild: it is ten times as fast.
 * Where such a text could be TypeScript too, its statements are the same.
 * @returns undefined if it is no JavaScript
 */
function readPlain(text: string, typescript: boolean): TypedCell | undefined {
  const read = (code: string) =>
    acorn.parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true }).body;
  try {
    const body = read(text);
    let last = lastOf(body);
    // Behind two characters, as in {@link objectLiteral}
    const object =
      body.length === 1 && last?.type === 'BlockStatement' ? tryTo(() => read(`(\n${text}\n)`)[0]) : undefined;
    let shift = 0;
    if (object?.type === 'ExpressionStatement' && isObject(object.expression)) {
      [last, shift] = [{ ...object, start: object.expression.start, end: object.expression.end }, 2];
    }
    const cell = unmarked(text, typescript ? 'ts' : 'js');
    if (last?.type !== 'ExpressionStatement') return cell;
    const [start, end] = [last.start - shift, last.end - shift];
    mark(cell, { start, end, loc: { start: acorn.getLineInfo(text, start), end: acorn.getLineInfo(text, end) } });
    return cell;
  } catch (e) {
    if (isTooDeep(e)) throw new TooDeepError();
    return undefined;
  }
}

function tryTo<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

function unmarked(text: string, loader: Loader): TypedCell {
  const none = new Set<string>();
  return { text, loader, automaticJsx: false, merging: none, mentioned: none, marked: true, insertions: [] };
}

/** Reads a cell with types or JSX. */
function readFull(source: string, text: string, { typescript, jsx }: Syntax, options: TypedOptions): TypedCell {
  let parsed = parse(text, typescript, jsx, options);
  const object = parsed.doubt || isOneBlock(parsed.tree) ? objectLiteral(text, typescript, jsx, options) : undefined;
  if (parsed.doubt && !object && !jsx && text.includes('<')) {
    const withJsx = parse(text, typescript, true, options);
    if (!withJsx.doubt) [parsed, jsx] = [withJsx, true];
  }
  const root: TreeNode | undefined = object ?? parsed.tree?.program;
  const cell = unmarked(text, typescript ? (jsx ? 'tsx' : 'ts') : jsx ? 'jsx' : 'js');
  cell.automaticJsx = jsx && options.compilerOptions?.['jsx'] === undefined && !/@jsx\s/.test(text);
  if (parsed.doubt && !object) cell.doubt = parsed.doubt;
  cell.marked = root !== undefined;
  if (!root) return cell;
  if (!object) {
    const { body } = parsed.tree!.program;
    refuse(body, source, options.script);
    cell.merging = mergingNames(body);
    cell.text = withoutTypeImports(text, body);
    if (body.some((node) => node.type === 'ImportDeclaration')) cell.mentioned = mentionedNames(root);
  }
  const last = object ?? lastExpression(parsed.tree!);
  if (last) mark(cell, last);
  return cell;
}

/** The tree of a typed text, of whatever syntax it is; undefined if it cannot be parsed. */
export function parseTyped(source: string, compilerOptions?: Record<string, unknown>): TreeNode | undefined {
  const text = source.replace(/^#!/, '//');
  const options: TypedOptions = { language: 'typescript', script: '', ...(compilerOptions ? { compilerOptions } : {}) };
  const syntaxes = [
    { typescript: true, jsx: false },
    { typescript: true, jsx: true },
    { typescript: false, jsx: true },
  ];
  let best: TreeNode | undefined;
  for (const { typescript, jsx } of syntaxes) {
    const { tree, doubt } = parse(text, typescript, jsx, options);
    const object = doubt ? objectLiteral(text, typescript, jsx, options) : undefined;
    if (object ?? (tree && !doubt)) return object ?? tree!.program;
    best ??= tree?.program;
  }
  return best;
}

/** The place as typed of a place in the text that esbuild got. */
export function toTyped(cell: TypedCell, line: number, column: number): number {
  for (const inserted of cell.insertions) {
    if (inserted.line !== line || column <= inserted.column) continue;
    column = Math.max(inserted.column, column - inserted.length);
  }
  return column;
}

function parse(text: string, typescript: boolean, jsx: boolean, options: TypedOptions): Parsed {
  try {
    const tree = loadParser().parse(text, parserOptions(typescript, jsx, options));
    return { tree, doubt: doubtOf(tree.errors?.[0]) };
  } catch (e) {
    if (isTooDeep(e)) throw new TooDeepError();
    return { tree: undefined, doubt: doubtOf(e) };
  }
}

function doubtOf(error: unknown): TypedCell['doubt'] {
  const { message, loc } = (error ?? {}) as { message?: string; loc?: { line: number; column: number } };
  if (message === undefined || !loc) return undefined;
  return { message: message.replace(/\.? \(\d+:\d+\)$/, ''), line: loc.line, column: loc.column + 1 };
}

function parserOptions(typescript: boolean, jsx: boolean, { compilerOptions }: TypedOptions): Parser.ParserOptions {
  const legacy = typescript && compilerOptions?.['experimentalDecorators'] === true;
  return {
    sourceType: 'module',
    allowAwaitOutsideFunction: true,
    allowUndeclaredExports: true,
    errorRecovery: true,
    attachComment: false,
    plugins: [
      ...(typescript ? (['typescript'] as const) : []),
      ...(jsx ? (['jsx'] as const) : []),
      legacy ? 'decorators-legacy' : 'decorators',
      'decoratorAutoAccessors',
      'explicitResourceManagement',
      'deferredImportEvaluation',
    ],
  };
}

const isOneBlock = (tree: Tree | undefined) =>
  tree?.program.body.length === 1 && tree.program.body[0]!.type === 'BlockStatement';

/** Words that begin a statement with parentheses and braces, which could also be a method of that name. */
const STATEMENTS = new Set(['if', 'for', 'while', 'with', 'switch', 'catch']);

/**
 * The object literal that the whole cell is, if it is one: `{ a: 1, b: 2 }`. As in Node's REPL, a block that could be
 * an object is one.
 */
function objectLiteral(text: string, typescript: boolean, jsx: boolean, options: TypedOptions) {
  // A cell that begins otherwise is none
  if (!/^(\s|\/\/.*|\/\*[^]*?\*\/)*\{/.test(text)) return undefined;
  try {
    // On a line of its own in front, so that columns are those of the cell
    const found = loadParser().parseExpression(`(\n${text}\n)`, {
      ...parserOptions(typescript, jsx, options),
      startLine: 0,
    });
    if (!isObject(found) || found.errors?.length) return undefined;
    return { ...found, start: found.start! - 2, end: found.end! - 2 };
  } catch {
    return undefined;
  }
}

/** Whether an expression is an object, and not a block that could be one. In both kinds of trees. */
function isObject(node: TreeNode): boolean {
  if (node.type !== 'ObjectExpression') return false;
  const { properties } = node as TreeNode & { properties: { method?: boolean; key?: { name?: string } }[] };
  return !properties.some((p) => p.method && STATEMENTS.has(p.key?.name ?? ''));
}

/** Whether a parser has failed because of the size of the stack. */
export function isTooDeep(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof SyntaxError && error.message.includes('stack space'));
}

/** The last statement; `1;;` ends with an empty one, which does not count. */
function lastOf<N extends TreeNode>(body: readonly N[]): N | undefined {
  return body.findLast((node) => node.type !== 'EmptyStatement');
}

/** The last statement if it is an expression; also a text alone, which the parser takes for a directive. */
function lastExpression({ program }: Tree) {
  const last = lastOf(program.body) ?? program.directives.at(-1);
  return last?.type === 'ExpressionStatement' || last?.type === 'Directive' ? last : undefined;
}

/** A node as far as it is marked. */
interface Range {
  start?: number | null;
  end?: number | null;
  loc?: { start: { line: number; column: number }; end: { line: number; column: number } } | null;
}

/** Puts the last expression into a call of {@link MARK}. */
function mark(cell: TypedCell, { start, end, loc }: Range): void {
  const { text } = cell;
  const closed = text[end! - 1] === ';' ? 1 : 0;
  const to = end! - closed;
  const head = `${MARK}((`;
  cell.text = `${text.slice(0, start!)}${head}${text.slice(start!, to)}))${text.slice(to)}`;
  cell.insertions = [
    { line: loc!.start.line, column: loc!.start.column, length: head.length },
    { line: loc!.end.line, column: loc!.end.column - closed, length: 2 },
  ];
}

/** Names of enums and namespaces that a cell makes itself: those of an earlier cell do not go on in them. */
function mergingNames(body: Statement[]): Set<string> {
  const names = new Set<string>();
  const others = new Set<string>();
  for (const statement of body) {
    const declared =
      (statement.type === 'ExportNamedDeclaration' || statement.type === 'ExportDefaultDeclaration') &&
      statement.declaration
        ? statement.declaration
        : statement;
    if (declared.type === 'TSEnumDeclaration' || declared.type === 'TSModuleDeclaration') {
      const name = leftmost(declared.id);
      if (name !== undefined) names.add(name);
    }
    if ((declared.type === 'FunctionDeclaration' || declared.type === 'ClassDeclaration') && declared.id)
      others.add(declared.id.name);
  }
  for (const name of others) names.delete(name);
  return names;
}

/** `A` of `namespace A.B`. */
function leftmost(id: TreeNode): string | undefined {
  let node = id as TreeNode & { left?: TreeNode; name?: string };
  while (node.type === 'TSQualifiedName') node = node.left!;
  return node.type === 'Identifier' ? node.name : undefined;
}

function mentionedNames(root: TreeNode): Set<string> {
  const names = new Set<string>();
  walk(root, (node, parent) => {
    if (node.type === 'ImportDeclaration') return false;
    if ((node.type === 'Identifier' || node.type === 'JSXIdentifier') && !isKey(node, parent))
      names.add((node as TreeNode & { name: string }).name);
    return true;
  });
  return names;
}

/** Puts spaces in the place of `import { type A } from 'x'`: as in `import type`, nothing is left to load. */
function withoutTypeImports(text: string, body: Statement[]): string {
  for (const node of body) {
    if (node.type !== 'ImportDeclaration' || node.importKind === 'type' || node.specifiers.length === 0) continue;
    if (!node.specifiers.every((i) => i.type === 'ImportSpecifier' && i.importKind === 'type')) continue;
    const blank = text.slice(node.start!, node.end!).replace(/[^\r\n\u2028\u2029]/g, ' ');
    text = text.slice(0, node.start!) + blank + text.slice(node.end!);
  }
  return text;
}

/** @throws SourceError for statements that a cell cannot have, though esbuild would compile some of them */
function refuse(body: Statement[], source: string, script: string): void {
  for (const node of body) {
    let message: string | undefined;
    if (node.type === 'TSExportAssignment')
      message =
        '"export =" is for CommonJS files. A cell exports nothing: its variables are known in all cells that run later';
    if (node.type === 'ImportDeclaration' && node.phase)
      message = `"import ${node.phase}" does not run in Node. Write import * as name from '…', or load the module where it is needed: await import('…')`;
    const { line, column } = node.loc?.start ?? { line: 1, column: 0 };
    if (message) throw new SourceError(message, script, line, column + 1, source);
  }
}
