// Visiting trees: the order, what is left out, and trees that are deeper than the stack.
import * as acorn from 'acorn';
import { expect, it } from 'vitest';
import { isKey, walk } from '../../../../../kernel/process/cell/walk.ts';

const parse = (code: string) => acorn.parse(code, { ecmaVersion: 'latest' });

it('visits nodes in the order of the text, with their parents, and leaves out what it is told to', () => {
  const seen: string[] = [];
  walk<acorn.AnyNode>(parse('a(b, () => c); d.e = { f: g };'), (node, parent) => {
    if (node.type === 'Identifier') seen.push(`${isKey(node, parent) ? '.' : ''}${node.name}`);
    return node.type !== 'ArrowFunctionExpression';
  });
  expect(seen).toEqual(['a', 'b', 'd', '.e', '.f', 'g']);
});

it('needs no stack for depth', () => {
  let tree: { type: string; left?: object } = { type: 'Literal' };
  for (let i = 0; i < 200_000; i++) tree = { type: 'BinaryExpression', left: tree };
  let nodes = 0;
  walk(tree, () => void nodes++);
  expect(nodes).toBe(200_001);
});
