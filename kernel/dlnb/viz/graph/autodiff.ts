// From a recording to a graph: leaves before the ops that use them, ops in order of execution, groups by scope.
import type { ClosureNames } from './closures.ts';
import type { Recording, RecordedOp, RecordedTensor } from './record.ts';
import type { GraphScope } from './scopes.ts';
import { sortGroups, type Plan, type PlannedNode, type PlannedOutput } from './plan.ts';
import { numberText, summarize } from './numbers.ts';

/** Graphs with more nodes are first shown with their groups folded. */
export const FOLD_FROM = 40;
/** If there are more nodes and groups side by side, they are gathered into runs. */
const LONG = 200;
/** Number of ops of one run. */
const RUN = 50;

/** @param names of the recording's inputs @param closures names of constants */
export function autodiffPlan(
  recording: Recording,
  names: readonly string[],
  title: string,
  closures: ClosureNames = { tensors: new Map(), lists: [] },
): Plan {
  const plan: Plan = { kind: 'autodiff', title, nodes: [], edges: [], groups: [] };
  const made = new Map<RecordedTensor, { node: number; output: number }>();
  const leaf = (x: RecordedTensor, node: Pick<PlannedNode, 'kind' | 'label'>) => {
    made.set(x, { node: plan.nodes.length, output: 0 });
    plan.nodes.push({ ...node, outputs: [outputOf(x)], ...(x.note === undefined ? {} : { note: x.note }) });
  };
  recording.inputs.forEach((x, i) => {
    if (!made.has(x)) leaf(x, { kind: 'input', label: names[i]! });
  });
  const groups = groupsOf(recording.ops, plan);
  recording.ops.forEach((op, i) => {
    for (const { tensor } of op.inputs) if (!made.has(tensor)) leaf(tensor, leafOf(tensor, closures));
    const to = plan.nodes.length;
    for (const { name, tensor } of op.inputs) {
      const { node: from, output } = made.get(tensor)!;
      plan.edges.push({ from, to, ...(output > 0 ? { output } : {}), input: name });
    }
    op.outputs.forEach((x, output) => made.set(x, { node: to, output }));
    plan.nodes.push(opNode(op, groups[i]));
  });
  if (!made.has(recording.result)) leaf(recording.result, leafOf(recording.result, closures));
  plan.result = made.get(recording.result)!.node;
  plan.summed = recording.result.held.size !== 1;
  placeLeaves(plan);
  gatherRuns(plan);
  dropEmptyGroups(plan);
  foldLongGraphs(plan);
  return plan;
}

function outputOf({ held, gradient }: RecordedTensor): PlannedOutput {
  const { shape, dtype } = held;
  return { shape, dtype, value: summarize(held), gradient: gradient && summarize(gradient) };
}

function leafOf(
  { id, held, variable }: RecordedTensor,
  closures: ClosureNames,
): Pick<PlannedNode, 'kind' | 'label' | 'details'> {
  if (variable)
    return {
      kind: 'variable',
      label: variable.name,
      ...(variable.trainable ? {} : { details: [['trainable', 'no']] }),
    };
  return { kind: 'constant', label: closures.tensors.get(id) ?? constantLabel(held, closures) };
}

/** A constant of no variable: a number by its value, a list by the variable that has its numbers, others by their shape. */
function constantLabel(held: RecordedTensor['held'], { lists }: ClosureNames): string {
  const summary = held.dtype === 'string' ? undefined : summarize(held);
  if (summary?.size === 1) return numberText(summary.values[0]!);
  const same = ({ values }: ClosureNames['lists'][number]) =>
    values.length === summary?.size &&
    values.every((v, i) => Object.is(Math.fround(v), Math.fround(summary.values[i]!)));
  return lists.find(same)?.name ?? `constant [${held.shape.join(', ')}]`;
}

/** Names of TensorFlow.js functions that differ from the op kernel's name in lower case. */
const FUNCTIONS: Record<string, string> = {
  Multiply: 'mul',
  RealDiv: 'div',
  Negate: 'neg',
  BatchMatMul: 'matMul',
  _FusedMatMul: 'fused.matMul',
  FusedConv2D: 'fused.conv2d',
  FusedDepthwiseConv2D: 'fused.depthwiseConv2d',
  Conv2D: 'conv2d',
  GatherV2: 'gather',
  Select: 'where',
  Identity: 'clone',
  SplitV: 'split',
  Pack: 'stack',
  Unpack: 'unstack',
  Power: 'pow',
  PadV2: 'pad',
  ResizeBilinear: 'image.resizeBilinear',
  FusedBatchNorm: 'batchNorm',
};

export function functionName(kernel: string): string {
  return FUNCTIONS[kernel] ?? kernel.replace(/^_/, '').replace(/^[A-Z]+(?![a-z])|^[A-Z]/, (c) => c.toLowerCase());
}

function opNode(op: RecordedOp, group: number | undefined): PlannedNode {
  const note = op.outputs.find((x) => x.note !== undefined)?.note;
  const details = attributesOf(op.attrs);
  return {
    kind: 'op',
    label: functionName(op.name),
    outputs: op.outputs.map(outputOf),
    ...(group === undefined ? {} : { group }),
    ...(details.length > 0 ? { details } : {}),
    ...(note === undefined ? {} : { note }),
  };
}

const MOST_ATTRIBUTES = 8;

/** Attributes worth showing: set, not false, and not those that nearly every op has. */
function attributesOf(attrs: unknown): [string, string][] {
  const entries = typeof attrs === 'object' && attrs !== null ? Object.entries(attrs) : [];
  return entries
    .flatMap(([name, value]): [string, string][] => {
      if (value === undefined || value === null || value === false || value === 'NHWC' || value === '') return [];
      if (name === 'activation' && value === 'linear') return [];
      if (typeof value === 'number') return [[name, numberText(value)]];
      if (typeof value === 'string' || typeof value === 'boolean') return [[name, String(value)]];
      return Array.isArray(value) ? [[name, `[${value.flat().slice(0, 12).join(', ')}]`]] : [];
    })
    .slice(0, MOST_ATTRIBUTES);
}

/** Makes the groups of all scopes that are not empty. @returns the group of each op */
function groupsOf(ops: readonly RecordedOp[], plan: Plan): (number | undefined)[] {
  const counts = new Map<GraphScope, number>();
  for (const { scopes } of ops) for (const s of scopes) counts.set(s, (counts.get(s) ?? 0) + 1);
  const indices = new Map<GraphScope, number>();
  return ops.map(({ scopes }) => {
    let parent: number | undefined;
    let around = 0;
    for (const scope of scopes) {
      const count = counts.get(scope)!;
      // A scope with a single op is that op, and a function that only calls another adds no group
      if (scope.kind !== 'layer' && (count === 1 || (scope.kind === 'op' && count === around))) continue;
      around = count;
      let index = indices.get(scope);
      if (index === undefined) {
        index = plan.groups.length;
        indices.set(scope, index);
        const { kind, label, type } = scope;
        plan.groups.push({
          label,
          kind,
          ...(type ? { type } : {}),
          ...(parent === undefined ? {} : { parent }),
          folded: false,
        });
      }
      parent = index;
    }
    return parent;
  });
}

/** Puts variables and constants into the innermost group that holds all ops that use them. */
function placeLeaves({ nodes, edges, groups }: Plan): void {
  const chain = (group: number | undefined): number[] => {
    const up: number[] = [];
    for (let g = group; g !== undefined; g = groups[g]!.parent) up.unshift(g);
    return up;
  };
  const common = new Map<number, number[]>();
  for (const { from, to } of edges) {
    if (nodes[from]!.kind !== 'variable' && nodes[from]!.kind !== 'constant') continue;
    const path = chain(nodes[to]!.group);
    const before = common.get(from);
    const same = before ? before.findIndex((g, i) => g !== path[i]) : -1;
    common.set(from, before ? (same < 0 ? before : before.slice(0, same)) : path);
  }
  for (const [leaf, path] of common) {
    const node = nodes[leaf]!;
    if (path.length > 0) node.group = path.at(-1)!;
    // Inside its layer a variable needs no prefix
    for (const g of path)
      if (node.label.startsWith(`${groups[g]!.label}/`)) node.label = node.label.slice(groups[g]!.label.length + 1);
  }
}

/** The outermost group of a node; -1 without a group. */
function outermost({ groups }: Plan, group: number | undefined): number {
  let top = group ?? -1;
  while (top >= 0 && groups[top]!.parent !== undefined) top = groups[top]!.parent!;
  return top;
}

/** Gathers ops of a long graph that are in no scope into runs by their order, so that the graph stays readable. */
function gatherRuns(plan: Plan): void {
  const { nodes, groups } = plan;
  const side = nodes.filter((n) => n.group === undefined).length + groups.filter((g) => g.parent === undefined).length;
  if (side <= LONG) return;
  const kept = groups.length;
  const of = new Map<number, number>();
  let count = 0;
  for (const node of nodes) {
    if (node.kind !== 'op') continue;
    const number = Math.floor(count++ / RUN);
    const top = outermost(plan, node.group);
    if (top >= kept || (top >= 0 && groups[top]!.parent !== undefined)) continue;
    let run = of.get(number);
    if (run === undefined) {
      run = groups.length;
      of.set(number, run);
      groups.push({ label: `ops ${number * RUN + 1}–${(number + 1) * RUN}`, kind: 'run', folded: false });
    }
    if (top >= 0) groups[top]!.parent = run;
    else node.group = run;
  }
  const ops = nodes.filter((n) => n.kind === 'op').length;
  const last = of.get(Math.floor((ops - 1) / RUN));
  if (last !== undefined) groups[last]!.label = groups[last]!.label.replace(/\d+$/, String(ops));
  sortGroups(plan);
  placeLeaves(plan);
}

/** Removes empty groups. */
function dropEmptyGroups(plan: Plan): void {
  const used = new Set<number>();
  for (const { group } of plan.nodes)
    for (let g = group; g !== undefined && !used.has(g); g = plan.groups[g]!.parent) used.add(g);
  if (used.size === plan.groups.length) return;
  const place = new Map([...used].sort((a, b) => a - b).map((old, now) => [old, now]));
  plan.groups = plan.groups.flatMap((g, i) =>
    used.has(i) ? [g.parent === undefined ? g : { ...g, parent: place.get(g.parent)! }] : [],
  );
  for (const n of plan.nodes) if (n.group !== undefined) n.group = place.get(n.group)!;
}

/** Folds the groups of a long graph, except one that holds all of it. */
function foldLongGraphs({ nodes, groups }: Plan): void {
  if (nodes.length <= FOLD_FROM) return;
  const ops = nodes.filter((n) => n.kind === 'op');
  const held = groups.map(() => 0);
  for (const { group } of ops) for (let g = group; g !== undefined; g = groups[g]!.parent) held[g]!++;
  groups.forEach((group, i) => (group.folded = held[i]! < ops.length));
}
