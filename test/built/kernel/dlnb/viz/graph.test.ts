// viz.graph on the library as the kernel loads it: what is recorded, the gradients at every node, and the bytes of its
// output.
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CpuDevice } from '../../../../../kernel/tensors/backends/cpu/index.ts';
import { DISPLAY } from '../../../../../kernel/wire/displayable.ts';
import { GRAPH } from '../../../../../kernel/wire/mime.ts';
import type { GraphNode } from '../../../../../kernel/wire/graph.ts';
import { MAX_PAYLOAD } from '../../../../../kernel/wire/payload.ts';
import { makeGraph, type Graph } from '../../../../../kernel/dlnb/viz/graph/index.ts';
import { readGraph, type GraphPayload } from '../../../../../renderers/graph/payload.ts';
import { dist } from '../../../../paths.ts';

type Library = typeof import('../../../../../kernel/tensors/index.ts');
const library = createRequire(import.meta.url)(path.join(dist, 'tf.js')) as Library;
const { tf } = library;
type Tensor4D = ReturnType<typeof tf.tensor4d>;
type Tensor = InstanceType<typeof tf.Tensor>;
const graph = makeGraph(() => tf);

let device: CpuDevice;
beforeAll(async () => void (device = await library.startCpu({ dist, threads: 1 })));
afterAll(() => device.backend.program.stop());

/** What the renderer gets. */
const payloadOf = (g: Graph): GraphPayload => readGraph(g[DISPLAY]()[GRAPH] as Uint8Array);

type Which = 'value' | 'gradient';
/** The numbers that the output holds of a node. */
function numbers(p: GraphPayload, node: GraphNode, which: Which, output = 0): number[] | undefined {
  const found = node.outputs[output]![which];
  return found && Array.from(p.numbers.subarray(found.at + 3, found.at + 3 + found.count));
}
const named = (p: GraphPayload, label: string) => {
  const found = p.nodes.filter((n) => n.label === label);
  expect(found, `nodes called ${label}`).toHaveLength(1);
  return found[0]!;
};
const labels = (p: GraphPayload) => p.nodes.map((n) => n.label);
const arrows = (p: GraphPayload) => p.edges.map(({ from, to }) => `${p.nodes[from]!.label}→${p.nodes[to]!.label}`);

function close(
  actual: ArrayLike<number> | undefined,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  expect(actual?.length, what).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual![i]!, expected[i]!];
    if (!(Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e))))
      expect.fail(`${what}: element ${i} is ${a}, not ${e}`);
  }
}

describe('the graph of a function', () => {
  it('holds the values and gradients of the notes: r = t²(3t + 1) at 2', () => {
    const p = payloadOf(graph((t: Tensor) => t.square().mul(t.mul(3).add(1)), 2));
    expect(labels(p)).toEqual(['t', 'square', '3', 'mul', '1', 'add', 'mul']);
    expect(p.nodes.map((n) => numbers(p, n, 'value'))).toEqual([[2], [4], [3], [6], [1], [7], [28]]);
    expect(p.nodes.map((n) => numbers(p, n, 'gradient'))).toEqual([[40], [7], [8], [4], [4], [4], [1]]);
    expect(arrows(p)).toEqual(['t→square', 't→mul', '3→mul', 'mul→add', '1→add', 'square→mul', 'add→mul']);
    expect(p.nodes.map((n) => n.kind)).toEqual(['input', 'op', 'constant', 'op', 'constant', 'op', 'op']);
    expect([p.result, p.summed]).toEqual([6, undefined]);
  });

  it('has at every node the gradient that finite differences have', () => {
    const w = tf.tensor2d([0.3, -0.2, 0.5, 0.1, 0.4, -0.6], [3, 2]);
    // Each stage can be nudged, which is what a gradient with respect to it is about
    type Nudge = (stage: string, x: Tensor) => Tensor;
    const f = (x: Tensor, nudge: Nudge) => {
      const a = nudge('matMul', tf.matMul(x.reshape([1, 3]), w));
      const b = nudge('tanh', a.tanh());
      const c = nudge('softmax', tf.softmax(b.add(a)));
      const d = nudge('concat', tf.concat([c, b], 1));
      return nudge(
        'sum',
        d
          .square()
          .mul(tf.tensor1d([1, -2, 3, 0.5]))
          .sum(),
      ).exp();
    };
    const x = tf.tensor1d([0.7, -0.4, 0.9]) as Tensor;
    const p = payloadOf(graph((v: Tensor) => f(v, (_, y) => y), x));
    for (const stage of ['matMul', 'tanh', 'softmax', 'concat', 'sum']) {
      const node = named(p, stage);
      const shape = node.outputs[0]!.shape as number[];
      const size = shape.reduce((a, n) => a * n, 1);
      const h = 1e-2;
      const slopes = Array.from({ length: size }, (_, i) => {
        const at = (step: number) => {
          const delta = new Float32Array(size);
          delta[i] = step;
          return f(x, (s, y) => (s === stage ? y.add(tf.tensor(delta, shape)) : y) as Tensor).dataSync()[0]!;
        };
        return (at(h) - at(-h)) / (2 * h);
      });
      close(numbers(p, node, 'gradient'), slopes, 2e-3, stage);
    }
  });

  it('has for the inputs what tf.grads has, and for variables what tf.variableGrads has', () => {
    const k = tf.variable(tf.randomUniform([2, 2, 1, 3], -1, 1, 'float32', 3), true, 'k');
    const image = tf.randomUniform([1, 5, 5, 1], -1, 1, 'float32', 5);
    const bias = tf.tensor1d([0.1, -0.2, 0.3]);
    const f = (a: Tensor, b: Tensor) =>
      tf
        .conv2d(a as Tensor4D, k as Tensor4D, 1, 'same')
        .add(b)
        .relu()
        .maxPool([2, 2], 2, 'valid')
        .logSumExp() as Tensor;
    const p = payloadOf(graph(f, [image, bias]));
    const expected = tf.grads(f)([image, bias]) as Tensor[];
    close(numbers(p, named(p, 'a'), 'gradient'), expected[0]!.dataSync(), 1e-6, 'a');
    close(numbers(p, named(p, 'b'), 'gradient'), expected[1]!.dataSync(), 1e-6, 'b');
    const { grads } = tf.variableGrads(() => f(image as Tensor, bias) as never, [k]);
    close(numbers(p, named(p, 'k'), 'gradient'), grads['k']!.dataSync(), 1e-6, 'k');
    expect(named(p, 'k').kind).toBe('variable');
  });

  it('sums a result of several elements, and says so', () => {
    const p = payloadOf(graph((x: Tensor) => x.square(), [1, 2, 3]));
    expect(p.summed).toBe(true);
    expect(numbers(p, named(p, 'x'), 'gradient')).toEqual([2, 4, 6]);
  });

  it('adds up the gradients of a tensor that is used twice, and of each output of an op with several', () => {
    const p = payloadOf(
      graph(
        (x: Tensor) => {
          const [a, b] = tf.split(x, 2) as [Tensor, Tensor];
          return a.mul(b).add(a).sum();
        },
        [2, 3],
      ),
    );
    const split = named(p, 'split');
    expect(split.outputs).toHaveLength(2);
    expect([numbers(p, split, 'gradient', 0), numbers(p, split, 'gradient', 1)]).toEqual([[4], [2]]);
    expect(numbers(p, named(p, 'x'), 'gradient')).toEqual([4, 2]);
    expect(p.edges.filter((e) => e.output === 1)).toHaveLength(1);
  });

  it('keeps values that a tidy has disposed of, and those that a variable had before it was assigned', () => {
    const v = tf.variable(tf.scalar(5), true, 'v');
    const p = payloadOf(
      graph((x: Tensor) => {
        const y = tf.tidy(() => x.mul(v).square());
        v.assign(tf.scalar(100));
        return y.add(1);
      }, 2),
    );
    expect(numbers(p, named(p, 'mul'), 'value')).toEqual([10]);
    expect(numbers(p, named(p, 'v'), 'value')).toEqual([5]);
    expect(numbers(p, named(p, 'v'), 'gradient')).toEqual([40]);
  });

  it('marks NaN and infinite numbers where they are', () => {
    const p = payloadOf(graph((x: Tensor) => x.log().sum(), [1, 0, -1]));
    expect(named(p, 'log').outputs[0]!.value).toMatchObject({ nan: 1, infinite: 1 });
    expect(named(p, 'x').outputs[0]!.value!.nan).toBeUndefined();
    expect(named(p, 'x').outputs[0]!.gradient).toMatchObject({ infinite: 1 });
  });

  it('says if there is no gradient, and does not show a part of one', () => {
    const p = payloadOf(graph((x: Tensor) => tf.argMax(x).cast('float32').add(x.sum()) as Tensor, [1, 5, 2]));
    const x = named(p, 'x');
    expect(numbers(p, x, 'gradient')).toEqual([1, 1, 1]); // argMax gives whole numbers: nothing flows through them
    const moved = (y: Tensor) =>
      tf.image.transform(y.reshape([1, 2, 2, 1]) as never, tf.tensor2d([[1, 0, 0, 0, 1, 0, 0, 0]]));
    const partly = payloadOf(graph((y: Tensor) => y.square().add(moved(y).sum()).sum(), [1, 2, 3, 4]));
    expect(named(partly, 'y').note).toBe('no gradient: Transform has none');
    expect(named(partly, 'y').outputs[0]!.gradient).toBeUndefined();
    expect(numbers(partly, named(partly, 'square'), 'gradient')).toEqual([1, 1, 1, 1]);
    const matrix = [
      [1, 2],
      [3, 4],
    ];
    const q = payloadOf(graph((y: Tensor) => y.toInt(), matrix));
    expect(q.nodes.at(-1)!.note).toContain('no gradient: the result is int32');
    expect(q.nodes.every((n) => n.outputs.every((o) => !o.gradient))).toBe(true);
    const unused = payloadOf(graph((a: Tensor, _b: Tensor) => a.square(), [1, 2]));
    expect(named(unused, '_b').note).toContain('does not depend on it');
  });

  it('leaves out what the result does not depend on', () => {
    const p = payloadOf(graph((x: Tensor) => (x.exp(), x.neg()), 1));
    expect(labels(p)).toEqual(['x', 'neg']);
  });

  it('takes numbers, lists, typed arrays and tensors, by place and by name', () => {
    const shapes = (p: GraphPayload) =>
      p.nodes.filter((n) => n.kind === 'input').map((n) => [n.label, n.outputs[0]!.shape]);
    const sum = (...xs: Tensor[]) => tf.addN(xs.map((x) => x.sum()));
    expect(
      shapes(
        payloadOf(graph((a: Tensor, b: Tensor, c: Tensor) => sum(a, b, c), [1, [1, 2], Float64Array.of(1, 2, 3)])),
      ),
    ).toEqual([
      ['a', []],
      ['b', [2]],
      ['c', [3]],
    ]);
    expect(
      shapes(
        payloadOf(graph(({ u, v }: { u: Tensor; v: Tensor }) => sum(u, v), { u: [[1, 2]], v: tf.ones([4]) as never })),
      ),
    ).toEqual([
      ['u', [1, 2]],
      ['v', [4]],
    ]);
    expect(shapes(payloadOf(graph((x: Tensor) => x.sum(), [1, 2])))).toEqual([['x', [2]]]);
    expect(shapes(payloadOf(graph(sum, [1, 2])))).toEqual([
      ['x1', []],
      ['x2', []],
    ]);
    expect(payloadOf(graph(() => tf.scalar(2).square())).nodes).toHaveLength(2);
  });

  it.each([
    ['a tensor', () => graph(tf.scalar(2)), /does not remember how it was computed.*viz\.graph\(\(x\)/],
    ['nothing', () => graph(undefined as never), /first argument must be a function/],
    ['an async function', () => graph((async (x: Tensor) => x) as never, 1), /must not be async/],
    [
      'a function that returns a number',
      () => graph(() => 3),
      /must return one tensor, and it returned a number; compute with tf ops/,
    ],
    [
      'an input that is text',
      () => graph((x: Tensor) => x, 'two' as never),
      /the input "x" must be a number.*not string/,
    ],
    ['an unknown direction', () => graph((x: Tensor) => x, 1, { direction: 'up' as never }), /"right" or "down"/],
    [
      'an unknown option',
      () => graph((x: Tensor) => x, 1, { name: 'f' } as object),
      /viz\.graph: .*no option "name"; .*"title"/,
    ],
    [
      'being inside a gradient',
      () => tf.grad((x) => (graph((y: Tensor) => y, 1), x.square()))(tf.scalar(1)),
      /outside tf\.grad/,
    ],
  ])('refuses %s, and says what to do', (_, f, message) => {
    expect(f).toThrow(message);
  });
  it('needs TensorFlow.js to be imported', () => {
    expect(() => makeGraph(() => undefined)((x: Tensor) => x, 1)).toThrow(/Import it first/);
  });

  it('leaves the engine as it was, also after errors', () => {
    const f = (x: Tensor) => tf.tidy(() => x.square().sum());
    graph(f, [1, 2]);
    const before = tf.memory();
    const add = (tf.engine() as unknown as { addTapeNode: unknown }).addTapeNode;
    const input = tf.ones([3]);
    graph(f, input);
    expect(() =>
      graph((x: Tensor) => {
        f(x);
        throw new Error('of the cell');
      }, input),
    ).toThrow('of the cell');
    input.dispose();
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
    expect((tf.engine() as unknown as { addTapeNode: unknown }).addTapeNode).toBe(add);
    expect(library.engineState()).toMatchObject({ gradientDepth: 0, activeTape: null, scopes: 0 });
    expect((tf.grad((x) => x.square())(tf.scalar(3)) as Tensor).dataSync()[0]).toBe(6);
  });
});

describe('groups', () => {
  const groupOf = (p: GraphPayload, node: GraphNode) =>
    node.group === undefined ? undefined : p.groups[node.group]!.label;

  it('are the layers of a model that a function applies, with their variables inside', () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 4, inputShape: [3], name: 'one' }), tf.layers.dense({ units: 1, name: 'two' })],
    });
    const call = tf.layers.Layer.prototype.apply;
    for (const f of [(x: Tensor) => model.apply(x) as Tensor, (x: Tensor) => model.predict(x) as Tensor]) {
      const p = payloadOf(graph(f, tf.ones([2, 3])));
      expect(p.nodes.filter((n) => n.label === 'kernel').map((n) => groupOf(p, n))).toEqual(['one', 'two']);
      expect(p.groups.filter((g) => g.type === 'Dense')).toHaveLength(2);
    }
    expect(tf.layers.Layer.prototype.apply).toBe(call);
    expect(model.layers.some((l) => Object.hasOwn(l, 'call'))).toBe(false);
    expect(payloadOf(graph(model, tf.ones([2, 3]))).title).toBe(model.name);
  });

  it('are named tidies and composite ops, not single ops', () => {
    const p = payloadOf(
      graph(
        (x: Tensor) =>
          tf
            .tidy('encoder', () => x.mul(2).tanh())
            .sub(tf.losses.meanSquaredError(x, x.mul(3)) as Tensor)
            .square(),
        1,
      ),
    );
    expect(groupOf(p, named(p, 'tanh'))).toBe('encoder');
    expect(groupOf(p, named(p, 'squaredDifference'))).toBe('meanSquaredError');
    expect(groupOf(p, named(p, 'square'))).toBeUndefined();
    expect(p.groups.find((g) => g.label === 'encoder')).toMatchObject({ kind: 'scope', folded: false });
  });

  it('of a long graph are folded, and ops that no scope holds are gathered into runs', () => {
    const p = payloadOf(
      graph((x: Tensor) => {
        for (let i = 0; i < 125; i++) x = x.mul(1.01).add(0.1);
        return x;
      }, 1),
    );
    expect(p.groups.map((g) => g.label)).toEqual([
      'ops 1–50',
      'ops 51–100',
      'ops 101–150',
      'ops 151–200',
      'ops 201–250',
    ]);
    expect(p.groups.every((g) => g.folded)).toBe(true);
    expect(p.nodes.filter((n) => n.group === undefined).map((n) => n.label)).toEqual(['x']);
  });
});

describe('the layers of a model', () => {
  it('are nodes with class, shape and parameters; nested models are folded groups; a layer that is called twice is two nodes', () => {
    const left = tf.input({ shape: [3], name: 'left' });
    const right = tf.input({ shape: [3], name: 'right' });
    const shared = tf.layers.dense({ units: 3, name: 'shared' });
    const tower = tf.sequential({
      name: 'tower',
      layers: [tf.layers.dense({ units: 3, inputShape: [3], name: 'inner' })],
    });
    const sum = tf.layers.add({ name: 'sum' }).apply([shared.apply(left), tower.apply(right)] as never) as never;
    const head = tf.layers.dense({ units: 2, name: 'head', trainable: false }).apply(sum) as never;
    const model = tf.model({ inputs: [left, right], outputs: [head, shared.apply(sum) as never], name: 'net' });
    const g = graph(model);
    const p = payloadOf(g);
    expect([p.kind, p.title]).toEqual(['layers', 'net']);
    expect(arrows(p).sort()).toEqual([
      'inner→sum',
      'left→shared',
      'right→inner',
      'shared→sum',
      'sum→head',
      'sum→shared',
    ]);
    expect(p.groups).toEqual([{ label: 'tower', kind: 'layer', type: 'Sequential', folded: true }]);
    expect(named(p, 'inner').group).toBe(0);
    expect(named(p, 'head').details).toEqual([
      ['class', 'Dense'],
      ['parameters', '8'],
      ['trainable', 'no'],
    ]);
    expect(p.nodes.filter((n) => n.label === 'shared').map((n) => n.note)).toEqual([
      'call 1 of 2; all share their parameters',
      'call 2 of 2; all share their parameters',
    ]);
    expect(named(p, 'head').outputs[0]!.shape).toEqual([null, 2]);
    expect(String(g)).toContain('tower (Sequential):\n  #');
  });

  it('of a sequential model are a chain, also before its first use; without an input shape there is nothing to draw', () => {
    const model = tf.sequential({
      layers: [tf.layers.flatten({ inputShape: [2, 2], name: 'flat' }), tf.layers.dense({ units: 1, name: 'out' })],
    });
    expect(arrows(payloadOf(graph(model)))).toEqual(['flat_input→flat', 'flat→out']);
    expect(() => graph(tf.sequential({ layers: [tf.layers.dense({ units: 1 })] }))).toThrow(/inputShape/);
  });
});

describe('the output', () => {
  it('has a text twin that lists every node', () => {
    expect(String(graph((t: Tensor) => t.square().mul(3), 2, { title: 'r' }))).toBe(
      'Graph of r: 4 nodes\n' +
        '#1 input t float32 [] = 2, gradient 12\n' +
        '#2 square(#1) float32 [] = 4, gradient 3\n' +
        '#3 3 float32 [] = 3, gradient 4\n' +
        '#4 mul(#2, #3) float32 [] = 12, gradient 1  ← result',
    );
  });

  it('never has more than a megabyte, and says what it leaves out', () => {
    const long = graph(
      (x: Tensor) => {
        for (let i = 0; i < 2000; i++) x = x.mul(1.001).add(0.1);
        return x;
      },
      [1, 2],
    );
    const bytes = long[DISPLAY]()[GRAPH] as Uint8Array;
    expect(bytes.length).toBeLessThanOrEqual(MAX_PAYLOAD);
    const p = readGraph(bytes);
    expect(p.omitted! + p.nodes.length).toBe(8001);
    expect(p.nodes[p.result!]!.label).toBe('add');
    expect(numbers(p, p.nodes[p.result!]!, 'gradient')).toEqual([1, 1]);

    const wide = graph(
      (x: Tensor) => {
        for (let i = 0; i < 600; i++) x = x.add(tf.ones([64]));
        return x;
      },
      tf.zeros([64]) as never,
    );
    const q = readGraph(wide[DISPLAY]()[GRAPH] as Uint8Array);
    expect([q.omitted, q.cut]).toEqual([undefined, 32]);
    expect(q.nodes[0]!.outputs[0]!.value!.count).toBe(32);
  });

  it('holds the first values of a large tensor, and the smallest, largest and mean of all', () => {
    const p = payloadOf(graph((x: Tensor) => x.sum(), tf.range(0, 1000)));
    const { at, count } = named(p, 'x').outputs[0]!.value!;
    expect(Array.from(p.numbers.subarray(at, at + 5))).toEqual([0, 999, 499.5, 0, 1]);
    expect(count).toBe(64);
  });
});
