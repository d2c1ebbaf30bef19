// `dlnb new`, `export`, `report`, `devices`, and the program's own help and version.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseNotebook } from '../../kernel/notebook/format/index.ts';
import { readIndex } from '../samples/index.mts';
import { root } from '../paths.ts';
import { dlnb, Folder, notebook } from './cli.ts';

const oneLine = /^dlnb: [^\n]+\n$/;

describe('dlnb', () => {
  it('prints its version and its help', async () => {
    using folder = new Folder();
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    expect(await dlnb(folder.path, '--version')).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
    const help = await dlnb(folder.path, '--help');
    expect(help).toMatchObject({ code: 0, stderr: '' });
    for (const command of ['run', 'new', 'export', 'report', 'runs', 'devices'])
      expect(help.stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    expect((await dlnb(folder.path, 'run', '--help')).stdout).toContain('--keep-going');
  });

  it('refuses what it does not know with exit code 2', async () => {
    using folder = new Folder();
    expect((await dlnb(folder.path)).code).toBe(2);
    const unknown = await dlnb(folder.path, 'rum');
    expect([unknown.code, unknown.stdout]).toEqual([2, '']);
    expect(unknown.stderr).toMatch(/^dlnb: unknown command 'rum'.*\n$/);
  });
});

describe('dlnb new', () => {
  it('lists the samples, copies one, and never replaces a file', async () => {
    using folder = new Folder();
    const { code, stdout } = await dlnb(folder.path, 'new');
    expect(code).toBe(0);
    for (const { id, title } of readIndex())
      expect(stdout.split('\n').map((line) => line.trim().split(/ {2,}/))).toContainEqual([id, title]);

    expect(await dlnb(folder.path, 'new', 'perceptron')).toMatchObject({
      code: 0,
      stdout: 'perceptron.dlnb\n',
      stderr: '',
    });
    expect(parseNotebook(folder.read('perceptron.dlnb')).cells.length).toBeGreaterThan(2);
    folder.write('perceptron.dlnb', 'mine');
    expect((await dlnb(folder.path, 'new', 'perceptron')).stdout).toBe('perceptron-2.dlnb\n');
    expect((await dlnb(folder.path, 'new', 'perceptron')).stdout).toBe('perceptron-3.dlnb\n');
    expect(folder.read('perceptron.dlnb')).toBe('mine');
    expect((await dlnb(folder.path, 'new', 'perceptron', 'new/folder')).stdout).toBe(
      `${path.join('new', 'folder', 'perceptron.dlnb')}\n`,
    );
  });

  it('names the samples when it does not know one', async () => {
    using folder = new Folder();
    const { code, stderr } = await dlnb(folder.path, 'new', '../../package');
    expect(code).toBe(2);
    expect(stderr).toMatch(/^dlnb: there is no sample "..\/..\/package". The samples are:\n {2}history /);
  });

  it('proposes the sample that was meant', async () => {
    using folder = new Folder();
    const { stderr } = await dlnb(folder.path, 'new', 'percepton');
    expect(stderr).toMatch(/^dlnb: there is no sample "percepton" \(did you mean "perceptron"\?\)\./);
  });

  it('writes the course into a new folder, and never over anything', async () => {
    using folder = new Folder({ 'mine/notes.txt': 'mine' });
    const index = readIndex();
    const files = [...index.map(({ file }) => file), 'README.md'].sort();
    expect(await dlnb(folder.path, 'new', '--course', 'a/b')).toMatchObject({
      code: 0,
      stdout: `${path.join('a', 'b', 'README.md')}\n`,
      stderr: '',
    });
    expect(readdirSync(folder.file('a/b')).sort()).toEqual(files);
    for (const file of index.map((sample) => sample.file))
      expect(folder.read(`a/b/${file}`)).toBe(readFileSync(path.join(root, 'samples', file), 'utf8'));

    const inside = path.join('mine', 'deep-learning-course');
    expect((await dlnb(folder.path, 'new', '--course', 'mine')).stdout).toBe(`${path.join(inside, 'README.md')}\n`);
    expect(readdirSync(folder.file(inside)).sort()).toEqual(files);
    expect(readdirSync(folder.file('mine')).sort()).toEqual(['deep-learning-course', 'notes.txt']);
  });

  it('writes a model notebook beside others, and lists what it can be made of', async () => {
    using folder = new Folder();
    const make = (...args: string[]) => dlnb(folder.path, 'new', '--model', ...args);
    expect(await make('LeNet-5')).toMatchObject({ code: 0, stdout: 'lenet5-on-digits.dlnb\n', stderr: '' });
    folder.write('lenet5-on-digits.dlnb', 'mine');
    expect((await make('lenet5', '--optimizer', 'sgd')).stdout).toBe('lenet5-on-digits-2.dlnb\n');
    expect(folder.read('lenet5-on-digits.dlnb')).toBe('mine');
    expect(folder.cells('lenet5-on-digits-2.dlnb').some(({ source }) => source.includes('tf.train.sgd('))).toBe(true);
    const there = path.join('new', 'mlp-on-spirals.dlnb');
    expect((await make('mlp', '--data', 'spirals', 'new')).stdout).toBe(`${there}\n`);
    const { stdout } = await dlnb(folder.path, 'new');
    expect(stdout).toMatch(/^ {2}lenet5 +LeNet-5; data: digits, mnist, cifar10$/m);
    expect(stdout).toMatch(/^ {2}optimizers: adam, /m);
  });

  it.each([
    [['--model', 'lenet'], /no architecture "lenet" \(did you mean "lenet5"\?\)\. There are: perceptron, mlp, /],
    [['--model', 'cnn', '--data', 'xor'], /XOR does not fit .* digits, shapes, mnist, cifar10$/],
    [['--model', 'mlp', '--optimizer', 'adams'], /no optimizer "adams" \(did you mean "adam"\?\)/],
    [['perceptron', '--data', 'xor'], /--data and --optimizer .* --model$/],
    [['--course', 'x', '--model', 'mlp'], /--course and --model .* give one of them$/],
    [['--course', 'x', 'y'], /--course takes its folder and nothing else: leave out "y"$/],
    [['--model', 'mlp', 'x', 'y'], /--model takes one folder: leave out "y"$/],
    [['perceptron', 'x', 'y'], /a sample takes one folder: leave out "y"$/],
    [['--model', 'mlp', 'file'], /^dlnb: file: .*folder$/],
    [['--course', 'file'], /^dlnb: file: .*folder$/],
  ])('refuses %j with what to do, and writes nothing', async (args, message) => {
    using folder = new Folder({ file: '' });
    const { code, stdout, stderr } = await dlnb(folder.path, 'new', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(oneLine);
    expect(stderr.trimEnd()).toMatch(message);
    expect(readdirSync(folder.path)).toEqual(['file']);
  });

  it('says so when the folder cannot be written', async () => {
    using folder = new Folder({ file: '' });
    const { code, stderr } = await dlnb(folder.path, 'new', 'perceptron', 'file');
    expect(code).toBe(2);
    expect(stderr).toMatch(oneLine);
  });
});

describe('dlnb export', () => {
  const files = { 'n.dlnb': notebook('const a = 1;'), 'pic.png': 'x' };

  it.each([
    ['ts', /^\/\/ %%\nconst a = 1;\n$/],
    ['ipynb', /"nbformat": 4/],
    ['html', /^<!doctype html>/],
  ])(
    'writes %s beside the notebook and prints the name, and replaces only a file that is named',
    async (to, content) => {
      using folder = new Folder(files);
      expect(await dlnb(folder.path, 'export', 'n.dlnb', '--to', to)).toEqual({
        code: 0,
        signal: null,
        stdout: `n.${to}\n`,
        stderr: '',
      });
      expect(folder.read(`n.${to}`)).toMatch(content);
      folder.write(`n.${to}`, 'mine');
      const again = await dlnb(folder.path, 'export', 'n.dlnb', '--to', to);
      expect([again.code, folder.read(`n.${to}`)]).toEqual([2, 'mine']);
      expect(again.stderr).toBe(`dlnb: n.${to} exists. To replace it, name it: --out n.${to}\n`);
      expect((await dlnb(folder.path, 'export', 'n.dlnb', '--to', to, '--out', `n.${to}`)).code).toBe(0);
      expect(folder.read(`n.${to}`)).toMatch(content);
      expect((await dlnb(folder.path, 'export', 'n.dlnb', '--to', to, '--out', '-')).stdout).toMatch(content);
    },
  );

  it('embeds pictures from beside the notebook', async () => {
    using folder = new Folder({
      ...files,
      'pic.gif': 'GIF89a',
      'm.dlnb': '{"dlnb":1,"cells":[{"kind":"markdown","source":"![p](pic.gif) ![key](pic.png)"}]}',
    });
    // The other is no picture, whatever its name is
    expect((await dlnb(folder.path, 'export', 'm.dlnb', '--to', 'html', '--out', '-')).stdout).toContain(
      '<img src="data:image/gif;base64,R0lGODlh" alt="p"> <em>key</em>',
    );
  });

  it('embeds the fonts of formulas, where there are any', async () => {
    using folder = new Folder({ ...files, 'm.dlnb': '{"dlnb":1,"cells":[{"kind":"markdown","source":"$x^2$"}]}' });
    const page = (await dlnb(folder.path, 'export', 'm.dlnb', '--to', 'html', '--out', '-')).stdout;
    expect(page).toMatch(/font-family:"?KaTeX_Math"?[^}]*src:url\(data:font\/woff2;base64,d09GM/);
    expect(page).not.toMatch(/url\((?!data:)/);
    expect((await dlnb(folder.path, 'export', 'n.dlnb', '--to', 'html', '--out', '-')).stdout).not.toContain(
      '@font-face',
    );
  });

  it('says in one line what is wrong', async () => {
    using folder = new Folder(files);
    for (const args of [
      ['n.dlnb'],
      ['n.dlnb', '--to', 'pdf'],
      ['no.dlnb', '--to', 'ts'],
      ['--to', 'ts'],
      ['n.dlnb', '--to', 'ts', '--out', 'no/x.ts'],
    ]) {
      const { code, stderr } = await dlnb(folder.path, 'export', ...args);
      expect(code).toBe(2);
      expect(stderr).toMatch(oneLine);
    }
    expect(existsSync(folder.file('n.ts'))).toBe(false);
  });

  it('makes one page of several notebooks', async () => {
    using folder = new Folder({ 'a.dlnb': notebook("'first'"), 'b.dlnb': notebook("'second'") });
    expect((await dlnb(folder.path, 'report', 'a.dlnb', 'b.dlnb', '--out', 'r.html')).code).toBe(0);
    expect(folder.read('r.html')).toMatch(/href="#n1">a<[^]*href="#n2">b<[^]*first[^]*second/);
    expect((await dlnb(folder.path, 'report', 'a.dlnb')).code).toBe(2);
  });
});

describe('dlnb devices', () => {
  it('says which device is taken and why others are not', async () => {
    using folder = new Folder();
    const { code, stdout, stderr } = await dlnb(folder.path, 'devices');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^(cpu|webgpu|cuda) +taken: \S/m);
    expect(stdout).toContain(process.version);
    const state = JSON.parse((await dlnb(folder.path, 'devices', '--json')).stdout) as {
      device: string;
      refused: { device: string; reason: string }[];
    };
    const named = [state.device, ...state.refused.map(({ device }) => device)];
    expect(named).toContain('cpu');
    for (const { reason } of state.refused) expect(reason.length).toBeGreaterThan(10);
    expect((await dlnb(folder.path, 'devices', '--device', 'cpu', '--json')).stdout).toContain('"device": "cpu"');
  });
});
