// The examples of the API reference as cells that run: with the imports of `dlnb` that they need, and with what they say
// that comes out, `// → value` behind their last line.
import ts from 'typescript';
import type { Reference } from '../../kernel/dlnb/help/reference.ts';

export interface ExampleCell {
  /** The function or type that it belongs to; of several, with a number. */
  name: string;
  /** As it is written. */
  code: string;
  /** With the imports, in one line before it. */
  cell: string;
  /** What its last line says that comes out. */
  expected: string | undefined;
}

/** All examples of a reference. */
export function examplesOf({ entries, types }: Reference): ExampleCell[] {
  const exported = new Set([...entries.map(({ path }) => path.split('.')[0]!), 'tf']);
  const owners: { path: string; examples?: string[] | undefined }[] = [
    ...entries,
    ...types.flatMap(({ name, examples, methods = [] }) => [{ path: name, examples }, ...methods]),
  ];
  return owners.flatMap(({ path, examples = [] }) =>
    examples.map((code, i) => ({
      name: examples.length > 1 ? `${path} ${i + 1}` : path,
      code,
      ...asCell(code, exported),
    })),
  );
}

/** An example with its imports, and what it says that comes out. */
export function asCell(code: string, exported: ReadonlySet<string>): Pick<ExampleCell, 'cell' | 'expected'> {
  const needed = [...freeNames(code)].filter((name) => exported.has(name)).sort();
  const imports = needed.length > 0 ? `import { ${needed.join(', ')} } from 'dlnb';\n` : '';
  const lines = code.trimEnd().split('\n');
  const stray = lines.slice(0, -1).find((line) => line.includes('// →'));
  if (stray) throw new Error(`Only the last line of an example can say what comes out, not ${stray}`);
  return { cell: imports + code, expected: / \/\/ → (.+)$/.exec(lines.at(-1)!)?.[1] };
}

/** Names that a text uses and neither declares nor imports. */
function freeNames(code: string): Set<string> {
  const used = new Set<string>();
  const declared = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node;
      const isMember =
        (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
        (ts.isPropertyAssignment(parent) && parent.name === node) ||
        ((ts.isPropertySignature(parent) || ts.isMethodSignature(parent)) && parent.name === node) ||
        (ts.isBindingElement(parent) && parent.propertyName === node) ||
        (ts.isQualifiedName(parent) && parent.right === node);
      const isDeclared =
        (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) &&
        parent.name === node;
      if (isDeclared || ts.isImportSpecifier(parent) || ts.isFunctionDeclaration(parent)) declared.add(node.text);
      else if (!isMember) used.add(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('example.ts', code, ts.ScriptTarget.ESNext, true));
  return new Set([...used].filter((name) => !declared.has(name)));
}

const NUMBER = /[-−]?(?:\d[\d_]*(?:\.\d+)?(?:e[-+]?\d+)?|Infinity|NaN)/g;

/**
 * Whether what came out is what an example says: the same text without spaces, and numbers as far as it gives their
 * digits. An end `…` stands for anything. What a tensor says of its type and shape may be left out.
 */
export function says(expected: string, came: string): boolean {
  const headless = /^(Tensor|\w+Array)/.test(expected)
    ? came
    : came.replace(/^(Tensor|Variable)[^\n]*\n/, '').replace(/^\w+Array\(\d+\) /, '');
  const compact = (text: string) =>
    text
      .replace(/\s+/g, '')
      .replace(/,(?=\])/g, '')
      .replaceAll('"', "'");
  const isOpen = expected.trimEnd().endsWith('…');
  const wanted = compact(expected.replace(/…\s*$/, ''));
  const got = compact(headless);
  const rest = (text: string) => text.replace(NUMBER, '#');
  const numbers = (text: string) => text.match(NUMBER) ?? [];
  const sameRest = isOpen ? rest(got).startsWith(rest(wanted)) : rest(got) === rest(wanted);
  const theirs = numbers(got);
  return sameRest && numbers(wanted).every((n, i) => theirs[i] !== undefined && agrees(n, theirs[i]));
}

/** Whether a number is the one that is written, rounded to its digits; of many digits, the last one may be another. */
function agrees(written: string, came: string): boolean {
  const [a, b] = [written, came].map((text) => Number(text.replace('−', '-').replaceAll('_', '')));
  if (Object.is(a, b) || a === b) return true;
  const decimals = /\.(\d+)/.exec(written)?.[1]!.length ?? 0;
  if (decimals === 0) return Math.abs(a! - b!) <= 1e-6 * Math.abs(a!);
  return Math.abs(a! - b!) <= (decimals < 5 ? 0.501 : 1.01) * 10 ** -decimals;
}
