// What cells show: displays, streams, errors, and what comes after the cell has ended.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { MAX_SHOWN_LINES } from '../../kernel/outputs/streams.ts';
import { TAIL_LINES } from '../../kernel/outputs/tail.ts';
import { OVERFLOW, STDOUT } from '../../kernel/wire/mime.ts';
import { TestKernel } from './kernel.ts';

const pause = (ms: number) => new Promise((r) => setTimeout(r, ms));

describe('display', () => {
  let k: TestKernel;
  beforeAll(() => void (k = new TestKernel()));
  afterAll(() => k.stop());

  it('keeps the order of prints and values, also of those that take time', async () => {
    const { events } = await k.run(
      "const slow = { async [Symbol.for('Jupyter.display')]() { await new Promise((r) => setTimeout(r, 50)); return { 'text/html': '<b>slow</b>' } } };" +
        "console.log('a'); display(1); console.error('b'); display(slow); console.log('c'); display(2); 3",
    );
    expect(
      events.map((e) =>
        e.kind === 'stream' ? e.text : e.kind === 'display' ? Object.values(e.bundle[0]!)[1] : e.kind,
      ),
    ).toEqual(['a\n', '1', 'b\n', '<b>slow</b>', 'c\n', '2', '3']);
  });
  it('with an id updates in place while the output is on show, from any cell', async () => {
    const kinds = async (code: string, cell?: string) =>
      (await k.run(code, cell ? { cell } : {})).events.map((e) => e.kind);
    expect(await kinds("display(1, { id: 'p' }); display(2, { id: 'p' })", 'c90')).toEqual(['display', 'update']);
    expect(await kinds("display(3, { id: 'p' })", 'c91')).toEqual(['update']);
    expect(await kinds("display(4, { id: 'p' })", 'c90')).toEqual(['display']); // its run has cleared the old one
  });
  it('takes what a value says of itself: text, JSON, bytes', async () => {
    const { events } = await k.run(
      "({ [Symbol.for('Jupyter.display')]: () => ({ 'image/png': new Uint8Array([1, 2]), 'application/json': { a: [1] }, 'text/plain': 'twin' }) })",
    );
    expect(events).toEqual([
      {
        kind: 'display',
        bundle: [
          { mime: 'image/png', bytes: new Uint8Array([1, 2]) },
          { mime: 'application/json', json: { a: [1] } },
          { mime: 'text/plain', text: 'twin' },
        ],
      },
    ]);
  });
  it('says what is wrong with a value that renders itself badly', async () => {
    expect((await k.run("({ [Symbol.for('Jupyter.display')]: () => 5 })")).error?.message).toContain(
      'must return an object of MIME types',
    );
    expect((await k.run("({ [Symbol.for('Jupyter.display')]: () => ({ html: 'x' }) })")).error?.message).toContain(
      '"html" is not a MIME type',
    );
    expect((await k.run("({ [Symbol.for('Jupyter.display')]() { throw new Error('mine') } })")).error?.message).toBe(
      'mine',
    );
  });
  it('escapes what is put into markup, and nests markup', async () => {
    const { events } = await k.run(
      "import { html, svg, md, plot, image } from 'dlnb'; const li = ['<', 2].map((x) => html`<li>${x}</li>`); display(html`<ul title=\"${'\"'}\">${li}</ul>${svg`<svg/>`}`); display(md`**${'a*b'}** $\\pi$`); display(image(new Uint8Array([5]))); plot([{ y: new Float32Array([1, NaN]) }], { title: { text: 'T' } })",
    );
    // Without the picture of the plot
    expect(events.flatMap((e) => (e.kind === 'display' ? [e.bundle[0]] : []))).toEqual([
      { mime: 'text/html', text: '<ul title="&quot;"><li>&lt;</li><li>2</li></ul><svg/>' },
      { mime: 'text/markdown', text: '**a\\*b** $\\pi$' },
      { mime: 'image/png', bytes: new Uint8Array([5]) },
      {
        mime: 'application/vnd.plotly.v1+json',
        json: { data: [{ y: [1, null] }], layout: { title: { text: 'T' } }, config: {} },
      },
    ]);
  });
  it('shows tensors and models as a reader wants them', async () => {
    expect((await k.run("import * as tf from '@tensorflow/tfjs'; tf.tensor([[1, 2], [3, 4]])")).text).toBe(
      'Tensor float32 [2, 2]\n    [[1, 2],\n     [3, 4]]',
    );
    expect((await k.run('const gone = tf.scalar(1); gone.dispose(); gone')).text).toBe('Tensor float32 [] (disposed)');
    expect((await k.run('console.log([tf.tensor1d([true, false])])')).stdout).toContain('Tensor bool [2]');
    expect((await k.run('tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [3] })] })')).text).toContain(
      'Total params: 8',
    );
  });
  it('shows a timer by its name: its inside differs each time', async () => {
    expect((await k.run('setTimeout(() => {}, 1)')).text).toBe('Timeout');
  });
  it('cuts a value that is too long, and stops after 400 outputs', async () => {
    expect((await k.run("'x'.repeat(1e6)")).text!.length).toBeLessThan(12_000);
    const { events } = await k.run('for (let i = 0; i < 2000; i++) display(i)');
    expect(events.filter((e) => e.kind === 'display')).toHaveLength(400);
    expect(events.findLast(({ kind }) => kind !== 'picture')).toMatchObject({
      kind: 'stream',
      name: 'stderr',
      text: expect.stringContaining('at most 400 outputs'),
    });
  });
});

describe('streams', () => {
  let k: TestKernel;
  beforeAll(async () => {
    k = new TestKernel();
    // The first test measures times of a cell, without the start of the kernel
    await k.process.ready;
  });
  afterAll(() => k.stop());

  it('arrive while the cell computes', async () => {
    const from = k.messages.length;
    const run = k.run(
      'console.log("early"); const end = Date.now() + 600; while (Date.now() < end) {} console.log("late")',
    );
    await pause(300);
    expect(k.since(from).stdout).toBe('early\n');
    expect((await run).stdout).toBe('early\nlate\n');
  });
  it('are capped, with everything in the log', async () => {
    const started = performance.now();
    const { events, stdout } = await k.run('for (let i = 0; i < 200_000; i++) console.log("line", i)', {
      cell: 'big cell',
    });
    expect(performance.now() - started).toBeLessThan(20_000);
    // The beginning as a stream, and the end below the notice
    const end = events.findLast((e) => e.kind !== 'stream' && 'bundle' in e && e.bundle[0]!.mime === STDOUT);
    const tail = end && 'bundle' in end && 'text' in end.bundle[0]! ? end.bundle[0].text : '';
    expect(stdout.split('\n')).toHaveLength(MAX_SHOWN_LINES - TAIL_LINES + 1);
    expect(tail.split('\n')).toHaveLength(TAIL_LINES + 1);
    expect(tail).toMatch(/^line 199000\n[^]*\nline 199999\n$/);
    const notices = events.filter((e) => e.kind !== 'stream' && 'bundle' in e && e.bundle[0]!.mime === OVERFLOW);
    expect(notices[0]!.kind).toBe('display');
    expect(notices.at(-1)).toMatchObject({
      bundle: [
        {
          json: {
            version: 1,
            log: 'big_cell.log',
            lines: 200_000,
            omitted: 190_000,
            shown: stdout.length + tail.length,
          },
        },
        {},
      ],
    });
    const log = readFileSync(path.join(k.dir, 'logs/big_cell.log'), 'utf8');
    expect(log.split('\n').length).toBe(200_001);
    expect(log.startsWith(stdout)).toBe(true);
    expect(log.endsWith('line 199999\n')).toBe(true);
  });
  it('cap one endless line as well', async () => {
    const { stdout, events } = await k.run('for (let i = 0; i < 300; i++) process.stdout.write("😀".repeat(5000))');
    expect(stdout.length).toBeLessThanOrEqual(1 << 20);
    expect(Buffer.from(stdout, 'utf8').toString('utf8')).toBe(stdout); // no half of a surrogate pair
    expect(events.at(-1)).toMatchObject({ kind: 'update' });
  });
  it("carry what child processes write to the kernel's own descriptors", async () => {
    const from = k.messages.length;
    await k.run(
      "import { spawnSync } from 'node:child_process'; spawnSync(process.execPath, ['-e', 'console.log(1 + 1)'], { stdio: 'inherit' }); await new Promise((r) => setTimeout(r, 100))",
    );
    await pause(50);
    expect(k.since(from).stdout).toBe('2\n');
  });
  it('show stacks in printed errors as cells and lines', async () => {
    const { stderr } = await k.run('const e: Error =\n  new Error("printed");\nconsole.error(e)', { cell: 'c1' });
    expect(stderr).toContain('cell 1, line 2');
    expect(stderr).not.toContain('dlnb-cell:');
  });
});

describe('errors', () => {
  let k: TestKernel;
  beforeAll(() => void (k = new TestKernel()));
  afterAll(() => k.stop());

  it('point at the line as typed, through earlier cells', async () => {
    await k.run(
      'interface A { x: number }\n\n// a comment\nfunction thrower(a: A): never {\n  throw new TypeError("deep " + a.x);\n}',
      { cell: 'first' },
    );
    const { error } = await k.run('type B = string;\nthrower({ x: 1 } as any);', { cell: 'second' });
    expect(error).toMatchObject({
      name: 'TypeError',
      message: 'deep 1',
      at: { cell: 'first', line: 5, column: 9 },
      frames: [
        { fn: 'thrower', line: 5 },
        { cell: 'second', line: 2, column: 1 },
      ],
    });
    expect(error!.codeFrame).toContain('> 5 |   throw new TypeError');
  });
  it('of syntax count columns in characters', async () => {
    expect((await k.run('const ok = 1;\nconst s = "häß😀"; const t = ;')).error).toMatchObject({
      name: 'SyntaxError',
      at: { line: 2, column: 30 },
    });
  });
  it('carry their causes and members', async () => {
    const { error } = await k.run(
      'throw new AggregateError([new Error("one"), new RangeError("two")], "both", { cause: "why" })',
    );
    expect(error!.causes!.map((c) => c.message)).toEqual(["'why'", 'one', 'two']);
  });
  it.each([
    ['throw 5', 'Thrown', '5'],
    ['throw undefined', 'Thrown', 'undefined'],
    ['throw { a: 1 }', 'Thrown', '{ a: 1 }'],
    ['throw new Proxy({}, { get() { throw new Error("trap") } })', 'Thrown', '{}'],
    ['throw Object.create(null)', 'Thrown', '[Object: null prototype] {}'],
  ])('%s is shown', async (code, name, message) => {
    expect((await k.run(code)).error).toMatchObject({ name, message });
  });
  it('that nobody awaits are shown in the cell that made them', async () => {
    await k.run('1', { cell: 'c98' });
    const from = k.messages.length;
    await k.run(
      'setTimeout(() => { throw new Error("from a timer") }, 30); void Promise.reject(new Error("nobody")); setTimeout(() => console.log("late print"), 40)',
      { cell: 'c99' },
    );
    await k.run('2', { cell: 'c98' });
    await pause(150);
    const late = k.messages
      .slice(from)
      .flatMap((m) => (m.type === 'output' && m.event.kind === 'error' ? [[m.cell, m.event.error.message]] : []));
    expect(late).toEqual([
      ['c99', 'Unhandled promise rejection: nobody'],
      ['c99', 'Uncaught exception: from a timer'],
    ]);
    expect(
      k.messages
        .slice(from)
        .some(
          (m) =>
            m.type === 'output' && m.cell === 'c99' && m.event.kind === 'stream' && m.event.text === 'late print\n',
        ),
    ).toBe(true);
    expect((await k.run('3')).text).toBe('3');
  });
  it('that nobody awaits do not end the kernel once the tensor library is loaded', async () => {
    await k.run(
      "import * as tf from '@tensorflow/tfjs'; setTimeout(() => { throw new Error('timer') }, 10); void Promise.reject(new Error('nobody')); await new Promise((r) => setTimeout(r, 50))",
    );
    expect((await k.run('tf.scalar(4).square().dataSync()[0]')).text).toBe('16');
  });
  it('hint at what to do', async () => {
    expect((await k.run('notDeclaredYet')).error?.hint).toContain('run that cell first');
    const { error } = await k.run('const endless = (): number => endless() + 1; endless()');
    expect(error).toMatchObject({ name: 'RangeError', hint: expect.stringContaining('calls itself') });
  });
});

describe('the process', () => {
  let k: TestKernel;
  afterEach(() => k.stop());

  it('that ends by process.exit says so, and what was printed is not lost', async () => {
    k = new TestKernel();
    const { outcome, stdout } = await k.run('console.log("last words"); process.exit(3)');
    expect(outcome).toMatchObject({
      status: 'died',
      exit: { code: 3, text: expect.stringContaining('process.exit(3) was called') },
    });
    expect(stdout).toBe('last words\n');
  });
  it('that is killed or crashes says so', async () => {
    k = new TestKernel();
    setTimeout(() => process.kill(k.process.pid!, 'SIGKILL'), 300);
    expect((await k.run('while (true) {}')).outcome).toMatchObject({
      status: 'died',
      exit: { signal: 'SIGKILL', text: expect.stringContaining('SIGKILL') },
    });
    await k.stop();
    k = new TestKernel();
    expect((await k.run('process.abort()')).outcome).toMatchObject({ status: 'died', exit: { signal: 'SIGABRT' } });
  });
  it('ends its queued runs when it dies', async () => {
    k = new TestKernel();
    const runs = [k.run('process.exit(0)'), k.run('1'), k.run('2')];
    expect((await Promise.all(runs)).map((r) => r.status)).toEqual(['died', 'died', 'died']);
  });
  it('flushes at shutdown', async () => {
    k = new TestKernel();
    await k.run('setInterval(() => {}, 1000); 1');
    const from = k.messages.length;
    const run = k.run('process.stdout.write("no newline")');
    await run;
    expect((await k.process.shutdown()).expected).toBe(true);
    expect(k.since(from).stdout).toBe('no newline');
  });
});
