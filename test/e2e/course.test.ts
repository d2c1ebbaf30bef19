// "DLNB: Course Progress" as a user sees it: a page that leads to the notebooks and follows them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { printNotebook } from '../../kernel/notebook/format/index.ts';
import type { Json } from '../../kernel/notebook/format/types.ts';
import { notebookShown, openNotebook, palette } from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

/** A notebook whose code cell has left these items. */
const executed = (title: string, items: Record<string, Json>): string =>
  printNotebook({
    dlnb: 1,
    metadata: {},
    cells: [
      { id: 'title001', kind: 'markdown', source: `# ${title}` },
      {
        id: 'marks001',
        kind: 'code',
        language: 'typescript',
        source: '',
        outputs: Object.entries(items).map(([name, json]) => ({
          items: [
            { mime: 'text/plain', text: 'shown' },
            { mime: `application/vnd.dlnb.${name}+json`, json },
          ],
        })),
      },
    ],
  });
const first = (solved: boolean) =>
  executed('The perceptron', {
    claims: { claims: [{ claim: 'a', holds: true }, { claim: 'two lines part the classes', holds: false }] }, // prettier-ignore
    exercise: { name: 'the bound', solved },
  });

describe('the page of a course', () => {
  const vs = useVSCode('course');
  const page = () => vs.page.frameLocator('iframe.webview.ready').last().frameLocator('#active-frame');
  const write = (name: string, text: string) => writeFileSync(join(vs.profile.folder, name), text);

  it('shows claims, exercises and results, and follows the files', async () => {
    write('README.md', '[2](mlp.dlnb) [1](perceptron.dlnb)');
    write('perceptron.dlnb', first(false));
    write('cnn.dlnb', executed('Convolutions', {}));
    const result = { dataset: 'MNIST-1D', model: 'dense 100-100', parameters: 15210, error: 34.2, epochs: 20 };
    write('mlp.dlnb', executed('Networks with hidden layers', { result }));
    await palette(vs.page, 'DLNB: Course Progress');
    await page().getByText('1 of 2 wrong').waitFor();
    await page().locator('td', { hasText: '0 of 1' }).waitFor();
    await page().getByText('Results on MNIST-1D').waitFor();
    write('perceptron.dlnb', first(true));
    await page().locator('td', { hasText: '1 of 1' }).waitFor();
  });

  it('leads to the notebooks', async () => {
    await page().getByRole('link', { name: 'The perceptron' }).click();
    await vs.page.locator('.tab.active', { hasText: 'perceptron.dlnb' }).waitFor();
    await notebookShown(vs.page);
    await openNotebook(vs.page, 'mlp.dlnb');
  });
});
