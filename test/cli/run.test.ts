// `dlnb run`: what it prints and where, exit codes, the executed copy, and every way in which a run can end early.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { STDOUT } from '../../kernel/wire/mime.ts';
import { parseNotebook } from '../../kernel/notebook/format/index.ts';
import { dist } from '../paths.ts';
import { dlnb, Folder, notebook, start } from './cli.ts';

const stale = [{ items: [{ mime: 'text/plain', text: 'STALE' }] }];
const texts = (folder: Folder, name: string) =>
  folder
    .cells(name)
    .map(({ outputs }) => outputs.map(({ items }) => ('text' in items[0]! ? items[0].text : items[0]!.mime)));

describe('a run that goes well', () => {
  it('prints text to the streams it was written to, values to stdout, and nothing else', async () => {
    using folder = new Folder({
      'n.dlnb': notebook(
        "console.log('out');\nconsole.error('err');\n6 * 7",
        "process.stdout.write('no newline');\n({ a: 1 })",
        '// nothing',
      ),
    });
    expect(await dlnb(folder.path, 'run', 'n.dlnb')).toEqual({
      code: 0,
      signal: null,
      stdout: 'out\n42\nno newline\n{ a: 1 }\n',
      stderr: 'err\n',
    });
    expect(readdirSync(folder.path)).toEqual(['n.dlnb']);
  });

  it('prints text as it comes, not at the end', async () => {
    using folder = new Folder({
      'n.dlnb': notebook("console.log('early');\nawait new Promise((r) => setTimeout(r, 60_000));"),
    });
    const run = start(folder.path, ['run', 'n.dlnb']);
    await run.says('early');
    expect(run.child.exitCode).toBeNull();
    run.child.kill('SIGTERM');
    await run.result;
  });

  it('runs in the folder of the notebook', async () => {
    using folder = new Folder({
      'sub/n.dlnb': notebook("import { readFileSync } from 'node:fs';\nreadFileSync('data.txt', 'utf8')"),
      'sub/data.txt': 'beside',
    });
    expect((await dlnb(folder.path, 'run', 'sub/n.dlnb')).stdout).toBe("'beside'\n");
  });

  it('writes the same bytes again, with unknown keys and Markdown as they were', async () => {
    const nb = JSON.parse(notebook('Math.sqrt(2)', "console.log(new Error('here').stack);")) as { cells: object[] };
    nb.cells.unshift({ id: 'm', kind: 'markdown', source: ['# T'], mine: 1 });
    using folder = new Folder({ 'n.dlnb': JSON.stringify({ ...nb, metadata: { k: 12 }, other: [1] }) });
    expect((await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'a.dlnb')).code).toBe(0);
    expect((await dlnb(folder.path, 'run', 'a.dlnb', '--out', 'a.dlnb')).code).toBe(0);
    expect((await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'b.dlnb')).code).toBe(0);
    expect(folder.read('b.dlnb')).toBe(folder.read('a.dlnb'));
    expect(folder.read('a.dlnb')).not.toContain(folder.path);
    expect(parseNotebook(folder.read('a.dlnb'))).toMatchObject({
      metadata: { k: 12 },
      extra: { other: [1] },
      cells: [{ extra: { mine: 1 } }, {}, {}],
    });
    expect(readdirSync(folder.path).sort()).toEqual(['a.dlnb', 'b.dlnb', 'n.dlnb']);
  });

  it('keeps the permissions of the file it replaces, and the link that leads to it', async () => {
    using folder = new Folder({ 'real.dlnb': notebook('1') });
    chmodSync(folder.file('real.dlnb'), 0o640);
    symlinkSync('real.dlnb', folder.file('link.dlnb'));
    expect((await dlnb(folder.path, 'run', 'link.dlnb', '--out', 'link.dlnb')).code).toBe(0);
    expect(lstatSync(folder.file('link.dlnb')).isSymbolicLink()).toBe(true);
    expect(statSync(folder.file('real.dlnb')).mode & 0o777).toBe(0o640);
    expect(texts(folder, 'real.dlnb')).toEqual([['1']]);
  });

  it('leaves cells of other languages and their outputs alone, and says so', async () => {
    const nb = {
      dlnb: 1,
      cells: [
        { id: 'p', kind: 'code', language: 'python', source: 'print(1)', outputs: stale },
        { id: 'j', kind: 'code', language: 'javascript', source: '2' },
      ],
    };
    using folder = new Folder({ 'n.dlnb': JSON.stringify(nb) });
    const { code, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'o.dlnb');
    expect([code, stderr]).toEqual([
      0,
      'dlnb: cell 1 is not run: its language is python, not typescript or javascript.\n',
    ]);
    expect(texts(folder, 'o.dlnb')).toEqual([['STALE'], ['2']]);
  });

  it('takes an empty file as an empty notebook', async () => {
    using folder = new Folder({ 'n.dlnb': '' });
    expect(await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'o.dlnb')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
    expect(parseNotebook(folder.read('o.dlnb')).cells).toEqual([]);
  });

  it('prints one JSON document with --json, and text to stderr', async () => {
    using folder = new Folder({
      'n.dlnb': notebook(
        "console.log('text');\n1",
        "import * as tf from '@tensorflow/tfjs';\ntf.scalar(3).dataSync()[0]",
      ),
    });
    const { code, stdout, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--json', '--device', 'cpu');
    expect(code).toBe(0);
    expect(stderr).toBe('text\n1\n3\n');
    const number = expect.any(Number) as number;
    expect(JSON.parse(stdout)).toEqual({
      file: 'n.dlnb',
      status: 'ok',
      ms: number,
      node: process.version,
      device: {
        device: 'cpu',
        detail: expect.stringContaining('WebAssembly') as string,
        refused: expect.any(Array) as unknown[],
      },
      cells: [
        {
          id: 'c1',
          number: 1,
          status: 'ok',
          ms: number,
          outputs: [
            { mimes: [STDOUT], text: 'text\n' },
            { mimes: ['text/plain'], text: '1' },
          ],
        },
        { id: 'c2', number: 2, status: 'ok', ms: number, outputs: [{ mimes: ['text/plain'], text: '3' }] },
      ],
    });
  });

  it('goes on when the reader of its output has enough', async () => {
    using folder = new Folder({
      'n.dlnb': notebook('for (let i = 0; i < 9000; i++) console.log(`a long enough line ${i}`);', "'second'"),
    });
    const shell = spawn(
      'bash',
      ['-c', '"$0" "$1" run n.dlnb --out o.dlnb | head -1', process.execPath, path.join(dist, 'cli.js')],
      { cwd: folder.path },
    );
    let stderr = '';
    shell.stderr.on('data', (d) => (stderr += String(d)));
    await new Promise((r) => shell.once('close', r));
    expect(stderr).toBe('');
    expect(texts(folder, 'o.dlnb')[1]).toEqual(["'second'"]);
  });
});

describe('a run with a failing cell', () => {
  const failing = notebook(
    "console.log('before');\n'shown'",
    'const x: number = 1;\n\nfunction f() {\n  throw new TypeError(`bad ${x}`);\n}\nf();',
    "'after'",
  );

  it('stops there, with the error on stderr and exit code 1, and writes what was executed', async () => {
    const nb = JSON.parse(failing) as { cells: { outputs: unknown[] }[] };
    nb.cells[2]!.outputs = stale;
    using folder = new Folder({ 'n.dlnb': JSON.stringify(nb) });
    const { code, stdout, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'o.dlnb');
    expect([code, stdout]).toEqual([1, "before\n'shown'\n"]);
    expect(stderr).toMatch(/^TypeError: bad 1\n\ncell 2, line 4, in f:\n/);
    expect(stderr).toContain('> 4 |   throw new TypeError(`bad ${x}`);');
    expect(stderr).toMatch(/\ndlnb: cell 2 failed\. 1 cell was not run\. \(--keep-going runs them\.\)\n$/);
    const [first, second, third] = texts(folder, 'o.dlnb');
    expect(first).toEqual(['before\n', "'shown'"]);
    expect(second).toEqual(['application/vnd.dlnb.error+json']);
    expect(third).toEqual([]);
  });

  it('goes on with --keep-going, and still exits 1', async () => {
    using folder = new Folder({ 'n.dlnb': failing });
    const { code, stdout, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--keep-going', '--json');
    expect(code).toBe(1);
    expect((JSON.parse(stdout) as { cells: { status: string }[] }).cells.map(({ status }) => status)).toEqual([
      'ok',
      'error',
      'ok',
    ]);
    expect(stderr).toContain("'after'\n");
  });

  it('exits 1 for an error that comes after the last cell, and shows it in the cell that made it', async () => {
    using folder = new Folder({ 'n.dlnb': notebook("void setTimeout(() => { throw new Error('late'); }, 20);", '2') });
    const { code, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'o.dlnb');
    expect(code).toBe(1);
    expect(stderr).toMatch(/Error: .*late/);
    expect(texts(folder, 'o.dlnb')).toEqual([['application/vnd.dlnb.error+json'], ['2']]);
  });

  it('says why the kernel ended, and takes a fresh one for the cells that follow', async () => {
    using folder = new Folder({ 'n.dlnb': notebook('var kept = 1;\nprocess.exit(3);', 'typeof kept') });
    const { code, stdout, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--keep-going', '--out', 'o.dlnb');
    expect([code, stdout]).toEqual([1, "'undefined'\n"]);
    expect(stderr).toContain('process.exit(3) was called');
    expect(texts(folder, 'o.dlnb')[0]).toEqual(['application/vnd.dlnb.error+json']);
  });

  it('says so when the kernel is killed from outside', async () => {
    using folder = new Folder({
      'n.dlnb': notebook("process.kill(process.pid, 'SIGKILL');\nawait new Promise(() => {});", '1'),
    });
    const { code, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'o.dlnb');
    expect(code).toBe(1);
    expect(stderr).toContain('ended by SIGKILL (killed from outside');
    expect(existsSync(folder.file('o.dlnb'))).toBe(true);
  });
});

describe('a run that is ended', () => {
  it.each([
    ['a loop', 'while (true) {}'],
    ['a wait', 'await new Promise(() => {});'],
    ['a stubborn cell', 'for (;;) { try { while (true) {} } catch {} }'],
  ])('by --timeout in %s: writes what was executed and exits 1 with one clear line', async (_, source) => {
    using folder = new Folder({ 'n.dlnb': notebook("'first'", `console.log('begun');\n${source}`, "'third'") });
    const { code, stdout, stderr } = await dlnb(
      folder.path,
      'run',
      'n.dlnb',
      '--timeout',
      '1.5',
      '--out',
      'o.dlnb',
      '--keep-going',
    );
    expect([code, stdout]).toEqual([1, "'first'\nbegun\n"]);
    expect(stderr).toMatch(/dlnb: the time of 1\.5 s \(--timeout\) is over in cell 2\. 1 cell was not run\.\n$/);
    const [first, second, third] = texts(folder, 'o.dlnb');
    expect([first, second!.slice(0, 1), third]).toEqual([["'first'"], ['begun\n'], []]);
  });

  it.each([
    ['loop', 'while (true) {}'],
    ['wait', 'await new Promise(() => {});'],
  ])('by Ctrl+C in a %s: writes what was executed and exits 130', async (_, source) => {
    using folder = new Folder({ 'n.dlnb': notebook(`console.log('begun');\n${source}`, '2') });
    const run = start(folder.path, ['run', 'n.dlnb', '--out', 'o.dlnb']);
    await run.says('begun');
    // As a terminal does: to the whole group, the kernel too
    process.kill(-run.child.pid!, 'SIGINT');
    const { code, stderr } = await run.result;
    expect(code).toBe(130);
    expect(stderr).toMatch(/dlnb: ended by SIGINT in cell 1\. 1 cell was not run\.\n$/);
    expect(texts(folder, 'o.dlnb')[0]![0]).toBe('begun\n');
    expect(stderr).not.toContain('Kernel ended');
  });

  it('by a second Ctrl+C, at once, where the first cannot reach the cell', async () => {
    // A native call that waits for a program that does not hear Ctrl+C
    const source =
      "import { spawnSync } from 'node:child_process';\nconsole.log('begun');\nawait new Promise((r) => setTimeout(r, 100));\nspawnSync('sh', ['-c', 'trap \"\" INT; exec sleep 8']);";
    using folder = new Folder({ 'n.dlnb': notebook(source) });
    const run = start(folder.path, ['run', 'n.dlnb', '--out', 'o.dlnb']);
    await run.says('begun');
    await new Promise((r) => setTimeout(r, 300));
    process.kill(-run.child.pid!, 'SIGINT');
    await new Promise((r) => setTimeout(r, 300));
    const second = performance.now();
    process.kill(-run.child.pid!, 'SIGINT');
    expect((await run.result).code).toBe(130);
    expect(performance.now() - second).toBeLessThan(1500);
    expect(texts(folder, 'o.dlnb')[0]![0]).toBe('begun\n');
  });

  it('before a cell ran: leaves the notebook with the outputs it has', async () => {
    const nb = JSON.parse(notebook('1')) as { cells: { outputs: unknown[] }[] };
    nb.cells[0]!.outputs = stale;
    using folder = new Folder({ 'n.dlnb': JSON.stringify(nb) });
    expect((await dlnb(folder.path, 'run', 'n.dlnb', '--timeout', '0.001', '--out', 'n.dlnb')).code).toBe(1);
    expect(texts(folder, 'n.dlnb')).toEqual([['STALE']]);
  });
});

describe('a run that cannot begin', () => {
  const refused = async (folder: Folder, ...args: string[]) => {
    const { code, stdout, stderr } = await dlnb(folder.path, 'run', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^dlnb: [^\n]+\n$/);
    return stderr;
  };

  it('says in one line what is wrong with the arguments', async () => {
    using folder = new Folder({ 'n.dlnb': notebook('1') });
    expect(await refused(folder)).toContain("missing required argument 'file'");
    expect(await refused(folder, 'n.dlnb', '--nope')).toContain("unknown option '--nope'");
    expect(await refused(folder, 'n.dlnb', '--device', 'tpu')).toContain('Allowed choices are auto, cpu, webgpu, cuda');
    expect(await refused(folder, 'n.dlnb', '--timeout', '-1')).toContain('greater than 0');
    expect(await refused(folder, 'n.dlnb', '--timeout', 'soon')).toContain('greater than 0');
    expect(await refused(folder, 'n.dlnb', 'm.dlnb')).toContain('too many arguments');
  });

  it('says in one line what is wrong with the file, with its place', async () => {
    using folder = new Folder({
      'bad.dlnb': '{\n  "dlnb": 1,\n  "cells": [}\n',
      'new.dlnb': '{"dlnb":9}',
      'n.dlnb': notebook('1'),
    });
    mkdirSync(folder.file('folder'));
    expect(await refused(folder, 'missing.dlnb')).toBe('dlnb: missing.dlnb: no such file\n');
    expect(await refused(folder, 'folder')).toContain('this is a folder, not a notebook');
    expect(await refused(folder, 'bad.dlnb')).toContain('bad.dlnb, line 3, column 13: expected a value, found "}"');
    expect(await refused(folder, 'new.dlnb')).toContain('format version 9, newer than');
    expect(await refused(folder, 'n.dlnb', '--out', 'folder')).toContain('folder is a folder; name a file');
    expect(await refused(folder, 'n.dlnb', '--out', 'no/such/o.dlnb')).toContain('there is no folder');
  });
});
