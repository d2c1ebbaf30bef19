// Inserts the tests that make code interruptible, at the start of every loop body and every function.
import type { AnyNode, Function as FunctionNode, Program, Statement } from 'acorn';
import type MagicString from 'magic-string';
import { walk } from './walk.ts';

/**
 * Names that the inserted tests use. The evaluator defines them in the script scope; user code may not declare them.
 */
export const FLAG = '__dlnbF';
export const CHECK = '__dlnbC';
/** The test at the start of loop bodies and of functions. */
export const TEST = `if(${FLAG}[0])${CHECK}();`;
/** The test at the start of the expression of an arrow function, which goes on with the expression and `))`. */
export const ARROW_TEST = `${FLAG}[0]&&${CHECK}(),(`;
/** How the comments begin by which function-text.ts finds functions and classes. */
export const LABEL = '/*__dlnb:';

/**
 * Adds an interrupt test to each loop body and function of `ast`, whose text is in `s`. The flag is an Int32Array in
 * shared memory, so that a test costs one load and one branch.
 * @param key labels each function and class, so that its text as typed can be found: see function-text.ts
 * @param seen is called for each node, with its parent
 */
export function addInterruptTests(
  ast: Program,
  s: MagicString,
  key?: string,
  seen?: (node: AnyNode, parent?: AnyNode) => void,
): void {
  let labels = 0;
  const label = () => (key === undefined ? '' : `${LABEL}${key}.${labels++}*/`);
  const loop = (node: AnyNode & { body: Statement }) => {
    const { body } = node;
    if (body.type === 'BlockStatement') s.appendLeft(body.start + 1, TEST);
    else s.appendLeft(body.start, `{${TEST}`).appendLeft(body.end, '}');
  };
  const fn = (node: FunctionNode) => {
    const { body } = node;
    if (body.type !== 'BlockStatement') {
      // The expression of an arrow function keeps its own parentheses inside the new ones
      s.appendRight(afterArrow(s.original, node), ` (${label()}${ARROW_TEST}`).appendLeft(node.end, '))');
      return;
    }
    const directives = body.body.filter((b) => b.type === 'ExpressionStatement' && b.directive);
    s.appendLeft(directives.at(-1)?.end ?? body.start + 1, label() + TEST);
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
      case 'ClassDeclaration':
      case 'ClassExpression':
        s.appendLeft(node.body.start + 1, label());
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
