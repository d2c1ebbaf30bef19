// Progress bars and trainings on a terminal and in a file.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TRAINING } from '../../kernel/wire/mime.ts';
import { root } from '../paths.ts';
import { dlnb, Folder, notebook } from './cli.ts';

const cells = notebook(
  "import { progress, train } from 'dlnb';\nfor await (const i of progress(12, { label: 'loop' })) await new Promise((r) => setTimeout(r, 40));",
  "const run = train.record('mine');\nfor await (const i of run.steps(12)) { run.step({ loss: 1 / (i + 1) }); await new Promise((r) => setTimeout(r, 40)); }",
  'for (const i of progress(9)) if (i === 3) break;',
);

describe('a run with progress', () => {
  it('into a file has a line for each bar and training, when it has ended', async () => {
    using folder = new Folder({ 'n.dlnb': cells });
    const { code, stdout, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'out.dlnb');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^loop 100 % ▕█{24}▏ 12\/12 · [\d.]+\/s · 0\.\d s$/),
      'Training',
      expect.stringMatching(/^mine: step 12\/12 · loss 0.08333 · [\d.]+ steps\/s · 0\.\d s$/),
      expect.stringMatching(/^ 33 % ▕█{8} +▏ 3\/9 · 0\.0 s · stopped$/),
      '',
    ]);
    const [, training] = folder.cells('out.dlnb');
    expect(training!.outputs).toHaveLength(1);
    expect(training!.outputs[0]!.items[0]).toMatchObject({
      mime: TRAINING,
      json: { runs: [{ state: 'done', steps: 12 }] },
    });
  });

  it('leaves nothing that is running: neither in the executed copy nor in an export of a file that says so', async () => {
    const loop = (n: number) =>
      `import { train } from 'dlnb'; const run = train.record('r'); (async () => { for (const e of run.epochs(${n})) { run.step({ loss: 1 }); await new Promise((r) => setTimeout(r, 5)); } })(); await new Promise((r) => setTimeout(r, 100));`;
    using folder = new Folder({ 'n.dlnb': notebook(`${loop(9000)} process.exit(0)`) });
    await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'out.dlnb');
    const { items } = folder.cells('out.dlnb')[0]!.outputs[0]!;
    expect(items[0]).toMatchObject({ mime: TRAINING, json: { runs: [{ state: 'interrupted' }] } });
    folder.write('old.dlnb', folder.read('out.dlnb').replaceAll('"interrupted"', '"running"'));
    const { code } = await dlnb(folder.path, 'export', 'old.dlnb', '--to', 'html', '--out', 'old.html');
    expect(code).toBe(0);
    expect(folder.read('old.html')).toContain('"state":"interrupted"');
    expect(folder.read('old.html')).not.toContain('"state":"running"');
  });

  // A terminal of its own, from util-linux
  it.skipIf(process.platform !== 'linux')('on a terminal rewrites one line meanwhile', () => {
    using folder = new Folder({ 'n.dlnb': cells });
    const command = `${process.execPath} ${path.join(root, 'dist/cli.js')} run n.dlnb`;
    const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: folder.path,
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    // What stands between two returns of the carriage was seen; what ends with a line break stays
    const live = stdout.split('\r').filter((part) => part.startsWith('\x1b[K['));
    const percents = live.flatMap((line) => /cell 1, .*loop +(\d+) %/.exec(line)?.[1] ?? []).map(Number);
    expect(percents.length).toBeGreaterThan(2);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(live.filter((line) => /cell 2, .*mine: step \d+\/12 · loss/.test(line)).length).toBeGreaterThan(2);
    const kept = stdout.split('\n').map((line) => line.split('\x1b[K').at(-1)!.trim());
    expect(kept.filter((line) => /^loop 100 %/.test(line))).toHaveLength(1);
  });
});
