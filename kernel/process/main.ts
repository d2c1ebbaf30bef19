// Entry of the kernel process: connects a session to the pipe of messages, and the standard streams to the cells that print.
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { keepListeners } from './cell/listeners.ts';
import { captureStreams, offerColors } from './captured.ts';
import { keepCompiledCode } from './compiled-code.ts';
import { startEsbuild } from './cell/strip.ts';
import { startParser } from './cell/typed.ts';
import { openChannel } from '../wire/channel.ts';
import type { KernelOptions } from '../wire/options.ts';
import { killAll } from './kill-all.ts';
import { handle, type Handlers, type HostMessage, type KernelMessage } from '../wire/protocol.ts';
import { KernelSession } from './session.ts';

const startedWith = process.env['DLNB_KERNEL'];
if (!startedWith) {
  writeSync(2, 'This is the kernel of DLNB; it is started by the extension and by "dlnb run", not by hand.\n');
  process.exit(2);
}
delete process.env['DLNB_KERNEL'];
const options = JSON.parse(startedWith) as KernelOptions;
keepCompiledCode();

// Kept here, because cells may replace them on `process`
const { exit, kill, pid } = process;
const { setTimeout } = globalThis;

// Libraries nest deeply, and an error's stack must still reach the frame of the cell
Error.stackTraceLimit = 100;

const channel = openChannel(new Socket({ fd: 3, readable: true, writable: true }), {
  message: (message) => handle(handlers, message as HostMessage),
  closed: () => hostGone(),
});
const send = (message: KernelMessage) => channel.send(message);

const session = new KernelSession(options, send);

captureStreams(session);
offerColors();

/** How long children may take to end when the host has gone. */
const CHILDREN_MS = 300;

let ending = false;
const handlers: Handlers<HostMessage> = {
  ...session.handlers,
  shutdown: () => {
    ending = true;
    // Text that cells have printed is sent before the process ends
    setImmediate(() => {
      session.flush();
      exit(0);
    });
  },
};
process.on('exit', (code) => {
  session.flush();
  if (!ending) send({ type: 'exiting', code });
});
// On Windows a terminal's Ctrl+C reaches this process too: the host sends an interrupt
process.on('SIGINT', () => {});
/**
 * The host has ended: this process does too, with the children of cells, which are in its group: they are asked to end,
 * then killed. The thread of interrupts kills all if this thread is busy (interrupter.ts).
 */
function hostGone(): void {
  if (ending) return;
  ending = true;
  process.on('SIGTERM', () => {});
  try {
    kill(-pid, 'SIGTERM');
  } catch {
    // Windows has no groups
  }
  setTimeout(() => {
    process.emit('exit', 0);
    killAll();
  }, CHILDREN_MS);
}

session.listen();
keepListeners(process);
startEsbuild().then(
  () => {
    send({ type: 'ready', pid: process.pid, node: process.version, startMs: performance.now() });
    // When the first cell, if one is waiting, is likely to have been read
    setTimeout(startParser, 300).unref();
  },
  (e: Error) => {
    writeSync(2, `esbuild, which strips the types of cells, cannot be started: ${e.message}\n`);
    ending = true;
    exit(1);
  },
);
