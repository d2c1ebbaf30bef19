// Sentences of TensorFlow.js in the notebook's form.
import { expect, it } from 'vitest';
import { tidyTensorMessage } from '../../../../../kernel/process/cell/hints.ts';

it.each([
  [
    'Error in matMul: inner shapes (3) and (2) of Tensors with shapes 2,3 and 2,3 and transposeA=false and transposeB=false must match.',
    'matMul: inner shapes (3) and (2) of Tensors with shapes [2, 3] and [2, 3] and transposeA=false and transposeB=false must match.',
  ],
  [
    'Operands could not be broadcast together with shapes 2,3 and 4,5.',
    'Operands could not be broadcast together with shapes [2, 3] and [4, 5].',
  ],
  ['Error in concat1D: shapes 3 and 4 must match', 'concat1D: shapes [3] and [4] must match'],
  ['Size(6) must match the product of shape 2,2', 'Size(6) must match the product of shape [2, 2]'],
  [
    'Error when checking input: expected d to have shape [null,3] but got array with shape [2,4].',
    'Error when checking input: expected d to have shape [null, 3] but got array with shape [2, 4].',
  ],
  ['Based on the provided shape, [2,2], 4 values', 'Based on the provided shape, [2, 2], 4 values'],
  ['learning rate 0.1, 0.2', 'learning rate 0.1, 0.2'],
  ['version 1.2.3 of a1,2b', 'version 1.2.3 of a1,2b'],
])('%s', (said, shown) => expect(tidyTensorMessage(said)).toBe(shown));
