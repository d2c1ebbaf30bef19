// `dlnb run` of cells that ask for input: from a pipe, from nobody; and what it prints to a pipe.
import { describe, expect, it } from 'vitest';
import { dlnb, Folder, notebook, start } from './cli.ts';

const readline =
  "import readline from 'node:readline/promises';\nconst rl = readline.createInterface({ input: process.stdin, output: process.stdout });\n";

describe('input from a pipe', () => {
  it('answers prompt, confirm, readline and process.stdin, a line each', async () => {
    using folder = new Folder({
      'n.dlnb': notebook(
        "prompt('name?', 'Bob')",
        "prompt('city?', 'Rome')",
        "confirm('sure?')",
        `${readline}const age = await rl.question('age? '); rl.close();\nage`,
        "let all = '';\nfor await (const piece of process.stdin) all += piece;\nall",
      ),
    });
    const { code, stdout, stderr } = await start(
      folder.path,
      ['run', 'n.dlnb', '--out', 'o.dlnb'],
      {},
      'Ada\n\ny\n36\nrest\nend',
    ).result;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe(
      "name? [Bob] Ada\n'Ada'\ncity? [Rome] \n'Rome'\nsure? [y/N] y\ntrue\nage? 36\n'36'\nrest\nend\n'rest\\nend\\n'\n",
    );
    expect(folder.cells('o.dlnb')[0]!.outputs[0]!.items[0]).toMatchObject({ text: 'name? [Bob] Ada\n' });
  });

  it.each([
    ['prompt', "\nprompt('name?')", [], 'prompt() asks for input and nobody can answer: there is no input'],
    [
      'prompt with --no-input',
      "\nprompt('name?')",
      ['--no-input'],
      'prompt() asks for input and nobody can answer: --no-input',
    ],
    ['readline', `${readline.split('\n').join(' ')}\nawait rl.question('? ')`, [], 'rl.question() asks for input'],
    ['process.stdin', "\nawait new Promise((r) => process.stdin.once('data', r))", [], 'process.stdin asks for input'],
  ])('that is empty is an error at the line of %s, and never a hang', async (_, source, args, message) => {
    using folder = new Folder({ 'n.dlnb': notebook(source) });
    const { code, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', ...args);
    expect(code).toBe(1);
    expect(stderr).toContain(message);
    expect(stderr).toContain('cell 1, line 2');
  });

  it('that ends too early says after how many lines', async () => {
    using folder = new Folder({ 'n.dlnb': notebook("prompt('a'); prompt('b')") });
    const { code, stderr } = await start(folder.path, ['run', 'n.dlnb'], {}, 'one\n').result;
    expect([code, stderr.includes('the input has ended after 1 line;')]).toEqual([1, true]);
  });
});

describe('at the end', () => {
  it('waits for what still runs, keeps its output, and its errors make exit code 1', async () => {
    using folder = new Folder({
      'n.dlnb': notebook(
        "setTimeout(() => console.log('late'), 400);\nvoid (async () => { await new Promise((r) => setTimeout(r, 600)); throw new Error('later'); })();",
        '1',
      ),
    });
    const { code, stdout, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'o.dlnb');
    expect([code, stdout]).toEqual([1, '1\nlate\n']);
    expect(stderr).toContain('later');
    expect(JSON.stringify(folder.cells('o.dlnb'))).toMatch(/late\\n.*later/);
  });

  it('does not wait for threads of the kernel: those of the device and of pictures', async () => {
    using folder = new Folder({
      'own.dlnb': notebook(
        "import * as tf from '@tensorflow/tfjs';\ntf.ones([300, 300]).matMul(tf.ones([300, 300])).sum().dataSync()",
        "import { viz } from 'dlnb';\nviz.line([1, 2, 3])",
      ),
    });
    const { code, stderr } = await dlnb(folder.path, 'run', 'own.dlnb', '--device', 'cpu');
    expect([code, stderr]).toEqual([0, '']);
  });

  it('says what it waits for, and gives up after --wait seconds', async () => {
    using folder = new Folder({
      'n.dlnb': notebook(
        "import http from 'node:http';\nhttp.createServer().listen(0, '127.0.0.1');\nsetInterval(() => {}, 500);\n1",
      ),
    });
    const { code, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--wait', '1.5');
    expect(code).toBe(0);
    expect(stderr).toBe(
      'dlnb: all cells have run; waiting for a server, a timer, 1.5 s at most (--wait).\n' +
        'dlnb: after 1.5 s (--wait), ended without waiting for a server, a timer any longer.\n',
    );
    const started = performance.now();
    expect((await dlnb(folder.path, 'run', 'n.dlnb', '--wait', '0')).stderr).toBe('');
    expect(performance.now() - started).toBeLessThan(8000);
  });

  it('does not wait for promises that nothing will settle, nor for the library', async () => {
    using folder = new Folder({
      'n.dlnb': notebook(
        "import * as tf from '@tensorflow/tfjs';\nvoid new Promise(() => {});\nawait tf.ready(); (await tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])).data())[0]",
      ),
    });
    const { code, stderr } = await dlnb(folder.path, 'run', 'n.dlnb');
    expect([code, stderr]).toEqual([0, '']);
  });

  it('is ended by Ctrl+C', async () => {
    using folder = new Folder({ 'n.dlnb': notebook('setInterval(() => {}, 100);\n1') });
    const run = start(folder.path, ['run', 'n.dlnb', '--wait', '60']);
    await run.says('waiting for a timer');
    process.kill(-run.child.pid!, 'SIGINT');
    expect((await run.result).code).toBe(130);
  });

  it('tells of a process.exit that comes late', async () => {
    using folder = new Folder({ 'n.dlnb': notebook('setTimeout(() => process.exit(3), 200);\n1') });
    const { code, stderr } = await dlnb(folder.path, 'run', 'n.dlnb');
    expect([code, stderr.includes('process.exit(3) was called')]).toEqual([1, true]);
  });
});

describe('text in a pipe', () => {
  it('has no colors, and lines that were drawn anew once; the executed copy keeps the colors', async () => {
    using folder = new Folder({
      'n.dlnb': notebook(
        "import { styleText } from 'node:util';\nconsole.log(styleText('red', 'red'));",
        'for (let i = 0; i <= 20; i++) { process.stdout.write(`\\x1b[2K\\x1b[Gstep ${i}`); await new Promise((r) => setTimeout(r, 40)); }\nconsole.log();',
      ),
    });
    const env = { FORCE_COLOR: undefined, NO_COLOR: undefined };
    const { stdout } = await start(folder.path, ['run', 'n.dlnb', '--out', 'o.dlnb'], env).result;
    expect(stdout).toBe('red\nstep 0\rstep 20\n');
    expect(folder.cells('o.dlnb').map(({ outputs }) => outputs[0]!.items[0])).toMatchObject([
      { text: '\x1b[31mred\x1b[39m\n' },
      { text: 'step 20\n' },
    ]);
  });
});
