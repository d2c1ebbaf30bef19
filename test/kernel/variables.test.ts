// Cells with named variables can be run again.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestKernel } from './kernel.ts';

let k: TestKernel;
beforeAll(() => void (k = new TestKernel()));
afterAll(() => k.stop());

it('a cell that makes named variables runs twice; two of one name in a run are an error', async () => {
  const cell = `import * as tf from '@tensorflow/tfjs';
    class Net { w = tf.variable(tf.scalar(2), true, 'net/w'); }
    const v = tf.variable(tf.scalar(1), true, 'v'); const net = new Net(); console.log(v.name, net.w.name);`;
  expect((await k.run(cell)).status).toBe('ok');
  expect((await k.run(cell)).status).toBe('ok');
  expect((await k.run('new Net(); new Net();')).status).toBe('error');
});
