// Visits the nodes of a syntax tree without recursion: an expression of 5,000 operands is 5,000 nodes deep.

/** Any node of ESTree (acorn) or of Babel's tree. */
export interface TreeNode {
  type: string;
}

/** Properties of Babel's nodes that hold no part of the program. */
const APART = new Set(['loc', 'extra', 'errors', 'comments', 'tokens', 'parent']);

/**
 * Visits nodes with their parents, in the order of the text, outer nodes first.
 * @param enter returns false to leave out what is inside the node
 */
export function walk<N extends TreeNode>(root: N, enter: (node: N, parent?: N) => boolean | void): void {
  const waiting: [N, N | undefined][] = [[root, undefined]];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const [node, parent] = next;
    if (enter(node, parent) === false) continue;
    const first = waiting.length;
    for (const key in node) {
      if (APART.has(key)) continue;
      const value: unknown = node[key];
      if (Array.isArray(value)) for (const child of value) push(waiting, child, node);
      else push(waiting, value, node);
    }
    reverse(waiting, first);
  }
}

function push<N extends TreeNode>(waiting: [N, N | undefined][], value: unknown, parent: N): void {
  if (typeof value === 'object' && value !== null && typeof (value as TreeNode).type === 'string')
    waiting.push([value as N, parent]);
}

/** Turns the end of a list round, from an index on: the list is taken from its end. */
function reverse(list: unknown[], from: number): void {
  for (let i = from, j = list.length - 1; i < j; i++, j--) [list[i], list[j]] = [list[j], list[i]];
}

/** Whether an identifier is the name of a property and not a reference to a variable. In both kinds of trees. */
export function isKey(node: TreeNode, parent: TreeNode | undefined): boolean {
  const p = parent as { type: string; property?: unknown; key?: unknown; computed?: boolean; shorthand?: boolean };
  switch (p?.type) {
    case 'MemberExpression':
    case 'OptionalMemberExpression':
      return p.property === node && !p.computed;
    case 'Property':
    case 'ObjectProperty':
      return p.key === node && !p.computed && !p.shorthand;
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'AccessorProperty':
    case 'ObjectMethod':
    case 'ClassMethod':
    case 'ClassProperty':
    case 'ClassAccessorProperty':
    case 'TSPropertySignature':
    case 'TSMethodSignature':
    case 'TSDeclareMethod':
      return p.key === node && !p.computed;
    default:
      return false;
  }
}
