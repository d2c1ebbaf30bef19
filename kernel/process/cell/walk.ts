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
  const nodes: N[] = [root];
  const parents: (N | undefined)[] = [undefined];
  const push = (value: unknown, parent: N) => {
    if (typeof value !== 'object' || value === null || typeof (value as TreeNode).type !== 'string') return;
    nodes.push(value as N);
    parents.push(parent);
  };
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    if (enter(node, parents.pop()) === false) continue;
    // The lists are taken from their ends, so what comes first is put there last
    const keys = Object.keys(node);
    for (let i = keys.length - 1; i >= 0; i--) {
      const value: unknown = node[keys[i] as keyof N];
      if (typeof value !== 'object' || value === null || APART.has(keys[i]!)) continue;
      if (Array.isArray(value)) for (let j = value.length - 1; j >= 0; j--) push(value[j], node);
      else push(value, node);
    }
  }
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
