// A cell of TypeScript to one expression for V8's REPL mode: every top-level name becomes a session variable that later cells see,
// assign and declare again; imports become calls of the kernel; the last expression's value is handed over. Pure but for esbuild.
import * as acorn from 'acorn';
import MagicString from 'magic-string';
import remapping from '@jridgewell/remapping';
import type { Language } from '../../wire/protocol.ts';
import { addInterruptTests } from './instrument.ts';
import { SourceError, strip } from './strip.ts';

/** The global object through which a cell's code talks to the kernel. */
export const BRIDGE = '__dlnb';

export interface TransformedCell {
  /** For `Runtime.evaluate` with `replMode`. Ends with its `sourceURL`. */
  expression: string;
  /** JSON of a version 3 source map from `expression` to the cell as typed. */
  map: string;
  /** Session variables that the cell declares. */
  names: string[];
}

export interface TransformOptions {
  language: Language;
  /** Name of the script in stack traces, unique per cell version. */
  script: string;
  /** Session variables there are already. They keep their values until the cell assigns them, so that a cell that fails half-way loses nothing. */
  declared: ReadonlySet<string>;
  compilerOptions?: Record<string, unknown>;
}

/**
 * @throws SourceError for a syntax error or a reserved name, positioned in the cell as typed.
 */
export async function transformCell(source: string, options: TransformOptions): Promise<TransformedCell> {
  const { script, language, declared } = options;
  const stripped = await strip(source, {
    loader: language === 'typescript' ? 'ts' : 'js',
    script,
    keepImports: true,
    ...(options.compilerOptions ? { compilerOptions: options.compilerOptions } : {}),
  });
  const ast = parse(stripped.code, script, source);
  const s = new MagicString(stripped.code);
  const cell = new CellRewriter(s, ast);
  cell.rewrite();
  addInterruptTests(ast, s);

  const own = new Set(source.match(/[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu));
  const names = cell.names.filter((n) => own.has(n));
  const reserved = names.find((n) => n.startsWith(BRIDGE));
  if (reserved)
    throw new SourceError(
      `"${reserved}" is a reserved name: names that start with "${BRIDGE}" belong to the kernel`,
      script,
      1,
      1,
      source,
    );
  // Helpers and temporaries that esbuild made (decorators, `using`) stay private to the cell: another cell's must not replace them
  const helpers = cell.names.filter((n) => !own.has(n));
  const fresh = names.filter((n) => !declared.has(n));
  s.prepend(
    `"use strict";${fresh.length ? `let ${fresh.join(',')};` : ''}try{${helpers.length ? `let ${helpers.join(',')};` : ''}`,
  );
  s.append(`}catch(e){${BRIDGE}.threw(e)}void 0\n//# sourceURL=${script}`);
  const outer = s.generateMap({ hires: 'boundary', source: 'stripped.js' });
  const map = remapping(outer as never, (file) =>
    file === 'stripped.js' ? (JSON.parse(stripped.map) as never) : null,
  );
  return { expression: s.toString(), map: map.toString(), names };
}

/** Parses what esbuild made; esbuild has reported nearly every error already. */
export function parse(code: string, script: string, source: string): acorn.Program {
  try {
    return acorn.parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true });
  } catch (e) {
    const at = (e as { loc?: acorn.Position }).loc;
    const message = (e as Error).message.replace(/ \(\d+:\d+\)$/, '');
    throw new SourceError(message, script, at?.line ?? 1, (at?.column ?? 0) + 1, source);
  }
}

class CellRewriter {
  /** In order of declaration. */
  readonly names: string[] = [];
  private readonly merged = new Set<string>();
  /** Where hoisted statements go: before the first one that is neither an import nor a function. */
  private readonly hoistTo: number;

  constructor(
    private readonly s: MagicString,
    private readonly ast: acorn.Program,
  ) {
    this.hoistTo = ast.body.find((n) => !isHoisted(n))?.start ?? ast.end;
  }

  rewrite(): void {
    const last = this.ast.body.at(-1);
    for (const node of this.ast.body) this.topLevel(node);
    if (last?.type === 'ExpressionStatement') {
      this.s.appendRight(last.start, `${BRIDGE}.result((`);
      this.s.appendLeft(last.expression.end, ')),void 0');
    }
    this.expressions(this.ast);
  }

  private declare(name: string): void {
    if (!this.names.includes(name)) this.names.push(name);
  }

  private topLevel(node: acorn.Statement | acorn.ModuleDeclaration): void {
    switch (node.type) {
      case 'ImportDeclaration':
        return this.importDeclaration(node);
      case 'ExportAllDeclaration':
        this.s.overwrite(node.start, node.end, `await ${BRIDGE}.import(${node.source.raw});`);
        return;
      case 'ExportDefaultDeclaration':
        return this.exportDefault(node);
      case 'ExportNamedDeclaration':
        if (node.declaration) {
          this.s.remove(node.start, node.declaration.start);
          return this.topLevel(node.declaration);
        }
        if (node.source) this.s.overwrite(node.start, node.end, `await ${BRIDGE}.import(${node.source.raw});`);
        else this.s.remove(node.start, node.end);
        return;
      case 'FunctionDeclaration':
        return this.functionDeclaration(node);
      case 'ClassDeclaration':
        this.declare(node.id!.name);
        // An anonymous class assigned to a name takes that name, and refers to itself by the session variable
        this.s.overwrite(node.start, node.id!.end, `${node.id!.name} = class`);
        this.s.appendLeft(node.end, ';');
        return;
      case 'VariableDeclaration':
        return this.variables(node, false);
      case 'ExpressionStatement':
        return this.enumOrNamespace(node);
      default:
        return this.nestedVars(node);
    }
  }

  /** Imports come first, as they do in a module. `import d, { a as b } from 'x'` assigns `d` and `b` from the module's names. */
  private importDeclaration(node: acorn.ImportDeclaration): void {
    const from = `await ${BRIDGE}.import(${node.source.raw}`;
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
    // A name that the cell uses as a value must be there; one that it does not use may have been a type
    const needed = wanted.filter((w) => this.isUsed(w.local, node)).map((w) => w.imported);
    if (wanted.length === 0) text = star ? `${star.local.name} = ${from});` : `${from});`;
    else {
      const pattern = `{${wanted.map((w) => `${JSON.stringify(w.imported)}: ${w.local}`).join(', ')}}`;
      const names = JSON.stringify(wanted.map((w) => w.imported));
      text = `(${pattern} = ${from}, ${names}, ${JSON.stringify(needed)}));`;
      if (star) text += `${star.local.name} = ${from});`;
    }
    this.s.overwrite(node.start, node.end, text);
    this.hoist(node);
  }

  private hoist(node: acorn.AnyNode): void {
    if (node.start > this.hoistTo) this.s.move(node.start, node.end, this.hoistTo);
  }

  private isUsed(name: string, declaration: acorn.ImportDeclaration): boolean {
    let used = false;
    visit(this.ast, (n, parent) => {
      if (n === declaration) return false;
      if (n.type === 'Identifier' && n.name === name && !isKey(n, parent)) used = true;
      return !used;
    });
    return used;
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

  /** Functions are assigned before everything else, so that they can be called above their declaration. */
  private functionDeclaration(node: acorn.FunctionDeclaration | acorn.AnonymousFunctionDeclaration): void {
    const name = node.id!.name;
    this.declare(name);
    const head = this.s.original.slice(node.start, node.id!.start).replace(/\/\*[^]*?\*\/|\/\/.*/g, '');
    this.s.overwrite(
      node.start,
      node.id!.end,
      `${name} = ${head.includes('async') ? 'async ' : ''}function${node.generator ? '*' : ''} `,
    );
    this.s.appendLeft(node.end, ';');
    this.hoist(node);
  }

  /** `const a = 1, { b } = o` to assignments. Within a `for` head there is one declaration and no semicolon. */
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
        // `var x;` keeps the value that x has
        this.s.overwrite(d.start, d.end, 'void 0');
      } else {
        this.s.appendLeft(d.end, ' = void 0');
      }
    }
  }

  /** A `var` inside a block or a loop is a session variable too. */
  private nestedVars(node: acorn.AnyNode): void {
    visit(node, (n, parent) => {
      if (isFunction(n) || n.type === 'ClassDeclaration' || n.type === 'ClassExpression') return false;
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

  /** esbuild makes `var E = ((E2) => …)(E || {})` of an enum: the first of a cell starts afresh, a second one of the same name merges. */
  private freshEnum(d: acorn.VariableDeclarator): void {
    if (
      d.id.type !== 'Identifier' ||
      d.init?.type !== 'CallExpression' ||
      d.init.callee.type !== 'ArrowFunctionExpression'
    )
      return;
    this.freshArgument(d.init, d.id.name);
  }

  /** … and `((N2) => …)(N || (N = {}))` of a namespace. */
  private enumOrNamespace(node: acorn.ExpressionStatement): void {
    const call = node.expression;
    if (call.type !== 'CallExpression' || call.callee.type !== 'ArrowFunctionExpression') return;
    const arg = call.arguments[0];
    if (arg?.type === 'LogicalExpression' && arg.left.type === 'Identifier' && this.names.includes(arg.left.name))
      this.freshArgument(call, arg.left.name);
  }

  private freshArgument(call: acorn.CallExpression, name: string): void {
    const arg = call.arguments[0];
    if (
      call.arguments.length !== 1 ||
      arg?.type !== 'LogicalExpression' ||
      arg.operator !== '||' ||
      arg.left.type !== 'Identifier' ||
      arg.left.name !== name
    )
      return;
    if (!this.merged.has(name)) this.s.overwrite(arg.start, arg.left.end, 'void 0');
    this.merged.add(name);
  }

  /** `import(x)` and `import.meta`, wherever they stand. */
  private expressions(root: acorn.AnyNode): void {
    visit(root, (n) => {
      // `update` and not `overwrite`, which would remove what was put before a last expression that starts here
      if (n.type === 'ImportExpression') this.s.update(n.start, n.start + 'import'.length, `${BRIDGE}.import`);
      if (n.type === 'MetaProperty' && n.meta.name === 'import') this.s.update(n.start, n.end, `${BRIDGE}.meta`);
      return true;
    });
  }
}

const isFunction = (n: acorn.AnyNode) =>
  n.type === 'FunctionDeclaration' || n.type === 'FunctionExpression' || n.type === 'ArrowFunctionExpression';

const isHoisted = (n: acorn.AnyNode): boolean =>
  n.type === 'ImportDeclaration' ||
  n.type === 'FunctionDeclaration' ||
  (n.type === 'ExportNamedDeclaration' && n.declaration?.type === 'FunctionDeclaration') ||
  (n.type === 'ExportDefaultDeclaration' && n.declaration.type === 'FunctionDeclaration');

/** Whether an identifier is the name of a property rather than a reference. */
function isKey(n: acorn.AnyNode, parent: acorn.AnyNode | undefined): boolean {
  if (parent?.type === 'MemberExpression') return parent.property === n && !parent.computed;
  if (parent?.type === 'Property') return parent.key === n && !parent.computed && !parent.shorthand;
  return (
    (parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition') &&
    parent.key === n &&
    !parent.computed
  );
}

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

/** Visits nodes from the outside in, with their parent; `enter` returns whether to go further in. */
function visit(
  node: acorn.AnyNode,
  enter: (n: acorn.AnyNode, parent?: acorn.AnyNode) => boolean,
  parent?: acorn.AnyNode,
): void {
  if (!enter(node, parent)) return;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child && typeof (child as acorn.AnyNode).type === 'string') visit(child as acorn.AnyNode, enter, node);
    }
  }
}
