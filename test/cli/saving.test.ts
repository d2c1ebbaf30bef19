// Where results go: devices, pipes, links, folders and disks that take nothing, edits made meanwhile. What a run made is
// never lost, and what was there is not replaced by something else.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { dist, testedNode } from '../paths.ts';
import { dlnb, Folder, notebook, start } from './cli.ts';

const quick = notebook('6 * 7');
/** Whether this user may mount: small disks, read-only folders and files that cannot be renamed. */
const canMount = (() => {
  using folder = new Folder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder.path], { stdio: 'ignore' });
    execFileSync('umount', [folder.path]);
    return true;
  } catch {
    return false;
  }
})();
class Mount implements Disposable {
  private readonly at: string;
  constructor(at: string, ...args: string[]) {
    this.at = at;
    execFileSync('mount', [...args, at]);
  }
  [Symbol.dispose](): void {
    execFileSync('umount', ['-l', this.at]);
  }
}
const executed = (text: string) => text.includes('"outputs"') && text.includes('42');
const parts = (folder: Folder) => readdirSync(folder.path).filter((name) => name.endsWith('.part'));

describe('--out', () => {
  it('writes to a pipe, and leaves it one', async () => {
    using folder = new Folder({ 'n.dlnb': quick });
    execFileSync('mkfifo', [folder.file('pipe')]);
    const reader = spawn('cat', [folder.file('pipe')], { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    reader.stdout.on('data', (data) => (text += String(data)));
    const closed = new Promise((r) => reader.once('close', r));
    expect(await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'pipe')).toMatchObject({ code: 0, stderr: '' });
    await closed;
    expect(executed(text)).toBe(true);
    expect(lstatSync(folder.file('pipe')).isFIFO()).toBe(true);
  });

  it.runIf(process.getuid?.() === 0)('writes to a device, and leaves it one', async () => {
    using folder = new Folder({ 'n.dlnb': quick });
    execFileSync('mknod', [folder.file('null'), 'c', '1', '3']);
    expect(await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'null')).toMatchObject({ code: 0, stderr: '' });
    expect(lstatSync(folder.file('null')).isCharacterDevice()).toBe(true);
  });

  it('follows links, also to a file that does not exist yet', async () => {
    using folder = new Folder({ 'n.dlnb': quick });
    mkdirSync(folder.file('real'));
    symlinkSync('real/new.dlnb', folder.file('b.dlnb'));
    symlinkSync('b.dlnb', folder.file('a.dlnb'));
    expect((await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'a.dlnb')).code).toBe(0);
    expect(lstatSync(folder.file('a.dlnb')).isSymbolicLink() && lstatSync(folder.file('b.dlnb')).isSymbolicLink()).toBe(
      true,
    );
    expect(executed(folder.read('real/new.dlnb'))).toBe(true);
  });

  it('keeps the other names, the permissions and the owner of a file', async () => {
    using folder = new Folder({
      'n.dlnb': quick,
      'a.dlnb': 'old',
      'c.dlnb': 'old, and longer than what comes'.repeat(500),
    });
    linkSync(folder.file('a.dlnb'), folder.file('b.dlnb'));
    linkSync(folder.file('c.dlnb'), folder.file('d.dlnb'));
    chmodSync(folder.file('a.dlnb'), 0o640);
    if (process.getuid?.() === 0) execFileSync('chown', ['65534:65534', folder.file('a.dlnb')]);
    const { uid } = statSync(folder.file('a.dlnb'));
    for (const out of ['a.dlnb', 'c.dlnb'])
      expect((await dlnb(folder.path, 'run', 'n.dlnb', '--out', out)).code).toBe(0);
    expect(executed(folder.read('b.dlnb'))).toBe(true);
    expect(folder.read('d.dlnb')).toBe(folder.read('b.dlnb'));
    unlinkSync(folder.file('b.dlnb'));
    // Now it has one name, and is replaced in one step
    expect((await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'a.dlnb')).code).toBe(0);
    expect([statSync(folder.file('a.dlnb')).mode & 0o777, statSync(folder.file('a.dlnb')).uid]).toEqual([0o640, uid]);
    expect(parts(folder)).toEqual([]);
  });

  it('takes a name as long as the disk allows, and says so of a longer one before the run', async () => {
    using folder = new Folder({ 'n.dlnb': quick });
    const long = `${'x'.repeat(250)}.dlnb`;
    expect((await dlnb(folder.path, 'run', 'n.dlnb', '--out', long)).code).toBe(0);
    expect(executed(folder.read(long))).toBe(true);
    const { code, stdout, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--out', `x${long}`);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/cannot be written: its name is too long\n$/);
  });

  it('with - is the standard output, and the text of cells goes to the other', async () => {
    using folder = new Folder({ 'n.dlnb': notebook("console.log('said');\n6 * 7") });
    const { code, stdout, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--out', '-');
    expect([code, executed(stdout), stderr]).toEqual([0, true, 'said\n42\n']);
    expect(JSON.parse(stdout)).toMatchObject({ dlnb: 1 });
    expect(readdirSync(folder.path)).toEqual(['n.dlnb']);
    expect((await dlnb(folder.path, 'run', 'n.dlnb', '--out', '-', '--json')).stderr).toMatch(
      /both write to the standard/,
    );
  });

  it('leaves a notebook that was changed while it ran, and writes beside it', async () => {
    using folder = new Folder({
      'n.dlnb': notebook("console.log('begun'); await new Promise((r) => setTimeout(r, 1500));\n6 * 7"),
    });
    for (const beside of ['n.executed.dlnb', 'n.executed-2.dlnb']) {
      const run = start(folder.path, ['run', 'n.dlnb', '--out', 'n.dlnb']);
      await run.says('begun');
      const edited = folder.read('n.dlnb').replace('begun', `begun ${beside}`);
      folder.write('n.dlnb', edited);
      const { code, stderr } = await run.result;
      expect(code).toBe(1);
      expect(stderr).toContain('n.dlnb was changed while it ran, and is left as it is. Its executed copy is ');
      expect(folder.read('n.dlnb')).toBe(edited);
      expect(executed(folder.read(beside))).toBe(true);
    }
  });

  it('leaves nothing of a run that is killed, after the next one', async () => {
    using folder = new Folder({
      'n.dlnb': notebook("console.log('begun'); await new Promise(() => {});"),
      'q.dlnb': quick,
    });
    const run = start(folder.path, ['run', 'n.dlnb', '--out', 'o.dlnb']);
    await run.says('begun');
    run.child.kill('SIGKILL');
    await run.result;
    expect(parts(folder)).toEqual([]);
    // As a process leaves it that is killed while it writes, and as one that still writes
    folder.write('.o.dlnb.4194304-0123abcd.part', 'half');
    folder.write(`.o.dlnb.${process.pid}-0123abcd.part`, 'half');
    expect((await dlnb(folder.path, 'run', 'q.dlnb', '--out', 'o.dlnb')).code).toBe(0);
    expect(parts(folder)).toEqual([`.o.dlnb.${process.pid}-0123abcd.part`]);
  });

  describe.runIf(canMount)('on disks that take nothing', () => {
    it('says so before the run, of a read-only folder', async () => {
      using folder = new Folder({ 'n.dlnb': notebook("console.log('ran')") });
      mkdirSync(folder.file('ro'));
      using _mount = new Mount(folder.file('ro'), '-t', 'tmpfs', '-o', 'ro', 'tmpfs');
      const { code, stdout, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'ro/o.dlnb');
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('ro/o.dlnb cannot be written: the file system is read-only');
    });

    it('writes to a file that is mounted by itself', async () => {
      using folder = new Folder({ 'n.dlnb': quick, 'outside.dlnb': 'old', 'o.dlnb': '' });
      using _mount = new Mount(folder.file('o.dlnb'), '--bind', folder.file('outside.dlnb'));
      expect(await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'o.dlnb')).toMatchObject({ code: 0, stderr: '' });
      expect(executed(folder.read('outside.dlnb'))).toBe(true);
      expect(parts(folder)).toEqual([]);
    });

    it('keeps the old file and writes elsewhere when the disk is full', async () => {
      using folder = new Folder({ 'n.dlnb': notebook("'42'.repeat(60_000)") });
      mkdirSync(folder.file('small'));
      using _mount = new Mount(folder.file('small'), '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs');
      folder.write('small/o.dlnb', 'old');
      folder.write('m.dlnb', notebook("for (let i = 0; i < 50; i++) display('42'.repeat(2000))"));
      const { code, stderr } = await dlnb(folder.path, 'run', 'm.dlnb', '--out', 'small/o.dlnb');
      expect(code).toBe(1);
      expect(folder.read('small/o.dlnb')).toBe('old');
      const [, kept] = /cannot be written: no space left on the disk\. What should be there is in (\S+)\n$/.exec(
        stderr,
      )!;
      expect(path.dirname(kept!)).toBe(tmpdir());
      expect(executed(readFileSync(kept!, 'utf8'))).toBe(true);
      expect(statSync(kept!).mode & 0o777).toBe(0o600);
      unlinkSync(kept!);
    });

    it('says of a log that it is cut', async () => {
      using folder = new Folder({
        'n.dlnb': notebook('for (let i = 0; i < 60; i++) console.log(String(i % 10).repeat(100_000))'),
      });
      mkdirSync(folder.file('tmp'));
      using _mount = new Mount(folder.file('tmp'), '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs');
      const { code, stderr } = await start(folder.path, ['run', 'n.dlnb'], { TMPDIR: folder.file('tmp') }).result;
      expect(code).toBe(0);
      expect(stderr).toMatch(/the log \S+\.log is cut, \d+ bytes are kept: no space is left on the disk\n$/);
    });
  });

  it('logs are for their user alone', async () => {
    using folder = new Folder({ 'n.dlnb': notebook('for (let i = 0; i < 20_000; i++) console.log(i)') });
    expect((await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'o.dlnb')).code).toBe(0);
    const [log] = readdirSync(folder.file('o.dlnb.logs'));
    const modes = ['o.dlnb.logs', `o.dlnb.logs/${log}`].map((name) => statSync(folder.file(name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600]);
  });
});

describe('an output that takes no more', () => {
  const sh = (folder: Folder, line: string) =>
    new Promise<{ code: number | null; stderr: string }>((resolve) => {
      const args = ['-c', line, testedNode.path, path.join(dist, 'cli.js')];
      const child = spawn('bash', args, { cwd: folder.path, stdio: ['ignore', 'ignore', 'pipe'] });
      let stderr = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.once('close', (code) => resolve({ code, stderr }));
    });

  it('does not lose the executed copy: a full disk', async () => {
    using folder = new Folder({ 'n.dlnb': notebook('for (let i = 0; i < 500; i++) console.log(i);\n6 * 7') });
    const { code, stderr } = await sh(folder, '"$0" "$1" run n.dlnb --out o.dlnb > /dev/full');
    expect(code).toBe(1);
    expect(stderr).toBe('dlnb: what cells print was cut: the output cannot be written: no space left on the disk\n');
    expect(executed(folder.read('o.dlnb'))).toBe(true);
  });

  it.each(['new', 'devices', 'export n.dlnb --to html --out -', 'run n.dlnb --out -'])(
    'ends %s without a word when nobody reads, and with one when a disk is full',
    async (command) => {
      using folder = new Folder({ 'n.dlnb': notebook("'x'.repeat(300_000)") });
      const { stderr } = await sh(folder, `set -o pipefail; "$0" "$1" ${command} | true`);
      expect(stderr).not.toMatch(/\bat \S|Unhandled|node:/);
      const full = await sh(folder, `"$0" "$1" ${command} > /dev/full`);
      expect(full.code).toBe(1);
      expect(full.stderr).toMatch(/^dlnb: the standard output cannot be written: no space left on the disk/m);
      const [, kept] = /What should be there is in (\S+)\n/.exec(full.stderr) ?? [];
      if (kept && existsSync(kept)) unlinkSync(kept);
    },
  );

  it('an unwritable file is not begun', async () => {
    using folder = new Folder({ 'n.dlnb': quick });
    writeFileSync(folder.file('file'), '');
    const { code, stderr } = await dlnb(folder.path, 'run', 'n.dlnb', '--out', 'file/o.dlnb');
    expect([code, stderr]).toEqual([2, expect.stringContaining('there is no folder')]);
  });
});
