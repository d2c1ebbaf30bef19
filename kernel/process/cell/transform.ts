// Transforms a TypeScript cell into one expression for V8's REPL mode. Top-level names become session variables, which
// later cells can read, assign and declare again; imports become calls of the kernel; the value of the last expression
// is passed to the kernel.
import * as acorn from 'acorn';
import MagicString from 'magic-string';
import remapping from '@jridgewell/remapping';
import type { Language } from '../../wire/protocol.ts';
import { addInterruptTests } from './instrument.ts';
import { SourceError, strip } from './strip.ts';

/** The global object whose functions the code of a cell calls. */
export const BRIDGE = '__dlnb';

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
}

/**
 * Transforms a cell.
 * @throws SourceError for a syntax error or a reserved name, with its position in the cell as typed
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
  // Helpers and temporaries of esbuild (for decorators and `using`) stay private to the cell: other cells must not
  // replace them
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

/** Parses the output of esbuild, which has already reported nearly every syntax error. */
export function parse(code: string, script: string, source: string): acorn.Program {
  try {
    return acorn.parse(code, { ecmaVersion: 'latest', sourceType: 'module', allowAwaitOutsideFunction: true });
  } catch (e) {
    const at = (e as { loc?: acorn.Position }).loc;
    const message = (e as Error).message.replace(/ \(\d+:\d+\)$/, '');
    throw new SourceError(message, script, at?.line ?? 1, (at?.column ?? 0) + 1, source);
  }
}

/** Rewrites the top level of a cell. */
class CellRewriter {
  /** Declared names, in order of declaration. */
  readonly names: string[] = [];
  /** Enums and namespaces of the cell so far: later ones of the same name merge with them. */
  private readonly merged = new Set<string>();
  /** Place of hoisted statements: before the first statement that is neither an import nor a function. */
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
        // An anonymous class gets the name of the variable, and refers to itself through the session variable
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

  /**
   * Hoists imports, as modules do. `import d, { a as b } from 'x'` assigns `d` and `b` from the exports of the module.
   */
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
    // A name that the cell uses as a value must exist; an unused name may have been a type
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

  /** Hoists functions, so that they can be called above their declarations. */
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

  /**
   * esbuild compiles an enum to `var E = ((E2) => …)(E || {})`. The first enum of a name in a cell must not merge with
   * an enum of an earlier cell.
   */
  private freshEnum(d: acorn.VariableDeclarator): void {
    if (
      d.id.type !== 'Identifier' ||
      d.init?.type !== 'CallExpression' ||
      d.init.callee.type !== 'ArrowFunctionExpression'
    )
      return;
    this.freshArgument(d.init, d.id.name);
  }

  /** esbuild compiles a namespace to `((N2) => …)(N || (N = {}))`. Treats it like {@link freshEnum}. */
  private enumOrNamespace(node: acorn.ExpressionStatement): void {
    const call = node.expression;
    if (call.type !== 'CallExpression' || call.callee.type !== 'ArrowFunctionExpression') return;
    const arg = call.arguments[0];
    if (arg?.type === 'LogicalExpression' && arg.left.type === 'Identifier' && this.names.includes(arg.left.name))
      this.freshArgument(call, arg.left.name);
  }

  /** Replaces `name || …` by `void 0 || …` in the first call for a name. */
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

  /** Replaces `import(x)` and `import.meta` everywhere in the cell. */
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

/** Whether an identifier is the name of a property and not a reference to a variable. */
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

/** Visits nodes with their parents, outer nodes first. `enter` returns whether to visit the children. */
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
