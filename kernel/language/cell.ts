// Reads one cell for the virtual document: what has to be moved out of its block or written otherwise so that
// TypeScript reads it as the kernel does. Its names are in scopes.ts.
import type * as Parser from '@babel/parser';
import { loadParser } from '../process/cell/load-parser.ts';
import { balance } from './balance.ts';
import { readNames, type Names, type Node } from './scopes.ts';

/** A part of a cell's text. */
export interface Span {
  start: number;
  end: number;
}
/** A statement that stands at the head of the document. */
export interface Moved extends Span {
  /** What ends it, if it is still being typed. */
  tail?: string;
}
/** Text in the place of a part that is as long. */
export interface Replacement extends Span {
  text: string;
}
/** Text that is added at a place. */
export interface Insertion {
  at: number;
  text: string;
}

/** What is wrong with a text. */
export interface SyntaxFault {
  at: number;
  message: string;
  /** Whether it cannot be read at all. */
  fatal: boolean;
}

/** What the virtual document needs to know of a cell. */
export interface CellFacts {
  names: Names;
  /** Modules of the imported names, each with the name that it exports. */
  imports: ReadonlyMap<string, string>;
  /** Statements that stand at the head of the document, in order: imports and declarations of modules. */
  moved: readonly Moved[];
  /** In order, none inside of what is moved. */
  replacements: readonly Replacement[];
  insertions: readonly Insertion[];
  /** What a document with JSX needs besides, where the cell has none. */
  inJsx: { replacements: readonly Replacement[]; insertions: readonly Insertion[] };
  /** Closes what the cell leaves open. */
  tail: string;
  /** Whether the cell has JSX. */
  jsx: boolean;
  /** The first error that the parser has found. */
  error?: SyntaxFault;
  /** Where the statements of the cell begin. */
  statements: readonly number[];
  /** The tree of a cell that can be read, without places by line. */
  root?: Node;
}

const plugins = (jsx: boolean): Parser.ParserPlugin[] => [
  'typescript',
  ...(jsx ? (['jsx'] as const) : []),
  'decorators',
  'decoratorAutoAccessors',
  'explicitResourceManagement',
  'deferredImportEvaluation',
];

const options = (jsx: boolean): Parser.ParserOptions => ({
  sourceType: 'module',
  allowAwaitOutsideFunction: true,
  allowUndeclaredExports: true,
  errorRecovery: true,
  attachComment: false,
  plugins: plugins(jsx),
});

interface Parsed {
  /** `Program`, or the object literal that the cell is. */
  root?: Node;
  error?: SyntaxFault;
}

/** Reads a cell. @param language a language that the kernel runs */
export function readCell(text: string, language: string): CellFacts {
  try {
    return readWhole(text, language);
  } catch (e) {
    // Nested too deeply for the stack: it stands as it is
    if (e instanceof RangeError) return new CellReader(text, language.endsWith('react'));
    throw e;
  }
}

function readWhole(text: string, language: string): CellFacts {
  // A script begins so; a comment of the same length takes its place
  const plain = text.replace(/^#!/, '//');
  let jsx = language.endsWith('react');
  let parsed = parse(plain, jsx);
  const object = parsed.error || isOneBlock(parsed.root) ? objectLiteral(plain, jsx) : undefined;
  if (object) parsed = { root: object };
  else if (parsed.error && !jsx && plain.includes('<')) {
    const other = parse(plain, true);
    if (!other.error) [parsed, jsx] = [other, true];
  }
  const reader = new CellReader(plain, jsx);
  if (plain !== text) reader.replace(0, 2, '//');
  if (parsed.error) reader.error = parsed.error;
  if (parsed.root) reader.read((reader.root = parsed.root));
  else reader.readBroken();
  return reader;
}

function parse(text: string, jsx: boolean): Parsed {
  try {
    const file = loadParser().parse(text, options(jsx));
    const error = errorOf(file.errors?.[0], false);
    return { root: file.program as unknown as Node, ...(error && { error }) };
  } catch (e) {
    if (e instanceof RangeError) throw e;
    return { error: errorOf(e, true) ?? { at: 0, message: (e as Error).message, fatal: true } };
  }
}

function errorOf(e: unknown, fatal: boolean): SyntaxFault | undefined {
  const { message, pos } = (e ?? {}) as { message?: string; pos?: number };
  if (message === undefined || pos === undefined) return undefined;
  return { at: pos, message: message.replace(/\.? \(\d+:\d+\)$/, '.'), fatal };
}

function isOneBlock(root: Node | undefined): boolean {
  const body = root?.['body'] as Node[] | undefined;
  return body?.length === 1 && body[0]!.type === 'BlockStatement' && (root!['directives'] as Node[]).length === 0;
}

/** Words that begin a statement with parentheses and braces, which could also be a method of that name. */
const STATEMENTS = new Set(['if', 'for', 'while', 'with', 'switch', 'catch']);

/** The object literal that the whole cell is, if it is one, as the kernel reads it: `{ a: 1, b: 2 }`. */
function objectLiteral(text: string, jsx: boolean): Node | undefined {
  if (!/^(\s|\/\/.*|\/\*[^]*?\*\/)*\{/.test(text)) return undefined;
  try {
    // Behind two characters that move every place alike
    const found = loadParser().parseExpression(`(\n${text}\n)`, { ...options(jsx), startIndex: 0 });
    if (found.type !== 'ObjectExpression' || found.errors?.length) return undefined;
    const isStatement = (p: (typeof found.properties)[number]) =>
      p.type === 'ObjectMethod' && p.key.type === 'Identifier' && STATEMENTS.has(p.key.name);
    if (found.properties.some(isStatement)) return undefined;
    return shifted(found as unknown as Node, -2);
  } catch {
    return undefined;
  }
}

/** Moves all places of a tree. */
function shifted(node: Node, by: number): Node {
  node.start += by;
  node.end += by;
  for (const key of Object.keys(node)) {
    const value = node[key];
    if (typeof value !== 'object' || value === null || key === 'loc' || key === 'extra') continue;
    for (const child of (Array.isArray(value) ? value : [value]) as (Node | null)[])
      if (typeof child?.type === 'string' && typeof child.start === 'number') shifted(child, by);
  }
  return node;
}

/** Text with all but its line breaks replaced by spaces. */
export const blank = (text: string) => text.replace(/[^\r\n\u2028\u2029]/g, ' ');

/** A statement that nothing can go on with, and that no list skips as an error. */
const APART = ';debugger';

/** So often a broken cell is read again without one more line. */
const TRIES = 6;

class CellReader implements CellFacts {
  names: Names = { declared: new Map(), uses: new Map(), merged: new Set() };
  readonly imports = new Map<string, string>();
  readonly moved: Moved[] = [];
  readonly replacements: Replacement[] = [];
  readonly insertions: Insertion[] = [];
  readonly inJsx = { replacements: [] as Replacement[], insertions: [] as Insertion[] };
  tail = '';
  error?: SyntaxFault;
  readonly statements: number[] = [];
  root?: Node;

  constructor(
    private readonly text: string,
    readonly jsx: boolean,
  ) {}

  replace(start: number, end: number, text: string): void {
    this.replacements.push({ start, end, text });
  }

  private blank(start: number, end: number): void {
    this.replace(start, end, blank(this.text.slice(start, end)));
  }

  read(root: Node): void {
    this.names = readNames(root);
    if (root.type === 'Program') {
      for (const node of root['body'] as Node[]) this.statement(node);
    } else {
      this.insertions.push({ at: root.start, text: '(' }, { at: root.end, text: ')' });
      this.statements.push(root.start);
    }
    if (!this.jsx && this.text.includes('<')) this.forJsx(root);
  }

  /** Reads a cell that does not parse without the lines at fault, and keeps its text as it is. */
  readBroken(): void {
    if (this.jsx || /<\/[A-Za-z>]|\/>/.test(this.text)) {
      // Tags that are open would swallow the cells below: what follows the error's statement is left out
      this.withoutRest();
      return;
    }
    let text = this.text;
    const dropped: Span[] = [];
    let isRead = false;
    for (let i = 0; i < TRIES; i++) {
      const state = balance(text);
      let closed = text;
      for (const at of state.extra) closed = `${closed.slice(0, at)} ${closed.slice(at + 1)}`;
      const { root, error } = parse(`${closed}\n${state.tail}`, false);
      if (root) {
        this.read(root);
        isRead = true;
        break;
      }
      const line = lineAt(closed, error!.at);
      if (!line) break;
      dropped.push(line);
      text = closed.slice(0, line.start) + blank(closed.slice(line.start, line.end)) + closed.slice(line.end);
    }
    // An import that is being typed stands where imports stand
    let rest = this.text;
    for (const { start, end } of dropped) {
      const line = this.text.slice(start, end);
      if (!/^\s*import\b(?!\s*[.(])/.test(line)) continue;
      const state = balance(line);
      if (state.extra.length > 0) continue;
      this.moved.push({ start, end, tail: `\n${state.tail};\n` });
      rest = rest.slice(0, start) + blank(line) + rest.slice(end);
    }
    const isMoved = (at: number) => this.moved.some(({ start, end }) => at >= start && at < end);
    rest = this.withoutFaults(rest, isRead ? dropped : undefined, isMoved);
    const { tail, extra } = balance(rest);
    this.tail = tail + APART;
    for (const at of extra) if (!isMoved(at)) this.blank(at, at + 1);
    this.moved.sort((a, b) => a.start - b.start);
    this.replacements.sort((a, b) => a.start - b.start);
  }

  /**
   * Leaves out what brackets alone cannot mend: lines at fault whose brackets match nothing in the line. What is typed
   * at the end of the cell stays, since it can be closed. @param dropped the lines at fault, if the rest parses
   */
  private withoutFaults(rest: string, dropped: Span[] | undefined, isMoved: (at: number) => boolean): string {
    const { tail, extra } = balance(rest);
    if (dropped && tail === '' && extra.length === 0) return rest;
    const lastLine = this.text.trimEnd().length;
    const apart = dropped?.filter(({ end }) => end < lastLine) ?? linesOf(this.text);
    for (const { start, end } of apart) {
      const line = this.text.slice(start, end);
      const state = balance(line);
      if (isMoved(start) || (dropped && state.extra.length === 0 && state.tail === '')) continue;
      this.blank(start, end);
      rest = rest.slice(0, start) + blank(line) + rest.slice(end);
    }
    return rest;
  }

  /** Keeps the statements in front of the error and blanks the others. */
  private withoutRest(): void {
    this.tail = '';
    let end = Math.min(this.error?.at ?? 0, this.text.length);
    for (;;) {
      end = Math.max(this.text.lastIndexOf('\n', end - 1), 0);
      const { root } = parse(this.text.slice(0, end), this.jsx);
      if (!root && end > 0) continue;
      if (root) this.read(root);
      this.blank(end, this.text.length);
      return;
    }
  }

  private statement(node: Node): void {
    this.statements.push(node.start);
    const declaration = node['declaration'] as Node | null | undefined;
    switch (node.type) {
      case 'ImportDeclaration':
        return this.importDeclaration(node);
      case 'ExportAllDeclaration':
        return void this.moved.push({ start: node.start, end: node.end });
      case 'ExportNamedDeclaration':
        if (node['source']) return void this.moved.push({ start: node.start, end: node.end });
        if (!declaration) return this.blank(node.start, node.end);
        this.dropWord('export', node, declaration);
        return this.declaration(declaration);
      case 'ExportDefaultDeclaration':
        return this.exportDefault(node, declaration!);
      case 'TSNamespaceExportDeclaration':
        return this.blank(node.start, node.end);
      default:
        return this.declaration(node);
    }
  }

  private declaration(node: Node): void {
    const names = this.names.declared;
    if (node.type === 'TSModuleDeclaration') {
      // An ambient module stands at the top of a file
      if ((node['id'] as Node).type === 'StringLiteral' || node['kind'] === 'global' || node['global'] === true)
        this.moved.push({ start: node.start, end: node.end });
    } else if (node.type === 'TSImportEqualsDeclaration') {
      if ((node['moduleReference'] as Node).type === 'TSExternalModuleReference')
        this.moved.push({ start: node.start, end: node.end });
    } else if (node.type === 'VariableDeclaration' && node['kind'] === 'var') {
      const start = this.text.indexOf('var', node.start);
      const isBlock = [...names].every(([, d]) => d.variable !== node.start || d.scope === 'block');
      const declares = [...names].some(([, d]) => d.variable === node.start);
      if (isBlock && declares) this.replace(start, start + 3, 'let');
    }
  }

  private importDeclaration(node: Node): void {
    this.moved.push({ start: node.start, end: node.end });
    const from = (node['source'] as Node & { value: string }).value;
    for (const s of node['specifiers'] as Node[]) {
      const imported = s['imported'] as (Node & { name?: string; value?: string }) | undefined;
      const name =
        s.type === 'ImportNamespaceSpecifier' ? '*' : imported ? (imported.name ?? imported.value!) : 'default';
      this.imports.set((s['local'] as Node & { name: string }).name, `${from}\0${name}`);
    }
  }

  private exportDefault(node: Node, declaration: Node): void {
    const words = /export(\s|\/\*[^]*?\*\/)+default/g;
    words.lastIndex = node.start;
    const found = words.exec(this.text)!;
    const [start, end] = [found.index, found.index + found[0].length];
    if (declaration['id'] && /Declaration$|^TSDeclareFunction$/.test(declaration.type)) return this.blank(start, end);
    // An expression of any kind, which is not read as a block or as a declaration
    this.replace(start, end, `void${blank(this.text.slice(start + 4, end))}`);
  }

  private dropWord(word: string, node: Node, before: Node): void {
    const decorators = (before['decorators'] as Node[] | undefined) ?? [];
    const ahead = decorators.filter((d) => d.start <= node.start).at(-1);
    const at = this.text.indexOf(word, ahead ? ahead.end : node.start);
    this.blank(at, at + word.length);
  }

  /** Assertions `<T>x` and functions `<T>(x: T) => x` read otherwise where there is JSX. */
  private forJsx(node: Node): void {
    const { replacements, insertions } = this.inJsx;
    const visit = (n: Node) => {
      if (n.type === 'TSTypeAssertion') {
        const [type, inner] = [n['typeAnnotation'] as Node, n['expression'] as Node];
        const head = this.text.slice(n.start, inner.start);
        replacements.push({ start: n.start, end: inner.start, text: `(${blank(head).slice(1)}` });
        insertions.push({ at: n.end, text: ` as ${this.text.slice(type.start, type.end)})` });
        return visit(inner);
      }
      const types = n.type === 'ArrowFunctionExpression' ? (n['typeParameters'] as Node | null) : undefined;
      const params = types?.['params'] as Node[] | undefined;
      if (
        params?.length === 1 &&
        !params[0]!['constraint'] &&
        !this.text.slice(params[0]!.end, types!.end).includes(',')
      )
        insertions.push({ at: params[0]!.end, text: ',' });
      for (const key of Object.keys(n)) {
        const value = n[key];
        if (typeof value !== 'object' || value === null || key === 'loc' || key === 'extra') continue;
        for (const child of (Array.isArray(value) ? value : [value]) as (Node | null)[])
          if (typeof child?.type === 'string') visit(child);
      }
    };
    visit(node);
    insertions.sort((a, b) => a.at - b.at);
  }
}

function linesOf(text: string): Span[] {
  return [...text.matchAll(/[^\n]+/g)].map((line) => ({ start: line.index, end: line.index + line[0].length }));
}

/** The line of a place, or the last one above it that is not empty. */
function lineAt(text: string, at: number): Span | undefined {
  let end = Math.min(at, text.length);
  for (;;) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const next = text.indexOf('\n', end);
    const stop = next < 0 ? text.length : next;
    if (text.slice(start, stop).trim() !== '') return { start, end: stop };
    if (start === 0) return undefined;
    end = start - 1;
  }
}
