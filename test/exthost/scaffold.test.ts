// The commands that make notebooks: from a sample, for a model, and the whole course. None of them writes over
// anything.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { modelNotebook } from '../../kernel/notebook/scaffold/notebook.ts';
import { printNotebook } from '../../kernel/notebook/format/index.ts';
import { closeAll, EXTENSION, until, workspaceFolder } from './helpers.ts';

const samples = () => path.join(vscode.extensions.getExtension(EXTENSION)!.extensionPath, 'samples');
const text = (file: string) => fs.readFileSync(file, 'utf8');
const index = () =>
  JSON.parse(text(path.join(samples(), 'index.json'))) as { id: string; file: string; title: string }[];
const active = () => vscode.window.activeNotebookEditor!.notebook;

describe('the command for a sample notebook', () => {
  afterEach(closeAll);

  it('copies it, and never over another', async () => {
    const [sample] = index();
    const made: string[] = [];
    for (let i = 0; i < 2; i++) {
      await vscode.commands.executeCommand('dlnb.newSample', sample!.id);
      made.push(active().uri.fsPath);
    }
    assert.notEqual(made[0], made[1]);
    for (const file of made) assert.equal(text(file), text(path.join(samples(), sample!.file)));
  });

  it('names the samples when it does not know one', async () => {
    await assert.rejects(
      Promise.resolve(vscode.commands.executeCommand('dlnb.newSample', 'no-such')),
      /no sample "no-such".*perceptron/,
    );
  });
});

describe('the command for a model notebook', () => {
  afterEach(closeAll);
  const choice = { architecture: 'lenet5', data: 'digits', optimizer: 'momentum' } as const;
  const file = (name: string) => path.join(workspaceFolder(), name);
  const made = ['lenet5-on-digits.dlnb', 'lenet5-on-digits-2.dlnb', 'lenet5-on-digits-3.dlnb'];
  after(() => {
    for (const name of [...made, 'lenet5-on-digits-2-model']) fs.rmSync(file(name), { recursive: true, force: true });
  });

  it('writes and opens it, beside those that there are and away from their models', async () => {
    await vscode.commands.executeCommand('dlnb.newModel', choice);
    assert.equal(active().uri.fsPath, file(made[0]!));
    assert.equal(active().isDirty, false);
    assert.equal(text(file(made[0]!)), printNotebook(modelNotebook(choice)));
    fs.writeFileSync(file(made[0]!), 'mine');
    fs.mkdirSync(file('lenet5-on-digits-2-model'));
    await vscode.commands.executeCommand('dlnb.newModel', choice);
    assert.equal(active().uri.fsPath, file(made[2]!));
    assert.match(text(file(made[2]!)), /file:\/\/\.\/lenet5-on-digits-3-model/);
    assert.equal(text(file(made[0]!)), 'mine');
    assert.deepEqual(fs.readdirSync(file('lenet5-on-digits-2-model')), []);
  });

  it('says what fits when the parts do not', async () => {
    await assert.rejects(
      Promise.resolve(vscode.commands.executeCommand('dlnb.newModel', { ...choice, data: 'xor' })),
      /XOR does not fit .*digits, mnist/,
    );
  });
});

describe('the command for the course', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(workspaceFolder(), 'course-'));
  });
  afterEach(async () => {
    await closeAll();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const create = () => vscode.commands.executeCommand<vscode.Uri>('dlnb.createCourse', vscode.Uri.file(folder));

  it('fills an empty folder, and shows a README.md that links to every notebook', async () => {
    const readme = await create();
    assert.equal(readme.fsPath, path.join(folder, 'README.md'));
    const files = index().map((sample) => sample.file);
    assert.deepEqual(fs.readdirSync(folder).sort(), [...files, 'README.md'].sort());
    for (const name of files) assert.equal(text(path.join(folder, name)), text(path.join(samples(), name)));
    for (const { file, title } of index()) assert.ok(text(readme.fsPath).includes(`[${title}](${file})`));
    await until('the preview', () =>
      vscode.window.tabGroups.all.some(({ tabs }) => tabs.some(({ label }) => label.includes('README.md'))),
    );
  });

  it('leaves what is in the folder alone, and takes a folder inside', async () => {
    fs.writeFileSync(path.join(folder, 'README.md'), 'mine');
    const first = await create();
    const second = await create();
    assert.equal(first.fsPath, path.join(folder, 'deep-learning-course', 'README.md'));
    assert.equal(second.fsPath, path.join(folder, 'deep-learning-course-2', 'README.md'));
    assert.equal(text(path.join(folder, 'README.md')), 'mine');
    assert.deepEqual(fs.readdirSync(folder).sort(), ['README.md', 'deep-learning-course', 'deep-learning-course-2']);
  });
});

describe('the walkthrough', () => {
  interface Step {
    description: string;
    media: { svg: string };
    completionEvents: string[];
  }
  const manifest = () =>
    vscode.extensions.getExtension(EXTENSION)!.packageJSON as {
      contributes: { walkthroughs: { steps: Step[] }[]; commands: { command: string }[] };
    };

  it('has a picture and working buttons in every step', async () => {
    const known = await vscode.commands.getCommands(true);
    const { steps } = manifest().contributes.walkthroughs[0]!;
    for (const { description, media, completionEvents } of steps) {
      assert.match(text(path.join(samples(), '..', media.svg)), /^<svg /);
      const buttons = [...description.matchAll(/\]\(command:(?:toSide:)?([\w.]+)(\?[^)]*)?\)/g)];
      assert.ok(buttons.length > 0);
      for (const [, command, argument] of buttons) {
        assert.ok(known.includes(command!), command);
        if (argument)
          assert.ok(
            index().some(({ id }) => id === (JSON.parse(decodeURIComponent(argument.slice(1))) as string[])[0]),
          );
      }
      for (const event of completionEvents) {
        const [kind, what] = event.split(':');
        if (kind === 'onCommand') assert.ok(known.includes(what!), event);
        else assert.match(event, /^onContext:dlnb\.has(Run|Trained)$/);
      }
    }
  });
});

describe('the command that imports a Jupyter notebook', () => {
  afterEach(closeAll);

  it('writes it beside the file, never over another, and opens it', async () => {
    const folder = fs.mkdtempSync(path.join(workspaceFolder(), 'import-'));
    const source = path.join(folder, 'first.ipynb');
    const cell = { cell_type: 'code', metadata: {}, execution_count: 1, outputs: [], source: ['1 + 1'] };
    const metadata = { kernelspec: { name: 'tslab', language: 'typescript' } };
    fs.writeFileSync(source, JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata, cells: [cell] }));
    fs.writeFileSync(path.join(folder, 'first.dlnb'), 'mine');
    await vscode.commands.executeCommand('dlnb.importNotebook', vscode.Uri.file(source));
    assert.equal(active().uri.fsPath, path.join(folder, 'first-2.dlnb'));
    assert.equal(active().cellAt(0).document.getText(), '1 + 1');
    assert.equal(active().isDirty, false);
    assert.equal(text(path.join(folder, 'first.dlnb')), 'mine');
  });
});
