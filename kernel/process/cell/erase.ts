// Takes the types out of a function or a class as typed, and leaves everything else as it is.
import { walk, type TreeNode } from './walk.ts';

/** A node of Babel's tree, with what is read of it here. */
export interface TypedNode extends TreeNode {
  start: number;
  end: number;
  loc: { start: { line: number; column: number } };
  body?: TypedNode;
  key?: TypedNode;
  id?: TypedNode | null;
  expression?: TypedNode;
  typeAnnotation?: TypedNode;
  params?: TypedNode[];
  implements?: TypedNode[];
  decorators?: TypedNode[];
  name?: string;
  kind?: string;
  declare?: boolean;
  abstract?: boolean;
  optional?: boolean;
}

/** What must be compiled to run. */
const COMPILED = new Set([
  'TSParameterProperty',
  'TSEnumDeclaration',
  'TSModuleDeclaration',
  'TSImportEqualsDeclaration',
]);
const TYPES = new Set(['TSTypeAnnotation', 'TSTypeParameterDeclaration', 'TSTypeParameterInstantiation']);
const STATEMENTS = new Set(['TSTypeAliasDeclaration', 'TSInterfaceDeclaration', 'TSDeclareFunction']);
const MEMBERS = new Set(['TSDeclareMethod', 'TSIndexSignature']);
const MODIFIERS = /\b(?:public|private|protected|readonly|override|abstract|declare)\b\s*/g;
const SPACE = String.raw`(?:\s|\/\/.*|\/\*[^]*?\*\/)*`;

/**
 * The text of a function or a class without its types.
 * @returns undefined if it holds what only a compiler can turn into JavaScript: enums, decorators, JSX and the like
 */
export function eraseTypes(text: string, root: TypedNode): string | undefined {
  const cuts: Cut[] = [];
  let compiled = false;
  const cut = (from: number, to: number, by = '') => cuts.push({ from, to, by });
  /** Cuts with the space in front. */
  const cutBehind = (from: number, to: number, by = '') => {
    while (/\s/.test(text[from - 1] ?? '')) from--;
    cut(from, to, by);
  };
  /** The end of `pattern` behind an index and space. */
  const after = (index: number, pattern: string): RegExpExecArray | null => {
    const found = new RegExp(`${SPACE}(?<found>${pattern})`, 'y');
    found.lastIndex = index;
    return found.exec(text);
  };

  walk<TypedNode>(root, (node, parent) => {
    if (compiled) return false;
    if (needsCompiler(node)) return !(compiled = true);
    if (TYPES.has(node.type)) {
      let from = node.start;
      // `a?: T` and `a!: T`
      const mark = /[?!]\s*$/.exec(text.slice(root.start, from));
      if (node.type === 'TSTypeAnnotation' && mark && isNamed(parent)) from -= mark[0].length;
      cutBehind(from, node.end);
      return false;
    }
    if (STATEMENTS.has(node.type) || MEMBERS.has(node.type) || node.declare || (node.abstract && isMember(node))) {
      const closed = after(node.end, ';');
      cutBehind(node.start, text[node.end - 1] === ';' || !closed ? node.end : node.end + closed[0].length);
      return false;
    }
    switch (node.type) {
      case 'TSAsExpression':
      case 'TSSatisfiesExpression': {
        const word = after(node.expression!.end, String.raw`(?:\)${SPACE})*(?:as|satisfies)\b`)!;
        const from = node.expression!.end + word[0].length - /\w+$/.exec(word[0])![0].length;
        // Without the type, the next line would go on with the expression
        cutBehind(from, node.end, /^[^\S\n]*\n\s*[([/+\-`]/.test(text.slice(node.end)) ? ';' : '');
        return true;
      }
      case 'TSNonNullExpression':
        cut(node.end - 1, node.end);
        return true;
      case 'TSTypeAssertion': {
        const end = node.typeAnnotation!.end + after(node.typeAnnotation!.end, '>')![0].length;
        if (/^\s*(?:\{|function\b|class\b)/.test(text.slice(end))) return !(compiled = true);
        cut(node.start, end);
        return true;
      }
    }
    if (node.optional && node.type === 'Identifier' && text[node.end - 1] === '?') cut(node.end - 1, node.end);
    const [first, second] = node.params ?? [];
    if (first?.type === 'Identifier' && first.name === 'this') {
      const comma = after(first.end, ',');
      cut(first.start, second ? second.start : comma ? first.end + comma[0].length : first.end);
    }
    if (node.type.startsWith('Class')) eraseClass(node);
    return true;
  });

  function eraseClass(node: TypedNode): void {
    if (isMember(node)) {
      const head = text.slice(node.start, node.key!.start);
      for (const word of head.matchAll(MODIFIERS))
        cut(node.start + word.index, node.start + word.index + word[0].length);
      const mark = node.optional || 'definite' in node ? after(node.key!.end, '[?!]') : null;
      if (mark && !node.typeAnnotation) cut(node.key!.end, node.key!.end + mark[0].length);
    } else if (node.type !== 'ClassBody') {
      if (node.abstract) cut(node.start, node.start + /^abstract\s*/.exec(text.slice(node.start))![0].length);
      const list = node.implements ?? [];
      if (list.length > 0) cutBehind(text.lastIndexOf('implements', list[0]!.start), list.at(-1)!.end);
    }
  }

  return compiled ? undefined : withoutCuts(text, root, cuts);
}

function needsCompiler(node: TypedNode): boolean {
  if (COMPILED.has(node.type)) return !node.declare;
  if (node.type.startsWith('JSX') || node.type === 'ClassAccessorProperty' || node.decorators?.length) return true;
  return node.type === 'VariableDeclaration' && /using$/.test(node.kind ?? '');
}

interface Cut {
  from: number;
  to: number;
  /** What takes the place of the text. */
  by: string;
}

/** The text of a node without the cuts, some of which are inside others. */
function withoutCuts(text: string, { start, end }: TypedNode, cuts: Cut[]): string {
  cuts.sort((a, b) => a.from - b.from || b.to - a.to);
  let result = '';
  let at = start;
  for (const { from, to, by } of cuts) {
    if (to <= at) continue;
    result += text.slice(at, Math.max(at, from)) + by;
    at = to;
  }
  return result + text.slice(at, end);
}

const isMember = (node: TypedNode) => node.type !== 'ClassBody' && node.key !== undefined;
const isNamed = (parent: TypedNode | undefined) =>
  parent?.type === 'Identifier' || parent?.type === 'ClassProperty' || parent?.type === 'ClassPrivateProperty';
