// Errors that the host reports under a cell.
import { expect, test } from 'vitest';
import { hostError } from '../../../../../kernel/host/client/errors.ts';
import { CELL_ERROR, ERROR } from '../../../../../kernel/wire/mime.ts';

test('the first sentence is the message, the others are the hint; plain text has all of them', () => {
  const error = {
    version: 1,
    name: 'Kernel',
    message: 'It ended (SIGSEGV).',
    frames: [],
    hint: 'Start it. Or do not.',
  };
  const whole = 'It ended (SIGSEGV). Start it. Or do not.';
  expect(hostError('Kernel', whole)).toEqual({
    kind: 'error',
    error,
    bundle: [
      { mime: CELL_ERROR, json: error },
      { mime: ERROR, json: { name: 'Kernel', message: whole, stack: `Kernel: ${whole}` } },
    ],
  });
});

test('one sentence has no hint', () => {
  expect(hostError('Kernel', 'v1.2 at /x.js does not run.').error).toEqual({
    version: 1,
    name: 'Kernel',
    message: 'v1.2 at /x.js does not run.',
    frames: [],
  });
});
