// Transforms a TypeScript cell into one script for V8's REPL mode. Top-level names become session variables, which
// later cells can read, assign and declare again; imports become calls of the kernel; the value of the last expression
// is passed to the kernel. The typed text is read first (typed.ts), then esbuild strips its types (strip.ts), and what
// it prints is rewritten here.
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import * as acorn from 'acorn';
import MagicString from 'magic-string';
import remapping from '@jridgewell/remapping';
import { decodedMap, decodedMappings, originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import type { Language } from '../../wire/protocol.ts';
import { BRIDGE } from './bridge.ts';
import { addInterruptTests } from './instrument.ts';
import { restoreNames } from './names.ts';
import { SourceError, strip, type Stripped } from './strip.ts';
import { isTooDeep, MARK, readTyped, TooDeepError, toTyped, type TypedCell } from './typed.ts';
import { isKey, walk } from './walk.ts';

/** The result of {@link transformCell}. */
export interface TransformedCell {
  /** Code for `Runtime.evaluate` with `replMode`. Ends with a `sourceURL`. */
  expression: string;
  /** JSON of a version 3 source map from `expression` to the cell as typed. */
  map: string;
  /** Session variables that the cell declares. */
  names: string[];
}

export interface TransformOptions {
  language: Language;
  /** Name of the script in stack traces, unique for each version of a cell. */
  script: string;
  /**
   * Session variables that exist already. They keep their values until the cell assigns them, so that a failing cell
   * loses nothing.
   */
  declared: ReadonlySet<string>;
  compilerOptions?: Record<string, unknown>;
  /** Labels the functions of the cell: see function-text.ts. */
  key?: string;
}

/** What is wrong with a cell that does not fit on a stack. */
export const TOO_DEEP =
  'The code is nested too deeply to be compiled. Split the longest expression or chain of "else if" into parts';

/** What the thread with a large stack gets. */
export interface DeepTask {
  source: string;
  options: TransformOptions;
}
/** What it answers: the cell, or the error, with its place if the cell is at fault. */
export type DeepAnswer = { cell: TransformedCell } | { message: string; at?: { line: number; column: number } };

/** Enough for an expression of 100,000 operands. In mebibytes. */
const DEEP_STACK = 256;

/**
 * Transforms a cell.
 * @throws SourceError for a syntax error or a reserved name, with its position in the cell as typed
 */
export async function transformCell(source: string, options: TransformOptions): Promise<TransformedCell> {
  try {
    return await transformHere(source, options);
  } catch (e) {
    if (e instanceof TooDeepError) return transformDeep(source, options);
    throw e;
  }
}

/** Transforms a cell that needs a larger stack, in a thread. */
async function transformDeep(source: string, options: TransformOptions): Promise<TransformedCell> {
  const file = path.join(__dirname, 'deep.js');
  const tooDeep = new SourceError(TOO_DEEP, options.script, 1, 1, source);
  if (!existsSync(file)) throw tooDeep;
  const workerData: DeepTask = { source, options };
  const worker = new Worker(file, { workerData, resourceLimits: { stackSizeMb: DEEP_STACK } });
  try {
    const [answer] = (await once(worker, 'message')) as [DeepAnswer];
    if ('cell' in answer) return answer.cell;
    if (!answer.at) throw tooDeep;
    throw new SourceError(answer.message, options.script, answer.at.line, answer.at.column, source);
  } finally {
    void worker.terminate();
  }
}

/**
 * Transforms a cell in this thread.
 * @throws SourceError like {@link transformCell}; TooDeepError if the stack is too small
 */
export async function transformHere(source: string, options: TransformOptions): Promise<TransformedCell> {
  const { script, declared } = options;
  const typed = readTyped(source, options);
  const stripped = await stripTyped(typed, source, options);
  const ast = parse(stripped.code, script, source, { map: stripped.map, ...(typed.doubt ? { at: typed.doubt } : {}) });
  const s = new MagicString(stripped.code);
  const cell = new CellRewriter(s, ast, typed);
  if (typed.loader === 'ts' || typed.loader === 'js') restoreNames(ast, s, new TraceMap(stripped.map));
  addInterruptTests(ast, s, options.key, (node, parent) => cell.read(node, parent));
  cell.rewrite();

  const own = new Set(source.match(/[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu));
  const names = cell.names.filter((n) => own.has(n));
  const reserved = names.find((n) => n.startsWith(BRIDGE) || CONSTANTS.has(n));
  if (reserved) {
    const message = CONSTANTS.has(reserved)
      ? `"${reserved}" cannot be declared: JavaScript has a constant of this name`
      : `"${reserved}" is a reserved name: names that start with "${BRIDGE}" belong to the kernel`;
    const { line, column } = acorn.getLineInfo(source, source.indexOf(reserved));
    throw new SourceError(message, script, line, column + 1, source);
  }
  // Helpers and temporaries of esbuild (for decorators and `using`) stay private to the cell: other cells must not
  // replace them
  const helpers = cell.names.filter((n) => !own.has(n));
  const fresh = names.filter((n) => !declared.has(n));
  s.prepend(
    `"use strict";${fresh.length ? `let ${fresh.join(',')};` : ''}try{${helpers.length ? `let ${helpers.join(',')};` : ''}`,
  );
  s.append(`}catch(e){${BRIDGE}.threw(e)}void 0\n//# sourceURL=${script}`);
  const outer = s.generateMap({ hires: 'boundary', source: 'stripped.js' });
  const map = remapping(outer as never, (file) => (file === 'stripped.js' ? (stripped.map as never) : null));
  return { expression: s.toString(), map: map.toString(), names };
}

/** Global constants, which V8 lets no script declare. */
const CONSTANTS = new Set(['undefined', 'NaN', 'Infinity']);

/** Strips the types of a cell. Positions, also those of errors, are those of the text as typed. */
async function stripTyped(typed: TypedCell, source: string, options: TransformOptions) {
  const { script, compilerOptions } = options;
  let stripped: Stripped;
  try {
    stripped = await strip(typed.text, {
      loader: typed.loader,
      script,
      keepImports: true,
      automaticJsx: typed.automaticJsx,
      ...(compilerOptions ? { compilerOptions } : {}),
    });
  } catch (e) {
    if (!(e instanceof SourceError)) throw e;
    throw new SourceError(e.message, script, e.line, toTyped(typed, e.line, e.column - 1) + 1, source);
  }
  const trace = new TraceMap(stripped.map);
  for (const line of decodedMappings(trace)) {
    // In place: the decoded map is this trace's own
    for (const segment of line as number[][])
      if (segment.length > 1) segment[3] = toTyped(typed, segment[2]! + 1, segment[3]!);
  }
  return { code: stripped.code, map: decodedMap(trace) };
}

/** `line` from 1, `column` from 0. */
type Position = Pick<acorn.Position, 'line' | 'column'>;

/** A source map as JSON or decoded. */
type AnyMap = ConstructorParameters<typeof TraceMap>[0];

/**
 * Parses the output of esbuild, which has already reported nearly every syntax error.
 * @param typed the map to the text as typed, and the place of an error there, if it is known
 * @throws SourceError with its place in the text as typed; TooDeepError
 */
export function parse(
  code: string,
  script: string,
  source: string,
  typed: { map?: AnyMap; at?: { message: string; line: number; column: number } } = {},
): acorn.Program {
  try {
    return acorn.parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true });
  } catch (e) {
    if (isTooDeep(e)) throw new TooDeepError(TOO_DEEP);
    if (typed.at) throw new SourceError(typed.at.message, script, typed.at.line, typed.at.column, source);
    const at = (e as { loc?: acorn.Position }).loc ?? { line: 1, column: 0 };
    const message = (e as Error).message.replace(/ \(\d+:\d+\)$/, '');
    const { line, column } = (typed.map ? placeAsTyped(typed.map, at) : undefined) ?? at;
    throw new SourceError(message, script, line, column + 1, source);
  }
}

/** The place as typed of a place in compiled code, or of the code before it. */
function placeAsTyped(map: AnyMap, at: Position): Position | undefined {
  const trace = new TraceMap(map);
  for (let { line, column } = at; line > 0; line--, column = Number.MAX_SAFE_INTEGER) {
    const found = originalPositionFor(trace, { line, column });
    if (found.line !== null) return found;
  }
  return undefined;
}

/** Rewrites the top level of a cell. */
class CellRewriter {
  private readonly declared = new Set<string>();
  /** Enums and namespaces of the cell so far: later ones of the same name merge with them. */
  private readonly merged = new Set<string>();
  /** Names that the cell uses as values. */
  private readonly used = new Set<string>();
  /** Place of hoisted statements: before the first statement that is neither an import nor a function. */
  private readonly hoistTo: number;

  constructor(
    private readonly s: MagicString,
    private readonly ast: acorn.Program,
    private readonly typed: TypedCell,
  ) {
    this.hoistTo = ast.body.find((n) => !isHoisted(n))?.start ?? ast.end;
  }

  /** Declared names, in order of declaration. */
  get names(): string[] {
    return [...this.declared];
  }

  rewrite(): void {
    const last = this.ast.body.at(-1);
    for (const node of this.ast.body) this.topLevel(node);
    if (!this.typed.marked && last?.type === 'ExpressionStatement') {
      // The parser of typed text has refused the cell, and esbuild has not
      this.s.prependRight(last.start, `${MARK}((`);
      this.s.appendLeft(last.end - (this.s.original[last.end - 1] === ';' ? 1 : 0), '))');
    }
  }

  /** Reads each node before {@link rewrite}: notes the names that are used, and replaces `import(x)` and `import.meta`. */
  read(node: acorn.AnyNode, parent: acorn.AnyNode | undefined): void {
    if (node.type === 'Identifier') {
      if (!isKey(node, parent) && !isImported(parent)) this.used.add(node.name);
    } else if (node.type === 'ImportExpression') {
      // `update` and not `overwrite`, which would remove what was put before and behind
      this.s.update(node.start, node.start + 'import'.length, `${BRIDGE}.import`);
    } else if (node.type === 'MetaProperty' && node.meta.name === 'import') {
      this.s.update(node.start, node.end, `${BRIDGE}.meta`);
    }
  }

  private declare(name: string): void {
    this.declared.add(name);
  }

  private topLevel(node: acorn.Statement | acorn.ModuleDeclaration): void {
    switch (node.type) {
      case 'ImportDeclaration':
        return this.importDeclaration(node);
      case 'ExportAllDeclaration':
        this.s.overwrite(node.start, node.end, `await ${BRIDGE}.load(${node.source.raw});`);
        return;
      case 'ExportDefaultDeclaration':
        return this.exportDefault(node);
      case 'ExportNamedDeclaration':
        if (node.declaration) {
          this.s.remove(node.start, node.declaration.start);
          return this.topLevel(node.declaration);
        }
        if (node.source) this.s.overwrite(node.start, node.end, `await ${BRIDGE}.load(${node.source.raw});`);
        else this.s.remove(node.start, node.end);
        return;
      case 'FunctionDeclaration':
        return this.functionDeclaration(node);
      case 'ClassDeclaration':
        this.declare(node.id!.name);
        // Inside itself the class keeps its name: its static fields need it before the variable has its value, and
        // instances of an earlier version need that version
        this.s.appendRight(node.start, `${node.id!.name} = `);
        this.s.appendLeft(node.end, ';');
        return;
      case 'VariableDeclaration':
        return this.variables(node, false);
      case 'ExpressionStatement':
        return this.namespace(node);
      default:
        return this.nestedVars(node);
    }
  }

  /**
   * Hoists imports, as modules do. `import d, { a as b } from 'x'` assigns `d` and `b` from the exports of the module.
   */
  private importDeclaration(node: acorn.ImportDeclaration): void {
    const from = `await ${BRIDGE}.load(${node.source.raw}`;
    let text: string;
    const star = node.specifiers.find((i) => i.type === 'ImportNamespaceSpecifier');
    const others = node.specifiers.filter((i) => i.type !== 'ImportNamespaceSpecifier');
    for (const i of node.specifiers) this.declare(i.local.name);
    const wanted = others.map((i) => {
      const imported =
        i.type === 'ImportSpecifier'
          ? i.imported.type === 'Literal'
            ? String(i.imported.value)
            : i.imported.name
          : 'default';
      return { imported, local: i.local.name };
    });
    // A name that the cell uses as a value must exist; one that it uses in types alone may be a type
    const needed = wanted.filter((w) => this.used.has(w.local)).map((w) => w.imported);
    const types = wanted.filter((w) => !this.used.has(w.local) && this.typed.mentioned.has(w.local));
    if (wanted.length === 0) text = star ? `${star.local.name} = ${from});` : `${from});`;
    else {
      const pattern = `{${wanted.map((w) => `${JSON.stringify(w.imported)}: ${w.local}`).join(', ')}}`;
      const lists = [wanted.map((w) => w.imported), needed, ...(types.length ? [types.map((w) => w.imported)] : [])];
      text = `(${pattern} = ${from}, ${lists.map((list) => JSON.stringify(list)).join(', ')}));`;
      if (star) text += `${star.local.name} = ${from});`;
    }
    this.s.overwrite(node.start, node.end, text);
    this.hoist(node);
  }

  private hoist(node: acorn.AnyNode): void {
    if (node.start > this.hoistTo) this.s.move(node.start, node.end, this.hoistTo);
  }

  private exportDefault(node: acorn.ExportDefaultDeclaration): void {
    const d = node.declaration;
    this.s.remove(node.start, d.start);
    if ((d.type === 'FunctionDeclaration' || d.type === 'ClassDeclaration') && d.id)
      return this.topLevel(d as acorn.Statement);
    this.s.appendRight(d.start, '(');
    this.s.appendLeft(d.end, ')');
    if (d.end === node.end) this.s.appendLeft(node.end, ';');
  }

  /** Hoists functions, so that they can be called above their declarations. */
  private functionDeclaration(node: acorn.FunctionDeclaration | acorn.AnonymousFunctionDeclaration): void {
    const name = node.id!.name;
    this.declare(name);
    this.s.overwrite(
      node.start,
      node.id!.end,
      `${name} = ${node.async ? 'async ' : ''}function${node.generator ? '*' : ''} `,
    );
    this.s.appendLeft(node.end, ';');
    this.hoist(node);
  }

  /** Turns `const a = 1, { b } = o` into assignments. In the head of a `for`, only removes the keyword. */
  private variables(node: acorn.VariableDeclaration, inFor: boolean): void {
    for (const d of node.declarations) {
      for (const name of boundNames(d.id)) this.declare(name);
    }
    const first = node.declarations[0]!;
    this.s.remove(node.start, first.start);
    if (inFor) return;
    for (const d of node.declarations) {
      if (d.init) {
        this.freshEnum(d);
        if (d.id.type !== 'Identifier') this.s.appendRight(d.start, '(').appendLeft(d.end, ')');
      } else if (node.kind === 'var') {
        // `var x;` does not change the value of x
        this.s.overwrite(d.start, d.end, 'void 0');
      } else {
        this.s.appendLeft(d.end, ' = void 0');
      }
    }
  }

  /** Declares every `var` inside blocks and loops, which is a session variable too. */
  private nestedVars(node: acorn.AnyNode): void {
    walk<acorn.AnyNode>(node, (n, parent) => {
      if (isFunction(n) || n.type === 'ClassDeclaration' || n.type === 'ClassExpression') return false;
      if (n.type === 'ExpressionStatement') this.namespace(n);
      if (n.type === 'VariableDeclaration' && n.kind === 'var') {
        const head =
          (parent?.type === 'ForStatement' && parent.init === n) ||
          ((parent?.type === 'ForInStatement' || parent?.type === 'ForOfStatement') && parent.left === n);
        if (!head) this.variables(n, false);
        else if (parent.type !== 'ForStatement') this.variables(n, true);
        else
          this.variables(
            n,
            n.declarations.every((d) => d.init && d.id.type === 'Identifier'),
          );
      }
      return true;
    });
  }

  /**
   * esbuild compiles an enum to `var E = ((E2) => {…})(E || {})`. The first enum of a name in a cell must not merge
   * with an enum of an earlier cell.
   */
  private freshEnum(d: acorn.VariableDeclarator): void {
    const isEmpty = (n: acorn.Expression) => n.type === 'ObjectExpression' && n.properties.length === 0;
    if (d.id.type === 'Identifier' && d.init) this.fresh(d.init, d.id.name, isEmpty);
  }

  /** esbuild compiles a namespace to `((N2) => {…})(N || (N = {}))`. Treats it like {@link freshEnum}. */
  private namespace({ expression }: acorn.ExpressionStatement): void {
    const arg = expression.type === 'CallExpression' ? expression.arguments[0] : undefined;
    if (arg?.type !== 'LogicalExpression' || arg.left.type !== 'Identifier') return;
    const { name } = arg.left;
    const isMade = (n: acorn.Expression) =>
      n.type === 'AssignmentExpression' && n.left.type === 'Identifier' && n.left.name === name;
    this.fresh(expression, name, isMade);
  }

  /** Replaces `name || …` by `void 0 || …` in the first call that esbuild has made for an enum or a namespace. */
  private fresh(call: acorn.Expression, name: string, isStart: (n: acorn.Expression) => boolean): void {
    if (!this.typed.merging.has(name) || this.merged.has(name)) return;
    if (call.type !== 'CallExpression' || call.arguments.length !== 1) return;
    const { callee } = call;
    const arg = call.arguments[0]!;
    if (callee.type !== 'ArrowFunctionExpression' || callee.params.length !== 1) return;
    if (arg.type !== 'LogicalExpression' || arg.operator !== '||' || !isStart(arg.right)) return;
    if (arg.left.type !== 'Identifier' || arg.left.name !== name) return;
    this.s.overwrite(arg.start, arg.left.end, 'void 0');
    this.merged.add(name);
  }
}

const isFunction = (n: acorn.AnyNode) =>
  n.type === 'FunctionDeclaration' || n.type === 'FunctionExpression' || n.type === 'ArrowFunctionExpression';

const isImported = (parent: acorn.AnyNode | undefined) =>
  parent?.type === 'ImportSpecifier' ||
  parent?.type === 'ImportDefaultSpecifier' ||
  parent?.type === 'ImportNamespaceSpecifier';

const isHoisted = (n: acorn.AnyNode): boolean =>
  n.type === 'ImportDeclaration' ||
  n.type === 'FunctionDeclaration' ||
  (n.type === 'ExportNamedDeclaration' && n.declaration?.type === 'FunctionDeclaration') ||
  (n.type === 'ExportDefaultDeclaration' && n.declaration.type === 'FunctionDeclaration');

/** All names that a pattern binds. */
function boundNames(pattern: acorn.Pattern): string[] {
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'ObjectPattern':
      return pattern.properties.flatMap((p) => boundNames(p.type === 'RestElement' ? p.argument : p.value));
    case 'ArrayPattern':
      return pattern.elements.flatMap((e) => (e ? boundNames(e) : []));
    case 'RestElement':
      return boundNames(pattern.argument);
    case 'AssignmentPattern':
      return boundNames(pattern.left);
    default:
      return [];
  }
}
