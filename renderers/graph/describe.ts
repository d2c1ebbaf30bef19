// An item in words: for screen readers, and in the panel with all facts about it.
import type { GraphOutput } from '../../kernel/wire/graph.ts';
import { element } from '../shared/dom.ts';
import { count } from '../shared/numbers.ts';
import type { Item, View } from './fold.ts';
import { numbersOf } from './look.ts';
import type { GraphPayload } from './payload.ts';
import { badText, numberText, shapeText, shortText, type Values } from './text.ts';

/** One or two sentences: kind, value, gradient and connections. */
export function labelOf(payload: GraphPayload, item: Item, names: Map<string, string>, view: View): string {
  const list = (ids: string[]) => ids.map((id) => names.get(id)).join(', ');
  const from = (view.into.get(item.id) ?? []).map((l) => l.from);
  const to = (view.outOf.get(item.id) ?? []).map((l) => l.to);
  const parts = [names.get(item.id)!];
  const details = item.node?.details ?? [];
  if (payload.kind === 'layers') parts.push(...details.map(([name, value]) => `${name} ${value}`));
  for (const output of item.outputs) {
    parts.push(`${output.dtype} ${shapeText(output.shape, payload.kind === 'layers')}`);
    const [value, gradient] = [numbersOf(payload, output, 'value'), numbersOf(payload, output, 'gradient')];
    if (value) parts.push(`value ${shortText(value)}`);
    if (gradient) parts.push(`gradient ${shortText(gradient)}`);
  }
  if (item.isResult) parts.push('the result');
  if (item.node?.note) parts.push(item.node.note);
  if (from.length > 0) parts.push(`from ${list(from)}`);
  if (to.length > 0) parts.push(`to ${list(to)}`);
  return parts.join('; ');
}

/** `mul`, `input x`, `folded group dense_1 with 4 nodes`. */
export function nameOf({ groups }: GraphPayload, { node, group, members }: Item): string {
  if (!node) return `folded group ${groups[group!]!.label} with ${members.length} nodes`;
  return node.kind === 'op' || node.kind === 'layer' ? node.label : `${node.kind} ${node.label}`;
}

/** Fills the panel. */
export function describe(payload: GraphPayload, item: Item, view: View, names: Map<string, string>): HTMLElement[] {
  const { node } = item;
  const heading = element('div', 'tip-title');
  heading.append(
    element('strong', '', node ? node.label : payload.groups[item.group!]!.label),
    element('span', 'muted', item.isResult ? `${kindOf(payload, item)}, the result` : kindOf(payload, item)),
  );
  const parts: HTMLElement[] = [heading];
  const facts: [string, string][] = [...(node?.details ?? [])];
  const from = view.into.get(item.id) ?? [];
  if (from.length > 0)
    facts.push([
      'from',
      from.map((l) => (l.input ? `${l.input}: ${names.get(l.from)}` : names.get(l.from)!)).join(', '),
    ]);
  if (!node) facts.push(['holds', `${item.members.length} nodes; Enter or a click unfolds it`]);
  if (facts.length > 0) parts.push(table(facts));
  item.outputs.slice(0, MOST_OUTPUTS).forEach((output, i) => {
    const many = item.outputs.length > 1 ? `output ${i + 1}: ` : '';
    parts.push(
      element('div', 'tip-type', `${many}${output.dtype} ${shapeText(output.shape, payload.kind === 'layers')}`),
    );
    parts.push(...numbersPart(payload, output, 'value'), ...numbersPart(payload, output, 'gradient'));
  });
  const more = item.outputs.length - MOST_OUTPUTS;
  if (more > 0) parts.push(element('div', 'muted', `${more} more outputs`));
  if (node?.note) parts.push(element('div', 'tip-note', node.note));
  return parts;
}

const MOST_OUTPUTS = 4;

function kindOf(payload: GraphPayload, { node, group }: Item): string {
  if (node) return node.kind === 'layer' ? '' : node.kind;
  const { kind, type } = payload.groups[group!]!;
  const kinds = { layer: 'layer', block: 'layers', op: 'composite op', scope: 'scope', run: 'run of ops' };
  return type ?? kinds[kind];
}

function numbersPart(payload: GraphPayload, output: GraphOutput, which: 'value' | 'gradient'): HTMLElement[] {
  const values = numbersOf(payload, output, which);
  if (!values) return [];
  const head = element('div', `tip-${which}`);
  head.append(element('span', 'tip-name', which), element('span', '', summaryText(values)));
  if (values.size <= 1 || values.held.length === 0) return [head];
  const grid = element('pre', '', gridText(values, output.shape));
  return [head, grid];
}

const DIGITS = 6;

function summaryText(v: Values): string {
  if (v.size === 1 && v.held.length === 1) return numberText(v.held[0]!, 9);
  const range = Number.isNaN(v.mean)
    ? ''
    : `${numberText(v.min, DIGITS)} … ${numberText(v.max, DIGITS)}, mean ${numberText(v.mean, DIGITS)}`;
  return [range, badText(v)].filter(Boolean).join(', ');
}

const MOST_COLUMNS = 8;

/** The held values, a line for each row of the last axis, and the number of values left out. */
function gridText({ held, size }: Values, shape: GraphOutput['shape']): string {
  const last = shape.at(-1) ?? 1;
  const columns = Math.max(1, Math.min(last, MOST_COLUMNS));
  const texts = Array.from(held, (x) => numberText(x, 5));
  const width = Math.max(...texts.map((t) => t.length));
  const lines: string[] = [];
  for (let i = 0; i < texts.length && lines.length < MOST_COLUMNS;) {
    const row = Math.min(last - (i % last), columns);
    const cut = last > columns ? ' …' : '';
    lines.push(
      texts
        .slice(i, i + row)
        .map((t) => t.padStart(width))
        .join('  ') + cut,
    );
    i += last > columns ? last - (i % last) : row;
  }
  if (held.length < size) lines.push(`the first ${held.length} of ${count(size)} are held`);
  return lines.join('\n');
}

function table(facts: [string, string][]): HTMLElement {
  const list = element('dl', '');
  for (const [name, value] of facts) list.append(element('dt', '', name), element('dd', '', value));
  return list;
}
