// How a kernel process ends, and what its runs then say. The processes are real; each runs a few lines of its own
// instead of a kernel, since a kernel does not end in all these ways when asked. Real kernels are tested in
// test/kernel.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelProcess } from '../../../../../kernel/host/client/process.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'dlnb-process-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const ready = `send({ type: 'ready', pid: process.pid, node: process.version, startMs: 1 });`;
/** Ends as `how` says when it is asked to run a cell. */
const endsOnRun = (how: string) =>
  `process.on('message', (m) => { if (m.type === 'run') ${how}; if (m.type === 'shutdown') process.exit(0); }); ${ready}`;

/** The kernel's end of the pipes. `send` settles when the message has left. */
const pipes = `
import { Socket } from 'node:net';
import { writeSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { openChannel } from ${JSON.stringify(new URL('../../../../../kernel/wire/channel.ts', import.meta.url).href)};
const pipe = new Socket({ fd: 3, readable: true, writable: true });
const channel = openChannel(pipe, { message: (m) => process.emit('message', m) });
const send = (message) => (channel.send(message), new Promise((sent) => pipe.write('', () => sent())));`;

let programs = 0;
function start(program: string, node = process.execPath): KernelProcess {
  const main = path.join(dir, `${++programs}.mjs`);
  writeFileSync(main, `${pipes}\n${program}`);
  const options = { cwd: dir, device: 'cpu', logDir: dir } as const;
  return KernelProcess.start({ node: { path: node, electron: false }, main, options });
}
const run = (kernel: KernelProcess) => kernel.run({ cell: 'a', language: 'typescript', code: '1', order: ['a'] });

describe('a process that ends before it is ready', () => {
  it('says which program could not be run', async () => {
    const kernel = start('', path.join(dir, 'none'));
    await expect(kernel.ready).rejects.toThrow(/^The kernel cannot start: .*none could not be run \(.*ENOENT/);
    expect(await run(kernel)).toMatchObject({ status: 'died', exit: { expected: false, crashed: false } });
  });

  it('says how it ended, and what it printed last', async () => {
    const kernel = start(`console.error('no such library'); process.exit(3);`);
    await expect(kernel.ready).rejects.toThrow(/ended with exit code 3:\nno such library$/);
  });
});

describe('a process that ends in a run', () => {
  const deaths: [how: string, text: RegExp, crashed: boolean][] = [
    [
      `send({ type: 'exiting', code: 5 }).then(() => process.exit(5))`,
      /^The kernel ended because process\.exit\(5\) was called\. Variables are lost/,
      false,
    ],
    [`process.kill(process.pid, 'SIGSEGV')`, /SIGSEGV \(a native library crashed\)\. Variables are lost/, true],
    [`process.kill(process.pid, 'SIGKILL')`, /SIGKILL \(killed from outside, often because memory ran out\)/, false],
    [`process.exit(7)`, /^The kernel ended with exit code 7\. Variables are lost/, true],
    [
      `process.stderr.write('FATAL ERROR: Reached heap limit\\n', () => process.exit(134))`,
      /JavaScript ran out of memory\. FATAL ERROR: Reached heap limit Variables are lost/,
      false,
    ],
  ];
  it.each(deaths)('by %s', async (how, text, crashed) => {
    const kernel = start(endsOnRun(how));
    await kernel.ready;
    const outcomes = await Promise.all([run(kernel), run(kernel)]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'died', exit: { expected: false, crashed } });
      expect(outcome.status === 'died' && outcome.exit.text).toMatch(text);
    }
    // A run that comes too late ends, too
    expect(await run(kernel)).toMatchObject({ status: 'died' });
  });
});

describe('a process that the host ends', () => {
  it('is expected to end', async () => {
    const kernel = start(endsOnRun('0'));
    await kernel.ready;
    const pending = run(kernel);
    expect(await kernel.shutdown()).toEqual({
      text: 'The kernel was stopped.',
      code: 0,
      signal: null,
      expected: true,
      crashed: false,
    });
    expect(await pending).toMatchObject({ status: 'died', exit: { expected: true } });
  });

  it('is killed when it does not end in time', async () => {
    const kernel = start(`process.on('message', () => {}); ${ready}`);
    await kernel.ready;
    expect(await kernel.shutdown(50)).toMatchObject({ signal: 'SIGKILL', expected: true, crashed: false });
  });
});

it('passes on what native code prints during a run, and what a run returned', async () => {
  const kernel = start(`process.on('message', async ({ run, cell }) => {
    await send({ run, cell, type: 'started' });
    process.stdout.write('from a library\\n');
    setTimeout(() => send({ run, cell, type: 'finished', status: 'ok', ms: 4 }), 100);
  }); ${ready}`);
  await kernel.ready;
  let text = '';
  const stop = kernel.onMessage((m) => {
    if (m.type === 'output' && m.event.kind === 'stream') text += `${m.cell} ${m.event.name}: ${m.event.text}`;
  });
  expect(await run(kernel)).toEqual({ status: 'ok', ms: 4 });
  expect(text).toBe('a stdout: from a library\n');
  stop();
  await kernel.kill();
});
