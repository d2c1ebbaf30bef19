// How kernels end, whoever holds their pipes, and what ends with them: children of cells, kernels without a host. What
// cells write to the descriptors of their process ends the kernel with a sentence, and never its host.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { dist } from '../paths.ts';
import { TestKernel } from './kernel.ts';

let k: TestKernel;
afterEach(() => k.stop());

/** Whether a process runs; one that has ended and waits to be reaped does not. */
const alive = (pid: number) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const timed = async <T>(what: Promise<T>): Promise<[T, number]> => {
  const start = performance.now();
  return [await what, performance.now() - start];
};
/** Starts a child of the cell; its process id is the cell's value. */
const child = (args: string, options: string) =>
  `import { spawn } from 'node:child_process';
  const child = spawn(${args}, ${options}); child.unref(); child.pid`;
/** A child that passes over the request to end. */
const stubborn = `'sh', ['-c', 'trap "" TERM HUP INT; while :; do sleep 1; done']`;
const kinds: [what: string, args: string, options: string][] = [
  ['inherits the streams', `'sleep', ['987']`, `{ stdio: 'inherit' }`],
  ['inherits one stream', `'sleep', ['987']`, `{ stdio: ['ignore', 'ignore', 2] }`],
  ['has pipes', `'sleep', ['987']`, `{}`],
  ['has no streams', `'sleep', ['987']`, `{ stdio: 'ignore' }`],
  ['does not want to end', stubborn, `{ stdio: 'inherit' }`],
];

describe('with a child of a cell', () => {
  it.each(kinds)('that %s, restart ends both', async (_, args, options) => {
    k = new TestKernel();
    const pid = Number((await k.run(child(args, options))).text);
    expect(alive(pid)).toBe(true);
    const [exit, ms] = await timed(k.process.kill());
    expect(exit).toMatchObject({ expected: true, text: 'The kernel was stopped.' });
    expect(ms).toBeLessThan(5000);
    await expect.poll(() => alive(pid), { timeout: 5000 }).toBe(false);
  });

  it.each(kinds)('that %s, process.exit ends both', async (_, args, options) => {
    k = new TestKernel();
    const pid = Number((await k.run(child(args, options))).text);
    const [{ outcome, stdout }, ms] = await timed(k.run("console.log('last words'); process.exit(3)"));
    expect(outcome).toMatchObject({
      status: 'died',
      exit: { text: expect.stringMatching(/process\.exit\(3\)/) as string },
    });
    expect(stdout).toBe('last words\n');
    expect(ms).toBeLessThan(5000);
    await expect.poll(() => alive(pid), { timeout: 5000 }).toBe(false);
  });

  it('that prints for ever through the streams of the kernel, it ends all the same', async () => {
    k = new TestKernel();
    const pid = Number((await k.run(child(`'yes', []`, `{ stdio: 'inherit', detached: true }`))).text);
    try {
      const [exit, ms] = await timed(k.process.kill());
      expect(exit.expected).toBe(true);
      expect(ms).toBeLessThan(5000);
    } finally {
      if (alive(pid)) process.kill(pid, 'SIGKILL');
    }
  });

  it('that was started detached, that child goes on', async () => {
    k = new TestKernel();
    const pid = Number((await k.run(child(`'sleep', ['988']`, `{ stdio: 'ignore', detached: true }`))).text);
    await k.process.shutdown();
    try {
      expect(alive(pid)).toBe(true);
    } finally {
      process.kill(pid, 'SIGKILL');
    }
  });
});

describe('without its host', () => {
  /** Starts a kernel from a process of its own, runs a cell there, and kills that process. */
  async function orphan(code: string) {
    const dir = mkdtempSync(path.join(tmpdir(), 'dlnb-orphan-'));
    const source = JSON.stringify(new URL('../../kernel/wire/channel.ts', import.meta.url).href);
    const options = JSON.stringify({ cwd: dir, device: 'auto', logDir: path.join(dir, 'logs') });
    const host = `
      import { spawn } from 'node:child_process';
      import { openChannel } from ${source};
      const kernel = spawn(process.execPath, ['--experimental-vm-modules', '--no-warnings', ${JSON.stringify(path.join(dist, 'kernel.js'))}], {
        stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
        detached: true,
        env: { ...process.env, DLNB_KERNEL: ${JSON.stringify(options)} },
      });
      const channel = openChannel(kernel.stdio[3], { message(m) {
        if (m.type === 'ready')
          channel.send({ type: 'run', run: 1, cell: 'a', language: 'typescript', code: ${JSON.stringify(code)}, order: [] });
        const text = m.event?.bundle?.find(({ mime }) => mime === 'text/plain')?.text;
        if (m.type === 'started') setTimeout(() => console.log(kernel.pid, shown), 400);
        if (text) shown = text;
      } });
      let shown = '';`;
    const hostProcess = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', host], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = String(await new Promise((r) => hostProcess.stdout.once('data', r)));
    hostProcess.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
    return line.trim().split(' ').filter(Boolean).map(Number);
  }

  it.each([
    ['idle', '1'],
    ['in an endless loop', 'while (true) {}'],
    ['with exit listeners that never end', "process.on('exit', () => { for (;;); }); 1"],
    ['with its timers replaced', 'globalThis.setTimeout = globalThis.setImmediate = process.nextTick = () => {}; 1'],
    ['with a child', child(`'sleep', ['989']`, `{ stdio: 'inherit' }`)],
    ['with a child that does not want to end', child(stubborn, `{ stdio: 'ignore' }`)],
  ])('%s, it ends', async (_, code) => {
    k = new TestKernel();
    const pids = await orphan(code);
    expect(pids.length).toBeGreaterThan(0);
    for (const pid of pids.filter((n) => n > 1)) await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false);
  });
});

describe('what a cell writes to its descriptors', () => {
  const frame = (body: string) =>
    `{ const body = require('v8').serialize(${body});
       const head = Buffer.alloc(8); head.write('DLNB'); head.writeUInt32LE(body.length, 4);
       fs.writeSync(3, Buffer.concat([head, body])); }`;
  it.each([
    ['bytes', 3, `fs.writeSync(3, Buffer.from([0, 0, 0, 4, 255, 255, 255, 255]))`],
    ['the length of a huge message', 3, `fs.writeSync(3, Buffer.from('DLNB\\xff\\xff\\xff\\xff', 'latin1'))`],
    ['a message that V8 cannot read', 3, `fs.writeSync(3, Buffer.from('DLNB\\x02\\0\\0\\0zz', 'latin1'))`],
    ['null', 3, frame('null')],
    ['a device without a state', 3, frame(`{ type: 'device', state: null }`)],
    [
      'a display without items',
      3,
      frame(`{ type: 'output', run: 1, cell: 'c1', event: { kind: 'display', bundle: null } }`),
    ],
    [
      'an error without frames',
      3,
      frame(`{ type: 'output', run: 1, cell: 'c1', event: { kind: 'error', error: {}, bundle: [] } }`),
    ],
    ['a line that is no JSON', 4, `fs.writeSync(4, 'what?\\n')`],
    ['a question of another form', 4, `fs.writeSync(4, '{"type":"input"}\\n')`],
  ])('%s, ends the kernel with a sentence', async (_, descriptor, code) => {
    k = new TestKernel();
    const { outcome } = await k.run(
      `const fs = require('fs'); ${code}; await new Promise((r) => setTimeout(r, 2000)); 1`,
    );
    const text = expect.stringMatching(
      /^The kernel was ended: what it sent cannot be read \(.+\)\. .* the descriptors 3 and 4/,
    ) as string;
    expect([descriptor, outcome]).toMatchObject([descriptor, { status: 'died', exit: { text, expected: false } }]);
  });

  it('messages of a kind that is not known are passed over, and a cell finds no channel of Node', async () => {
    k = new TestKernel();
    const { text } = await k.run(
      `const fs = require('fs'); ${frame(`{ type: 'news' }`)}; [typeof process.send, process.connected]`,
    );
    expect(text).toBe("[ 'undefined', undefined ]");
    expect((await k.run('1 + 1')).text).toBe('2');
  });

  it('closing them ends it too', async () => {
    k = new TestKernel();
    const { status } = await k.run(`require('fs').closeSync(3); 1`);
    expect(status).toBe('died');
  });
});
