// Inserts the tests that make code interruptible: at the start of every loop body and every function.
import * as walk from 'acorn-walk';
import type { AnyNode, Function as FunctionNode, Program, Statement } from 'acorn';
import type MagicString from 'magic-string';

/** Names in the script scope that the inserted tests use; defined by the evaluator. User code may not declare names like them. */
export const FLAG = '__dlnbF';
export const CHECK = '__dlnbC';
const test = `if(${FLAG}[0])${CHECK}();`;

/**
 * Adds an interrupt test at each loop back-edge and function entry of `ast`, whose text is in `s`.
 * The flag is an Int32Array on shared memory: one load and one branch a loop turn.
 */
export function addInterruptTests(ast: Program, s: MagicString): void {
  const loop = (node: AnyNode & { body: Statement }) => {
    const { body } = node;
    if (body.type === 'BlockStatement') s.appendLeft(body.start + 1, test);
    else s.appendLeft(body.start, `{${test}`).appendLeft(body.end, '}');
  };
  const fn = (node: FunctionNode) => {
    const { body } = node;
    if (body.type !== 'BlockStatement') {
      // an arrow's expression: keep its own parentheses, if any, inside
      const arrow = s.original.lastIndexOf('=>', body.start) + 2;
      s.appendRight(arrow, ` (${FLAG}[0]&&${CHECK}(),(`).appendLeft(node.end, '))');
      return;
    }
    const directives = body.body.filter((b) => b.type === 'ExpressionStatement' && b.directive);
    s.appendLeft(directives.at(-1)?.end ?? body.start + 1, test);
  };
  walk.full(ast, (node) => {
    switch (node.type) {
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
        loop(node as AnyNode & { body: Statement });
        break;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        fn(node as FunctionNode);
        break;
    }
  });
}
