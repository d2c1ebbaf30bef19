// What `Function.prototype.toString` gives for functions and classes of cells and of imported files: their text as typed
// without the types, so that code which is sent elsewhere (to a page, to a worker) runs there. Compiled code has a label
// in each function; the text is looked for only when it is asked for.
import * as acorn from 'acorn';
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { eraseTypes, type TypedNode } from './erase.ts';
import { ARROW_TEST, LABEL, TEST } from './instrument.ts';
import { parseTyped } from './typed.ts';
import { walk } from './walk.ts';

/** A script that runs. */
export interface Script {
  /** What V8 has compiled. */
  code: string;
  /** JSON of the source map from `code` to `typed`. */
  map: string;
  typed: string;
  compilerOptions?: Record<string, unknown>;
}

type FunctionNode = Extract<acorn.AnyNode, acorn.Function | acorn.Class> & {
  /** Where the text of a method begins: at its name. */
  from?: number;
};

/** A script whose functions have been looked for. */
interface Read {
  /** Functions and classes of the code, outer ones first. */
  compiled: FunctionNode[];
  /** Functions and classes of the typed text, by the place of their bodies. */
  typed: Map<string, TypedNode>;
  trace: TraceMap;
}

type Kept = Script & { read?: Read };

/** Characters of replaced scripts that are kept: those of some thousand runs of a changed cell. */
export const MAX_REPLACED = 16_000_000;

/** The scripts by their keys. */
const scripts = new Map<string, Kept>();
/** The key of the last script of each cell and file. */
const latest = new Map<string, string>();
/** The keys of scripts that a later one of the same place has replaced, the oldest first. */
const replaced = new Set<string>();
let replacedSize = 0;
const texts = new WeakMap<object, string>();
let keys = 0;

const sizeOf = ({ code, map, typed }: Script) => code.length + map.length + typed.length;

/**
 * A key for the functions of a script. A text that runs again has the key of its last run: its functions are the same,
 * so nothing more is kept for it.
 * @param place names the cell or the file
 */
export function scriptKey(place: string, typed: string): string {
  const key = latest.get(place);
  return key !== undefined && scripts.get(key)?.typed === typed ? key : (++keys).toString(36);
}

/**
 * Remembers the script of a place, whose functions have the labels of a key. Of the scripts that it has replaced,
 * {@link MAX_REPLACED} characters are kept; functions of older ones, if there are any, give their compiled text.
 */
export function addScript(place: string, key: string, script: Script): void {
  const before = latest.get(place);
  const old = before === undefined ? undefined : scripts.get(before);
  if (before !== undefined && before !== key && old) {
    replaced.add(before);
    replacedSize += sizeOf(old);
  }
  scripts.set(key, script);
  latest.set(place, key);
  for (const oldest of replaced) {
    if (replacedSize <= MAX_REPLACED) break;
    replacedSize -= sizeOf(scripts.get(oldest)!);
    scripts.delete(oldest);
    replaced.delete(oldest);
  }
}

/** Number and characters of the scripts that are kept. */
export function keptScripts(): { number: number; characters: number } {
  let characters = 0;
  for (const script of scripts.values()) characters += sizeOf(script);
  return { number: scripts.size, characters };
}

/** Makes functions give their texts as typed. */
export function installFunctionTexts(): void {
  const native = Function.prototype.toString;
  const { apply } = Reflect;
  // A method, which like the native function is no constructor
  const { toString } = {
    toString(this: unknown): string {
      if (this === toString) return apply(native, native, []) as string;
      const text = apply(native, this, []) as string;
      if (!text.includes(LABEL)) return text;
      let original = texts.get(this as object);
      if (original === undefined) {
        original = originalTexts(text);
        if (original === text && isForgotten(text)) original = withoutKernel(text);
        texts.set(this as object, original);
      }
      return original;
    },
  };
  Object.defineProperty(Function.prototype, 'toString', { value: toString });
}

/** Replaces compiled functions and classes in a text, such as a message of V8, by their texts as typed. */
export function originalTexts(text: string): string {
  let from = 0;
  for (let at = text.indexOf(LABEL); at >= 0; at = text.indexOf(LABEL, from)) {
    const label = text.slice(at, text.indexOf('*/', at) + 2);
    const found = functionAround(text, label);
    // What was typed may look like a label, so it is not looked at again
    from = found ? found.start + found.original.length : at + 1;
    if (found) text = text.slice(0, found.start) + found.original + text.slice(found.end);
  }
  return text;
}

/** The outermost function in a text that holds a label, and its text as typed. */
function functionAround(text: string, label: string): { start: number; end: number; original: string } | undefined {
  const script = scripts.get(label.slice(LABEL.length, label.indexOf('.')));
  const at = script?.code.indexOf(label) ?? -1;
  if (!script || at < 0) return undefined;
  const found: Read = (script.read ??= read(script));
  for (const node of found.compiled) {
    if (node.start > at || node.end <= at) continue;
    const from = node.from ?? node.start;
    const compiled = script.code.slice(from, node.end);
    const start = text.indexOf(compiled);
    if (start < 0) continue;
    const original = typedText(script.typed, found, node) ?? withoutTests(script.code, found.compiled, node);
    return { start, end: start + compiled.length, original };
  }
  return undefined;
}

function read(script: Script): Read {
  const compiled: FunctionNode[] = [];
  const ast = acorn.parse(script.code, { ...lenient, locations: true });
  walk<acorn.AnyNode>(ast, (node, parent) => {
    if (!isFunction(node)) return;
    if (parent?.type === 'MethodDefinition' || (parent?.type === 'Property' && isMethod(parent)))
      if (parent.value === node) node.from = methodStart(script.code, parent);
    compiled.push(node);
  });
  const typed = new Map<string, TypedNode>();
  const tree = parseTyped(script.typed, script.compilerOptions);
  if (tree) {
    walk<TypedNode>(tree as never, (node) => {
      const { start } = node.body?.loc ?? {};
      if (start && /Function|Class(?!Body)|Method/.test(node.type)) typed.set(`${start.line}:${start.column}`, node);
    });
  }
  return { compiled, typed, trace: new TraceMap(script.map) };
}

const lenient: acorn.Options = {
  ecmaVersion: 'latest',
  sourceType: 'module',
  allowAwaitOutsideFunction: true,
  allowReturnOutsideFunction: true,
  allowSuperOutsideMethod: true,
  allowHashBang: true,
  checkPrivateFields: false,
};

const isFunction = (node: acorn.AnyNode): node is FunctionNode =>
  /^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression|ClassDeclaration|ClassExpression)$/.test(node.type);
const isMethod = (node: { method: boolean; kind: string }) => node.method || node.kind !== 'init';

/** `static` is no part of the text of a method. */
function methodStart(code: string, method: acorn.AnyNode): number {
  if (!('static' in method) || !method.static) return method.start;
  return method.start + /^static\s*/.exec(code.slice(method.start))![0].length;
}

/** The text of a function as typed, without its types; undefined if it must be compiled to run. */
function typedText(source: string, { trace, typed }: Read, node: FunctionNode): string | undefined {
  const body = node.body as acorn.AnyNode;
  const inner = hasArrowTest(node) ? (body as acorn.SequenceExpression).expressions.at(-1)! : body;
  const { line, column } = inner.loc!.start;
  const at = originalPositionFor(trace, { line, column });
  const found = typed.get(`${at.line}:${at.column}`);
  if (!found) return undefined;
  const text = eraseTypes(source, found)?.replace(/^static\s+/, '');
  if (text === undefined) return undefined;
  return isMethodText(found) ? valid(text, `({${text}})`) : valid(text, `(${text})`);
}

const isMethodText = ({ type }: TypedNode) => /Method$/.test(type);

function valid(text: string, expression: string): string | undefined {
  try {
    acorn.parse(expression, lenient);
    return text;
  } catch {
    return undefined;
  }
}

/** Whether the expression of an arrow function stands behind a test. */
function hasArrowTest(node: FunctionNode): boolean {
  const { body } = node as { body: acorn.AnyNode };
  return body.type === 'SequenceExpression' && body.expressions[0]?.type === 'LogicalExpression';
}

/** Whether the first label in a text is one of a script that is not kept any more. */
function isForgotten(text: string): boolean {
  const [key = ''] = text.slice(text.indexOf(LABEL) + LABEL.length).split('.', 1);
  return /^[\da-z]+$/.test(key) && parseInt(key, 36) <= keys;
}

/** The compiled text of a function or class whose script is not kept any more, without what was put in for the kernel. */
function withoutKernel(text: string): string {
  for (const [before, after] of [
    ['(', ')'],
    ['({', '})'],
    ['(class extends Object {', '})'],
  ] as const) {
    const code = before + text + after;
    try {
      const compiled: FunctionNode[] = [];
      walk<acorn.AnyNode>(acorn.parse(code, lenient), (node) => void (isFunction(node) && compiled.push(node)));
      return withoutTests(code, compiled, { start: before.length, end: before.length + text.length });
    } catch {
      // Not an expression: a method of an object or of a class
    }
  }
  return text;
}

/** The compiled text of a function without what was put in for the kernel. */
function withoutTests(
  code: string,
  compiled: readonly FunctionNode[],
  root: Pick<FunctionNode, 'start' | 'end' | 'from'>,
): string {
  const cuts: [from: number, to: number][] = [];
  for (const node of compiled) {
    if (node.start < root.start || node.end > root.end || !hasArrowTest(node)) continue;
    const body = node.body as acorn.SequenceExpression;
    const test = code.indexOf(ARROW_TEST, body.start);
    if (test < 0 || test > body.end) continue;
    cuts.push(
      [code.lastIndexOf(' (', code.lastIndexOf(LABEL, test)), test + ARROW_TEST.length],
      [node.end - 2, node.end],
    );
  }
  cuts.sort((a, b) => a[0] - b[0]);
  let text = '';
  let at = root.from ?? root.start;
  for (const [from, to] of cuts) {
    text += code.slice(at, from);
    at = to;
  }
  text += code.slice(at, root.end);
  const labels = new RegExp(`${LABEL.replace(/[/*]/g, '\\$&')}[\\w.]+\\*/`, 'g');
  return text
    .replaceAll(TEST, '')
    .replace(labels, '')
    .replaceAll('__dlnb.import(', 'import(')
    .replaceAll('__dlnb.meta', 'import.meta');
}
