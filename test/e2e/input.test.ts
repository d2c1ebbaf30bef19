// Printing and asking in the editor: an input box for a cell's question, lines drawn anew, colors, and long prints.
import { describe, expect, it } from 'vitest';
import { openNotebook, outputsFrame, statusItem, toolbarAction, typeInCell } from '../vscode/workbench.mts';
import { useVSCode } from './session.ts';

const ask =
  "import readline from 'node:readline/promises';\n" +
  'const rl = readline.createInterface({ input: process.stdin, output: process.stdout });\n' +
  "const age = await rl.question('How old? '); rl.close();\n'age ' + age";
const draw =
  "import { styleText } from 'node:util';\n" +
  'for (let i = 0; i <= 30; i++) {\n' +
  "  process.stdout.write(`${i ? '\\x1b[1A\\x1b[2K\\x1b[G' : ''}${styleText('green', '#'.repeat(i))} ${i}\\n`);\n" +
  '  await new Promise((r) => setTimeout(r, 20));\n}\n' +
  "console.log(styleText('red', 'drawn'));";
const long = "for (let i = 0; i < 30_000; i++) console.log('line', i);";

describe('input and printed text', () => {
  const vs = useVSCode('input', {
    notebooks: { 'ask.dlnb': ["const n = prompt('Your name?', 'Bob');\n'hello ' + n", ask, draw, long] },
  });
  const shown = (text: string | RegExp) => outputsFrame(vs.page).getByText(text, { exact: true }).first();
  const box = () => vs.page.locator('.quick-input-widget');
  const picture = async (name: string) => {
    if (process.env['PICTURES']) await vs.page.screenshot({ path: `${process.env['PICTURES']}/${name}.png` });
  };
  async function run(cell: number): Promise<void> {
    await vs.page
      .locator(`.notebook-editor .cell-list-container [data-index="${cell}"] .monaco-editor`)
      .first()
      .click();
    await vs.page.keyboard.press('Shift+Enter');
  }

  it('prompt opens a box with the question, the notebook and the cell; the answer is the value', async () => {
    await openNotebook(vs.page, 'ask.dlnb');
    await run(0);
    await box().getByText('ask.dlnb, cell 1').waitFor({ timeout: 60_000 });
    await picture('prompt');
    expect(await box().locator('input').inputValue()).toBe('Bob');
    await box().locator('input').fill('Ada');
    await vs.page.keyboard.press('Enter');
    await shown(/'hello Ada'/).waitFor();
    await shown(/Your name\? \[Bob\] Ada/).waitFor();
  });

  it('readline asks with the printed question', async () => {
    await run(1);
    await box().getByText('How old?').waitFor();
    await box().locator('input').fill('36');
    await vs.page.keyboard.press('Enter');
    await shown(/'age 36'/).waitFor();
  });

  it('an interrupt closes the box, and variables survive', async () => {
    await typeInCell(vs.page, 0, "prompt('never answered')");
    await vs.page.keyboard.press('Shift+Enter');
    await box().getByText('never answered').waitFor();
    await toolbarAction(vs.page, 'Interrupt').click();
    await statusItem(vs.page, 'idle').waitFor();
    await box().getByText('never answered').waitFor({ state: 'hidden' });
    await typeInCell(vs.page, 0, "n + ' is kept'");
    await vs.page.keyboard.press('Shift+Enter');
    await shown(/'Ada is kept'/).waitFor();
  });

  it('lines are drawn anew in place, in colors', async () => {
    await run(2);
    await shown('drawn').waitFor();
    await picture('drawn');
    expect(
      await outputsFrame(vs.page)
        .getByText(/^#+ \d+$/)
        .count(),
    ).toBeLessThanOrEqual(1);
  });

  it('a long print shows its last line, and how much is left out', async () => {
    await run(3);
    await shown(/20,000 of 30,000 lines .* are left out here/).waitFor();
    await shown(/line 29999/).waitFor();
    await picture('long');
  });
});
