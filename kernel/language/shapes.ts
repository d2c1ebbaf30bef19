// Shapes of tensors that are known before cells run, and calls whose shapes cannot fit. Read from the code alone: names
// that are never assigned again, shapes that are written as numbers, and the ops that follow from them. What is not
// known stays silent. TypeScript's own types cannot say it: a `let` would keep the shape of its first value.
import { parse } from '@babel/parser';
import { apply, NAMES, type Argument, type Shape } from './shape-rules.ts';

/** A place in a cell: offsets in its code. */
export interface Place {
  /** The number of the cell in the list. */
  cell: number;
  start: number;
  end: number;
}
/** A call whose shapes cannot fit. */
export interface Misfit extends Place {
  message: string;
}
/** An expression whose shape is known. Sizes that are not known are null. */
export interface KnownShape extends Place {
  shape: Shape;
}

/** `[2, 3]`, `[?, 10]`: a shape in a hover. */
export const shapeText = (shape: Shape): string => `[${shape.map((n) => n ?? '?').join(', ')}]`;

interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}
const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** Trees of cells by their code. */
export type Trees = Map<string, object | undefined>;
/** What was found, in the order of the cells. */
export interface Found {
  misfits: Misfit[];
  shapes: KnownShape[];
}

/** What is known of a value. */
type Known = { is: 'tensor'; shape: Shape } | { is: 'number'; value: number } | { is: 'library' } | undefined;
/** Names in their blocks; undefined: a name whose value is not known. */
type Names = Map<string, Known>;

/**
 * Looks through the cells of a notebook, in their order.
 * @param cells the code of the cells, in TypeScript or JavaScript
 * @param trees kept by the caller from call to call: after an edit, only the cell that was edited is parsed again
 */
export function findShapes(cells: readonly string[], trees: Trees = new Map()): Found {
  const programs = cells.map((code) => (trees.has(code) ? (trees.get(code) as Node | undefined) : parsed(code)));
  trees.clear();
  cells.forEach((code, i) => trees.set(code, programs[i]));
  const reader = new Reader();
  for (const program of programs) if (program) reader.prepare(program);
  programs.forEach((program, cell) => program && reader.read(program, cell));
  return { misfits: reader.misfits, shapes: reader.shapes };
}

/** The tree of a cell; undefined if it has errors. */
function parsed(code: string): Node | undefined {
  try {
    return parse(code, {
      sourceType: 'module',
      errorRecovery: true,
      allowAwaitOutsideFunction: true,
      allowReturnOutsideFunction: true,
      plugins: ['typescript', 'jsx', 'explicitResourceManagement'],
    }).program as unknown as Node;
  } catch {
    return undefined;
  }
}

class Reader {
  readonly misfits: Misfit[] = [];
  readonly shapes: KnownShape[] = [];
  /** Names that are assigned to somewhere: nothing is known of them. */
  private readonly assigned = new Set<string>();
  /** How often a name is declared at the top of a cell. */
  private readonly declared = new Map<string, number>();
  private readonly top: Names = new Map();
  private scopes: Names[] = [this.top];
  private cell = 0;
  /** Within how many functions, and blocks of `try`, the code is. */
  private functions = 0;
  private tries = 0;

  prepare(program: Node): void {
    const visit = (node: Node): void => {
      if (node.type === 'AssignmentExpression') for (const name of namesIn(node['left'])) this.assigned.add(name);
      if (node.type === 'UpdateExpression') for (const name of namesIn(node['argument'])) this.assigned.add(name);
      if (
        /^For(In|Of)Statement$/.test(node.type) &&
        isNode(node['left']) &&
        node['left'].type !== 'VariableDeclaration'
      )
        for (const name of namesIn(node['left'])) this.assigned.add(name);
      for (const child of childrenOf(node)) visit(child);
    };
    visit(program);
    for (const statement of (program['body'] as Node[]).filter((s) => !isLibraryImport(s)))
      for (const name of declaredBy(statement)) this.declared.set(name, (this.declared.get(name) ?? 0) + 1);
  }

  read(program: Node, cell: number): void {
    this.cell = cell;
    this.scopes = [this.top];
    this.block(program['body'] as Node[]);
  }

  private block(statements: readonly Node[]): void {
    // Functions and classes are known before the first statement, and may hide a name from outside
    for (const statement of statements)
      if (/^(Function|Class|TSEnum|TSModule)Declaration$/.test(statement.type))
        for (const name of declaredBy(statement)) this.scopes.at(-1)!.set(name, undefined);
    for (const statement of statements) this.visit(statement);
  }

  private within(run: () => void, names: readonly string[] = []): void {
    this.scopes.push(new Map(names.map((name) => [name, undefined])));
    run();
    this.scopes.pop();
  }

  private lookUp(name: string): Known {
    if (this.assigned.has(name)) return undefined;
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const scope = this.scopes[i]!;
      if (!scope.has(name)) continue;
      // A function may run after a later cell has declared the name again
      if (scope === this.top && this.functions > 0 && this.declared.get(name)! > 1) return undefined;
      return scope.get(name);
    }
    return undefined;
  }

  private visit(node: Node): void {
    switch (node.type) {
      case 'ImportDeclaration':
        return this.imports(node);
      case 'VariableDeclaration':
        for (const declarator of node['declarations'] as Node[]) {
          const value = isNode(declarator['init']) ? this.value(declarator['init']) : undefined;
          const id = declarator['id'] as Node;
          for (const name of namesIn(id)) this.scopes.at(-1)!.set(name, undefined);
          // `var` belongs to the whole function
          if (id.type !== 'Identifier' || node['kind'] === 'var') continue;
          this.scopes.at(-1)!.set(id['name'] as string, value);
          if (value?.is === 'tensor') this.know(id.start, id.start + (id['name'] as string).length, value.shape);
        }
        return;
      case 'BlockStatement':
      case 'StaticBlock':
        return this.within(() => this.block(node['body'] as Node[]));
      case 'TryStatement': {
        // Who catches errors may want one
        const isCaught = isNode(node['handler']);
        if (isCaught) this.tries++;
        this.visit(node['block'] as Node);
        if (isCaught) this.tries--;
        for (const part of [node['handler'], node['finalizer']]) if (isNode(part)) this.visit(part);
        return;
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'CatchClause':
      case 'SwitchStatement':
      case 'ClassDeclaration':
      case 'ClassExpression':
        return this.within(() => this.children(node), namesIn(node['param'] ?? node['id']));
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
      case 'ObjectMethod':
      case 'ClassMethod':
      case 'ClassPrivateMethod': {
        const names = [...(node['params'] as Node[]).flatMap(namesIn), ...namesIn(node['id'])];
        this.functions++;
        this.within(() => this.children(node), names);
        this.functions--;
        return;
      }
      case 'ObjectProperty':
      case 'ClassProperty':
      case 'ClassPrivateProperty':
        if (node['computed']) this.visit(node['key'] as Node);
        if (isNode(node['value'])) this.visit(node['value']);
        return;
      case 'CallExpression':
      case 'Identifier':
      case 'MemberExpression':
      case 'UnaryExpression':
      case 'BinaryExpression':
      case 'TSNonNullExpression':
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
        void this.value(node);
        return;
      case 'LabeledStatement':
        return this.visit(node['body'] as Node);
      case 'BreakStatement':
      case 'ContinueStatement':
        return;
      default:
        // Types have no values
        if (!node.type.startsWith('TS')) this.children(node);
    }
  }

  private children(node: Node): void {
    for (const child of childrenOf(node)) this.visit(child);
  }

  private imports(node: Node): void {
    for (const specifier of node['specifiers'] as Node[]) {
      const { name } = specifier['local'] as unknown as { name: string };
      this.scopes.at(-1)!.set(name, isLibraryImport(node) ? { is: 'library' } : undefined);
    }
  }

  /** What is known of an expression; everything in it is looked at once. */
  private value(node: Node): Known {
    switch (node.type) {
      case 'NumericLiteral':
        return { is: 'number', value: node['value'] as number };
      case 'UnaryExpression': {
        const of = this.value(node['argument'] as Node);
        return node['operator'] === '-' && of?.is === 'number' ? { is: 'number', value: -of.value } : undefined;
      }
      case 'BinaryExpression': {
        const [a, b] = [this.value(node['left'] as Node), this.value(node['right'] as Node)];
        if (a?.is !== 'number' || b?.is !== 'number') return undefined;
        const value = { '+': a.value + b.value, '-': a.value - b.value, '*': a.value * b.value }[
          node['operator'] as string
        ];
        return value === undefined ? undefined : { is: 'number', value };
      }
      case 'Identifier': {
        const known = this.lookUp(node['name'] as string);
        if (known?.is === 'tensor') this.know(node.start, node.end, known.shape);
        return known;
      }
      case 'ParenthesizedExpression':
      case 'TSNonNullExpression':
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
        return this.value(node['expression'] as Node);
      case 'CallExpression':
        return this.call(node);
      default:
        this.visitOther(node);
        return undefined;
    }
  }

  private visitOther(node: Node): void {
    if (node.type === 'MemberExpression') {
      void this.value(node['object'] as Node);
      if (node['computed']) void this.value(node['property'] as Node);
    } else this.visit(node);
  }

  /** A call of an op, as a function of the library or as a method of a tensor. */
  private call(node: Node): Known {
    const callee = node['callee'] as Node;
    const args = node['arguments'] as Node[];
    const isMember = callee.type === 'MemberExpression' && !callee['computed'];
    const object = isMember ? this.value(callee['object'] as Node) : (this.visit(callee), undefined);
    const name = isMember ? ((callee['property'] as Node)['name'] as string) : '';
    const isOp = (object?.is === 'library' || object?.is === 'tensor') && NAMES.has(name);
    if (!isOp || args.some(({ type }) => type === 'SpreadElement')) {
      // `assert.throws(() => tf.matMul(a, b))`, `expect(() => …).toThrow()`
      const isWanted = /throw|reject|^expect$/i.test(name || ((callee['name'] as string | undefined) ?? ''));
      if (isWanted) this.tries++;
      for (const arg of args) void this.value(arg);
      if (isWanted) this.tries--;
      return undefined;
    }
    const given = args.map((arg) => this.argument(arg));
    if (object.is === 'tensor') given.unshift({ tensor: object.shape });
    const result = apply(name, given, object.is === 'tensor');
    const property = callee['property'] as Node;
    if (result?.misfit !== undefined && this.tries === 0)
      this.misfits.push({ cell: this.cell, start: property.start, end: node.end, message: result.misfit });
    if (!result?.shape) return undefined;
    this.know(property.start, property.end, result.shape);
    return { is: 'tensor', shape: result.shape };
  }

  private argument(node: Node): Argument {
    switch (node.type) {
      case 'ArrayExpression': {
        const elements = node['elements'] as (Node | null)[];
        if (elements.some((e) => !e || e.type === 'SpreadElement')) {
          this.children(node);
          return {};
        }
        return { list: elements.map((e) => this.argument(e!)) };
      }
      case 'BooleanLiteral':
      case 'StringLiteral':
        return { constant: node['value'] as boolean | string };
      case 'Identifier':
        if (node['name'] === 'undefined') return { constant: undefined, isAbsent: true };
    }
    const known = this.value(node);
    return known?.is === 'number' ? { number: known.value } : known?.is === 'tensor' ? { tensor: known.shape } : {};
  }

  private know(start: number, end: number, shape: Shape): void {
    this.shapes.push({ cell: this.cell, start, end, shape });
  }
}

/** `import * as tf from '@tensorflow/tfjs'`. */
function isLibraryImport(node: Node): boolean {
  if (node.type !== 'ImportDeclaration') return false;
  const { value: from } = node['source'] as unknown as { value: string };
  const specifiers = node['specifiers'] as Node[];
  const isNamespace = specifiers.length === 1 && specifiers[0]!.type === 'ImportNamespaceSpecifier';
  return isNamespace && /^@tensorflow\/tfjs(-core|-node|-node-gpu)?$/.test(from);
}

/** Parts of nodes that are types, comments or notes of the parser. */
const LEFT = new Set([
  ...['typeAnnotation', 'returnType', 'typeParameters', 'typeArguments', 'superTypeParameters'],
  ...['leadingComments', 'trailingComments', 'innerComments', 'loc', 'extra', 'errors'],
]);

/** Parts of a node that are nodes, without those that are types. */
function childrenOf(node: Node): Node[] {
  const list: Node[] = [];
  for (const key in node) {
    const value = node[key];
    if (typeof value !== 'object' || value === null || LEFT.has(key)) continue;
    if (Array.isArray(value)) {
      for (const part of value as unknown[]) if (isNode(part)) list.push(part);
    } else if (isNode(value)) list.push(value);
  }
  return list;
}

/** The names that a pattern binds or an assignment writes. */
function namesIn(pattern: unknown): string[] {
  if (!isNode(pattern)) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [pattern['name'] as string];
    case 'ObjectPattern':
      return (pattern['properties'] as Node[]).flatMap((p) => namesIn(p['value'] ?? p['argument']));
    case 'ArrayPattern':
      return (pattern['elements'] as unknown[]).flatMap(namesIn);
    case 'AssignmentPattern':
      return namesIn(pattern['left']);
    case 'RestElement':
      return namesIn(pattern['argument']);
    case 'TSParameterProperty':
      return namesIn(pattern['parameter']);
    case 'VariableDeclaration':
      return (pattern['declarations'] as Node[]).flatMap((d) => namesIn(d['id']));
    default:
      return [];
  }
}

/** The names that a statement at the top of a cell declares. */
function declaredBy(statement: Node): string[] {
  const inner = statement['declaration'];
  if (isNode(inner)) return declaredBy(inner);
  if (statement.type === 'ImportDeclaration')
    return (statement['specifiers'] as Node[]).flatMap((s) => namesIn(s['local']));
  return statement.type === 'VariableDeclaration' ? namesIn(statement) : namesIn(statement['id']);
}
