// What cells mean: the same cases as through the command line, run by the editor.
import * as assert from 'node:assert/strict';
import { difference } from '../semantics/case.ts';
import { cases } from '../semantics/cases.ts';
import { closeAll, notebookWith, run } from './helpers.ts';

const decoder = new TextDecoder();

describe('semantics', () => {
  afterEach(closeAll);
  for (const { name, files, cells } of cases) {
    it(name, async () => {
      const notebook = await notebookWith(
        cells.map(({ source }) => source),
        files,
      );
      for (let i = 0; i < cells.length; i++) await run(notebook, i);
      for (const [i, { outputs }] of cells.entries()) {
        const shown = notebook
          .cellAt(i)
          .outputs.map(({ items }) => items.map(({ mime, data }) => ({ mime, text: decoder.decode(data) })));
        assert.equal(shown.length, outputs.length, `cell ${i + 1}: ${JSON.stringify(shown).slice(0, 1000)}`);
        for (const [k, expected] of outputs.entries()) {
          const wrong = difference(expected, shown[k]!);
          assert.equal(wrong, undefined, `cell ${i + 1}, output ${k + 1}: ${wrong}`);
        }
      }
    });
  }
});
