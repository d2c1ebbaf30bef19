// The queue of a notebook's cells.
import { expect, test } from 'vitest';
import type { RunEnd } from '../../../../extension/execution/outputs-model.ts';
import { CellQueue } from '../../../../extension/execution/queue.ts';

/** A queue whose cells end when the test says so. */
function makeQueue() {
  const seen: string[] = [];
  let endRun: ((end: RunEnd) => void) | undefined;
  const queue = new CellQueue({
    run: ({ cell }) => {
      seen.push(`run ${cell}`);
      return new Promise((resolve) => (endRun = resolve));
    },
    canceled: (cell) => seen.push(`canceled ${cell}`),
    empty: () => seen.push('empty'),
  });
  const end = async (how: RunEnd) => {
    endRun!(how);
    await new Promise(setImmediate);
  };
  return { queue, seen, end };
}

test('cells run one after another, and the round ends when the last has ended', async () => {
  const { queue, seen, end } = makeQueue();
  queue.add('a');
  queue.add('b');
  const drained = queue.drain();
  expect([queue.running?.cell, queue.busy]).toEqual(['a', true]);
  await end('ok');
  queue.add('c');
  expect(queue.drain()).toBe(drained);
  await end('ok');
  await end('ok');
  await drained;
  expect(seen).toEqual(['run a', 'run b', 'run c', 'empty']);
  expect([queue.running, queue.busy]).toEqual([undefined, false]);
});

test.each(['error', 'interrupted', 'canceled'] as const)(
  'after a run that ends as %s, the others are canceled',
  async (how) => {
    const { queue, seen, end } = makeQueue();
    for (const cell of ['a', 'b', 'c']) queue.add(cell);
    const drained = queue.drain();
    await end(how);
    await drained;
    expect(seen).toEqual(['run a', 'canceled b', 'canceled c', 'empty']);
  },
);

test('named cells are taken out, and the others run', async () => {
  const { queue, seen, end } = makeQueue();
  for (const cell of ['a', 'b', 'c']) queue.add(cell);
  void queue.drain();
  expect(queue.cancelWaiting((cell) => cell === 'b')).toBe(1);
  expect(queue.cancelWaiting((cell) => cell === 'a')).toBe(0);
  await end('ok');
  expect(seen).toEqual(['run a', 'canceled b', 'run c']);
});

test('cancel empties the queue and marks the running cell; a later cell begins a new round', async () => {
  const { queue, seen, end } = makeQueue();
  for (const cell of ['a', 'b']) queue.add(cell);
  const first = queue.drain();
  const { running } = queue;
  queue.cancel();
  expect(running?.canceled).toBe(true);
  await end('canceled');
  await Promise.all([first, queue.drained()]);
  queue.add('c');
  const second = queue.drain();
  await end('ok');
  await second;
  expect(seen).toEqual(['run a', 'canceled b', 'empty', 'run c', 'empty']);
});

test('an empty queue has nothing to run', async () => {
  const { queue, seen } = makeQueue();
  await queue.drain();
  expect(seen).toEqual([]);
});
