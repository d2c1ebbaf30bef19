// `dlnb course` and `dlnb site`: from cells that run to the progress of a course and its pages.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dlnb, Folder, notebook } from './cli.ts';

const cells = [
  "import { check, exercise } from 'dlnb';\ncheck(1 + 1 === 2, 'sums work');\ncheck.close(2, 2, 'numbers too');",
  "await exercise('one', (n: number) => n === 1).try(1);",
  "import { exercise } from 'dlnb';\nawait exercise('two', (n: number) => n === 2).try(1);",
  "check.result('MNIST-1D', { model: 'small', parameters: 1234, error: 5.26, epochs: 3, note: 'a note' });",
];

describe('the command line', () => {
  it('prints the progress of the notebooks of a folder in the order of its README.md', async () => {
    using folder = new Folder({
      'a.dlnb': notebook('1'),
      'b.dlnb': notebook(...cells),
      'broken.dlnb': '{',
      'README.md': '# My course\n[b](b.dlnb)',
    });
    expect(await dlnb(folder.path, 'run', 'b.dlnb', '--device', 'cpu', '--out', 'b.dlnb')).toMatchObject({ code: 0 });
    const { code, stdout } = await dlnb(folder.path, 'course');
    expect(code).toBe(0);
    const lines = stdout.split('\n').map((line) => line.replace(/ {2,}/g, ' | '));
    expect(lines.slice(0, 4)).toEqual([
      'NOTEBOOK | CLAIMS | EXERCISES',
      'b.dlnb | 2 held | 1 of 2',
      'a.dlnb | not run | –',
      'broken.dlnb | cannot be read | –',
    ]);
    expect(stdout).toContain('1 of 3 notebooks have run, 2 claims held, 1 of 2 exercises solved');
    expect(stdout).toMatch(/broken\.dlnb, line 1/);
    expect(lines.slice(-4)).toEqual([
      'MNIST-1D',
      'MODEL | NOTEBOOK | PARAMETERS | EPOCHS | ERROR | NOTE',
      'small | b.dlnb | 1,234 | 3 | 5.3 % | a note',
      '',
    ]);
    const json = JSON.parse((await dlnb(folder.path, 'course', '.', '--json')).stdout) as {
      notebooks: { exercises: unknown }[];
    };
    expect(json.notebooks[0]!.exercises).toEqual([
      { name: 'one', solved: true },
      { name: 'two', solved: false },
    ]);
  });

  it('writes a site, again over its own, and never over another', async () => {
    using folder = new Folder({ 'a.dlnb': notebook('1'), 'README.md': '# My course' });
    for (let i = 0; i < 2; i++)
      expect(await dlnb(folder.path, 'site', '--out', 'public')).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(folder.file('public')).sort()).toEqual(['a.html', 'index.html']);
    expect(readFileSync(folder.file('public/index.html'), 'utf8')).toContain('<h1>My course</h1>');
    writeFileSync(folder.file('index.html'), 'mine');
    expect(await dlnb(folder.path, 'site', '--out', '.')).toMatchObject({ code: 2 });
    expect(readFileSync(folder.file('index.html'), 'utf8')).toBe('mine');
    expect(existsSync(folder.file('a.html'))).toBe(false);
  });

  it('says that there is no notebook', async () => {
    using folder = new Folder({ 'x.txt': '' });
    for (const args of [['course'], ['site', '--out', 'public']]) {
      const { code, stderr } = await dlnb(folder.path, ...args);
      expect([code, stderr]).toEqual([2, 'dlnb: there is no .dlnb notebook in .\n']);
    }
    expect(await dlnb(folder.path, 'course', 'gone')).toMatchObject({ code: 2, stderr: 'dlnb: gone: no such file\n' });
  });
});
