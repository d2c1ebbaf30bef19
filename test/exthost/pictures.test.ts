// Pictures of outputs in the editor: beside what its renderers draw, and in the saved file.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { closeAll, notebookWith, run, save, until } from './helpers.ts';

describe('pictures of outputs', () => {
  after(closeAll);

  it('come behind the item that the renderer draws, into the same output, and into the file', async () => {
    const notebook = await notebookWith([
      "import { viz } from 'dlnb';\ndisplay(new Float32Array([1, 2, 3]));\nconsole.log('x');\nviz.line([1, 2])",
    ]);
    const cell = await run(notebook, 0);
    const mimes = () => cell.outputs.map(({ items }) => items.map(({ mime }) => mime));
    await until(
      'both pictures',
      () =>
        mimes()
          .flat()
          .filter((mime) => mime === 'image/png').length === 2,
      60_000,
    );
    assert.deepEqual(mimes(), [
      ['application/vnd.dlnb.tensor', 'image/png', 'text/plain'],
      ['application/vnd.code.notebook.stdout'],
      ['application/vnd.plotly.v1+json', 'image/png', 'text/plain'],
    ]);
    assert.equal(cell.executionSummary?.success, true);
    await save(notebook);
    const file = JSON.parse(fs.readFileSync(notebook.uri.fsPath, 'utf8')) as {
      cells: { outputs: { items: { mime: string; base64?: string }[] }[] }[];
    };
    assert.match(file.cells[0]!.outputs[0]!.items[1]!.base64!, /^iVBOR/);
  });
});
