// How trainings and progress bars end that are left before their end, and what a refresh shows of running ones.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROGRESS, TRAINING } from '../../kernel/wire/mime.ts';
import type { ProgressReport } from '../../kernel/wire/progress.ts';
import type { TrainingChart } from '../../kernel/wire/training.ts';
import { TestKernel, type Ran } from './kernel.ts';

let k: TestKernel;
beforeAll(async () => {
  k = new TestKernel();
  await k.run(
    "import { progress, train } from 'dlnb'; const wait = (ms: number) => new Promise((r) => setTimeout(r, ms));",
  );
});
afterAll(() => k.stop());

function lastOf<T>({ events }: Pick<Ran, 'events'>, mime: string): { json: T; text: string } {
  const bundle = events
    .flatMap((e) => ('bundle' in e && e.bundle.some((i) => i.mime === mime) ? [e.bundle] : []))
    .at(-1)!;
  const item = bundle.find((i) => i.mime === mime) as { json: T };
  return { json: item.json, text: (bundle.find((i) => i.mime === 'text/plain') as { text: string }).text };
}
const training = (ran: Pick<Ran, 'events'>) => lastOf<TrainingChart>(ran, TRAINING);
const bars = (ran: Pick<Ran, 'events'>) => lastOf<ProgressReport>(ran, PROGRESS);

/** A loop over epochs, as the README has it. `body` is run in each. */
const epochs = (body: string, loop = 'for') =>
  `const run = train.record('r'); ${loop} (const epoch of run.epochs(60)) { run.step({ loss: 1 / (epoch + 1) }); ${body} }`;

describe('a training loop', () => {
  it.each([
    ['that waits', epochs('await wait(20);')],
    ['that computes', epochs('for (const until = Date.now() + 20; Date.now() < until; );')],
    ['of `for await`', epochs('await wait(20);', 'for await')],
    ['that computes in `for await`', epochs('for (const until = Date.now() + 20; Date.now() < until; );', 'for await')],
  ])('%s says where an interrupt left it', async (_, code) => {
    const ran = await k.run(code, { interruptAfter: 200 });
    expect(ran.status).toBe('interrupted');
    const { json, text } = training(ran);
    expect(json.runs).toMatchObject([{ state: 'interrupted', totalEpochs: 60 }]);
    expect(json.runs[0]!.epochs).toBeGreaterThan(0);
    expect(text).toMatch(/^r: interrupted at epoch \d+\/60 · step/m);
  });

  it.each([
    ['in its body', epochs("if (epoch === 2) throw new Error('x');")],
    ['in `for await`', epochs("if (epoch === 2) throw new Error('x');", 'for await')],
    [
      'in a function',
      `async function fit() { ${epochs("await null; if (epoch === 2) throw new Error('x');")} } await fit();`,
    ],
    ['of a rejected promise', epochs("if (epoch === 2) await Promise.reject(new Error('x'));")],
    ['in a loop inside', epochs("for (const i of run.steps(5)) { if (epoch === 2) throw new Error('x'); }")],
  ])('that an error left %s says that it failed, and where', async (_, code) => {
    const ran = await k.run(code);
    expect(ran.status).toBe('error');
    expect(training(ran).json.runs).toMatchObject([{ state: 'failed', epochs: 2, totalEpochs: 60 }]);
    expect(training(ran).text).toMatch(/^r: failed at epoch 2\/60 · step/m);
  });

  it('that the user left by break was stopped there, also if the cell fails later', async () => {
    const ran = await k.run(epochs('if (epoch === 2) break;'));
    expect(training(ran).json.runs).toMatchObject([{ state: 'stopped', epochs: 2 }]);
    const later = await k.run(`${epochs('if (epoch === 2) break;')} await wait(20); throw new Error('x')`);
    expect(training(later).json.runs).toMatchObject([{ state: 'stopped', epochs: 2 }]);
  });

  it('that ends is done; it counts its epochs itself unless the code does', async () => {
    expect(training(await k.run(epochs(''))).json.runs).toMatchObject([{ state: 'done', epochs: 60, steps: 60 }]);
    expect(training(await k.run(epochs('run.epoch({ val_loss: 1 });'))).json.runs).toMatchObject([
      { state: 'done', epochs: 60, best: { epoch: 1 } },
    ]);
  });

  it('shows its present state when it is asked to', async () => {
    const from = k.messages.length;
    const running = k.run(epochs('await wait(20);'), { interruptAfter: 900 });
    await new Promise((r) => setTimeout(r, 700));
    expect(await k.process.ask('refresh', {})).toEqual({});
    const { json } = training(k.since(from));
    expect(json.runs[0]).toMatchObject({ state: 'running' });
    expect(json.runs[0]!.epochs).toBeGreaterThan(10);
    await running;
  });
});

describe('a progress bar', () => {
  it.each([
    ['that waits', 'for (const i of progress(60)) await wait(20);'],
    ['that computes', 'for (const i of progress(60)) for (const until = Date.now() + 20; Date.now() < until; );'],
    ['of `for await`', 'for await (const i of progress(60)) await wait(20);'],
  ])('%s says where an interrupt left it', async (_, code) => {
    const ran = await k.run(code, { interruptAfter: 200 });
    expect(bars(ran).json.bars).toMatchObject([{ state: 'interrupted', total: 60 }]);
    expect(bars(ran).text).toMatch(/ \d+\/60 · .* · interrupted$/);
  });

  it('says that an error ended it, or that the user left it', async () => {
    const failed = await k.run("for (const i of progress(9)) if (i === 2) throw new Error('x');");
    expect(bars(failed).json.bars).toMatchObject([{ state: 'failed', done: 2 }]);
    const left = await k.run('for (const i of progress(9)) if (i === 2) break;');
    expect(bars(left).json.bars).toMatchObject([{ state: 'stopped', done: 2 }]);
  });
});
