// The text twin of a graph: a list of its nodes, indented by their groups.
import { summaryText } from './numbers.ts';
import type { Plan, PlannedNode, PlannedOutput } from './plan.ts';

const MOST_LINES = 200;

/**
 * One line for each node, and one for each folded block: its number, name, the numbers of its input nodes, shape, value and gradient.
 * @example `#3 mul(#1, #2) float32 [] = 28, gradient 1`
 */
export function graphText(plan: Plan): string {
  const { kind, title, nodes, edges, groups, summed } = plan;
  const count = `${nodes.length} node${nodes.length === 1 ? '' : 's'}`;
  const what = kind === 'layers' ? 'Layers' : 'Graph';
  const lines = [
    `${what}${title ? ` of ${title}` : ''}: ${count}${summed ? '; gradients of the sum of the result' : ''}`,
  ];
  const into = new Map<number, number[]>();
  for (const { from, to } of edges) into.set(to, [...(into.get(to) ?? []), from]);
  let open: number[] = [];
  /** The nodes of each folded block. */
  const held = new Map<number, number[]>();
  const pathOf = (i: number): number[] => {
    const path: number[] = [];
    for (let g = nodes[i]!.group; g !== undefined; g = groups[g]!.parent) path.unshift(g);
    return path;
  };
  const blockOf = (path: readonly number[]) => path.findIndex((g) => groups[g]!.kind === 'block');
  nodes.forEach((_, i) => {
    const path = pathOf(i);
    const block = path[blockOf(path)];
    if (block !== undefined) held.set(block, [...(held.get(block) ?? []), i]);
  });
  nodes.forEach((node, i) => {
    let path = pathOf(i);
    const depthOfBlock = blockOf(path);
    const block = path[depthOfBlock];
    const own = block === undefined ? [] : held.get(block)!;
    if (own.length > 0) {
      if (own.at(-1) !== i) return;
      path = path.slice(0, depthOfBlock);
    }
    path.forEach((g, depth) => {
      if (open[depth] === g) return;
      const { label, type } = groups[g]!;
      lines.push(`${'  '.repeat(depth)}${label}${type ? ` (${type})` : ''}:`);
      open = path.slice(0, depth + 1);
    });
    open = path;
    if (own.length > 0) {
      lines.push(`${'  '.repeat(path.length)}▸ ${blockText(plan, block!, own)}`);
      return;
    }
    lines.push(
      `${'  '.repeat(path.length)}#${i + 1} ${nodeText(node, into.get(i) ?? [])}${i === plan.result ? '  ← result' : ''}`,
    );
  });
  const more = lines.length - MOST_LINES;
  return more > 0 ? [...lines.slice(0, MOST_LINES), `… ${more} more lines`].join('\n') : lines.join('\n');
}

/** `block1_1 … block1_3 × 3, #5 to #25, 21 layers, float32 [batch, 32, 32, 16]` */
function blockText({ nodes, groups }: Plan, block: number, own: readonly number[]): string {
  const last = own.at(-1)!;
  const range = `#${own[0]! + 1} to #${last + 1}`;
  return `${groups[block]!.label}, ${range}, ${own.length} layers, ${nodes[last]!.outputs.map(outputText).join('; ')}`;
}

function nodeText({ kind, label, outputs, details, note }: PlannedNode, from: number[]): string {
  const taken = from.map((i) => `#${i + 1}`).join(', ');
  const head =
    kind === 'op' || kind === 'layer'
      ? `${label}(${taken})`
      : kind === 'constant' && !/^\p{ID_Start}/u.test(label.replace(/^constant /, ''))
        ? label
        : `${kind} ${label}`;
  const extra =
    kind === 'layer' ? (details ?? []).map(([name, value]) => (name === 'class' ? value : `${name} ${value}`)) : [];
  return [[head, outputs.map(outputText).join('; ')].join(' '), ...extra, note].filter(Boolean).join(', ');
}

function outputText({ shape, dtype, value, gradient }: PlannedOutput): string {
  const numbers = [value && ` = ${summaryText(value)}`, gradient && `, gradient ${summaryText(gradient)}`];
  return `${dtype} [${shape.map((n) => n ?? '?').join(', ')}]${numbers.filter(Boolean).join('')}`;
}
