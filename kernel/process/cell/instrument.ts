// Inserts the tests that make code interruptible, at the start of every loop body and every function.
import type { AnyNode, Function as FunctionNode, Program, Statement } from 'acorn';
import type MagicString from 'magic-string';
import { walk } from './walk.ts';

/**
 * Names that the inserted tests use. The evaluator defines them in the script scope; user code may not declare them.
 */
export const FLAG = '__dlnbF';
export const CHECK = '__dlnbC';
const test = `if(${FLAG}[0])${CHECK}();`;

/**
 * Adds an interrupt test to each loop body and function of `ast`, whose text is in `s`. The flag is an Int32Array in
 * shared memory, so that a test costs one load and one branch.
 * @param seen is called for each node, with its parent
 */
export function addInterruptTests(
  ast: Program,
  s: MagicString,
  seen?: (node: AnyNode, parent?: AnyNode) => void,
): void {
  const loop = (node: AnyNode & { body: Statement }) => {
    const { body } = node;
    if (body.type === 'BlockStatement') s.appendLeft(body.start + 1, test);
    else s.appendLeft(body.start, `{${test}`).appendLeft(body.end, '}');
  };
  const fn = (node: FunctionNode) => {
    const { body } = node;
    if (body.type !== 'BlockStatement') {
      // The expression of an arrow function keeps its own parentheses inside the new ones
      s.appendRight(afterArrow(s.original, node), ` (${FLAG}[0]&&${CHECK}(),(`).appendLeft(node.end, '))');
      return;
    }
    const directives = body.body.filter((b) => b.type === 'ExpressionStatement' && b.directive);
    s.appendLeft(directives.at(-1)?.end ?? body.start + 1, test);
  };
  walk<AnyNode>(ast, (node, parent) => {
    seen?.(node, parent);
    switch (node.type) {
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        loop(node);
        break;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        fn(node);
        break;
    }
  });
}

/** The place behind the `=>` of an arrow function. Comments may hold arrows too. */
function afterArrow(code: string, { params, start, body }: FunctionNode): number {
  const tokens = /\/\/.*|\/\*[^]*?\*\/|=>/g;
  tokens.lastIndex = params.at(-1)?.end ?? start;
  for (let found = tokens.exec(code); found && found.index < body.start; found = tokens.exec(code))
    if (found[0] === '=>') return tokens.lastIndex;
  return body.start;
}
