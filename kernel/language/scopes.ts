// The names of one cell: what it declares for the cells below, and where it uses names that it has at its top level or
// does not declare. Names inside functions, blocks and types stay out.
import { isKey, type TreeNode } from '../process/cell/walk.ts';

/** A node of Babel's tree, with what is read of it here. */
export interface Node extends TreeNode {
  start: number;
  end: number;
  [key: string]: unknown;
}

/** A name that a cell declares at its top level. */
export interface Declared {
  /**
   * `block`: of the block that the cell is in the virtual document. `file`: of its file, where imports, namespaces and
   * a `var` in a block of the cell belong.
   */
  scope: 'block' | 'file';
  /** Behind its declaration, with the initializer: a use before is one of an older variable of this name. */
  end: number;
  /** Whether there is no such use: functions and types are known in the whole cell. */
  hoisted: boolean;
  /** Where its statement begins, if that is a `var`, which `let` can stand for. */
  variable?: number;
}

/** A place where a name of the top level stands, its declarations too. */
export interface Use {
  start: number;
  end: number;
  /** What must be written behind the name before another name: `: ` in `{ name }`, ` as ` in `import { name }`. */
  before: '' | ': ' | ' as ';
  /** Whether the code runs when the cell comes to it: not inside of a function. */
  now: boolean;
  /** Whether the name is read, and not written or used as a type. */
  read: boolean;
  /** Whether it stands in an import. */
  imports: boolean;
}

/** The names of a cell. */
export interface Names {
  declared: ReadonlyMap<string, Declared>;
  uses: ReadonlyMap<string, readonly Use[]>;
  /** Functions, classes and enums that a namespace of the cell adds to. */
  merged: ReadonlySet<string>;
}

type Scope = Map<string, Declared | undefined>;

/** The names of a program. @param root Babel's `Program`, or an expression */
export function readNames(root: Node): Names {
  const reader = new NameReader();
  reader.read(root);
  return reader;
}

const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ObjectMethod',
  'ClassMethod',
  'ClassPrivateMethod',
  'ClassProperty',
  'ClassPrivateProperty',
  'ClassAccessorProperty',
  'TSDeclareFunction',
  'TSDeclareMethod',
]);
/** What has parameters or type parameters of its own, besides functions. */
const SIGNATURES = new Set([
  'TSFunctionType',
  'TSConstructorType',
  'TSMethodSignature',
  'TSCallSignatureDeclaration',
  'TSConstructSignatureDeclaration',
  'TSIndexSignature',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
  'TSMappedType',
  'TSConditionalType',
  'TSEnumDeclaration',
  'ClassExpression',
  'ClassDeclaration',
]);
const BLOCKS = new Set([
  'BlockStatement',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'SwitchStatement',
  'CatchClause',
  'StaticBlock',
  'TSModuleBlock',
]);
/** Parts of nodes that hold no names of variables, besides those that `isKey` knows. */
const KEYS: Record<string, readonly string[]> = {
  LabeledStatement: ['label'],
  BreakStatement: ['label'],
  ContinueStatement: ['label'],
  MetaProperty: ['meta', 'property'],
  ImportSpecifier: ['imported'],
  ExportSpecifier: ['exported'],
  ImportAttribute: ['key'],
  TSQualifiedName: ['right'],
  TSEnumMember: ['id'],
  TSImportType: ['qualifier'],
  TSNamedTupleMember: ['label'],
  JSXAttribute: ['name'],
  JSXMemberExpression: ['property'],
  JSXNamespacedName: ['namespace', 'name'],
};
const APART = new Set(['loc', 'extra', 'errors', 'comments', 'tokens', 'parent', 'range']);

class NameReader implements Names {
  readonly declared = new Map<string, Declared>();
  readonly uses = new Map<string, Use[]>();
  readonly merged = new Set<string>();
  private readonly seen = new Set<number>();
  /** From outside to inside; the top level is not among them. */
  private readonly scopes: Scope[] = [];
  /** The scopes of functions among them, to which a `var` belongs. */
  private readonly functions: Scope[] = [];
  private later = 0;

  read(root: Node): void {
    if (root.type === 'Program') this.declareAll(root['body'] as Node[]);
    this.children(root);
    // What uses a `var` above it needs one
    for (const [name, declared] of this.declared)
      if (declared.variable !== undefined && this.uses.get(name)?.some((use) => use.start < declared.variable!))
        this.declared.set(name, { scope: 'file', end: declared.end, hoisted: true });
  }

  private visit(node: Node, parent: Node): void {
    if (node.type === 'Identifier' || node.type === 'JSXIdentifier') {
      this.use(node, parent);
      if (node['typeAnnotation']) this.visit(node['typeAnnotation'] as Node, node);
      return;
    }
    const isFunction = FUNCTIONS.has(node.type);
    const isSignature = SIGNATURES.has(node.type);
    if (!isFunction && !isSignature && !BLOCKS.has(node.type)) return this.children(node);
    const scope: Scope = new Map();
    // The name of a declaration belongs to the scope around it
    if (node.type === 'FunctionDeclaration' || node.type === 'TSDeclareFunction') this.own(node);
    if (node.type === 'FunctionExpression' || node.type === 'ClassExpression') this.bind(node['id'] as Node, scope);
    this.scopes.push(scope);
    if (isFunction) {
      this.functions.push(scope);
      this.later++;
      if ((node['body'] as Node | null)?.type === 'BlockStatement') this.nestedVars(node['body'] as Node);
    }
    for (const p of (node['params'] ?? node['parameters'] ?? []) as Node[]) this.bind(p, scope);
    this.bindTypes(node, scope);
    if (node.type === 'CatchClause') this.bind(node['param'] as Node, scope);
    for (const m of (node['members'] ?? []) as Node[]) this.bind(m['id'] as Node, scope);
    const body = node['body'];
    if (Array.isArray(body)) this.declareAll(body as Node[]);
    for (const c of (node['cases'] ?? []) as Node[]) this.declareAll(c['consequent'] as Node[]);
    for (const head of [node['init'], node['left']] as (Node | undefined)[])
      if (head?.type === 'VariableDeclaration') this.declareAll([head]);
    this.children(node);
    this.scopes.pop();
    if (isFunction) {
      this.functions.pop();
      this.later--;
    }
  }

  /** Visits the name of a function in the scope around it, before the function's own parameters hide it. */
  private own(node: Node): void {
    const id = node['id'] as Node | null;
    if (id) this.use(id, node);
  }

  private children(node: Node): void {
    const keys = KEYS[node.type];
    for (const name of Object.keys(node)) {
      const value = node[name];
      if (typeof value !== 'object' || value === null || APART.has(name) || keys?.includes(name)) continue;
      // Inside of itself a class has its name
      const isClassBody = name === 'body' && /^Class(Declaration|Expression)$/.test(node.type);
      if (isClassBody) this.later++;
      for (const child of (Array.isArray(value) ? value : [value]) as (Node | null)[])
        if (typeof child?.type === 'string' && !isKey(child, node)) this.visit(child, node);
      if (isClassBody) this.later--;
    }
  }

  /** Declares what the statements of a block declare. At the top level, for the cells below. */
  private declareAll(statements: readonly Node[]): void {
    for (const statement of statements) this.declareStatement(statement);
  }

  private declareStatement(statement: Node): void {
    const node = (
      /^Export(Named|Default)Declaration$/.test(statement.type) && statement['declaration']
        ? statement['declaration']
        : statement
    ) as Node;
    const scope = this.scopes.at(-1);
    const add = (id: unknown, declared: Omit<Declared, 'end'>) => {
      for (const name of boundNames(id as Node)) this.declare(scope, name, { ...declared, end: statement.end });
    };
    switch (node.type) {
      case 'VariableDeclaration':
        if (node['kind'] === 'var') this.vars(node, !scope);
        else
          for (const d of node['declarations'] as Node[])
            for (const name of boundNames(d['id'] as Node))
              this.declare(scope, name, { scope: 'block', end: d.end, hoisted: node['declare'] === true });
        break;
      case 'ClassDeclaration':
      case 'TSEnumDeclaration':
        add(node['id'], { scope: 'block', hoisted: node['declare'] === true });
        break;
      case 'FunctionDeclaration':
      case 'TSDeclareFunction':
      case 'TSInterfaceDeclaration':
      case 'TSTypeAliasDeclaration':
        add(node['id'], { scope: 'block', hoisted: true });
        break;
      case 'TSModuleDeclaration': {
        let id = node['id'] as Node;
        while (id.type === 'TSQualifiedName') id = id['left'] as Node;
        if (id.type === 'Identifier' && node['kind'] !== 'global') add(id, { scope: 'file', hoisted: true });
        break;
      }
      case 'TSImportEqualsDeclaration':
        add(node['id'], { scope: 'file', hoisted: true });
        break;
      case 'ImportDeclaration':
        for (const s of node['specifiers'] as Node[]) add(s['local'], { scope: 'file', hoisted: true });
        break;
      default:
        if (!scope) this.nestedVars(node);
    }
  }

  /** @param isStatement whether it is a statement of the cell itself, which is read as `let` */
  private vars(node: Node, isStatement: boolean): void {
    const scope = this.functions.at(-1);
    for (const d of node['declarations'] as Node[])
      for (const name of boundNames(d['id'] as Node)) {
        const again = !scope && this.declared.has(name);
        const at = isStatement && !again ? 'block' : 'file';
        const variable = at === 'block' && !scope ? { variable: node.start } : {};
        this.declare(scope, name, { scope: at, end: d.end, hoisted: at === 'file', ...variable });
      }
  }

  /** Declares every `var` in the blocks and loops of a statement. */
  private nestedVars(node: Node): void {
    for (const name of Object.keys(node)) {
      const value = node[name];
      if (typeof value !== 'object' || value === null || APART.has(name)) continue;
      for (const child of (Array.isArray(value) ? value : [value]) as (Node | null)[]) {
        if (typeof child?.type !== 'string' || FUNCTIONS.has(child.type) || child.type.startsWith('Class')) continue;
        if (child.type === 'VariableDeclaration' && child['kind'] === 'var') this.vars(child, false);
        else if (!child.type.endsWith('Expression')) this.nestedVars(child);
      }
    }
  }

  private declare(scope: Scope | undefined, name: string, declared: Declared): void {
    const map = scope ?? this.declared;
    const before = map.get(name);
    if (!scope && before && before.scope !== declared.scope) this.merged.add(name);
    // Of several declarations the first one counts, but a name of the file is one everywhere
    if (!before) map.set(name, declared);
    else if (declared.scope === 'file' && before.scope === 'block' && !before.hoisted) map.set(name, declared);
  }

  private bind(pattern: Node | null | undefined, scope: Scope): void {
    for (const name of boundNames(pattern)) scope.set(name, undefined);
  }

  private bindTypes(node: Node, scope: Scope): void {
    const list = (node['typeParameters'] as Node | undefined)?.['params'] as Node[] | undefined;
    const one = node['typeParameter'] as Node | undefined;
    for (const p of [...(list ?? []), ...(one ? [one] : [])])
      scope.set(typeof p['name'] === 'string' ? p['name'] : ((p['name'] as Node)['name'] as string), undefined);
    if (node.type === 'TSMappedType' && typeof node['key'] === 'object') this.bind(node['key'] as Node, scope);
    if (node.type === 'TSConditionalType') inferred(node['extendsType'] as Node, scope);
  }

  private use(node: Node, parent: Node): void {
    const name = node['name'] as string;
    if (node.type === 'JSXIdentifier' && parent.type.startsWith('JSX') && !isComponent(node, parent)) return;
    if (this.scopes.some((scope) => scope.has(name)) || this.seen.has(node.start)) return;
    this.seen.add(node.start);
    const imports = parent.type.startsWith('Import');
    const list = this.uses.get(name) ?? [];
    if (list.length === 0) this.uses.set(name, list);
    list.push({
      start: node.start,
      end: node.start + name.length,
      before: shorthand(node, parent),
      now: this.later === 0,
      read: !isType(parent) && !isWritten(node, parent) && !imports,
      imports,
    });
  }
}

/** `Component` in `<Component>`, and not `div`. */
function isComponent(node: Node, parent: Node): boolean {
  if (parent.type === 'JSXMemberExpression') return true;
  return /^[^a-z]/.test(node['name'] as string) && /^JSX(Opening|Closing)Element$/.test(parent.type);
}

function shorthand(node: Node, parent: Node): Use['before'] {
  if (parent.type === 'ObjectProperty' && parent['shorthand'] === true) return ': ';
  if (parent.type !== 'ImportSpecifier') return '';
  return (parent['imported'] as Node).start === node.start ? ' as ' : '';
}

const isType = (parent: Node) =>
  parent.type === 'TSTypeReference' ||
  parent.type === 'TSExpressionWithTypeArguments' ||
  parent.type === 'TSQualifiedName';

const isWritten = (node: Node, parent: Node) =>
  (parent.type === 'AssignmentExpression' && parent['left'] === node) ||
  parent.type === 'UpdateExpression' ||
  (parent.type === 'VariableDeclarator' && parent['id'] === node) ||
  (parent['id'] === node && /Declaration$/.test(parent.type));

/** The names that `infer` declares in a type. */
function inferred(node: Node | undefined, scope: Scope): void {
  if (typeof node?.type !== 'string') return;
  if (node.type === 'TSInferType') {
    const { name } = node['typeParameter'] as { name: string | { name: string } };
    scope.set(typeof name === 'string' ? name : name.name, undefined);
  }
  for (const key of Object.keys(node)) {
    const value = node[key];
    if (typeof value !== 'object' || value === null || APART.has(key)) continue;
    for (const child of (Array.isArray(value) ? value : [value]) as Node[]) inferred(child, scope);
  }
}

/** All names that a pattern binds. */
export function boundNames(pattern: Node | null | undefined): string[] {
  switch (pattern?.type) {
    case 'Identifier':
      return [pattern['name'] as string];
    case 'ObjectPattern':
      return (pattern['properties'] as Node[]).flatMap((p) =>
        boundNames((p.type === 'RestElement' ? p['argument'] : p['value']) as Node),
      );
    case 'ArrayPattern':
      return (pattern['elements'] as (Node | null)[]).flatMap(boundNames);
    case 'RestElement':
      return boundNames(pattern['argument'] as Node);
    case 'AssignmentPattern':
      return boundNames(pattern['left'] as Node);
    case 'TSParameterProperty':
      return boundNames(pattern['parameter'] as Node);
    default:
      return [];
  }
}
