// Every op kernel that has a gradient, on the device under test: each case of the tables below; and no gradient without a case.
import { beforeAll, describe, expect, it } from 'vitest';
import { check } from './check.ts';
import type { Table } from './cases/table.ts';
import { convolution, convolutionMade } from './cases/convolution.ts';
import { elementwise } from './cases/elementwise.ts';
import { linear, linearMade } from './cases/linear.ts';
import { activations, losses } from './cases/losses.ts';
import { moving, movingMade } from './cases/moving.ts';
import { normalisation, normalisationMade } from './cases/normalisation.ts';
import { pooling, poolingMade } from './cases/pooling.ts';
import { reductions, reductionsMade } from './cases/reductions.ts';
import { secondOrder, secondOrderMade } from './cases/second.ts';
import { kernelsWithGradient, recordGradients, used } from './registry.ts';

/** Op kernels whose gradient is in the registry. */
const table: Table = {
  ...elementwise,
  ...reductions,
  ...moving,
  ...linear,
  ...convolution,
  ...pooling,
  ...normalisation,
  ...secondOrder,
};
/** Ops made of others, or with a gradient of their own. */
const made: Table = {
  ...activations,
  ...reductionsMade,
  ...movingMade,
  ...linearMade,
  ...convolutionMade,
  ...poolingMade,
  ...normalisationMade,
  ...losses,
  ...secondOrderMade,
};

beforeAll(recordGradients);

describe.each(Object.entries(table))('%s', (kernelName, cases) => {
  it.each(cases)('$name', async (c) => {
    used.kernels.clear();
    await check({ ...c, name: `${kernelName} ${c.name}` });
    expect(used.kernels, 'gradients that were computed').toContain(kernelName);
  });
});

describe.each(Object.entries(made))('%s', (op, cases) => {
  it.each(cases)('$name', (c) => check({ ...c, name: `${op} ${c.name}` }));
});

it('there is a case for every gradient', () => {
  expect(kernelsWithGradient().filter((name) => !(name in table))).toEqual([]);
});

it('every input of every gradient has been differentiated', () => {
  expect([...used.offered].filter((name) => !used.computed.has(name)).sort()).toEqual([]);
});
