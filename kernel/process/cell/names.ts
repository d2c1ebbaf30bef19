// Gives names inside functions and blocks back that esbuild has changed: where a name hides one of an outer scope, it
// prints `name2`, and functions and classes would carry that as their name.
import type * as acorn from 'acorn';
import { decodedMappings, type TraceMap } from '@jridgewell/trace-mapping';
import type MagicString from 'magic-string';
import { isKey, walk } from './walk.ts';

/**
 * Restores the names as typed in the output of esbuild.
 * @param trace the source map of the output, which has the typed name of each renamed one
 */
export function restoreNames(ast: acorn.Program, s: MagicString, trace: TraceMap): void {
  if (trace.names.length === 0 && !s.original.includes('class _')) return;
  const typed = typedNames(s.original, trace);
  const renamed: acorn.Identifier[] = [];
  /** Names that esbuild needs beside the typed ones: of enums and namespaces. */
  const needed = new Set<string>();
  let hasBlockFunction = false;
  /** `var A = class _A {…}`, which esbuild makes of classes beside a `using`. */
  const classes = new Map<string, { name: string; end: number }>();
  walk<acorn.AnyNode>(ast, (node, parent) => {
    if (node.type === 'Identifier') {
      const { name: inner, end = 0 } = classes.get(node.name) ?? {};
      if (inner !== undefined && node.start < end && !isKey(node, parent)) s.update(node.start, node.end, inner);
      const name = typed.get(node.start);
      if (name !== undefined && !name.startsWith('_') && isNumbered(node.name, name)) renamed.push(node);
    } else if (node.type === 'VariableDeclarator') {
      // `let f2 = function () {}; var f = f2;` for a function in a block
      const { id, init } = node;
      if (id.type === 'Identifier' && init?.type === 'ClassExpression' && init.id?.name === `_${id.name}`)
        classes.set(init.id.name, { name: id.name, end: init.end });
      if (id.type === 'Identifier' && init?.type === 'Identifier')
        if (typed.get(init.start) === (typed.get(id.start) ?? id.name)) hasBlockFunction = true;
    } else if (node.type === 'CallExpression' && node.callee.type === 'ArrowFunctionExpression') {
      const [param] = node.callee.params;
      if (param?.type === 'Identifier' && node.arguments[0]?.type === 'LogicalExpression') needed.add(param.name);
    }
  });
  // Functions in blocks need variables of esbuild's own, with which typed names may clash
  if (hasBlockFunction) return;
  for (const node of renamed) if (!needed.has(node.name)) s.update(node.start, node.end, typed.get(node.start)!);
}

/** Whether a name is another one and a number. */
const isNumbered = (name: string, typed: string) => name.startsWith(typed) && /^\d+$/.test(name.slice(typed.length));

/** The typed names of the renamed identifiers, by their places in the code. */
function typedNames(code: string, trace: TraceMap): Map<number, string> {
  const names = new Map<number, string>();
  let start = 0;
  for (const line of decodedMappings(trace)) {
    for (const segment of line) if (segment.length === 5) names.set(start + segment[0], trace.names[segment[4]]!);
    start = code.indexOf('\n', start) + 1;
    if (start === 0) break;
  }
  return names;
}
