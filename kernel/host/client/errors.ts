// Errors that the host itself shows under a cell: a kernel that cannot start, or that ended. They look like the
// kernel's errors.
import { CELL_ERROR, ERROR } from '../../wire/mime.ts';
import type { CellError, PlainError } from '../../wire/errors.ts';
import type { OutputEvent } from '../../wire/protocol.ts';

/**
 * An error of the host as an output of a cell.
 * @param name for example `Kernel`
 * @param message sentences; those after the first are shown as a hint
 */
export function hostError(name: string, message: string): Extract<OutputEvent, { kind: 'error' }> {
  const [first = '', ...hint] = message.split(/(?<=\.)\s+(?=[A-Z])/);
  const error: CellError = {
    version: 1,
    name,
    message: first,
    frames: [],
    ...(hint.length > 0 && { hint: hint.join(' ') }),
  };
  const plain: PlainError = { name, message, stack: `${name}: ${message}` };
  return {
    kind: 'error',
    error,
    bundle: [
      { mime: CELL_ERROR, json: error },
      { mime: ERROR, json: plain },
    ],
  };
}
