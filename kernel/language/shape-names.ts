// What the code of a cell says about names before shapes are read: which it assigns and declares, and what its imports
// mean. With what is read of Babel's nodes.
import type { Known } from './known.ts';
import { boundNames, type Node } from './scopes.ts';

/** What the cells of a notebook say about names, in any order. */
export interface Around {
  /** Whether a name is assigned to somewhere: nothing is known of it. */
  isAssigned(name: string): boolean;
  /** Whether several statements at the top of cells declare a name. */
  isAgain(name: string): boolean;
}

/** What a cell says about names, without a look at the others. */
export interface Summary {
  assigned: ReadonlySet<string>;
  declared: readonly string[];
}

/** Parts of nodes that are types, comments or notes of the parser. */
const LEFT = new Set([
  ...['typeAnnotation', 'returnType', 'typeParameters', 'typeArguments', 'superTypeParameters', 'implements'],
  ...['leadingComments', 'trailingComments', 'innerComments', 'loc', 'extra', 'errors'],
]);
export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
export const isFunction = ({ type }: Node) => /^(ArrowFunction|Function)|^(Object|Class(Private)?)Method$/.test(type);
export const isName = (node: unknown): node is Node & { name: string } => isNode(node) && node.type === 'Identifier';

/** Parts of a node that are nodes, without those that are types. */
export function childrenOf(node: Node): Node[] {
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

/** The names that an assignment writes. */
function written(target: unknown): string[] {
  if (!isNode(target)) return [];
  if (isWrapped(target)) return written(target['expression']);
  switch (target.type) {
    case 'ObjectPattern':
      return (target['properties'] as Node[]).flatMap((p) => written(p['value'] ?? p['argument']));
    case 'ArrayPattern':
      return (target['elements'] as unknown[]).flatMap(written);
    case 'AssignmentPattern':
      return written(target['left']);
    case 'RestElement':
      return written(target['argument']);
    default:
      return boundNames(target);
  }
}

/** An expression with a word about its type. */
export const isWrapped = ({ type }: Node) =>
  /^(ParenthesizedExpression|TS(NonNull|As|Satisfies|Instantiation)Expression|TSTypeAssertion)$/.test(type);

/** The names that a statement declares where it stands. */
export function declaredBy(statement: Node): string[] {
  const inner = statement['declaration'];
  if (isNode(inner)) return declaredBy(inner);
  if (statement.type === 'ImportDeclaration')
    return (statement['specifiers'] as Node[]).flatMap((s) => boundNames(s['local'] as Node));
  if (statement.type === 'VariableDeclaration')
    return (statement['declarations'] as Node[]).flatMap((d) => boundNames(d['id'] as Node));
  return isNode(statement['id']) ? boundNames(statement['id']) : [];
}

/**
 * Says which names a cell assigns and declares. It lets go of what is not read later, which is the most of the
 * tree: places by line, and types.
 * @param root Babel's `Program`, or an expression
 */
export function summarize(root: Node): Summary {
  const assigned = new Set<string>();
  const visit = (node: Node, isTop: boolean): void => {
    for (const key in node) if (LEFT.has(key)) node[key] = undefined;
    if (node.type === 'AssignmentExpression') for (const name of written(node['left'])) assigned.add(name);
    if (node.type === 'UpdateExpression') for (const name of written(node['argument'])) assigned.add(name);
    if (/^For(In|Of)Statement$/.test(node.type)) for (const name of written(node['left'])) assigned.add(name);
    // These belong to the whole function or cell, wherever they stand
    const isVar = node.type === 'VariableDeclaration' && node['kind'] === 'var';
    if (!isTop && (isVar || node.type === 'FunctionDeclaration'))
      for (const name of declaredBy(node)) assigned.add(name);
    const isExport = isTop && /^Export/.test(node.type);
    for (const child of childrenOf(node)) visit(child, isExport || node === root);
  };
  visit(root, false);
  const statements = root.type === 'Program' ? (root['body'] as Node[]) : [];
  const declared = statements.filter((s) => !libraryOf(s)).flatMap(declaredBy);
  return { assigned, declared };
}

export type Module = NonNullable<Known> & { is: 'library' | 'dlnb' };

/** What a module's import means. */
export function moduleOf(from: string): Module | undefined {
  if (/^@tensorflow\/tfjs(-core|-layers|-node|-node-gpu)?$/.test(from)) return { is: 'library', part: '' };
  return from === 'dlnb' ? { is: 'dlnb' } : undefined;
}

/** The library that a statement imports, as a whole. */
function libraryOf(node: Node): Module | undefined {
  if (node.type !== 'ImportDeclaration') return undefined;
  const specifiers = node['specifiers'] as Node[];
  if (specifiers.length !== 1 || specifiers[0]!.type !== 'ImportNamespaceSpecifier') return undefined;
  return moduleOf((node['source'] as Node & { value: string }).value);
}

/** Parts of the library that have functions of their own. */
const PARTS = new Set(['layers', 'image']);
/** A member of the library. */
export function partOf(library: Module, name: string): Known {
  if (library.is === 'dlnb') return library;
  if (library.part === '' && PARTS.has(name)) return { is: 'library', part: name };
  return { is: 'function', part: library.part, name };
}

/** Whether a statement returns from the function around it. */
export const returns = (node: Node): boolean =>
  node.type === 'ReturnStatement' || (!isFunction(node) && childrenOf(node).some(returns));
