// `help` of the module `dlnb` in a real kernel: what it shows of functions, parts, types and values, of names as texts, and
// of TensorFlow.js; and that it loads nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestKernel } from './kernel.ts';

let k: TestKernel;
beforeAll(async () => {
  k = new TestKernel({}, { device: 'cpu' });
});
afterAll(() => k.stop());

/** What a cell shows: Markdown, and text. */
async function shown(code: string): Promise<{ markdown: string; text: string }> {
  const { events, text = '', error } = await k.run(code);
  expect(error?.message).toBeUndefined();
  const event = events.findLast((e) => e.kind === 'display');
  const item = event && 'bundle' in event ? event.bundle.find(({ mime }) => mime === 'text/markdown') : undefined;
  return { markdown: item && 'text' in item ? item.text : '', text };
}

it('shows signature, description, options and example of a function, without TensorFlow.js', async () => {
  await k.run("import { check, display, help, viz } from 'dlnb';");
  const { markdown, text } = await shown('help(viz.line)');
  expect(text).toContain('logY?: boolean');
  for (const shownText of [markdown, text]) {
    expect(shownText).toContain('viz.line(');
    expect(shownText).toContain('Draws curves');
    expect(shownText).toContain('logY');
    expect(shownText).toContain("yLabel: 'loss'");
  }
  expect(markdown).toMatch(/^#### `viz\.line`$/m);
  expect(markdown).toMatch(/^\| option \| type \| default \|/m);
  expect(text).not.toMatch(/^\|/m);
  expect(k.device).toBeUndefined();
});

it('shows what a part has, and the parts of the module', async () => {
  expect((await shown('help(viz)')).markdown).toMatch(/\| `viz\.confusionMatrix` \| Counts predictions/);
  expect((await shown('help(check)')).text).toMatch(/check\.closeAsync\n {2}Like/);
  const { text, markdown } = await shown('help()');
  expect(text).toMatch(/^optim +Optimizers and schedules/m);
  expect(markdown).toMatch(/^\| `optim` \|/m);
  expect(k.device).toBeUndefined();
});

describe('of a name as a text', () => {
  it.each([
    ['viz.line', /^viz\.line\(/],
    ['line', /^viz\.line\(/],
    ['viz.line()', /^viz\.line\(/],
    ['VIZ.LINE', /^viz\.line\(/],
    ['viz.lin', /^There is no `viz\.lin`\. This is `viz\.line`:/],
    ['nn.heNormal', /nn\.initializers\.heNormal/],
    ['Dataset.batch', /^batch\(size: number/],
    ['LineOptions', /^LineOptions\n\nOptions of/],
    ['tf.matmul', /^tf\.matMul</],
    ['tf.matMull', /^There is no `tf\.matMull`\. This is `tf\.matMul`:/],
    ['adam', /^Several names end so: optim\.adam, tf\.train\.adam$/],
  ])('%s', async (name, text) => {
    expect((await shown(`help(${JSON.stringify(name)})`)).text).toMatch(text);
  });
});

it.each([
  ['nn.groupNorm({ groups: 2 })', /^nn\.groupNorm\(/],
  ['tf.layers.conv2d({ filters: 1, kernelSize: 1 })', /^tf\.layers\.conv2d\(/],
  ['nn.initializers.heNormal', /^nn\.initializers\.heNormal\(/],
  ['nn.lenet5()', /^class LayersModel/],
  ['tf.sequential()', /^class Sequential/],
  ['tf.scalar(1)', /^class Tensor/],
  ['tf.matMul', /^tf\.matMul<[^]*dot product of two matrices[^]*`transposeA` If true/],
  ['tf.train.adamw', /^tf\.train\.adamw\(learningRate\?[^]*decoupled weight decay/],
  ['tf.layers', /^tf\.layers\.\w+$/m],
  ['tf', /^tf\.matMul$/m],
  ['data.dataset(data.moons())', /^Dataset\n\nLabeled examples/],
  ['optim.adam()', /^Optimizer\n/],
  ['help', /^help\(/],
])('of %s', async (code, text) => {
  await k.run("import { data, nn, optim, tf } from 'dlnb';");
  expect((await shown(`help(${code})`)).text).toMatch(text);
});

it('says what it takes where nothing is known', async () => {
  for (const [code, what] of [
    ['3', '3'],
    ["'qwertzuiop'", '"qwertzuiop"'],
    ['() => 1', 'a function'],
    ['{ a: 1 }', 'an object'],
  ])
    // prettier-ignore
    expect((await k.run(`help(${code})`)).error?.message).toMatch(
      new RegExp(`^help: nothing is known of ${what!}.*; give a function.*help\\('viz\\.line'\\)$`),
    );
});
