// Snippets as they stand in a notebook that has what they name: TypeScript finds no error in any.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { VirtualDocument, type Cell } from '../../../../kernel/language/document.ts';
import { Language } from '../../../../kernel/language/notebook.ts';
import { findProgram } from '../../../../kernel/language/server.ts';
import { importOfSnippet, snippetsAt, snippetText } from '../../../../kernel/language/snippets.ts';
import { dist } from '../../../paths.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'dlnb-snippets-'));
const language = new Language({ program: findProgram(dist)!, types: path.join(dist, 'types'), folder });
afterAll(async () => {
  await language.dispose();
  rmSync(folder, { recursive: true, force: true });
});

const NAMES = `import * as tf from '@tensorflow/tfjs';
const model = tf.sequential();
const [xs, ys] = [tf.ones([4, 2]), tf.ones([4, 1])];
const [points, labels, predictions] = [xs, ys, ys];
const [losses, values] = [[1, 2], [1, 2, 3]];
const [matrix, heights] = [tf.ones<tf.Rank.R2>([2, 2]), [[1, 2], [3, 4]]];
const batches: [tf.Tensor, tf.Tensor][] = [];
const step = (x: tf.Tensor, y: tf.Tensor) => x.sub(y).mean();
const lossOf = (m: tf.LayersModel) => (m.predict(xs) as tf.Tensor).mean() as tf.Scalar;
const validate = () => 1;`;

const cell = (text: string, i: number): Cell => ({ id: `c${i + 1}`, kind: 'code', language: 'typescript', text });
const offered = snippetsAt(new VirtualDocument([NAMES, 'v'].map(cell)), { cell: 'c2', offset: 1, isAsked: false });

describe('snippets', () => {
  it('are those of train, models and viz', () => expect(offered.length).toBeGreaterThanOrEqual(16));

  it.each(offered.map((snippet) => [snippet.label, snippet] as const))('%s', async (_, snippet) => {
    const cells = [NAMES, snippetText(snippet.body)].map(cell);
    const document = new VirtualDocument(cells);
    // At the same place two imports would be in each other's way
    for (const name of snippet.imports) {
      const edit = importOfSnippet(document, 'c2', name)!;
      const at = document.cellOffset('c1', edit.range.start);
      cells[0]!.text = cells[0]!.text.slice(0, at) + edit.newText + cells[0]!.text.slice(at);
    }
    const notebook = language.open(path.join(folder, `${snippet.label}.dlnb`), cells);
    const found = await notebook.diagnostics();
    notebook.close();
    expect(found.filter(({ severity }) => severity === 'error' || severity === 'warning')).toEqual([]);
    expect(snippet.imports.length).toBeLessThan(2);
  });
});
