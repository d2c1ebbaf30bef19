// A notebook without a kernel, as it is read from a file: nothing in it is running.
import { withoutKernel } from '../../wire/ended.ts';
import type { Notebook } from '../../notebook/format/types.ts';

/** The notebook with trainings and progress bars that were running when it was saved as interrupted ones. */
export function endRunning(notebook: Notebook): Notebook {
  const cells = notebook.cells.map((cell) => {
    if (cell.kind !== 'code') return cell;
    const outputs = cell.outputs.map((output) => {
      const items = withoutKernel(output.items);
      return items === output.items ? output : { ...output, items: [...items] };
    });
    return { ...cell, outputs };
  });
  return { ...notebook, cells };
}
