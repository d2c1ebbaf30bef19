// The folder that `npm run bench -- bundle` makes: small enough to carry, and of use on a machine that has nothing of
// ours.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeBundle } from '../bench/bundle.mts';

const dir = mkdtempSync(path.join(tmpdir(), 'dlnb-bundle-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const runsHere = process.platform === 'linux' && process.arch === 'x64';

it.skipIf(!runsHere)(
  'is below 60 MB, and runs in an empty environment without Node',
  { timeout: 400_000 },
  async () => {
    const bundle = path.join(dir, 'bundle');
    await makeBundle(bundle);
    const bytes = readdirSync(bundle).reduce((sum, name) => sum + statSync(path.join(bundle, name)).size, 0);
    expect(bytes).toBeLessThan(60e6);

    const [programs, elsewhere, out] = ['bin', 'elsewhere', 'out'].map((name) => path.join(dir, name)) as [
      string,
      string,
      string,
    ];
    for (const folder of [programs, elsewhere]) mkdirSync(folder);
    for (const from of ['/bin', '/usr/bin'])
      for (const name of ['sh', 'cat', 'dirname', 'grep', 'mkdir', 'mktemp', 'python3', 'rm', 'tar', 'xz'])
        if (statSync(path.join(from, name), { throwIfNoEntry: false }) && !readdirSync(programs).includes(name))
          symlinkSync(path.join(from, name), path.join(programs, name));
    const args = ['--adapter', 'null', '--only', 'LeNet', '--impl', 'stock,webgpu', '--rounds', '1'];
    const options = { cwd: elsewhere, env: { PATH: programs, OUT: out }, encoding: 'utf8' as const };
    const printed = execFileSync(path.join(bundle, 'run.sh'), args, options);

    const { rows } = JSON.parse(readFileSync(path.join(out, 'gpu.json'), 'utf8')) as {
      rows: { impl: string; ms: number | null; dispatches?: number; note?: string }[];
    };
    expect(rows.map(({ impl, ms }) => [impl, ms !== null])).toEqual([
      ['stock', true],
      ['webgpu', true],
    ]);
    expect(rows[0]!.dispatches).toBeGreaterThan(2 * rows[1]!.dispatches!);
    expect(printed).toContain(readFileSync(path.join(out, 'gpu.txt'), 'utf8'));
    expect(readdirSync(elsewhere)).toEqual([]);
  },
);
