// The graph renderer without a page: what it refuses to draw, folding, layout, the camera and the arrow keys.
import { describe, expect, it } from 'vitest';
import { PayloadError } from '../../../kernel/wire/fields.ts';
import { GRAPH_FORMAT } from '../../../kernel/wire/graph.ts';
import { MAX_DRAWN } from '../../../kernel/wire/payload.ts';
import { encodeGraph } from '../../../kernel/dlnb/viz/graph/encode.ts';
import type { Plan } from '../../../kernel/dlnb/viz/graph/plan.ts';
import { betterDirection, centered, firstScale, fitScale, kept, zoomed } from '../../../renderers/graph/camera.ts';
import { visible } from '../../../renderers/graph/fold.ts';
import { place, type Direction, type Size } from '../../../renderers/graph/layout.ts';
import { LIMITS, readGraph, type GraphPayload } from '../../../renderers/graph/payload.ts';
import { step } from '../../../renderers/graph/walk.ts';

const summary = { min: 1, max: 1, mean: 1, nan: 0, infinite: 0, values: [1], size: 1 };
const node = (label: string, group?: number): Plan['nodes'][number] => ({
  kind: 'op',
  label,
  outputs: [{ shape: [], dtype: 'float32', value: summary, gradient: summary }],
  ...(group === undefined ? {} : { group }),
});
/** a → b → c → d, with a → d; b and c in a group inside a group. */
const plan = (): Plan => ({
  kind: 'autodiff',
  title: 'f',
  nodes: [node('a'), node('b', 1), node('c', 1), node('d')],
  edges: [
    { from: 0, to: 1, input: 'x' },
    { from: 1, to: 2 },
    { from: 2, to: 3 },
    { from: 0, to: 3 },
  ],
  groups: [
    { label: 'outer', kind: 'scope', folded: false },
    { label: 'inner', kind: 'layer', type: 'Dense', parent: 0, folded: true },
  ],
  result: 3,
});

/** A payload with another head. */
function withHead(change: (head: Record<string, unknown>) => void): Uint8Array {
  const bytes = encodeGraph(plan());
  const view = new DataView(bytes.buffer);
  const length = view.getUint32(8, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(12, 12 + length))) as Record<string, unknown>;
  change(head);
  const text = new TextEncoder().encode(JSON.stringify(head));
  const padded = text.length + ((8 - ((12 + text.length) % 8)) % 8);
  const made = new Uint8Array(12 + padded + (bytes.length - 12 - length)).fill(0x20);
  made.set(bytes.subarray(0, 12));
  made.set(text, 12);
  made.set(bytes.subarray(12 + length), 12 + padded);
  new DataView(made.buffer).setUint32(8, padded, true);
  return made;
}
type Head = {
  nodes: Record<string, unknown>[];
  edges: Record<string, unknown>[];
  groups: Record<string, unknown>[];
  result: unknown;
};
const spoilt = (change: (head: Head) => unknown) => withHead((head) => void change(head as unknown as Head));

const outputOf = (h: Head) => (h.nodes[0]!['outputs'] as Record<string, unknown>[])[0]!;

describe('reading a payload', () => {
  it('gives back what was written', () => {
    const { numbers, ...head } = readGraph(encodeGraph(plan()));
    expect(head.nodes.map((n) => n.label)).toEqual(['a', 'b', 'c', 'd']);
    expect([head.edges, head.groups, head.result, head.title]).toEqual([plan().edges, plan().groups, 3, 'f']);
    expect(numbers).toHaveLength(4 * 2 * 4);
    // Also from the middle of a larger buffer, as the editor may hand it over
    const shifted = new Uint8Array([0, 0, 0, ...encodeGraph(plan())]).subarray(3);
    expect(readGraph(shifted).numbers).toEqual(numbers);
  });

  const bytes = encodeGraph(plan());
  const at = (offset: number, value: number) => Uint8Array.from(bytes, (b, i) => (i === offset ? value : b));
  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(), /not a graph/],
    ['another kind of file', at(0, 0x50), /not a graph/],
    ['a later version', at(4, 2), /version 2, and this program draws version 1/],
    ['numbers cut off', bytes.subarray(0, -3), /length/],
    ['a head longer than all', at(11, 0xff), /length/],
    ['a head that is no JSON', at(12, 0x21), /not JSON/],
    ['too many bytes', new Uint8Array(MAX_DRAWN + 1), /more than can be drawn/],
    [
      'a head that is a list',
      withHead((h) => Object.assign(h, { kind: 'cake' })),
      /kind of the head is not one of autodiff, layers/,
    ],
    [
      'nodes that are no list',
      spoilt((h) => Object.assign(h, { nodes: { length: 3 } })),
      /nodes of the head must be a list/,
    ],
    ['too many nodes', spoilt((h) => (h.nodes = Array(LIMITS.nodes + 1).fill(h.nodes[0]))), /at most 5000/],
    ['a node of an unknown kind', spoilt((h) => (h.nodes[0]!['kind'] = 'virus')), /kind of node 1/],
    [
      'a label that is an object',
      spoilt((h) => (h.nodes[0]!['label'] = { toString: 1 })),
      /label of node 1 is not a text/,
    ],
    ['an edge to nowhere', spoilt((h) => (h.edges[0]!['to'] = 99)), /to of edge 1 leads nowhere/],
    ['an edge to a fraction', spoilt((h) => (h.edges[0]!['to'] = 1.5)), /leads nowhere/],
    ['a cycle', spoilt((h) => h.edges.push({ from: 3, to: 0 })), /edge 5 closes a cycle/],
    ['an edge to itself', spoilt((h) => h.edges.push({ from: 2, to: 2 })), /closes a cycle/],
    ['an edge from an output that is not there', spoilt((h) => (h.edges[0]!['output'] = 7)), /leads nowhere/],
    ['a group inside itself', spoilt((h) => (h.groups[1]!['parent'] = 1)), /parent of group 2 leads nowhere/],
    ['a group of nowhere', spoilt((h) => (h.nodes[1]!['group'] = -1)), /group of node 2 leads nowhere/],
    ['a result that is not there', spoilt((h) => (h.result = 4)), /result of the head leads nowhere/],
    ['numbers beyond the end', spoilt((h) => (outputOf(h)['value'] = { at: 30, count: 1 })), /outside of its numbers/],
    [
      'more numbers than the shape has',
      spoilt((h) => (outputOf(h)['value'] = { at: 0, count: 2 })),
      /outside of its numbers/,
    ],
    ['a huge count', spoilt((h) => (outputOf(h)['value'] = { at: 0, count: 1e300 })), /not a count/],
    [
      'a negative shape',
      spoilt((h) => (outputOf(h)['shape'] = [-1])),
      /shape of node 1's output 1 must be a list of counts/,
    ],
    [
      'groups nested without end',
      spoilt(
        (h) => (h.groups = Array.from({ length: 60 }, (_, i) => ({ ...h.groups[0], ...(i ? { parent: i - 1 } : {}) }))),
      ),
      /nested too deeply/,
    ],
  ])('refuses %s', (_, payload, message) => {
    expect(() => readGraph(payload)).toThrow(message);
    expect(() => readGraph(payload)).toThrow(PayloadError);
  });

  it('cuts texts that are too long, and takes markup as text', () => {
    const name = `<img src=x onerror=alert(1)>${'y'.repeat(1000)}`;
    const { label } = readGraph(spoilt((h) => (h.nodes[0]!['label'] = name))).nodes[0]!;
    expect(label).toBe(`${name.slice(0, 400)}…`);
  });

  it('survives any change of any byte: it draws or says what is wrong', () => {
    let seed = 7;
    const random = (n: number) => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % n;
    let refused = 0;
    for (let i = 0; i < 1000; i++) {
      const changed = Uint8Array.from(bytes);
      for (let k = 0; k <= random(3); k++) changed[random(bytes.length)] = random(256);
      try {
        layOut(readGraph(changed), 'right');
      } catch (e) {
        if (!(e instanceof PayloadError)) throw e;
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(150);
    expect(refused).toBeLessThan(1000);
  });

  it('begins with its magic', () => expect(new TextDecoder().decode(bytes.subarray(0, 4))).toBe(GRAPH_FORMAT.magic));
});

const size: Size = { box: { width: 40, height: 28 }, width: 50, height: 64, up: 30, down: 30 };
function layOut(payload: GraphPayload, direction: Direction, folded = new Set<number>()) {
  const view = visible(payload, folded);
  return { view, placed: place(payload, view, new Map(view.items.map((i) => [i.id, size])), direction) };
}

describe('folding', () => {
  const payload = readGraph(encodeGraph(plan()));
  it.each<[string, number[], string[], string[], number[]]>([
    ['nothing', [], ['n0', 'n1', 'n2', 'n3'], ['n0 n1', 'n1 n2', 'n2 n3', 'n0 n3'], [0, 1]],
    ['the inner group', [1], ['n0', 'g1', 'n3'], ['n0 g1', 'g1 n3', 'n0 n3'], [0]],
    ['the outer group', [0], ['n0', 'g0', 'n3'], ['n0 g0', 'g0 n3', 'n0 n3'], []],
    ['both', [0, 1], ['n0', 'g0', 'n3'], ['n0 g0', 'g0 n3', 'n0 n3'], []],
  ])('%s', (_, folded, items, links, open) => {
    const view = visible(payload, new Set(folded));
    expect(view.items.map((i) => i.id)).toEqual(items);
    expect(view.links.map((l) => `${l.from} ${l.to}`)).toEqual(links);
    expect(view.open).toEqual(open);
  });
  it('shows of a folded group the tensors that leave it', () => {
    const [, group] = visible(payload, new Set([0])).items;
    expect(group).toMatchObject({ members: [1, 2], outputs: [payload.nodes[2]!.outputs[0]], parent: undefined });
  });
  it('joins edges between the same two items', () => {
    const more = { ...payload, edges: [...payload.edges, { from: 0, to: 2 }] };
    expect(visible(more, new Set([0])).links[0]).toMatchObject({ from: 'n0', to: 'g0', count: 2, input: undefined });
    expect(visible(payload, new Set([0])).links[0]).toMatchObject({ count: 1, input: 'x' });
  });
});

describe('the layout', () => {
  const payload = readGraph(encodeGraph(plan()));
  it.each<Direction>(['right', 'down'])('puts each node after those that it needs: %s', (direction) => {
    const { view, placed } = layOut(payload, direction);
    const along = direction === 'right' ? 'x' : 'y';
    for (const { from, to } of view.links)
      expect(placed.items.get(to)![along]).toBeGreaterThan(placed.items.get(from)![along]);
  });
  it('draws no node over another, all inside the drawing, and groups around their nodes', () => {
    const { view, placed } = layOut(payload, 'right');
    const boxes = view.items.map((i) => placed.items.get(i.id)!);
    boxes.forEach((a, i) => {
      expect(a.x - size.width / 2 >= 0 && a.x + size.width / 2 <= placed.width).toBe(true);
      expect(a.y - size.height / 2 >= 0 && a.y + size.height / 2 <= placed.height).toBe(true);
      for (const b of boxes.slice(i + 1))
        expect(Math.abs(a.x - b.x) >= size.width || Math.abs(a.y - b.y) >= size.height).toBe(true);
    });
    const [outer, inner] = [placed.groups.get(0)!, placed.groups.get(1)!];
    expect(inner.width).toBeLessThan(outer.width);
    for (const id of ['n1', 'n2']) expect(Math.abs(placed.items.get(id)!.x - inner.x)).toBeLessThan(inner.width / 2);
  });
  it('draws an empty graph, and one node', () => {
    const { result: _, ...rest } = payload;
    const empty: GraphPayload = { ...rest, nodes: [], edges: [], groups: [] };
    expect(layOut(empty, 'right').placed).toMatchObject({ links: [] });
    expect(layOut({ ...empty, nodes: [payload.nodes[0]!] }, 'down').placed.items.size).toBe(1);
  });
  it.each([
    ['1,000 nodes with constants coming in', 1000, (i: number) => ({ from: i, to: i % 2 ? i + 1 : i + 2 })],
    ['400 nodes with branches going out', 400, (i: number) => ({ from: i % 2 ? i - 1 : i, to: i + 1 })],
  ])('draws a chain of %s straight, in seconds', (_, count, edge) => {
    const nodes = Array.from({ length: count }, () => payload.nodes[0]!);
    const edges = nodes.map((_, i) => edge(i)).filter(({ to }) => to < count);
    const start = performance.now();
    const { placed } = layOut({ ...payload, nodes, edges, groups: [] }, 'right');
    expect(performance.now() - start).toBeLessThan(8000);
    expect(placed.height).toBeLessThan(1000);
  });
});

describe('the camera', () => {
  it('fits the width without enlarging, and shows a huge graph from its beginning', () => {
    expect(fitScale({ width: 200, height: 100 }, 800)).toBe(1);
    expect(fitScale({ width: 1600, height: 100 }, 800)).toBe(0.5);
    expect(firstScale({ width: 40_000, height: 100 }, 800)).toBe(0.4);
    expect(centered({ width: 40_000, height: 100 }, { width: 800, height: 150 }, 0.4).x).toBe(0);
    expect(centered({ width: 400, height: 100 }, { width: 800, height: 100 }, 1)).toEqual({ scale: 1, x: 200, y: 0 });
  });
  it('zooms about a point, within limits', () => {
    const camera = zoomed({ scale: 1, x: 10, y: 20 }, 2, { x: 110, y: 120 });
    expect(camera).toEqual({ scale: 2, x: -90, y: -80 });
    expect(zoomed(camera, 1e9, { x: 0, y: 0 }).scale).toBe(4);
  });
  it('does not lose the drawing', () => {
    const stage = { width: 300, height: 200 };
    expect(kept({ scale: 1, x: -5000, y: 5000 }, { width: 100, height: 100 }, stage)).toEqual({
      scale: 1,
      x: -60,
      y: 160,
    });
  });
  it('flows down if that is easier to read', () => {
    expect(betterDirection({ width: 600, height: 200 }, { width: 200, height: 600 }, 300)).toBe('down');
    expect(betterDirection({ width: 600, height: 200 }, { width: 200, height: 600 }, 900)).toBe('right');
  });
});

describe('the arrow keys', () => {
  const { view, placed } = layOut(readGraph(encodeGraph(plan())), 'right');
  it('walk along the edges and back', () => {
    expect(step(view, placed, 'right', 'n1', 'ArrowRight')).toBe('n2');
    expect(step(view, placed, 'right', 'n2', 'ArrowLeft')).toBe('n1');
    expect(step(view, placed, 'right', 'n0', 'ArrowLeft')).toBeUndefined();
    const down = layOut(readGraph(encodeGraph(plan())), 'down');
    expect(step(down.view, down.placed, 'down', 'n2', 'ArrowUp')).toBe('n1');
  });
});
