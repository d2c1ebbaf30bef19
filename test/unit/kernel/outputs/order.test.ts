// The queue that keeps the order of calls while values are awaited.
import { describe, expect, it } from 'vitest';
import { InOrder } from '../../../../kernel/outputs/order.ts';

function setUp() {
  const order = new InOrder();
  const done: unknown[] = [];
  const settle: ((value: unknown) => void)[] = [];
  return {
    order,
    done,
    settle,
    add: (value: unknown) => order.add(value, (v) => done.push(v)),
    wait: () => order.add(new Promise<unknown>((resolve) => settle.push(resolve)), (v) => done.push(v)),
  };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('things in order', () => {
  it('are done at once where nothing waits', () => {
    const { add, done, order } = setUp();
    add(1);
    add(2);
    expect({ done, idle: order.isIdle }).toEqual({ done: [1, 2], idle: true });
  });
  it('stay behind what waits, whichever value comes first', async () => {
    const { add, wait, settle, done, order } = setUp();
    add(1);
    wait();
    add(3);
    wait();
    add(5);
    settle[1]!(4);
    await turn();
    expect(done).toEqual([1]);
    settle[0]!(2);
    await order.idle();
    expect(done).toEqual([1, 2, 3, 4, 5]);
  });
  it('that one of them asks for come after the rest', async () => {
    const { add, order, done } = setUp();
    order.add(Promise.resolve(1), (v) => (done.push(v), add(3)));
    add(2);
    await order.idle();
    expect(done).toEqual([1, 2, 3]);
  });
  it('leave out a value that fails, and what is abandoned, also when it comes later', async () => {
    const { add, wait, settle, order, done } = setUp();
    order.add(Promise.reject(new Error('no')), (v) => done.push(v));
    wait();
    add(3);
    await turn();
    order.abandon();
    settle[0]!(2);
    await turn();
    expect({ done, idle: order.isIdle }).toEqual({ done: [3], idle: true });
  });
  it('pass what waits when they are told to', async () => {
    const { add, wait, settle, order, done } = setUp();
    wait();
    add(2);
    order.pass();
    add(3);
    expect(done).toEqual([2]);
    settle[0]!(1);
    await order.idle();
    expect(done).toEqual([2, 1, 3]);
  });
});
